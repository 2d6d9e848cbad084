"""The loss curve of a training."""

from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidTypeError, InvalidValueError, sentence
from chainrule.network.array import Array
from chainrule.plots.figure import COLORS, figure
from chainrule.train.history import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE = 100  # how many times the smallest loss the largest is, from where on the axis is logarithmic


def loss(history: History) -> "Figure":
    """Draw the loss of every epoch, and that of the held-out rows where there were some.

    Parameters
    ----------
    history : History
        What `Model.fit` left in ``model.history``.

    Returns
    -------
    matplotlib.figure.Figure
        Jupyter shows it; ``savefig`` writes it.

    Raises
    ------
    InvalidValueError
        When not one epoch was finished.

    Examples
    --------
    >>> import chainrule as cr
    >>> model = cr.tutorials.load("xor").trained(epochs=20)
    >>> [line.get_label() for line in loss(model.history).axes[0].lines]
    ['learned rows']
    """
    if not isinstance(history, History):
        raise InvalidTypeError(sentence("what was to be drawn", history, "a History, as in model.history"))
    curves = curves_of(history)
    if not len(history):
        raise InvalidValueError("the history had no finished epoch; it may be that of a longer training")
    drawn = figure()
    axes = drawn.add_subplot()
    for (label, values), color in zip(curves.items(), COLORS, strict=False):
        axes.plot(range(1, len(values) + 1), values, label=label, color=color, linewidth=1.6)
    if logarithmic(curves):
        axes.set_yscale("log")
    if history.best_epoch:
        axes.axvline(history.best_epoch, color="#999999", linewidth=1, linestyle=":", label="best epoch")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.spines[["top", "right"]].set_visible(False)
    if len(axes.lines) > 1:
        axes.legend(frameon=False)
    return drawn


def curves_of(history: History) -> dict[str, Array]:
    """Return the losses that a training told, by what they are of."""
    curves = {"learned rows": history.loss}
    if len(history.validation_loss):
        curves["held-out rows"] = history.validation_loss
    return curves


def logarithmic(curves: dict[str, Array]) -> bool:
    """Return whether losses span so much that an axis of equal steps would hide most of them."""
    every = np.concatenate(list(curves.values()))
    finite = every[np.isfinite(every)]
    return bool(len(finite) and finite.min() > 0 and finite.max() / WIDE > finite.min())
