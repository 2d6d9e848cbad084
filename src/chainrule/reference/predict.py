"""Prediction: the forward pass without a tape."""

import numpy as np

from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.reference import equations

TILE_ROWS = 16
TILES_AT_ONCE = 512


def predict(network: Network, parameters: Parameters, X: Array) -> Array:
    """Return A[L] for each row of X: (n, d_0) to (n, d_L).

    Rows are multiplied in tiles of one fixed number, the last padded with zeros, because a product's
    bits depend on how many rows stand beside a row: so a row's result never depends on its
    neighbors, and ``predict(X)[:k]`` equals ``predict(X[:k])`` bit for bit. Memory is bounded: so
    many tiles at once.
    """
    at_once = TILE_ROWS * TILES_AT_ONCE
    pieces = [_tiles(network, parameters, X[start : start + at_once]) for start in range(0, len(X), at_once)]
    return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]


def _tiles(network: Network, parameters: Parameters, X: Array) -> Array:
    padded = np.zeros((-(-len(X) // TILE_ROWS) * TILE_ROWS, X.shape[1]), dtype=parameters.theta.dtype)
    padded[: len(X)] = X
    A = padded.reshape(-1, TILE_ROWS, X.shape[1])  # NumPy multiplies a stack of matrices one by one
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for number, layer in enumerate(network.layers, start=1):
            Z = equations.F1(A, parameters.W[number], parameters.b[number])
            A = equations.F2(layer.activation, Z)
    return A.reshape(len(padded), -1)[: len(X)].copy()
