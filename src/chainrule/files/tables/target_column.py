"""What every target has to be, and every output that is turned back into one."""

from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidValueError, ShapeError, sentence, shown
from chainrule.files.tables.column import Column, column_of
from chainrule.files.tables.names import unknown_column
from chainrule.network.accept import real_array
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl


def target_column(frame: "pl.DataFrame", name: str) -> Column:
    """Return the column of a target, in which nothing is missing.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    InvalidValueError
        If a value is missing; the first row and how many there are is said.
    """
    if name not in frame.columns:
        raise unknown_column("the target", name, frame.columns)
    column = column_of(frame, name)
    missing = np.flatnonzero(column.values.is_null().to_numpy())
    if len(missing):
        more = f"missing, as in {len(missing):,} rows in all" if len(missing) > 1 else "missing"
        thing = f"the target {shown(name)} in row {int(missing[0]) + 1:,}"
        raise InvalidValueError(f"{thing} was {more}; it may be missing in no row")
    return column


def constant(name: str, value: object) -> InvalidValueError:
    """Build the error for a target from which nothing can be learned."""
    was = f"{shown(value)} in every row to learn from"
    return InvalidValueError(f"the target {shown(name)} was {was}; it may have two or more values")


def checked_outputs(outputs: object, width: int) -> Array:
    """Return the outputs of a network as an array of that many columns, all finite."""
    A = real_array("the outputs", outputs)
    if A.ndim != 2 or A.shape[1] != width:
        raise ShapeError(sentence("the shape of the outputs", A.shape, f"(n, {width})"))
    return A
