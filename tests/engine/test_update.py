import numpy as np
import pytest
from numba import njit
from tests.engine.trainings import RULES

import chainrule as cr
from chainrule.engine import update
from chainrule.engine.update import Block
from chainrule.network.optimizers import OPTIMIZERS
from chainrule.reference.update import RULES as REFERENCE

apply = njit(lambda routine, block, numbers, pull, added: update.update(routine, block, numbers, pull, added))


def test_every_optimizer_has_a_rule():
    made = [row.make() for row in OPTIMIZERS.values()]
    assert {update.rule_of(rule) for rule in made} | {"Nesterov"} == set(update.RULES)
    assert set(update.BETAS) == {type(rule) for rule in made}


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_the_slots_have_the_names_of_the_reference(rule):
    wanted = tuple(REFERENCE[type(rule)].init(np.zeros(1)))
    assert update.RULES[update.rule_of(rule)].slots == wanted


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_what_is_not_finite_is_told(rule, dtype):
    """NaN in the sum where a parameter or a slot is not finite, 0 where all are."""
    routine = update.routine(update.rule_of(rule), np.dtype(dtype))
    numbers = update.numbers_of(rule, np.dtype(dtype))
    numbers[update.ETA] = 0.1
    slots = len(update.RULES[update.rule_of(rule)].slots)
    for spoiled in (0.5, np.inf, np.nan):
        for place in (0, 17, 99):
            gradient = np.ones(100, dtype)
            gradient[place] = spoiled
            m, v = (np.zeros(100 if slots > i else 0, dtype) for i in range(2))
            added = np.zeros(update.SUMS)
            pull = update.pulls_of(rule, cr.Penalty(), np.dtype(dtype))[:3]
            apply(routine, Block(np.ones(100, dtype), gradient, m, v), numbers, pull, added)
            assert np.isnan(added[update.UNSOUND]) == (spoiled != 0.5)
    assert added[update.SQUARES] != 99.0


def test_the_squares_and_the_penalty_are_added_up():
    rule = cr.GradientDescent(0.1)
    theta, gradient, none = np.array([1.0, -2.0]), np.array([0.3, 0.4]), np.zeros(0)
    penalty = cr.Penalty(l2=0.5, l1=0.25)
    numbers, added = update.numbers_of(rule, np.dtype(float)), np.zeros(update.SUMS)
    numbers[update.ETA] = 0.1
    pulls = update.pulls_of(rule, penalty, np.dtype(float))
    apply(
        update.routine("GradientDescent", np.dtype(float)),
        Block(theta, gradient, none, none),
        numbers,
        pulls,
        added,
    )
    followed = np.array([0.3, 0.4]) + penalty.derivative(np.array([1.0, -2.0]))
    assert np.allclose(theta, np.array([1.0, -2.0]) - 0.1 * followed)
    assert np.isclose(added[update.SQUARES], followed @ followed)
    assert np.isclose(added[update.PENALTY], penalty.value(np.array([1.0, -2.0])).sum())
