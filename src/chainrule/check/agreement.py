"""In how many digits numbers agree, and how many digits they have."""

import numpy as np

from chainrule.network.array import Array

EVERY_DIGIT = 16.0


def agreement(number: Array, given: Array, right: Array) -> float:
    """Return in how many digits numbers agree with those given, of the largest entry.

    The right numbers count in the size, so that what should be 0 and is by rounding not quite agrees with 0.
    """
    if not number.shape == given.shape == right.shape:
        # A shared bias may be one for each unit, as it is given or in a mistake.
        number, given, right = np.broadcast_arrays(number, given, right)
    if not (known := ~np.isnan(given)).all():
        number, given, right = number[known], given[known], right[known]
    off = np.abs(number - given).max(initial=0.0)
    if off == 0:
        return EVERY_DIGIT
    size = max(np.abs(given).max(), np.abs(number).max(), np.abs(right).max())
    return max(0.0, float(-np.log10(off / size))) if np.isfinite(off) else 0.0


def digits_of(values: Array) -> float:
    """Return how many digits an array was written with: of the largest entry, as many as any needs.

    Examples
    --------
    >>> digits_of(np.array([0.0822, 0.0827])), digits_of(np.array([1 / 3]))
    (3.0, 12.0)
    """
    values = values[~np.isnan(values)]
    largest = np.abs(values).max(initial=0.0)
    if not largest:
        return 12.0
    for digits in range(1, 12):
        unit = 10.0 ** (np.floor(np.log10(largest)) - digits + 1)
        if np.abs(values - np.round(values / unit) * unit).max() <= 1e-6 * unit:
            return float(digits)
    single = (values.astype(np.float32).astype(np.float64) == values).all()
    return 5.0 if single else 12.0
