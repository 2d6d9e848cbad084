"""The three products of backpropagation: plain loops where they are small, BLAS where they are not.

Which way a product goes depends on its shape alone. With
loops a row's result never depends on the rows beside it.
"""

from chainrule.engine.blas import gemm
from chainrule.engine.compiling import sums
from chainrule.network.array import Array

# Up to so many multiplications loops are done before BLAS has looked at its arguments.
SMALL = 2048
# So many columns are worth a vector.
NARROW = 8


@sums
def add_product(blas: int, A: Array, W: Array, Z: Array) -> None:
    """Z += A W: (n, k), (k, m), (n, m)."""
    n, k = A.shape
    m = W.shape[1]
    if n * k * m > SMALL:
        gemm(blas, A, False, 0, W, False, Z, k, True)
        return
    if m < NARROW:
        for row in range(n):
            for j in range(m):
                total = Z[row, j]
                for i in range(k):
                    total += A[row, i] * W[i, j]
                Z[row, j] = total
        return
    for row in range(n):
        for i in range(k):
            for j in range(m):
                Z[row, j] += A[row, i] * W[i, j]


@sums
def product_back(blas: int, delta: Array, W: Array, upstream: Array) -> None:
    """upstream = delta W^T: (n, m), (k, m), (n, k)."""
    n, m = delta.shape
    k = W.shape[0]
    if n * k * m > SMALL:
        gemm(blas, delta, False, 0, W, True, upstream, m, False)
        return
    for row in range(n):
        for i in range(k):
            total = type(upstream[row, i])(0)
            for j in range(m):
                total += delta[row, j] * W[i, j]
            upstream[row, i] = total


@sums
def product_of_columns(blas: int, A: Array, first: int, delta: Array, dW: Array, adds: bool) -> None:
    """dW = A^T delta, or += where it adds, from A's column `first` on: (n, k), (n, m), (at most k, m)."""
    n, m = delta.shape
    k = dW.shape[0]
    if n * k * m > SMALL:
        gemm(blas, A, True, first, delta, False, dW, n, adds)
        return
    if n == 1 and not adds:
        for i in range(k):
            for j in range(m):
                dW[i, j] = A[0, first + i] * delta[0, j]
        return
    for i in range(k):
        for j in range(m):
            total = dW[i, j] if adds else type(dW[i, j])(0)
            for row in range(n):
                total += A[row, first + i] * delta[row, j]
            dW[i, j] = total
