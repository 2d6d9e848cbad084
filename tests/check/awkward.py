"""Correct functions that gradient checkers stumble over, each with its gradient and a point; and mistakes."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

POINT = np.array([0.7, -1.3, 0.2, 2.1])


class Case(NamedTuple):
    """A function, its gradient as people write it, a point, and whether rounding may leave it undecided."""

    name: str
    function: Callable
    gradient: Callable
    point: object
    may_be_undecided: bool = False


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.maximum(z, 0)


def softmax_loss(z):
    return -np.log(np.exp(z[0]) / np.exp(z).sum())


def softmax_gradient(z):
    p = np.exp(z) / np.exp(z).sum()
    return p - np.eye(len(z))[0]


def network(point):
    hidden = np.tanh(np.array([0.5, -0.2]) @ point["W1"] + point["b1"])
    return 0.5 * ((hidden @ point["W2"] - np.array([0.3, 0.9])) ** 2).sum()


def network_gradient(point):
    x = np.array([0.5, -0.2])
    hidden = np.tanh(x @ point["W1"] + point["b1"])
    delta2 = hidden @ point["W2"] - np.array([0.3, 0.9])
    delta1 = (point["W2"] @ delta2) * (1 - hidden**2)
    return {"W1": np.outer(x, delta1), "b1": delta1, "W2": np.outer(hidden, delta2)}


NETWORK = {
    "W1": np.array([[0.3, -0.7, 0.2], [0.9, 0.4, -0.5]]),
    "b1": np.array([0.1, -0.2, 0.05]),
    "W2": np.array([[0.6, -0.3], [0.8, 0.25], [-0.45, 0.7]]),
}

CORRECT = [
    Case("a cubic", lambda x: (x**3).sum(), lambda x: 3 * x**2, POINT),
    Case("a number alone", lambda x: np.sin(x), lambda x: np.cos(x), 0.4),
    Case("products", lambda x: x.prod(), lambda x: x.prod() / x, POINT),
    Case("a network", network, network_gradient, NETWORK),
    Case("tiny gradients", lambda x: 1e-12 * np.sin(x).sum(), lambda x: 1e-12 * np.cos(x), POINT),
    Case("tiny beside 1", lambda x: 1 + 1e-6 * np.sin(x).sum(), lambda x: 1e-6 * np.cos(x), POINT),
    Case("lost beside 1", lambda x: 1 + 1e-20 * np.sin(x).sum(), lambda x: 1e-20 * np.cos(x), POINT, True),
    Case("tinier still", lambda x: 1e-200 * np.sin(x).sum(), lambda x: 1e-200 * np.cos(x), POINT),
    Case("huge", lambda x: 1e200 * np.sin(x).sum(), lambda x: 1e200 * np.cos(x), POINT),
    Case("small numbers", lambda x: np.sin(1e8 * x).sum(), lambda x: 1e8 * np.cos(1e8 * x), 1e-8 * POINT),
    Case("large numbers", lambda x: np.sin(1e-8 * x).sum(), lambda x: 1e-8 * np.cos(1e-8 * x), 1e8 * POINT),
    Case("mixed sizes", lambda x: (x**2).sum(), lambda x: 2 * x, np.array([1e-3, 1.0, 1e3])),
    Case("a minimum", lambda x: (x**2).sum(), lambda x: 2 * x, np.zeros(3)),
    Case("a flat function", lambda x: 3.0 + 0 * x.sum(), lambda x: 0 * x, POINT),
    Case("unused entries", lambda x: x[0] ** 2, lambda x: np.array([2 * x[0], 0, 0, 0]), POINT),
    Case("relu", lambda x: relu(x).sum(), lambda x: 1.0 * (x > 0), POINT),
    Case("relu near its kink", lambda x: relu(x).sum(), lambda x: 1.0 * (x > 0), np.array([5e-7, -5e-7])),
    Case("relu nearer", lambda x: relu(x).sum(), lambda x: 1.0 * (x > 0), np.array([1e-12, -1e-12, 1])),
    Case("relu at its kink", lambda x: relu(x).sum(), lambda x: 1.0 * (x > 0), np.array([0.0, 1.0, -1.0])),
    Case("relu(0)' = 1", lambda x: relu(x).sum(), lambda x: 1.0 * (x >= 0), np.array([0.0, 1.0, -1.0])),
    Case("abs", lambda x: np.abs(x).sum(), np.sign, POINT),
    Case("abs at its kink", lambda x: np.abs(x).sum(), np.sign, np.array([0.0, 2.0])),
    Case("abs near its kink", lambda x: np.abs(x).sum(), np.sign, np.array([1e-9, 2.0])),
    Case("max", lambda x: x.max(), lambda x: 1.0 * (x == x.max()), POINT),
    Case("a clipped square", lambda x: np.minimum(x**2, 1.0).sum(), lambda x: 2 * x * (x**2 < 1), POINT),
    Case("sigmoid", lambda x: sigmoid(x).sum(), lambda x: sigmoid(x) * (1 - sigmoid(x)), POINT),
    *(
        Case(
            f"a(1 - a) at {z}",
            lambda x: ((sigmoid(x) - 0.25) ** 2).sum(),
            lambda x: 2 * (sigmoid(x) - 0.25) * sigmoid(x) * (1 - sigmoid(x)),
            np.array([z, -1.0]),
            True,
        )
        for z in (15.0, 27.0, 33.0, 36.0, 36.7, 37.0, 40.0, 300.0)
    ),
    *(
        Case(f"1 - a² at {z}", lambda x: np.tanh(x).sum(), lambda x: 1 - np.tanh(x) ** 2, np.array([z]), True)
        for z in (8.0, 15.0, 18.0, 19.0, 30.0)
    ),
    Case("softmax", softmax_loss, softmax_gradient, POINT),
    Case("softmax, sure", softmax_loss, softmax_gradient, np.array([30.0, 0.0, -5.0]), True),
    Case("steep", lambda x: np.exp(20 * x).sum(), lambda x: 20 * np.exp(20 * x), POINT),
    Case("wiggly", lambda x: np.sin(50 * x).sum(), lambda x: 50 * np.cos(50 * x), POINT),
    Case("lists", lambda p: p[0] ** 2 + 3 * p[1][0], lambda p: [2 * p[0], [3.0]], [1.5, [2.0]]),
]


def first(g):
    """Return which entry is the first that is not 0."""
    return np.arange(g.size) == np.argmax(g != 0)


# Each takes a gradient as a vector and returns a wrong one.
MISTAKES = {
    "a millionth too large": lambda g: g * (1 + 1e-6),
    "half a thousandth too large": lambda g: g * 1.0005,
    "sign": lambda g: -g,
    "doubled": lambda g: 2 * g,
    "missing": lambda g: 0 * g,
    "one entry of many": lambda g: np.where(first(g), 1.001 * g, g),
    "one entry missing": lambda g: np.where(first(g), 0.0, g),
    "not a number": lambda g: np.where(np.arange(g.size) == 0, np.nan, g),
}


def correct_and_certain() -> Iterator[Case]:
    """Yield the cases of which every derivative can be told, and none is 0 or at a kink."""
    left_out = {
        *("a minimum", "a flat function", "relu at its kink", "relu(0)' = 1", "abs at its kink"),
        "abs near its kink",  # values do not tell on which side of it the point is
    }
    yield from (case for case in CORRECT if not case.may_be_undecided and case.name not in left_out)
