"""The example in one file gives the reference's numbers."""

import importlib.util
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr

PATH = Path(__file__).parents[2] / "examples" / "one_file.py"


@pytest.fixture(scope="module")
def one_file():
    spec = importlib.util.spec_from_file_location("one_file", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def twins(one_file, sizes, seed, train_biases):
    """The same network twice: the file's and ours, with irregular weights and biases."""
    random = np.random.default_rng(seed)
    weights = [random.normal(size=shape) for shape in pairwise(sizes)]
    biases = [random.normal(size=units) for units in sizes[1:]]
    layers = [one_file.NeuronLayer(W, b) for W, b in zip(weights, biases, strict=True)]
    net = cr.Network.dense(list(sizes), hidden="sigmoid", output="sigmoid", train_bias=train_biases)
    params = cr.Parameters.from_arrays(net, weights, biases, orientation="from_to")
    return one_file.NeuralNetwork(layers, train_biases), net, params


@settings(deadline=None, max_examples=300)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    rows=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    train_biases=st.booleans(),
)
def test_every_number_of_a_step_is_the_references(one_file, sizes, rows, seed, train_biases):
    plain, net, params = twins(one_file, sizes, seed, train_biases)
    random = np.random.default_rng(seed + 1)
    X, Y = random.normal(size=(rows, sizes[0])), random.uniform(size=(rows, sizes[-1]))
    tape = cr.forward(net, params, X)
    gradients = cr.backward(net, params, tape, Y)
    plain.backward(X, Y)
    for number, layer in enumerate(plain.layers, start=1):
        np.testing.assert_allclose(layer.net, tape.Z[number], rtol=1e-15, atol=1e-15)
        np.testing.assert_allclose(layer.out, tape.A[number], rtol=1e-15, atol=1e-15)
        np.testing.assert_allclose(layer.dW, gradients.W[number], rtol=1e-15, atol=1e-15)
        np.testing.assert_allclose(layer.db, gradients.b[number], rtol=1e-15, atol=1e-15)
    step = cr.training_step(net, params, cr.Data(X, Y), cr.GradientDescent(0.5), cr.Penalty())
    assert plain.error(X, Y) == pytest.approx(step.loss, rel=1e-15)
    plain.gradient_descent(X, Y, 0.5)
    for number, layer in enumerate(plain.layers, start=1):
        np.testing.assert_allclose(layer.W, step.parameters.W[number], rtol=1e-15, atol=1e-15)
        np.testing.assert_allclose(layer.b, step.parameters.b[number], rtol=1e-15, atol=1e-15)


def test_it_learns_mazurs_example(one_file):
    network = one_file.example()
    X, Y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    network.gradient_descent(X, Y, 0.5)
    assert network.error(X, Y) == pytest.approx(0.2910277736935993, rel=1e-15)


def test_its_gradient_check_notices_a_mistake(one_file, monkeypatch):
    network = one_file.example()
    X, Y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    assert network.check_gradient(X, Y) < 1e-9
    monkeypatch.setattr(one_file.NeuronLayer, "gradients", planted)
    assert network.check_gradient(X, Y) > 1e-3


def planted(layer, delta):
    """The weight gradient with this layer's outputs in place of its inputs."""
    layer.dW, layer.db = layer.out.T @ delta, delta.sum(axis=0)


def test_it_is_short_and_needs_nothing_but_numpy():
    text = PATH.read_text("utf-8")
    assert len(text.splitlines()) < 150
    imported = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported == {"numpy"}


def test_it_runs_as_it_stands():
    run = subprocess.run([sys.executable, PATH], capture_output=True, text=True, check=True)
    assert "0.2910277736935993" in run.stdout
