"""A second opinion on loss and gradient: the forward pass restated for HIPS autograd.

It takes and gives plain arrays and words, and imports nothing of the package: a mistake in F1,
F2 or a loss of ours is not in here, and the derivative is taken by another program.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import autograd.numpy as np
from autograd import value_and_grad
from autograd.scipy.special import erfc, logsumexp

Value = Callable[[Any], Any]


class Layer(NamedTuple):
    """One layer, in words."""

    inputs: int
    units: int
    activation: str
    bias: str
    penalized: bool
    mask: Any = None  # what dropout multiplies its outputs by


class Case(NamedTuple):
    """A network, its rows and its penalty."""

    layers: Sequence[Layer]
    loss: str
    quantiles: Any
    X: Any
    Y: Any
    row_weights: Any
    l2: float
    l1: float


def sigmoid(z: Any) -> Any:
    return np.exp(-np.logaddexp(0, -z))


def softmax(z: Any) -> Any:
    return np.exp(z - logsumexp(z, axis=1, keepdims=True))


def exp_minus_one(z: Any) -> Any:
    """Return exp(z) - 1 where z is below 0, else 0: 2 t / (1 - t), t = tanh(z/2), loses no digits."""
    t = np.tanh(np.where(z > 0, 0, z) / 2)
    return 2 * t / (1 - t)


ACTIVATIONS: dict[str, Value] = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, z / 100),
    "elu": lambda z: np.where(z > 0, z, exp_minus_one(z)),
    "selu": lambda z: 1.0507009873554804934 * np.where(z > 0, z, 1.6732632423543772848 * exp_minus_one(z)),
    "gelu": lambda z: z * erfc(-z / np.sqrt(2)) / 2,
    "silu": lambda z: z * sigmoid(z),
    "mish": lambda z: z * np.tanh(np.logaddexp(0, z)),
    "softplus": lambda z: np.logaddexp(0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "exponential": np.exp,
    "softmax": softmax,
}

# One output's loss, of what the network gives and the target.
LOSSES: dict[str, Callable[..., Any]] = {
    "half_squared_error": lambda a, y, q: (a - y) ** 2 / 2,
    "squared_error": lambda a, y, q: (a - y) ** 2,
    "mean_squared_error": lambda a, y, q: (a - y) ** 2 / y.shape[1],
    "half_mean_squared_error": lambda a, y, q: (a - y) ** 2 / y.shape[1] / 2,
    "absolute_error": lambda a, y, q: np.abs(a - y),
    "huber": lambda a, y, q: np.where(np.abs(a - y) > 1, np.abs(a - y) - 0.5, (a - y) ** 2 / 2),
    "pinball": lambda a, y, q: np.where(y > a, q * (y - a), (1 - q) * (a - y)),
}

# The same of z, for the pairs whose output would round to 0 or 1 first.
LOSSES_OF_Z: dict[tuple[str, str], Callable[..., Any]] = {
    ("poisson", "exponential"): lambda z, y: np.exp(z) - y * z,
    ("poisson", "softplus"): lambda z, y: np.logaddexp(0, z) - y * np.log(np.logaddexp(0, z)),
    ("cross_entropy", "softmax"): lambda z, y: y * (logsumexp(z, axis=1, keepdims=True) - z),
    ("binary_cross_entropy", "sigmoid"): lambda z, y: y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z),
}


def split(theta: Any, layers: Sequence[Layer]) -> list[tuple[Any, Any]]:
    """Cut the flat vector W[1], b[1], W[2] ... into weights and biases."""
    start, parts = 0, []
    for layer in layers:
        stop = start + layer.inputs * layer.units
        W = np.reshape(theta[start:stop], (layer.inputs, layer.units))
        start = stop + {"per_unit": layer.units, "shared": 1, "none": 0}[layer.bias]
        parts.append((W, theta[stop:start] if start > stop else 0.0))
    return parts


def loss(theta: Any, case: Case) -> Any:
    """Return the loss of all rows, penalty included."""
    a, penalty = case.X, 0.0
    for layer, (W, b) in zip(case.layers, split(theta, case.layers), strict=True):
        z = np.dot(a, W) + b
        a = ACTIVATIONS[layer.activation](z) * (1.0 if layer.mask is None else layer.mask)
        if layer.penalized:
            penalty = penalty + case.l2 / 2 * np.sum(W**2) + case.l1 * np.sum(np.abs(W))
    of_z = LOSSES_OF_Z.get((case.loss, case.layers[-1].activation))
    each = LOSSES[case.loss](a, case.Y, case.quantiles) if of_z is None else of_z(z, case.Y)
    weights = np.ones(len(case.X)) if case.row_weights is None else case.row_weights
    return np.sum(weights * np.sum(each, axis=1)) / np.sum(weights) + penalty


def loss_and_gradient(theta: Any, case: Case) -> tuple[float, Any]:
    """Return the loss and its derivative by every entry of theta."""
    return value_and_grad(loss)(theta, case)
