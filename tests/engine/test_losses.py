import numpy as np
import pytest
from numba import njit
from tests.engine.trainings import ENDS, Case, network

import chainrule as cr
from chainrule.engine import losses
from chainrule.engine.described import setting_of
from chainrule.engine.losses import loss_and_derivative
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES, huber, pinball

apply = njit(lambda *given: loss_and_derivative(*given))


def test_every_row_has_a_kernel_and_every_pair_too():
    alone = {loss.name for loss in LOSSES.values() if not loss.admits}
    pairs = {(loss.name, output) for loss in LOSSES.values() for output in loss.from_z}
    assert set(losses.KERNELS) == alone
    assert {*losses.PAIRS, ("cross_entropy", "softmax")} == pairs


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("end", ENDS, ids="-".join)
def test_loss_and_derivative_are_the_rows(end, dtype, weighted):
    net = network([2, 4], "tanh", end)
    case = Case(net, rows=7, weighted=weighted, dtype=dtype)
    data, output = case.data, ACTIVATIONS[end[1]]
    Z = np.random.default_rng(3).normal(size=(7, 4)).astype(dtype) * 3
    A, pair = output.value(Z), net.loss.paired(output)
    given = Z if pair else A
    found = np.empty_like(Z)
    routine = losses.routine(*end, np.dtype(dtype))
    weights = np.zeros(0, dtype) if data.row_weights is None else data.row_weights
    loss = apply(routine, given, data.Y, weights, setting_of(net, np.dtype(dtype)), dtype(1), found)
    wanted = data.weigh(pair.delta(Z, A, data.Y) if pair else net.loss.derivative(A, data.Y))
    terms = pair.terms(Z, data.Y) if pair else net.loss.terms(A, data.Y)
    eps = np.finfo(dtype).eps
    assert np.abs(found - wanted).max() <= 16 * eps * (1 + np.abs(wanted).max())
    assert abs(loss - data.weigh(terms).sum(dtype=np.float64)) <= 64 * eps * (1 + np.abs(terms).sum())


@pytest.mark.parametrize("loss", [huber(0.3), pinball(0.1, 0.5, 0.9), pinball(0.2)])
def test_a_loss_has_its_own_settings(loss):
    net = cr.Network.dense([2, 3], loss=loss)
    random = np.random.default_rng(0)
    A, Y = random.normal(size=(50, 3)), random.normal(size=(50, 3))
    found = np.empty_like(A)
    routine = losses.routine(loss.name, "identity", A.dtype)
    total = apply(routine, A, Y, np.zeros(0), setting_of(net, A.dtype), 1.0, found)
    assert np.allclose(found, loss.derivative(A, Y), rtol=1e-14, atol=0)
    assert np.isclose(total, loss.terms(A, Y).sum(), rtol=1e-13)


def test_far_below_zero_the_logarithm_of_softplus_is_z():
    Z, Y = np.array([[-800.0, -50.0, 800.0]]), np.array([[2.0, 0.0, 1.0]])
    pair = LOSSES["poisson"].from_z["softplus"]
    found = np.empty_like(Z)
    total = apply(losses.routine("poisson", "softplus", Z.dtype), Z, Y, np.zeros(0), np.zeros(3), 1.0, found)
    assert np.allclose(found, pair.delta(Z, np.zeros_like(Z), Y), rtol=1e-14)
    assert np.isclose(total, pair.terms(Z, Y).sum(), rtol=1e-14)


def test_an_output_never_asked_for_may_be_infinitely_far_below():
    Z, Y = np.array([[0.0, -np.inf]]), np.array([[1.0, 0.0]])
    found = np.empty_like(Z)
    routine = losses.routine("cross_entropy", "softmax", Z.dtype)
    assert apply(routine, Z, Y, np.zeros(0), np.zeros(2), 1.0, found) == 0
    assert np.array_equal(found, [[0.0, 0.0]])
