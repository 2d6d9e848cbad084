"""Arrays side by side become a table: what .npz and .mat files hold."""

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidFileError, sentence, shown
from chainrule.files.child import read_in_child
from chainrule.files.source import errors_about
from chainrule.files.tables.names import check_names
from chainrule.files.tables.optional import polars
from chainrule.files.tables.table import Table
from chainrule.files.wire import Tree, malformed

if TYPE_CHECKING:
    import polars as pl

Array: TypeAlias = NDArray[np.float64]

READERS = {
    ".npz": "chainrule.files.tables.npz_format:parse",
    ".mat": "chainrule.files.tables.mat_format:parse",
}
MEMORY = 3 << 30  # bytes for the child: the file, its arrays as they are and as float64
SECONDS = 60.0


def read_arrays(name: str, suffix: str) -> Table:
    """Read a table from a file of arrays, in a child process with limits.

    An array of shape (n,) or (n, 1) is a column of its name; one of shape (n, d) is d columns,
    called X_0, X_1, ... . All must have the same n rows.

    Parameters
    ----------
    name : str
        The path of a plain file of at most 256 MB.
    suffix : {".npz", ".mat"}
        What it is.

    Returns
    -------
    Table

    Raises
    ------
    InvalidFileError
        If the file is something else, or its arrays do not lie side by side.
    """
    answer = read_in_child(READERS[suffix], name, memory=MEMORY, seconds=SECONDS)
    with errors_about(name):
        frame = frame_of(answer)
    with open(name, "rb") as file:
        return Table(name, frame, hashlib.file_digest(file, "sha256").hexdigest())


def frame_of(answer: Tree) -> "pl.DataFrame":
    """Build a table out of what a child found; it read a hostile file, so even its form is checked."""
    if not isinstance(answer, list) or not answer:
        raise malformed("no list of arrays")
    columns: list[tuple[str, Any]] = []
    first: tuple[str, int] | None = None
    for tree in answer:
        match tree:
            case {"name": str(name), "kind": str(kind), "values": np.ndarray(), "labels": list(labels)}:
                values = tree["values"]
                check_shape(name, values, first)
                first = first or (name, len(values))
                columns += columns_of(name, kind, values, labels)
            case _:
                raise malformed("something that is no array")
    check_names([name for name, _ in columns])
    return polars().DataFrame([series for _, series in columns])


def check_shape(name: str, values: Array, first: tuple[str, int] | None) -> None:
    """Refuse an array that is no column, or no columns, of the table that the first one began."""
    if values.ndim not in (1, 2) or not values.size:
        raise InvalidFileError(sentence(f"the shape of {shown(name)}", values.shape, "(n,) or (n, d)"))
    if first and len(values) != first[1]:
        may_be = f"{first[1]}, as in {shown(first[0])}"
        raise InvalidFileError(sentence(f"the number of rows of {shown(name)}", len(values), may_be))


def columns_of(name: str, kind: str, values: Array, labels: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the columns of an array, each with its name."""
    pl = polars()
    table = values.reshape(len(values), -1)
    alone = table.shape[1] == 1
    for number, column in enumerate(table.T):
        called = name if alone else f"{name}_{number}"
        if kind == "numbers":
            yield called, pl.Series(called, np.ascontiguousarray(column))
        elif kind == "booleans":
            yield called, pl.Series(called, column != 0)
        else:
            known = np.isin(column, np.arange(len(labels))).all()
            if not known or not all(isinstance(label, str) for label in labels):
                raise malformed("labels that do not go with their places")
            yield called, pl.Series(labels, dtype=pl.String).gather(column.astype(np.int64)).alias(called)
