"""How somebody's code lays out its arrays: rows or columns, [from, to] or [to, from], flat biases or not."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from chainrule.check.probe import Probe
from chainrule.check.student.usual import Meaning
from chainrule.network.array import Array

Examples = Literal["rows", "columns", "one column", "one vector"]
Orientation = Literal["from_to", "to_from"]
Biases = Literal["flat", "row", "column"]
Letter = Literal["W", "b"]


class Layout(NamedTuple):
    """A layout.

    Parameters
    ----------
    examples : str
        Whether examples are rows or columns, or come one by one, as a column or as a vector.
    orientation : str
        Whether the rows of a weight matrix are inputs ("from_to") or units ("to_from").
    biases : str
        Whether a bias is a vector, a matrix of one row, or one of one column.
    """

    examples: Examples
    orientation: Orientation
    biases: Biases

    @property
    def rows(self) -> int | None:
        """How many examples there are; None is all of them."""
        return 1 if self.examples.startswith("one") else None

    def of_examples(self, rows: Array) -> Array:
        """Return rows in this layout."""
        return {
            "rows": rows,
            "columns": rows.T,
            "one column": rows[:1].T,
            "one vector": rows[0],
        }[self.examples].copy()

    def of_weights(self, W: Array) -> Array:
        """Return weights in this layout."""
        return (W if self.orientation == "from_to" else W.T).copy()

    def of_bias(self, b: Array) -> Array:
        """Return a bias in this layout."""
        return b.reshape({"flat": (-1,), "row": (1, -1), "column": (-1, 1)}[self.biases]).copy()

    def __str__(self) -> str:
        examples = {
            "rows": "examples are rows",
            "columns": "examples are columns",
            "one column": "one example, as a column",
            "one vector": "one example",
        }[self.examples]
        weights = "inputs" if self.orientation == "from_to" else "units"
        return f"{examples}, the rows of a weight matrix are {weights}"


# The most usual ones first: the first that can be called is taken.
LAYOUTS = (
    Layout("rows", "from_to", "flat"),
    Layout("rows", "from_to", "row"),
    Layout("columns", "to_from", "column"),
    Layout("rows", "to_from", "flat"),
    Layout("rows", "to_from", "row"),
    Layout("columns", "from_to", "column"),
    Layout("one column", "to_from", "column"),
    Layout("one vector", "from_to", "flat"),
    Layout("one vector", "to_from", "flat"),
)


def block_of(
    array: Array, probe: Probe, means: Meaning | None = None, layout: Layout | None = None
) -> tuple[Letter, int, Array] | None:
    """Return which weights or bias an array is, and it as ours; None if none.

    Parameters
    ----------
    array : array
        The array.
    probe : Probe
        Whose weights and biases it may be.
    means : Meaning, optional
        What its name means: that decides, where its shape fits.
    layout : Layout, optional
        In which weights and biases are told apart where one output makes them alike.

    Examples
    --------
    >>> from chainrule.check.probe import probe
    >>> block_of(np.zeros((2, 4)), probe((3, 4, 2)))[:2]
    ('W', 2)
    """
    kind, layer = means or ("", None)
    if kind.lstrip("d") not in ("W", "b", ""):
        return None
    blocks: list[tuple[Letter, int, Array]] = [
        *(("W", l, W) for l, W in enumerate(probe.W, 1)),
        *(("b", l, b) for l, b in enumerate(probe.b, 1)),
    ]
    if kind:
        blocks = [each for each in blocks if each[0] == kind.lstrip("d") and layer in (each[1], None)]
    if layout is not None and not kind:
        for letter, l, own in blocks:
            if array.shape == (layout.of_weights(own) if letter == "W" else layout.of_bias(own)).shape:
                return letter, l, _as_ours(array, own)
    for letter, l, own in blocks:
        shapes = (own.shape, own.T.shape) if letter == "W" else (own.shape, (1, own.size), (own.size, 1))
        if array.shape in shapes:
            return letter, l, _as_ours(array, own)
    return None


def _as_ours(array: Array, own: Array) -> Array:
    """Return an array in the shape of our own."""
    if own.ndim == 1:
        return array.reshape(own.shape)
    return array if array.shape == own.shape else array.T


def arrays_in(result: object) -> Iterable[tuple[str, Array]]:
    """Yield the arrays of numbers in what a function returned, each with its name where it has one."""
    if isinstance(result, dict):
        for name, value in result.items():
            for inner, array in arrays_in(value):
                yield inner or str(name), array
    elif isinstance(result, list | tuple) and any(
        isinstance(each, list | tuple | dict | np.ndarray) for each in result
    ):
        for value in result:
            yield from arrays_in(value)
    else:
        try:
            array = np.asarray(result, np.float64)
        except (TypeError, ValueError):
            return
        yield "", array
