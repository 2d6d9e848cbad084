"""Exercises: small steps with drawn numbers that a person can compute with, each seed another one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.network import accept
from chainrule.trace.step import Trace
from chainrule.tutorials.own import own
from chainrule.tutorials.preset import Preset

TRIES = 1000  # of one seed
LARGEST = 100  # weights that a person computes with
LARGEST_SUM, KINK = 4.0, 0.05
SMALLEST = 1e-3  # of a delta that is not 0: four decimals still show a digit of it


def exercise(sizes: Sequence[int], *, seed: int = 0, **more: Any) -> Preset:
    """Return a preset of these sizes whose numbers are moderate: nothing saturates, nothing vanishes.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    seed : int
        Which exercise: the same seed gives the same one.
    **more
        As for `own`: activations, loss, rows, targets, learning rate.

    Raises
    ------
    InvalidValueError
        When no such numbers were found.
    TooLargeError
        When it is more than a person computes.

    Examples
    --------
    >>> exercise([2, 2, 1], seed=7).title
    'Exercise 7: one step of a 2-2-1 network'
    """
    accept.seed(seed)
    count = sum(before * after for before, after in pairwise(sizes))
    if count > LARGEST:
        raise TooLargeError(sentence("the number of weights of an exercise", count, f"at most {LARGEST}"))
    for attempt in range(TRIES):
        drawn = own(sizes, seed=seed * TRIES + attempt, **more)
        if _is_nice(drawn.trace()):
            return replace(drawn, title=f"Exercise {seed}: {drawn.title[0].lower()}{drawn.title[1:]}")
    was = Words(f"one of {'-'.join(map(str, sizes))} in which numbers vanish or saturate whatever is drawn")
    raise InvalidValueError(sentence("the exercise", was, "a smaller one, or of another activation"))


def _is_nice(trace: Trace) -> bool:
    """Return whether every sum is moderate and away from a kink, and no delta vanishes."""
    layers = range(1, trace.network.depth + 1)
    sums = np.concatenate([np.abs(_values(trace, "Z", l)) for l in layers])
    deltas = np.concatenate([np.abs(_values(trace, "delta", l)) for l in layers])
    by_layer = [np.any(_values(trace, "delta", l)) for l in layers]
    vanishing = ((deltas > 0) & (deltas < SMALLEST)).any()
    return bool(all(by_layer) and not vanishing and sums.max() <= LARGEST_SUM and sums.min() >= KINK)


def _values(trace: Trace, kind: str, layer: int) -> np.ndarray:
    """Return the numbers of a kind in a layer."""
    return np.array([trace.value(quantity) for quantity in trace.entries(kind, layer)])
