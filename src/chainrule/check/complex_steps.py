"""The complex step for every weight and bias of a network, as fast as one can go without a backward pass.

A number of layer l changes nothing before Z[l], so its pass begins there; and the rows of many such passes
are stacked and run as one.
"""

from collections.abc import Iterator

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
        entries = np.arange(found.W[l].size)
        of_entries = [
            _of_weights(network, parameters, tape, data, l, part) for part in _stacks(entries, tape.Z[l])
        ]
        found.W[l][...] = np.concatenate(of_entries).reshape(found.W[l].shape)
        if penalty and layer.train_weights:
            found.W[l][...] += penalty.value(parameters.W[l] + 1j * STEP).imag / STEP
        if (db := found.b[l]) is not None:
            units = np.arange(layer.units)
            of_units = [
                _of_biases(network, parameters, tape, data, l, part) for part in _stacks(units, tape.Z[l])
            ]
            by_unit = np.concatenate(of_units)
            db[...] = by_unit.sum(keepdims=True) if layer.bias == "shared" else by_unit
    return found


def along(network: Network, parameters: Parameters, data: Data, penalty: Penalty, direction: Array) -> float:
    """Return the derivative of the loss along a direction, shape of theta, by one complex step."""
    moved = parameters.like(parameters.theta + 1j * STEP * direction)
    return float(loss_of(network, moved, data, penalty).imag) / STEP


def _stacks(entries: Array, Z: Array) -> Iterator[Array]:
    """Yield entries in parts, so many that their rows fit one stack."""
    count = max(1, STACK // max(1, Z.size))
    yield from np.split(entries, range(count, len(entries), count))


def _of_weights(
    network: Network, parameters: Parameters, tape: Tape, data: Data, l: int, entries: Array
) -> Array:
    """Return the derivatives by some weights of a layer: W[i, j] adds A[l-1][:, i] to column j of Z[l]."""
    i, j = np.unravel_index(entries, parameters.W[l].shape)
    Z = np.tile(tape.Z[l].astype(np.complex128), (len(entries), 1, 1))
    Z[np.arange(len(entries)), :, j] += 1j * STEP * tape.passed_on(l - 1).T[i]
    return _slopes(network, parameters, data, l, Z)


def _of_biases(
    network: Network, parameters: Parameters, tape: Tape, data: Data, l: int, units: Array
) -> Array:
    """Return the derivatives by some columns of Z[l]: b[j] adds 1 to each row's."""
    Z = np.tile(tape.Z[l].astype(np.complex128), (len(units), 1, 1))
    Z[np.arange(len(units)), :, units] += 1j * STEP
    return _slopes(network, parameters, data, l, Z)


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
