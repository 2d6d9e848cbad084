"""The loss curve of a training as a small picture for a notebook, which needs no library."""

from collections.abc import Mapping
from html import escape

import numpy as np

from chainrule.network.array import Array
from chainrule.plots.figure import COLORS
from chainrule.plots.loss import curves_of, logarithmic
from chainrule.train.history import History

WIDTH, HEIGHT, LEFT, BOTTOM = 420, 160, 64, 24
MOST_POINTS = 400


def history_html(history: History) -> str:
    """Return a training as HTML: what ran, how it ended, and its loss curve.

    Examples
    --------
    >>> import chainrule as cr
    >>> model = cr.tutorials.load("xor").trained(epochs=20)
    >>> history_html(model.history)[:5]
    '<div>'
    """
    said = [f"{len(history):,} epochs", str(history.optimizer), f"engine: {history.engine}"]
    if history.stopped:
        said.append(history.stopped)
    return f"<div><p>{escape('; '.join(said))}</p>{curve(history)}</div>"


def curve(history: History) -> str:
    """Return the loss curve as SVG; empty where no epoch was finished."""
    return curves_svg(curves_of(history), f"epoch {len(history):,}")


def curves_svg(curves: Mapping[str, Array], last: str) -> str:
    """Return curves as SVG; empty where they have no finite point.

    Parameters
    ----------
    curves : mapping of str to array
        The values of each by what they are of.
    last : str
        What stands at the right end of the axis.
    """
    curves = {label: values for label, values in curves.items() if np.isfinite(values).any()}
    if not curves:
        return ""
    log = logarithmic(curves)
    scaled = {label: np.log10(values) if log else values for label, values in curves.items()}
    every = np.concatenate([values[np.isfinite(values)] for values in scaled.values()])
    low, high = float(every.min()), float(every.max())
    lines = [
        f'<polyline fill="none" stroke="{color}" stroke-width="1.5" points="{_points(values, low, high)}">'
        f"<title>{escape(label)}</title></polyline>"
        for (label, values), color in zip(scaled.items(), COLORS, strict=False)
    ]
    ends = [10**end if log else end for end in (high, low)]
    labels = [
        f'<text x="{LEFT - 6}" y="{y}" text-anchor="end">{end:.3g}</text>'
        for y, end in zip((14, HEIGHT - BOTTOM), ends, strict=True)
    ]
    axis = f'<text x="{WIDTH}" y="{HEIGHT - 6}" text-anchor="end">{escape(last)}</text>'
    return (
        f'<svg role="img" aria-label="loss curve" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="system-ui, sans-serif" font-size="11" fill="currentColor">'
        f"{''.join(lines)}{''.join(labels)}{axis}</svg>"
    )


def _points(values: Array, low: float, high: float) -> str:
    """Return the points of a curve; of a long one, some hundred evenly chosen ones."""
    chosen = np.unique(np.linspace(0, len(values) - 1, min(len(values), MOST_POINTS)).astype(int))
    span, last = (high - low) or 1.0, max(1, len(values) - 1)
    right, up = WIDTH - LEFT - 4, HEIGHT - BOTTOM - 10
    return " ".join(
        f"{LEFT + right * epoch / last:.1f},{10 + up * ((high - values[epoch]) / span):.1f}"
        for epoch in chosen
        if np.isfinite(values[epoch])
    )
