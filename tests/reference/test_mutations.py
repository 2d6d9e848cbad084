"""Test the tester: a mistake put into any one equation is noticed.

The mistakes are those of real backward passes. Each takes an equation's place by its module name;
then the check that the real equations pass has to fail. The networks are chosen so that nothing
can hide: different sizes where sizes could agree by luck, square ones where a mistake fits only there.
"""

from collections.abc import Callable

import numpy as np
import pytest
from problems import Problem, probe
from rule_check import RULES, check_rule
from witnesses import check_gradient

from chainrule.network.activations import ACTIVATIONS
from chainrule.network.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, RMSprop
from chainrule.network.penalties import Penalty
from chainrule.reference import equations, step, update

USUAL = probe()
SQUARE = probe([3, 3, 3, 3])
BINARY = probe(loss="binary_cross_entropy")
CLASSES = probe(output="softmax", loss="cross_entropy")
SOFTMAX = probe(output="softmax")
SHARED = probe(bias="shared")
DROPOUT = probe(dropout=0.5)
PENALIZED = probe(penalty=Penalty(l2=0.1, l1=0.05))
WEIGHTED = probe(weighted=True)

sigmoid, tanh = ACTIVATIONS["sigmoid"], ACTIVATIONS["tanh"]
F1, F2, BP1, BP2, BP3, BP4, U = (
    getattr(equations, name) for name in ["F1", "F2", "BP1", "BP2", "BP3", "BP4", "U"]
)


def over_z(f, Z):
    """Give Z and A the same array."""
    Z[...] = f.value(Z)
    return Z


def twice(A):
    return np.concatenate([A[:, :1], A[:, :1], A[:, 2:]], axis=1)


# An equation, the words for a mistake in it, the mistake, and the network on which it shows.
Mistake = tuple[str, str, Callable, Problem]

MISTAKES: list[Mistake] = [
    ("F1", "the bias left out", lambda A, W, b: A @ W, USUAL),
    ("F1", "the bias taken off", lambda A, W, b: A @ W - b, USUAL),
    ("F1", "the first unit's bias for every unit", lambda A, W, b: A @ W + b[0], USUAL),
    ("F1", "W transposed", lambda A, W, b: A @ W.T + b, SQUARE),
    ("F1", "one input used twice", lambda A, W, b: twice(A) @ W + b if A.shape[1] > 2 else A @ W + b, USUAL),
    ("F1", "a wrong weight index", lambda A, W, b: A @ np.roll(W, 1, axis=0) + b, USUAL),
    ("F1", "the first row for every row", lambda A, W, b: np.repeat(A[:1], len(A), axis=0) @ W + b, USUAL),
    ("F2", "no activation", lambda f, Z: Z, USUAL),
    ("F2", "the activation twice", lambda f, Z: f.value(f.value(Z)), USUAL),
    ("F2", "one activation for every layer", lambda f, Z: sigmoid.value(Z), USUAL),
    ("F2", "Z and A the same array", over_z, USUAL),
    ("F2", "softmax over the wrong axis", lambda f, Z: f.value(Z.T).T, SOFTMAX),
    ("F2", "1e-8 too large", lambda f, Z: f.value(Z) * (1 + 1e-8), USUAL),
    ("BP1", "no f'", lambda loss, f, Z, A, Y: loss.derivative(A, Y), USUAL),
    ("BP1", "f' at A", lambda loss, f, Z, A, Y: f.pull_back(loss.derivative(A, Y), A, f.value(A)), USUAL),
    ("BP1", "z (1 - z)", lambda loss, f, Z, A, Y: loss.derivative(A, Y) * Z * (1 - Z), USUAL),
    (
        "BP1",
        "another layer's f'",
        lambda loss, f, Z, A, Y: tanh.pull_back(loss.derivative(A, Y), Z, A),
        USUAL,
    ),
    ("BP1", "the shortcut where it does not hold", lambda loss, f, Z, A, Y: A - Y, USUAL),
    ("BP1", "the shortcut for softmax with squares", lambda loss, f, Z, A, Y: A - Y, SOFTMAX),
    ("BP1", "f' where it cancels", lambda loss, f, Z, A, Y: (A - Y) * f.derivative(Z, A), BINARY),
    ("BP1", "f' where softmax cancels it", lambda loss, f, Z, A, Y: (A - Y) * f.derivative(Z, A), CLASSES),
    ("BP1", "only the Jacobian's diagonal", lambda loss, f, Z, A, Y: (A - Y) * f.derivative(Z, A), SOFTMAX),
    ("BP1", "2 too many", lambda *given: 2 * BP1(*given), USUAL),
    ("BP1", "1/2 too many", lambda *given: BP1(*given) / 2, CLASSES),
    ("BP1", "sum where the loss is a mean", lambda *given: BP1(*given) * len(given[-1]), USUAL),
    ("BP1", "divided by the rows twice", lambda *given: BP1(*given) / len(given[-1]), USUAL),
    ("BP1", "divided by the outputs as well", lambda *given: BP1(*given) / given[-1].shape[1], USUAL),
    ("BP1", "target minus output", lambda *given: -BP1(*given), BINARY),
    ("BP1", "target and output swapped", lambda loss, f, Z, A, Y: BP1(loss, f, Z, Y, A), USUAL),
    ("BP1", "1e-8 too large", lambda *given: BP1(*given) * (1 + 1e-8), USUAL),
    ("BP2", "W not transposed", lambda delta, W, f, Z, A, mask: f.pull_back(delta @ W, Z, A), SQUARE),
    ("BP2", "no f'", lambda delta, W, f, Z, A, mask: delta @ W.T, USUAL),
    ("BP2", "f' at A", lambda delta, W, f, Z, A, mask: f.pull_back(delta @ W.T, A, f.value(A)), USUAL),
    ("BP2", "z (1 - z)", lambda delta, W, f, Z, A, mask: delta @ W.T * Z * (1 - Z), USUAL),
    ("BP2", "another layer's f'", lambda delta, W, f, Z, A, mask: delta @ W.T * A * (1 - A), USUAL),
    (
        "BP2",
        "the last unit's share overwrites the others'",
        lambda delta, W, f, Z, A, mask: f.pull_back(delta[:, -1:] @ W.T[-1:], Z, A),
        USUAL,
    ),
    (
        "BP2",
        "the next weights, already updated",
        lambda delta, W, *rest: BP2(delta, W - 0.1 * W**2, *rest),
        USUAL,
    ),
    ("BP2", "a wrong weight index", lambda delta, W, *rest: BP2(delta, np.roll(W, 1, axis=0), *rest), USUAL),
    ("BP2", "the sign", lambda *given: -BP2(*given), USUAL),
    ("BP2", "the mask forgotten", lambda delta, W, f, Z, A, mask: BP2(delta, W, f, Z, A), DROPOUT),
    (
        "BP2",
        "the mask without its scale",
        lambda delta, W, f, Z, A, mask: BP2(delta, W, f, Z, A, mask > 0),
        DROPOUT,
    ),
    ("BP2", "the bias's column not dropped", lambda delta, W, *rest: BP2(delta, W + 1, *rest), USUAL),
    ("BP2", "1e-8 too large", lambda *given: BP2(*given) * (1 + 1e-8), USUAL),
    ("BP3", "never computed", lambda delta, bias: np.zeros(delta.shape[1]), USUAL),
    ("BP3", "summed over everything", lambda delta, bias: np.full(delta.shape[1], delta.sum()), USUAL),
    ("BP3", "averaged", lambda delta, bias: delta.mean(axis=0), USUAL),
    ("BP3", "summed over the wrong axis", lambda delta, bias: delta.sum(axis=1), SQUARE),
    ("BP3", "the last row overwrites the others", lambda delta, bias: delta[-1], USUAL),
    ("BP3", "absolute values", lambda delta, bias: np.abs(delta).sum(axis=0), USUAL),
    ("BP3", "a shared bias from one unit", lambda delta, bias: delta.sum(axis=0)[:1], SHARED),
    ("BP3", "a shared bias averaged", lambda delta, bias: delta.sum(axis=0).mean(keepdims=True), SHARED),
    ("BP3", "row weights counted again", lambda delta, bias: 1.5 * delta.sum(axis=0), WEIGHTED),
    ("BP3", "1e-8 too large", lambda *given: BP3(*given) * (1 + 1e-8), USUAL),
    ("BP4", "the last row overwrites the others", lambda A, delta: A[-1:].T @ delta[-1:], USUAL),
    ("BP4", "averaged over the rows again", lambda A, delta: A.T @ delta / len(A), USUAL),
    ("BP4", "transposed", lambda A, delta: delta.T @ A, SQUARE),
    ("BP4", "the sign", lambda A, delta: -A.T @ delta, USUAL),
    ("BP4", "one input used twice", lambda A, delta: BP4(A[:, [0, 0, *range(2, A.shape[1])]], delta), USUAL),
    ("BP4", "a wrong index", lambda A, delta: BP4(np.roll(A, 1, axis=1), delta), USUAL),
    ("BP4", "the row before", lambda A, delta: BP4(np.roll(A, 1, axis=0), delta), USUAL),
    ("BP4", "the mask undone", lambda A, delta: BP4(np.where(A == 0, 0.5, A), delta), DROPOUT),
    ("BP4", "the penalty a second time", lambda A, delta: BP4(A, delta) + 0.01, PENALIZED),
    ("BP4", "1e-8 too large", lambda *given: BP4(*given) * (1 + 1e-8), USUAL),
]
NETWORKS = [USUAL, SQUARE, BINARY, CLASSES, SOFTMAX, SHARED, DROPOUT, PENALIZED, WEIGHTED]


@pytest.mark.parametrize("problem", NETWORKS, ids=lambda problem: str(problem.network))
def test_without_a_mistake_the_check_passes(problem):
    check_gradient(problem)


@pytest.mark.parametrize(
    ("equation", "mistake", "problem"),
    [
        pytest.param(equation, mistake, problem, id=f"{equation}: {words}")
        for equation, words, mistake, problem in MISTAKES
    ],
)
def test_a_mistake_in_an_equation_is_noticed(monkeypatch, equation, mistake, problem):
    monkeypatch.setattr(equations, equation, mistake)
    with pytest.raises(AssertionError, match=r" says (d/d|the loss)"):
        check_gradient(problem)


def test_every_equation_has_several_mistakes():
    for equation in ("F1", "F2", "BP1", "BP2", "BP3", "BP4"):
        assert sum(name == equation for name, *_ in MISTAKES) >= 5


def test_this_layers_activations_in_bp4_are_noticed(monkeypatch):
    outputs = []

    def remember(f, Z):
        outputs.append(F2(f, Z))
        return outputs[-1]

    monkeypatch.setattr(equations, "F2", remember)
    check_gradient(SQUARE)
    monkeypatch.setattr(equations, "BP4", lambda A, delta: BP4(outputs.pop(0), delta))
    outputs.clear()
    with pytest.raises(AssertionError, match=r" says d/dW\[1\]"):
        check_gradient(SQUARE)


def test_a_mistake_is_named_with_its_parameter(monkeypatch):
    monkeypatch.setattr(
        equations,
        "BP3",
        lambda delta, bias: BP3(delta, bias) * [1, 2] if delta.shape[1] == 2 else BP3(delta, bias),
    )
    with pytest.raises(AssertionError, match=r"autograd says d/db\[2\]\[1\] = "):
        check_gradient(USUAL)


PENALTY_MISTAKES = {
    "in the loss but not in the gradient": lambda network, params, gradient, penalty: None,
    "on the biases as well": lambda network, params, gradient, penalty: gradient.theta.__iadd__(
        penalty.derivative(params.theta)
    ),
}


@pytest.mark.parametrize("words", PENALTY_MISTAKES)
def test_a_mistake_in_the_penalty_is_noticed(monkeypatch, words):
    check_gradient(PENALIZED)
    monkeypatch.setattr(step, "add_penalty", PENALTY_MISTAKES[words])
    with pytest.raises(AssertionError, match=" says d/d"):
        check_gradient(PENALIZED)


# No gradient sees U: a plain loop over numbers does.

U_MISTAKES = {
    "ascent": lambda theta, eta, dtheta: theta + eta * dtheta,
    "eta left out": lambda theta, eta, dtheta: theta - dtheta,
    "eta twice": lambda theta, eta, dtheta: theta - eta * eta * dtheta,
    "theta overwritten": lambda theta, eta, dtheta: -eta * dtheta,
    "nothing is updated": lambda theta, eta, dtheta: theta,
    "theta decays": lambda theta, eta, dtheta: theta * (1 - 1e-6) - eta * dtheta,
    "only the sign of the gradient": lambda theta, eta, dtheta: theta - eta * np.sign(dtheta),
    "averaged over the entries": lambda theta, eta, dtheta: theta - eta * dtheta / dtheta.size,
    "another entry's gradient": lambda theta, eta, dtheta: theta - eta * np.roll(dtheta, 1),
}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_without_a_mistake_every_rule_passes(rule):
    check_rule(rule)


@pytest.mark.parametrize("words", U_MISTAKES)
def test_a_mistake_in_the_update_is_noticed(monkeypatch, words):
    monkeypatch.setattr(equations, "U", U_MISTAKES[words])
    with pytest.raises(AssertionError, match="entry"):
        check_rule(GradientDescent(0.5))


def adam_with(epsilon_inside=False, correct=True, swapped=False, late=0):
    """Return Adam's direction with one mistake in it."""

    def direction(rule, dtheta, slots, t):
        t = t + late
        beta1, beta2 = (rule.beta2, rule.beta1) if swapped else (rule.beta1, rule.beta2)
        m = beta1 * slots["m"] + (1 - beta1) * dtheta
        v = beta2 * slots["v"] + (1 - beta2) * dtheta**2
        m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if correct else (m, v)
        root = np.sqrt(v_hat + rule.epsilon) if epsilon_inside else np.sqrt(v_hat) + rule.epsilon
        return m_hat / root, {"m": m, "v": v}

    return direction


def slot_forgotten(direction):
    """Return a rule that starts from zeros at every step."""

    def forgetful(rule, dtheta, slots, t):
        return direction(rule, dtheta, {name: np.zeros_like(slot) for name, slot in slots.items()}, t)

    return forgetful


RULE_MISTAKES = {
    "Adam: epsilon inside the root": (Adam, adam_with(epsilon_inside=True)),
    "Adam: no bias correction": (Adam, adam_with(correct=False)),
    "Adam: betas swapped": (Adam, adam_with(swapped=True)),
    "Adam: t counts from 2": (Adam, adam_with(late=1)),
    "AdamW: no bias correction": (AdamW, adam_with(correct=False)),
    "Momentum: its sign": (
        Momentum,
        lambda rule, dtheta, slots, t: (v := -rule.momentum * slots["v"] + dtheta, {"v": v}),
    ),
    "Momentum: not kept": (Momentum, slot_forgotten(update.momentum)),
    "RMSprop: not kept": (RMSprop, slot_forgotten(update.rmsprop)),
    "RMSprop: without 1 - decay": (
        RMSprop,
        lambda rule, dtheta, slots, t: (
            dtheta / (np.sqrt(s := rule.decay * slots["s"] + dtheta**2) + rule.epsilon),
            {"s": s},
        ),
    ),
    "Adagrad: not kept": (Adagrad, slot_forgotten(update.adagrad)),
    "Adagrad: no root": (
        Adagrad,
        lambda rule, dtheta, slots, t: (dtheta / (slots["s"] + dtheta**2 + rule.epsilon), {"s": slots["s"]}),
    ),
}


def test_a_copy_of_adam_without_a_mistake_passes(monkeypatch):
    monkeypatch.setitem(update.RULES, Adam, update.RULES[Adam]._replace(direction=adam_with()))
    check_rule(Adam(0.01, 0.8, 0.95, 1e-3))


@pytest.mark.parametrize("words", RULE_MISTAKES)
def test_a_mistake_in_a_rule_is_noticed(monkeypatch, words):
    kind, mistake = RULE_MISTAKES[words]
    monkeypatch.setitem(update.RULES, kind, update.RULES[kind]._replace(direction=mistake))
    for rule in RULES:
        if type(rule) is kind and not getattr(rule, "nesterov", False):
            with pytest.raises(AssertionError, match="entry"):
                check_rule(rule)
