"""What a network with two inputs answers over the plane."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidValueError, sentence
from chainrule.model import Model
from chainrule.network import accept
from chainrule.plots.figure import COLORS, figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FINE = 200  # points along each side


def boundary(model: Model, X: npt.ArrayLike | None = None, Y: npt.ArrayLike | None = None) -> "Figure":
    """Draw the decision boundary of a network with two inputs, and rows on it where they are given.

    With one output the plane shows its value, with a line where it is one half of its range; with
    several it shows which of them is the largest.

    Parameters
    ----------
    model : Model
        A model of a network with two inputs.
    X : array, shape (n, 2), optional
        Rows to be drawn; they also say which part of the plane is shown. By default -1 to 1.
    Y : array, shape (n, d_L), optional
        Their targets, which give them their colors.

    Raises
    ------
    InvalidValueError
        When the network has another number of inputs than two.

    Examples
    --------
    >>> import chainrule as cr
    >>> xor = cr.tutorials.load("xor")
    >>> X, Y = xor.training_rows()
    >>> boundary(xor.trained(), X, Y).axes[0].get_xlabel()
    'input 1'
    """
    if model.network.sizes[0] != 2:
        raise InvalidValueError(sentence("the number of inputs", model.network.sizes[0], "2 for a boundary"))
    rows = np.array([[-1.0, -1.0], [1.0, 1.0]]) if X is None else accept.rows("X", X, 2, np.dtype(float))
    low, high = rows.min(axis=0), rows.max(axis=0)
    room = 0.15 * np.maximum(high - low, 1e-9)
    across, up = (np.linspace(low[k] - room[k], high[k] + room[k], FINE) for k in (0, 1))
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = model.predict(plane)
    drawn = figure(5.2, 4.4)
    axes = drawn.add_subplot()
    if outputs.shape[1] == 1:
        values = outputs.reshape(FINE, FINE)
        shade = axes.pcolormesh(across, up, values, cmap="RdBu_r", shading="auto", rasterized=True)
        low_value, high_value = model.network.layers[-1].activation.range
        finite = np.isfinite([low_value, high_value]).all()
        half = (low_value + high_value) / 2 if finite else float(values.mean())
        if values.min() < half < values.max():
            axes.contour(across, up, values, levels=[half], colors="#222222", linewidths=1.4)
        drawn.colorbar(shade, ax=axes, label="output")
    else:
        largest = outputs.argmax(axis=1).reshape(FINE, FINE)
        from matplotlib.colors import ListedColormap

        colors = [COLORS[k % len(COLORS)] for k in range(outputs.shape[1])]
        axes.pcolormesh(
            across,
            up,
            largest,
            cmap=ListedColormap(colors),
            alpha=0.35,
            vmin=-0.5,
            vmax=len(colors) - 0.5,
            rasterized=True,
        )
    if X is not None:
        classes = np.zeros(len(rows), int) if Y is None else _classes(np.asarray(Y, float))
        for k in np.unique(classes):
            dots = rows[classes == k]
            color = COLORS[k % len(COLORS)]
            axes.scatter(dots[:, 0], dots[:, 1], color=color, edgecolor="white", s=36, label=f"class {k}")
    axes.set_xlabel("input 1")
    axes.set_ylabel("input 2")
    return drawn


def _classes(Y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return which class each row of targets means."""
    Y = Y.reshape(len(Y), -1)
    return Y.argmax(axis=1) if Y.shape[1] > 1 else np.rint(Y[:, 0]).astype(int)
