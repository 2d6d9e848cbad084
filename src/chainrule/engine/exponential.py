"""The exponential function, written so that the compiler computes several at once.

exp(z) = 2^k exp(r), with k the whole number nearest to z / log 2 and r what is left, at most
log(2) / 2 in size; exp(r) - 1 is its Taylor series up to the last term that counts. The C library's
function takes one number at a time, and a call for it. What is smaller than the smallest normal
number comes out as 0.
"""

import math
from typing import Any

import numpy as np
from numba.extending import overload

from chainrule.engine.compiling import part

PER_LOG2 = 1 / math.log(2)
# Their sum is log 2, and any k times the first is exact (Cody & Waite 1980).
LOG2_HIGH, LOG2_LOW = 0.693145751953125, 1.4286068203094172321e-06


@part
def exp(z: Any) -> Any:
    """Return e^z."""
    T = type(z)
    power, rest = _parts(z)
    found = power + power * rest
    found = T(0) if z < _lowest(z) else found
    return T(np.inf) if z > _highest(z) else found


@part
def expm1(z: Any) -> Any:
    """Return e^z - 1, with all its digits near 0."""
    T = type(z)
    power, rest = _parts(z)
    found = power * rest + (power - T(1))
    found = T(-1) if z < _lowest(z) else found
    return T(np.inf) if z > _highest(z) else found


@part
def _parts(z: Any) -> Any:
    """Return 2^k and exp(r) - 1."""
    T = type(z)
    k = np.rint(z * T(PER_LOG2))
    r = z - k * T(LOG2_HIGH) - k * T(LOG2_LOW)
    return _two_to(k), _taylor(r)


def _lowest(z: Any) -> Any:
    """Return the smallest z whose e^z is a normal number."""
    return np.float32(-87.0) if isinstance(z, np.float32) else np.float64(-708.0)


def _highest(z: Any) -> Any:
    """Return the largest z whose power of two is finite."""
    return np.float32(88.3) if isinstance(z, np.float32) else np.float64(709.4)


def _two_to(k: Any) -> Any:
    """Return 2^k for a whole number k, by writing its exponent."""
    if isinstance(k, np.float32):
        return np.int32((np.int32(k) + 127) << 23).view(np.float32)
    return np.int64((np.int64(k) + 1023) << 52).view(np.float64)


def _taylor(r: Any) -> Any:
    """Return r + r^2 / 2! + r^3 / 3! + ..., by Horner's rule."""
    total = type(r)(0)
    for term in range(7 if isinstance(r, np.float32) else 13, 1, -1):
        total = total * r + type(r)(1 / math.factorial(term))
    return r + r * r * total


def _is_single(number: Any) -> bool:
    return bool(number.bitwidth == 32)


@overload(_lowest, inline="always", strict=False)
def _lowest_compiled(z: Any) -> Any:
    lowest = np.float32(-87.0) if _is_single(z) else np.float64(-708.0)
    return lambda z: lowest


@overload(_highest, inline="always", strict=False)
def _highest_compiled(z: Any) -> Any:
    highest = np.float32(88.3) if _is_single(z) else np.float64(709.4)
    return lambda z: highest


@overload(_two_to, inline="always", strict=False)
def _two_to_compiled(k: Any) -> Any:
    if _is_single(k):
        return lambda k: np.int32((np.int32(k) + 127) << 23).view(np.float32)
    return lambda k: np.int64((np.int64(k) + 1023) << 52).view(np.float64)


@overload(_taylor, inline="always", strict=False)
def _taylor_compiled(r: Any) -> Any:
    if _is_single(r):
        c2, c3, c4, c5, c6, c7 = (np.float32(1 / math.factorial(n)) for n in range(2, 8))

        def of_single(r: Any) -> Any:  # in pairs (Estrin 1960), so that no term waits for all the others
            rr = r * r
            return r + rr * ((c2 + r * c3) + rr * ((c4 + r * c5) + rr * (c6 + r * c7)))

        return of_single
    d2, d3, d4, d5, d6, d7 = (1 / math.factorial(n) for n in range(2, 8))
    d8, d9, d10, d11, d12, d13 = (1 / math.factorial(n) for n in range(8, 14))

    def of_double(r: Any) -> Any:
        tail = d8 + r * (d9 + r * (d10 + r * (d11 + r * (d12 + r * d13))))
        return r + r * r * (d2 + r * (d3 + r * (d4 + r * (d5 + r * (d6 + r * (d7 + r * tail))))))

    return of_double
