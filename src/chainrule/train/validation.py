"""Validation: rows that training never learns from, and when to stop because of them."""

import math
from dataclasses import dataclass, field

import numpy as np

from chainrule.errors import InvalidValueError, sentence
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import NO_PENALTY
from chainrule.network.program import Data
from chainrule.reference.forward import loss_of
from chainrule.reference.predict import predict
from chainrule.train.metrics import Metric, classes, metric
from chainrule.train.splits import hold_out


@dataclass
class Validation:
    """Looks at held-out rows after every epoch, and keeps the best parameters.

    Parameters
    ----------
    network : Network
        The network.
    data : Data
        The held-out rows.
    metric : Metric, optional
        What decides; by default the loss.
    patience : int, optional
        Stop after so many epochs in a row without a better value; by default never.
    min_delta : float
        By how much a value must be better to count, 0 or above.
    """

    network: Network
    data: Data
    metric: Metric | None = None
    patience: int | None = None
    min_delta: float = 0.0
    losses: list[float] = field(default_factory=list, init=False)
    values: list[float] = field(default_factory=list, init=False)
    best_theta: Array | None = field(default=None, init=False)
    best_epoch: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.patience is not None:
            accept.count("patience", self.patience)
        accept.not_negative("min_delta", self.min_delta)
        if not len(self.data.X):
            raise InvalidValueError(sentence("the number of rows held out", 0, "1 or above"))

    def look(self, parameters: Parameters) -> None:
        """Judge the parameters at the end of an epoch."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self.losses.append(float(loss_of(self.network, parameters, self.data, NO_PENALTY)))
        self.values.append(self._value(parameters))
        if self.best_theta is None or self._better(self.values[-1], self.values[self.best_epoch - 1]):
            self.best_theta, self.best_epoch = parameters.theta.copy(), len(self.values)

    def _value(self, parameters: Parameters) -> float:
        if self.metric is None:
            return self.losses[-1]
        weights = self.data.row_weights
        outputs = predict(self.network, parameters, self.data.X)
        return self.metric.value(outputs, self.data.Y, np.ones(len(outputs)) if weights is None else weights)

    def _better(self, new: float, old: float) -> bool:
        """Return whether a value is better by more than min_delta; anything is better than NaN."""
        if math.isnan(old):
            return not math.isnan(new)
        return new > old + self.min_delta if self.greater_is_better else new < old - self.min_delta

    @property
    def greater_is_better(self) -> bool:
        """Which way the value that decides improves."""
        return self.metric is not None and self.metric.greater_is_better

    @property
    def exhausted(self) -> bool:
        """Whether patience has run out."""
        return self.patience is not None and len(self.values) - self.best_epoch >= self.patience


def hold_out_rows(
    network: Network, data: Data, asked: float | tuple[object, ...] | None, seed: int
) -> tuple[Data, Data | None]:
    """Divide rows into those to learn from and those held out, or take one's own.

    Parameters
    ----------
    network : Network
        The network.
    data : Data
        The rows.
    asked : float, tuple or None
        A part of the rows, one's own ``(X, Y)`` or ``(X, Y, row_weights)``, or none at all.
    seed : int
        Of the draw.
    """
    if asked is None:
        return data, None
    if isinstance(asked, tuple):
        if len(asked) not in (2, 3):
            raise InvalidValueError(sentence("the number of arrays for validation", len(asked), "2 or 3"))
        X, Y, row_weights = (*asked, None)[:3]
        return data, Data.of(network, X, Y, row_weights, data.X.dtype)
    named = network.loss.targets_sum_to_one or network.loss.name == "binary_cross_entropy"
    one_label = named and (network.loss.targets_sum_to_one or data.Y.shape[1] == 1)
    learned, held = hold_out(len(data.X), asked, seed, classes=classes(data.Y) if one_label else None)
    return data.rows(learned), data.rows(held)


def validation_of(
    network: Network,
    held: Data | None,
    metric_: str | Metric | None,
    patience: int | None,
    min_delta: float,
) -> Validation | None:
    """Return the validation by held-out rows; without them nothing may be asked of it."""
    if held is not None:
        return Validation(network, held, None if metric_ is None else metric(metric_), patience, min_delta)
    for thing, given in (("metric", metric_), ("patience", patience)):
        if given is not None:
            raise InvalidValueError(sentence(thing, given, "given only with validation rows"))
    return None
