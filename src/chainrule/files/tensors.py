"""Where each tensor lies in a file: one right behind the other, in the form of safetensors.

https://github.com/huggingface/safetensors#format has it: the header names for each tensor its
type, its shape, and at which bytes it starts and stops, counted from the end of the header.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError, sentence
from chainrule.network.array import Array

# The kinds of numbers that a model or a training holds; the bytes are little-endian everywhere.
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]]{0,99}")
MOST_TENSORS = 10_000
MOST_AXES = 8
LARGEST = 2**62  # bytes, or entries along an axis


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file: its name, its kind of numbers, its shape, and its bytes."""

    name: str
    dtype: str  # a name in DTYPES
    shape: tuple[int, ...]
    start: int
    stop: int

    def view(self, numbers: Array) -> Array:
        """Return the tensor, given the bytes of all: a view of them wherever they are aligned."""
        dtype = DTYPES[self.dtype]
        array = numbers[self.start : self.stop].view(dtype).reshape(self.shape)
        return np.require(array.astype(dtype.newbyteorder("="), copy=False), requirements="A")


def in_a_row(tensors: Iterable[tuple[str, str, tuple[int, ...]]]) -> tuple[Tensor, ...]:
    """Lay tensors one behind the other.

    Parameters
    ----------
    tensors : iterable of (name, dtype, shape)
        The dtype by its name in `DTYPES`.

    Examples
    --------
    >>> [(each.start, each.stop) for each in in_a_row([("W[1]", "F64", (2, 3)), ("b[1]", "F64", (3,))])]
    [(0, 48), (48, 72)]
    """
    laid, start = [], 0
    for name, dtype, shape in tensors:
        stop = start + math.prod(shape) * DTYPES[dtype].itemsize
        laid.append(Tensor(name, dtype, shape, start, stop))
        start = stop
    return tuple(laid)


def size_of(tensors: tuple[Tensor, ...]) -> int:
    """Return how many bytes tensors in a row have."""
    return tensors[-1].stop if tensors else 0


def dtype_name(thing: str, array: Array) -> str:
    """Return the name of an array's kind of numbers.

    Raises
    ------
    InvalidTypeError
        If it is none of those that a file holds.

    Examples
    --------
    >>> dtype_name("theta", np.zeros(3, dtype=np.float32))
    'F32'
    """
    for name, dtype in DTYPES.items():
        if array.dtype.newbyteorder("<") == dtype:
            return name
    raise InvalidTypeError(sentence(f"the dtype of {thing}", array.dtype, "float32, float64 or int64"))


def tensors_for(arrays: Mapping[str, Array]) -> tuple[Tensor, ...]:
    """Lay named arrays one behind the other, in the order of the mapping.

    Raises
    ------
    InvalidValueError, InvalidTypeError
        If a name, a dtype, a shape or the number of arrays is not what a file may have.
    """
    for name, array in arrays.items():
        if not NAME.fullmatch(name):
            may_be = "a letter, then letters, digits, _ . [ ], 100 in all"
            raise InvalidValueError(sentence("the name of an array", name, may_be))
        if array.ndim > MOST_AXES:
            raise InvalidValueError(
                sentence(f"the number of axes of {name}", array.ndim, f"up to {MOST_AXES}")
            )
    if len(arrays) > MOST_TENSORS:
        raise InvalidValueError(sentence("the number of arrays", len(arrays), f"at most {MOST_TENSORS:,}"))
    return in_a_row((name, dtype_name(name, array), array.shape) for name, array in arrays.items())


def entries_of(tensors: tuple[Tensor, ...]) -> dict[str, Any]:
    """Return what a header says about tensors."""
    return {
        each.name: {
            "dtype": each.dtype,
            "shape": list(each.shape),
            "data_offsets": [each.start, each.stop],
        }
        for each in tensors
    }


def tensors_in(entries: Mapping[str, Any]) -> tuple[Tensor, ...]:
    """Return the tensors that a header from outside claims, in the order of their bytes.

    Raises
    ------
    InvalidFileError
        Unless each is possible by itself, and they lie one right behind the other: no hole, no
        overlap, nothing before the start.

    Examples
    --------
    >>> tensors_in({"W[1]": {"dtype": "F32", "shape": [2, 1], "data_offsets": [8, 16]}})
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: the bytes of 'W[1]' were [8, 16]; they may only be [0, 8]
    """
    if len(entries) > MOST_TENSORS:
        raise InvalidFileError(sentence("the number of tensors", len(entries), f"at most {MOST_TENSORS:,}"))
    claimed = sorted((tensor_in(name, entry) for name, entry in entries.items()), key=_place)
    laid = in_a_row((each.name, each.dtype, each.shape) for each in claimed)
    for claim, right in zip(claimed, laid, strict=True):
        if claim != right:
            was, may_be = [claim.start, claim.stop], [right.start, right.stop]
            raise InvalidFileError(f"the bytes of {claim.name!r} were {was}; they may only be {may_be}")
    return laid


def tensor_in(name: str, entry: object) -> Tensor:
    """Return one tensor that a header claims, once its name, kind and shape are possible ones."""
    if not NAME.fullmatch(name):
        raise InvalidFileError(sentence("the name of a tensor", name, "one that chainrule gives"))
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [start, stop], **others} if (
            not others and dtype in DTYPES and len(shape) <= MOST_AXES
        ):
            # A length of 0 must not hide the others: whoever multiplies them has the largest product.
            whole = all(type(number) is int and 0 <= number <= LARGEST for number in (start, stop, *shape))
            if whole and math.prod(max(1, length) for length in shape) <= LARGEST:
                return Tensor(name, dtype, tuple(shape), start, stop)
    raise InvalidFileError(
        sentence(f"what the header says of {name!r}", entry, f"a possible tensor of {', '.join(DTYPES)}")
    )


def _place(tensor: Tensor) -> tuple[int, int, str]:
    return tensor.start, tensor.stop, tensor.name
