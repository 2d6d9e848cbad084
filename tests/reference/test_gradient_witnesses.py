"""Every gradient that can be asked for agrees with two witnesses that do not know each other."""

import ast
from dataclasses import replace
from pathlib import Path

import autograd.numpy
import autograd_witness
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import LOSSES_AND_OUTPUTS, PENALTIES, examples, probe, problems
from witnesses import WITNESSES, assert_same, by_autograd, by_complex_step, check_gradient, sizes

from chainrule.network.activations import ACTIVATIONS, Activation
from chainrule.network.formula import Quantity, sqrt
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, huber, pinball
from chainrule.network.network import Network
from chainrule.network.penalties import Penalty
from chainrule.reference.forward import forward, loss
from chainrule.reference.step import loss_and_gradient

HIDDEN = list(ACTIVATIONS)
# Every loss with every output that it admits once, and every hidden activation in turn.
COVERING = [(HIDDEN[i % len(HIDDEN)], *pair) for i, pair in enumerate(LOSSES_AND_OUTPUTS)]


@pytest.mark.parametrize(("hidden", "loss", "output"), COVERING)
@examples(12)
@given(data=st.data())
def test_gradient(hidden, loss, output, data):
    check_gradient(data.draw(problems(hidden, loss, output)))


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "output"), LOSSES_AND_OUTPUTS)
def test_gradient_of_every_combination(loss, output):
    for hidden in ACTIVATIONS:

        @examples(8)
        @given(problems(hidden, loss, output))
        def agrees(problem):
            check_gradient(problem)

        agrees()


def test_the_selection_covers_every_activation_and_every_loss():
    assert {hidden for hidden, _, _ in COVERING} == set(ACTIVATIONS)
    assert {output for _, _, output in COVERING} == set(ACTIVATIONS)
    assert {loss for _, loss, _ in COVERING} == set(LOSSES)


@pytest.mark.parametrize("dropout", [0, 0.4])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("bias", BIASES)
def test_gradient_with_every_bias_penalty_weight_and_mask(bias, penalty, weighted, dropout):
    check_gradient(probe(bias=bias, penalty=penalty, weighted=weighted, dropout=dropout))


@pytest.mark.parametrize("frozen", ["train_weights", "train_bias"])
def test_gradient_of_frozen_parameters_is_there_all_the_same(frozen):
    problem = probe(penalty=Penalty(l2=0.3, l1=0.1), **{frozen: False})
    check_gradient(problem)
    _, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
    assert np.count_nonzero(gradient.theta) == gradient.theta.size


@pytest.mark.parametrize("row", [huber(0.3), huber(5.0), pinball(0.9), pinball(0.1, 0.5, 0.8)], ids=str)
@examples(10)
@given(seed=st.integers(0, 2**32 - 1))
def test_gradient_of_a_loss_with_a_parameter(row, seed):
    problem = probe(loss=row, output="identity", seed=seed)
    loss, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
    assert_same(problem, "the complex step", float(loss), gradient.theta)
    if row.name == "pinball":
        assert_same(problem, "autograd", float(loss), gradient.theta)


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("hidden", [name for name, row in ACTIVATIONS.items() if not row.kinks])
def test_gradient_where_z_is_exactly_zero(hidden, zero):
    problem = probe([3, 4, 3], hidden=hidden, output="identity")
    problem.parameters.b[1][...] = zero
    check_gradient(replace(problem, data=problem.data._replace(X=np.full_like(problem.data.X, zero))))


@pytest.mark.parametrize(("loss", "output"), [(n, o) for n, row in LOSSES.items() for o in row.from_z])
@pytest.mark.parametrize("scale", [20, 100])
def test_gradient_of_a_saturated_output(loss, output, scale):
    problem = probe(loss=loss, output=output)
    scale = scale / 20 if output == "exponential" else scale
    check_gradient(problem.with_theta(problem.parameters.theta * scale))


def test_rows_together_have_the_mean_gradient_of_the_rows_alone():
    problem = probe(rows=5, weighted=True)
    weights, total = problem.data.row_weights, 0
    _, together = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
    for i, weight in enumerate(weights):
        row = problem.data.rows(slice(i, i + 1))._replace(row_weights=None)
        _, alone = loss_and_gradient(problem.network, problem.parameters, row, problem.penalty)
        total = total + weight * alone.theta
    _, size = sizes(problem)
    assert (np.abs(together.theta - total / weights.sum()) <= 1e-14 * size).all()


# The witnesses can be trusted: they are apart from the package, agree with each other, and see little.


def test_the_autograd_witness_imports_nothing_of_the_package():
    tree = ast.parse(Path(autograd_witness.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert {name.split(".")[0] for name in imported} == {"autograd", "collections", "typing"}


def test_the_autograd_witness_restates_every_row():
    assert set(autograd_witness.ACTIVATIONS) == set(ACTIVATIONS)
    pairs = set(LOSSES_AND_OUTPUTS)
    assert {pair for pair in pairs if pair[0] not in autograd_witness.LOSSES} == set(
        autograd_witness.LOSSES_OF_Z
    )


@pytest.mark.parametrize("witness", WITNESSES)
@pytest.mark.parametrize("factor", [1 + 1e-8, 1 - 1e-8, -1, 0, 2])
def test_a_witness_sees_a_single_entry_that_is_off_by_one_in_a_hundred_million(witness, factor):
    problem = probe(rows=1)
    loss, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
    assert_same(problem, witness, float(loss), gradient.theta)
    for entry in range(gradient.theta.size):
        wrong = gradient.theta.copy()
        wrong[entry] *= factor
        with pytest.raises(AssertionError, match="says d/d"):
            assert_same(problem, witness, float(loss), wrong)


@pytest.mark.parametrize("witness", WITNESSES)
def test_a_witness_sees_a_loss_that_is_off(witness):
    problem = probe()
    loss, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
    with pytest.raises(AssertionError, match="says the loss is"):
        assert_same(problem, witness, float(loss) * (1 + 1e-8), gradient.theta)


@pytest.mark.parametrize("witness", WITNESSES)
def test_nan_is_not_agreement(witness):
    problem = probe()
    with pytest.raises(AssertionError):
        assert_same(problem, witness, 0.0, np.full_like(problem.parameters.theta, np.nan))


def test_the_size_of_the_terms_is_never_below_the_gradient():
    for seed in range(20):
        problem = probe(seed=seed, penalty=Penalty(l2=0.1, l1=0.1), weighted=True)
        loss, gradient = loss_and_gradient(problem.network, problem.parameters, problem.data, problem.penalty)
        size_of_loss, size = sizes(problem)
        assert (np.abs(gradient.theta) <= size).all()
        assert loss <= size_of_loss * (1 + 1e-14)


def test_the_two_witnesses_agree_with_each_other():
    problem = probe(penalty=Penalty(l2=0.1, l1=0.1), weighted=True, dropout=0.5)
    (loss, gradient), (other_loss, other) = by_autograd(problem), by_complex_step(problem)
    assert loss == pytest.approx(other_loss, rel=1e-14)
    assert np.allclose(gradient, other, rtol=1e-12, atol=1e-16)


# An activation of one's own is checked like ours.

z = Quantity("z")
BENT = Activation(
    name="bent_identity",
    formula=(sqrt(z**2 + 1) - 1) / 2 + z,
    slope=z / (2 * sqrt(z**2 + 1)) + 1,
    value=lambda z: (np.sqrt(z**2 + 1) - 1) / 2 + z,
    derivative=lambda z, a: z / (2 * np.sqrt(z**2 + 1)) + 1,
    source="this test",
)


def bent_identity(z):
    return (autograd.numpy.sqrt(z**2 + 1) - 1) / 2 + z


@pytest.fixture
def restated(monkeypatch):
    for name in ("bent_identity", "own"):
        monkeypatch.setitem(autograd_witness.ACTIVATIONS, name, bent_identity)


def by_object(_):
    return BENT


def by_pair(_):
    return BENT.value, lambda z: BENT.derivative(z, z)


def by_name(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "bent_identity", BENT)
    return "bent-identity"


@pytest.mark.parametrize("way", [by_object, by_pair, by_name])
@pytest.mark.usefixtures("restated")
def test_gradient_of_an_activation_of_ones_own(way, monkeypatch):
    own = way(monkeypatch)
    for hidden, output in ((own, "tanh"), ("tanh", own), (own, own)):
        check_gradient(probe(hidden=hidden, output=output))


@pytest.mark.usefixtures("restated")
def test_the_wrong_derivative_of_ones_own_is_seen():
    wrong = replace(BENT, derivative=lambda z, a: z / np.sqrt(z**2 + 1) + 1)
    with pytest.raises(AssertionError, match="says d/d"):
        check_gradient(probe(hidden=wrong))


def test_an_activation_of_ones_own_runs_forwards():
    network = Network([Dense(3, 4, BENT), Dense(4, 2, BENT)], "squared_error")
    problem = probe([3, 4, 2], hidden=BENT, output=BENT, loss="squared_error")
    tape = forward(network, problem.parameters, problem.data.X)
    assert np.array_equal(
        tape.A[1], BENT.value(problem.data.X @ problem.parameters.W[1] + problem.parameters.b[1])
    )
    assert loss(network, problem.parameters, problem.data.X, tape.A[2]) == 0
