"""The size of a gradient's terms: what each entry would be if nothing in it cancelled.

Rounding errors of a gradient are proportional to this size, so it is the yardstick of every
comparison, |a - b| <= 1e-10 S. It comes from the backward equations, applied to sizes. Where f'
passes through 0, as gelu's does, its own terms cancel: what rounding does to it there counts too.
"""

import numpy as np

from chainrule.network.activations import Activation, RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import Formula, Quantity, magnitude, substitute
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.reference.forward import Tape

TOLERANCE = 1e-10  # of S
ROUNDING = 16 * np.finfo(np.float64).eps  # of z: a few for z itself, a few for the terms of f'(z)


def gradient_scale(
    network: Network, parameters: Parameters, tape: Tape, data: Data, penalty: Penalty
) -> Parameters:
    """Return S, the size of the terms of every entry of the gradient, in the gradient's own form.

    Parameters
    ----------
    network, parameters, tape : Network, Parameters, Tape
        The network, and its forward pass over the rows.
    data : Data
        The rows.
    penalty : Penalty
        On the trained weights.
    """
    scale = parameters.like(np.zeros_like(parameters.theta))
    delta = data.weigh(output_scale(network, tape, data.Y)) / data.normalizer
    for l in range(network.depth, 0, -1):
        layer = network.layer(l)
        scale.W[l][...] = equations.BP4(np.abs(tape.passed_on(l - 1)), delta)
        if penalty and layer.train_weights:
            scale.W[l][...] += np.abs(penalty.derivative(parameters.W[l]))
        if (db := scale.b[l]) is not None:
            db[...] = equations.BP3(delta, layer.bias)
        if l > 1:
            upstream = delta @ np.abs(parameters.W[l]).T
            mask = tape.mask(l - 1)
            upstream = upstream if mask is None else upstream * mask
            delta = pulled_back(network.layer(l - 1).activation, upstream, tape.Z[l - 1], tape.A[l - 1])
    return scale


def output_scale(network: Network, tape: Tape, Y: Array) -> Array:
    """Return the size of the terms of delta[L] of each row by itself, shape (n, d_L)."""
    f, Z, A = network.layers[-1].activation, tape.Z[network.depth], tape.A[network.depth]
    if network.loss.paired(f):
        return np.abs(A) + np.abs(Y)
    known = {"a": A, "y": Y, "d": float(network.sizes[-1]), **network.loss.constants}
    slope = substitute(network.loss.slope, _without_index)
    return pulled_back(f, np.broadcast_to(magnitude(slope, known), A.shape), Z, A)


def pulled_back(f: Activation, upstream: Array, Z: Array, A: Array) -> Array:
    """Return the size of the terms of upstream times f', given the size of those of upstream."""
    if isinstance(f, RowActivation):
        # Beside the Jacobian's entries the size of A: on the diagonal 1 - a may have cancelled.
        return upstream * np.abs(A) + np.einsum("rk,rkj->rj", upstream, np.abs(f.jacobian(Z, A)))
    beside = f.derivative(Z * (1 + ROUNDING), A) - f.derivative(Z * (1 - ROUNDING), A)
    return upstream * (np.abs(f.derivative(Z, A)) + np.abs(beside) / TOLERANCE)


def _without_index(quantity: Quantity) -> Formula:
    """Read an indexed quantity as the whole array, whose last axis is the index."""
    return Quantity(quantity.name)
