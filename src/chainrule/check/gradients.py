"""The gradient check: the backward pass beside three ways to get a derivative from the loss alone.

The one-sided difference loses half of the digits, the central one a third; the complex step loses
none. Seeing the three side by side is the lesson; the complex step decides.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from chainrule.check.scale import TOLERANCE, gradient_scale
from chainrule.errors import TooLargeError, sentence
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters, require_parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.reference.backward import add_penalty, backward_pass
from chainrule.reference.forward import forward_pass, loss_of

# Where rounding and truncation are about equal, for numbers around 1 (Press et al., section 5.7).
ONE_SIDED_STEP = np.finfo(np.float64).eps ** (1 / 2)
CENTRAL_STEP = np.finfo(np.float64).eps ** (1 / 3)
COMPLEX_STEP = 1e-30  # anything tiny: nothing is subtracted

MOST_PARAMETERS = 20_000


@dataclass(frozen=True)
class GradientCheck:
    """What a gradient check found, for every weight and bias.

    Parameters
    ----------
    analytic : Parameters
        The backward pass.
    one_sided, central, complex_step : Parameters
        The three other ways.
    scale : Parameters
        S, the size of the terms of each entry.
    """

    analytic: Parameters
    one_sided: Parameters
    central: Parameters
    complex_step: Parameters
    scale: Parameters

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
        for block in self.analytic.layout.blocks:
            for place in np.ndindex(block.shape):
                yield Quantity(block.letter, (block.layer, *place))

    def __bool__(self) -> bool:
        return self.passed


def check_gradients(
    network: Network,
    parameters: Parameters,
    X: object,
    Y: object,
    row_weights: object = None,
    penalty: Penalty = NO_PENALTY,
) -> GradientCheck:
    """Compare the backward pass with three ways to differentiate the loss, for every parameter.

    Everything is computed in float64, whatever the parameters' precision.

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
    if parameters.theta.size > MOST_PARAMETERS:
        may_be = f"at most {MOST_PARAMETERS:,} to be checked one by one"
        raise TooLargeError(sentence("the number of parameters", parameters.theta.size, may_be))
    exact = parameters.astype(np.float64)
    data = Data.of(network, X, Y, row_weights)

    def loss(theta: Array) -> Array:
        return loss_of(network, parameters.like(theta), data, penalty)

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        tape = forward_pass(network, exact, data.X)
        analytic = backward_pass(network, exact, tape, data, data.normalizer)
        add_penalty(network, exact, analytic, penalty)
        one_sided, central, complex_step = differences(loss, exact.theta)
        scale = gradient_scale(network, exact, tape, data, penalty)
    return GradientCheck(
        analytic,
        exact.like(one_sided),
        exact.like(central),
        exact.like(complex_step),
        scale,
    )


def differences(loss: Callable[[Array], Array], theta: Array) -> tuple[Array, Array, Array]:
    """Return the one-sided difference, the central one and the complex step, each like theta."""
    one_sided, central, complex_step = (np.empty_like(theta) for _ in range(3))
    here = loss(theta)
    for entry in range(theta.size):
        direction = np.zeros_like(theta)
        direction[entry] = 1.0
        size = max(1.0, abs(theta[entry]))
        h = ONE_SIDED_STEP * size
        one_sided[entry] = (loss(theta + h * direction) - here) / h
        h = CENTRAL_STEP * size
        central[entry] = (loss(theta + h * direction) - loss(theta - h * direction)) / (2 * h)
        complex_step[entry] = loss(theta + 1j * COMPLEX_STEP * direction).imag / COMPLEX_STEP
    return one_sided, central, complex_step
