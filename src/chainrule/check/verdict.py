"""The verdict on one derivative: pass, fail, or undecided, which is never pass."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from chainrule.check.oracles import (
    EPSILON,
    REACHES,
    Estimate,
    Line,
    complex_step,
    estimates,
    one_sided,
)

AGREES = 1e-9  # of a derivative: where a right one and the complex step may differ, for rounding
RESOLVED = 1e-7  # of a derivative: a bar that is wider tells too little
LAST = 256 * EPSILON  # of the function's value: a derivative that is less changes only its last digits
WIDER = 8  # times the noise that was seen in a few tries


class Verdict(StrEnum):
    """What is said of one derivative."""

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"


class Judged(NamedTuple):
    """A verdict with what it rests on.

    Parameters
    ----------
    numeric : float
        The derivative from the function's values.
    bar : float
        How far the true one may be from it.
    verdict : Verdict
        What is said.
    note : str
        Why, where that is not plain.
    """

    numeric: float
    bar: float
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is known of one derivative.

    Parameters
    ----------
    line : callable
        The function along the line that it is the slope of.
    slope : float
        The derivative that is to be judged.
    noise : float
        How much it changes when the last digits of the point do.
    size : float
        How far along the line is far.
    here : float
        The function's value.
    grain : float
        How far rounding moves the function's values.
    complex_step : bool
        Whether the function takes complex numbers.
    nearby : callable
        Returns points around, each as the slope there and the line through it.
    """

    line: Line
    slope: float
    noise: float
    size: float
    here: float
    grain: float
    complex_step: bool
    nearby: Callable[[], list[tuple[float, Line]]]


def judged(evidence: Evidence) -> Judged:
    """Return the verdict on a derivative.

    A derivative that is not inside the error bar fails, unless the point lies at a kink and it is between the
    slopes of the two sides, or rounding alone explains the difference: then it is undecided.
    """
    found = _by_complex_step(evidence) if evidence.complex_step else _by_differences(evidence)
    if found.verdict is Verdict.PASS:
        return found
    if not np.isfinite(evidence.slope):
        return found._replace(note="not a finite number")
    if note := _between_the_slopes_of_a_kink(evidence):
        return found._replace(verdict=Verdict.PASS, note=note)
    if found.verdict is Verdict.UNDECIDED:
        return found
    if note := _explained_by_rounding(evidence, found.numeric):
        return found._replace(verdict=Verdict.UNDECIDED, note=note)
    return found._replace(note=_ratio(evidence.slope, found.numeric))


def _by_complex_step(evidence: Evidence) -> Judged:
    numeric = complex_step(evidence.line, evidence.size)
    largest = max(abs(numeric), abs(evidence.slope))
    bar = AGREES * largest
    off = abs(evidence.slope - numeric)
    if off <= bar:
        return Judged(numeric, bar, Verdict.PASS)
    bar += WIDER * evidence.noise
    if off > bar or not np.isfinite(off):
        return Judged(numeric, bar, Verdict.FAIL)
    if bar <= RESOLVED * largest:
        return Judged(numeric, bar, Verdict.PASS)
    return Judged(numeric, bar, Verdict.UNDECIDED, "its digits are noise")


def _by_differences(evidence: Evidence) -> Judged:
    """Judge by extrapolated differences, from closer and closer by until one tells."""
    tightest, wide = Estimate(np.nan, np.inf), None
    found = estimates(evidence.line, evidence.size, evidence.grain)
    for reach, estimate in zip(REACHES, found, strict=True):
        bar = estimate.bar + WIDER * evidence.noise
        if bar < tightest.bar:
            tightest = Estimate(estimate.value, bar)
        if abs(evidence.slope - estimate.value) <= bar:
            largest = max(abs(estimate.value), abs(evidence.slope))
            if bar <= RESOLVED * max(largest, _steepness(evidence)) or _is_flat(evidence, reach):
                return Judged(estimate.value, bar, Verdict.PASS)
            wide = wide or Judged(estimate.value, bar, Verdict.UNDECIDED, "the error bar is too wide to tell")
    return wide or Judged(*tightest, Verdict.FAIL)


def _steepness(evidence: Evidence) -> float:
    """Return how steep the function is nearby."""
    return max(_rises(evidence, REACHES[0])) / (REACHES[0] * evidence.size)


def _is_flat(evidence: Evidence, reach: float) -> bool:
    """Return whether the slope is 0 and the function does not move: on one side as far as we look.

    On the other side there may be a kink that it moves behind. What moves too little to be seen from close by
    is seen from farther away on both sides.
    """
    still = not any(_rises(evidence, reach)) and not all(_rises(evidence, REACHES[0]))
    return evidence.slope == 0 and still


def _rises(evidence: Evidence, reach: float) -> list[float]:
    """Return how far the function moves on the two sides."""
    step = reach * evidence.size
    return [abs(complex(evidence.line(side * step)).real - evidence.here) for side in (+1, -1)]


def _between_the_slopes_of_a_kink(evidence: Evidence) -> str:
    """Return in words the slopes of the two sides where they differ and the derivative is between them.

    A kink is still there from closer by, where that can be told; what curves strongly is not.
    """
    low = high = bars = 0.0
    for reach in REACHES:
        sides = [one_sided(evidence.line, reach * evidence.size, side, evidence.grain) for side in (+1, -1)]
        closer = sum(side.bar for side in sides)
        apart = abs(sides[0].value - sides[1].value)
        if apart > closer:
            (low, high), bars = sorted(side.value for side in sides), closer
        elif closer < (high - low) / 2:
            low = high = 0.0
    if low == high or not low - bars <= evidence.slope <= high + bars:
        return ""
    return f"at a kink, between the slopes {low:.6g} and {high:.6g} of its sides"


def _explained_by_rounding(evidence: Evidence, numeric: float) -> str:
    """Return in words how rounding explains a difference: that of a mistake is about the same nearby."""
    nearby = evidence.nearby()
    slopes, others = np.array([evidence.slope, *(slope for slope, _ in nearby)]), [numeric]
    for _, line in nearby:
        if evidence.complex_step:
            others.append(complex_step(line, evidence.size))
        else:
            others.append(next(estimates(line, evidence.size, evidence.grain)).value)
    off = slopes - others
    if not np.isfinite(off).all():
        return ""
    off /= np.abs(off).max()
    if off.std() > abs(off.mean()):
        return "digits lost to saturation or cancellation"
    in_steps = len(np.unique(slopes)) < len(np.unique(others))
    if in_steps and abs(evidence.slope - numeric) * evidence.size <= LAST * abs(evidence.here):
        return "digits lost to saturation: what is left of it is 0 or a few steps"
    return ""


def _ratio(slope: float, numeric: float) -> str:
    """Return in words what a wrong derivative is of the right one."""
    if numeric == 0:
        return "it should be 0"
    ratio = slope / numeric
    return "missing: it is 0" if ratio == 0 else f"{ratio:.10g} times what it should be"
