"""Parameters: one flat vector, theta = W[1], b[1], W[2], ..., with a view for each layer."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, sentence, unknown_name
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.network import Network

Letter: TypeAlias = Literal["W", "b"]
Orientation: TypeAlias = Literal["from_to", "to_from"]
ORIENTATIONS: tuple[Orientation, ...] = ("from_to", "to_from")

Item = TypeVar("Item")


class ByLayer(Sequence[Item], Generic[Item]):
    """Items counted as the equations count layers: ``W[1]`` to ``W[L]``, ``A[0]`` to ``A[L]``.

    Parameters
    ----------
    name : str
        The letter, for errors.
    items : sequence
        The items, in order.
    first : int
        The number of the first one.
    """

    def __init__(self, name: str, items: Sequence[Item], first: int = 1) -> None:
        self._name, self._items, self._first = name, tuple(items), first

    def __getitem__(self, layer: int) -> Item:  # type: ignore[override]
        place = layer - self._first
        if not 0 <= place < len(self._items):
            last = self._first + len(self._items) - 1
            thing = f"the layer of {self._name}"
            raise InvalidValueError(sentence(thing, layer, f"{self._first} to {last}"))
        return self._items[place]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __reversed__(self) -> Iterator[Item]:
        return reversed(self._items)

    def __repr__(self) -> str:
        rows = (f"{self._name}[{number}] = {item}" for number, item in enumerate(self, start=self._first))
        return "\n".join(rows)


@dataclass(frozen=True)
class Block:
    """One array of the flat vector: whose it is, where it lies, whether training changes it."""

    letter: Letter
    layer: int
    shape: tuple[int, ...]
    start: int
    stop: int
    trainable: bool


class Layout:
    """Where each layer's weights and biases lie in the flat vector of a network.

    Parameters
    ----------
    network : Network
        The network; nothing is allocated for it here.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        blocks: list[Block] = []
        letters: tuple[Letter, Letter] = ("W", "b")
        start = 0
        for number, layer in enumerate(network.layers, start=1):
            shapes = ((layer.inputs, layer.units), (layer.biases,))
            flags = (layer.train_weights, layer.train_bias)
            for letter, shape, trainable in zip(letters, shapes, flags, strict=True):
                stop = start + math.prod(shape)
                blocks.append(Block(letter, number, shape, start, stop, trainable))
                start = stop
        self.blocks = tuple(blocks)
        self.size = start

    @cached_property
    def trained(self) -> Array | None:
        """Which entries of the flat vector training changes, as a mask; None means all."""
        mask = self._mask(lambda block: block.trainable)
        return None if mask.all() else mask

    @cached_property
    def weights(self) -> Array:
        """Which entries of the flat vector are weights, as a mask."""
        return self._mask(lambda block: block.letter == "W")

    def _mask(self, chosen: Callable[[Block], bool]) -> Array:
        mask = np.zeros(self.size, dtype=bool)
        for block in self.blocks:
            mask[block.start : block.stop] = chosen(block)
        return mask


class Parameters:
    """The weights and biases of a network: a flat vector and its views.

    Gradients and the optimizers' slots have the same form.

    Parameters
    ----------
    layout : Layout
        Where each array lies.
    theta : array, shape (layout.size,)
        The numbers; their dtype is the precision in which the network computes.

    Examples
    --------
    >>> net = Network.dense([2, 1])
    >>> params = Parameters.from_arrays(net, [[[0.5], [0.25]]], [[0.1]], orientation="from_to")
    >>> params.theta
    array([0.5 , 0.25, 0.1 ])
    >>> params.W[1].shape, params.b[1].shape
    ((2, 1), (1,))
    """

    def __init__(self, layout: Layout, theta: Array) -> None:
        self.layout, self.theta = layout, theta

    @classmethod
    def initial(cls, network: Network, seed: int = 0, dtype: npt.DTypeLike = np.float64) -> "Parameters":
        """Draw weights as each layer's initializer says; biases are 0. The same seed gives the same bits.

        Raises
        ------
        TooLargeError
            When training would need more memory than this machine has; nothing is allocated.
        """
        accept.seed(seed)
        dtype, layout = accept.precision(dtype), Layout(network)
        # Parameters, their gradient and an optimizer's two slots.
        accept.refuse_too_large(f"the network {network}", 4 * layout.size * np.dtype(dtype).itemsize)
        theta = np.zeros(layout.size, dtype=dtype)
        for block in layout.blocks:
            if block.letter == "W":
                layer = network.layer(block.layer)
                weights = layer.initializer.draw(layer.inputs, layer.units, seed, block.layer)
                theta[block.start : block.stop] = weights.ravel()
        return cls(layout, theta)

    @classmethod
    def from_arrays(
        cls,
        network: Network,
        weights: Sequence[npt.ArrayLike],
        biases: Sequence[npt.ArrayLike | None] | None = None,
        *,
        orientation: Orientation,
        dtype: npt.DTypeLike = np.float64,
    ) -> "Parameters":
        """Take weights and biases from arrays, which are copied.

        Parameters
        ----------
        network : Network
            The network they are for.
        weights : sequence of array
            One matrix for each layer.
        biases : sequence of array, optional
            One vector for each layer: as long as the layer's bias says ("per_unit": its units,
            "shared": 1, "none": None). Left out, they are 0.
        orientation : {"from_to", "to_from"}
            "from_to": the rows of a matrix are inputs, shape (inputs, units), as here and in
            scikit-learn. "to_from": its rows are units, as in PyTorch and most tutorials.
            It has no default, because a square matrix hides the slip.
        dtype : dtype
            The precision in which the network will compute.

        Raises
        ------
        ShapeError
            When an array has another shape than its layer; both are shown.
        InvalidValueError, InvalidTypeError
            When an entry is not a finite real number, or too large for the precision.
        TooLargeError
            When the network is larger than this machine's memory; nothing is allocated.
        """
        check_orientation(orientation)
        dtype, layout = accept.precision(dtype), Layout(network)
        accept.refuse_too_large(f"the network {network}", layout.size * np.dtype(dtype).itemsize)
        theta = np.zeros(layout.size, dtype=dtype)
        for name, given in (("weights", weights), ("biases", biases)):
            if given is not None and not hasattr(given, "__len__"):
                raise InvalidTypeError(sentence(f"what was given as {name}", given, "a list of arrays"))
            if given is not None and len(given) != network.depth:
                raise ShapeError(
                    sentence(f"the number of {name}", len(given), f"{network.depth}, one a layer")
                )
        for block in layout.blocks:
            thing = f"{block.letter}[{block.layer}]"
            source = weights if block.letter == "W" else biases
            entry = None if source is None else source[block.layer - 1]
            if entry is None:
                if block.letter == "W":
                    raise ShapeError(sentence(thing, None, "a matrix"))
                continue
            array = accept.real_array(thing, entry)
            transposed = block.letter == "W" and orientation == "to_from"
            shape = block.shape[::-1] if transposed else block.shape
            if array.shape != shape:
                asked = f"{shape} with orientation={orientation!r}" if block.letter == "W" else f"{shape}"
                raise ShapeError(sentence(f"the shape of {thing}", array.shape, asked))
            with np.errstate(over="ignore"):
                cast = array.astype(theta.dtype)
            accept.refuse_nonfinite(f"{thing} in {cast.dtype}", cast)
            theta[block.start : block.stop] = (cast.T if transposed else cast).ravel()
        return cls(layout, theta)

    def to_arrays(self, *, orientation: Orientation) -> tuple[list[Array], list[Array | None]]:
        """Return copies of the weights and biases; None for a layer without a bias."""
        check_orientation(orientation)
        weights = [np.array(W if orientation == "from_to" else W.T) for W in self.W]
        return weights, [None if b is None else b.copy() for b in self.b]

    @cached_property
    def W(self) -> ByLayer[Array]:
        """The weights: ``W[l]`` has shape (d_{l-1}, d_l), rows are inputs; a view of theta."""
        return ByLayer("W", [self._view(block) for block in self.layout.blocks if block.letter == "W"])

    @cached_property
    def b(self) -> ByLayer[Array | None]:
        """The biases: ``b[l]`` has shape (d_l,), (1,) if shared, or is None; a view of theta."""
        blocks = (block for block in self.layout.blocks if block.letter == "b")
        return ByLayer("b", [self._view(block) if block.shape != (0,) else None for block in blocks])

    def __getstate__(self) -> dict[str, object]:
        """Copy and pickle the numbers without their views, which a copy makes anew of its own numbers."""
        return {name: value for name, value in vars(self).items() if name not in ("W", "b")}

    def _view(self, block: Block) -> Array:
        return self.theta[block.start : block.stop].reshape(block.shape)

    def like(self, theta: Array) -> "Parameters":
        """Return other numbers in the same layout."""
        return Parameters(self.layout, theta)

    def astype(self, dtype: npt.DTypeLike) -> "Parameters":
        """Return the same numbers in another precision."""
        return self.like(self.theta.astype(dtype))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.layout.network}; {self.theta.size} of {self.theta.dtype})"


def require_parameters(given: object) -> None:
    """Raise InvalidTypeError unless something is `Parameters`."""
    if not isinstance(given, Parameters):
        hint = "Parameters.from_arrays makes them of lists of arrays"
        raise InvalidTypeError(sentence("what was given as parameters", given, "Parameters", hint))


def check_orientation(orientation: object) -> None:
    """Raise UnknownNameError unless `orientation` is one of the two."""
    if orientation not in ORIENTATIONS:
        raise unknown_name("orientation", orientation, ORIENTATIONS)
