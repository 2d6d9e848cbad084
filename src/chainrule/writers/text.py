"""A trace as plain text, at most 80 columns wide: symbols, then numbers, then the value."""

from collections.abc import Iterator

from chainrule.network.formula import Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Statement, Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter, in_ascii
from chainrule.writers.lines import NO_BREAK, shown_controls, wrapped
from chainrule.writers.options import Options
from chainrule.writers.outline import Shown, outline


def text(trace: Trace, options: Options = Options(), *, ascii_only: bool = False) -> str:  # noqa: B008
    """Write a trace as plain text.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits and length.
    ascii_only : bool
        Whether to keep to ASCII; letters beyond it, in a name or the title, become escapes.

    Returns
    -------
    str
        Lines of at most 80 columns, except where a single name is longer.
    """
    return "\n".join(_Writer(trace, options.of(trace), ascii_only).lines()) + "\n"


def document(trace: Trace, options: Options) -> str:
    """Write a trace as a text file: as on a terminal, and below it where it is from."""
    origin = (f"{name}: {value}" for name, value in options.provenance(trace).items())
    return (
        text(trace, options)
        + "\n"
        + "".join(f"{line}\n" for each in origin for line in wrapped("", each, "  "))
    )


def statement_lines(trace: Trace, statement: Statement, options: Options, *, frozen: bool) -> list[str]:
    """Return one statement as lines of text: symbols, numbers, value."""
    return list(_Writer(trace, options, ascii_only=False).statement(statement, frozen))


class _Writer:
    """Writes one trace."""

    def __init__(self, trace: Trace, options: Options, ascii_only: bool) -> None:
        self.trace, self.options, self.most, self.ascii_only = trace, options, options.most, ascii_only
        self.symbols = TextPrinter(trace.name)
        self.numbers = TextPrinter(lambda quantity: options.value(trace, quantity))

    def plain(self, line: str) -> str:
        """Return a line in the letters asked for: before it is wrapped, because some become longer."""
        line = shown_controls(line)
        return in_ascii(line) if self.ascii_only else line

    def lines(self) -> Iterator[str]:
        """Yield the lines of the whole trace."""
        yield from self._head()
        for part in outline(self.trace, self.most):
            yield from ("", *wrapped("", part.title.upper(), ""), "")
            for number, group in enumerate(part.groups):
                if group.equation in EQUATIONS:
                    yield from [""] if number else []
                    yield f"  layer {group.layer}, {group.equation}:  {EQUATIONS[group.equation].text}"
                for shown in group.shown:
                    yield from self._family(shown)

    def _head(self) -> Iterator[str]:
        title = wrapped("", self.plain(self.trace.title), "") if self.trace.title else []
        yield from [*title, "=" * max(map(len, title))] if title else []
        yield from wrapped("", self.plain(f"Network {self.trace.network}; {self.trace.optimizer}"), "")
        if self.trace.ours:
            yield from wrapped("", self.plain(f"Ours: {'; '.join(self.trace.ours)}"), "")
        yield from ("", "NAMES", "")
        for entry in legend(self.trace):
            named = bool(self.trace.naming.templates)
            lead, rest = (entry.names, f"{entry.ours}, {entry.meaning}") if named else entry[1:]
            yield from wrapped("  ", self.plain(f"{lead}: {rest}"), "    ")
        yield from ("", "CONVENTIONS", "")
        for sentence in conventions(self.trace):
            yield from wrapped("  ", self.plain(sentence), "  ")
        yield from ("", "GIVEN", "")
        for name, layer in self.trace.given:
            entries = [self._given(each) for each in self.trace.entries(name, layer)]
            shown = entries[: self.most]
            if len(shown) < len(entries):
                shown.append(f"({len(entries) - len(shown)} more not shown)")
            yield from wrapped("  ", ", ".join(shown), "  ")

    def _given(self, quantity: Quantity) -> str:
        """Return a number that came in, as one piece that no line break cuts."""
        mark = self.trace.marks.get(quantity)
        shown = f"{self.trace.name(quantity)} = {self.options.value(self.trace, quantity)}"
        return self.plain(f"{shown} ({mark})" if mark else shown).replace(" ", NO_BREAK)

    def _family(self, shown: Shown) -> Iterator[str]:
        for statement in shown.statements:
            yield from self.statement(statement, frozen=shown.family.equation == "frozen")
        yield from (f"  ({each})" for each in shown.unsaid)

    def statement(self, statement: Statement, frozen: bool) -> Iterator[str]:
        """Yield the lines of one statement."""
        name, value = self.trace.name(statement.quantity), self.options.number(statement.value)
        members = []
        if statement.tree is not None:
            members = [self.symbols.text(statement.tree), self.numbers.text(statement.tree)]
        if frozen:
            members[-1:] = []
            value += "  (frozen)"
        if members and members[-1] == value:
            members.pop()
        value += self._drift(statement)
        first = self.plain(f"  {name} = ")
        for lead, member in zip(
            [first, *[" " * (len(first) - 2) + "= "] * 2], [*members, value], strict=False
        ):
            yield from wrapped(lead, self.plain(member), " " * len(first) + "  ")

    def _drift(self, statement: Statement) -> str:
        """Return how far a number by hand is from the exact one, where it is."""
        drift = self.trace.drift(statement.quantity)
        return f"  (exact {drift.exact:.{self.options.digits}g}, off by {drift.off:.1g})" if drift else ""
