"""The weights of a model as pictures."""

import math
from typing import TYPE_CHECKING

import numpy as np

from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.plots.figure import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

LEAST_IMAGE = 16  # inputs from which on a square number of them may be the pixels of an image
MOST_IMAGES = 64


def weights(model: Model, layer: int | None = None) -> "Figure":
    """Draw the weights: of all layers as colored matrices, or of one layer.

    Where a layer has a square number of inputs, from 16 on, as a small image has pixels, that layer
    by itself is drawn as one image for each of its first 64 units.

    Parameters
    ----------
    model : Model
        The model.
    layer : int, optional
        Which layer, from 1; by default all.

    Raises
    ------
    InvalidValueError
        When there is no such layer.

    Examples
    --------
    >>> import chainrule as cr
    >>> [axes.get_title() for axes in weights(cr.tutorials.load("jain").model).axes[:2]]
    ['W[1], 2 x 2', 'W[2], 2 x 2']
    """
    numbers = range(1, model.network.depth + 1) if layer is None else range(layer, layer + 1)
    if layer is not None and _side(model.network.layer(layer).inputs):
        return _images(model.parameters.W[layer], layer)
    drawn = figure(3.2 * len(numbers) + 0.8, 3.4)
    for axes, l in zip(np.ravel(drawn.subplots(1, len(numbers), squeeze=False)), numbers, strict=True):
        W = model.parameters.W[l]
        _matrix(axes, W, f"W[{l}], {W.shape[0]} x {W.shape[1]}")
        axes.set_xlabel("unit")
        axes.set_ylabel("input")
        axes.locator_params(integer=True)
    return drawn


def _side(inputs: int) -> int:
    """Return the side of the square image that so many inputs may be, or 0."""
    side = math.isqrt(inputs)
    return side if side * side == inputs >= LEAST_IMAGE else 0


def _images(W: Array, layer: int) -> "Figure":
    """Draw the weights that lead to each unit as an image."""
    side, shown = _side(len(W)), min(W.shape[1], MOST_IMAGES)
    columns = math.ceil(math.sqrt(shown))
    rows = math.ceil(shown / columns)
    drawn = figure(0.9 * columns + 0.4, 0.9 * rows + 0.6)
    rest = f", the first {shown} of {W.shape[1]} units" if shown < W.shape[1] else ""
    drawn.suptitle(f"W[{layer}]{rest}", fontsize=10)
    for unit, axes in enumerate(np.ravel(drawn.subplots(rows, columns, squeeze=False))):
        if unit < shown:
            _picture(axes, W[:, unit].reshape(side, side))
        axes.set_axis_off()
    return drawn


def _matrix(axes: "Axes", W: Array, title: str) -> None:
    """Draw a matrix with the scale of its colors."""
    shade = _picture(axes, W)
    axes.figure.colorbar(shade, ax=axes, shrink=0.8)
    axes.set_title(title, fontsize=10)


def _picture(axes: "Axes", W: Array) -> "AxesImage":
    """Draw numbers as colors: white is 0, blue below and red above."""
    largest = float(np.abs(W).max()) or 1.0
    return axes.imshow(W, cmap="RdBu_r", vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
