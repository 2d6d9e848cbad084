"""CSV and TSV: through the sieve into a temporary file, and from there into polars."""

import os
import tempfile
from collections.abc import Collection
from typing import BinaryIO

from chainrule.files.tables.lines import Lines
from chainrule.files.tables.optional import polars
from chainrule.files.tables.records import DELIMITERS
from chainrule.files.tables.sieve import sieve
from chainrule.files.tables.table import Table
from chainrule.files.tables.text_kinds import typed


def read_separated(
    name: str, stream: BinaryIO, delimiter: str | None = None, keep_as_text: Collection[str] = ()
) -> Table:
    r"""Read a table whose fields are separated by commas, tabs or semicolons.

    The memory it takes is that of the numbers; the text is in a temporary file meanwhile.

    Parameters
    ----------
    name : str
        What the table is called.
    stream : binary stream
        It is read once, from where it stands to its end.
    delimiter : str, optional
        What stands between fields; not given, what the header has.
    keep_as_text : collection of str
        Columns that stay text even if they look like numbers.

    Returns
    -------
    Table
        Its notes say what was accepted although it is not plain CSV.

    Raises
    ------
    InvalidFileError
        For whatever the sieve refuses; the message names line and column.
    TooLargeError
        If the numbers would not fit into this machine.

    Examples
    --------
    >>> import io
    >>> table = read_separated("people", io.BytesIO(b"age;name\n7;Ann\n;NA\n"))
    >>> table.frame.rows(), table.notes
    ([(7, 'Ann'), (None, 'NA')], ('the fields are separated by semicolons',))
    """
    pl = polars()
    lines = Lines(stream)
    with tempfile.TemporaryDirectory(prefix="chainrule-", ignore_cleanup_errors=True) as folder:
        path = os.path.join(folder, "rows.csv")
        with open(path, "x", encoding="utf-8", newline="") as out:
            sieved = sieve(lines, out, delimiter)
        texts = pl.scan_csv(
            path,
            separator=sieved.delimiter,
            schema={str(number): pl.String for number in range(len(sieved.names))},
            glob=False,
        )
        frame = typed(texts, sieved.names, keep_as_text)
    notes = lines.notes
    if delimiter is None and sieved.delimiter != ",":
        notes.append(f"the fields are separated by {DELIMITERS[sieved.delimiter]}")
    return Table(name, frame, lines.sha256, tuple(notes))
