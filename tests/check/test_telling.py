"""What would tell explanations apart does: on it they are told apart."""

from itertools import pairwise

import numpy as np
import pytest

import chainrule as cr

NET = cr.Network.dense([2, 3, 2], hidden="tanh", output="sigmoid")
PARAMETERS = cr.Parameters.initial(NET, seed=1)
X, Y = [[0.5, -1]], [[0.2, 0.7]]
RULE = cr.GradientDescent(0.5)


def gradient(network, parameters, X, Y):
    return cr.backward(network, parameters, cr.forward(network, parameters, X), Y)


def test_a_factor_of_a_half_is_told_apart_by_the_probe_that_is_named():
    """Half the loss, or its mean over two outputs."""
    mine = gradient(NET, PARAMETERS, X, Y)
    found = cr.diagnose(NET, PARAMETERS, X, Y, mine.like(mine.theta / 2))
    assert found.names == {(("loss-with-half", 2),), (("mean-over-outputs", 2),)}
    assert found.apart == "the network and rows of cr.probe((3, 4, 3))"
    probe = cr.probe((3, 4, 3))
    network = cr.Network.dense([3, 4, 3], hidden="tanh", output="sigmoid")
    parameters = cr.Parameters.from_arrays(network, probe.W, probe.b, orientation="from_to")
    mine = gradient(network, parameters, probe.X, probe.Y)
    for factor, name in ((2, "loss-with-half"), (3, "mean-over-outputs")):
        found = cr.diagnose(network, parameters, probe.X, probe.Y, mine.like(mine.theta / factor))
        assert found.names == {((name, 2),)}
        assert found.apart == ""


def test_another_number_of_the_step_is_named_where_it_is_enough():
    mine = gradient(NET, PARAMETERS, X, Y)
    after = {f"W_after[{l}]": PARAMETERS.W[l] + 0.5 * mine.W[l] for l in (1, 2)}
    found = cr.diagnose(NET, PARAMETERS, X, Y, after, optimizer=RULE)
    assert found.names == {(("sign", 2),), (("ascent", 1), ("ascent", 2))}
    assert found.apart == "delta[2]"
    assert "What would tell them apart: delta[2]." in str(found)
    found = cr.diagnose(NET, PARAMETERS, X, Y, {**after, "delta[2]": mine.delta[2]}, optimizer=RULE)
    assert found.names == {(("ascent", 1), ("ascent", 2))}


@pytest.mark.parametrize("sizes", [(3, 4, 2, 3), (3, 4, 2), (3, 2), (2, 2)])
def test_the_numbers_of_a_probe_are_irregular(sizes):
    probe = cr.probe(sizes)
    theta = np.concatenate([each.ravel() for each in (*probe.W, *probe.b)])
    assert len(np.unique(theta.round(6))) == theta.size
    assert [W.shape for W in probe.W] == list(pairwise(sizes))
    assert (probe.Y > 0.05).all()
    np.testing.assert_allclose(probe.Y.sum(axis=1), 1)
    assert len(probe.X) not in sizes
