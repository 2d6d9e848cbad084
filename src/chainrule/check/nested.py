"""Arrays, or dicts, lists and tuples of arrays, as one vector of float64 and back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, Words, sentence
from chainrule.network.array import Array


@dataclass(frozen=True)
class Leaf:
    """One array of a point.

    Parameters
    ----------
    path : tuple of str or int
        The keys and positions that lead to it; empty when the point is one array.
    shape : tuple of int
        Its shape.
    start, stop : int
        Where its entries lie in the vector.
    """

    path: tuple[Any, ...]
    shape: tuple[int, ...]
    start: int
    stop: int

    @property
    def name(self) -> str:
        """What it is called in a report: as Python would take it out of the point."""
        return "".join(f"[{key!r}]" for key in self.path)

    def entry(self, place: int) -> str:
        """Return the name of the entry that lies at a place of the vector."""
        index = np.unravel_index(place - self.start, self.shape)
        return self.name + (f"[{', '.join(map(str, index))}]" if index else "")


class Point:
    """A point that a function takes: its vector, and how a vector becomes such a point again.

    A list of numbers, or of such lists of one length, is an array; the function gets it as one.

    Parameters
    ----------
    point : array, number, or dict, list or tuple of these
        What the function takes. It is copied and never changed.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        When something in it is no array of real, finite numbers, or there is no number in it at all.

    Examples
    --------
    >>> import numpy as np
    >>> point = Point({"W": np.eye(2), "b": [0.5]})
    >>> point.vector
    array([1. , 0. , 0. , 1. , 0.5])
    >>> point.filled(2 * point.vector)["b"]
    array([1.])
    >>> [leaf.name for leaf in point.leaves]
    ["['W']", "['b']"]
    """

    def __init__(self, point: object) -> None:
        self._point = point = _with_arrays(point)
        self.leaves: list[Leaf] = []
        pieces, start = [], 0
        for path, value in _walk(point, ()):
            array = _real(value, _called("the point", path))
            self.leaves.append(Leaf(path, array.shape, start, start + array.size))
            pieces.append(array.ravel())
            start += array.size
        if not start:
            raise InvalidValueError(sentence("the point", Words("without any number"), "one number or more"))
        self.vector: Array = np.concatenate(pieces)

    def filled(self, vector: Array) -> Any:
        """Return a new point with the numbers of a vector, of whatever type they are."""
        leaves = iter(self.leaves)

        def fill(part: object) -> object:
            if isinstance(part, Mapping):
                return {key: fill(each) for key, each in part.items()}
            if isinstance(part, list | tuple):
                return _rebuilt(part, [fill(each) for each in part])
            leaf = next(leaves)
            values = vector[leaf.start : leaf.stop].reshape(leaf.shape)
            return values.copy() if isinstance(part, np.ndarray) else values[()]

        return fill(self._point)

    def gathered(self, gradient: object) -> Array:
        """Return a gradient as a vector; it has to be built as the point is.

        Raises
        ------
        ShapeError
            When a part is missing, or has another shape.
        """
        vector = np.empty_like(self.vector)
        for leaf in self.leaves:
            thing = _called("the gradient", leaf.path)
            part: Any = gradient
            for key in leaf.path:
                try:
                    part = part[key]
                except (LookupError, TypeError):
                    raise ShapeError(sentence(thing, Words("missing"), "built as the point is")) from None
            array = _real(part, thing, finite=False)
            if array.shape != leaf.shape:
                raise ShapeError(sentence(f"the shape of {thing}", array.shape, f"{leaf.shape}"))
            vector[leaf.start : leaf.stop] = array.ravel()
        return vector

    def leaf_of(self, place: int) -> Leaf:
        """Return the array that an entry of the vector belongs to."""
        return next(leaf for leaf in self.leaves if leaf.start <= place < leaf.stop)

    def entry(self, place: int) -> str:
        """Return the name of an entry of the vector."""
        return self.leaf_of(place).entry(place) or "it"


def _with_arrays(part: object) -> object:
    """Return a point in which lists of numbers are arrays; what is no point is found out later."""
    if isinstance(part, Mapping):
        return {key: _with_arrays(each) for key, each in part.items()}
    if isinstance(part, list | tuple):
        if part and all(isinstance(each, int | float | list) for each in part):
            try:
                array = np.array(part)
            except ValueError:  # lists of different lengths
                array = np.array(None)
            if array.dtype.kind in "fiu":
                return array
        return _rebuilt(part, [_with_arrays(each) for each in part])
    return part


def _rebuilt(part: list[Any] | tuple[Any, ...], items: list[object]) -> object:
    """Return a list or tuple of the same kind with other items."""
    make = getattr(part, "_make", type(part))  # a named tuple has its own
    return make(items)


def _walk(part: object, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], object]]:
    if isinstance(part, Mapping):
        for key, each in part.items():
            yield from _walk(each, (*path, key))
    elif isinstance(part, list | tuple):
        for place, each in enumerate(part):
            yield from _walk(each, (*path, place))
    else:
        yield path, part


def _called(thing: str, path: tuple[Any, ...]) -> str:
    return f"{thing}{Leaf(path, (), 0, 0).name}"


def _real(value: object, thing: str, *, finite: bool = True) -> Array:
    """Return a value as an array of float64."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise InvalidTypeError(sentence(thing, value, "an array of real numbers"))
    exact = array.astype(np.float64)
    if finite and not np.isfinite(exact).all():
        raise InvalidValueError(sentence(thing, Words("not finite"), "an array of finite numbers"))
    return exact
