"""A workbook as data: sheets of cells, each text, a number, or a formula with the value it has."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["", "title", "heading", "input", "value", "formula", "quiet"]


@dataclass(frozen=True)
class Cell:
    """One cell.

    Parameters
    ----------
    value : str or float
        What it shows; of a formula, the value that the program will compute.
    formula : str
        The formula without its equals sign, in A1 notation or names of cells; empty for none.
    style : str
        How it looks: an input that a reader may change, a value, a heading and the like.
    name : str
        The name of the cell, empty for none.
    """

    value: str | float
    formula: str = ""
    style: Style = ""
    name: str = ""


@dataclass
class Sheet:
    """One sheet.

    Parameters
    ----------
    title : str
        Its name: letters, digits and spaces, at most 31.
    widths : tuple of float
        The widths of its columns, in letters; the last one holds for all that follow.
    frozen : int
        How many rows stay at the top.
    rows : list of list of Cell or None
        Its cells.
    chart : (int, str), optional
        A column of numbers, from the second row on, that is drawn as a curve, and its title.
    """

    title: str
    widths: tuple[float, ...]
    frozen: int = 0
    rows: list[list[Cell | None]] = field(default_factory=list)
    chart: tuple[int, str] | None = None


@dataclass(frozen=True)
class Book:
    """A workbook.

    Parameters
    ----------
    title : str
        What it is of.
    sheets : tuple of Sheet
        Its sheets in order.
    """

    title: str
    sheets: tuple[Sheet, ...]

    def named(self) -> list[tuple[str, Sheet, int, int]]:
        """Return every name with its sheet, row and column, both from 0."""
        return [
            (cell.name, sheet, row, column)
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
