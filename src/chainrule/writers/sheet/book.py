"""A workbook as data: sheets of cells, each text, a number, or a formula with the value it has.

Formulas are in OpenFormula's notation: a cell is ``[.B2]`` on the same sheet and ``[$'Given'.$B$2]`` on
another one, arguments are parted by semicolons. No name or number has a bracket or a semicolon in it,
so a writer whose format spells them otherwise can replace them without reading the formula.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from chainrule.writers.sheet.looks import Style


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    value : str or float
        What it shows; of a formula, the value that the program will compute.
    formula : str
        The formula without its equals sign; empty for none.
    style : str
        How it looks: an input that a reader may change, a number, a heading and the like.
    name : str
        The name of the cell, empty for none.
    """

    value: str | float
    formula: str = ""
    style: Style = ""
    name: str = ""


@dataclass(frozen=True)
class Chart:
    """A curve: one column of a sheet over another.

    Parameters
    ----------
    of : str
        The sheet that the numbers are on.
    across, up : int
        The columns of the horizontal and of the vertical axis; their titles are in the first row.
    last : int
        The last row of the numbers; the first is the second row of the sheet.
    """

    of: str
    across: int
    up: int
    last: int


@dataclass
class Sheet:
    """One sheet.

    Parameters
    ----------
    title : str
        Its name: letters, digits and spaces, at most 31.
    widths : tuple of float
        The widths of its columns, in letters; the last one holds for all that follow.
    frozen : (int, int)
        How many rows stay at the top, and how many columns at the left.
    rows : list of list of Cell or None
        Its cells.
    chart : Chart, optional
        What is drawn below them.
    """

    title: str
    widths: tuple[float, ...]
    frozen: tuple[int, int] = (0, 0)
    rows: list[list[Cell | None]] = field(default_factory=list)
    chart: Chart | None = None

    @property
    def fits_a_page(self) -> bool:
        """Whether it is narrow enough to be printed as wide as a page."""
        return len(list(self.columns())) <= len(self.widths)

    def columns(self) -> Iterator[float]:
        """Yield the width of every column that has a cell."""
        for column in range(max(map(len, self.rows), default=1)):
            yield self.widths[min(column, len(self.widths) - 1)]


class Named(NamedTuple):
    """A cell with a name, and where it is: row and column count from 0."""

    name: str
    sheet: str
    column: int
    row: int


@dataclass(frozen=True)
class Book:
    """A workbook.

    Parameters
    ----------
    title : str
        What it is of.
    sheets : tuple of Sheet
        Its sheets in order.
    decimals : int, optional
        How many digits after the point a computed number shows; as many as fit where it is None.
    """

    title: str
    sheets: tuple[Sheet, ...]
    decimals: int | None = None

    def named(self) -> list[Named]:
        """Return every cell that has a name."""
        return [
            Named(cell.name, sheet.title, column, row)
            for sheet in self.sheets
            for row, cells in enumerate(sheet.rows)
            for column, cell in enumerate(cells)
            if cell is not None and cell.name
        ]


def column_letters(column: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def here(column: int, row: int) -> str:
    """Return the address of a cell of the same sheet, for a formula; column and row count from 0.

    Examples
    --------
    >>> here(1, 0)
    '[.B1]'
    """
    return f"[.{column_letters(column)}{row + 1}]"


def there(sheet: str, column: int, row: int) -> str:
    """Return the address of a cell of any sheet, for a formula; column and row count from 0.

    Examples
    --------
    >>> there("Given", 1, 0)
    "[$'Given'.$B$1]"
    """
    return f"[$'{sheet}'.${column_letters(column)}${row + 1}]"
