"""One training step, line by line, in which any line of any layer can be replaced by another.

The lines are the equations of the reference. A mistake is another line in its place: what comes after it
goes on with what it gives.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import NO_PENALTY
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.reference.forward import loss_of


class At:
    """Where a step is: all that is known so far, from which a line computes the next thing.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    data : Data
        The rows.
    eta : float
        The learning rate.

    Attributes
    ----------
    l : int
        The layer that the next line is for.
    Z, A, delta, dW, db : dict of int to array
        What was computed, by layer; ``A[0]`` is X.
    W, b : sequence
        The weights and biases before the step.
    """

    def __init__(self, network: Network, parameters: Parameters, data: Data, eta: float) -> None:
        self.network, self.data, self.eta = network, data, eta
        self.W, self.b = parameters.W, parameters.b
        self.l = 0
        self.Z: dict[int, Array] = {}
        self.A: dict[int, Array] = {0: data.X}
        self.delta: dict[int, Array] = {}
        self.dW: dict[int, Array] = {}
        self.db: dict[int, Array] = {}

    @property
    def layer(self) -> Dense:
        """The layer that the next line is for."""
        return self.network.layer(self.l)

    @property
    def f(self) -> Activation:
        """Its activation."""
        return self.layer.activation

    def per_row(self, of_rows: Array) -> Array:
        """Return what each row gives by itself as its part of the mean over the rows."""
        return self.data.weigh(of_rows) / self.data.normalizer


Line: TypeAlias = Callable[[At], Array]
Place: TypeAlias = tuple[str, int]  # the name of an equation, and a layer
# "Z", "A", "delta", "dW", "db", "W_after", "b_after", and of the last layer "loss" and "loss_after"
Numbers: TypeAlias = dict[tuple[str, int], Array]


def F1(at: At) -> Array:
    """Return Z[l]."""
    return equations.F1(at.A[at.l - 1], at.W[at.l], at.b[at.l])


def F2(at: At) -> Array:
    """Return A[l]."""
    return equations.F2(at.f, at.Z[at.l])


def BP1(at: At) -> Array:
    """Return delta[L]."""
    return at.per_row(equations.BP1(at.network.loss, at.f, at.Z[at.l], at.A[at.l], at.data.Y))


def BP2(at: At) -> Array:
    """Return delta[l] of a hidden layer."""
    return equations.BP2(at.delta[at.l + 1], at.W[at.l + 1], at.f, at.Z[at.l], at.A[at.l])


def BP3(at: At) -> Array:
    """Return db[l]."""
    return equations.BP3(at.delta[at.l], at.layer.bias)


def BP4(at: At) -> Array:
    """Return dW[l]."""
    return equations.BP4(at.A[at.l - 1], at.delta[at.l])


RIGHT: Mapping[str, Line] = {"F1": F1, "F2": F2, "BP1": BP1, "BP2": BP2, "BP3": BP3, "BP4": BP4}


def numbers_of(
    network: Network, parameters: Parameters, data: Data, eta: float, replaced: Mapping[Place, Line]
) -> Numbers:
    """Run a step, some of its lines replaced, and return every number of it.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    data : Data
        The rows.
    eta : float
        The learning rate.
    replaced : mapping of (str, int) to callable
        The lines that are others than those of the equations, by equation and layer.
    """
    at = _run(network, parameters, data, eta, replaced)
    found: Numbers = {}
    for name, by_layer in (("Z", at.Z), ("A", at.A), ("delta", at.delta), ("dW", at.dW), ("db", at.db)):
        found |= {(name, l): values for l, values in by_layer.items() if l}
    after = _updated(parameters, at)
    for l in range(1, network.depth + 1):
        found["W_after", l] = after.W[l]
        if (b := after.b[l]) is not None:
            found["b_after", l] = b
    found["loss", network.depth] = loss_of(network, parameters, data, NO_PENALTY)
    found["loss_after", network.depth] = loss_of(network, after, data, NO_PENALTY)
    return found


def stepped(
    network: Network, parameters: Parameters, data: Data, eta: float, replaced: Mapping[Place, Line]
) -> Parameters:
    """Return the parameters after a step, some of its lines replaced; as for `numbers_of`."""
    return _updated(parameters, _run(network, parameters, data, eta, replaced))


def _run(
    network: Network, parameters: Parameters, data: Data, eta: float, replaced: Mapping[Place, Line]
) -> At:
    """Run a step forwards and backwards."""
    at = At(network, parameters, data, eta)

    def run(equation: str, l: int) -> Array:
        at.l = l
        return replaced.get((equation, l), RIGHT[equation])(at)

    for l in range(1, network.depth + 1):
        at.Z[l] = run("F1", l)
        at.A[l] = run("F2", l)
    for l in range(network.depth, 0, -1):
        at.delta[l] = run("BP1" if l == network.depth else "BP2", l)
        at.dW[l] = run("BP4", l)
        if at.b[l] is not None:
            at.db[l] = run("BP3", l)
    return at


def _updated(parameters: Parameters, at: At) -> Parameters:
    """Return the parameters after the step; frozen ones stay."""
    after = parameters.like(parameters.theta.copy())
    for l, layer in enumerate(at.network.layers, start=1):
        if layer.train_weights:
            after.W[l][...] = equations.U(parameters.W[l], at.eta, at.dW[l])
        if layer.train_bias and (b := after.b[l]) is not None:
            b[...] = equations.U(b, at.eta, at.db[l])
    return after
