"""In how many digits numbers agree, and how many digits they have."""

import numpy as np

from chainrule.check.lines import Numbers, Place
from chainrule.network.array import Array

EVERY_DIGIT = 16.0


def agreement(numbers: Numbers, given: Numbers, right: Numbers) -> dict[Place, float]:
    """Return in how many digits numbers agree, array by array, of the largest entry of each.

    The right numbers count in the size, so that what should be 0 and is by rounding not quite agrees with 0.
    """
    digits: dict[Place, float] = {}
    for place, values in given.items():
        known = ~np.isnan(values)
        off = np.abs(numbers[place] - values)[known].max(initial=0.0)
        size = max(np.abs(each)[known].max(initial=0.0) for each in (values, numbers[place], right[place]))
        with np.errstate(all="ignore"):
            agreed = EVERY_DIGIT if off == 0 else float(-np.log10(off / size))
        digits[place] = max(0.0, agreed) if np.isfinite(off) else 0.0
    return digits


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
