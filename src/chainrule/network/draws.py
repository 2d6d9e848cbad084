"""Every random number, as a pure function of the seed and of what it is for.

The words come from Philox, a counter-based generator whose stream NumPy promises to keep: the
seed and the purpose are its key, epoch or step or layer its counter. Nothing is hidden in a
generator's state, so nothing of it can be lost.
"""

from typing import Literal, TypeAlias

import numpy as np
from scipy import special

from chainrule.network.array import Array

Purpose: TypeAlias = Literal["weights", "rows", "groups", "dropout", "split", "biases"]
_PURPOSES: dict[Purpose, int] = {
    "weights": 1,
    "rows": 2,
    "groups": 3,
    "dropout": 4,
    "split": 5,
    "biases": 6,
}


def words(count: int, seed: int, purpose: Purpose, first: int, second: int = 0) -> Array:
    """Return `count` words of 64 random bits, keyed by the other arguments alone."""
    key = np.array([seed, _PURPOSES[purpose]], dtype=np.uint64)
    counter = np.array([0, 0, first, second], dtype=np.uint64)
    return np.random.Philox(key=key, counter=counter).random_raw(count)


def uniform(count: int, seed: int, purpose: Purpose, first: int, second: int = 0) -> Array:
    """Return numbers strictly between 0 and 1, from the upper 52 bits of each word.

    With 53 bits the half would not fit in, and the largest word would round to 1.
    """
    return ((words(count, seed, purpose, first, second) >> np.uint64(12)) + 0.5) * 2.0**-52


def normal(count: int, seed: int, purpose: Purpose, first: int, second: int = 0) -> Array:
    """Return standard normal numbers: the inverse of their distribution, applied to uniform ones."""
    numbers: Array = special.ndtri(uniform(count, seed, purpose, first, second))
    return numbers
