import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import examples
from rule_check import NETWORK, RULES, check_rule, gradients_of, steps_of

from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, AdamW, GradientDescent, Momentum
from chainrule.network.parameters import Layout, Parameters
from chainrule.reference.update import RULES as RULES_BY_KIND
from chainrule.reference.update import clipped, init, trained_norm, update

FROZEN = Network(
    [
        Dense(2, 3, "tanh", train_weights=False),
        Dense(3, 3, "tanh", train_bias=False, bias="shared"),
        Dense(3, 2),
    ]
)
SLOTS = {"GradientDescent": "", "Momentum": "v", "RMSprop": "s", "Adagrad": "s", "Adam": "mv", "AdamW": "mv"}


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("network", [NETWORK, FROZEN], ids=str)
@examples(15)
@given(seed=st.integers(0, 2**32 - 2))
def test_a_rule_agrees_with_a_plain_loop_over_every_number(rule, network, seed):
    check_rule(rule, network, seed)


def test_every_rule_is_tested_here():
    assert {type(rule) for rule in RULES} == set(RULES_BY_KIND)
    assert set(SLOTS) == {kind.__name__ for kind in RULES_BY_KIND}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_frozen_parameters_keep_their_bits(rule):
    layout = Layout(FROZEN)
    theta = np.random.default_rng(0).normal(size=layout.size)
    theta[0], theta[1] = -0.0, 5e-324
    for after in steps_of(rule, FROZEN, gradients_of(FROZEN, 5), theta):
        assert after[~layout.trained].tobytes() == theta[~layout.trained].tobytes()
        assert (after[layout.trained] != theta[layout.trained]).all()


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_slots_are_arrays_like_theta_that_start_at_zero(rule):
    theta = np.arange(4.0, dtype=np.float32)
    slots = init(rule, theta)
    assert set(slots) == set(SLOTS[type(rule).__name__])
    for slot in slots.values():
        assert slot.dtype == theta.dtype
        assert slot.shape == theta.shape
        assert not slot.any()
        assert not np.shares_memory(slot, theta)


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_the_precision_stays(rule, dtype):
    params = Parameters(Layout(NETWORK), np.ones(Layout(NETWORK).size, dtype))
    after, slots = update(rule, params, params, init(rule, params.theta), t=3)
    assert after.theta.dtype == dtype
    assert {slot.dtype for slot in slots.values()} <= {np.dtype(dtype)}


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("network", [NETWORK, FROZEN], ids=str)
def test_nothing_is_changed_in_place(rule, network):
    size = Layout(network).size
    theta, dtheta = np.full(size, 0.5), np.linspace(-1, 1, size)
    slots = {name: np.full(size, 0.25) for name in init(rule, theta)}
    arrays = [theta, dtheta, *slots.values()]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    params = Parameters(Layout(network), theta)
    after, next_slots = update(rule, params, params.like(dtheta), slots, t=2)
    assert [array.tobytes() for array in arrays] == before
    for new in (after.theta, *next_slots.values()):
        assert not any(np.shares_memory(new, old) for old in arrays)


def test_adamw_decays_weights_and_leaves_biases_alone():
    params = Parameters(Layout(NETWORK), np.full(Layout(NETWORK).size, 2.0))
    nothing = params.like(np.zeros_like(params.theta))
    after, _ = update(AdamW(0.1, weight_decay=0.5), params, nothing, init(AdamW(), params.theta), t=1)
    for l in (1, 2):
        assert after.W[l] == pytest.approx(2.0 * (1 - 0.1 * 0.5), rel=1e-15)
        assert (after.b[l] == 2.0).all()


def test_adamw_without_decay_is_adam():
    gradients, theta = gradients_of(NETWORK, 5), np.linspace(-1, 1, Layout(NETWORK).size)
    adam, adamw = (steps_of(rule, NETWORK, gradients, theta) for rule in (Adam(), AdamW(weight_decay=0)))
    assert np.array_equal(adam, adamw)


def test_momentum_of_nothing_is_plain_gradient_descent():
    gradients, theta = gradients_of(NETWORK, 5), np.linspace(-1, 1, Layout(NETWORK).size)
    plain = steps_of(GradientDescent(0.1), NETWORK, gradients, theta)
    for nesterov in (False, True):
        assert np.array_equal(steps_of(Momentum(0.1, 0, nesterov), NETWORK, gradients, theta), plain)


def test_the_first_step_of_adam_is_about_the_learning_rate():
    params = Parameters(Layout(NETWORK), np.zeros(Layout(NETWORK).size))
    gradient = params.like(np.where(np.arange(params.theta.size) % 2, 1e-3, -1e3))
    after, _ = update(Adam(0.01), params, gradient, init(Adam(), params.theta), t=1)
    assert after.theta == pytest.approx(-0.01 * np.sign(gradient.theta), rel=1e-4)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rate_multiplies_the_learning_rate(rule):
    params = Parameters(Layout(NETWORK), np.linspace(-1, 1, Layout(NETWORK).size))
    gradient = params.like(gradients_of(NETWORK, 1)[0])
    slower = replace(rule, learning_rate=rule.learning_rate * 0.25)
    slots = init(rule, params.theta)
    scheduled, _ = update(rule, params, gradient, slots, t=1, rate=0.25)
    expected, _ = update(slower, params, gradient, slots, t=1)
    assert np.array_equal(scheduled.theta, expected.theta)


# The length of a gradient.


@pytest.mark.parametrize("network", [NETWORK, FROZEN], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@examples(20)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_length_of_a_gradient_is_that_of_its_trained_part(network, dtype, seed):
    layout = Layout(network)
    theta = np.random.default_rng(seed).normal(size=layout.size).astype(dtype)
    trained = theta if layout.trained is None else theta[layout.trained]
    length = trained_norm(Parameters(layout, theta))
    assert isinstance(length, float)
    assert length == pytest.approx(math.sqrt(math.fsum(float(each) ** 2 for each in trained)), rel=1e-14)


def test_a_gradient_whose_squares_are_infinite_is_shortened_and_not_lost():
    gradient = Parameters(Layout(Network.dense([2, 1])), np.array([3e200, 4e200, 0.0]))
    assert trained_norm(gradient) == pytest.approx(5e200)
    assert clipped(gradient, 1.0).theta == pytest.approx([0.6, 0.8, 0.0])


@pytest.mark.parametrize("network", [NETWORK, FROZEN], ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("longest", [1e-3, 0.5])
def test_a_longer_gradient_is_shortened_and_keeps_its_direction(network, dtype, longest):
    gradient = Parameters(Layout(network), np.linspace(-1, 2, Layout(network).size).astype(dtype))
    before = gradient.theta.tobytes()
    short = clipped(gradient, longest)
    assert short.theta.dtype == dtype
    assert trained_norm(short) == pytest.approx(longest, rel=1e-6 if dtype == np.float32 else 1e-14)
    factor = longest / trained_norm(gradient)
    assert np.allclose(short.theta, gradient.theta * factor, rtol=1e-6, atol=0)
    assert gradient.theta.tobytes() == before


def test_a_gradient_that_is_short_enough_stays_as_it_is():
    gradient = Parameters(Layout(NETWORK), np.full(Layout(NETWORK).size, 0.5))
    assert clipped(gradient, trained_norm(gradient)) is gradient
    nothing = gradient.like(np.zeros_like(gradient.theta))
    assert clipped(nothing, 1e-300) is nothing
