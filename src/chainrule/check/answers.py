"""Reading somebody's numbers of a step from a file: a table of names and numbers, or JSON."""

import csv
import io
import os
from pathlib import Path

from chainrule.errors import InvalidFileError, sentence
from chainrule.files.plain_json import parsed
from chainrule.files.source import errors_about, readable_file

LARGEST = 10_000_000  # bytes
SUFFIXES = ".csv or .json"


def read_numbers(path: str | os.PathLike[str]) -> dict[str, object]:
    r"""Read numbers by their names, with the digits that they were written with.

    Parameters
    ----------
    path : str or path
        A .csv file with a name and a number in each row, with or without a heading; or a .json file with
        one table of names and numbers, as numbers or as text. An empty number is one not given.

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


def _from_csv(text: str) -> dict[str, object]:
    found: dict[str, object] = {}
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(map(str.strip, row))]
    except csv.Error as error:
        raise InvalidFileError(f"the table cannot be read: {error}") from None
    for place, row in enumerate(rows, 1):
        if len(row) != 2:
            raise InvalidFileError(sentence(f"row {place}", ",".join(row), "a name, a comma and a number"))
        name, number = (cell.strip() for cell in row)
        if place == 1 and not any(letter.isdigit() for letter in number):
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
