"""Networks of every form are the same in ONNX Runtime as here."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chainrule import Dense, InvalidTypeError, InvalidValueError, Model, Network, TooLargeError, to_onnx
from chainrule.export import network as room
from chainrule.export.graph import Graph
from chainrule.export.network import write_network
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.layers import BIASES

# The roundings of a few layers, each of at most ten terms and an activation right to a few units of the
# last digit: about 16 units of float32, and of float64 the 5e-12 of gelu's polynomial a layer.
TOLERANCE = {np.float32: 1e-6, np.float64: 2e-11}
STEEPEST = 1.76  # the largest slope of any activation but the exponential: selu's


@st.composite
def models(draw):
    """Draw a model of one to three layers, and rows for it."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
    layers = [
        Dense(n, units, draw(st.sampled_from(list(ACTIVATIONS))), bias=draw(st.sampled_from(BIASES)))
        for n, units in pairwise(sizes)
    ]
    seed, dtype = draw(st.integers(0, 999)), draw(st.sampled_from(list(TOLERANCE)))
    model = Model(Network(layers), seed=seed, dtype=dtype)
    numbers = np.random.default_rng(seed)
    model.parameters.theta[:] += 0.3 * numbers.normal(size=model.parameters.theta.size).astype(dtype)
    X = numbers.normal(size=(draw(st.integers(1, 20)), sizes[0])) * draw(st.sampled_from([0.1, 1, 10]))
    return model, X.astype(dtype)


def scale_of(model, X):
    """Return how large the terms are of which each output is made, carried through as an error would be."""
    A = X.astype(np.float64)
    scale = np.maximum(1, np.abs(A))
    for number, layer in enumerate(model.network.layers, start=1):
        W, b = (np.asarray(each[number], dtype=float) for each in (model.parameters.W, model.parameters.b))
        b = 0.0 if layer.bias == "none" else b
        A = layer.activation.value(A @ W + b)
        slope = np.abs(A) if layer.activation.name == "exponential" else STEEPEST
        scale = np.maximum(1, np.maximum(np.abs(A), slope * (scale @ np.abs(W) + np.abs(b))))
    return scale


@settings(max_examples=150, deadline=None)
@given(drawn=models())
def test_a_drawn_network_is_the_same(drawn, opened):
    model, X = drawn
    with np.errstate(all="ignore"):
        scale = scale_of(model, X)
    assume(np.isfinite(scale).all() and scale.max() < 1e12)
    got, want = opened(to_onnx(model))({"X": X})["outputs"], model.predict(X)
    assert got.dtype == want.dtype == X.dtype
    assert (np.abs(got - want) / scale).max() <= TOLERANCE[X.dtype.type]


@pytest.mark.parametrize("rows", [1, 2, 33])
def test_any_number_of_rows_will_do(rows, opened):
    model = Model(Network.dense([3, 4, 2]), seed=3)
    X = np.random.default_rng(0).normal(size=(rows, 3))
    np.testing.assert_allclose(opened(to_onnx(model))({"X": X})["outputs"], model.predict(X), atol=1e-14)


@pytest.mark.parametrize("bias", BIASES)
def test_a_bias_is_written_as_it_is(bias):
    model = Model(Network.dense([3, 4, 2], bias=bias))
    graph = Graph()
    write_network(graph, model.network, model.parameters, graph.add_input("X", "float64", 3))
    shapes = {name: array.shape for name, array in graph.arrays.items()}
    biases = {"per_unit": {"b1": (4,), "b2": (2,)}, "shared": {"b1": (1,), "b2": (1,)}, "none": {}}
    assert shapes == {"W1": (3, 4), "W2": (4, 2), **biases[bias]}


def test_names_that_are_taken_are_left_alone():
    model = Model(Network.dense([1, 1]))
    graph = Graph()
    X = graph.add_input("W1", "float64", 1)
    write_network(graph, model.network, model.parameters, X)
    assert graph.nodes[0].inputs == ("W1", "W1_2")


def test_another_precision_is_refused():
    model = Model(Network.dense([2, 1]), dtype=np.longdouble)
    with pytest.raises(InvalidTypeError, match="may be float32 or float64"):
        to_onnx(model)


def test_a_parameter_that_is_not_finite_is_refused():
    model = Model(Network.dense([2, 1]))
    model.parameters.theta[1] = np.nan
    with pytest.raises(InvalidValueError, match="theta"):
        to_onnx(model)


def test_more_numbers_than_a_file_holds_are_refused(monkeypatch):
    monkeypatch.setattr(room, "LARGEST_FILE", 23)
    with pytest.raises(TooLargeError, match=r"^the network 2-1, .* was 24 bytes; it may be at most 23 bytes"):
        to_onnx(Model(Network.dense([2, 1])))
