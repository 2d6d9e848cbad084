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
    optimizer: Optimizer,
    parameters: Parameters,
    gradient: Parameters,
    slots: Slots,
    t: int,
    rate: float = 1.0,
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
    rate : float
        What the schedule multiplies the learning rate by.

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
    stepped = equations.U(theta, rate * optimizer.learning_rate, direction)
    return parameters.like(stepped if trained is None else np.where(trained, stepped, theta)), slots


def trained_norm(gradient: Parameters) -> float:
    """Return the length of a gradient, of what training changes: in float64, and without overflow."""
    trained = gradient.layout.trained
    part = (gradient.theta if trained is None else gradient.theta[trained]).astype(np.float64)
    largest = np.abs(part).max(initial=0.0)
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    scaled = part / largest  # or the squares of large entries would be infinite
    return float(largest * np.sqrt(np.dot(scaled, scaled)))


def clipped(gradient: Parameters, longest: float) -> Parameters:
    """Return a gradient no longer than `longest`: the same direction, shortened where it must be.

    Examples
    --------
    >>> from chainrule import Network
    >>> net = Network.dense([2, 1], bias="none")
    >>> gradient = Parameters.from_arrays(net, [[[3.0], [4.0]]], orientation="from_to")
    >>> clipped(gradient, 1.0).theta
    array([0.6, 0.8])
    """
    length = trained_norm(gradient)
    return gradient if length <= longest else gradient.like(gradient.theta / float(length / longest))
