"""A gradient check as a table of plain text."""

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule.check.gradients import GradientCheck
from chainrule.check.scale import TOLERANCE
from chainrule.network.formula import Quantity


def text(check: GradientCheck, name: Callable[[Quantity], str]) -> str:
    """Write a gradient check as a table.

    Parameters
    ----------
    check : GradientCheck
        What was found.
    name : callable
        What the reader calls a parameter.
    """
    return "\n".join(_lines(check, name)) + "\n"


def as_rows(check: GradientCheck, name: Callable[[Quantity], str]) -> list[dict[str, Any]]:
    """Return a gradient check as plain data, one row for each parameter."""
    return [
        {
            "name": name(quantity),
            "backward": float(check.analytic.theta[row]),
            "one_sided": float(check.one_sided.theta[row]),
            "central": float(check.central.theta[row]),
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
    wrong = int((~check.right).sum())
    verdict = "every one right" if not wrong else f"{wrong} WRONG"
    explained = (
        f"{len(names)} derivatives checked: {verdict}. Errors are parts of the size of a derivative's "
        "terms. The one-sided difference has lost half of its digits and the central one a third; the "
        "complex step loses none and decides: the backward pass is right where it agrees with it to "
        f"{TOLERANCE:g}."
    )
    yield from textwrap.wrap(explained, 80)
