"""Prediction compiled: the forward pass without a tape, each row by itself."""

from functools import lru_cache

import numpy as np

from chainrule.engine import activations, kernels
from chainrule.engine.blas import best_blas
from chainrule.engine.compiling import say_when_compiling
from chainrule.engine.described import Described
from chainrule.engine.memory import Records, aligned, records
from chainrule.engine.threads import lent, new_control, together
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters

# Rows of a tile, and how many rows are worth a second thread.
TILE_ROWS = 16
ROWS_OF_A_THREAD = 1024


def predict(network: Network, parameters: Parameters, X: Array, n_threads: int | None = None) -> Array:
    """Return A[L] for each row of X: (n, d_0) to (n, d_L).

    Rows go through in tiles of one fixed number, the last filled up with zeros, so that
    ``predict(X)[:k]`` equals ``predict(X[:k])`` bit for bit; memory beside the result is a tile's.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network, in float32 or float64.
    X : array, shape (n, d_0)
        The rows, in the same precision.
    n_threads : int, optional
        The most threads that share the rows; by default as many as there are cores.
    """
    described, job = _prepared(network, parameters.theta.dtype)
    found = np.empty((len(X), network.sizes[-1]), dtype=parameters.theta.dtype)
    worth = max(1, len(X) // ROWS_OF_A_THREAD)
    with lent(worth if n_threads is None else min(n_threads, worth)) as threads:
        room = aligned(threads * described.scratch, found.dtype)
        arguments = (
            records(job),
            records(described.layers),
            np.ascontiguousarray(X),
            parameters.theta,
            room,
            found,
        )
        together(kernels.outputs, (*arguments, new_control()), threads)
    return found


@lru_cache(maxsize=64)
def _prepared(network: Network, dtype: np.dtype) -> tuple[Described, Records]:
    say_when_compiling(f"prediction in {dtype}")
    described = Described(network, dtype, TILE_ROWS)
    for l, layer in enumerate(network.layers, start=1):
        described.layers[l].routine = activations.routine(layer.activation.name, dtype, False)
    size = described.scratch
    return described, described.job(best_blas().product(dtype), piece_rows=TILE_ROWS, scratch_size=size)
