"""A trace as a workbook: what came in, a sheet for each layer's passes, the update, the loss after."""

import math
from collections.abc import Iterator
from itertools import groupby

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.network.formula import Formula, Number, Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Family, Statement, Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Book, Cell, Sheet, Style
from chainrule.writers.sheet.cell_names import cell_names
from chainrule.writers.sheet.formula_sheet import SheetPrinter, sheet_number
from chainrule.writers.sheet.rounds import after, changes, rounds_sheet

MOST = 20_000  # numbers of a workbook: more takes minutes to write and nobody reads it
LONGEST = 8_000  # characters of a formula; the programs take 8,192
WIDTHS = (26.0, 24.0, 64.0, 26.0)
STATE = "State"


def book_of(trace: Trace, options: Options) -> Book:
    """Return a whole step as a workbook whose every number but those that came in is a formula.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from, and how many rounds the last sheet has.

    Raises
    ------
    TooLargeError
        When there are more numbers than a workbook should hold, or a formula is too long for one.
    InvalidValueError
        When an activation is one's own, or the step was rounded in a way that sheets cannot.
    """
    if len(trace) > MOST:
        may_be = f"at most {MOST:,}: .html and .json take more"
        raise TooLargeError(sentence("the number of numbers for a sheet", f"{len(trace):,}", may_be))
    for each in trace:
        if not math.isfinite(each.value):
            raise InvalidValueError(sentence(trace.name(each.quantity), each.value, "finite, for a sheet"))
    rounding = trace.rounding
    if rounding is not None and (rounding.decimals is None or rounding.half == "even"):
        may_be = "to decimals with halves away from zero, for a sheet"
        raise InvalidValueError(sentence("the rounding", Words(str(rounding)), may_be))
    return _Plan(trace, options).book()


class _Plan:
    """Lays out one trace."""

    def __init__(self, trace: Trace, options: Options) -> None:
        self.trace, self.options = trace, options
        self.given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
        self.statements = {each.quantity: each for each in trace}
        quantities = [*self.given, *self.statements]
        self.names = dict(zip(quantities, cell_names(map(trace.name, quantities)), strict=True))
        self.printer = SheetPrinter(self.names.__getitem__, sheet_number, trace.rounding)
        self.symbols = TextPrinter(trace.name)

    def book(self) -> Book:
        """Return the workbook."""
        rounds, said = rounds_sheet(self.trace, self.names, self.options.rounds)
        sheets = [self._given(), self._state(), *self._computed(), *([rounds] if rounds else [])]
        return Book(shown_controls(self.trace.title), (self._read_me(said), *sheets))

    def _read_me(self, of_rounds: str) -> Sheet:
        """Return what the workbook says of itself: how to use it, its names, its conventions, its origin."""
        trace = self.trace
        said = [
            f"Network {trace.network}; {trace.optimizer}.",
            "Change any number on a yellow ground: every other number is a formula and follows.",
            f"The next step: on the sheet {STATE}, copy column D and paste its values over column B.",
            of_rounds,
            *([f"Ours: {'; '.join(trace.ours)}."] if trace.ours else []),
        ]
        rows: list[list[Cell | None]] = [[_text(trace.title or "One training step", "title")]]
        rows += [[_text(line)] for line in said]
        rows += [[], _head("Names", "in code", "what it is")]
        rows += [[_text(each.names), _text(each.ours), _text(each.meaning)] for each in legend(trace)]
        rows += [[_text("A cell whose name would be an address is called otherwise: w5 is w_5.", "quiet")]]
        rows += [[], _head("Conventions")]
        rows += [[_text(each)] for each in conventions(trace)]
        rows += [[], _head("Origin")]
        rows += [[_text(name), _text(value)] for name, value in self.options.provenance(trace).items()]
        return Sheet("Read me", (40.0, 24.0, 70.0), rows=rows)

    def _given(self) -> Sheet:
        """Return the sheet of the data: inputs, targets, learning rate and the like."""
        rows = [_head("number", "value", "where it is from", "cell")]
        for quantity in self.given:
            if not changes(quantity):
                mark = _text(self.trace.marks.get(quantity, ""), "quiet")
                rows.append([self._name(quantity), self._input(quantity), mark, self._cell_name(quantity)])
        return Sheet("Given", WIDTHS, 1, rows)

    def _state(self) -> Sheet:
        """Return the sheet of what a step changes: old values, and beside them the new ones."""
        rows = [_head("number", "old: change, paste here", "where it is from", "new: copy", "cell")]
        for quantity in self.given:
            if changes(quantity):
                mark = _text(self.trace.marks.get(quantity, ""), "quiet")
                new = self._new(quantity)
                rows.append(
                    [self._name(quantity), self._input(quantity), mark, new, self._cell_name(quantity)]
                )
        return Sheet(STATE, (26.0, 26.0, 20.0, 26.0, 26.0), 1, rows)

    def _new(self, quantity: Quantity) -> Cell:
        """Return the value after the step of a number that came in: a link to where it is computed."""
        value = self.trace.value(quantity)
        if quantity.name == "t":
            return Cell(value + 1, f"{self.names[quantity]}+1", "formula")
        new = after(quantity)
        if new in self.names:
            return Cell(self.trace.value(new), self.names[new], "formula")
        return Cell(value, self.names[quantity], "formula")  # what the optimizer remembers of a frozen one

    def _computed(self) -> Iterator[Sheet]:
        """Yield a sheet for each layer's passes, the loss, the update, and the loss after."""
        for title, families in groupby(self.trace.families, key=self._title):
            rows: list[list[Cell | None]] = [_head("number", "value", "formula", "cell")]
            before = None
            for family in families:
                place = (family.equation, family.quantity.indices[0])
                if place != before and family.equation in EQUATIONS:
                    text = f"layer {place[1]}, {place[0]}: {EQUATIONS[family.equation].text}"
                    rows.append(_head(text))
                before = place
                rows += [self._row(each) for each in self.trace.statements(family)]
            yield Sheet(title, WIDTHS, 1, rows)

    def _title(self, family: Family) -> str:
        layer = family.quantity.indices[0]
        return {
            "forward": f"Layer {layer} forward",
            "loss": "Loss",
            "backward": f"Layer {layer} backward",
            "update": "Update",
            "after": "After",
        }[family.part]

    def _row(self, statement: Statement) -> list[Cell | None]:
        """Return the row of a statement: name, live value, formula in symbols, name of the cell."""
        tree: Formula = statement.tree if statement.tree is not None else Number(statement.value)
        name, formula = self.names[statement.quantity], self.printer.result(tree)
        if len(formula) > LONGEST:
            thing = f"the length of the formula for {self.trace.name(statement.quantity)}"
            may_be = f"at most {LONGEST:,} characters in a sheet: .html and .json take more"
            raise TooLargeError(sentence(thing, f"{len(formula):,}", may_be))
        value, symbols = Cell(statement.value, formula, "value", name), self.symbols.text(tree)
        return [self._name(statement.quantity), value, _text(symbols, "quiet"), _text(name, "quiet")]

    def _name(self, quantity: Quantity) -> Cell:
        return _text(self.trace.name(quantity))

    def _input(self, quantity: Quantity) -> Cell:
        return Cell(self.trace.value(quantity), style="input", name=self.names[quantity])

    def _cell_name(self, quantity: Quantity) -> Cell:
        return _text(self.names[quantity], "quiet")


def _text(text: str, style: Style = "") -> Cell:
    """Return text, with what a program would obey instead of show as its number."""
    return Cell(shown_controls(text), style=style)


def _head(*titles: str) -> list[Cell | None]:
    return [_text(title, "heading") for title in titles]
