import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.trainings import Case, network

import chainrule as cr
from chainrule.engine.program import why_not
from chainrule.network.program import State

NET = network([4, 6, 3], "tanh", ("cross_entropy", "softmax"), dropout=0.2)


def digest(*arrays):
    found = hashlib.sha256()
    for array in arrays:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def of(state):
    return digest(state.theta, *state.slots.values())


@given(st.integers(0, 40), st.sampled_from([cr.Adam(), cr.Momentum(), cr.GradientDescent()]))
@settings(max_examples=25, deadline=None)
def test_a_run_can_stop_and_go_on_at_any_step(first, rule):
    case = Case(NET, rule, rows=23, batch=5, steps=40, schedule=cr.Cosine(), weighted=True)
    whole, told = case.run_compiled()
    program, data, plan = case.compiled(), case.data, case.plan
    half, told_first = program.run(program.start(case.start, case.seed), data, plan, first)
    assert half.step == first
    rest, told_rest = program.run(half, data, plan, 40 - first)
    assert of(rest) == of(whole)
    assert digest(told.loss) == digest(np.concatenate([told_first.loss, told_rest.loss]))
    assert digest(told.gradient_norm) == digest(
        np.concatenate([told_first.gradient_norm, told_rest.gradient_norm])
    )


def test_what_came_in_is_not_changed():
    case = Case(NET, cr.Adam(), weighted=True)
    program, data = case.compiled(), case.data
    state = program.start(case.start, 3)
    before = of(state), digest(*data)
    for array in (state.theta, *state.slots.values(), *data):
        array.flags.writeable = False
    program.run(state, data, case.plan, 10)
    assert (of(state), digest(*data)) == before
    program.gradient(state.theta, data)
    assert (of(state), digest(*data)) == before


def test_frozen_parameters_stay_to_the_bit():
    layers = [cr.Dense(3, 5, "relu", train_weights=False), cr.Dense(5, 2, train_bias=False)]
    case = Case(cr.Network(layers), cr.Adam(0.1), penalty=cr.Penalty(l2=0.3))
    state, _ = case.run_compiled()
    before, after = (cr.Parameters(case.compiled().layout, theta) for theta in (case.start, state.theta))
    assert digest(before.W[1]) == digest(after.W[1])
    assert digest(before.b[2]) == digest(after.b[2])
    assert digest(before.b[1]) != digest(after.b[1])
    assert digest(before.W[2]) != digest(after.W[2])


@pytest.mark.parametrize(
    ("rate", "hidden", "place"),
    [(1e200, "relu", r"layer \d, unit \d"), (1e308, "tanh", "layer 2, unit 0|the update|the loss")],
)
def test_divergence_says_where_and_keeps_the_last_good_state(rate, hidden, place):
    case = Case(network([3, 4, 2], hidden, ("squared_error", "identity")), cr.GradientDescent(rate), steps=60)
    program, data, plan = case.compiled(), case.data, case.plan
    start = program.start(case.start, 0)
    with pytest.raises(cr.DivergenceError, match=place) as caught:
        program.run(start, data, plan, 60)
    good = caught.value.state
    assert isinstance(good, State)
    assert np.isfinite(good.theta).all()
    again, told = program.run(start, data, plan, good.step)
    assert of(again) == of(good)
    assert np.isfinite(told.loss).all()
    with pytest.raises(cr.DivergenceError):
        program.run(good, data, plan, 1)


def test_a_model_that_diverges_keeps_what_it_had_learned():
    X, Y = np.ones((4, 3)), np.ones((4, 2))
    model = cr.Model(network([3, 4, 2], "relu", ("squared_error", "identity")), seed=1)
    with pytest.raises(cr.DivergenceError, match="epoch"):
        model.fit(X, Y, optimizer=cr.GradientDescent(50.0), batch_size=2, engine="compiled")
    assert np.isfinite(model.parameters.theta).all()
    assert len(model.history.step_loss)


def test_nothing_is_allocated_while_it_runs():
    """Of a longer run no more memory is asked than its told losses take."""
    import tracemalloc

    case = Case(NET, cr.Adam(), rows=50, batch=10)
    program, data, plan = case.compiled(), case.data, case.plan
    start = program.start(case.start, 0)
    peaks = []
    for steps in (10, 10, 10_000):
        tracemalloc.start()
        program.run(start, data, plan, steps)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] - peaks[1] < 4 * 8 * 10_000 + 4096


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hidden": (lambda z: z**3, lambda z: 3 * z**2)}, "the activation 'own'"),
        ({"dtype": np.longdouble}, "float32 and float64"),
    ],
)
def test_it_says_what_it_cannot_compute(given, said):
    dtype = given.pop("dtype", np.float64)
    assert said in why_not(cr.Network.dense([2, 3, 1], **given), dtype)


def test_it_says_that_it_cannot_compute_a_loss_of_ones_own():
    import dataclasses

    from chainrule.network.losses import LOSSES, huber

    own = dataclasses.replace(LOSSES["squared_error"], terms=lambda A, Y: (A - Y) ** 4)
    assert "Python code of your own" in why_not(cr.Network.dense([2, 1], loss=own), np.float64)
    assert why_not(cr.Network.dense([2, 1], loss=huber(0.7)), np.float64) == ""
