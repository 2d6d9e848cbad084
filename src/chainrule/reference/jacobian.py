"""The derivative of every output by every input: BP2 down from each output, and once more to the inputs."""

import numpy as np

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.reference import equations
from chainrule.reference.forward import forward_pass


def jacobian(network: Network, parameters: Parameters, X: Array) -> Array:
    """Return dA[L]/dX for each row, shape (n, d_L, d_0): entry (r, k, i) is dA[L][r, k] / dX[r, i].

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands; nothing is dropped.
    X : array, shape (n, d_0)
        The rows, in the precision of the parameters.

    Examples
    --------
    >>> net = Network.dense([2, 1])
    >>> params = Parameters.from_arrays(net, [[[0.5], [0.25]]], [[0.0]], orientation="from_to")
    >>> jacobian(net, params, np.array([[1.0, 2.0]]))
    array([[[0.5 , 0.25]]])
    """
    tape, L = forward_pass(network, parameters, X, None), network.depth
    found = np.empty((len(X), network.sizes[-1], network.sizes[0]), dtype=parameters.theta.dtype)
    for k in range(network.sizes[-1]):
        only_k = np.zeros_like(tape.A[L])
        only_k[:, k] = 1
        delta = network.layer(L).activation.pull_back(only_k, tape.Z[L], tape.A[L])
        for l in range(L - 1, 0, -1):
            delta = equations.BP2(
                delta, parameters.W[l + 1], network.layer(l).activation, tape.Z[l], tape.A[l]
            )
        found[:, k] = delta @ parameters.W[1].T
    return found
