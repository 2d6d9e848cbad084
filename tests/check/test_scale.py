"""S, the size of a gradient's terms: never below the gradient, and 0 only where the gradient is exactly 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.check.scale import gradient_scale
from chainrule.network.losses import LOSSES
from chainrule.network.penalties import NO_PENALTY
from chainrule.network.program import Data
from chainrule.reference.backward import add_penalty, backward_pass
from chainrule.reference.forward import dropout_masks, forward_pass

ROUNDING = 1 + 1e-12


def gradient_and_scale(network, parameters, data, penalty=NO_PENALTY, masks=None):
    tape = forward_pass(network, parameters, data.X, masks)
    gradient = backward_pass(network, parameters, tape, data, data.normalizer)
    add_penalty(network, parameters, gradient, penalty)
    return np.abs(gradient.theta), gradient_scale(network, parameters, tape, data, penalty).theta


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize("spread", [0.0, 0.5, 3.0, 30.0])
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_it_is_never_below_the_gradient_and_0_only_where_that_is_0(spread, data, tasks):
    task = data.draw(tasks(spread=spread))
    gradient, scale = gradient_and_scale(*task)
    finite = np.isfinite(gradient) & np.isfinite(scale)
    assert (gradient <= scale * ROUNDING)[finite].all()
    assert (gradient[scale == 0] == 0).all()


def test_with_dropout_it_is_never_below_the_gradient():
    network = cr.Network.dense([3, 8, 2], hidden="tanh", dropout=0.5)
    parameters = cr.Parameters.initial(network, 1)
    data = Data.of(network, [[0.5, -1.0, 2.0]] * 4, [[1.0, -1.0]] * 4)
    masks = dropout_masks(network, 4, np.dtype(np.float64), seed=0, step=0)
    gradient, scale = gradient_and_scale(network, parameters, data, masks=masks)
    assert (gradient <= scale * ROUNDING).all()
    dropped = ~masks[1].any(axis=0)
    assert dropped.any()
    assert (parameters.like(scale).W[1][:, dropped] == 0).all()


def test_where_terms_cancel_it_stays_large():
    network = cr.Network.dense([1, 1], bias="none", loss="half_squared_error")
    parameters = cr.Parameters.from_arrays(network, [[[1.0]]], orientation="from_to")
    data = Data.of(network, [[1.0], [-1.0]], [[2.0], [0.0]])
    gradient, scale = gradient_and_scale(network, parameters, data)
    assert gradient == [0.0]  # (1 - 2) 1 / 2 and (-1 - 0) -1 / 2
    assert scale == [2.0]  # (1 + 2) / 2 and (1 + 0) / 2


def test_of_a_dead_unit_it_is_0():
    network = cr.Network.dense([1, 1, 1], hidden="relu", bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[-1.0]], [[1.0]]], orientation="from_to")
    gradient, scale = gradient_and_scale(network, parameters, Data.of(network, [[1.0]], [[1.0]]))
    assert gradient.tolist() == scale.tolist() == [0.0, 0.0]


def test_it_grows_with_the_weight_of_a_row_and_with_the_penalty():
    network = cr.Network.dense([1, 1], bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[1.0]]], orientation="from_to")
    rows = [[1.0], [3.0]], [[2.0], [0.5]]
    plain = gradient_and_scale(network, parameters, Data.of(network, *rows))[1]
    heavy = gradient_and_scale(network, parameters, Data.of(network, *rows, [1.0, 9.0]))[1]
    assert heavy == [(3.0 + 9 * 10.5) / 10]
    assert plain == [(3.0 + 10.5) / 2]
    with_penalty = gradient_and_scale(
        network, parameters, Data.of(network, *rows), cr.Penalty(l2=0.5, l1=2.0)
    )
    assert with_penalty[1] == plain + 2.5


def test_where_delta_comes_from_z_it_is_the_size_of_the_output_and_its_target():
    pairs = [(name, output) for name, row in LOSSES.items() for output in row.from_z]
    assert len(pairs) == 4
    for name, output in pairs:
        network = cr.Network.dense([2, 2], output=output, loss=name)
        data = Data.of(network, [[1.0, -1.0]], [[0.25, 0.75]])
        parameters = cr.Parameters.initial(network, 0)
        gradient, scale = gradient_and_scale(network, parameters, data)
        assert (gradient <= scale).all()
        assert (gradient > 0).all()
        of_output = np.abs(cr.forward(network, parameters, data.X).A[1][0]) + data.Y[0]
        np.testing.assert_allclose(parameters.like(scale).b[1], of_output, rtol=1e-15)
