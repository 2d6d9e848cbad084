"""The update rules as scalar kernels: a gradient and what the rule remembers to a direction and that anew.

`update` takes a block of parameters, equation U and the penalty included, in one pass over memory.
To add a rule is to add its kernel and its line in `RULES`; it is written apart from
`reference.update` on purpose.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numba.np.numpy_support import from_dtype

from chainrule.engine.calling import address, call
from chainrule.engine.compiling import UNCOMPILED, address_of, part
from chainrule.network.array import Array
from chainrule.network.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Optimizer, RMSprop
from chainrule.network.penalties import Penalty


def numbers_of(optimizer: Optimizer, dtype: np.dtype) -> Array:
    """Return a rule's numbers in the precision of the parameters: see `Numbers`.

    `eta` and the two corrections belong to a step and are filled in before it; 1 - beta is made in
    float64, where it keeps its digits.
    """
    beta1, beta2 = BETAS[type(optimizer)](optimizer)
    epsilon = getattr(optimizer, "epsilon", 0.0)
    return np.array(Numbers(0.0, beta1, beta2, 1 - beta1, 1 - beta2, 1.0, 1.0, epsilon), dtype=dtype)


def pulls_of(optimizer: Optimizer, penalty: Penalty, dtype: np.dtype) -> Array:
    """Return what pulls on parameters, three numbers each: l2, l1 and the decay.

    First on weights, then on weights whose gradient holds the penalty, last on biases: nothing.
    """
    decay = getattr(optimizer, "weight_decay", 0.0)
    return np.array([penalty.l2, penalty.l1, decay, 0.0, 0.0, decay, 0.0, 0.0, 0.0], dtype=dtype)


BETAS: dict[type, Callable[[Any], tuple[float, float]]] = {
    GradientDescent: lambda rule: (0.0, 0.0),
    Momentum: lambda rule: (rule.momentum, 0.0),
    RMSprop: lambda rule: (0.0, rule.decay),
    Adagrad: lambda rule: (0.0, 0.0),
    Adam: lambda rule: (rule.beta1, rule.beta2),
    AdamW: lambda rule: (rule.beta1, rule.beta2),
}


@part
def gradient_descent(g: Any, m: Any, v: Any, n: Any) -> Any:
    """Go along g."""
    return g, m, v


@part
def momentum(g: Any, m: Any, v: Any, n: Any) -> Any:
    """m <- beta1 m + g; go along m."""
    m = n.beta1 * m + g
    return m, m, v


@part
def nesterov(g: Any, m: Any, v: Any, n: Any) -> Any:
    """m <- beta1 m + g; go along g + beta1 m."""
    m = n.beta1 * m + g
    return g + n.beta1 * m, m, v


@part
def rmsprop(g: Any, m: Any, v: Any, n: Any) -> Any:
    """m <- beta2 m + (1 - beta2) g^2; go along g / (sqrt(m) + epsilon)."""
    m = n.beta2 * m + n.rest2 * (g * g)
    return g / (np.sqrt(m) + n.epsilon), m, v


@part
def adagrad(g: Any, m: Any, v: Any, n: Any) -> Any:
    """m <- m + g^2; go along g / (sqrt(m) + epsilon)."""
    m = m + g * g
    return g / (np.sqrt(m) + n.epsilon), m, v


@part
def adam(g: Any, m: Any, v: Any, n: Any) -> Any:
    """Decaying means m of g and v of g^2; go along m^ / (sqrt(v^) + epsilon), both corrected."""
    m = n.beta1 * m + n.rest1 * g
    v = n.beta2 * v + n.rest2 * (g * g)
    return m * n.correct1 / (np.sqrt(v * n.correct2) + n.epsilon), m, v


class Rule(NamedTuple):
    """A rule's kernel, and the names of what it remembers: m, then v."""

    direction: Callable[[Any, Any, Any, Any], Any]
    slots: tuple[str, ...]


RULES: dict[str, Rule] = {
    "GradientDescent": Rule(gradient_descent, ()),
    "Momentum": Rule(momentum, ("v",)),
    "Nesterov": Rule(nesterov, ("v",)),
    "RMSprop": Rule(rmsprop, ("s",)),
    "Adagrad": Rule(adagrad, ("s",)),
    "Adam": Rule(adam, ("m", "v")),
}


def rule_of(optimizer: Optimizer) -> str:
    """Return the name of an optimizer's kernel."""
    if isinstance(optimizer, Momentum) and optimizer.nesterov:
        return "Nesterov"
    return "Adam" if isinstance(optimizer, Adam) else type(optimizer).__name__


class Block(NamedTuple):
    """A piece of the parameters that one pass changes: flat arrays of one length; no slots, no entries."""

    theta: Array
    gradient: Array
    m: Array
    v: Array


# What a pass over a block adds up: the gradient's squares, the penalty before the step, and NaN where a new
# number is not finite, else 0.
SQUARES, PENALTY, UNSOUND, SUMS = 0, 1, 2, 3


class Numbers(NamedTuple):
    """A rule's numbers for one step, in the order in which they stand in their array."""

    eta: Any
    beta1: Any
    beta2: Any
    rest1: Any
    rest2: Any
    correct1: Any
    correct2: Any
    epsilon: Any


ETA, CORRECT1, CORRECT2 = (Numbers._fields.index(name) for name in ("eta", "correct1", "correct2"))


@part
def sign(w: Any) -> Any:
    """Return -1, 0 or 1."""
    T = type(w)
    return T(1) if w > 0 else (T(-1) if w < 0 else T(0))


@cache
def routine(name: str, dtype: np.dtype) -> int:
    """Return the address of a rule's loop over a block.

    It takes theta, the gradient, m, v, the rule's numbers, what pulls on the weights, where the sums are to
    be added, and how many parameters there are.
    """
    direction, slots = RULES[name]
    remembers_m, remembers_v = len(slots) > 0, len(slots) > 1
    T = from_dtype(dtype)
    pointer = types.CPointer(T)
    signature = types.void(*[pointer] * 6, types.CPointer(types.float64), types.int64)

    def loop(
        theta: Any, gradient: Any, ms: Any, vs: Any, numbers: Any, pull: Any, added: Any, size: int
    ) -> None:
        n = Numbers(
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7]
        )
        l2, l1, decay = pull[0], pull[1], pull[2]
        half, zero = type(l2)(0.5), type(l2)(0)
        squares, penalty, unsound = 0.0, 0.0, zero
        for i in range(size):
            w = theta[i]
            g = gradient[i] + l2 * w + l1 * sign(w)
            m = ms[i] if remembers_m else zero
            v = vs[i] if remembers_v else zero
            along, m, v = direction(g, m, v, n)
            new = w - n.eta * (along + decay * w)  # U
            theta[i] = new
            if remembers_m:
                ms[i] = m
            if remembers_v:
                vs[i] = v
            squares += np.float64(g) * np.float64(g)
            penalty += np.float64(half * l2 * w * w + l1 * abs(w))
            unsound += zero * (new + m + v)  # x - x would be 0 to a compiler that may regroup sums
        added[SQUARES] += squares
        added[PENALTY] += penalty
        added[UNSOUND] += unsound

    return address_of(loop, signature)


def update(routine: int, block: Block, numbers: Array, pull: Array, added: Array) -> None:
    """Apply a rule to a block: U, the penalty included; add what it tells to `added`, see `SUMS`."""
    theta, gradient, m, v = block
    UNCOMPILED[routine](theta, gradient, m, v, numbers, pull, added, len(theta))


@overload(update, strict=False)
def _update(routine: Any, block: Any, numbers: Any, pull: Any, added: Any) -> Any:
    def compiled(routine, block, numbers, pull, added):  # type: ignore[no-untyped-def]
        theta, gradient, m, v = block
        call(
            routine,
            (
                address(theta),
                address(gradient),
                address(m),
                address(v),
                address(numbers),
                address(pull),
                address(added),
                len(theta),
            ),
        )

    return compiled
