"""Ways to get the derivative of a function from its values alone, each with a bar that holds the error.

A function is looked at along a line, t -> f(x + t d): its derivative at t = 0 is asked for.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

EPSILON = float(np.finfo(np.float64).eps)
COMPLEX_STEP = 1e-20  # of a number: so tiny that the real part stays as it is, and nothing is subtracted
STEPS = 9  # of a table of differences
ORDER = 6  # the differences in which noise is left, and nothing of a smooth function
RATIO = 2.0  # from one step of an extrapolation to the next
LEVELS = 9
REACHES = (1e-1, 1e-4, 1e-7)  # the first step of each extrapolation: a kink between two is told by the last

Line: TypeAlias = Callable[[float | complex], complex]


class Estimate(NamedTuple):
    """A derivative, and how far the true one may be from it.

    Parameters
    ----------
    value : float
        The derivative.
    bar : float
        Its error bar, 0 or above.
    """

    value: float
    bar: float

    def holds(self, other: float) -> bool:
        """Return whether another number lies inside the bar."""
        return abs(other - self.value) <= self.bar


def complex_step(line: Line, size: float = 1.0) -> float:
    """Return the derivative as Im f(x + ih d) / h: no digit is lost, if the function takes complex numbers.

    Parameters
    ----------
    line : callable
        The function along a line.
    size : float
        How large a number on the line is: the step is a tiny part of it.

    Source: Squire and Trapp, "Using complex variables to estimate derivatives of real functions", 1998.

    Examples
    --------
    >>> complex_step(lambda t: (2 + t) ** 3)
    12.0
    """
    step = COMPLEX_STEP * size
    return float(np.imag(line(1j * step))) / step


def grain(line: Line, size: float) -> float:
    """Return how far rounding moves a function's values: what is left of them in high differences.

    Of three stretches of the line the smoothest tells, because a kink is no rounding.

    Source: Hamming, "Introduction to applied numerical analysis", 1971; Moré and Wild, "Estimating
    computational noise", 2011.

    Examples
    --------
    >>> rough = lambda t: np.exp(t) + 1e-9 * np.sin(1e9 * t)
    >>> 1e-10 < grain(rough, 1.0) < 1e-7, grain(np.exp, 1.0) < 1e-14
    (True, True)
    """
    offsets = 1e-4 * size * np.arange(STEPS)
    stretches = ([_real(line(start * size + t)) for t in offsets] for start in (-0.05, 0.0, 0.05))
    return min(float(np.abs(np.diff(values, ORDER)).max()) / ORDER for values in stretches)


def extrapolated(line: Line, reach: float, noise: float = 0.0) -> Estimate:
    """Return the derivative by central differences that Ridders' method extrapolates to a step of 0.

    Source: Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", 1982.

    Parameters
    ----------
    line : callable
        The function along a line.
    reach : float
        The first and largest step.
    noise : float
        How far rounding moves the function's values, where that is more than their last digit: see `grain`.

    Examples
    --------
    >>> found = extrapolated(np.exp, 0.1)
    >>> found.holds(1.0), found.bar < 1e-11
    (True, True)
    """

    def difference(h: float) -> tuple[float, float]:
        ahead, behind = _real(line(h)), _real(line(-h))
        return (ahead - behind) / (2 * h), max(abs(ahead) * EPSILON, abs(behind) * EPSILON, noise) / h

    return _to_zero(difference, reach, RATIO**2)


def one_sided(line: Line, reach: float, side: int, noise: float = 0.0) -> Estimate:
    """Return the derivative on one side, +1 or -1, by differences extrapolated to a step of 0.

    Examples
    --------
    >>> [round(one_sided(abs, 0.1, side).value, 9) for side in (+1, -1)]
    [1.0, -1.0]
    """
    here = _real(line(0.0))

    def difference(h: float) -> tuple[float, float]:
        there = _real(line(side * h))
        return (there - here) / (side * h), max(abs(there) * EPSILON, abs(here) * EPSILON, noise) / h

    return _to_zero(difference, reach, RATIO)


def _to_zero(difference: Callable[[float], tuple[float, float]], reach: float, factor: float) -> Estimate:
    """Extrapolate differences to a step of 0, and take the entry of the tableau with the smallest bar."""
    best, before = Estimate(np.nan, np.inf), list[float]()
    for level in range(LEVELS):
        first, rounding = difference(reach / RATIO**level)
        row = [first]
        for order, above in enumerate(before, 1):
            power = factor**order
            row.append((row[-1] * power - above) / (power - 1))
            bar = max(abs(row[-1] - row[-2]), abs(row[-1] - above)) + 8 * rounding
            if bar < best.bar:
                best = Estimate(row[-1], bar)
        before = row
    return best


def _real(value: complex) -> float:
    return float(np.real(value))


def estimates(line: Line, size: float, noise: float = 0.0) -> Iterator[Estimate]:
    """Yield estimates by extrapolation, each from closer by: the last sees what a kink nearby hid before.

    Parameters
    ----------
    line : callable
        The function along a line.
    size : float
        How large a number on the line is; the steps are parts of it.
    noise : float
        As for `extrapolated`.
    """
    yield from (extrapolated(line, reach * size, noise) for reach in REACHES)
