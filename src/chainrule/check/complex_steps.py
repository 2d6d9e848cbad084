"""The complex step for every weight and bias of a network, as fast as one can go without a backward pass.

A number of layer l changes nothing before Z[l], so its pass begins there; and the rows of many such passes
are stacked and run as one.
"""

import numpy as np

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import ByLayer, Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.reference.forward import Tape, forward_pass, loss_of, loss_terms

STEP = 1e-30  # anything tiny: nothing is subtracted
STACK = 1 << 17  # complex numbers of one layer in a stack: they stay in the cache


def complex_steps(network: Network, parameters: Parameters, data: Data, penalty: Penalty) -> Parameters:
    """Return the derivative of the loss by every parameter, each by a complex step of its own.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network, in float64.
    data : Data
        The rows.
    penalty : Penalty
        On the trained weights.
    """
    found = parameters.like(np.zeros_like(parameters.theta))
    tape = forward_pass(network, parameters, data.X)
    for l, layer in enumerate(network.layers, start=1):
        before = tape.passed_on(l - 1)
        if found.b[l] is not None:
            before = np.column_stack([before, np.ones(len(before))])  # a bias is fed by a unit that is 1
        slopes = _of_layer(network, parameters, data, l, before, tape.Z[l])
        found.W[l][...] = slopes[: len(found.W[l])]
        if penalty and layer.train_weights:
            found.W[l][...] += penalty.value(parameters.W[l] + 1j * STEP).imag / STEP
        if (db := found.b[l]) is not None:
            db[...] = slopes[-1].sum(keepdims=True) if layer.bias == "shared" else slopes[-1]
    return found


def along(network: Network, parameters: Parameters, data: Data, penalty: Penalty, direction: Array) -> float:
    """Return the derivative of the loss along a direction, shape of theta, by one complex step."""
    moved = parameters.like(parameters.theta + 1j * STEP * direction)
    return float(loss_of(network, moved, data, penalty).imag) / STEP


def _of_layer(network: Network, parameters: Parameters, data: Data, l: int, before: Array, Z: Array) -> Array:
    """Return the derivatives by what leads from each column before to each column of Z[l].

    The entry i, j adds the column i, times its step, to the column j of Z[l]. So many entries are run at once
    that their rows fit one stack.
    """
    shape = (before.shape[1], Z.shape[1])
    entries, at_once = np.arange(shape[0] * shape[1]), max(1, STACK // max(1, Z.size))
    found = []
    for part in np.split(entries, range(at_once, len(entries), at_once)):
        i, j = np.unravel_index(part, shape)
        moved = np.tile(Z.astype(np.complex128), (len(part), 1, 1))
        moved[np.arange(len(part)), :, j] += 1j * STEP * before.T[i]
        found.append(_slopes(network, parameters, data, l, moved))
    return np.concatenate(found).reshape(shape)


def _slopes(network: Network, parameters: Parameters, data: Data, l: int, Z: Array) -> Array:
    """Run stacks of Z[l], shape (entries, n, d_l), on to the loss, and return its derivative for each."""
    count, n, _ = Z.shape
    at = Z.reshape(count * n, -1)
    A = equations.F2(network.layer(l).activation, at)
    for later in range(l + 1, network.depth + 1):
        at = equations.F1(A, parameters.W[later], parameters.b[later])
        A = equations.F2(network.layer(later).activation, at)
    last = Tape(ByLayer("Z", [at], first=network.depth), ByLayer("A", [A], first=network.depth))
    terms = loss_terms(network, last, np.tile(data.Y, (count, 1))).imag.reshape(count, n, -1)
    weights = 1.0 if data.row_weights is None else data.row_weights[:, np.newaxis]
    return (terms * weights).sum(axis=(1, 2)) / data.normalizer / STEP
