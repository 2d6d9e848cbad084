"""A gradient check as a table of plain text."""

import textwrap
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np

from chainrule.check.gradients import GradientCheck
from chainrule.check.scale import TOLERANCE
from chainrule.network.formula import Quantity
from chainrule.trace.notations import notation

MOST_WRONG = 20  # wrong ones that are shown
MOST_ROWS = 200  # parameters in a table: of more, each array has a row, and each wrong one


def text(check: GradientCheck, name: Callable[[Quantity], str]) -> str:
    """Write a gradient check as a table: every parameter, or of many the arrays and what is wrong.

    Parameters
    ----------
    check : GradientCheck
        What was found.
    name : callable
        What the reader calls a parameter.
    """
    lines = _lines if check.at.theta.size <= MOST_ROWS else _lines_of_arrays
    return "\n".join(lines(check, name)) + "\n"


def in_our_names(check: GradientCheck) -> str:
    """Write a gradient check as a table, in our own names."""
    return text(check, notation("ours", check.network).name)


def as_rows(check: GradientCheck, name: Callable[[Quantity], str]) -> list[dict[str, Any]]:
    """Return a gradient check as plain data, one row for each parameter; differences where they are few."""
    few = check.at.theta.size <= MOST_ROWS
    differences = {"one_sided": check.one_sided, "central": check.central} if few else {}
    return [
        {
            "name": name(quantity),
            "backward": float(check.analytic.theta[row]),
            **{way: float(numbers.theta[row]) for way, numbers in differences.items()},
            "complex_step": float(check.complex_step.theta[row]),
            "scale": float(check.scale.theta[row]),
            "right": bool(check.right[row]),
        }
        for row, quantity in enumerate(check.quantities())
    ]


def _lines(check: GradientCheck, name: Callable[[Quantity], str]) -> Iterator[str]:
    names = [name(quantity) for quantity in check.quantities()]
    width = max(6, *map(len, names))
    errors = [check.errors(way) for way in (check.one_sided, check.central, check.analytic)]
    yield f"{'':{width}}  {'derivative by':>22}  error of the"
    heads = ("one-sided", "central", "backward")
    yield f"{'':{width}}  {'the complex step':>22}" + "".join(f"  {head:>9}" for head in heads)
    for row, parameter in enumerate(names):
        exact = f"{check.complex_step.theta[row]:.15g}"
        shown = "".join(f"  {of_way[row]:9.1e}" for of_way in errors)
        yield f"{parameter:{width}}  {exact:>22}{shown}" + ("" if check.right[row] else "  WRONG")
    medians = "".join(f"  {np.median(of_way):9.1e}" for of_way in errors)
    yield f"{'median':{width}}  {'':>22}{medians}"
    yield ""
    yield from textwrap.wrap(summary(check), 80)


def _lines_of_arrays(check: GradientCheck, name: Callable[[Quantity], str]) -> Iterator[str]:
    errors = check.errors(check.analytic)
    quantities = list(check.quantities())
    yield f"{'array':10}  {'entries':>12}  {'worst error':>11}  by"
    for block in check.at.layout.blocks:
        worst = block.start + int(errors[block.start : block.stop].argmax())
        array, entries = f"{block.letter}[{block.layer}]", block.stop - block.start
        yield f"{array:10}  {entries:12,}  {errors[worst]:11.1e}  {name(quantities[worst])}"
    wrong = np.flatnonzero(~check.right)
    yield from [""] if len(wrong) else []
    for row in islice(wrong, MOST_WRONG):
        backward, right = check.analytic.theta[row], check.complex_step.theta[row]
        yield f"{name(quantities[row])} is {backward:.10g}, should be {right:.10g}  WRONG"
    if len(wrong) > MOST_WRONG:
        yield f"({len(wrong) - MOST_WRONG:,} more wrong ones not shown)"
    yield ""
    yield from textwrap.wrap(summary(check), 80)


def summary(check: GradientCheck) -> str:
    """Return what a gradient check found in a few sentences."""
    if check.at.theta.size > MOST_ROWS:
        return (
            f"{_verdict(check)} Errors are parts of the size of a derivative's terms; the backward pass is"
            f" right where it agrees with the complex step to {TOLERANCE:g}."
        )
    return (
        f"{_verdict(check)} Errors are parts of the size of a derivative's "
        "terms. The one-sided difference has lost half of its digits and the central one a third; the "
        "complex step loses none and decides: the backward pass is right where it agrees with it to "
        f"{TOLERANCE:g}."
    )


def _verdict(check: GradientCheck) -> str:
    wrong = int((~check.right).sum())
    verdict = f"{wrong:,} WRONG" if wrong else "every one right"
    return f"{check.at.theta.size:,} derivatives checked: {verdict}."
