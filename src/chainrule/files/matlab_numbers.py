"""An array becomes one of finite float64 numbers, or one sentence says why not."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, sentence

WHAT_IT_MAY_BE = "a full array of real numbers"

KINDS = {
    "b": "logical",
    "c": "complex",
    "O": "a cell array",
    "S": "text",
    "U": "text",
    "V": "a struct or an object",
}

AXES = {1: ("entry",), 2: ("row", "column")}

LARGEST_EXACT_INTEGER = 2**53  # beyond it float64 skips whole numbers


def finite_float64(name: str, value: object, axes: int) -> NDArray[np.float64]:
    """Return a float64 copy of an array of real, finite numbers.

    Parameters
    ----------
    name : str
        What the array is called where it comes from: ``W1``, ``weights{2}``.
    value : ndarray of float64, float32, float16 or whole numbers
        Not empty.
    axes : int
        How many axes it must have: 1 or 2.

    Returns
    -------
    ndarray of float64, in C order, same shape

    Raises
    ------
    InvalidTypeError
        If it is anything else: logical, complex, text, a cell array, a struct, sparse, a
        subclass of ndarray.
    ShapeError
        If it has other axes, or no entry.
    InvalidValueError
        If an entry is NaN, infinite or a whole number that float64 cannot hold.

    Examples
    --------
    >>> finite_float64("W1", np.array([[1, 2]]), axes=2)
    array([[1., 2.]])
    """
    if type(value) is not np.ndarray:
        raise InvalidTypeError(f"{name} was {type_of(value)}; it may be {WHAT_IT_MAY_BE}")
    if value.dtype.kind not in "fiu" or value.dtype.itemsize > 8:
        kind = KINDS.get(value.dtype.kind, f"of type {value.dtype}")
        raise InvalidTypeError(f"{name} was {kind}; it may be {WHAT_IT_MAY_BE}")
    if value.ndim != axes or not value.size:
        form = "entries" if axes == 1 else "rows and columns"
        raise ShapeError(f"{name} had the shape {value.shape}; it may have {form}")
    if value.dtype.kind in "iu" and max(int(value.max()), -int(value.min())) > LARGEST_EXACT_INTEGER:
        raise InvalidValueError(
            f"{name} had a whole number beyond 2^53; it may have those that float64 holds"
        )
    numbers = np.array(value, dtype=np.float64, order="C")
    require_finite(name, numbers)
    return numbers


def type_of(value: Any) -> str:
    """Say what an object is that is no plain array."""
    return "a sparse matrix" if hasattr(value, "nnz") else f"a {type(value).__name__}"


def require_finite(name: str, numbers: NDArray[np.float64]) -> None:
    """Refuse NaN and infinity, saying where the first one is, counted from 1 as in MATLAB."""
    for place in np.argwhere(~np.isfinite(numbers))[:1]:
        words = zip(AXES[numbers.ndim], place, strict=True)
        where = ", ".join(f"{word} {position + 1}" for word, position in words)
        raise InvalidValueError(sentence(f"{name}, {where},", numbers[tuple(place)], "a finite number"))
