"""The entry to BLAS: one routine, the product of two matrices, called by its address.

An address given as a number can be chosen when the program runs (SciPy's BLAS, or MKL) and leaves the
compiled kernels free to be kept for the next process. Without compilation NumPy does the product.
"""

import ctypes
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any, NamedTuple

import numpy as np
from llvmlite.binding import get_host_cpu_name
from numba.extending import get_cython_function_address, overload

from chainrule.engine.calling import address, call, place_of
from chainrule.network.array import Array


class Blas(NamedTuple):
    """A BLAS: its name, and where its products in both precisions begin."""

    name: str
    sgemm: int
    dgemm: int

    def product(self, dtype: np.dtype) -> int:
        """Return the address of the product in a precision."""
        return self.sgemm if dtype == np.float32 else self.dgemm


@cache
def scipy_blas() -> Blas:
    """Return SciPy's BLAS, whichever SciPy was built with."""
    module = "scipy.linalg.cython_blas"
    return Blas(
        "SciPy's BLAS",
        get_cython_function_address(module, "sgemm"),
        get_cython_function_address(module, "dgemm"),
    )


@cache
def mkl() -> Blas | None:
    """Return MKL where the package `mkl` is installed."""
    library = mkl_library()
    if library is None:
        return None
    sgemm, dgemm = (ctypes.cast(getattr(library, name), ctypes.c_void_p).value for name in ("sgemm", "dgemm"))
    return Blas("MKL", sgemm or 0, dgemm or 0)


def best_blas() -> Blas:
    """Return MKL where it is installed and as fast as can be, on Intel's processors; else SciPy's BLAS.

    On AMD's it takes the way of older processors: products of layers of 100 units took it 1.5 times as
    long as SciPy's OpenBLAS in float64.
    """
    return (None if is_amd() else mkl()) or scipy_blas()


@cache
def is_amd() -> bool:
    """Return whether the processor is one of AMD's, by LLVM's name for it."""
    return get_host_cpu_name().startswith(("znver", "bdver", "btver", "amdfam", "k8", "opteron"))


@cache
def mkl_library() -> ctypes.CDLL | None:
    """Return the library of the package `mkl`, loaded; None where it is not installed."""
    ending = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    try:
        parts = files("mkl") or []
    except PackageNotFoundError:
        return None
    for part in parts:
        if part.name.startswith(("libmkl_rt", "mkl_rt")) and ending in part.name:
            return ctypes.CDLL(str(part.locate()))
    return None


def one_mkl_thread() -> None:
    """Hold MKL at one thread in the calling thread, whatever it does elsewhere."""
    library = mkl_library()
    if library is not None:
        library.MKL_Set_Num_Threads_Local(1)


def gemm(
    routine: int,
    A: Array,
    A_transposed: bool,
    A_first: int,
    B: Array,
    B_transposed: bool,
    C: Array,
    inner: int,
    adds: bool,
) -> None:
    """Write a product into C, or add it: A B, A B^T or A^T B, all in C order.

    Parameters
    ----------
    routine : int
        The address of the one for their precision.
    A, B, C : array, matrices
        C has shape (m, k), the product sums over `inner`.
    A_transposed, B_transposed : bool
        Whether the product takes A^T, or B^T.
    A_first : int
        With A^T: the first of the columns of A that are taken, as many as C has rows.
    adds : bool
        Whether it is added to what stands in C.
    """
    left = A[:, A_first : A_first + len(C)].T if A_transposed else A
    product = left @ (B.T if B_transposed else B)
    C[...] = C + product if adds else product


@overload(gemm, strict=False)
def _gemm(
    routine: Any,
    A: Any,
    A_transposed: Any,
    A_first: Any,
    B: Any,
    B_transposed: Any,
    C: Any,
    inner: Any,
    adds: Any,
) -> Any:
    size = A.dtype.bitwidth // 8
    number = A.dtype

    def fortran(
        routine: int,
        A: Array,
        A_transposed: bool,
        A_first: int,
        B: Array,
        B_transposed: bool,
        C: Array,
        inner: int,
        adds: bool,
    ) -> None:
        # Fortran reads our rows as its columns: C^T = B^T A^T, with both transpositions turned round.
        rows, columns = C.shape
        yes, no = np.int8(84), np.int8(78)  # T, N
        one, kept = number(1), number(1) if adds else number(0)
        call(
            routine,
            (
                place_of(yes if B_transposed else no),
                place_of(yes if A_transposed else no),
                place_of(np.int32(columns)),
                place_of(np.int32(rows)),
                place_of(np.int32(inner)),
                place_of(one),
                address(B),
                place_of(np.int32(B.shape[1])),
                address(A) + A_first * size,
                place_of(np.int32(A.shape[1])),
                place_of(kept),
                address(C),
                place_of(np.int32(columns)),
            ),
        )

    return fortran
