"""A trace as plain text, at most 80 columns wide: symbols, then numbers, then the value."""

import textwrap
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from chainrule.network.formula import Quantity
from chainrule.trace.formula_text import TO_ASCII, Printer
from chainrule.trace.step import Family, Statement, Trace

WIDTH = 80
NO_BREAK = "\N{NO-BREAK SPACE}"
ESCAPES = "backslashreplace"

PARTS = {
    "forward": "FORWARD PASS",
    "loss": "LOSS",
    "backward": "BACKWARD PASS",
    "update": "UPDATE, now that every gradient is known",
    "after": "AFTER THE STEP",
}

EQUATIONS = {
    "F1": "Z[l] = A[l-1] W[l] + b[l]",
    "F2": "A[l] = f_l(Z[l])",
    "BP1": "delta[L] = dLoss/dA[L] * f_L'(Z[L])",
    "BP2": "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])",
    "BP3": "db[l] = column sums of delta[l]",
    "BP4": "dW[l] = A[l-1]^T delta[l]",
    "U": "theta <- theta - eta * dtheta",
}


def text(trace: Trace, *, digits: int = 10, most: int = 100, ascii_only: bool = False) -> str:
    """Write a trace as plain text.

    Parameters
    ----------
    trace : Trace
        The step.
    digits : int
        Significant digits shown; the numbers themselves keep theirs.
    most : int
        How many statements of one family are shown; how many are left out is said.
    ascii_only : bool
        Whether to keep to ASCII; letters beyond it, in a name or the title, become escapes.

    Returns
    -------
    str
        Lines of at most 80 columns, except where a single name is longer.
    """
    return "\n".join(_Writer(trace, digits, most, ascii_only).lines()) + "\n"


def as_dict(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain data: what came in, and every statement in order."""
    symbols = Printer(trace.name)
    numbers = Printer(lambda quantity: repr(trace.value(quantity)), repr)

    def statement(family: Family, each: Statement) -> dict[str, Any]:
        shown = {"part": family.part, "equation": family.equation, "name": trace.name(each.quantity)}
        if each.tree is not None:
            shown |= {"formula": symbols.text(each.tree), "numbers": numbers.text(each.tree)}
        return {**shown, "value": each.value}

    given = [quantity for name, layer in trace.given for quantity in trace.entries(name, layer)]
    return {
        "title": trace.title,
        "network": str(trace.network),
        "optimizer": str(trace.optimizer),
        "ours": list(trace.ours),
        "given": {trace.name(quantity): trace.value(quantity) for quantity in given},
        "marks": {trace.name(quantity): mark for quantity, mark in trace.marks.items()},
        "statements": [
            statement(family, each) for family in trace.families for each in trace.statements(family)
        ],
    }


class _Writer:
    """Writes one trace."""

    def __init__(self, trace: Trace, digits: int, most: int, ascii_only: bool) -> None:
        self.trace, self.most, self.ascii_only = trace, most, ascii_only
        self.symbols = Printer(trace.name)
        self.numbers = Printer(lambda quantity: self.number(trace.value(quantity)), self.number)
        self.digits = digits

    def number(self, value: float) -> str:
        """Return a number with the digits asked for."""
        return f"{value + 0.0:.{self.digits}g}"  # + 0.0: no minus before a zero

    def plain(self, line: str) -> str:
        """Return a line in the letters asked for: before it is wrapped, because some become longer."""
        return line.translate(TO_ASCII).encode("ascii", ESCAPES).decode() if self.ascii_only else line

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole trace."""
        yield from self._head()
        before = None
        for part, families in groupby(self.trace.families, key=lambda family: family.part):
            yield from ("", PARTS[part], "")
            for family in families:
                of = (family.equation, family.quantity.indices[0])
                if of != before and family.equation in EQUATIONS:
                    yield from ([] if before is None else [""])
                    yield f"  layer {of[1]}, {of[0]}:  {EQUATIONS[family.equation]}"
                before = of
                yield from self._family(family)
            before = None

    def _head(self) -> Iterator[str]:
        title = _wrapped("", self.plain(self.trace.title), "") if self.trace.title else []
        yield from [*title, "=" * max(map(len, title))] if title else []
        yield from _wrapped("", self.plain(f"Network {self.trace.network}; {self.trace.optimizer}"), "")
        if self.trace.ours:
            yield from _wrapped("", self.plain(f"Ours: {'; '.join(self.trace.ours)}"), "")
        yield from ("", "GIVEN", "")
        for name, layer in self.trace.given:
            entries = [self._given(each) for each in self.trace.entries(name, layer)]
            shown = entries[: self.most]
            if len(shown) < len(entries):
                shown.append(f"({len(entries) - len(shown)} more not shown)")
            yield from _wrapped("  ", ", ".join(shown), "  ")

    def _given(self, quantity: Quantity) -> str:
        """Return a number that came in, as one piece that no line break cuts."""
        mark = self.trace.marks.get(quantity)
        shown = f"{self.trace.name(quantity)} = {self.number(self.trace.value(quantity))}"
        return self.plain(f"{shown} ({mark})" if mark else shown).replace(" ", NO_BREAK)

    def _family(self, family: Family) -> Iterator[str]:
        for count, statement in enumerate(self.trace.statements(family)):
            if count == self.most:
                yield f"  ({len(family) - self.most} more of these not shown: ask for them with --most)"
                return
            yield from self._statement(statement, frozen=family.equation == "frozen")

    def _statement(self, statement: Statement, frozen: bool) -> Iterator[str]:
        name, value = self.trace.name(statement.quantity), self.number(statement.value)
        members = []
        if statement.tree is not None:
            members = [self.symbols.text(statement.tree), self.numbers.text(statement.tree)]
        if frozen:
            members[-1:] = []
            value += "  (frozen)"
        if members and members[-1] == value:
            members.pop()
        first = self.plain(f"  {name} = ")
        for lead, member in zip(
            [first, *[" " * (len(first) - 2) + "= "] * 2], [*members, value], strict=False
        ):
            yield from _wrapped(lead, self.plain(member), " " * len(first) + "  ")


def _wrapped(lead: str, line: str, indent: str) -> list[str]:
    """Break a line where it would be too long: between terms, or if need be inside them."""
    kept_together = line
    for times in "·*":
        kept_together = kept_together.replace(f" {times} ", f"{NO_BREAK}{times}{NO_BREAK}")
    for each in (kept_together, line):
        lines = textwrap.wrap(
            each,
            WIDTH,
            initial_indent=lead,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if max(map(len, lines)) <= WIDTH:
            break
    return [shown.replace(NO_BREAK, " ") for shown in lines]
