"""Where a table is read from."""

import os
import sys
from collections.abc import Collection

from chainrule.errors import InvalidFileError, sentence
from chainrule.files.source import errors_about, quoted, readable_file
from chainrule.files.tables.arrays import READERS, read_arrays
from chainrule.files.tables.bundled import BUNDLED, read_bundled
from chainrule.files.tables.json_lines import read_json_lines
from chainrule.files.tables.optional import polars
from chainrule.files.tables.parquet import read_parquet
from chainrule.files.tables.separated import read_separated
from chainrule.files.tables.table import Table

STANDARD_INPUT = "-"
SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".npz", ".mat")
LARGEST_TABLE = 1 << 44  # bytes; what matters is whether its numbers fit, which is asked later


def read_table(source: str | os.PathLike[str], *, keep_as_text: Collection[str] = ()) -> Table:
    """Read a table, and check it on the way.

    Parameters
    ----------
    source : str or path
        A file whose name ends in .csv, .tsv, .parquet, .jsonl, .npz or .mat; ``-`` for a CSV on
        standard input; or ``sklearn:NAME`` for a set that comes with scikit-learn.
    keep_as_text : collection of str
        Columns of a CSV or TSV that stay text even if all of their fields look like numbers:
        what a fitted encoder knows as text (`Encoder.text_columns`).

    Returns
    -------
    Table

    Raises
    ------
    InvalidFileError
        If there is no such plain file, or its content is no table. The message names the file and,
        where they have a meaning, line and column. Lines count from 1, the header among them.
    ChainruleError
        If polars is not installed, with the command that installs it.

    Examples
    --------
    >>> table = read_table("sklearn:iris")
    >>> table.frame.shape, table.notes
    ((150, 5), ("the column to predict is 'species'",))
    """
    polars()  # whatever the source is, without polars there is no table
    name = os.fspath(source)
    if name == STANDARD_INPUT:
        with errors_about("standard input"):
            return read_separated(name, sys.stdin.buffer, None, keep_as_text)
    if name.startswith(BUNDLED):
        return read_bundled(name)
    return read_file(name, keep_as_text)


def read_file(name: str, keep_as_text: Collection[str]) -> Table:
    """Read a file by the end of its name."""
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in SUFFIXES:
        hint = "a spreadsheet can be saved as CSV" if suffix in (".xlsx", ".xls", ".ods") else ""
        may_be = f"{', '.join(SUFFIXES)}, - or sklearn:NAME"
        raise InvalidFileError(sentence(f"the end of the name {quoted(name)}", suffix, may_be, hint))
    if suffix in READERS:
        return read_arrays(name, suffix)
    path = readable_file(name, LARGEST_TABLE)
    with errors_about(name):
        if suffix == ".parquet":
            return read_parquet(name)
        with open(path, "rb") as stream:
            if suffix == ".jsonl":
                return read_json_lines(name, stream)
            return read_separated(name, stream, "\t" if suffix == ".tsv" else None, keep_as_text)
