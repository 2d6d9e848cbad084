"""Networks, rows and penalties to try: drawn at random, always away from kinks."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from autograd_witness import Case, Layer
from hypothesis import assume, settings
from hypothesis import strategies as st

from chainrule.network.activations import ACTIVATIONS, Activation
from chainrule.network.array import Array
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, Loss
from chainrule.network.network import Network
from chainrule.network.parameters import ByLayer, Layout, Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.forward import Masks, forward_pass

PENALTIES = [Penalty(), Penalty(l2=0.3), Penalty(l1=0.2), Penalty(l2=0.15, l1=0.4)]

# Every loss with every output activation that it admits.
LOSSES_AND_OUTPUTS = [(name, output) for name, row in LOSSES.items() for output in row.admits or ACTIVATIONS]

AWAY = 1e-6  # from a kink; the complex step would do with less, rounding in z would not


def examples(count: int) -> settings:
    """Return how often a property is tried: the same examples in every run, and no clock."""
    return settings(max_examples=count, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Problem:
    """Everything a gradient depends on."""

    network: Network
    parameters: Parameters
    data: Data
    penalty: Penalty
    masks: Masks | None = None

    def with_theta(self, theta: Array) -> "Problem":
        return replace(self, parameters=self.parameters.like(theta))

    def case(self) -> Case:
        """Say the same in the witness's plain words."""
        layers = [
            Layer(
                layer.inputs,
                layer.units,
                layer.activation.name,
                layer.bias,
                layer.train_weights,
                None if self.masks is None else self.masks[l],
            )
            for l, layer in enumerate(self.network.layers, start=1)
        ]
        loss, data = self.network.loss, self.data
        quantiles = loss.constants.get("q")
        penalty = self.penalty
        return Case(layers, loss.name, quantiles, data.X, data.Y, data.row_weights, penalty.l2, penalty.l1)

    def is_smooth(self) -> bool:
        """Return whether no z and no output lies so near a kink that rounding could cross it.

        An exponential of an exponential is out as well: it multiplies the rounding of its z by z.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            tape = forward_pass(self.network, self.parameters, self.data.X, self.masks)
        for Z, layer in zip(tape.Z, self.network.layers, strict=True):
            if layer.activation.name == "exponential" and not (Z < 20).all():
                return False
        kinked = [
            Z - kink
            for Z, layer in zip(tape.Z, self.network.layers, strict=True)
            for kink in layer.activation.kinks
        ]
        if self.network.loss.kinks:
            kinked.append(tape.A[self.network.depth] - self.data.Y)
        return all((np.abs(distance) > AWAY).all() for distance in kinked)


def targets(loss: Loss, shape: tuple[int, int], numbers: np.random.Generator) -> Array:
    """Return targets that have a meaning for the loss, with those at the ends of their range among them."""
    if loss.targets_sum_to_one:
        Y = numbers.dirichlet(np.ones(shape[1]), size=shape[0])
        Y[0] = np.eye(shape[1])[0]
        return Y
    low, high = loss.targets
    if high == 1:
        return np.clip(numbers.uniform(-0.3, 1.3, shape), low, high)
    return numbers.poisson(2, shape).astype(float) if low == 0 else numbers.normal(0, 2, shape)


def masks_for(layers: list[Dense], rows: int, numbers: np.random.Generator) -> Masks:
    """Return dropout masks: 0, or 1 over what is kept."""
    return ByLayer(
        "masks",
        [
            (numbers.random((rows, layer.units)) >= layer.dropout) / (1 - layer.dropout)
            if layer.dropout
            else None
            for layer in layers
        ],
    )


def scale_of(activations: list[Activation]) -> float:
    """Return how large weights may be: an exponential of an exponential must stay a number."""
    return 0.4 if any(f.name == "exponential" for f in activations) else 1.2


@st.composite
def problems(
    draw: st.DrawFn,
    hidden: str | Activation,
    loss: str | Loss,
    output: str | Activation,
    depths: tuple[int, ...] = (2, 3, 1),
) -> Problem:
    """Draw shapes, flags and a seed; the seed gives irregular numbers."""
    depth = draw(st.sampled_from(depths))
    sizes = draw(st.lists(st.integers(1, 5), min_size=depth + 1, max_size=depth + 1))
    rows = draw(st.integers(1, 5))
    dropout = draw(st.sampled_from([0.0, 0.4]))
    layers = [
        Dense(
            inputs,
            units,
            output if l == depth else hidden,
            bias=draw(st.sampled_from(BIASES)),
            train_weights=draw(st.booleans()),
            train_bias=draw(st.booleans()),
            dropout=0 if l == depth else dropout,
        )
        for l, (inputs, units) in enumerate(pairwise(sizes), start=1)
    ]
    network = Network(layers, loss)
    penalty, weighted = draw(st.sampled_from(PENALTIES)), draw(st.booleans())
    seed = draw(st.integers(0, 2**32 - 1))
    for attempt in range(30):
        numbers = np.random.default_rng([seed, attempt])
        problem = numbered(network, rows, penalty, weighted, bool(dropout), numbers)
        if problem.is_smooth():
            return problem
    assume(False)
    raise AssertionError("not reached")


def numbered(
    network: Network, rows: int, penalty: Penalty, weighted: bool, masked: bool, numbers: np.random.Generator
) -> Problem:
    """Put irregular numbers into everything."""
    layout, layers = Layout(network), list(network.layers)
    theta = numbers.normal(0, scale_of([layer.activation for layer in layers]), layout.size)
    X = numbers.normal(size=(rows, network.sizes[0]))
    Y = targets(network.loss, (rows, network.sizes[-1]), numbers)
    weights = numbers.uniform(0.1, 3, rows) if weighted else None
    masks = masks_for(layers, rows, numbers) if masked else None
    return Problem(network, Parameters(layout, theta), Data.of(network, X, Y, weights), penalty, masks)


def probe(
    sizes: list[int] | None = None,
    hidden: str = "tanh",
    output: str = "sigmoid",
    loss: str | Loss = "half_squared_error",
    rows: int = 3,
    penalty: Penalty = PENALTIES[0],
    weighted: bool = False,
    seed: int = 0,
    **of_each_layer: object,
) -> Problem:
    """Return the network where no mistake can hide: 3-4-2-3, tanh then sigmoid, irregular, three rows."""
    network = Network.dense(sizes or [3, 4, 2, 3], hidden=hidden, output=output, loss=loss, **of_each_layer)
    masked = any(layer.dropout for layer in network.layers)
    return numbered(network, rows, penalty, weighted, masked, np.random.default_rng(seed))
