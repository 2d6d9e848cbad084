"""Parquet, through polars."""

import hashlib
import os

from chainrule.errors import InvalidFileError, sentence
from chainrule.files.tables.names import check_names
from chainrule.files.tables.optional import polars
from chainrule.files.tables.table import Table
from chainrule.network.accept import refuse_too_large


def read_parquet(name: str) -> Table:
    """Read a Parquet file.

    Parameters
    ----------
    name : str
        The path of a plain file.

    Returns
    -------
    Table

    Raises
    ------
    InvalidFileError
        If it is no Parquet file, or has no rows or columns.
    TooLargeError
        If its rows would not fit into this machine; that is known before they are read.
    """
    pl = polars()
    path = os.path.abspath(name)  # of a relative one polars expands ~
    try:
        rows = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        names = rows.collect_schema().names()
        check_names(names)
        count = rows.select(pl.len()).collect().item()
        if not count:
            raise InvalidFileError(sentence("the number of rows", 0, "1 or above"))
        refuse_too_large("the table", 4 * count * len(names))  # however packed: X alone will take that
        frame = rows.collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise InvalidFileError(
            f"the content was no whole Parquet file ({type(error).__name__}); it may be one"
        ) from None
    with open(path, "rb") as file:
        return Table(name, frame, hashlib.file_digest(file, "sha256").hexdigest())
