"""A derivation as plain text: every path in symbols, what the symbols are, numbers, and the value."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from chainrule.network.formula import Number, Quantity
from chainrule.trace.derive import Derivation, Factor, Product, meaning, number, symbol
from chainrule.writers.formula_text import TextPrinter, in_ascii
from chainrule.writers.lines import NO_BREAK, shown_controls, wrapped
from chainrule.writers.options import Options

STEP = "  "
THE_SUM = NO_BREAK.join(("the", "sum", "of", "these"))


def text(derivation: Derivation, options: Options = Options(), *, ascii_only: bool = False) -> str:  # noqa: B008
    """Write a derivation as plain text, at most 80 columns wide.

    Parameters
    ----------
    derivation : Derivation
        The chain-rule product of a weight or bias.
    options : Options
        Digits, and how many paths of one group are shown; how many are left out is said.
    ascii_only : bool
        Whether to keep to ASCII.

    Examples
    --------
    >>> import chainrule as cr
    >>> print(text(cr.tutorials.load("jain").trace().derive("w5"), Options(digits=4)))
    ∂E_total/∂w5 = 0.08217
    ======================
      ∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5
                   = (out_o1 - target_o1) · out_o1 · (1 - out_o1) · out_h1
                   = 0.7414 · 0.1868 · 0.5933
                   = 0.08217
    <BLANKLINE>
    Where each factor comes from
    ----------------------------
      ∂E_total/∂out_o1 = 0.7414: layer 2, BP1, backward pass
      ∂out_o1/∂net_o1 = 0.1868: layer 2, BP1, backward pass
      ∂net_o1/∂w5 = out_h1 = 0.5933: layer 1, F2, forward pass
    <BLANKLINE>
    """
    return "\n".join(_Writer(derivation, options.of(derivation.trace), ascii_only).lines()) + "\n"


def as_dict(derivation: Derivation, options: Options = Options()) -> dict[str, Any]:  # noqa: B008
    """Return a derivation as plain data: every path with its factors; groups of more than `most` are cut."""
    trace = derivation.trace
    symbols = TextPrinter(trace.name, repr)

    def of(product: Product) -> dict[str, Any]:
        shown = list(islice(product.terms, options.most))
        return {
            "via": product.label,
            "value": product.value,
            "paths": product.paths,
            "terms": [of(term) for term in shown],
            "terms_left_out": len(product.terms) - len(shown),
            "factors": [
                {
                    "name": factor.name,
                    "formula": symbols.text(factor.tree),
                    "value": factor.value,
                    "from": trace.name(factor.quantity),
                }
                for factor in product.factors
            ],
        }

    return {
        "name": derivation.name,
        "parameter": trace.name(derivation.parameter),
        "value": derivation.value,
        "origin": options.provenance(trace),
        "product": of(derivation.product),
    }


class _Writer:
    """Writes one derivation."""

    def __init__(self, derivation: Derivation, options: Options, ascii_only: bool) -> None:
        self.derivation, self.trace = derivation, derivation.trace
        self.options, self.ascii_only = options, ascii_only
        self.named = TextPrinter(lambda quantity: quantity.name, options.number)
        self.symbols = TextPrinter(self.trace.name)

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        product, name = self.derivation.product, self.derivation.name
        paths = f", the sum over {product.paths:,} paths" if product.paths > 1 else ""
        head = wrapped("", self.plain(f"{name} = {self.options.number(product.value)}{paths}"), STEP)
        yield from [*head, "=" * max(map(len, head))]
        yield from self._product(name, product, STEP)
        yield from ("", "Where each factor comes from", "-" * 28)
        yield from self._sources()

    def plain(self, line: str) -> str:
        """Return a line in the letters asked for."""
        line = shown_controls(line)
        return in_ascii(line) if self.ascii_only else line

    def _product(self, name: str, product: Product, indent: str) -> Iterator[str]:
        """Yield the terms of a product, each a group of its own, then the product itself."""
        shown = product.terms[: self.options.most]
        for term in shown:
            count = f" ({term.paths:,} paths)" if term.paths > 1 else ""
            yield from wrapped(indent, self.plain(f"through {term.label}{count}:"), indent + STEP)
            yield from self._product("", term, indent + STEP)
        if left_out := len(product.terms) - len(shown):
            yield f"{indent}({left_out} more of these not shown: ask for them with --most)"
        yield from self._members(name, product, indent)

    def _members(self, name: str, product: Product, indent: str) -> Iterator[str]:
        """Yield the product in symbols, in what they are equal to, in numbers, and its value."""
        value = self.options.number(product.value)
        if not product.terms:
            members = [
                self.named.text(product.formula(symbol)),
                self.symbols.text(product.formula(meaning)),
                self.named.text(product.formula(number)),
                value,
            ]
        else:
            members = [*self._around_the_sum(product), value]
        first = self.plain(f"{indent}{name} = " if name else indent)
        hang = " " * len(first)
        for lead, member in zip(
            [first, *[f"{hang[:-2]}= " if name else f"{indent}= "] * 9], members, strict=False
        ):
            yield from wrapped(lead, self.plain(member), hang + STEP)

    def _around_the_sum(self, product: Product) -> Iterator[str]:
        """Yield a product whose terms were told just above, with their sum as one factor."""
        values = [self.options.number(term.value) for term in product.terms]
        signed = [values[0], *(f"- {v[1:]}" if v.startswith("-") else f"+ {v}" for v in values[1:])]
        if len(values) <= self.options.most:
            total = " ".join(signed)
            yield f"{NO_BREAK.join(('the', 'sum', 'of', 'these'))}" + self._factors(
                product, symbol, self.named
            )
            alone = len(values) == 1 or not product.factors
            yield (total if alone else f"({total})") + self._factors(product, number, self.named)
        else:
            yield f"the sum of all {len(values):,} such terms" + self._factors(product, symbol, self.named)

    def _factors(self, product: Product, leaf: Any, printer: TextPrinter) -> str:
        """Return the factors behind a sum."""
        return "".join(f" · {printer.inside(leaf(factor), 4)}" for factor in product.factors)

    def _sources(self) -> Iterator[str]:
        """Yield each factor once, with the equation that gives it."""
        found = dict.fromkeys(islice(self.derivation.product.every_factor(), 100_000))
        for factor in islice(found, self.options.most):
            yield from wrapped(STEP, self.plain(f"{self._told(factor)}: {self._place(factor)}"), STEP * 3)
        if (left_out := len(found) - self.options.most) > 0:
            yield f"{STEP}({left_out} more of these not shown: ask for them with --most)"

    def _told(self, factor: Factor) -> str:
        value = self.options.number(factor.value)
        copied = isinstance(factor.tree, Quantity)
        return (
            f"{factor.name} = {self.symbols.text(factor.tree)} = {value}"
            if copied
            else f"{factor.name} = {value}"
        )

    def _place(self, factor: Factor) -> str:
        """Return where in the step a factor is computed."""
        layer = factor.quantity.indices[0]
        if isinstance(factor.tree, Number):
            return "always so"
        family = self.trace.by_kind.get((factor.quantity.name, layer))
        if family is None:
            return "given"
        part = {"forward": "forward pass", "backward": "backward pass", "loss": "loss"}[family.part]
        return f"layer {layer}, {family.equation}, {part}" if family.equation != "loss" else part
