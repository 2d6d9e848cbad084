"""Pieces of flat arrays as matrices, without copying and without counting references."""

from typing import Any, TypeAlias

import numba
import numpy as np
import numpy.typing as npt
from numba import types
from numba.core import config
from numba.extending import intrinsic, overload

from chainrule.network.array import Array

# A structured array; a kernel reads the fields of its rows as attributes.
Records: TypeAlias = Any

ALIGNMENT = 64  # bytes: a cache line, and the widest vector


def aligned(size: int, dtype: npt.DTypeLike) -> Array:
    """Return zeros whose first one starts a cache line: a product's bits may depend on where it lies."""
    dtype = np.dtype(dtype)
    room = np.zeros(size * dtype.itemsize + ALIGNMENT, dtype=np.uint8)
    skipped = -room.ctypes.data % ALIGNMENT
    return room[skipped : skipped + size * dtype.itemsize].view(dtype)


def aligned_count(size: int, dtype: npt.DTypeLike) -> int:
    """Return how many entries to leave for `size` of them, so that what follows starts a cache line."""
    per_line = ALIGNMENT // np.dtype(dtype).itemsize
    return -(-size // per_line) * per_line


def records(array: Records) -> Records:
    """Return records as the kernels take them fastest; uncompiled ones need their fields as attributes."""
    return array if config.DISABLE_JIT else array.view(np.ndarray)


def matrix(array: Array, start: int, rows: int, columns: int) -> Array:
    """Return a piece of a flat array as a matrix (rows, columns); a view."""
    return array[start : start + rows * columns].reshape(rows, columns)


def vector(array: Array, start: int, count: int) -> Array:
    """Return a piece of a flat array; a view."""
    return array[start : start + count]


def flat(array: Array) -> Array:
    """Return all entries of a matrix in C order, in one row; a view."""
    return array.reshape(array.size)


def matrix_at(first: Any, rows: int, columns: int) -> Array:
    """Return what begins at a pointer as a matrix."""
    return matrix(first, 0, rows, columns)


def vector_at(first: Any, count: int) -> Array:
    """Return what begins at a pointer as a vector."""
    return vector(first, 0, count)


@intrinsic
def pointer(_context: Any, array: Any, start: Any) -> Any:
    """Return the address of an entry of a flat array, for compiled code."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.gep(found.data, [arguments[1]])

    return types.CPointer(array.dtype)(array, types.intp), generate


@overload(matrix, strict=False)
def _matrix(array: Any, start: Any, rows: Any, columns: Any) -> Any:
    return lambda array, start, rows, columns: numba.carray(pointer(array, start), (rows, columns))


@overload(vector, strict=False)
def _vector(array: Any, start: Any, count: Any) -> Any:
    return lambda array, start, count: numba.carray(pointer(array, start), (count,))


@overload(matrix_at, strict=False)
def _matrix_at(first: Any, rows: Any, columns: Any) -> Any:
    return lambda first, rows, columns: numba.carray(first, (rows, columns))


@overload(vector_at, strict=False)
def _vector_at(first: Any, count: Any) -> Any:
    return lambda first, count: numba.carray(first, (count,))


@overload(flat, strict=False)
def _flat(array: Any) -> Any:
    return lambda array: numba.carray(pointer(array, 0), (array.size,))


def borrowed(array: Array) -> Array:
    """Return the same array for the length of a kernel, whose caller holds it.

    Compiled code counts every time an array is handed on, and the count is a number that all
    threads must agree on; of a borrowed one it counts nothing.
    """
    return array


@overload(borrowed, strict=False)
def _borrowed(array: Any) -> Any:
    return lambda array: numba.carray(pointer(array, 0), array.shape)
