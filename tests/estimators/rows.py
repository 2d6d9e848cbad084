"""Rows that the tests of the estimators share, and fits without warnings of convergence."""

import warnings

import numpy as np

DRAW = np.random.default_rng(7)
X = DRAW.normal(size=(90, 4))
NUMBERS = X[:, 0] * X[:, 1] + X[:, 2]
TWO = np.where(NUMBERS > 0, "yes", "no")
THREE = np.array(["low", "middle", "high"])[np.digitize(NUMBERS, [-0.5, 0.5])]
SEVERAL = (X[:, :3] > 0).astype(int)
PAIR = np.stack([NUMBERS, 2 - NUMBERS], axis=1)


def quietly(method, *given, **named):
    """Call a method without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return method(*given, **named)
