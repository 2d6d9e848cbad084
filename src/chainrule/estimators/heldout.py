"""Rows to judge by: one's own, or a part of those to learn from."""

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.utils import _safe_indexing

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data
from chainrule.train.splits import hold_out
from chainrule.train.validation import Validation


@dataclass
class Scored(Validation):
    """Judges by one of scikit-learn's scorers, which want an estimator and the rows as they came in.

    Parameters
    ----------
    score : callable
        Parameters to a number; greater is better.
    """

    score: Callable[[Parameters], float] | None = None

    @property
    def greater_is_better(self) -> bool:
        """Which way it improves: as all scores do."""
        return True

    def _value(self, parameters: Parameters) -> float:
        if self.score is None:
            with np.errstate(over="ignore", invalid="ignore"):
                return super()._value(parameters)
        found = self.score(parameters)
        if not isinstance(found, numbers.Real) or math.isnan(found):
            raise InvalidValueError(sentence("the score of the rows to judge by", found, "a number"))
        return float(found)

    def forget_rows(self) -> None:
        """Keep what was told, and let go of the rows and the best parameters: an estimator has those."""
        self.data, self.score, self.best_theta = self.data.rows(slice(0)), None, None


@dataclass(frozen=True)
class Judged:
    """Rows to judge by, as a network takes them and as they came in."""

    data: Data
    X: Any
    y: Any
    sample_weight: Any


def divided(estimator: Any, data: Data, given: tuple[Any, Any, Any], seed: int) -> tuple[Data, Judged]:
    """Hold a part of the rows out; each class keeps its part of them where a row has one class.

    Parameters
    ----------
    estimator : estimator
        Whose `validation_fraction` says how much.
    data : Data
        All rows.
    given : tuple of X, y and sample_weight
        The same as they came in.
    seed : int
        Of the draw.

    Raises
    ------
    InvalidValueError
        When fewer than two rows would be held out, or none left.
    """
    classes = estimator._classes_of(data.Y)
    if classes is not None and np.unique(classes, return_counts=True)[1].max() < 2:
        thing = "the number of rows of the largest class"
        raise InvalidValueError(sentence(thing, 1, "2 or above, of which early_stopping holds some out"))
    learned, held = hold_out(len(data.X), estimator.validation_fraction, seed, classes=classes)
    if len(held) < 2:
        raise InvalidValueError(
            "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
        )
    X, y, sample_weight = (None if each is None else _safe_indexing(each, held) for each in given)
    return data.rows(learned), Judged(data.rows(held), X, y, sample_weight)


def require_both(X_val: Any, y_val: Any) -> None:
    """Raise InvalidValueError when only one of the two was given."""
    if (X_val is None) != (y_val is None):
        missing, there = ("X_val", "y_val") if X_val is None else ("y_val", "X_val")
        raise InvalidValueError(sentence(missing, Words("missing"), f"left out only together with {there}"))


def validation(estimator: Any, network: Any, judged: Judged, snapshot: Callable[[Parameters], Any]) -> Scored:
    """Return what judges an estimator after every epoch, by its `scoring` or by its usual metric.

    Parameters
    ----------
    estimator : estimator
        Who is fitted.
    network : Network
        Its network.
    judged : Judged
        The rows to judge by.
    snapshot : callable
        Makes an estimator that is fitted with some parameters.
    """
    if estimator.scoring is None:
        return Scored(network, judged.data, estimator._metric())
    scorer = check_scoring(estimator, scoring=estimator.scoring)
    takes_weights = "sample_weight" in signature(scorer).parameters
    weighted = (
        {"sample_weight": judged.sample_weight} if takes_weights and judged.sample_weight is not None else {}
    )

    def score(parameters: Parameters) -> float:
        return scorer(snapshot(parameters), judged.X, judged.y, **weighted)

    return Scored(network, judged.data, score=score)
