"""A derivation as HTML: every path in symbols, in what they are equal to, in numbers, and its value."""

from typing import Any

from markupsafe import Markup

from chainrule.network.formula import Number
from chainrule.trace.derive import Derivation, Factor, Product, meaning
from chainrule.writers.assets import template
from chainrule.writers.lines import shown_controls
from chainrule.writers.mathml import escaped, math, mathml_name
from chainrule.writers.pieces import in_pieces
from chainrule.writers.statement_html import StatementHtml

MOST_TERMS = 8  # paths of one sum that are shown
DEEPEST = 3  # sums within sums that are shown


def derivation_html(derivation: Derivation, statements: StatementHtml) -> str:
    """Return a derivation as a piece of HTML, each factor a link to where it comes from.

    Parameters
    ----------
    derivation : Derivation
        The chain-rule product of a weight or bias.
    statements : StatementHtml
        How numbers and names are shown, and where each quantity is on the page. At most eight paths of
        one sum are shown; how many are left out is said.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.writers.lights import place_of
    >>> from chainrule.writers.options import Options
    >>> trace = cr.tutorials.load("jain").trace()
    >>> shown = derivation_html(trace.derive("w5"), StatementHtml(trace, Options(digits=4), place_of))
    >>> shown.count('<a href="#A.1.0.0"')
    2
    """
    writer = _Writer(statements)
    name = Markup(math(mathml_name(derivation.name)))
    return str(template("derivation.html").render(name=name, product=writer.told(derivation.product, 1)))


class _Writer:
    """Tells products."""

    def __init__(self, statements: StatementHtml) -> None:
        self.statements, self.options = statements, statements.options

    def told(self, product: Product, depth: int) -> dict[str, Any]:
        """Return what the template shows of a product and of the terms in it."""
        terms = product.terms if depth <= DEEPEST and product.paths > 1 else ()
        shown = [self.told(term, depth + 1) for term in terms[:MOST_TERMS]]
        unfolded = bool(terms) or product.paths <= 1
        return {
            "label": shown_controls(product.label),
            "paths": product.paths,
            "terms": shown,
            "left_out": len(terms) - len(shown),
            "unfolded": unfolded,
            "sum": self._sum(product) if terms else "",
            "subtotal": self.options.number(sum(term.value for term in terms)) if product.factors else "",
            "symbols": Markup(" · ".join(map(self._symbol, product.factors))),
            "meaning": self._meaning(product) if not terms and unfolded else "",
            "numbers": Markup(" · ".join(map(self._number, product.factors))),
            "value": self.options.number(product.value),
        }

    def _sum(self, product: Product) -> str:
        """Return the values of the terms of a product as a sum, its subtotal."""
        values = [self.options.number(term.value) for term in product.terms[:MOST_TERMS]]
        signed = [values[0], *(f"− {v[1:]}" if v.startswith("-") else f"+ {v}" for v in values[1:])]
        return " ".join([*signed, *(["+ …"] if len(product.terms) > MOST_TERMS else [])])

    def _meaning(self, product: Product) -> Markup:
        return Markup(in_pieces(product.formula(meaning), self.statements.symbols))

    def _symbol(self, factor: Factor) -> str:
        return self._link(factor, math(mathml_name(factor.name)))

    def _number(self, factor: Factor) -> str:
        value = self.options.number(factor.value)
        return f"({self._link(factor, value)})" if value.startswith("-") else self._link(factor, value)

    def _link(self, factor: Factor, shown: str) -> str:
        """Return what is shown of a factor as a link to the number that it is."""
        target = self.statements.place(factor.quantity)
        if target is None or isinstance(factor.tree, Number):  # a 1 comes from nowhere
            return shown
        return f'<a href="#{target}" title="{escaped(factor.name)}">{shown}</a>'
