"""The regressor."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils.metaestimators import available_if

from chainrule.errors import InvalidTypeError, InvalidValueError, Words, sentence
from chainrule.estimators.base import Perceptron
from chainrule.estimators.classifier import one_column
from chainrule.estimators.correspondence import Chosen, chosen
from chainrule.estimators.rules import takes_steps
from chainrule.estimators.settings import OF_NUMBERS
from chainrule.network import accept
from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.losses import Loss
from chainrule.network.network import Network
from chainrule.network.optimizers import LBFGS, Optimizer
from chainrule.network.schedules import Schedule
from chainrule.train.metrics import METRICS, Metric, mean


@dataclass(frozen=True)
class MinusLoss:
    """Judges outputs by minus their mean loss: greater is better."""

    loss: Loss

    def __call__(self, A: Array, Y: Array, weights: Array) -> float:
        """Return minus the weighted mean over the rows."""
        return -mean(self.loss.terms(A, Y).sum(axis=1), weights)


class MLPRegressor(RegressorMixin, Perceptron):
    """A multilayer perceptron for numbers: scikit-learn's, on our engine, and what its users asked for.

    All parameters up to `max_fun` are scikit-learn's and mean the same.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "absolute_error", "huber", "pinball"} or Loss
        What is made small. ``chainrule.pinball(0.1, 0.5, 0.9)`` predicts several quantiles at once,
        ``chainrule.huber(2.0)`` turns linear 2 off the target.
    hidden_layer_sizes : int or tuple of int
        Units of each hidden layer; an empty tuple for none.
    activation : str, Activation, pair of callables, or list
        Of the hidden layers: scikit-learn's names ("identity", "logistic", "tanh", "relu") or any of ours
        ("gelu", "silu", "elu" and so on), or one's own ``(value, derivative)``; a list has one a layer.
    solver : {"adam", "sgd", "lbfgs", "adamw", "rmsprop", "adagrad"} or optimizer
        How the weights are found. An optimizer such as ``chainrule.AdamW(1e-3)`` brings its own numbers.
    alpha : float
        The strength of the L2 penalty, divided by the rows of a batch as in scikit-learn; 0 or above.
    batch_size : int or "auto"
        Rows of a step; "auto" is 200, or all where there are fewer.
    learning_rate : {"constant", "invscaling", "adaptive"} or schedule
        How the rate changes: scikit-learn's names count for "sgd" only, a schedule such as
        ``chainrule.Cosine()`` for every solver that takes steps.
    learning_rate_init : float
        The rate at the start; above 0.
    power_t : float
        The power of "invscaling".
    max_iter : int
        The most epochs, or iterations of "lbfgs".
    shuffle : bool
        Whether every epoch visits the rows in an order of its own.
    random_state : int, RandomState or None
        Of the weights, the orders of rows, dropout and the rows held out. A whole number gives the same
        bits on any number of threads.
    tol : float
        By how much the loss, or the score of the rows to judge by, must improve to count; for "lbfgs" how
        large an entry of the gradient may be.
    verbose : bool
        Whether to print the loss of every epoch.
    warm_start : bool
        Whether `fit` begins with the weights of the last one.
    momentum : float
        Of "sgd", from 0 up to, but not including, 1.
    nesterovs_momentum : bool
        Whether it looks ahead.
    early_stopping : bool
        Whether a part of the rows is held out to judge by: the weights that were best on it are kept.
    validation_fraction : float
        How large that part is; each class keeps its share.
    beta_1, beta_2, epsilon : float
        Of "adam" and "adamw".
    n_iter_no_change : int
        Stop after more than so many epochs in a row that did not improve.
    max_fun : int
        The most losses that "lbfgs" may compute.
    out_activation : str, Activation or None
        Of the outputs; None is the one that goes with the loss.
    dropout : float or list of float
        The part of each hidden layer's outputs that training sets to 0.
    weight_decay : float
        Of "adamw": how fast weights shrink beside the gradient.
    clip_norm : float, optional
        A longer gradient is shortened to this length.
    scoring : str or callable, optional
        What decides on the rows to judge by, one of scikit-learn's scorers; by default R2.
    dtype : {"float32", "float64"} or None
        The precision; None is that of `X`, float64 where it has another.
    n_jobs : int, optional
        The most threads; by default as many as there are cores, or as joblib's workers were given. They
        have no influence on any bit.
    engine : {"compiled", "auto", "reference"}
        What does the work: see `chainrule.Model.fit`. Without Numba the reference does it, and says so.

    Attributes
    ----------
    coefs_, intercepts_ : list of array
        The weights, shape (inputs, units) a layer, and the biases. What is put into these lists counts.
    loss_ : float
        The loss of the last epoch.
    best_loss_ : float or None
        The smallest loss; None with rows to judge by.
    loss_curve_ : list of float
        The loss of every epoch.
    validation_scores_, validation_loss_curve_ : list of float or None
        The score and the loss of the rows to judge by after every epoch.
    best_validation_score_ : float or None
        The best of these scores: that of the weights that were kept.
    n_iter_, t_ : int
        Epochs, and rows seen.
    n_layers_, n_outputs_, n_features_in_ : int
        Layers with the inputs, outputs, and inputs.
    feature_names_in_ : array of str
        The names of the columns, where `X` was a data frame.
    out_activation_ : str
        Of the outputs, by scikit-learn's name.
    network_ : Network
        The network; `to_network` gives it with its parameters.
    history_ : History
        The training, epoch by epoch.

    See Also
    --------
    sklearn.neural_network.MLPRegressor : What it takes the place of.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.linspace(-1, 1, 40)[:, np.newaxis]
    >>> perceptron = MLPRegressor(hidden_layer_sizes=(8,), activation="tanh", solver="lbfgs", random_state=0)
    >>> perceptron.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.99
    True
    """

    _parameter_constraints = OF_NUMBERS
    _checks: ClassVar[dict[str, bool]] = {"multi_output": True, "y_numeric": True}

    def __init__(
        self,
        loss: str | Loss = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: str | Optimizer | LBFGS = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str | Schedule = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        out_activation: str | Activation | None = None,
        dropout: float | list[float] = 0.0,
        weight_decay: float = 0.01,
        clip_norm: float | None = None,
        scoring: str | Callable[..., float] | None = None,
        dtype: Any = None,
        n_jobs: int | None = None,
        engine: str = "compiled",
    ) -> None:
        self._keep(locals())

    # What is learned

    def _see_targets(self, y: Any, *, anew: bool) -> None:
        """Numbers are numbers."""

    def _columns(self, y: Any, dtype: np.dtype) -> Array:
        y = np.asarray(one_column(y))
        if y.dtype.kind in "mMUS":
            raise InvalidTypeError(sentence("y", accept.kind_of(y), "an array of numbers"))
        with np.errstate(over="ignore"):
            Y = (y[:, np.newaxis] if y.ndim == 1 else y).astype(dtype)
        accept.refuse_nonfinite(f"y in {Y.dtype}", Y)
        quantiles = self._quantiles
        return np.repeat(Y, quantiles, axis=1) if Y.shape[1] == 1 and quantiles > 1 else Y

    @property
    def _quantiles(self) -> int:
        """How many quantiles the loss has: each is an output."""
        quantiles = self.loss.settings.get("quantiles") if isinstance(self.loss, Loss) else None
        return len(quantiles) if isinstance(quantiles, tuple) else 1

    def _chosen(self) -> Chosen:
        return chosen(self.loss, "numbers", self.out_activation)

    def _usual(self) -> Chosen:
        return chosen(self.loss, "numbers", None)

    @staticmethod
    def _require_kind(network: Network) -> None:
        name = network.loss.name
        if name in ("cross_entropy", "binary_cross_entropy"):
            raise InvalidValueError(sentence("the loss of a regressor", name, "one for numbers"))

    def _take_classes(self, network: Network, classes: Any) -> None:
        if classes is not None:
            raise InvalidValueError(sentence("classes", Words("given"), "left out for a regressor"))

    def _of_outputs(self, slopes: Array) -> Array:
        return slopes[:, 0] if slopes.shape[1] == 1 else slopes

    def _metric(self) -> Metric:
        several = self._quantiles > 1
        return Metric("minus the loss", MinusLoss(self.loss), True, "numbers") if several else METRICS["r2"]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return R2 of the predictions.

        Parameters
        ----------
        X, y, sample_weight
            Rows, targets and weights.

        Raises
        ------
        InvalidValueError
            When the loss has several quantiles, which are no predictions of one number.
        """
        if self._quantiles > 1:
            may_be = "1 for R2; sklearn.metrics.mean_pinball_loss judges each column of predict"
            raise InvalidValueError(sentence("the number of quantiles", self._quantiles, may_be))
        return float(super().score(X, y, sample_weight))

    def _classes_of(self, Y: Array) -> Array | None:
        return None

    @available_if(takes_steps)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> "MLPRegressor":
        """Learn one epoch from rows, from where the last call ended; the optimizer goes on as well.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, sample_weight_val
            As for `fit`. With rows to judge by, your own or those that ``early_stopping`` holds out of
            every call, `coefs_` are the best of all calls so far, while the next call goes on from
            where this one ended.

        Returns
        -------
        MLPRegressor
            This one.
        """
        return self._learn((X, y, sample_weight), (X_val, y_val, sample_weight_val), goes_on=True)

    # What is predicted

    def predict(self, X: Any) -> Array:
        """Return the prediction for each row.

        Parameters
        ----------
        X : array, sparse matrix or data frame, shape (n_samples, n_features)
            The rows; a row's answer never depends on its neighbors.

        Returns
        -------
        array, shape (n_samples,) or (n_samples, n_outputs)
            A column for each output, or for each quantile of a pinball loss.
        """
        A = self._outputs(X)
        return A[:, 0] if A.shape[1] == 1 else A
