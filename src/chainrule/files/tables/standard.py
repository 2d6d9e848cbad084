"""Standardizing: the mean and the scale of a column, and the way there and back.

Everything is computed on numbers of about 1, by shifting exponents: that is exact, so the results
are those of the plain formulas, but columns of 1e308 do not overflow, and those of 1e-320 do not
vanish.
"""

import math

import numpy as np

from chainrule.network.array import Array

FLOOR = 10 * np.finfo(np.float64).eps  # of the largest entry: less spread than this is rounding


def mean_and_scale(values: Array) -> tuple[float, float]:
    """Return the mean and the standard deviation of a column, by two passes in float64.

    Parameters
    ----------
    values : array, shape (n,)
        Finite, at least one.

    Returns
    -------
    mean : float
    scale : float
        The root of the mean squared difference from the mean; 0 for a constant column, which is
        one whose spread is below `FLOOR` of its largest entry.

    Examples
    --------
    >>> mean_and_scale(np.array([1.0, 3.0])), mean_and_scale(np.array([0.1, 0.1, 0.1]))
    ((2.0, 1.0), (0.1, 0.0))
    """
    if values.min() == values.max():
        return float(values[0]), 0.0
    exponent = int(np.frexp(np.abs(values).max())[1])
    near_one = np.ldexp(values, -exponent)
    mean = near_one.mean()
    off = near_one - mean
    variance = np.mean(off**2) - np.mean(off) ** 2  # the second term mends the mean's own rounding
    scale = math.sqrt(max(variance, 0.0))
    return float(np.ldexp(mean, exponent)), float(np.ldexp(scale, exponent)) if scale > FLOOR else 0.0


def standardized(values: Array, mean: float, scale: float) -> Array:
    """Return (values - mean) / scale in float64; infinite where that is too large for it.

    Examples
    --------
    >>> standardized(np.array([1e308, -1e308]), 0.0, 1e308)
    array([ 1., -1.])
    """
    exponent = -int(np.frexp(scale)[1])
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.ldexp(values, exponent) - np.ldexp(mean, exponent)) / np.ldexp(scale, exponent)


def restored(values: Array, mean: float, scale: float) -> Array:
    """Return values * scale + mean in float64, the way back; infinite where that is too large for it.

    Examples
    --------
    >>> restored(np.array([-1.0, 1.0]), 2.0, 1.0)
    array([1., 3.])
    """
    exponent = int(np.frexp(scale)[1])
    with np.errstate(over="ignore", invalid="ignore"):
        near_one = values.astype(np.float64) * np.ldexp(scale, -exponent) + np.ldexp(mean, -exponent)
        return np.ldexp(near_one, exponent)
