"""The compiled engine and the reference share no arithmetic: that they agree is evidence for both."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.engine.trainings import ENDS, RULES, Case, distance, network

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.layers import BIASES, Dense

DOUBLE, SINGLE = 1e-10, 1e-4  # of the size of the terms, after 100 steps
# A training nudged by bits must end as near as this, or nobody's last digits mean anything.
CALM = {np.float64: 1e-12, np.float32: 1e-5}


def require_agreement(case):
    """Assert that both engines end at the same parameters and tell the same.

    Returns
    -------
    bool
        Whether they did; not, where the training diverges, or ends elsewhere when it is nudged by bits.
    """
    bound = DOUBLE if case.dtype is np.float64 else SINGLE
    try:
        wanted, said, terms = case.run_slowly()
    except cr.DivergenceError:
        return False
    state, told = case.run_compiled()
    apart = distance(state.theta, wanted.theta, terms)
    if apart > bound and not case.drift(wanted.theta, terms) <= CALM[case.dtype]:
        return False
    assert apart <= bound
    assert (np.abs(told.loss - said.loss) / (np.abs(said.loss) + 1)).max() <= 10 * bound
    norms = np.abs(told.gradient_norm - said.gradient_norm) / (said.gradient_norm + 1)
    assert norms.max() <= 100 * bound
    assert state.slots.keys() == wanted.slots.keys()
    return True


@st.composite
def networks(draw):
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    loss, output = draw(st.sampled_from(ENDS))
    layers = []
    for number, (inputs, units) in enumerate(itertools.pairwise(sizes), start=1):
        last = number == len(sizes) - 1
        layers.append(
            Dense(
                inputs,
                units,
                output if last else draw(st.sampled_from(sorted(ACTIVATIONS))),
                bias=draw(st.sampled_from(BIASES)),
                train_weights=draw(st.sampled_from([True, True, True, False])),
                train_bias=draw(st.sampled_from([True, True, True, False])),
                dropout=0.0 if last else draw(st.sampled_from([0.0, 0.0, 0.3])),
            )
        )
    return cr.Network(layers, loss)


@st.composite
def cases(draw, dtype):
    rows = draw(st.integers(1, 20))
    return Case(
        draw(networks()),
        draw(st.sampled_from(RULES)),
        rows=rows,
        batch=draw(st.integers(1, rows)),
        penalty=draw(st.sampled_from([cr.Penalty(), cr.Penalty(l2=0.1), cr.Penalty(l2=0.05, l1=0.01)])),
        clip_norm=draw(st.sampled_from([None, None, 0.3])),
        schedule=draw(st.sampled_from([cr.Constant(), cr.Cosine(), cr.WarmUp(2)])),
        weighted=draw(st.booleans()),
        shuffle=draw(st.booleans()),
        seed=draw(st.integers(0, 2**64 - 1)),
        dtype=dtype,
    )


@given(cases(np.float64))
@settings(max_examples=60, deadline=None)
def test_any_training_ends_where_the_reference_ends(case):
    assume(require_agreement(case))


@given(cases(np.float32))
@settings(max_examples=40, deadline=None)
def test_any_training_in_single_precision_ends_where_the_reference_ends(case):
    assume(require_agreement(case))


def small_network(hidden, end, bias):
    """Return 3-3-2 with this bias; softmax, whose deltas add up to 0, has no gradient by a shared one."""
    loss, output = end
    layers = [
        Dense(3, units, f, bias="per_unit" if (f, bias) == ("softmax", "shared") else bias)
        for units, f in ((3, hidden), (2, output))
    ]
    return cr.Network(layers, loss)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("hidden", sorted(ACTIVATIONS))
def test_every_combination_ends_where_the_reference_ends(hidden, dtype):
    """Activation, loss and output, bias, optimizer; several starts, until one agrees. Of float32 a fourth."""
    combinations = list(itertools.product(ENDS, BIASES, RULES))
    for end, bias, rule in combinations[:: 1 if dtype is np.float64 else 4]:
        net = small_network(hidden, end, bias)
        asked = (require_agreement(Case(net, rule, seed=seed, dtype=dtype)) for seed in range(12))
        assert any(asked), (hidden, end, bias, rule)


WIDE = {
    "one piece": {"sizes": [30, 40, 3], "rows": 60, "batch": 20},
    "pieces of rows": {"sizes": [30, 40, 3], "rows": 700, "batch": 333},
    "pieces of the gradient": {"sizes": [300, 200, 150, 3], "rows": 256, "batch": 128},
    "parts of a batch": {"sizes": [20, 30, 3], "rows": 100_000, "batch": 90_000},
}


@pytest.mark.parametrize("clip_norm", [None, 0.05])
@pytest.mark.parametrize("shape", WIDE)
def test_networks_that_are_cut_end_where_the_reference_ends(shape, clip_norm):
    """A batch in pieces, a gradient in pieces, a batch that goes through in parts."""
    chosen = dict(WIDE[shape])
    net = network(chosen.pop("sizes"), "tanh", ("cross_entropy", "softmax"), dropout=0.2)
    case = Case(
        net,
        cr.Momentum(0.05, 0.9),
        steps=6,
        penalty=cr.Penalty(l2=0.01),
        clip_norm=clip_norm,
        weighted=True,
        **chosen,
    )
    wanted, _, terms = case.run_slowly()
    for threads in (1, 2):
        state, _ = case.run_compiled(n_threads=threads)
        assert distance(state.theta, wanted.theta, terms) < 1e-12


def test_a_mistake_is_seen(monkeypatch):
    """The comparison fails when one of the two is wrong in one sign."""
    from chainrule.reference import equations

    right = equations.BP3
    monkeypatch.setattr(equations, "BP3", lambda delta, bias: -right(delta, bias))
    case = Case(network([3, 4, 2], "tanh", ("squared_error", "identity")))
    with pytest.raises(AssertionError):
        require_agreement(case)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows", [1, 70, 5000])
def test_the_gradient_of_all_rows_is_the_references(rows, dtype):
    case = Case(
        network([7, 20, 3], "silu", ("cross_entropy", "softmax")),
        rows=rows,
        batch=rows,
        weighted=rows > 1,
        dtype=dtype,
    )
    data, theta = case.data, case.start
    found, loss = case.compiled().gradient(theta, data)
    from chainrule.reference.program import prepare

    wanted, wanted_loss = prepare(case.network, case.rule, case.penalty, dtype, rows).gradient(theta, data)
    bound = 1e-13 if dtype is np.float64 else 1e-5
    assert np.abs(found - wanted).max() < bound
    assert abs(loss - wanted_loss) <= bound * (1 + abs(wanted_loss)) * 10
