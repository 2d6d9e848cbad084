"""Numbers and arrays that come in from outside: accepted as they are, or refused in one sentence."""

import math
import numbers
import os
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from chainrule.errors import (
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    TooLargeError,
    Words,
    sentence,
)
from chainrule.network.array import Array

REAL_KINDS = "biuf"  # NumPy's letters for booleans, integers (both kinds) and real numbers

ENTRIES_OF_A_PIECE = 1 << 18


def as_float(value: object) -> float:
    """Return a real number of any kind as a float; infinity if it is too large, NaN if it is no number."""
    try:
        return float(value) if isinstance(value, numbers.Real) else math.nan
    except OverflowError:
        return math.inf


def positive(thing: str, value: float) -> float:
    """Return a number that must be finite and above zero."""
    if not 0 < as_float(value) < math.inf:
        raise InvalidValueError(sentence(thing, value, "a finite number above 0"))
    return float(value)


def not_negative(thing: str, value: float) -> float:
    """Return a number that must be finite and not below zero."""
    if not 0 <= as_float(value) < math.inf:
        raise InvalidValueError(sentence(thing, value, "a finite number, 0 or above"))
    return float(value)


def fraction(thing: str, value: float) -> float:
    """Return a number that must be at least 0 and below 1."""
    if not 0 <= as_float(value) < 1:
        raise InvalidValueError(sentence(thing, value, "a number from 0 up to, but not including, 1"))
    return float(value)


def count(thing: str, value: int, least: int = 1) -> int:
    """Return a whole number that must be at least `least`."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not (whole and value >= least):
        raise InvalidValueError(sentence(thing, value, f"a whole number, {least} or above"))
    return int(value)


def seed(value: int) -> int:
    """Return a seed: a whole number that fits into the 64 bits of a generator's key."""
    if count("the seed", value, least=0) >= 2**64:
        raise InvalidValueError(sentence("the seed", value, "a whole number, 0 or above and below 2**64"))
    return int(value)


def real_array(thing: str, value: object) -> Array:
    """Return `value` as an array of finite real numbers, of whatever shape; it is not copied if it is one.

    Raises
    ------
    InvalidTypeError
        When it holds anything but real numbers: text, dates, objects, complex or masked entries.
    InvalidValueError
        When an entry is NaN or infinite; its place is named, counted from 0.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise InvalidTypeError(sentence(thing, Words("a masked array"), "an array without masked entries"))
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(sentence(thing, Words("rows of different lengths"), "rows of one length")) from error
    if array.dtype.kind not in REAL_KINDS:
        raise InvalidTypeError(sentence(thing, kind_of(array), "an array of real numbers"))
    if array.dtype.kind == "f":
        refuse_nonfinite(thing, array)
    return array


def kind_of(array: Array) -> Words:
    """Say what an array holds that is no number."""
    kinds = {"U": "text", "S": "bytes", "M": "dates", "m": "lengths of time", "c": "complex numbers"}
    if array.ndim == 0:
        return Words(f"{array.item()!r}")
    return Words(f"an array of {kinds.get(array.dtype.kind, 'Python objects')}")


def pieces(array: Array) -> Iterator[Array]:
    """Cut an array along its first axis, so that what is computed of a piece stays small."""
    rows = max(1, ENTRIES_OF_A_PIECE // max(1, math.prod(array.shape[1:])))
    return (
        (array[first : first + rows] for first in range(0, len(array), rows)) if array.ndim else iter([array])
    )


def refuse_nonfinite(thing: str, array: Array) -> None:
    """Raise InvalidValueError when an entry is NaN or infinite, and name the first one's place."""
    if not all(np.isfinite(piece).all() for piece in pieces(array)):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        words = ("row", "column") if array.ndim == 2 else ("index",) * array.ndim
        where = ", ".join(f"{word} {i}" for word, i in zip(words, place, strict=True))
        raise InvalidValueError(
            sentence(f"{thing} at {where}" if where else thing, array[place], "a finite number")
        )


def rows(thing: str, value: object, columns: int, dtype: npt.DTypeLike) -> Array:
    """Return examples as an array (n, columns) of that precision; one example may come without its row.

    Raises
    ------
    ShapeError
        When the shape is another one; both are shown.
    InvalidTypeError, InvalidValueError
        As `real_array`; also when a number is too large for the precision.
    """
    given = real_array(thing, value)
    array = given[np.newaxis] if given.ndim == 1 and given.shape == (columns,) else given
    if array.ndim != 2 or array.shape[1] != columns:
        raise ShapeError(sentence(f"the shape of {thing}", given.shape, f"(n, {columns})"))
    if array.shape[0] == 0:
        raise ShapeError(sentence(f"the number of rows of {thing}", 0, "1 or above"))
    with np.errstate(over="ignore"):
        cast = array.astype(dtype, copy=False)
    if cast.dtype.itemsize < array.dtype.itemsize:
        refuse_nonfinite(f"{thing} in {cast.dtype}", cast)
    return cast


def precision(given: npt.DTypeLike) -> np.dtype:
    """Return the dtype of parameters, if it is one of real or complex numbers that are not whole."""
    try:
        dtype = np.dtype(given)
    except TypeError:
        dtype = np.dtype(object)
    if dtype.kind not in "fc":
        may_be = "float64, float32, longdouble, or complex for the complex step"
        raise InvalidTypeError(sentence("the dtype of parameters", Words(given), may_be))
    return dtype


def real_precision(dtype: npt.DTypeLike) -> np.dtype:
    """Return the precision of the real numbers that go with a real or complex one."""
    return np.empty(0, dtype=dtype).real.dtype


def row_weights(given: object, count_of_rows: int, dtype: npt.DTypeLike) -> Array:
    """Return weights of rows as an array (n,): 0 or above, and not all 0."""
    weights = real_array("row_weights", given)
    if weights.shape != (count_of_rows,):
        raise ShapeError(sentence("the shape of row_weights", weights.shape, f"({count_of_rows},)"))
    negative = np.flatnonzero(weights < 0)
    if len(negative):
        thing = f"the weight of row {int(negative[0])}"
        raise InvalidValueError(sentence(thing, weights[negative[0]], "0 or above"))
    with np.errstate(over="ignore"):
        total = weights.sum(dtype=np.float64)
    if not 0 < total < np.inf:
        raise InvalidValueError(sentence("the sum of row_weights", total, "a finite number above 0"))
    return weights.astype(dtype)


def same_rows(first: Array, second: Array, things: str) -> None:
    """Raise ShapeError when two arrays have different numbers of rows."""
    if len(first) != len(second):
        raise ShapeError(
            f"the shapes of {things} were {first.shape} and {second.shape}; they may be any with as many "
            "rows each"
        )


def machine_memory() -> int | None:
    """Return the bytes of memory of this machine, or None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def refuse_too_large(thing: str, needed: int) -> None:
    """Raise TooLargeError when `needed` bytes are more than this machine has; nothing is allocated."""
    has = machine_memory()
    if has is not None and needed > has:
        raise TooLargeError(
            f"{thing} would need about {gibibytes(needed)} GiB of memory; it may be one that fits into "
            f"the {gibibytes(has)} GiB of this machine"
        )


def gibibytes(size: int) -> str:
    """Return a number of bytes in GiB, however large it is."""
    return f"{size / 2**30:,.1f}" if size < 2**80 else f"10^{len(str(size >> 30)) - 1}"
