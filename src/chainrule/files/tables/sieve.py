"""The sieve: what comes out of it is read alike by everybody, or there was an error.

polars takes short rows, NUL and duplicate names in silence, and has its own idea of quotes. So no
CSV reaches it as it came: every record is read by Python's csv module, counted, and written on, its
quotes in their plainest form. What was checked is what polars reads.
"""

import csv
from dataclasses import dataclass
from typing import TextIO

from chainrule.errors import InvalidFileError, sentence, shown
from chainrule.files.tables.lines import Lines
from chainrule.files.tables.names import check_names
from chainrule.files.tables.records import Records
from chainrule.files.tables.wording import described
from chainrule.network.accept import refuse_too_large

ROWS_BETWEEN_LOOKS = 1 << 16


@dataclass(frozen=True)
class Sieved:
    """What a text held.

    Parameters
    ----------
    names : list of str
        Of the columns.
    rows : int
        How many, without the header.
    delimiter : str
        What stands between fields.
    """

    names: list[str]
    rows: int
    delimiter: str


def sieve(lines: Lines, out: TextIO, delimiter: str | None = None) -> Sieved:
    r"""Check a text of separated fields, and write its records on in plain form.

    The first line written has the columns' numbers from 0 in place of their names.

    Parameters
    ----------
    lines : Lines
        The text, with a header.
    out : text stream
        Where the records go, opened with ``newline=""``.
    delimiter : str, optional
        What stands between fields; not given, what the first line has.

    Raises
    ------
    InvalidFileError
        If the text is empty or a header alone, if a row has more or fewer fields than the header,
        or for anything that `Records` and `check_names` refuse.
    TooLargeError
        If the numbers would not fit into this machine.

    Examples
    --------
    >>> import io
    >>> out = io.StringIO()
    >>> sieve(Lines(io.BytesIO(b'name, says\n\nAnn,5" pipe\n')), out)
    Sieved(names=['name', 'says'], rows=1, delimiter=',')
    >>> out.getvalue()
    '0,1\nAnn,"5"" pipe"\n'
    """
    records = Records(lines, delimiter)
    rows = iter(records)
    header, _ = next(rows, ([], ""))
    if not header:
        raise InvalidFileError(described("the content", "empty", "a header and at least one row"))
    names = [name.strip() for name in header]
    check_names(names)
    records.names = names
    writer = csv.writer(out, delimiter=records.delimiter, lineterminator="\n")
    writer.writerow(range(len(names)))
    count = 0
    for fields, text in rows:
        if len(fields) != len(names):
            raise ragged(records, fields)
        if '"' in text:
            writer.writerow(fields)
        else:
            out.write(text if text.endswith("\n") else text + "\n")
        count += 1
        if count % ROWS_BETWEEN_LOOKS == 0:  # not only at the end: the disk is finite too
            refuse_too_large("the table", 8 * count * len(names))
    refuse_too_large("the table", 8 * count * len(names))
    if not count:
        raise InvalidFileError(sentence("the number of rows below the header", 0, "1 or above"))
    return Sieved(names, count, records.delimiter)


def ragged(records: Records, fields: list[str]) -> InvalidFileError:
    """Build the error for a row that has more or fewer fields than the header."""
    wanted = len(records.names)
    if len(fields) < wanted:
        hint = f"there is none for {records.column(len(fields))}"
    else:
        hint = f"the first too many is {shown(fields[wanted])}; text with a delimiter in it needs quotes"
    was = f"{len(fields)} field{'s' if len(fields) != 1 else ''}"
    return InvalidFileError(
        f"line {records.line} had {was}; it may have {wanted}, one for each column ({hint})"
    )
