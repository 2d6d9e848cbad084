import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import examples, probe, problems

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.forward import (
    dropout_masks,
    forward,
    forward_pass,
    loss,
    loss_of,
    loss_terms,
    penalty_loss,
)

BY_HAND = Network.dense([2, 2, 1], hidden="relu", output="identity", loss="squared_error")
BY_HAND_PARAMS = Parameters.from_arrays(
    BY_HAND, [[[1, -1], [2, 1]], [[3], [5]]], [[1, 0], [-2]], orientation="from_to"
)


def test_a_pass_by_hand():
    tape = forward(BY_HAND, BY_HAND_PARAMS, [[1, 1], [2, -1]])
    assert tape.A[0].tolist() == [[1, 1], [2, -1]]
    assert tape.Z[1].tolist() == [[4, 0], [1, -3]]
    assert tape.A[1].tolist() == [[4, 0], [1, 0]]
    assert tape.Z[2].tolist() == tape.A[2].tolist() == [[10], [1]]
    assert loss(BY_HAND, BY_HAND_PARAMS, [[1, 1], [2, -1]], [[7], [2]]) == (9 + 1) / 2
    assert loss(BY_HAND, BY_HAND_PARAMS, [[1, 1], [2, -1]], [[7], [2]], [1, 3]) == (9 + 3) / 4
    # l2 / 2 times 1 + 1 + 4 + 1 + 9 + 25, and l1 times 1 + 1 + 2 + 1 + 3 + 5: biases are left alone.
    assert loss(BY_HAND, BY_HAND_PARAMS, [[1, 1]], [[10]], penalty=Penalty(l2=2, l1=1)) == 41 + 13


@examples(40)
@given(problems("tanh", "half_squared_error", "softsign"))
def test_a_tape_holds_every_layer_in_its_shape(problem):
    network, n = problem.network, len(problem.data.X)
    tape = forward(network, problem.parameters, problem.data.X, problem.masks)
    assert [A.shape for A in tape.A] == [(n, size) for size in network.sizes]
    assert [Z.shape for Z in tape.Z] == [(n, size) for size in network.sizes[1:]]
    for l in range(1, network.depth + 1):
        assert np.array_equal(tape.A[l], network.layer(l).activation.value(tape.Z[l]))
        b = problem.parameters.b[l]
        Z = tape.passed_on(l - 1) @ problem.parameters.W[l]
        assert np.array_equal(tape.Z[l], Z if b is None else Z + b)


def test_a_tape_says_what_the_next_layer_sees():
    problem = probe(dropout=0.5)
    tape = forward(problem.network, problem.parameters, problem.data.X, problem.masks)
    assert tape.passed_on(0) is tape.A[0]
    assert tape.mask(0) is None
    assert np.array_equal(tape.passed_on(1), tape.A[1] * problem.masks[1])
    assert tape.passed_on(3) is tape.A[3]
    without = forward(problem.network, problem.parameters, problem.data.X)
    assert without.mask(1) is None
    assert without.passed_on(1) is without.A[1]


def test_layers_of_a_tape_count_as_in_the_equations():
    tape = forward(BY_HAND, BY_HAND_PARAMS, [[1, 1]])
    with pytest.raises(InvalidValueError, match="the layer of Z was 0; it may be 1 to 2"):
        tape.Z[0]
    with pytest.raises(InvalidValueError, match="the layer of A was 3; it may be 0 to 2"):
        tape.A[3]


def test_one_row_may_come_without_its_brackets():
    assert forward(BY_HAND, BY_HAND_PARAMS, [1, 1]).A[2].tolist() == [[10]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
def test_the_precision_is_that_of_the_parameters(dtype):
    params = BY_HAND_PARAMS.astype(dtype)
    tape = forward(BY_HAND, params, [[1, 1]])
    assert {Z.dtype for Z in tape.Z} == {np.dtype(dtype)}
    assert {A.dtype for A in list(tape.A)[1:]} == {np.dtype(dtype)}
    assert tape.A[0].dtype == np.empty(0, dtype).real.dtype
    assert tape.A[2].real.tolist() == [[10]]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_longdouble_pass_is_the_same_but_for_rounding(name):
    problem = probe(hidden=name, output=name)
    double = forward(problem.network, problem.parameters, problem.data.X)
    longer = forward(problem.network, problem.parameters.astype(np.longdouble), problem.data.X)
    assert np.allclose(double.A[3], longer.A[3].astype(float), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[1, 2, 3]], ShapeError, r"the shape of X was \(1, 3\); it may be \(n, 2\)"),
        ([[1, np.nan]], InvalidValueError, "X at row 0, column 1 was nan"),
        ([["a", "b"]], InvalidTypeError, "an array of real numbers"),
        (np.zeros((0, 2)), ShapeError, "the number of rows of X was 0"),
    ],
)
def test_rows_that_cannot_be_used_are_refused(X, error, message):
    with pytest.raises(error, match=message):
        forward(BY_HAND, BY_HAND_PARAMS, X)


def test_nothing_is_changed_in_place():
    problem = probe(dropout=0.5, weighted=True)
    arrays = [problem.parameters.theta, *problem.data, *(mask for mask in problem.masks if mask is not None)]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    forward(problem.network, problem.parameters, problem.data.X, problem.masks)
    loss_of(problem.network, problem.parameters, problem.data, Penalty(l2=1, l1=1), problem.masks)
    assert [array.tobytes() for array in arrays] == before


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_nan_in_a_weight_reaches_the_loss(name):
    problem = probe(hidden=name, output="identity")
    problem.parameters.W[1][0, 0] = np.nan
    assert math.isnan(loss_of(problem.network, problem.parameters, problem.data, Penalty()))


# The loss.


@examples(40)
@given(problems("tanh", "squared_error", "identity"))
def test_the_loss_is_the_weighted_mean_of_the_rows_losses(problem):
    network, data = problem.network, problem.data
    tape = forward_pass(network, problem.parameters, data.X, problem.masks)
    rows = [
        math.fsum((a - y) ** 2 for a, y in zip(A, Y, strict=True))
        for A, Y in zip(tape.A[network.depth].tolist(), data.Y.tolist(), strict=True)
    ]
    weights = [1.0] * len(rows) if data.row_weights is None else data.row_weights.tolist()
    expected = math.fsum(w * l for w, l in zip(weights, rows, strict=True)) / math.fsum(weights)
    got = loss_of(network, problem.parameters, data, Penalty(), problem.masks)
    assert got == pytest.approx(expected, rel=1e-13, abs=1e-300)


def test_the_terms_of_a_loss_are_one_an_output():
    problem = probe(output="softmax", loss="cross_entropy")
    tape = forward_pass(problem.network, problem.parameters, problem.data.X)
    terms = loss_terms(problem.network, tape, problem.data.Y)
    assert terms.shape == problem.data.Y.shape
    assert np.allclose(terms, -problem.data.Y * np.log(tape.A[3]), rtol=1e-12)


def test_rows_in_float32_are_summed_in_float64():
    network = Network.dense([1, 1], bias="none", loss="squared_error")
    params = Parameters.from_arrays(network, [[[1.0]]], orientation="from_to", dtype=np.float32)
    X = np.random.default_rng(0).uniform(1, 2, (10_001, 1)).astype(np.float32)
    got = loss_of(network, params, Data(X, np.zeros_like(X)), Penalty())
    assert got == pytest.approx(math.fsum((X**2).ravel().tolist()) / len(X), rel=1e-14)


def test_a_penalty_counts_trained_weights_only():
    for flag, expected in ((True, 41 + 13), (False, 0)):
        network = Network.dense([2, 2, 1], hidden="relu", train_weights=flag)
        params = Parameters(Parameters.initial(network).layout, BY_HAND_PARAMS.theta)
        assert penalty_loss(network, params, Penalty(l2=2, l1=1)) == expected
    assert penalty_loss(BY_HAND, BY_HAND_PARAMS, Penalty()) == 0


@pytest.mark.parametrize(
    ("Y", "weights", "message"),
    [
        ([[1, 2]], None, r"the shape of Y was \(1, 2\); it may be \(n, 1\)"),
        ([[1], [2]], None, "the shapes of X and Y"),
        ([[np.inf]], None, "Y at row 0, column 0 was inf"),
        ([[1]], [0], "the sum of row_weights was 0"),
    ],
)
def test_targets_that_cannot_be_used_are_refused(Y, weights, message):
    with pytest.raises(InvalidValueError, match=message):
        loss(BY_HAND, BY_HAND_PARAMS, [[1, 1]], Y, weights)


# Dropout.

DROPPED = Network.dense([2, 40, 30, 1], dropout=0.25)


@examples(30)
@given(st.integers(0, 2**64 - 1), st.integers(0, 10**6), st.integers(1, 6), st.floats(0.01, 0.99))
def test_masks_are_a_pure_function_of_seed_and_step(seed, step, rows, dropout):
    network = Network.dense([1, 3, 2, 1], dropout=dropout)
    first, second = (dropout_masks(network, rows, np.dtype(float), seed, step) for _ in range(2))
    assert first[3] is None
    for l, units in ((1, 3), (2, 2)):
        assert first[l].shape == (rows, units)
        assert first[l].tobytes() == second[l].tobytes()
        assert set(first[l].ravel().tolist()) <= {0.0, 1 / (1 - dropout)}


def test_masks_drop_their_part_and_keep_the_mean():
    masks = dropout_masks(DROPPED, 500, np.dtype(float), seed=0, step=0)
    for l in (1, 2):
        n = masks[l].size
        assert (masks[l] == 0).mean() == pytest.approx(0.25, abs=5 * math.sqrt(0.25 * 0.75 / n))
        assert masks[l].mean() == pytest.approx(1, abs=5 * math.sqrt(0.25 / 0.75 / n))


def test_every_step_layer_and_seed_has_masks_of_its_own():
    network = Network.dense([1, 20, 20, 1], dropout=0.5)
    drawn = {
        dropout_masks(network, 3, np.dtype(float), seed, step)[l].tobytes()
        for seed in (0, 1)
        for step in (0, 1)
        for l in (1, 2)
    }
    assert len(drawn) == 8


def test_without_dropout_there_are_no_masks():
    assert dropout_masks(BY_HAND, 3, np.dtype(float), 0, 0) is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masks_have_the_precision_of_the_parameters(dtype):
    assert dropout_masks(DROPPED, 2, np.dtype(dtype), 0, 0)[1].dtype == dtype


def test_golden_mask():
    mask = dropout_masks(Network.dense([1, 8, 1], dropout=0.5), 1, np.dtype(float), seed=0, step=0)[1]
    assert mask.tolist() == [[0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0]]
