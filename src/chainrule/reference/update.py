"""The update rules: plain gradient descent first, by itself; then those that remember.

Each rule is a pair. `init` makes the slots it remembers, arrays like theta under their names.
`direction` turns the gradient into the direction of the step and the next slots; equation U takes
the step along it.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from chainrule.network.array import Array
from chainrule.network.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
)
from chainrule.network.parameters import Parameters
from chainrule.reference import equations

Slots: TypeAlias = Mapping[str, Array]


class Rule(NamedTuple):
    """An update rule: what it starts from, and which way it goes.

    Parameters
    ----------
    init : callable
        theta to the first slots.
    direction : callable
        The optimizer's numbers, dtheta, the slots and t (which step this is, from 1) to
        the direction and the next slots. Nothing is changed in place.
    """

    init: Callable[[Array], Slots]
    direction: Callable[[Any, Array, Slots, int], tuple[Array, Slots]]


def gradient_descent(_: GradientDescent, dtheta: Array, slots: Slots, _t: int) -> tuple[Array, Slots]:
    """theta <- theta - eta dtheta."""
    return dtheta, slots


def momentum(rule: Momentum, dtheta: Array, slots: Slots, _t: int) -> tuple[Array, Slots]:
    """v <- momentum v + dtheta; go along v, or along dtheta + momentum v (Nesterov)."""
    v = rule.momentum * slots["v"] + dtheta
    return (dtheta + rule.momentum * v if rule.nesterov else v), {"v": v}


def rmsprop(rule: RMSprop, dtheta: Array, slots: Slots, _t: int) -> tuple[Array, Slots]:
    """s <- decay s + (1 - decay) dtheta^2; go along dtheta / (sqrt(s) + epsilon)."""
    s = rule.decay * slots["s"] + (1 - rule.decay) * dtheta**2
    return dtheta / (np.sqrt(s) + rule.epsilon), {"s": s}


def adagrad(rule: Adagrad, dtheta: Array, slots: Slots, _t: int) -> tuple[Array, Slots]:
    """s <- s + dtheta^2; go along dtheta / (sqrt(s) + epsilon)."""
    s = slots["s"] + dtheta**2
    return dtheta / (np.sqrt(s) + rule.epsilon), {"s": s}


def adam(rule: Adam, dtheta: Array, slots: Slots, t: int) -> tuple[Array, Slots]:
    """Decaying means m of dtheta and v of dtheta^2; go along m^ / (sqrt(v^) + epsilon), both corrected."""
    m = rule.beta1 * slots["m"] + (1 - rule.beta1) * dtheta
    v = rule.beta2 * slots["v"] + (1 - rule.beta2) * dtheta**2
    m_hat = m / (1 - rule.beta1**t)
    v_hat = v / (1 - rule.beta2**t)
    return m_hat / (np.sqrt(v_hat) + rule.epsilon), {"m": m, "v": v}


def no_slots(_: Array) -> Slots:
    """Remember nothing."""
    return {}


def zeros(*names: str) -> Callable[[Array], Slots]:
    """Remember arrays of zeros, under these names."""
    return lambda theta: {name: np.zeros_like(theta) for name in names}


RULES: dict[type, Rule] = {
    GradientDescent: Rule(no_slots, gradient_descent),
    Momentum: Rule(zeros("v"), momentum),
    RMSprop: Rule(zeros("s"), rmsprop),
    Adagrad: Rule(zeros("s"), adagrad),
    Adam: Rule(zeros("m", "v"), adam),
    AdamW: Rule(zeros("m", "v"), adam),
}


def init(optimizer: Optimizer, theta: Array) -> Slots:
    """Return the slots that an optimizer starts from."""
    return RULES[type(optimizer)].init(theta)


def update(
    optimizer: Optimizer, parameters: Parameters, gradient: Parameters, slots: Slots, t: int
) -> tuple[Parameters, Slots]:
    """Take one step with what training changes; frozen parameters stay.

    Parameters
    ----------
    optimizer : Optimizer
        The rule's numbers.
    parameters, gradient : Parameters
        theta, and the derivative of the loss by it.
    slots : mapping of str to array
        What the rule remembers, arrays like theta.
    t : int
        Which step this is, from 1.

    Returns
    -------
    parameters, slots
        The next ones; nothing is changed in place.

    Examples
    --------
    >>> from chainrule import Network
    >>> net = Network.dense([1, 1], bias="none")
    >>> params = Parameters.from_arrays(net, [[[1.0]]], orientation="from_to")
    >>> gradient = params.like(np.array([0.2]))
    >>> update(GradientDescent(0.5), params, gradient, {}, t=1)[0].theta
    array([0.9])
    """
    trained, theta = parameters.layout.trained, parameters.theta
    direction, slots = RULES[type(optimizer)].direction(optimizer, gradient.theta, slots, t)
    if isinstance(optimizer, AdamW):
        direction = direction + optimizer.weight_decay * theta * parameters.layout.weights
    stepped = equations.U(theta, optimizer.learning_rate, direction)
    return parameters.like(stepped if trained is None else np.where(trained, stepped, theta)), slots
