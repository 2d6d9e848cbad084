"""How long the checks take: run `python benchmarks/check.py` with nothing else running.

Medians of interleaved rounds, and ratios to a forward and backward pass of the same network in the same run.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

import chainrule as cr

ROUNDS = 5


def main() -> None:
    """Time the checks in turn, and write a table."""
    digits = cr.Network.dense([784, 128, 10], hidden="tanh", output="softmax", loss="cross_entropy")
    probe = cr.Network.dense([3, 4, 2, 3], hidden="tanh", output="sigmoid", loss="squared_error")
    tasks = {
        "a forward and backward pass of 784-128-10, 4 rows": passes(digits, 4),
        "check_gradients of it, all 101,770": lambda: cr.check_gradients(
            digits, drawn(digits), *rows(digits, 4)
        ),
        "check_directions of it, 3": lambda: cr.check_directions(digits, drawn(digits), *rows(digits, 4)),
        "diagnose of 3-4-2-3, every pair tried": unexplained(probe),
    }
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = perf_counter()
            task()
            seconds[name].append(perf_counter() - start)
    unit = median(next(iter(seconds.values())))
    for name, each in seconds.items():
        sys.stdout.write(f"{name:52} {median(each):9.4f} s {median(each) / unit:12,.0f} passes\n")


def rows(network: cr.Network, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows with targets that are probabilities of classes."""
    rng = np.random.default_rng(0)
    Y = rng.uniform(0.1, 0.9, (count, network.sizes[-1]))
    return rng.normal(size=(count, network.sizes[0])), Y / Y.sum(axis=1, keepdims=True)


def drawn(network: cr.Network) -> cr.Parameters:
    """Return weights for the network."""
    return cr.Parameters.initial(network, seed=1)


def passes(network: cr.Network, count: int) -> Callable[[], object]:
    """Return one pass forwards and backwards."""
    parameters, (X, Y) = drawn(network), rows(network, count)
    return lambda: cr.backward(network, parameters, cr.forward(network, parameters, X), Y)


def unexplained(network: cr.Network) -> Callable[[], object]:
    """Return a diagnosis that nothing explains, so that everything is tried."""
    parameters, (X, Y) = drawn(network), rows(network, 3)
    mine = cr.backward(network, parameters, cr.forward(network, parameters, X), Y)
    mine.W[1][...] *= 1.3
    return lambda: cr.diagnose(network, parameters, X, Y, mine, optimizer=cr.GradientDescent(0.5))


if __name__ == "__main__":
    main()
