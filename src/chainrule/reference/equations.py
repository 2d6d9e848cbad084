"""The equations of backpropagation.

Examples are rows. Layers count from 1 to L; A[0] = X. W[l] has shape (d_{l-1}, d_l), rows are
inputs. delta[l] = dLoss/dZ[l].

    F1    Z[l] = A[l-1] W[l] + b[l]
    F2    A[l] = f_l(Z[l])
    BP1   delta[L] = dLoss/dA[L] * f_L'(Z[L])
    BP2   delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])
    BP3   db[l] = column sums of delta[l]
    BP4   dW[l] = A[l-1]^T delta[l]
    U     theta <- theta - eta * dtheta

Whoever uses an equation calls it by this module's name, so that a test can put a mistake in its
place and see who notices.
"""

from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.layers import Bias
from chainrule.network.losses import Loss


def F1(A_before: Array, W: Array, b: Array | None) -> Array:
    """Return Z[l] = A[l-1] W[l] + b[l]: (n, d_{l-1}), (d_{l-1}, d_l), (d_l,) or (1,) to (n, d_l)."""
    return A_before @ W if b is None else A_before @ W + b


def F2(f: Activation, Z: Array) -> Array:
    """Return A[l] = f_l(Z[l]): (n, d_l) to (n, d_l)."""
    return f.value(Z)


def BP1(loss: Loss, f: Activation, Z: Array, A: Array, Y: Array) -> Array:
    """Return delta[L] = dLoss/dA[L] * f_L'(Z[L]) of each row by itself: all (n, d_L).

    For softmax f' is the full Jacobian of a row. Some losses and activations cancel: softmax with
    cross-entropy, and sigmoid with binary cross-entropy, leave delta[L] = A[L] - Y, as is proved
    beside `losses.shortcut`. The mean over the rows is taken where all of them are known.
    """
    pair = loss.paired(f)
    return pair.delta(Z, A, Y) if pair else f.pull_back(loss.derivative(A, Y), Z, A)


def BP2(
    delta_next: Array, W_next: Array, f: Activation, Z: Array, A: Array, mask: Array | None = None
) -> Array:
    """Return delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l]): (n, d_{l+1}), (d_l, d_{l+1}) to (n, d_l).

    With dropout what came through the mask goes back through it: (delta[l+1] W[l+1]^T * mask[l]).
    """
    upstream = delta_next @ W_next.T
    return f.pull_back(upstream if mask is None else upstream * mask, Z, A)


def BP3(delta: Array, bias: Bias) -> Array:
    """Return db[l] = the column sums of delta[l], shape (d_l,); of everything, (1,), for a shared bias."""
    columns = delta.sum(axis=0)
    return columns.sum(keepdims=True) if bias == "shared" else columns


def BP4(A_before: Array, delta: Array) -> Array:
    """Return dW[l] = A[l-1]^T delta[l]: (n, d_{l-1}), (n, d_l) to (d_{l-1}, d_l)."""
    return A_before.T @ delta


def U(theta: Array, eta: float, dtheta: Array) -> Array:
    """Return theta - eta * dtheta. Only after every gradient is known."""
    return theta - eta * dtheta
