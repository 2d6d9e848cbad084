"""The metrics: one number for how well predictions fit, one row each.

Each compares outputs with targets, both (n, d), rows weighted; what scikit-learn gives is the oracle
of the tests. Classes are columns: one-hot targets, or one column of 0 and 1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.network.array import Array
from chainrule.network.lookup import find, table


@dataclass(frozen=True)
class Metric:
    """A metric.

    Parameters
    ----------
    name : str
        Its name.
    value : callable
        Outputs (n, d), targets (n, d) and row weights (n,) to a number.
    greater_is_better : bool
        Which way it improves.
    of : {"classes", "numbers"}
        What the targets are.
    also : tuple of str
        Other common names.
    """

    name: str
    value: Callable[[Array, Array, Array], float]
    greater_is_better: bool
    of: str
    also: tuple[str, ...] = ()

    def better(self, new: float, old: float) -> bool:
        """Return whether a value is better than another; NaN is never better."""
        return new > old if self.greater_is_better else new < old


def classes(columns: Array) -> Array:
    """Return the number of the class of each row: the largest column, or whether one column is above 1/2."""
    if columns.shape[1] == 1:
        return (columns[:, 0] > 0.5).astype(int)
    return columns.argmax(axis=1)


def mean(of_rows: Array, weights: Array) -> float:
    """Return the weighted mean over the rows, in float64."""
    return float(np.average(of_rows.astype(np.float64), weights=weights.astype(np.float64)))


def accuracy(A: Array, Y: Array, weights: Array) -> float:
    """Return the part of the rows whose class is right."""
    return mean(classes(A) == classes(Y), weights)


def balanced_accuracy(A: Array, Y: Array, weights: Array) -> float:
    """Return the mean over the classes of the part of each class that is right."""
    predicted, true = classes(A), classes(Y)
    return float(np.mean([mean(predicted[true == c] == c, weights[true == c]) for c in np.unique(true)]))


def f1_macro(A: Array, Y: Array, weights: Array) -> float:
    """Return the mean over the classes of 2 hits / (2 hits + false alarms + misses)."""
    predicted, true = classes(A), classes(Y)
    scores = []
    for c in np.union1d(true, predicted):
        hits = weights[(predicted == c) & (true == c)].sum(dtype=np.float64)
        wrong = weights[(predicted == c) != (true == c)].sum(dtype=np.float64)
        scores.append(2 * hits / (2 * hits + wrong))
    return float(np.mean(scores))


def log_loss(A: Array, Y: Array, weights: Array) -> float:
    """Return the mean of -log of the probability that the true class was given."""
    A64 = A.astype(np.float64)
    given = A64 if A.shape[1] > 1 else np.hstack([1 - A64, A64])
    chosen = given[np.arange(len(given)), classes(Y)]
    return mean(-np.log(np.maximum(chosen, np.finfo(A.dtype).eps)), weights)


def squared(A: Array, Y: Array) -> Array:
    """Return the mean over the outputs of each row's squared difference, in float64."""
    return np.mean((A.astype(np.float64) - Y) ** 2, axis=1)


def mean_squared_error(A: Array, Y: Array, weights: Array) -> float:
    """Return the mean of the squared difference."""
    return mean(squared(A, Y), weights)


def root_mean_squared_error(A: Array, Y: Array, weights: Array) -> float:
    """Return the root of the mean of the squared difference."""
    return float(np.sqrt(mean_squared_error(A, Y, weights)))


def mean_absolute_error(A: Array, Y: Array, weights: Array) -> float:
    """Return the mean of the absolute difference."""
    return mean(np.mean(np.abs(A.astype(np.float64) - Y), axis=1), weights)


def r2(A: Array, Y: Array, weights: Array) -> float:
    """Return 1 minus the squared error over that of the mean target, averaged over the outputs."""
    A64, Y64, w = A.astype(np.float64), Y.astype(np.float64), weights.astype(np.float64)
    left = np.average((Y64 - A64) ** 2, axis=0, weights=w)
    all_ = np.average((Y64 - np.average(Y64, axis=0, weights=w)) ** 2, axis=0, weights=w)
    # A constant target: 1 where it is met, 0 where not, as scikit-learn has it.
    scores = np.where(all_ > 0, 1 - left / np.where(all_ > 0, all_, 1), np.where(left == 0, 1.0, 0.0))
    return float(np.mean(scores))


METRICS = table(
    Metric("accuracy", accuracy, True, "classes"),
    Metric("balanced_accuracy", balanced_accuracy, True, "classes"),
    Metric("f1_macro", f1_macro, True, "classes", ("f1",)),
    Metric("log_loss", log_loss, False, "classes"),
    Metric("mean_squared_error", mean_squared_error, False, "numbers", ("mse",)),
    Metric("root_mean_squared_error", root_mean_squared_error, False, "numbers", ("rmse",)),
    Metric("mean_absolute_error", mean_absolute_error, False, "numbers", ("mae",)),
    Metric("r2", r2, True, "numbers"),
)


def metric(given: str | Metric) -> Metric:
    """Return a metric by its name; one of one's own stays as it is.

    Raises
    ------
    UnknownNameError
        When no metric has that name; the nearest one is given.

    Examples
    --------
    >>> metric("rmse").name
    'root_mean_squared_error'
    """
    return given if isinstance(given, Metric) else find("metric", given, METRICS)
