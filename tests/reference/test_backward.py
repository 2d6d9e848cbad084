from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import examples, probe, problems
from witnesses import sizes

from chainrule.errors import InvalidValueError
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.reference.backward import add_penalty, backward
from chainrule.reference.forward import forward


def passes(problem, **options):
    """Return the tape and the gradients of a problem; options go to `backward`."""
    tape = forward(problem.network, problem.parameters, problem.data.X, problem.masks)
    return tape, backward(problem.network, problem.parameters, tape, problem.data.Y, **options)


def test_a_pass_by_hand():
    network = Network.dense([2, 2, 1], hidden="relu", output="identity", loss="squared_error")
    params = Parameters.from_arrays(
        network, [[[1, -1], [2, 1]], [[3], [5]]], [[1, 0], [-2]], orientation="from_to"
    )
    # Z[1] = [[4, 0], [1, -3]], A[1] = [[4, 0], [1, 0]], A[2] = [[10], [1]]
    grads = backward(network, params, forward(network, params, [[1, 1], [2, -1]]), [[7], [2]])
    assert grads.delta[2].tolist() == [[3], [-1]]  # 2 (a - y) / 2
    assert grads.delta[1].tolist() == [[9, 0], [-3, 0]]
    assert grads.W[2].tolist() == [[11], [0]]
    assert grads.b[2].tolist() == [2]
    assert grads.W[1].tolist() == [[3, 0], [12, 0]]
    assert grads.b[1].tolist() == [6, 0]


@examples(40)
@given(problems("tanh", "half_squared_error", "sigmoid"))
def test_gradients_have_the_form_of_the_parameters(problem):
    network = problem.network
    tape, grads = passes(problem)
    assert grads.theta.shape == problem.parameters.theta.shape
    assert grads.layout is problem.parameters.layout
    for l in range(1, network.depth + 1):
        assert grads.delta[l].shape == tape.Z[l].shape
        assert grads.W[l].shape == problem.parameters.W[l].shape
        assert np.shares_memory(grads.W[l], grads.theta)
        assert (grads.b[l] is None) == (problem.parameters.b[l] is None)


def test_deltas_count_from_1():
    _, grads = passes(probe())
    assert len(grads.delta) == 3
    with pytest.raises(InvalidValueError, match="the layer of delta was 0; it may be 1 to 3"):
        grads.delta[0]


def test_the_gradient_of_a_shared_bias_is_the_sum_of_those_of_one_for_each_unit():
    one_each, shared = probe(bias="per_unit"), probe(bias="shared")
    for l in range(1, 4):
        one_each.parameters.W[l][...] = shared.parameters.W[l]
        one_each.parameters.b[l][...] = shared.parameters.b[l][0]
    shared = replace(shared, data=one_each.data)
    _, each = passes(one_each)
    _, together = passes(shared)
    for l in range(1, 4):
        assert np.allclose(each.W[l], together.W[l], rtol=1e-13, atol=1e-16)
        assert np.allclose(each.b[l].sum(), together.b[l], rtol=1e-13, atol=1e-16)


# Row weights and the normalizer.


@examples(30)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100))
def test_only_the_ratios_of_row_weights_matter(seed, factor):
    problem = probe(rows=4, weighted=True, seed=seed)
    weights = problem.data.row_weights
    (_, one), (_, other) = (passes(problem, row_weights=w) for w in (weights, weights * factor))
    _, size = sizes(problem)
    assert (np.abs(one.theta - other.theta) <= 1e-14 * size).all()


def test_a_weight_of_2_is_the_row_twice_and_of_0_the_row_left_out():
    problem = probe(rows=3)
    _, weighted = passes(problem, row_weights=[2, 0, 1])
    _, repeated = passes(replace(problem, data=problem.data.rows([0, 0, 2])))
    assert np.allclose(weighted.theta, repeated.theta, rtol=1e-13, atol=1e-16)
    assert not weighted.delta[1][1].any()


def test_equal_weights_are_none():
    problem = probe()
    (_, without), (_, ones) = passes(problem), passes(problem, row_weights=np.ones(3))
    assert np.array_equal(without.theta, ones.theta)


def test_the_normalizer_of_a_larger_batch_divides_instead():
    problem = probe()
    (_, usual), (_, shard) = passes(problem), passes(problem, normalizer=12)
    assert np.allclose(shard.theta * 4, usual.theta, rtol=1e-14)


# Penalties.


def test_a_penalty_is_added_to_trained_weights_only():
    penalty = Penalty(l2=0.5, l1=0.25)
    for flag in (True, False):
        problem = probe(train_weights=flag)
        gradient = problem.parameters.like(np.zeros_like(problem.parameters.theta))
        add_penalty(problem.network, problem.parameters, gradient, penalty)
        for l in range(1, 4):
            W = problem.parameters.W[l]
            assert np.array_equal(gradient.W[l], penalty.derivative(W) if flag else np.zeros_like(W))
            assert not gradient.b[l].any()


# Precision, NaN, and what is refused.


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_the_precision_is_that_of_the_parameters(dtype, weighted):
    problem = probe()
    params = problem.parameters.astype(dtype)
    tape = forward(problem.network, params, problem.data.X)
    weights = np.array([1.0, 2, 3]) if weighted else None
    grads = backward(problem.network, params, tape, problem.data.Y, weights)
    assert grads.theta.dtype == dtype
    assert {delta.dtype for delta in grads.delta} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_agrees_with_float64_to_its_own_rounding(name):
    problem = probe(hidden=name, seed=2)
    single = problem.with_theta(problem.parameters.theta.astype(np.float32))
    (_, grads), (_, grads32) = passes(problem), passes(single)
    _, size = sizes(problem)
    assert (np.abs(grads.theta - grads32.theta) <= 2e-5 * size).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_nan_in_the_forward_pass_reaches_every_delta_of_its_row(name):
    problem = probe(hidden=name, output="identity")
    tape = forward(problem.network, problem.parameters, problem.data.X)
    tape.Z[3][1, 0] = tape.A[3][1, 0] = np.nan
    grads = backward(problem.network, problem.parameters, tape, problem.data.Y)
    for l in (1, 2, 3):
        assert np.isnan(grads.delta[l][1]).any()
        assert np.isfinite(grads.delta[l][0]).all()


def test_nothing_is_changed_in_place():
    problem = probe(dropout=0.5)
    tape = forward(problem.network, problem.parameters, problem.data.X, problem.masks)
    arrays = [problem.parameters.theta, problem.data.Y, *tape.Z, *tape.A]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    backward(problem.network, problem.parameters, tape, problem.data.Y, [1, 2, 3])
    assert [array.tobytes() for array in arrays] == before


@pytest.mark.parametrize(
    ("Y", "weights", "message"),
    [
        ([[0, 1]] * 3, None, r"the shape of Y was \(3, 2\); it may be \(n, 3\)"),
        ([[0, 1, 0]], None, "the shapes of X and Y"),
        ([[0, 1, np.nan]] * 3, None, "Y at row 0, column 2 was nan"),
        ([[0, 1, 0.5]] * 3, [1, -1, 1], "the weight of row 1 was -1"),
    ],
)
def test_targets_that_cannot_be_used_are_refused(Y, weights, message):
    problem = probe()
    tape = forward(problem.network, problem.parameters, problem.data.X)
    with pytest.raises(InvalidValueError, match=message):
        backward(problem.network, problem.parameters, tape, Y, weights)
