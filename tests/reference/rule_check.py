"""The question that is asked of every update rule: does a plain loop over numbers agree?"""

import numpy as np
from plain_rules import PLAIN

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Optimizer, RMSprop
from chainrule.network.parameters import Layout, Parameters
from chainrule.reference.update import init, update

RULES: list[Optimizer] = [
    GradientDescent(0.5),
    Momentum(0.05, 0.8),
    Momentum(0.05, 0.8, nesterov=True),
    RMSprop(0.01, 0.7, 1e-3),
    Adagrad(0.1, 1e-3),
    Adam(0.01, 0.8, 0.95, 1e-3),
    AdamW(0.01, 0.8, 0.95, 1e-3, 0.2),
]
NETWORK = Network.dense([2, 3, 1])


def gradients_of(network: Network, steps: int, seed: int = 0) -> Array:
    """Return a gradient for each step, of all sizes; one entry is always 0."""
    numbers = np.random.default_rng(seed)
    gradients = numbers.normal(size=(steps, Layout(network).size))
    gradients *= 10.0 ** numbers.integers(-4, 3, size=gradients.shape)
    gradients[:, 0] = 0
    return gradients


def steps_of(rule: Optimizer, network: Network, gradients: Array, theta: Array) -> list[Array]:
    """Return theta after each step of ours."""
    params = Parameters(Layout(network), theta)
    slots, after = init(rule, theta), []
    for t, gradient in enumerate(gradients, start=1):
        params, slots = update(rule, params, params.like(gradient), slots, t)
        after.append(params.theta)
    return after


def check_rule(rule: Optimizer, network: Network = NETWORK, seed: int = 0, steps: int = 6) -> None:
    """Raise AssertionError unless a plain loop over every single number agrees at every step."""
    layout, gradients = Layout(network), gradients_of(network, steps, seed)
    theta = np.random.default_rng(seed + 1).normal(size=layout.size)
    ours = np.array(steps_of(rule, network, gradients, theta))
    for i in range(layout.size):
        moves = layout.trained is None or layout.trained[i]
        plain = PLAIN[type(rule).__name__](rule, theta[i], gradients[:, i], bool(layout.weights[i]))
        expected = np.array(plain) if moves else np.full(steps, theta[i])
        size = np.abs(expected) + np.abs(np.diff(expected, prepend=theta[i])) + abs(theta[i])
        assert (np.abs(ours[:, i] - expected) <= 1e-14 * size).all(), f"{rule}: entry {i}"
