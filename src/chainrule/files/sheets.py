"""Reading the cells of a workbook, .ods or .xlsx, in a child process with limits."""

import os

from chainrule.files.child import read_in_child
from chainrule.files.source import errors_about
from chainrule.files.wire import malformed

READER = "chainrule.files.sheets_format:parse"
SUFFIXES = (".ods", ".xlsx")

Rows = list[list[str]]


def read_sheets(path: str | os.PathLike[str]) -> dict[str, Rows]:
    """Return the cells of every sheet of a workbook as text; of a formula, its value.

    Parameters
    ----------
    path : str or path
        A plain file of at most 256 MB.

    Raises
    ------
    InvalidFileError
        When it is no workbook, or larger than a person fills in.
    """
    answer = read_in_child(READER, path)
    with errors_about(path):
        if not isinstance(answer, dict):
            raise malformed("something else than sheets")
        return {str(title): [[str(cell) for cell in row] for row in rows] for title, rows in answer.items()}
