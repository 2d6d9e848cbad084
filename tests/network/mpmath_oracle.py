"""Every activation and its derivative to 50 digits: written apart from the package, with mpmath.

Each function returns the terms of the formula, whose sum is the value: rounding is measured
against the largest of them. A formula with one term is measured against its value.
"""

from collections.abc import Callable

import numpy as np
from mpmath import mp, mpf

mp.dps = 50

Terms = tuple[mpf, ...]

LEAK = mpf(0.01)
# The double nearest to each constant of the paper, as the package states them.
SELU_ALPHA = mpf(1.6732632423543772)
SELU_SCALE = mpf(1.0507009873554805)


def logistic(z: mpf) -> mpf:
    return 1 / (1 + mp.exp(-z))


def normal_cdf(z: mpf) -> mpf:
    if abs(z) > 1e6:  # mpmath's erfc overflows; the tail is below 1e-200000000000
        return mpf(1 if z > 0 else 0)
    return mp.erfc(-z / mp.sqrt(2)) / 2


def normal_density(z: mpf) -> mpf:
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def tanh_of_softplus(z: mpf) -> tuple[mpf, mpf]:
    """Return tanh(log(1 + e)) = (e^2 + 2 e) / (e^2 + 2 e + 2), e = exp(z), and 1 minus it."""
    e = mp.exp(z)
    whole = e * e + 2 * e + 2
    return (whole - 2) / whole if z > -1 else e * (e + 2) / whole, 2 / whole


def mish_slope(z: mpf) -> Terms:
    t, rest = tanh_of_softplus(z)
    return t, z * rest * (1 + t) * logistic(z)


VALUES: dict[str, Callable[[mpf], Terms]] = {
    "identity": lambda z: (z,),
    "sigmoid": lambda z: (logistic(z),),
    "tanh": lambda z: (mp.tanh(z),),
    "relu": lambda z: (z if z > 0 else mpf(0),),
    "leaky_relu": lambda z: (z if z > 0 else LEAK * z,),
    "elu": lambda z: (z if z > 0 else mp.expm1(z),),
    "selu": lambda z: (SELU_SCALE * (z if z > 0 else SELU_ALPHA * mp.expm1(z)),),
    "gelu": lambda z: (z * normal_cdf(z),),
    "silu": lambda z: (z * logistic(z),),
    "mish": lambda z: (z * tanh_of_softplus(z)[0],),
    "softplus": lambda z: (mp.log1p(mp.exp(z)),),
    "softsign": lambda z: (z / (1 + abs(z)),),
    "exponential": lambda z: (mp.exp(z),),
}

SLOPES: dict[str, Callable[[mpf], Terms]] = {
    "identity": lambda z: (mpf(1),),
    "sigmoid": lambda z: (logistic(z) * logistic(-z),),
    "tanh": lambda z: (1 / mp.cosh(z) ** 2,),
    "relu": lambda z: (mpf(1 if z > 0 else 0),),
    "leaky_relu": lambda z: (mpf(1) if z > 0 else LEAK,),
    "elu": lambda z: (mpf(1) if z > 0 else mp.exp(z),),
    "selu": lambda z: (SELU_SCALE * (1 if z > 0 else SELU_ALPHA * mp.exp(z)),),
    "gelu": lambda z: (normal_cdf(z), z * normal_density(z)),
    "silu": lambda z: (logistic(z), z * logistic(z) * logistic(-z)),
    "mish": mish_slope,
    "softplus": lambda z: (logistic(z),),
    "softsign": lambda z: (1 / (1 + abs(z)) ** 2,),
    "exponential": lambda z: (mp.exp(z),),
}


def exactly(number: np.floating) -> mpf:
    """Return a number of any real precision without rounding it."""
    high = float(number)
    return mpf(high) + mpf(float(number - type(number)(high)))


def in_ulps(got: np.floating, terms: Terms) -> float:
    """Return how many ulps of the largest term `got` is away from the sum of the terms."""
    largest = max(abs(term) for term in terms)
    with np.errstate(over="ignore"):
        ulp = np.spacing(type(got)(float(largest)))
    return float(abs(exactly(got) - sum(terms)) / exactly(ulp))


def softplus(z: mpf) -> mpf:
    return mp.log1p(mp.exp(z))


def absolute(a: mpf, y: mpf) -> mpf:
    return abs(a - y)


# One output's loss of (a, y, d), d the number of outputs; huber turns linear at 1, pinball's quantile is 0.5.
LOSS_VALUES: dict[str, Callable[[mpf, mpf, int], Terms]] = {
    "half_squared_error": lambda a, y, d: ((a - y) ** 2 / 2,),
    "squared_error": lambda a, y, d: ((a - y) ** 2,),
    "mean_squared_error": lambda a, y, d: ((a - y) ** 2 / d,),
    "half_mean_squared_error": lambda a, y, d: ((a - y) ** 2 / (2 * d),),
    "absolute_error": lambda a, y, d: (abs(a - y),),
    "huber": lambda a, y, d: ((a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - mpf(0.5),),
    "pinball": lambda a, y, d: (abs(a - y) / 2,),
    "poisson": lambda a, y, d: (a, -y * mp.log(a)),
    "cross_entropy": lambda a, y, d: (-y * mp.log(a),),
    "binary_cross_entropy": lambda a, y, d: (-y * mp.log(a), -(1 - y) * mp.log(1 - a)),
}

LOSS_SLOPES: dict[str, Callable[[mpf, mpf, int], Terms]] = {
    "half_squared_error": lambda a, y, d: (a - y,),
    "squared_error": lambda a, y, d: (2 * (a - y),),
    "mean_squared_error": lambda a, y, d: (2 * (a - y) / d,),
    "half_mean_squared_error": lambda a, y, d: ((a - y) / d,),
    "absolute_error": lambda a, y, d: (mp.sign(a - y),),
    "huber": lambda a, y, d: (a - y if abs(a - y) <= 1 else mp.sign(a - y),),
    "pinball": lambda a, y, d: (mp.sign(a - y) / 2,),
    "poisson": lambda a, y, d: (mpf(1), -y / a),
    "cross_entropy": lambda a, y, d: (-y / a,),
    "binary_cross_entropy": lambda a, y, d: (-y / a, (1 - y) / (1 - a)),
}

# The loss of one output from its z, and its derivative by z.
FROM_Z_VALUES: dict[tuple[str, str], Callable[[mpf, mpf], Terms]] = {
    ("poisson", "exponential"): lambda z, y: (mp.exp(z), -y * z),
    ("poisson", "softplus"): lambda z, y: (softplus(z), -y * mp.log(softplus(z))),
    ("binary_cross_entropy", "sigmoid"): lambda z, y: (y * softplus(-z), (1 - y) * softplus(z)),
}

FROM_Z_SLOPES: dict[tuple[str, str], Callable[[mpf, mpf], Terms]] = {
    ("poisson", "exponential"): lambda z, y: (mp.exp(z), -y),
    ("poisson", "softplus"): lambda z, y: (logistic(z), -y * logistic(z) / softplus(z)),
    ("binary_cross_entropy", "sigmoid"): lambda z, y: (logistic(z), -y),
}
