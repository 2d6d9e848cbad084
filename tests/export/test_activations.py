"""Every activation has its row, and the row is right far out on both sides."""

import numpy as np
import pytest

from chainrule import Activation, Dense, InvalidValueError, Model, Network, Parameters, to_onnx
from chainrule.export.activations import COMPLEMENT, WRITTEN
from chainrule.network.activations import ACTIVATIONS

FAR = np.concatenate([np.linspace(-40, 40, 801), [-1e4, -700.5, -1e-8, 0, 1e-8, 700.5, 1e4]])

# Of float32 the results of ONNX Runtime's own exp, tanh and sigmoid are right to a few units of the last
# digit, 6e-8 each. Of float64 the polynomial of gelu is within 5e-12, all else is exact to rounding.
TOLERANCE = {np.float32: 1e-6, np.float64: 1e-11}


def alone(name, dtype):
    """Return a model whose two outputs are f(z) and f(0) for its input z."""
    network = Network([Dense(1, 2, name)])
    parameters = Parameters.from_arrays(network, [[[1.0, 0.0]]], orientation="from_to", dtype=dtype)
    return Model(network, parameters)


def test_no_activation_is_missing():
    assert sorted(ACTIVATIONS.keys() - WRITTEN.keys()) == []
    assert sorted(WRITTEN.keys() - ACTIVATIONS.keys()) == []


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_right_for_every_z(name, dtype, opened):
    z = FAR[np.abs(FAR) < 80] if name == "exponential" else FAR
    X = z.astype(dtype).reshape(-1, 1)
    model = alone(name, dtype)
    got, want = opened(to_onnx(model))({"X": X})["outputs"], model.predict(X)
    assert got.dtype == dtype
    scale = np.maximum(1, np.maximum(np.abs(want), np.abs(X) if name != "exponential" else 0))
    assert (np.abs(got - want) / scale).max() <= TOLERANCE[dtype]


def test_another_activation_in_its_place_is_seen(monkeypatch, opened):
    """The comparison above can fail: GELU and SiLU differ by a fiftieth."""
    monkeypatch.setitem(WRITTEN, "gelu", WRITTEN["silu"])
    X = FAR.reshape(-1, 1)
    model = alone("gelu", np.float64)
    assert np.abs(opened(to_onnx(model))({"X": X})["outputs"] - model.predict(X)).max() > 1e-2


def test_a_wrong_coefficient_is_seen(monkeypatch, opened):
    """One part in a billion of one coefficient is more than the tolerance."""
    mistaken = (*COMPLEMENT[:-1], COMPLEMENT[-1] * (1 + 1e-9))
    monkeypatch.setattr("chainrule.export.activations.COMPLEMENT", mistaken)
    X = FAR.reshape(-1, 1)
    model = alone("gelu", np.float64)
    assert np.abs(opened(to_onnx(model))({"X": X})["outputs"] - model.predict(X)).max() > 1e-11


def test_an_activation_of_ones_own_is_refused():
    own = Activation(**{**vars(ACTIVATIONS["tanh"]), "name": "my tanh"})
    model = Model(Network([Dense(2, 1, own)]))
    with pytest.raises(
        InvalidValueError, match=r"^the activation of a layer was 'my tanh', which is in no table"
    ):
        to_onnx(model)


def test_one_that_is_called_as_ours_is_still_ones_own():
    own = Activation(**vars(ACTIVATIONS["tanh"]))
    with pytest.raises(
        InvalidValueError, match="'tanh', which is in no table of ours; it may be one of ident"
    ):
        to_onnx(Model(Network([Dense(2, 1, own)])))


def test_a_new_row_that_onnx_lacks_is_named(monkeypatch):
    monkeypatch.delitem(WRITTEN, "mish")
    with pytest.raises(InvalidValueError, match="'mish', which is not written yet"):
        to_onnx(Model(Network([Dense(2, 1, "mish")])))
