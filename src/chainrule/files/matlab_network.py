"""The numbers of a network and sample data for it, with every shape checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import ShapeError
from chainrule.files.matlab_numbers import finite_float64

Array: TypeAlias = NDArray[np.float64]

TRANSPOSED = (
    "they fit only when transposed: here rows are inputs and columns are neurons, "
    "so transpose each with .' in MATLAB"
)


@dataclass(frozen=True, eq=False)
class MatNetwork:
    """The numbers of a dense network, and data to try it on; all float64, finite and read-only.

    Parameters
    ----------
    weights : tuple of arrays, shapes (d_{l-1}, d_l)
        From the first layer to the last: rows are inputs, columns are neurons.
    biases : tuple of arrays, shapes (d_l,), or None
        None where the file has none.
    inputs : array, shape (n, d_0), or None
        One row for each example.
    targets : array, shape (n, d_L), or None
        One row for each example.

    Raises
    ------
    InvalidTypeError
        If something is not an array of real numbers.
    InvalidValueError
        If a number is not finite.
    ShapeError
        If two shapes do not go together; the message shows both.

    Examples
    --------
    >>> network = MatNetwork(weights=(np.ones((2, 3)), np.ones((3, 1))))
    >>> network.sizes
    (2, 3, 1)
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...] | None = None
    inputs: Array | None = None
    targets: Array | None = None

    def __post_init__(self) -> None:
        keep = object.__setattr__  # the class is frozen, but for its own copies
        keep(self, "weights", tuple(checked(*cell, axes=2) for cell in cells("weights", self.weights)))
        if self.biases is not None:
            keep(self, "biases", tuple(checked(*cell, axes=1) for cell in cells("biases", self.biases)))
        if self.inputs is not None:
            keep(self, "inputs", checked("inputs", self.inputs, axes=2))
        if self.targets is not None:
            keep(self, "targets", checked("targets", self.targets, axes=2))
        require_chain(self.weights)
        require_biases(self.weights, self.biases)
        require_rows("inputs", self.inputs, self.sizes[0])
        require_rows("targets", self.targets, self.sizes[-1])
        if self.inputs is not None and self.targets is not None and len(self.inputs) != len(self.targets):
            raise ShapeError(
                f"inputs had {len(self.inputs)} rows and targets {len(self.targets)}; "
                "they may have the same number, one row for each example"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, then of neurons in each layer."""
        return (self.weights[0].shape[0], *(matrix.shape[1] for matrix in self.weights))


def cells(name: str, arrays: Sequence[Array]) -> list[tuple[str, Array]]:
    """Give each array of a tuple the name of its cell in MATLAB."""
    return [(f"{name}{{{number}}}", array) for number, array in enumerate(arrays, start=1)]


def checked(name: str, array: Array, axes: int) -> Array:
    """Return a read-only float64 copy of an array, all of it finite."""
    copy = finite_float64(name, array, axes)
    copy.setflags(write=False)
    return copy


def require_chain(weights: Sequence[Array]) -> None:
    """Refuse weights of which one layer's outputs are not the next layer's inputs."""
    if not weights:
        raise ShapeError("the list of weights was empty; it may have a matrix for each layer")
    for layer, (first, second) in enumerate(pairwise(weights), start=1):
        if first.shape[1] != second.shape[0]:
            fits = all(before.shape[0] == after.shape[1] for before, after in pairwise(weights))
            raise ShapeError(
                f"the weights of layers {layer} and {layer + 1} had the shapes {first.shape} and "
                f"{second.shape}; the second may have as many rows as the first has columns"
                + (f" ({TRANSPOSED})" if fits else "")
            )


def require_biases(weights: Sequence[Array], biases: Sequence[Array] | None) -> None:
    """Refuse biases that are not one vector for each layer, one number for each neuron."""
    if biases is None:
        return
    if len(biases) != len(weights):
        raise ShapeError(
            f"there were {len(weights)} weights and {len(biases)} biases; there may be as many of each"
        )
    for layer, (matrix, bias) in enumerate(zip(weights, biases, strict=True), start=1):
        if bias.shape != matrix.shape[1:]:
            fits = all(b.shape == W.shape[:1] for W, b in zip(weights, biases, strict=True))
            raise ShapeError(
                f"the weights of layer {layer} had the shape {matrix.shape} and its biases {bias.shape}; "
                f"the biases may be {matrix.shape[1]}, one for each column"
                + (f" ({TRANSPOSED})" if fits else "")
            )


def require_rows(name: str, rows: Array | None, width: int) -> None:
    """Refuse examples that do not have one column for each unit."""
    if rows is not None and rows.shape[1] != width:
        hint = " (each example is a row; transpose with .' first)" if rows.shape[0] == width else ""
        raise ShapeError(
            f"{name} had the shape {rows.shape}; it may have {width} columns, one for each unit{hint}"
        )
