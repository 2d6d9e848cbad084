"""The update rules as formulas give the numbers of the arithmetic that training uses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity, evaluate, magnitude
from chainrule.reference import update
from chainrule.trace.updates import rule

NUMBERS = {  # how the numbers of the rules may be drawn
    "learning_rate": st.floats(1e-4, 10),
    "epsilon": st.floats(1e-12, 1e-2),
    "momentum": st.floats(0, 0.999),
    "decay": st.floats(0, 0.999),
    "beta1": st.floats(0, 0.99),
    "beta2": st.floats(0, 0.999),
    "weight_decay": st.floats(0, 1),
    "nesterov": st.booleans(),
}


def made(kind: type) -> st.SearchStrategy:
    return st.builds(kind, **{name: NUMBERS[name] for name in kind.__dataclass_fields__})


@pytest.mark.parametrize("kind", list(update.RULES))
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), t=st.integers(1, 100))
def test_the_formulas_give_the_numbers_of_the_arithmetic(kind, data, seed, t):
    optimizer, rng = data.draw(made(kind)), np.random.default_rng(seed)
    network = cr.Network.dense([3, 2])
    parameters = cr.Parameters.initial(network, 0).like(rng.normal(0, 2, 8))
    gradient = parameters.like(rng.normal(0, 2, 8))
    slots = {name: rng.uniform(0, 3, 8) for name in update.init(optimizer, parameters.theta)}
    after, new_slots = update.update(optimizer, parameters, gradient, slots, t)
    weights = parameters.layout.weights
    for of, decays in ((weights, True), (~weights, False)):
        known = {"theta": parameters.theta[of], "dtheta": gradient.theta[of], "eta": optimizer.learning_rate}
        known |= {name: slot[of] for name, slot in slots.items()}
        known |= {f"{name}_after": slot[of] for name, slot in new_slots.items()}
        wanted = {**{name: slot[of] for name, slot in new_slots.items()}, "theta": after.theta[of]}
        formulas = rule(optimizer, t, decays)
        assert list(formulas) == list(wanted)
        for name, tree in formulas.items():
            off = np.abs(evaluate(tree, known) - wanted[name])
            assert (off <= 1e-13 * magnitude(tree, known)).all()


def test_weight_decay_takes_hold_of_weights_only():
    adamw, adam = cr.AdamW(0.1, weight_decay=0.5), cr.Adam(0.1)
    assert rule(adamw, 1, decays=False) == rule(adam, 1, decays=False)
    assert rule(adamw, 1, decays=True) != rule(adam, 1, decays=True)


def test_plain_gradient_descent_remembers_nothing():
    theta, eta, slope = Quantity("theta"), Quantity("eta"), Quantity("dtheta")
    assert rule(cr.GradientDescent(0.5), 1, decays=True) == {"theta": theta - eta * slope}


def test_a_rule_that_nobody_wrote_down_is_refused():
    with pytest.raises(TypeError, match="no formulas for"):
        rule(object(), 1, decays=True)
