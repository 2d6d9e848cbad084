"""Worksheets: a step whose numbers a person computes, to fill in or to print, and their key."""

import os
from collections.abc import Mapping
from pathlib import Path

from chainrule.check.answers import numbers_in
from chainrule.errors import InvalidFileError, InvalidTypeError, sentence, shown
from chainrule.files.atomic import write_atomically
from chainrule.files.plain_json import parsed
from chainrule.files.sheets import read_sheets
from chainrule.files.source import errors_about
from chainrule.network import accept
from chainrule.trace.step import Trace
from chainrule.writers import worksheet_html
from chainrule.writers.json_trace import start_from
from chainrule.writers.options import Options
from chainrule.writers.sheet import ods, xlsx
from chainrule.writers.sheet.worksheet import STEP, book

WORKBOOKS = {".ods": ods.write, ".xlsx": xlsx.write}
SUFFIXES, SAID = (*WORKBOOKS, ".html"), ".ods, .xlsx or .html"


def worksheet(
    trace: Trace,
    path: str | os.PathLike[str],
    *,
    key: bool = False,
    digits: int = 10,
    overwrite: bool = False,
    origin: Mapping[str, str] | None = None,
) -> None:
    """Write a step for a person to compute: its numbers are empty cells, or lines on paper.

    Parameters
    ----------
    trace : Trace
        The step, under the names that the person uses.
    path : str or path
        The file: .ods or .xlsx, which `check_numbers` and `diagnose_numbers` take when it is filled in, or
        .html for printing.
    key : bool
        Whether the numbers stand in it.
    digits : int
        Significant digits of a printed key, 1 to 17.
    overwrite : bool
        Whether an existing file may be replaced.
    origin : mapping of str to str, optional
        What else is known of where the step is from, such as the command.

    Raises
    ------
    InvalidFileError, OSError
        When the suffix is none of these, the file exists, or cannot be written.
    InvalidTypeError, InvalidValueError, TooLargeError
        When it is no step, one with an activation of one's own, or more than a person computes.

    Examples
    --------
    >>> import os, tempfile
    >>> import chainrule as cr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "mine.ods")
    ...     worksheet(cr.tutorials.load("jain").trace(), path, key=True)
    ...     trace, numbers = read_worksheet(path)
    >>> numbers["net_h1"], cr.check_numbers(trace, numbers).passed
    ('0.3775', True)
    """
    if not isinstance(trace, Trace):
        raise InvalidTypeError(sentence("the step of a worksheet", trace, "a Trace, as model.trace gives"))
    suffix = Path(path).suffix.lower()
    options = Options(accept.count("digits", digits), origin=dict(origin or {}))
    if suffix in WORKBOOKS:
        data = WORKBOOKS[suffix](book(trace, options, key=key))
    elif suffix == ".html":
        data = worksheet_html.document(trace, options, key=key).encode("utf-8")
    else:
        raise InvalidFileError(sentence(f"the suffix of {shown(os.fspath(path))}", suffix, SAID))
    write_atomically(path, data, overwrite=overwrite)


def read_worksheet(path: str | os.PathLike[str]) -> tuple[Trace, dict[str, object]]:
    """Return the step of a worksheet and the numbers that were filled in, by their names.

    Parameters
    ----------
    path : str or path
        An .ods or .xlsx file that `worksheet` wrote.

    Raises
    ------
    InvalidFileError
        When it is no such file, or its step was damaged.

    Examples
    --------
    >>> import os, tempfile
    >>> import chainrule as cr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "empty.xlsx")
    ...     worksheet(cr.tutorials.load("jain").trace(), path)
    ...     read_worksheet(path)[1]
    {}
    """
    sheets = read_sheets(path)
    with errors_about(path):
        if STEP not in sheets:
            may_be = f"one with a sheet called {STEP}, as chainrule worksheet makes it"
            raise InvalidFileError(sentence("the workbook", list(sheets), may_be))
        told = parsed("the step", "".join(row[0] for row in sheets[STEP] if row))
        return start_from(told), numbers_in(sheets)
