"""One training step, whole, in the order in which it happens."""

from typing import NamedTuple

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import ByLayer, Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, added_in_order
from chainrule.network.rows import shard_rows, shards
from chainrule.reference.backward import add_penalty, backward_pass
from chainrule.reference.forward import Masks, data_loss, forward_pass, penalty_loss
from chainrule.reference.update import Slots, clipped, init, update


class Step(NamedTuple):
    """What a training step leaves.

    Parameters
    ----------
    parameters : Parameters
        The next ones.
    slots : dict of array
        What the optimizer remembers next.
    loss : float, as an array of no dimensions
        The loss before the step, penalty included.
    gradient : Parameters
        Its derivative, not clipped.
    """

    parameters: Parameters
    slots: Slots
    loss: Array
    gradient: Parameters


def training_step(
    network: Network,
    parameters: Parameters,
    data: Data,
    optimizer: Optimizer,
    penalty: Penalty,
    *,
    slots: Slots | None = None,
    t: int = 1,
    masks: Masks | None = None,
    rate: float = 1.0,
    clip_norm: float | None = None,
) -> Step:
    """Loss and gradient, then the update: only after every gradient is known.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands.
    data : Data
        The rows of this step, their targets and weights.
    optimizer : Optimizer
        The update rule.
    penalty : Penalty
        On the trained weights.
    slots, t : dict of array, int
        What the rule remembers, and which step this is, from 1; by default the first.
    masks : ByLayer, optional
        Dropout masks.
    rate : float
        What the schedule multiplies the learning rate by.
    clip_norm : float, optional
        A longer gradient is shortened to this length.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule import Data, GradientDescent, Network, Penalty
    >>> net = Network.dense([1, 1], loss="half_squared_error")
    >>> params = Parameters.from_arrays(net, [[[2.0]]], [[0.0]], orientation="from_to")
    >>> row = Data(np.array([[1.0]]), np.array([[1.0]]))
    >>> step = training_step(net, params, row, GradientDescent(0.5), Penalty())
    >>> step.loss, step.parameters.theta
    (np.float64(0.5), array([ 1.5, -0.5]))
    """
    slots = init(optimizer, parameters.theta) if slots is None else slots
    loss, gradient = loss_and_gradient(network, parameters, data, penalty, masks)
    followed = gradient if clip_norm is None else clipped(gradient, clip_norm)
    parameters, slots = update(optimizer, parameters, followed, slots, t, rate)
    return Step(parameters, slots, loss, gradient)


def loss_and_gradient(
    network: Network, parameters: Parameters, data: Data, penalty: Penalty, masks: Masks | None = None
) -> tuple[Array, Parameters]:
    """Return the loss of a batch, penalty included, and its derivative by every parameter.

    The batch is cut into shards, whose gradients are added in order, and divided by the whole
    batch's rows: the bits do not depend on who computes which shard.
    """
    n = data.normalizer
    parts = [
        shard(network, parameters, data.rows(rows), n, masks_of(masks, rows))
        for rows in shards(len(data.X), shard_rows(network.sizes, parameters.theta.dtype))
    ]
    dtheta, total = added_in_order(parts)
    gradient = parameters.like(dtheta)
    add_penalty(network, parameters, gradient, penalty)
    return total / n + penalty_loss(network, parameters, penalty), gradient


def shard(
    network: Network, parameters: Parameters, rows: Data, normalizer: float, masks: Masks | None = None
) -> tuple[Array, Array]:
    """Forward, loss, backward: the gradient of some rows' part of the loss, and the sum of their losses."""
    tape = forward_pass(network, parameters, rows.X, masks)
    total = data_loss(network, tape, rows)
    return backward_pass(network, parameters, tape, rows, normalizer).theta, total


def masks_of(masks: Masks | None, rows: slice) -> Masks | None:
    """Return the dropout masks of some rows."""
    if masks is None:
        return None
    return ByLayer("masks", [None if mask is None else mask[rows] for mask in masks])
