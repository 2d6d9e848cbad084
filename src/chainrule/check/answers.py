"""Reading somebody's numbers of a step from a file: a table of names and numbers, a workbook, or JSON."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chainrule.errors import InvalidFileError, sentence
from chainrule.files import sheets
from chainrule.files.plain_json import parsed
from chainrule.files.source import errors_about, readable_file

LARGEST = 10_000_000  # bytes
SUFFIXES = ".csv, .json, .ods or .xlsx"
NAME, MINE, OF_KEY = "number", "your number", "its number"  # the headings of a worksheet, and of its key
# The headings of the two columns, as people write them.
NAMES = ("name", "names", NAME, "quantity", "symbol", "what")
NUMBERS = ("value", "values", MINE, OF_KEY, "number", "mine", "result")


def read_numbers(path: str | os.PathLike[str]) -> dict[str, object]:
    r"""Read numbers by their names, with the digits that they were written with.

    Parameters
    ----------
    path : str or path
        A .csv file with a name and a number in each row, with or without a heading; a .json file with one
        table of names and numbers, as numbers or as text; or a worksheet, .ods or .xlsx, that was filled in.
        An empty number is one not given.

    Raises
    ------
    InvalidFileError
        When it is no such file; the row is named.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "mine.csv"
    ...     _ = file.write_text("name,value\nout_o1,0.7514\ndelta_o1,0.1385\n")
    ...     read_numbers(file)
    {'out_o1': '0.7514', 'delta_o1': '0.1385'}
    """
    suffix = Path(path).suffix.lower()
    if suffix in sheets.SUFFIXES:
        by_title = sheets.read_sheets(path)
        with errors_about(path):
            return numbers_in(by_title)
    readers = {".csv": _from_csv, ".json": _from_json}
    if suffix not in readers:
        raise InvalidFileError(
            sentence("the file of numbers", os.fspath(path), f"one whose name ends in {SUFFIXES}")
        )
    readable_file(path, LARGEST)
    with errors_about(path):
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InvalidFileError("the text was no UTF-8; it may be saved as UTF-8") from None
        return {name: number for name, number in readers[suffix](text).items() if str(number).strip()}


def numbers_in(by_title: Mapping[str, sheets.Rows]) -> dict[str, object]:
    """Return the numbers of the sheet with the headings of a worksheet, or of the first two columns.

    Parameters
    ----------
    by_title : mapping of str to list of list of str
        The cells of a workbook, as `read_sheets` reads them.

    Raises
    ------
    InvalidFileError
        When a name is there twice.
    """
    rows = next((rows for rows in by_title.values() if _columns(rows)), next(iter(by_title.values()), []))
    name, number = _columns(rows) or (0, 1)
    return _by_name(
        (place, row[name], row[number])
        for place, row in enumerate(rows, 1)
        if max(name, number) < len(row) and row[name].strip() and row[number].strip()
    )


def _by_name(rows: Iterable[tuple[int, str, str]]) -> dict[str, object]:
    """Return numbers by their names, from places, names and numbers; a heading in the first row is none."""
    found: dict[str, object] = {}
    for place, *cells in rows:
        name, number = map(str.strip, cells)
        if place == 1 and (name.lower() in NAMES or number.lower() in NUMBERS):
            continue
        if name in found:
            raise InvalidFileError(f"row {place} had the name {name!r} again; it may be there once")
        found[name] = number
    return found


def _columns(rows: sheets.Rows) -> tuple[int, int] | None:
    """Return which columns of a sheet are the names and the numbers, by its headings; None without them."""
    heading = rows[0] if rows else []
    for mine in (MINE, OF_KEY):
        if NAME in heading and mine in heading:
            return heading.index(NAME), heading.index(mine)
    return None


def _from_csv(text: str) -> dict[str, object]:
    try:
        # Where numbers have commas, a semicolon parts the columns.
        parted = ";" if ";" in text.partition("\n")[0] else ","
        rows = [
            row
            for row in csv.reader(io.StringIO(text), delimiter=parted, strict=True)
            if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise InvalidFileError(f"the table cannot be read: {error}") from None
    return _by_name(_pairs(rows, decimal="," if parted == ";" else "."))


def _pairs(rows: list[list[str]], decimal: str) -> Iterator[tuple[int, str, str]]:
    """Yield the place, the name and the number of each row of a table, the number with a decimal point."""
    for place, row in enumerate(rows, 1):
        if len(row) != 2:
            raise InvalidFileError(sentence(f"row {place}", ",".join(row), "a name, a comma and a number"))
        name, number = row
        yield place, name, number.replace(decimal, ".")


def _from_json(text: str) -> dict[str, object]:
    table = parsed("the table", text)
    if not isinstance(table, dict):
        raise InvalidFileError(sentence("the JSON", table, "one table of names and numbers"))
    return table
