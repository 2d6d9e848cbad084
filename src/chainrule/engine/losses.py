"""The losses as scalar kernels: an output and its target to its loss and the derivative of it.

`KERNELS` holds those stated by a = f(z), `PAIRS` those taken together with their output activation,
by z. To add one is to add its kernel and its line; it is written apart from the row in
`network.losses` on purpose. Softmax with cross-entropy, in which a row's outputs depend on each other,
stands by itself.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numba.np.numpy_support import from_dtype

from chainrule.engine.activations import sigmoid, softplus
from chainrule.engine.calling import address, call_for_number, place_of
from chainrule.engine.compiling import UNCOMPILED, address_of, part, sums
from chainrule.engine.exponential import exp
from chainrule.engine.memory import matrix_at, vector_at
from chainrule.network.array import Array

# What the third argument is: the number of a loss for this output, as `setting_of` tells.


@part
def half_squared_error(a: Any, y: Any, _: Any) -> Any:
    """l = (a - y)^2 / 2."""
    off = a - y
    return type(a)(0.5) * off * off, off


@part
def squared_error(a: Any, y: Any, _: Any) -> Any:
    """l = (a - y)^2."""
    off = a - y
    return off * off, off + off


@part
def mean_squared_error(a: Any, y: Any, outputs: Any) -> Any:
    """l = (a - y)^2 / d."""
    off = a - y
    return off * off / outputs, (off + off) / outputs


@part
def half_mean_squared_error(a: Any, y: Any, outputs: Any) -> Any:
    """l = (a - y)^2 / 2d."""
    off = a - y
    return type(a)(0.5) * off * off / outputs, off / outputs


@part
def absolute_error(a: Any, y: Any, _: Any) -> Any:
    """l = |a - y|."""
    T = type(a)
    return abs(a - y), (T(1) if a > y else (T(-1) if a < y else a - y))


@part
def huber(a: Any, y: Any, delta: Any) -> Any:
    """l = (a - y)^2 / 2 up to delta off the target, delta (|a - y| - delta / 2) beyond."""
    off, half = a - y, type(a)(0.5)
    size = abs(off)
    if size <= delta:
        return half * off * off, off
    return delta * (size - half * delta), (delta if off > 0 else -delta)


@part
def pinball(a: Any, y: Any, quantile: Any) -> Any:
    """l = q (y - a) below the target, (1 - q) (a - y) above it."""
    slope = -quantile if a < y else type(a)(1) - quantile
    return slope * (a - y), (a - y if a == y else slope)


@part
def sigmoid_binary_cross_entropy(z: Any, y: Any, _: Any) -> Any:
    """l = log(1 + e^z) - y z, and dl/dz = s(z) - y."""
    value, s = softplus(z)
    return value - y * z, s - y


@part
def exponential_poisson(z: Any, y: Any, _: Any) -> Any:
    """l = e^z - y z, and dl/dz = e^z - y."""
    a = exp(z)
    return a - y * z, a - y


@part
def softplus_poisson(z: Any, y: Any, _: Any) -> Any:
    """l = a - y log a with a = log(1 + e^z), and dl/dz = s(z) (1 - y / a); far below zero log a is z."""
    T = type(z)
    near = T(0) if z < T(-40) else z
    a, s = softplus(near)
    if z < T(-40):
        return softplus(z)[0] - y * z, sigmoid(z)[0] - y
    return a - y * T(math.log(a)), s - y * s / a


KERNELS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "half_squared_error": half_squared_error,
    "squared_error": squared_error,
    "mean_squared_error": mean_squared_error,
    "half_mean_squared_error": half_mean_squared_error,
    "absolute_error": absolute_error,
    "huber": huber,
    "pinball": pinball,
}
PAIRS: dict[tuple[str, str], Callable[[Any, Any, Any], Any]] = {
    ("binary_cross_entropy", "sigmoid"): sigmoid_binary_cross_entropy,
    ("poisson", "exponential"): exponential_poisson,
    ("poisson", "softplus"): softplus_poisson,
}


@sums
def softmax_cross_entropy(Z: Array, Y: Array, weights: Array, share: Any, delta: Array) -> float:
    """l = sum_j y_j (log(sum of e^z) - z_j), and dl/dz = a - y; the largest z is taken off first."""
    loss = 0.0
    rows, units = Z.shape
    for row in range(rows):
        largest = Z[row, 0]
        for j in range(units):
            largest = Z[row, j] if Z[row, j] > largest else largest
        for j in range(units):
            delta[row, j] = exp(Z[row, j] - largest)
        total, asked, expected = type(largest)(0), type(largest)(0), type(largest)(0)
        for j in range(units):
            total += delta[row, j]
            asked += Y[row, j]
            # An output that is never asked for may be infinitely far below.
            expected += Y[row, j] * (Z[row, j] - largest) if Y[row, j] != 0 else type(largest)(0)
        weight = weights[row] if len(weights) else type(largest)(1)
        for j in range(units):
            delta[row, j] = (delta[row, j] / total - Y[row, j]) * (weight * share)
        loss += weight * (asked * type(largest)(math.log(total)) - expected)
    return loss


@cache
def routine(network_loss: str, output: str, dtype: np.dtype) -> int:
    """Return the address of the loop over rows and outputs for a loss, or for a pair.

    It takes A (or Z), the targets, the rows' weights, the setting of each output, the share of a row in
    the loss of the batch, where the derivative of that is to stand, how many rows and outputs there are,
    and whether they have weights; it returns the sum of the rows' losses, each times its weight.
    """
    T = from_dtype(dtype)
    pointer = types.CPointer(T)
    signature = types.float64(*[pointer] * 6, *[types.int64] * 3)
    if (network_loss, output) == ("cross_entropy", "softmax"):

        def over_rows(
            Z: Any,
            Y: Any,
            weights: Any,
            setting: Any,
            share: Any,
            delta: Any,
            rows: int,
            units: int,
            weighted: int,
        ) -> float:
            w = vector_at(weights, rows if weighted else 0)
            z, y, d = matrix_at(Z, rows, units), matrix_at(Y, rows, units), matrix_at(delta, rows, units)
            return softmax_cross_entropy(z, y, w, share[0], d)

        return address_of(over_rows, signature)
    scalar = PAIRS.get((network_loss, output)) or KERNELS[network_loss]

    def over_outputs(
        A: Any,
        Y: Any,
        weights: Any,
        setting: Any,
        share: Any,
        derivative: Any,
        rows: int,
        units: int,
        weighted: int,
    ) -> float:
        loss, whole = 0.0, share[0]
        for row in range(rows):
            of_row = 0.0
            weight = weights[row] if weighted else type(whole)(1)
            for j in range(units):
                i = row * units + j
                term, slope = scalar(A[i], Y[i], setting[j])
                derivative[i] = slope * (weight * whole)
                of_row += term
            loss += weight * of_row
        return loss

    return address_of(over_outputs, signature)


def loss_and_derivative(
    routine: int, outputs: Array, Y: Array, weights: Array, setting: Array, share: Any, derivative: Array
) -> float:
    """Apply a routine to rows; (n, d), (n, d), (n,) or (0,), (d,), a number, (n, d)."""
    rows, units = outputs.shape
    given = (outputs.ravel(), Y.ravel(), weights, setting, (share,))
    return float(UNCOMPILED[routine](*given, derivative.reshape(-1), rows, units, len(weights) > 0))


@overload(loss_and_derivative, strict=False)
def _loss_and_derivative(
    routine: Any, outputs: Any, Y: Any, weights: Any, setting: Any, share: Any, derivative: Any
) -> Any:
    def compiled(routine, outputs, Y, weights, setting, share, derivative):  # type: ignore[no-untyped-def]
        rows, units = outputs.shape
        return call_for_number(
            routine,
            (
                address(outputs),
                address(Y),
                address(weights),
                address(setting),
                place_of(share),
                address(derivative),
                rows,
                units,
                np.int64(len(weights) > 0),
            ),
        )

    return compiled
