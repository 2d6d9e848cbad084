"""The backward pass: BP1 at the output, BP2 down through the layers, then BP4 and BP3 in each."""

import numpy as np
import numpy.typing as npt

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import ByLayer, Layout, Parameters, require_parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.reference.forward import Tape


class Gradients(Parameters):
    """The derivative of the loss by every parameter, in their own form, and every delta.

    Parameters
    ----------
    layout : Layout
        Where each array lies.
    theta : array, shape (layout.size,)
        dLoss/dtheta; ``W[l]`` and ``b[l]`` are views of it.
    delta : ByLayer
        ``delta[l]`` = dLoss/dZ[l] for l = 1..L, shape (n, d_l).
    """

    def __init__(self, layout: Layout, theta: Array, delta: ByLayer[Array]) -> None:
        super().__init__(layout, theta)
        self.delta = delta


def backward(
    network: Network,
    parameters: Parameters,
    tape: Tape,
    Y: npt.ArrayLike,
    row_weights: npt.ArrayLike | None = None,
    normalizer: float | None = None,
) -> Gradients:
    """Run the network backwards: the derivative of the loss by everything.

    The loss is sum(w_i l_i) / sum(w_i) over the rows; without weights, the mean of the rows' losses.

    Parameters
    ----------
    network, parameters : Network, Parameters
        What `forward` was given.
    tape : Tape
        What it returned.
    Y : array, shape (n, d_L)
        The targets.
    row_weights : array, shape (n,), optional
        w, one for each row.
    normalizer : float, optional
        What the sum is divided by, when these rows are a shard of a larger batch; by default the
        number of rows, or the sum of their weights.

    Returns
    -------
    Gradients
        Of frozen parameters as well; training leaves those out.

    Raises
    ------
    ShapeError
        When Y has another shape than the network gives; both are shown.
    InvalidValueError, InvalidTypeError
        When a target is not a finite real number, or has no meaning for the loss.

    Examples
    --------
    >>> from chainrule import forward
    >>> net = Network.dense([2, 1], loss="half_squared_error")
    >>> params = Parameters.from_arrays(net, [[[0.5], [0.25]]], [[0.0]], orientation="from_to")
    >>> tape = forward(net, params, [[1.0, 2.0]])
    >>> backward(net, params, tape, [[3.0]]).W[1]
    array([[-2.],
           [-4.]])
    """
    require_parameters(parameters)
    data = Data.of(network, tape.A[0], Y, row_weights, parameters.theta.dtype)
    return backward_pass(
        network, parameters, tape, data, data.normalizer if normalizer is None else normalizer
    )


def backward_pass(
    network: Network, parameters: Parameters, tape: Tape, data: Data, normalizer: float
) -> Gradients:
    """Apply BP1 to BP4 to rows that were looked at before; see `backward`."""
    L = network.depth
    output = network.layers[-1].activation
    delta = equations.BP1(network.loss, output, tape.Z[L], tape.A[L], data.Y)
    delta = data.weigh(delta) / normalizer
    deltas = [delta]
    for l in range(L - 1, 0, -1):
        f = network.layer(l).activation
        delta = equations.BP2(delta, parameters.W[l + 1], f, tape.Z[l], tape.A[l], tape.mask(l))
        deltas.insert(0, delta)
    gradients = Gradients(parameters.layout, np.empty_like(parameters.theta), ByLayer("delta", deltas))
    for l, layer in enumerate(network.layers, start=1):
        gradients.W[l][...] = equations.BP4(tape.passed_on(l - 1), gradients.delta[l])
        if (db := gradients.b[l]) is not None:
            db[...] = equations.BP3(gradients.delta[l], layer.bias)
    return gradients


def add_penalty(network: Network, parameters: Parameters, gradients: Parameters, penalty: Penalty) -> None:
    """Add the penalty's derivative to a gradient under construction, for the trained weights only."""
    for l, layer in enumerate(network.layers, start=1):
        if penalty and layer.train_weights:
            gradients.W[l][...] += penalty.derivative(parameters.W[l])
