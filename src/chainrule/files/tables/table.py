"""A table that was read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was read.

    Parameters
    ----------
    name : str
        The source, as it was given.
    frame : polars.DataFrame
        Its columns: numbers, booleans, text, and what a Parquet file has besides. Missing fields
        are null, or NaN among numbers.
    sha256 : str
        A hash of the bytes that were read, in hexadecimal.
    notes : tuple of str
        What was accepted although it is unusual, a clause for each.
    """

    name: str
    frame: "pl.DataFrame"
    sha256: str
    notes: tuple[str, ...] = ()
