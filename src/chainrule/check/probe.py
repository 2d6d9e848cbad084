"""The numbers of a probe: a small network and rows in which no mistake can hide.

Square layers hide a transpose, equal weights an index, one output an overwrite, one row a sum, one step an
order of updates. As many rows as outputs hide which of the two was divided by.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from chainrule.network.array import Array

ROWS = 5
SIZES = ((3, 4, 2, 3), (3, 4, 2), (3, 4, 1), (3, 2))


class Probe(NamedTuple):
    """Weights, biases and rows.

    Parameters
    ----------
    W, b : list of array
        By layer; weights are [from, to].
    X, Y : array, shapes (5, d_0) and (5, d_L)
        The rows, and targets that suit every loss: between 0 and 1, and several of them 1 together.
    """

    W: list[Array]
    b: list[Array]
    X: Array
    Y: Array


def probe(sizes: Sequence[int]) -> Probe:
    """Return irregular numbers for a network of these sizes: sines and cosines of 1, 2, 3 ...

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each layer.

    Examples
    --------
    >>> probe((2, 1)).W[0].round(2).tolist()
    [[0.84], [0.91]]
    """
    shapes = [shape for each in pairwise(sizes) for shape in (each, each[1:])]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    theta = np.split(np.sin(np.arange(1.0, ends[-1] + 1)), ends[:-1])
    blocks = [values.reshape(shape) for values, shape in zip(theta, shapes, strict=True)]
    X = np.cos(np.arange(1.0, ROWS * sizes[0] + 1)).reshape(ROWS, sizes[0])
    Y = 1.5 + np.cos(np.arange(1.0, ROWS * sizes[-1] + 1) ** 2).reshape(ROWS, sizes[-1])
    whole = Y.sum(axis=1, keepdims=True) if sizes[-1] > 1 else 3.0
    return Probe(blocks[::2], blocks[1::2], X, Y / whole)
