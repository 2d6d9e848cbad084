"""Backward passes with mistakes in them, written with loops and NumPy, and sharing nothing with `check`.

A pass is told by a network as sizes, activations and a loss, weights and rows, and returns the gradients.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

VALUE = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z > 0),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
SLOPE = {
    "sigmoid": lambda z: VALUE["sigmoid"](z) * (1 - VALUE["sigmoid"](z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: 1.0 * (z > 0),
    "identity": np.ones_like,
}


class Probe(NamedTuple):
    """A network and rows in which little can hide."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    W: list
    b: list
    X: np.ndarray
    Y: np.ndarray


def probe(sizes, activations, loss, rows=3, seed=0) -> Probe:
    rng = np.random.default_rng(seed)
    W = [rng.uniform(-1, 1, shape) for shape in pairwise(sizes)]
    b = [rng.uniform(-0.5, 0.5, size) for size in sizes[1:]]
    X = rng.uniform(-1, 1, (rows, sizes[0]))
    Y = rng.uniform(0.1, 0.9, (rows, sizes[-1]))
    if loss == "cross_entropy":
        Y /= Y.sum(axis=1, keepdims=True)
    return Probe(sizes, activations, loss, W, b, X, Y)


PROBES = {
    "3-4-2-3": probe((3, 4, 2, 3), ("tanh", "tanh", "sigmoid"), "squared_error", rows=5),
    "4-4-4": probe((4, 4, 4), ("sigmoid", "sigmoid"), "half_squared_error", rows=6, seed=1),
    "2-5-3": probe((2, 5, 3), ("tanh", "softmax"), "cross_entropy", rows=5, seed=2),
    "5-3-3-4": probe((5, 3, 3, 4), ("sigmoid", "tanh", "identity"), "half_squared_error", rows=7, seed=3),
    "3-6-4": probe((3, 6, 4), ("sigmoid", "sigmoid"), "binary_cross_entropy", rows=3, seed=4),
}


def gradients(net: Probe, *mistakes: tuple[str, int], eta: float = 0.5):
    """Return the gradients by the weights and biases, with mistakes in layers, counted from 1."""
    here = lambda name, l: (name, l) in mistakes  # noqa: E731
    depth, n = len(net.W), len(net.X)
    Z, A = [None], [net.X]
    for l in range(1, depth + 1):
        Z.append(A[l - 1] @ net.W[l - 1] + net.b[l - 1])
        A.append(VALUE[net.activations[l - 1]](Z[l]))
    dW, db, delta = [None] * depth, [None] * depth, None
    for l in range(depth, 0, -1):
        name = net.activations[l - 1]
        if l == depth:
            delta = _output_delta(net, A[l], Z[l], name, {each for each, _ in mistakes}) / n
        else:
            W = net.W[l]
            if here("hidden-delta-after-update", l):
                W = W - eta * dW[l]
            if here("only-last-path", l):
                back = np.outer(delta[:, -1], W[:, -1])
            elif here("weights-not-transposed", l):
                back = delta @ W
            else:
                back = delta @ W.T
            slope = SLOPE[name](Z[l])
            if here("hidden-derivative-missing", l):
                slope = 1.0
            if here("derivative-at-activation", l):
                slope = SLOPE[name](A[l])
            if here("z(1-z)", l):
                slope = Z[l] * (1 - Z[l])
            if here("a(1-a)-everywhere", l):
                slope = A[l] * (1 - A[l])
            if here("derivative-of-another-layer", l):
                slope = SLOPE[net.activations[l]](Z[l])
            delta = back * slope
        dW[l - 1] = np.zeros_like(net.W[l - 1])
        for row in range(n):
            into = A[l - 1][row]
            if here("own-activations", l):
                into = A[l][row]
            if here("weighted-sums-for-activations", l):
                into = Z[l - 1][row]
            if here("first-input-twice", l):
                into = np.array([*into[:-1], into[0]])
            part = np.outer(into, delta[row])
            dW[l - 1] = part if here("only-last-row", l) else dW[l - 1] + part
        db[l - 1] = delta.sum(axis=0)
        if here("bias-never-updated", l):
            db[l - 1] = 0 * db[l - 1]
        if here("bias-summed-over-everything", l):
            db[l - 1] = np.full_like(db[l - 1], delta.sum())
        if here("bias-averaged-over-rows-again", l):
            db[l - 1] = db[l - 1] / n
    return dW, db


def _output_delta(net: Probe, A, Z, name, mistakes):
    """The error signal of each row by itself."""
    Y = net.Y
    by_output = {
        "squared_error": lambda: 2 * (A - Y),
        "half_squared_error": lambda: A - Y,
        "cross_entropy": lambda: -Y / A,
        "binary_cross_entropy": lambda: (A - Y) / (A * (1 - A)),
    }[net.loss]()
    if name == "softmax":
        delta = np.array([(np.diag(a) - np.outer(a, a)) @ d for a, d in zip(A, by_output, strict=True)])
    else:
        delta = by_output * SLOPE[name](Z)
    others = {
        "softmax-as-diagonal": lambda: by_output * A * (1 - A),
        "output-derivative-missing": lambda: by_output,
        "shortcut-where-it-does-not-hold": lambda: A - Y,
        "a(1-a)-at-output": lambda: by_output * A * (1 - A),
        "derivative-at-output": lambda: by_output * SLOPE[name](A),
        "derivative-where-it-cancels": lambda: (A - Y) * A * (1 - A),
    }
    for each in mistakes & set(others):
        delta = others[each]()
    factors = {
        "loss-without-half": 2,
        "loss-with-half": 0.5,
        "sum-over-rows": len(Y),
        "mean-over-outputs": 1 / Y.shape[1],
        "sign": -1,
        "divided-by-rows-twice": 1 / len(Y),
    }
    for each in mistakes & set(factors):
        delta = delta * factors[each]
    return delta
