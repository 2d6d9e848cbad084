"""Steps to trace: drawn at random, or a tutorial's; and the one question that is asked of a trace."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from chainrule import tutorials
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Quantity, evaluate, magnitude
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, huber, pinball
from chainrule.network.network import Network
from chainrule.network.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, Optimizer, RMSprop
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.forward import Masks, dropout_masks, forward_pass
from chainrule.reference.update import Slots, init
from chainrule.trace.build import trace_step
from chainrule.trace.step import Trace

OPTIMIZERS: list[Optimizer] = [
    GradientDescent(0.5),
    Momentum(0.1),
    Momentum(0.1, momentum=0.7, nesterov=True),
    RMSprop(0.01),
    Adagrad(0.1),
    Adam(0.05, beta1=0.8, beta2=0.99),
    AdamW(0.05, weight_decay=0.1),
]
PENALTIES = [Penalty(), Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l2=0.1, l1=0.4)]
MODERATE = 4.0  # |z| up to which the plain formulas keep their digits; the trace is not for saturation


class Step(NamedTuple):
    """Everything that `trace_step` takes."""

    network: Network
    parameters: Parameters
    data: Data
    optimizer: Optimizer
    penalty: Penalty
    slots: Slots
    t: int
    masks: Masks | None

    def trace(self) -> Trace:
        return trace_step(*self[:5], slots=self.slots, t=self.t, masks=self.masks)


def targets(rng: np.random.Generator, loss: str, rows: int, outputs: int) -> np.ndarray:
    """Return targets with a meaning for the loss, the ends of its range among them."""
    if loss == "cross_entropy" and outputs > 1:
        Y = rng.dirichlet(np.ones(outputs), rows)
        Y[0] = np.eye(outputs)[-1]
        return Y
    if loss == "cross_entropy":
        return np.ones((rows, 1))
    if loss == "binary_cross_entropy":
        return rng.choice([0.0, 0.25, 1.0], (rows, outputs))
    return rng.poisson(2.0, (rows, outputs)) if loss == "poisson" else rng.normal(0, 2, (rows, outputs))


@st.composite
def _steps(draw: st.DrawFn) -> Step:
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    outputs, rows = sizes[-1], draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    name = draw(st.sampled_from(list(LOSSES)))
    loss = {"huber": huber(0.5), "pinball": pinball(*np.linspace(0.1, 0.8, outputs))}.get(name, LOSSES[name])
    layers = [
        Dense(
            inputs,
            units,
            draw(st.sampled_from(loss.admits or list(ACTIVATIONS)))
            if number == len(sizes) - 1
            else draw(st.sampled_from(list(ACTIVATIONS))),
            bias=draw(st.sampled_from(BIASES)),
            train_weights=draw(st.booleans()),
            train_bias=draw(st.booleans()),
            dropout=0.0 if number == len(sizes) - 1 else draw(st.sampled_from([0.0, 0.5])),
        )
        for number, (inputs, units) in enumerate(pairwise(sizes), start=1)
    ]
    network = Network(layers, loss)
    parameters = Parameters.initial(network, 0)
    parameters = parameters.like(rng.normal(0, 0.6, parameters.theta.size))
    weights = rng.uniform(0.1, 2, rows) if draw(st.booleans()) else None
    data = Data.of(network, rng.normal(0, 1, (rows, sizes[0])), targets(rng, name, rows, outputs), weights)
    optimizer = draw(st.sampled_from(OPTIMIZERS))
    t = draw(st.sampled_from([1, 7]))
    slots = {
        key: slot if t == 1 else rng.uniform(0.1, 1, slot.size)
        for key, slot in init(optimizer, parameters.theta).items()
    }
    masks = dropout_masks(network, rows, np.dtype(np.float64), seed=0, step=rng.integers(1000))
    with np.errstate(over="ignore", invalid="ignore"):
        tape = forward_pass(network, parameters, data.X, masks)
    assume(max(np.abs(Z).max() for Z in tape.Z) < MODERATE)
    return Step(network, parameters, data, optimizer, draw(st.sampled_from(PENALTIES)), slots, t, masks)


@pytest.fixture(scope="session")
def steps() -> st.SearchStrategy[Step]:
    """A strategy: one step of a random network, with everything that a step can have."""
    return _steps()


@pytest.fixture(params=tutorials.TUTORIALS)
def tutorial(request: pytest.FixtureRequest) -> tutorials.Tutorial:
    return tutorials.load(request.param)


@pytest.fixture
def small_step() -> Step:
    """Two layers, two rows, a shared bias and a softmax: small, and every kind of equation in it."""
    network = Network([Dense(2, 3, "sigmoid"), Dense(3, 2, "softmax", bias="shared")], "squared_error")
    parameters = Parameters.initial(network, seed=3)
    data = Data.of(network, [[0.3, -0.8], [1.1, 0.4]], [[0.2, 0.9], [0.7, 0.1]])
    adam = Adam(0.1)
    return Step(network, parameters, data, adam, Penalty(), init(adam, parameters.theta), 1, None)


class Values(dict[str, "Array"]):
    """The numbers of a trace by name, then by indices with the layer first, as `evaluate` asks for them."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __missing__(self, name: str) -> "Array":
        return Array(self.trace, name)


class Array(NamedTuple):
    """Every number of one name."""

    trace: Trace
    name: str

    def __getitem__(self, indices):
        return self.trace.value(Quantity(self.name, indices if isinstance(indices, tuple) else (indices,)))


def misfits_of(trace: Trace) -> list[str]:
    """Return the names of the statements whose tree gives another value than theirs."""
    values = Values(trace)
    return [
        trace.name(each.quantity)
        for each in trace
        if each.tree is not None
        and not abs(evaluate(each.tree, values) - each.value) <= 1e-12 * magnitude(each.tree, values)
    ]


def replayed(trace: Trace, known: Mapping[Quantity, complex]) -> dict[Quantity, complex]:
    """Compute every statement again from what came in, but for the quantities that are `known`."""
    numbers: dict[Quantity, complex] = {
        each: trace.value(each) for name, layer in trace.given for each in trace.entries(name, layer)
    }
    numbers |= known

    class Known(dict):
        def __missing__(self, name: str) -> "Known":
            return Entries((q.indices, value) for q, value in numbers.items() if q.name == name)

    class Entries(dict):
        def __missing__(self, layer: int) -> complex:
            return self[(layer,)]

    for statement in trace:
        if statement.tree is not None and statement.quantity not in known:
            numbers[statement.quantity] = evaluate(statement.tree, Known())
    return numbers


@pytest.fixture(scope="session")
def misfits():
    return misfits_of


@pytest.fixture(scope="session")
def replay():
    return replayed
