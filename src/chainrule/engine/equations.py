"""The equations of backpropagation, for rows that pass through the network together.

    F1    Z[l] = A[l-1] W[l] + b[l]
    F2    A[l] = f_l(Z[l])
    BP1   delta[L] = dLoss/dA[L] * f_L'(Z[L])
    BP2   delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])
    BP3   db[l] = column sums of delta[l]
    BP4   dW[l] = A[l-1]^T delta[l]

F2 leaves f'(Z) where delta will stand, so that nothing has to be computed twice. Equation U is
`engine.update`.
"""

from chainrule.engine.activations import CODES as ACTIVATIONS
from chainrule.engine.activations import NOTHING, SOFTMAX, activate, softmax
from chainrule.engine.compiling import part, sums
from chainrule.engine.memory import flat
from chainrule.engine.products import add_product, product_back, product_of_columns
from chainrule.network.activations import LEAK
from chainrule.network.array import Array

IDENTITY, LEAKY_RELU = ACTIVATIONS["identity"], ACTIVATIONS["leaky_relu"]


@part
def F1(blas: int, A_before: Array, W: Array, b: Array, Z: Array) -> None:
    """Z[l] = A[l-1] W[l] + b[l]: (n, d_{l-1}), (d_{l-1}, d_l), (d_l,), (1,) or (0,), (n, d_l)."""
    n, units = Z.shape
    for row in range(n):
        for j in range(units):
            Z[row, j] = b[j] if len(b) == units else b[0] if len(b) else type(Z[row, j])(0)
    add_product(blas, A_before, W, Z)


@part
def F2(kind: int, routine: int, Z: Array, slope: Array) -> None:
    """A[l] = f_l(Z[l]), in the place of Z, and f_l'(Z[l]) where it is kept; of softmax A is kept for it."""
    if kind == SOFTMAX:
        softmax(Z)
        copy(flat(Z), flat(slope))
    elif routine != NOTHING:
        activate(routine, flat(Z), flat(slope))


@part
def copy(given: Array, taken: Array) -> None:
    """Copy one flat array into another."""
    for i in range(len(given)):
        taken[i] = given[i]


@part
def pull_back(kind: int, keeps_slope: bool, upstream: Array, A: Array, delta: Array) -> None:
    """delta[l] = upstream * f_l'(Z[l]), upstream = dLoss/dA[l]: all flat; delta holds f_l' where it is kept.

    Of relu and leaky_relu the sign of A tells f'.
    """
    T = type(upstream[0])
    if keeps_slope:
        for i in range(len(delta)):
            delta[i] *= upstream[i]
    elif kind == IDENTITY:
        copy(upstream, delta)
    else:
        below = T(LEAK) if kind == LEAKY_RELU else T(0)
        for i in range(len(delta)):
            delta[i] = upstream[i] * (below if A[i] <= 0 else T(1))


@sums
def BP3(delta: Array, db: Array, adds: bool) -> None:
    """db[l] = the column sums of delta[l], (n, d_l) to (d_l,); of everything, (1,), for a shared bias."""
    n, units = delta.shape
    T = type(delta[0, 0])
    if len(db) == units:
        for j in range(units):
            db[j] = (db[j] if adds else T(0)) + delta[0, j]
        for row in range(1, n):
            for j in range(units):
                db[j] += delta[row, j]
    else:
        total = db[0] if adds else T(0)
        for row in range(n):
            for j in range(units):
                total += delta[row, j]
        db[0] = total


@part
def BP4(blas: int, A_before: Array, first: int, delta: Array, dW: Array, adds: bool) -> None:
    """dW[l] = A[l-1]^T delta[l], of the inputs from `first` on: (n, d_{l-1}), (n, d_l), (inputs, d_l)."""
    product_of_columns(blas, A_before, first, delta, dW, adds)


@part
def upstream_of(blas: int, delta_next: Array, W_next: Array, upstream: Array) -> None:
    """dLoss/dA[l] = delta[l+1] W[l+1]^T, the first factor of BP2: (n, d_{l+1}), (d_l, d_{l+1}), (n, d_l)."""
    product_back(blas, delta_next, W_next, upstream)
