"""What scikit-learn calls things, and what they are here: losses, activations, alpha.

The docs print the table of losses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import xlogy

from chainrule.errors import InvalidTypeError, Words, sentence, unknown_name
from chainrule.network.activations import Activation, activation
from chainrule.network.array import Array
from chainrule.network.losses import LOSSES, Loss
from chainrule.network.penalties import Penalty

Kind = Literal["one of two", "one of several", "several", "numbers"]

# scikit-learn's name of an activation, where it is not ours.
ACTIVATIONS = {"logistic": "sigmoid", "exp": "exponential"}
THEIRS = {ours: theirs for theirs, ours in ACTIVATIONS.items()}


@dataclass(frozen=True)
class NamedLoss:
    """A loss by the name that an estimator takes.

    Parameters
    ----------
    name : str
        The name.
    of : str
        What the target is: one of two classes, one of several, several at once, or numbers.
    ours : str
        Our loss; the sum over a row's outputs, the mean over the rows.
    output : str
        The output activation that goes with it, by our name.
    theirs : str
        What scikit-learn states under this name, for a row; empty where it has no such loss.
    differs : str
        Where the two differ, in words; empty where they are the same.
    constant : callable
        What scikit-learn's loss of each target is more than ours: it moves no weight.
    """

    name: str
    of: Kind
    ours: str
    output: str
    theirs: str = ""
    differs: str = ""
    constant: Callable[[Array], Array] = np.zeros_like


LOSSES_BY_NAME = (
    NamedLoss("log_loss", "one of two", "binary_cross_entropy", "sigmoid", "-y log a - (1 - y) log(1 - a)"),
    NamedLoss("log_loss", "one of several", "cross_entropy", "softmax", "the sum of -y log a"),
    NamedLoss(
        "log_loss", "several", "binary_cross_entropy", "sigmoid", "the sum of -y log a - (1 - y) log(1 - a)"
    ),
    NamedLoss(
        "squared_error",
        "numbers",
        "half_mean_squared_error",
        "identity",
        "half the mean of (a - y)^2 over the outputs",
        "scikit-learn's gradient is that of half the sum: as many times too large as there are outputs",
    ),
    NamedLoss(
        "poisson",
        "numbers",
        "poisson",
        "exponential",
        "the mean of y log(y / a) - y + a over the outputs",
        "with several outputs ours is their sum, as scikit-learn's gradient has it",
        lambda Y: xlogy(Y, Y) - Y,
    ),
    NamedLoss("absolute_error", "numbers", "absolute_error", "identity"),
    NamedLoss("huber", "numbers", "huber", "identity"),
    NamedLoss("pinball", "numbers", "pinball", "identity"),
)


@dataclass(frozen=True)
class Chosen:
    """A loss with the activation of the outputs."""

    loss: Loss
    output: Activation
    constant: Callable[[Array], Array] = np.zeros_like


def chosen(given: str | Loss, kind: Kind, output: str | Activation | None) -> Chosen:
    """Return the loss of that name for this kind of target, or one's own, with its output activation.

    Parameters
    ----------
    given : str or Loss
        A name from the table, or a loss.
    kind : str
        What the target is.
    output : str, Activation or None
        The output activation; None is the one that goes with the loss.

    Raises
    ------
    UnknownNameError
        When there is no loss of that name for such a target; the nearest one is given.
    InvalidTypeError
        When it is neither a name nor a loss.
    """
    rows = {row.name: row for row in LOSSES_BY_NAME if row.of == kind}
    if isinstance(given, Loss):
        named = next((row for row in rows.values() if row.ours == given.name), None)
        usual = named.output if named else given.admits[0] if given.admits else USUAL[kind]
        return Chosen(given, ours(usual if output is None else output))
    if not isinstance(given, str):
        raise InvalidTypeError(sentence("the loss", given, "a name, or a loss such as chainrule.huber(2.0)"))
    if given not in rows:
        raise unknown_name("loss", given, rows)
    row = rows[given]
    return Chosen(LOSSES[row.ours], ours(row.output if output is None else output), row.constant)


USUAL: dict[Kind, str] = {
    "one of two": "sigmoid",
    "one of several": "softmax",
    "several": "sigmoid",
    "numbers": "identity",
}


def ours(given: object) -> Activation:
    """Return an activation by scikit-learn's name or ours, or one's own."""
    if callable(given) and not isinstance(given, Activation):
        may_be = "a name, or a pair of functions (value, derivative)"
        raise InvalidTypeError(sentence("the activation", Words("one function"), may_be))
    return activation(ACTIVATIONS.get(given, given) if isinstance(given, str) else given)  # type: ignore[arg-type]


def theirs(given: Activation) -> str:
    """Return what scikit-learn calls an activation; our name where it has none."""
    return THEIRS.get(given.name, given.name)


def penalty(alpha: float, rows_of_a_step: float) -> Penalty:
    """Return the penalty that alpha means: scikit-learn divides it by the rows of the batch, we do not.

    Parameters
    ----------
    alpha : float
        0 or above.
    rows_of_a_step : float
        How much the rows of a batch weigh together, on average; 1 each without weights. (scikit-learn
        divides by those of each batch, so that the last, smaller one of an epoch pulls harder.)

    Examples
    --------
    >>> penalty(0.5, 200)
    Penalty(l2=0.0025, l1=0.0)
    """
    return Penalty(l2=alpha / rows_of_a_step)
