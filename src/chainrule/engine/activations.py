"""The activations as scalar kernels: z to a = f(z) and f'(z), both from one exponential.

To add one is to add its kernel and its line in `KERNELS`; it is written apart from the row in
`network.activations` on purpose, and a test names the row that has no kernel. Softmax, in which a
row's units depend on each other, stands by itself.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numba.np.numpy_support import from_dtype

from chainrule.engine.calling import address, call
from chainrule.engine.compiling import UNCOMPILED, address_of, part, sums
from chainrule.engine.exponential import exp, expm1
from chainrule.network.activations import LEAK, ROOT_TWO_PI, SELU_ALPHA, SELU_SCALE
from chainrule.network.array import Array


@part
def identity(z: Any) -> Any:
    """a = z."""
    return z, type(z)(1)


@part
def sigmoid(z: Any) -> Any:
    """a = 1 / (1 + e^-z), and f' = e^-|z| / (1 + e^-|z|)^2."""
    one = type(z)(1)
    decay = exp(-abs(z))
    whole = one / (one + decay)
    return (decay * whole if z < 0 else whole), decay * whole * whole


@part
def tanh(z: Any) -> Any:
    """a = tanh z, from e^-2|z| - 1, and f' = 4 e^-2|z| / (1 + e^-2|z|)^2."""
    T = type(z)
    decay, lost = exp(-abs(z) - abs(z)), expm1(-abs(z) - abs(z))
    whole = T(1) / (T(1) + decay)
    a = -lost * whole
    return (-a if z < 0 else a), T(4) * decay * whole * whole


@part
def relu(z: Any) -> Any:
    """a = z above zero, else 0."""
    T = type(z)
    return (T(0) if z <= 0 else z), (T(0) if z <= 0 else T(1))


@part
def leaky_relu(z: Any) -> Any:
    """a = z above zero, else 0.01 z."""
    T = type(z)
    return (T(LEAK) * z if z <= 0 else z), (T(LEAK) if z <= 0 else T(1))


@part
def elu(z: Any) -> Any:
    """a = z above zero, else e^z - 1."""
    T = type(z)
    below = T(0) if z > 0 else z
    return (expm1(below) if z <= 0 else z), exp(below)


@part
def selu(z: Any) -> Any:
    """a = s z above zero, else s alpha (e^z - 1)."""
    T = type(z)
    below, scale, alpha = T(0) if z > 0 else z, T(SELU_SCALE), T(SELU_ALPHA)
    return scale * (alpha * expm1(below) if z <= 0 else z), scale * (alpha * exp(below) if z <= 0 else T(1))


@part
def gelu(z: Any) -> Any:
    """a = z P(z), P the normal distribution function, and f' = P(z) + z p(z), p its density."""
    T = type(z)
    below = T(0.5) * T(math.erfc(z * T(-math.sqrt(0.5))))
    return z * below, below + z * exp(T(-0.5) * z * z) * T(1 / ROOT_TWO_PI)


@part
def silu(z: Any) -> Any:
    """a = z s(z), s the sigmoid, and f' = s + z s'."""
    s, slope = sigmoid(z)
    return z * s, s + z * slope


@part
def mish(z: Any) -> Any:
    """a = z t, t = tanh(log(1 + e^z)), and f' = t + z (1 - t) (1 + t) s(z), all from e^-|z|."""
    one = type(z)(1)
    two = one + one
    decay = exp(-abs(z))
    rest = two if z < 0 else two * decay * decay
    taken = decay * (decay + two) if z < 0 else one + two * decay
    whole = one / (taken + rest)
    t = taken * whole
    s = (decay if z < 0 else one) / (one + decay)
    return z * t, t + z * rest * whole * (one + t) * s


@part
def softplus(z: Any) -> Any:
    """a = log(1 + e^z), and f' = s(z), the sigmoid."""
    T = type(z)
    decay = exp(-abs(z))
    whole = T(1) / (T(1) + decay)
    return (T(0) if z < 0 else z) + T(math.log1p(decay)), (decay * whole if z < 0 else whole)


@part
def softsign(z: Any) -> Any:
    """a = z / (1 + |z|), and f' = 1 / (1 + |z|)^2."""
    whole = type(z)(1) / (type(z)(1) + abs(z))
    return z * whole, whole * whole


@part
def exponential(z: Any) -> Any:
    """a = e^z = f'."""
    a = exp(z)
    return a, a


KERNELS: dict[str, Callable[[Any], Any]] = {
    "identity": identity,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "mish": mish,
    "softplus": softplus,
    "softsign": softsign,
    "exponential": exponential,
}
SOFTMAX = len(KERNELS)
NOTHING = -1
CODES = {name: code for code, name in enumerate([*KERNELS, "softmax"])}

# Their slope is told by their output, so none is kept.
TOLD_BY_OUTPUT = frozenset({"identity", "relu", "leaky_relu"})


@sums
def softmax(Z: Array) -> None:
    """Z, (n, d), becomes A: e^z over its sum along each row; the largest z is taken off first."""
    rows, units = Z.shape
    for row in range(rows):
        largest = Z[row, 0]
        for j in range(units):
            largest = Z[row, j] if Z[row, j] > largest else largest
        for j in range(units):
            Z[row, j] = exp(Z[row, j] - largest)
        total = type(largest)(0)
        for j in range(units):
            total += Z[row, j]
        for j in range(units):
            Z[row, j] /= total


@sums
def softmax_pull_back(upstream: Array, A: Array) -> None:
    """dLoss/dA, (n, d), becomes dLoss/dZ: a_k (u_k - sum_j u_j a_j)."""
    rows, units = A.shape
    for row in range(rows):
        total = type(A[row, 0])(0)
        for j in range(units):
            total += upstream[row, j] * A[row, j]
        for k in range(units):
            upstream[row, k] = A[row, k] * (upstream[row, k] - total)


@cache
def routine(name: str, dtype: np.dtype, keeps_slope: bool) -> int:
    """Return the address of the loop over entries, with or without the slope; -1 where nothing is to do.

    It takes Z, which becomes A, the slope and their size.
    """
    if name in ("softmax", "identity") and not (keeps_slope and name == "identity"):
        return NOTHING
    scalar, T = KERNELS[name], from_dtype(dtype)
    signature = types.void(types.CPointer(T), types.CPointer(T), types.int64)
    if keeps_slope:

        def loop(Z: Array, slope: Array, size: int) -> None:
            for i in range(size):
                Z[i], slope[i] = scalar(Z[i])
    else:

        def loop(Z: Array, slope: Array, size: int) -> None:
            for i in range(size):
                Z[i] = scalar(Z[i])[0]

    return address_of(loop, signature)


def activate(routine: int, Z: Array, slope: Array) -> None:
    """Apply a routine to flat arrays: Z becomes A, and slope f' where the routine keeps it."""
    UNCOMPILED[routine](Z, slope, len(Z))


@overload(activate, strict=False)
def _activate(routine: Any, Z: Any, slope: Any) -> Any:
    return lambda routine, Z, slope: call(routine, (address(Z), address(slope), len(Z)))
