"""Networks to check: drawn at random, with rows, weights of rows, and a penalty."""

import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from chainrule.network.activations import ACTIVATIONS
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, huber, pinball
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data

sys.path.insert(0, str(Path(__file__).parents[1]))

from traced_steps import steps

__all__ = ["steps"]

PENALTIES = [Penalty(), Penalty(l2=0.3), Penalty(l1=0.2, l2=0.1)]


class Task(NamedTuple):
    """What a gradient check is about."""

    network: Network
    parameters: Parameters
    data: Data
    penalty: Penalty


def targets(rng: np.random.Generator, loss: str, rows: int, outputs: int) -> np.ndarray:
    if loss == "cross_entropy":
        return rng.dirichlet(np.ones(outputs), rows) if outputs > 1 else np.ones((rows, 1))
    if loss == "binary_cross_entropy":
        return rng.choice([0.0, 0.25, 1.0], (rows, outputs))
    return rng.poisson(2.0, (rows, outputs)) if loss == "poisson" else rng.normal(0, 2, (rows, outputs))


@st.composite
def _tasks(draw: st.DrawFn, spread: float) -> Task:
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    outputs, rows = sizes[-1], draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    name = draw(st.sampled_from(list(LOSSES)))
    loss = {"huber": huber(0.5), "pinball": pinball(*np.linspace(0.1, 0.8, outputs))}.get(name, LOSSES[name])
    admitted = [loss.admits or tuple(ACTIVATIONS)]
    choices = [tuple(ACTIVATIONS)] * (len(sizes) - 2) + admitted
    layers = [
        Dense(
            inputs,
            units,
            draw(st.sampled_from(of_layer)),
            bias=draw(st.sampled_from(BIASES)),
            train_weights=draw(st.booleans()),
            train_bias=draw(st.booleans()),
        )
        for (inputs, units), of_layer in zip(pairwise(sizes), choices, strict=True)
    ]
    network = Network(layers, loss)
    parameters = Parameters.initial(network, 0)
    parameters = parameters.like(rng.normal(0, spread, parameters.theta.size))
    weights = rng.uniform(0.1, 2, rows) if draw(st.booleans()) else None
    data = Data.of(network, rng.normal(0, 1, (rows, sizes[0])), targets(rng, name, rows, outputs), weights)
    return Task(network, parameters, data, draw(st.sampled_from(PENALTIES)))


@pytest.fixture(scope="session")
def tasks():
    """A strategy: a random network with rows; `spread` is how large its weights are."""
    return _tasks
