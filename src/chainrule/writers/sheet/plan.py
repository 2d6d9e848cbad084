"""A trace as a workbook: what came in, a sheet for each layer's passes, the update, the loss after."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.network.formula import Quantity
from chainrule.trace.step import Family, Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Book, Cell, Sheet, there
from chainrule.writers.sheet.cell_names import cell_names
from chainrule.writers.sheet.formula_sheet import SheetPrinter, sheet_number
from chainrule.writers.sheet.numbers import Numbers
from chainrule.writers.sheet.parts import Line, in_parts
from chainrule.writers.sheet.read_me import heading, read_me, text
from chainrule.writers.sheet.rounds import after, changes, rounds_sheets

MOST = 20_000  # numbers of a workbook: more takes minutes to open and nobody reads it
MOST_NAMED = 3_000  # cells with names: a program that opens more of them takes long
LONGEST = 8_000  # characters of a formula; the programs take 8,192
ELSEWHERE = ".html and .json take any"

GIVEN, STATE = "Given", "Weights"
OLD, NEW = 1, 2  # the columns of the sheet of weights
REST = (24.0, 28.0, 64.0)  # the widths of the columns beside that of the names
NARROW, WIDE = 14, 44


class Draft(NamedTuple):
    """A sheet before its formulas are printed.

    Parameters
    ----------
    title : str
        Its name.
    rows : list of Line, str or None
        What stands below the titles: a number, a heading, or nothing.
    """

    title: str
    rows: list[Line | str | None]


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
        When an activation is one's own, the step was rounded in a way that sheets cannot, or a
        number is out of their reach.

    Examples
    --------
    >>> import chainrule as cr
    >>> book = book_of(cr.tutorials.load("jain").trace(), Options(rounds=0))
    >>> [sheet.title for sheet in book.sheets][:5]
    ['Read me', 'Given', 'Weights', 'Layer 1 forward', 'Layer 2 forward']
    """
    count = len(trace) + sum(array.size for array in trace.given.values())
    if count > MOST:
        thing, was = "the number of numbers of this step", Words(f"{count:,}")
        raise TooLargeError(sentence(thing, was, f"at most {MOST:,} in a spreadsheet", ELSEWHERE))
    rounding = trace.rounding
    if rounding is not None and (rounding.decimals is None or rounding.half == "even"):
        may_be = "to decimals with halves away from zero, in a spreadsheet"
        raise InvalidValueError(sentence("the rounding", Words(str(rounding)), may_be, ELSEWHERE))
    return _Plan(trace, options).book()


class _Plan:
    """Lays out one trace: first the place of every number, then the formulas, which speak of places."""

    def __init__(self, trace: Trace, options: Options) -> None:
        self.trace, self.options = trace, options
        self.numbers = Numbers(trace)
        given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
        self.given = [each for each in given if not changes(each)]
        self.state = [each for each in given if changes(each)]
        self.drafts = list(self._drafts())
        self.addresses = dict(self._addresses())
        self.names = self._names()
        self.printer = SheetPrinter(self._cell, sheet_number, trace.rounding)
        self.called = {line.quantity: line.name for line in self._lines()}
        longest = max(map(len, self.called.values()), default=0)
        self.name_width = float(min(max(longest + 2, NARROW), WIDE))
        self.symbols = TextPrinter(lambda quantity: self.called.get(quantity) or trace.name(quantity))

    def book(self) -> Book:
        """Return the workbook."""
        rounds, of_rounds = rounds_sheets(self.trace, self._cell, self.options.rounds)
        of_names = "w5 is w_5 where w5 is an address; the column cell says each"
        some = "every cell" if len(self.names) == len(self.addresses) else "every weight and bias"
        said = [
            "Change any number on a yellow ground: every other number is a formula and follows.",
            self._to_iterate(),
            of_rounds,
            f"So that formulas can be read, {some} has a name ({of_names}).",
        ]
        computed = map(self._computed, self.drafts)
        sheets = (read_me(self.trace, self.options, said), self._given(), self._state(), *computed, *rounds)
        return Book(shown_controls(self.trace.title), sheets, self.options.of(self.trace).decimals)

    def _to_iterate(self) -> str:
        """Return how to take the next step by hand."""
        first, last = 3, 2 + len(self.state)
        return (
            f"The next step: on the sheet {STATE} copy C{first}:C{last}, and paste its values "
            f"(Paste Special, numbers only) over B{first}:B{last}."
        )

    def _drafts(self) -> Iterator[Draft]:
        """Yield a sheet for each layer's passes, the loss, the update, and what comes after."""
        for title, families in groupby(self.trace.families, key=_title):
            rows: list[Line | str | None] = []
            before = None
            for family in families:
                place = (family.equation, family.quantity.indices[0])
                if place != before:
                    rows += [*([None] if rows else []), _heading(family)]
                before = place
                for statement in self.trace.statements(family):
                    rows += in_parts(statement, self.numbers)
            yield Draft(title, rows)

    def _lines(self) -> Iterator[Line]:
        """Yield every number that is computed."""
        return (row for draft in self.drafts for row in draft.rows if isinstance(row, Line))

    def _addresses(self) -> Iterator[tuple[Quantity, str]]:
        """Yield where each number is."""
        yield from ((each, there(GIVEN, 1, 1 + row)) for row, each in enumerate(self.given))
        yield from ((each, there(STATE, OLD, 2 + row)) for row, each in enumerate(self.state))
        for draft in self.drafts:
            for row, each in enumerate(draft.rows):
                if isinstance(each, Line):
                    yield each.quantity, there(draft.title, 1, 1 + row)

    def _names(self) -> dict[Quantity, str]:
        """Return the names of cells: of all of them, or where they are too many of weights and biases."""
        called = {each: self.trace.name(each) for each in (*self.given, *self.state)}
        called |= {line.quantity: line.name for line in self._lines()}
        if len(called) > MOST_NAMED:
            called = {each: name for each, name in called.items() if each.name in ("W", "b")}
        return dict(zip(called, cell_names(called.values()), strict=True))

    def _cell(self, quantity: Quantity) -> str:
        """Return a number's cell as a formula speaks of it: its name, or else its address."""
        return self.names.get(quantity) or self.addresses[quantity]

    def _given(self) -> Sheet:
        """Return the sheet of the data: inputs, targets, learning rate and the like."""
        rows = [heading("number", "value", "cell", "where it is from", numbers=[1])]
        rows += [[*self._came_in(each), self._name(each), self._mark(each)] for each in self.given]
        return Sheet(GIVEN, (self.name_width, *REST), (1, 1), rows)

    def _state(self) -> Sheet:
        """Return the sheet of what a step changes: old values, and beside them the new ones."""
        titles = ("number", "old: change, or paste", "new: copy", "cell of the old one", "where it is from")
        rows: list[list[Cell | None]] = [[text(self._to_iterate(), "section")]]
        rows += [heading(*titles, numbers=[OLD, NEW])]
        rows += [
            [*self._came_in(each), self._new(each), self._name(each), self._mark(each)] for each in self.state
        ]
        return Sheet(STATE, (self.name_width, 24.0, *REST), (2, 1), rows)

    def _came_in(self, quantity: Quantity) -> tuple[Cell, Cell]:
        """Return the name and the cell of a number that a reader may change."""
        value = self.trace.value(quantity)
        return text(self.trace.name(quantity)), Cell(value, style="input", name=self.names.get(quantity, ""))

    def _new(self, quantity: Quantity) -> Cell:
        """Return the value after the step of a number that came in: a link to where it is computed."""
        if quantity.name == "t":
            return Cell(self.trace.value(quantity) + 1, f"{self._cell(quantity)}+1", "number")
        # what the optimizer remembers of a frozen one stays
        new = after(quantity) if after(quantity) in self.addresses else quantity
        return Cell(self.trace.value(new), self._cell(new), "number")

    def _mark(self, quantity: Quantity) -> Cell:
        return text(self.trace.marks.get(quantity, ""), "quiet")

    def _name(self, quantity: Quantity) -> Cell:
        return text(self.names.get(quantity, ""), "quiet")

    def _computed(self, draft: Draft) -> Sheet:
        """Return a sheet of numbers that are computed."""
        rows: list[list[Cell | None]] = [heading("number", "value", "cell", "formula", numbers=[1])]
        for each in draft.rows:
            rows.append(
                self._row(each) if isinstance(each, Line) else [text(each, "section")] if each else []
            )
        return Sheet(draft.title, (self.name_width, *REST), (1, 1), rows)

    def _row(self, line: Line) -> list[Cell | None]:
        """Return the row of a number: its name, live value, name of the cell, formula in symbols."""
        formula = self.printer.result(line.tree)
        if len(formula) > LONGEST:
            thing, was = f"the length of the formula for {line.name}", Words(f"{len(formula):,}")
            may_be = f"at most {LONGEST:,} characters in a spreadsheet"
            raise TooLargeError(sentence(thing, was, may_be, ELSEWHERE))
        if not (math.isfinite(line.value) and math.isfinite(self.numbers.value(line.tree))):
            thing, was = f"the formula of {line.name}", Words("one that is not finite in a spreadsheet")
            raise InvalidValueError(sentence(thing, was, "one of moderate numbers", ELSEWHERE))
        value = Cell(line.value, formula, "number", self.names.get(line.quantity, ""))
        symbols = text(self.symbols.text(line.tree), "quiet")
        return [text(line.name), value, self._name(line.quantity), symbols]


def _heading(family: Family) -> str:
    """Return the heading of what one equation gives in one layer."""
    if family.equation == "loss":
        return "the loss"
    place = f"layer {family.quantity.indices[0]}, {family.equation}"
    return f"{place}: {EQUATIONS[family.equation].text}" if family.equation in EQUATIONS else place


def _title(family: Family) -> str:
    """Return the name of the sheet that a family is on."""
    layer = family.quantity.indices[0]
    return {
        "forward": f"Layer {layer} forward",
        "loss": "Loss",
        "backward": f"Layer {layer} backward",
        "update": "Update",
        "after": "After",
    }[family.part]
