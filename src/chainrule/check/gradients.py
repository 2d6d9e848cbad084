"""The gradient check: the backward pass beside three ways to get a derivative from the loss alone.

The one-sided difference loses half of the digits, the central one a third; the complex step loses
none. Seeing the three side by side is the lesson; the complex step decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chainrule.check.bisection import found_by_halves, only, spread
from chainrule.check.complex_steps import along, complex_steps
from chainrule.check.report import FunctionCheck, Row
from chainrule.check.scale import TOLERANCE, gradient_scale
from chainrule.check.verdict import Verdict
from chainrule.display import Drawn, as_text
from chainrule.errors import TooLargeError, sentence
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters, require_parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.reference.backward import add_penalty, backward_pass
from chainrule.reference.forward import forward_pass, loss_of
from chainrule.trace.notations import notation

# Where rounding and truncation are about equal, for numbers around 1 (Press et al., section 5.7).
ONE_SIDED_STEP = np.finfo(np.float64).eps ** (1 / 2)
CENTRAL_STEP = np.finfo(np.float64).eps ** (1 / 3)

ALONG = 1e-12  # of the size of the terms: in a sum over many entries their rounding errors do not add up
MOST_STEPS = 2_000_000  # complex steps, a stack of passes for each few hundred
MOST_PARAMETERS = 20_000  # for differences, which take four passes of the whole network for each


@dataclass(frozen=True, repr=False)
class GradientCheck(Drawn):
    """What a gradient check found, for every weight and bias.

    Parameters
    ----------
    analytic : Parameters
        The backward pass.
    complex_step : Parameters
        The complex step, which decides.
    scale : Parameters
        S, the size of the terms of each entry.
    network : Network
        What was checked.
    at : Parameters
        Where.
    loss : callable
        The loss of a vector of parameters.
    """

    analytic: Parameters
    complex_step: Parameters
    scale: Parameters
    network: Network
    at: Parameters
    loss: Callable[[Array], Array]

    @cached_property
    def one_sided(self) -> Parameters:
        """The one-sided difference, for the lesson; TooLargeError for more than 20,000 parameters."""
        return self._differences[0]

    @cached_property
    def central(self) -> Parameters:
        """The central difference; TooLargeError for more than 20,000 parameters."""
        return self._differences[1]

    @cached_property
    def _differences(self) -> tuple[Parameters, Parameters]:
        if self.at.theta.size > MOST_PARAMETERS:
            may_be = f"at most {MOST_PARAMETERS:,} for differences beside the complex step"
            raise TooLargeError(sentence("the number of parameters", self.at.theta.size, may_be))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            one_sided, central = differences(self.loss, self.at.theta)
        return self.at.like(one_sided), self.at.like(central)

    @property
    def right(self) -> Array:
        """Whether each entry agrees with the complex step to 1e-10 S; shape as theta."""
        off = np.abs(self.analytic.theta - self.complex_step.theta)
        return off <= TOLERANCE * self.scale.theta

    @property
    def passed(self) -> bool:
        """Whether all entries are right."""
        return bool(self.right.all())

    def errors(self, way: Parameters) -> Array:
        """Return how far a way is from the complex step, each entry in parts of S; 0 where they agree."""
        off = np.abs(way.theta - self.complex_step.theta)
        with np.errstate(divide="ignore", invalid="ignore"):  # off where S is 0: infinitely wrong
            return np.divide(off, self.scale.theta, out=np.zeros_like(off), where=off != 0)

    def quantities(self) -> Iterator[Quantity]:
        """Yield the parameter of each entry, in the order of theta."""
        yield from quantities(self.analytic)

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return as_text(self)


def check_gradients(
    network: Network,
    parameters: Parameters,
    X: object,
    Y: object,
    row_weights: object = None,
    penalty: Penalty = NO_PENALTY,
) -> GradientCheck:
    """Compare the backward pass with three ways to differentiate the loss, for every parameter.

    Everything is computed in float64, whatever the parameters' precision. The differences, which only teach,
    are computed when they are asked for.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows and their targets.
    row_weights : array, shape (n,), optional
        How much each row counts.
    penalty : Penalty
        On the trained weights; by default none.

    Raises
    ------
    TooLargeError
        When the network has more parameters than can be checked one by one.
    ShapeError, InvalidValueError, InvalidTypeError
        When X or Y do not fit the network.

    Examples
    --------
    >>> net = Network.dense([2, 3, 1], hidden="tanh")
    >>> report = check_gradients(net, Parameters.initial(net, seed=1), [[0.5, -1.0]], [[0.25]])
    >>> report.passed
    True
    """
    require_parameters(parameters)
    if parameters.theta.size > MOST_STEPS:
        may_be = f"at most {MOST_STEPS:,} to be checked one by one"
        hint = "check_directions takes any number"
        raise TooLargeError(sentence("the number of parameters", parameters.theta.size, may_be, hint))
    exact, data = _in_float64(network, parameters, X, Y, row_weights)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        analytic, scale = _gradient(network, exact, data, penalty)
        steps = complex_steps(network, exact, data, penalty)

    def loss(theta: Array) -> Array:
        return loss_of(network, exact.like(theta), data, penalty)

    return GradientCheck(analytic, steps, scale, network, exact, loss)


def check_directions(
    network: Network,
    parameters: Parameters,
    X: object,
    Y: object,
    directions: int = 3,
    row_weights: object = None,
    penalty: Penalty = NO_PENALTY,
    seed: int = 0,
) -> FunctionCheck:
    """Compare the backward pass with the loss along random directions: seconds for millions of parameters.

    A wrong entry is wrong in every direction. When one fails, the entries that are wrong are searched for by
    halves and named.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows and their targets.
    directions : int
        How many directions, 1 or more.
    row_weights : array, shape (n,), optional
        How much each row counts.
    penalty : Penalty
        On the trained weights; by default none.
    seed : int
        Of the directions.

    Raises
    ------
    ShapeError, InvalidValueError, InvalidTypeError
        When X or Y do not fit the network, or there is no direction.

    Examples
    --------
    >>> net = Network.dense([20, 30, 10], hidden="tanh")
    >>> report = check_directions(net, Parameters.initial(net, seed=1), np.ones((2, 20)), np.zeros((2, 10)))
    >>> report.passed, report.entries
    (True, 940)
    """
    count = accept.count("the number of directions", directions)
    name = notation("ours", network, len(np.asarray(X))).name
    rng = np.random.default_rng(accept.count("the seed", seed, least=0))
    exact, data = _in_float64(network, parameters, X, Y, row_weights)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        analytic, scale = _gradient(network, exact, data, penalty)

        def row(direction: Array, name: str) -> Row:
            numeric = along(network, exact, data, penalty, direction)
            slope, bar = float(analytic.theta @ direction), ALONG * float(scale.theta @ np.abs(direction))
            verdict = Verdict.PASS if abs(slope - numeric) <= bar else Verdict.FAIL
            return Row(name, slope, numeric, bar, verdict)

        drawn = spread(rng, (count, exact.theta.size))
        rows = [row(direction, f"direction {n}") for n, direction in enumerate(drawn, 1)]
        failed = [
            direction for direction, each in zip(drawn, rows, strict=True) if each.verdict is Verdict.FAIL
        ]
        if failed:
            rows += _located(row, failed[0], [name(each) for each in quantities(exact)])
    return FunctionCheck(tuple(rows), exact.theta.size, count, "the complex step")


def _located(row: Callable[[Array, str], Row], direction: Array, names: list[str]) -> list[Row]:
    """Return the wrong entries that a wrong direction is made of."""

    def fails(places: Array) -> bool:
        return row(only(direction, places), "").verdict is Verdict.FAIL

    ones = np.ones_like(direction)
    return [row(only(ones, [place]), names[place]) for place in found_by_halves(fails, direction.size)]


def quantities(parameters: Parameters) -> Iterator[Quantity]:
    """Yield the quantity of each parameter, in the order of theta."""
    for block in parameters.layout.blocks:
        for place in np.ndindex(block.shape):
            yield Quantity(block.letter, (block.layer, *place))


def _in_float64(
    network: Network, parameters: Parameters, X: object, Y: object, row_weights: object
) -> tuple[Parameters, Data]:
    require_parameters(parameters)
    return parameters.astype(np.float64), Data.of(network, X, Y, row_weights)


def _gradient(
    network: Network, exact: Parameters, data: Data, penalty: Penalty
) -> tuple[Parameters, Parameters]:
    """Return the backward pass, and the size of the terms of each of its entries."""
    tape = forward_pass(network, exact, data.X)
    analytic = backward_pass(network, exact, tape, data, data.normalizer)
    add_penalty(network, exact, analytic, penalty)
    return analytic, gradient_scale(network, exact, tape, data, penalty)


def differences(loss: Callable[[Array], Array], theta: Array) -> tuple[Array, Array]:
    """Return the one-sided difference and the central one, each like theta."""
    one_sided, central = np.empty_like(theta), np.empty_like(theta)
    here = loss(theta)
    for entry in range(theta.size):
        direction = np.zeros_like(theta)
        direction[entry] = 1.0
        size = max(1.0, abs(theta[entry]))
        h = ONE_SIDED_STEP * size
        one_sided[entry] = (loss(theta + h * direction) - here) / h
        h = CENTRAL_STEP * size
        central[entry] = (loss(theta + h * direction) - loss(theta - h * direction)) / (2 * h)
    return one_sided, central
