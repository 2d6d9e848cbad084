"""Reading somebody's numbers of a step from a file: a table of names and numbers, a workbook, or JSON."""

import csv
import io
import os
from pathlib import Path

from chainrule.errors import InvalidFileError, sentence
from chainrule.files import sheets
from chainrule.files.plain_json import parsed
from chainrule.files.source import errors_about, readable_file

LARGEST = 10_000_000  # bytes
SUFFIXES = ".csv, .json, .ods or .xlsx"
# The headings of the two columns, as people write them.
NAMES = ("name", "names", "number", "quantity", "symbol", "what")
NUMBERS = ("value", "values", "your number", "its number", "number", "mine", "result")


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
        return _from_workbook(path)
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


def _from_workbook(path: str | os.PathLike[str]) -> dict[str, object]:
    """Return the numbers of the sheet with the headings of a worksheet, or of the first two columns."""
    found: dict[str, object] = {}
    by_title = sheets.read_sheets(path)
    with errors_about(path):
        rows = next((rows for rows in by_title.values() if _columns(rows)), next(iter(by_title.values()), []))
        name, number = _columns(rows) or (0, 1)
        for place, row in enumerate(rows, 1):
            cells = [row[column].strip() if column < len(row) else "" for column in (name, number)]
            heading = place == 1 and (cells[0].lower() in NAMES or cells[1].lower() in NUMBERS)
            if heading or not all(cells):
                continue  # or a number that was left out
            if cells[0] in found:
                raise InvalidFileError(f"row {place} had the name {cells[0]!r} again; it may be there once")
            found[cells[0]] = cells[1]
    return found


def _columns(rows: sheets.Rows) -> tuple[int, int] | None:
    """Return which columns of a sheet are the names and the numbers, by its headings; None without them."""
    heading = rows[0] if rows else []
    for mine in ("your number", "its number"):
        if "number" in heading and mine in heading:
            return heading.index("number"), heading.index(mine)
    return None


def _from_csv(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
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
    for place, row in enumerate(rows, 1):
        if len(row) != 2:
            raise InvalidFileError(sentence(f"row {place}", ",".join(row), "a name, a comma and a number"))
        name, number = (cell.strip() for cell in row)
        number = number.replace(",", ".") if parted == ";" else number
        if place == 1 and (name.lower() in NAMES or number.lower() in NUMBERS):
            continue  # a heading
        if name in found:
            raise InvalidFileError(f"row {place} had the name {name!r} again; it may be there once")
        found[name] = number
    return found


def _from_json(text: str) -> dict[str, object]:
    table = parsed("the table", text)
    if not isinstance(table, dict):
        raise InvalidFileError(sentence("the JSON", table, "one table of names and numbers"))
    return table
