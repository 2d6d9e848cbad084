"""The cells of a workbook, from its bytes. It runs in the reading child only."""

import io

from python_calamine import CalamineError, CalamineWorkbook

from chainrule.errors import InvalidFileError, sentence
from chainrule.files.wire import Tree

MOST = 50_000  # cells: what a person fills in is far less


def parse(content: bytes) -> Tree:
    """Return each sheet's rows of cells as text.

    Raises
    ------
    InvalidFileError
        When the content is no workbook, or has too many cells.
    """
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {title: book.get_sheet_by_name(title).to_python() for title in book.sheet_names}
    except CalamineError as error:
        raise InvalidFileError(f"the content was no workbook: {error}") from None
    count = sum(len(row) for rows in sheets.values() for row in rows)
    if count > MOST:
        raise InvalidFileError(sentence("the number of cells", count, f"at most {MOST:,}"))
    return {title: [[_text(cell) for cell in row] for row in rows] for title, rows in sheets.items()}


def _text(cell: object) -> str:
    """Return a cell as text: a number as it was typed, a whole one without a point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
