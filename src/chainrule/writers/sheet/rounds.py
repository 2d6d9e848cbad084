"""Many rounds on one sheet: a round is a row, and each begins with what the row above it ended with."""

import math
from collections.abc import Callable

import numpy as np

from chainrule.network.formula import Formula, Number, Quantity
from chainrule.trace.build import trace_steps
from chainrule.trace.step import Statement, Trace
from chainrule.writers.sheet.book import Cell, Chart, Sheet, here
from chainrule.writers.sheet.formula_sheet import SheetPrinter, sheet_number
from chainrule.writers.sheet.numbers import Numbers
from chainrule.writers.sheet.read_me import heading, text

ROUNDS, CURVE = "Rounds", "Loss curve"
MOST_COLUMNS = 400  # a network with more is no longer iterated on a sheet
MOST_CELLS = 60_000
LONGEST = 8_000  # characters of a formula
NONE = "There is no sheet of many rounds"
LOSS = 1  # the column of the loss, beside that of the round


def changes(quantity: Quantity) -> bool:
    """Return whether a number that came in is changed by the step: a parameter, or what is remembered."""
    return quantity.name in ("W", "b", "t") or quantity.name.endswith(("_W", "_b"))


def after(quantity: Quantity) -> Quantity:
    """Return what a number is after the step."""
    return Quantity(f"{quantity.name}_after", quantity.indices)


def rounds_sheets(
    trace: Trace, cell: Callable[[Quantity], str], rounds: int
) -> tuple[tuple[Sheet, ...], str]:
    """Return the sheet of many rounds and the one of its curve, and what the workbook says of them.

    Parameters
    ----------
    trace : Trace
        The first round.
    cell : callable
        The cell of a number that came in, as a formula speaks of it.
    rounds : int
        How many; 0 for no such sheet.

    Returns
    -------
    sheets : tuple of Sheet
        None of them where there would be too many columns, or none were asked for.
    said : str
        What they do, or why they are left out.
    """
    if not rounds:
        return (), f"{NONE}, because none were asked for; ask with rounds=200."
    if trace.rounding is not None:
        return (), f"{NONE}, because this step was rounded by hand; ask without rounding."
    table = _Table(trace, cell)
    if (width := len(table.columns) + 1) > MOST_COLUMNS:
        why = f"it would have {width:,} columns and may have {MOST_COLUMNS}"
        return (), f"{NONE}, because {why}; model.fit goes on, and its history has every loss."
    if table.longest() > LONGEST:
        return (
            (),
            f"{NONE}, because a formula would be longer than {LONGEST:,} characters; use shorter names.",
        )
    sheet = table.sheet(min(rounds, MOST_CELLS // width))
    made = len(sheet.rows) - 1
    said = f"The sheet {ROUNDS} goes on for {made} rounds, one a row, and follows every change."
    if table.ended:
        said = f"{said[:-1]}; then its numbers are too large for a spreadsheet."
    elif made < rounds:
        said = f"{said[:-1]}; {rounds} were asked for, and it holds {MOST_CELLS:,} cells."
    if made < 2:
        return (sheet,), said
    return (sheet, _curve(sheet.rows[0][LOSS], made)), said


def _curve(title: Cell | None, last: int) -> Sheet:
    """Return the sheet with the curve of the loss."""
    assert title is not None
    head = text(f"{title.value} in every round", "title")
    return Sheet(CURVE, (12.0,), rows=[[head]], chart=Chart(ROUNDS, 0, LOSS, last))


class _Table:
    """The columns of the sheet: the loss, what a round starts from, and all that it computes."""

    def __init__(self, trace: Trace, cell: Callable[[Quantity], str]) -> None:
        self.trace, self.cell = trace, cell
        given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
        self.state = [each for each in given if changes(each)]
        computed = [f for f in trace.families if f.part != "after"]
        computed.sort(key=lambda family: family.quantity.name != "loss")
        self.computed = [each for family in computed for each in trace.statements(family)]
        loss, *others = (each.quantity for each in self.computed)
        self.columns = {each: 1 + place for place, each in enumerate((loss, *self.state, *others))}
        self.ended = False

    def longest(self) -> int:
        """Return the length of the longest formula, wherever its row is."""
        return max(len(self._formula(each, 99_999)) for each in self.computed)

    def sheet(self, rounds: int) -> Sheet:
        """Return the sheet, up to the last round that a spreadsheet can compute."""
        titles = ["round", *(self.trace.name(each) for each in self.columns)]
        rows = [heading(*titles, numbers=range(len(titles)))]
        for step in trace_steps(self.trace.start, rounds):
            with np.errstate(all="ignore"):
                row = self._round(step, len(rows))
            if row is None:
                self.ended = True
                break
            rows.append(row)
        return Sheet(ROUNDS, (8.0, 20.0), (1, 1 + LOSS), rows)

    def _round(self, step: Trace, row: int) -> list[Cell | None] | None:
        """Return the cells of a round, or None where a number of it is out of reach."""
        cells = {each: Cell(step.value(each), self._start(each, row), "number") for each in self.state}
        numbers = Numbers(step)
        for statement in self.computed:
            value = step.value(statement.quantity)
            if not (math.isfinite(value) and math.isfinite(numbers.value(_tree(statement)))):
                return None
            cells[statement.quantity] = Cell(value, self._formula(statement, row), "number")
        return [Cell(float(row), style="count"), *(cells[each] for each in self.columns)]

    def _formula(self, statement: Statement, row: int) -> str:
        """Return the formula of a number in some row; rows count from 0."""
        return SheetPrinter(lambda quantity: self._place(quantity, row), sheet_number).text(_tree(statement))

    def _place(self, quantity: Quantity, row: int) -> str:
        """Return where a number is: in a column of this row, or among those that came in."""
        column = self.columns.get(quantity)
        return self.cell(quantity) if column is None else here(column, row)

    def _start(self, quantity: Quantity, row: int) -> str:
        """Return what a round starts from: what came in, then what the row above ended with."""
        if row == 1:
            return self.cell(quantity)
        if quantity.name == "t":
            return f"{here(self.columns[quantity], row - 1)}+1"
        new = after(quantity) if after(quantity) in self.columns else quantity
        return here(self.columns[new], row - 1)


def _tree(statement: Statement) -> Formula:
    return Number(statement.value) if statement.tree is None else statement.tree
