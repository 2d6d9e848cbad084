"""The update rules as the papers state them, for one number, in plain Python.

Each takes the rule's numbers, theta, its derivative at every step, and whether it is a weight; and
returns theta after every step.
"""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

Rule = Callable[[Any, float, Sequence[float], bool], list[float]]


def gradient_descent(rule: Any, theta: float, gradients: Sequence[float], is_weight: bool) -> list[float]:
    after = []
    for g in gradients:
        theta = theta - rule.learning_rate * g
        after.append(theta)
    return after


def momentum(rule: Any, theta: float, gradients: Sequence[float], is_weight: bool) -> list[float]:
    after, v = [], 0.0
    for g in gradients:
        v = rule.momentum * v + g
        theta = theta - rule.learning_rate * (g + rule.momentum * v if rule.nesterov else v)
        after.append(theta)
    return after


def rmsprop(rule: Any, theta: float, gradients: Sequence[float], is_weight: bool) -> list[float]:
    after, s = [], 0.0
    for g in gradients:
        s = rule.decay * s + (1 - rule.decay) * g * g
        theta = theta - rule.learning_rate * g / (sqrt(s) + rule.epsilon)
        after.append(theta)
    return after


def adagrad(rule: Any, theta: float, gradients: Sequence[float], is_weight: bool) -> list[float]:
    after, s = [], 0.0
    for g in gradients:
        s = s + g * g
        theta = theta - rule.learning_rate * g / (sqrt(s) + rule.epsilon)
        after.append(theta)
    return after


def adam(rule: Any, theta: float, gradients: Sequence[float], is_weight: bool) -> list[float]:
    after, m, v = [], 0.0, 0.0
    decay = getattr(rule, "weight_decay", 0.0) if is_weight else 0.0
    for t, g in enumerate(gradients, start=1):
        m = rule.beta1 * m + (1 - rule.beta1) * g
        v = rule.beta2 * v + (1 - rule.beta2) * g * g
        m_hat = m / (1 - rule.beta1**t)
        v_hat = v / (1 - rule.beta2**t)
        theta = theta - rule.learning_rate * (m_hat / (sqrt(v_hat) + rule.epsilon) + decay * theta)
        after.append(theta)
    return after


PLAIN: dict[str, Rule] = {
    "GradientDescent": gradient_descent,
    "Momentum": momentum,
    "RMSprop": rmsprop,
    "Adagrad": adagrad,
    "Adam": adam,
    "AdamW": adam,
}
