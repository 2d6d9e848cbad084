"""The derivative of every output by every input, beside the complex step."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.reference import equations
from chainrule.reference.forward import forward_pass
from chainrule.reference.jacobian import jacobian

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(5, 3))


def by_complex_step(network, parameters, X):
    """Return dA[L]/dX by a step of 1e-30 into the imaginary, input by input."""
    columns = []
    for i in range(X.shape[1]):
        moved = X.astype(complex)
        moved[:, i] += 1e-30j
        columns.append(
            forward_pass(network, parameters.astype(complex), moved, None).A[network.depth].imag / 1e-30
        )
    return np.stack(columns, axis=2)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize("output", ["identity", "sigmoid", "softmax"])
def test_it_is_what_the_complex_step_finds(hidden, output):
    network = cr.Network.dense([3, 4, 4, 2], hidden=hidden, output=output)
    parameters = cr.Parameters.initial(network, seed=1)
    found = jacobian(network, parameters, X)
    assert found.shape == (5, 2, 3)
    assert found == pytest.approx(by_complex_step(network, parameters, X), rel=1e-9, abs=1e-13)


def test_a_mistake_in_the_way_down_is_noticed(monkeypatch):
    network = cr.Network.dense([3, 4, 2], hidden="tanh")
    parameters = cr.Parameters.initial(network, seed=1)
    monkeypatch.setattr(equations, "BP2", lambda delta, W, f, Z, A, mask=None: delta @ W.T)
    assert jacobian(network, parameters, X) != pytest.approx(
        by_complex_step(network, parameters, X), rel=1e-3
    )
