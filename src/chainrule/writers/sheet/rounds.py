"""Many rounds on one sheet: a round is a row, and each begins with what the row above it ended with."""

from collections.abc import Iterable, Mapping

from chainrule.network.formula import Formula, Number, Quantity
from chainrule.trace.build import trace_steps
from chainrule.trace.step import Trace
from chainrule.writers.lines import shown_controls
from chainrule.writers.sheet.book import Cell, Sheet, column_letters
from chainrule.writers.sheet.formula_sheet import SheetPrinter, sheet_number

TITLE = "Rounds"
MOST_COLUMNS = 400  # a network with more is no longer iterated on a sheet
MOST_CELLS = 60_000


def changes(quantity: Quantity) -> bool:
    """Return whether a number that came in is changed by the step: a parameter, or what is remembered."""
    return quantity.name in ("W", "b", "t") or quantity.name.endswith(("_W", "_b"))


def after(quantity: Quantity) -> Quantity:
    """Return what a number is after the step."""
    return Quantity(f"{quantity.name}_after", quantity.indices)


def rounds_sheet(trace: Trace, names: Mapping[Quantity, str], rounds: int) -> tuple[Sheet | None, str]:
    """Return the sheet of many rounds, and what the workbook says of it.

    Parameters
    ----------
    trace : Trace
        The first round.
    names : mapping of Quantity to str
        The names of the cells with what came in.
    rounds : int
        How many; 0 for no such sheet.

    Returns
    -------
    sheet : Sheet or None
        None where it would have too many columns or cells.
    said : str
        What it does, or why it is left out.
    """
    if trace.rounding is not None:
        return None, "There is no sheet of many rounds, because this step was rounded by hand."
    table = _Table(trace, names)
    width = len(table.columns) + 1
    if not rounds:
        return None, "There is no sheet of many rounds, because none were asked for (--rounds)."
    if width > MOST_COLUMNS:
        return (
            None,
            f"There is no sheet of many rounds: it would have {width:,} columns, above {MOST_COLUMNS}.",
        )
    if width * rounds > MOST_CELLS:
        cells = f"{width * rounds:,} cells, above {MOST_CELLS:,}"
        return None, f"There is no sheet of many rounds: it would have {cells} (ask for fewer with --rounds)."
    said = f"The sheet {TITLE} goes on for {rounds} rounds, one a row, and follows every change."
    return table.sheet(rounds), said


class _Table:
    """The columns of the sheet: what a round starts from, then all that it computes up to the update."""

    def __init__(self, trace: Trace, names: Mapping[Quantity, str]) -> None:
        self.trace, self.names = trace, names
        given = (each for kind, layer in trace.given for each in trace.entries(kind, layer))
        self.state = [each for each in given if changes(each)]
        computed = [f for f in trace.families if f.part != "after"]
        self.computed = [each for family in computed for each in trace.statements(family)]
        quantities = [*self.state, *(each.quantity for each in self.computed)]
        self.columns = {each: column_letters(1 + place) for place, each in enumerate(quantities)}

    def sheet(self, rounds: int) -> Sheet:
        """Return the sheet."""
        loss = Quantity("loss", (self.trace.network.depth,))
        titles = ["round", *(shown_controls(self.trace.name(each)) for each in self.columns)]
        chart = (1 + list(self.columns).index(loss), titles[1 + list(self.columns).index(loss)])
        rows: list[list[Cell | None]] = [[Cell(title, style="heading") for title in titles]]
        for number, step in enumerate(trace_steps(self.trace.start, rounds)):
            rows.append([Cell(float(number + 1), style="quiet"), *self._round(step, number)])
        return Sheet(TITLE, (8.0, 16.0), 1, rows, chart)

    def _round(self, step: Trace, number: int) -> Iterable[Cell]:
        """Yield the cells of a round, whose row is the number and 2 (the titles, and counting from 1)."""
        row = number + 2
        printer = SheetPrinter(lambda quantity: self._place(quantity, row), sheet_number)
        for quantity in self.state:
            yield Cell(step.value(quantity), self._start(quantity, row), "formula")
        for statement in self.computed:
            tree: Formula = statement.tree if statement.tree is not None else Number(statement.value)
            yield Cell(step.value(statement.quantity), printer.text(tree), "formula")

    def _place(self, quantity: Quantity, row: int) -> str:
        """Return where a number is: in a column of this row, or in a cell with a name."""
        column = self.columns.get(quantity)
        return self.names[quantity] if column is None else f"{column}{row}"

    def _start(self, quantity: Quantity, row: int) -> str:
        """Return what a round starts from: the sheet's state, then what the row above ended with."""
        if row == 2:
            return self.names[quantity]
        above = row - 1
        if quantity.name == "t":
            return f"{self.columns[quantity]}{above}+1"
        column = self.columns.get(after(quantity))
        return f"{column or self.columns[quantity]}{above}"
