"""The classifier."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call, type_of_target
from sklearn.utils.validation import column_or_1d

from chainrule.errors import InvalidValueError, sentence
from chainrule.estimators.base import Perceptron
from chainrule.estimators.correspondence import Chosen, chosen
from chainrule.estimators.labels import Labels
from chainrule.estimators.rules import takes_steps
from chainrule.estimators.settings import OF_CLASSES
from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.losses import Loss
from chainrule.network.network import Network
from chainrule.network.optimizers import LBFGS, Optimizer
from chainrule.network.schedules import Schedule
from chainrule.train.metrics import METRICS, Metric, mean


def all_right(A: Array, Y: Array, weights: Array) -> float:
    """Return the part of the rows whose labels are all right."""
    return mean(((A > 0.5) == (Y > 0.5)).all(axis=1), weights)


ALL_RIGHT = Metric("all_right", all_right, greater_is_better=True, of="classes")


class MLPClassifier(ClassifierMixin, Perceptron):
    """A multilayer perceptron for classes: scikit-learn's, on our engine, and what its users asked for.

    All parameters up to `max_fun` are scikit-learn's and mean the same.

    Parameters
    ----------
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
    loss : "log_loss" or Loss
        Cross-entropy, or a loss of one's own choice.
    class_weight : dict, "balanced" or None
        How much each class counts.
    out_activation : str, Activation or None
        Of the outputs; None is the one that goes with the loss.
    dropout : float or list of float
        The part of each hidden layer's outputs that training sets to 0.
    weight_decay : float
        Of "adamw": how fast weights shrink beside the gradient.
    clip_norm : float, optional
        A longer gradient is shortened to this length.
    scoring : str or callable, optional
        What decides on the rows to judge by, one of scikit-learn's scorers; by default the part of them
        whose classes are right.
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
    classes_ : array
        The labels, in the order of the columns of `predict_proba`.
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
    sklearn.neural_network.MLPClassifier : What it takes the place of.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> perceptron = MLPClassifier((16,), solver="lbfgs", random_state=0)
    >>> make_pipeline(StandardScaler(), perceptron).fit(X, y).score(X, y) > 0.95
    True
    >>> perceptron.n_layers_, perceptron.out_activation_
    (3, 'logistic')
    """

    _parameter_constraints = OF_CLASSES
    classes_: Array

    def __init__(
        self,
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
        loss: str | Loss = "log_loss",
        class_weight: Any = None,
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
        found = Labels.of(y)
        if not anew and set(found.classes) != set(self.classes_):
            raise ValueError(  # scikit-learn's words
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {found.classes}"
            )
        self._labels, self.classes_ = found, found.classes

    def _columns(self, y: Any, dtype: np.dtype) -> Array:
        return self._labels.columns(one_column(y), dtype)

    def _chosen(self) -> Chosen:
        return chosen(self.loss, self._labels.kind, self.out_activation)

    def _usual(self) -> Chosen:
        return chosen(self.loss, self._labels.kind, None)

    @staticmethod
    def _require_kind(network: Network) -> None:
        output = network.layers[-1].activation.name
        if output not in ("softmax", "sigmoid"):
            raise InvalidValueError(
                sentence("the output activation of a classifier", output, "softmax or sigmoid")
            )

    def _take_classes(self, network: Network, classes: Any) -> None:
        end = network.layers[-1]
        of_outputs = Labels.for_outputs
        self._labels = (
            classes if isinstance(classes, Labels) else of_outputs(classes, end.units, end.activation.name)
        )
        self.classes_ = self._labels.classes

    def _of_outputs(self, slopes: Array) -> Array:
        return np.concatenate([-slopes, slopes], axis=1) if len(self.classes_) > slopes.shape[1] else slopes

    def _metric(self) -> Metric:
        return ALL_RIGHT if self._labels.kind == "several" else METRICS["accuracy"]

    def _classes_of(self, Y: Array) -> Array | None:
        return None if self._labels.kind == "several" else Y[:, 0] if Y.shape[1] == 1 else Y.argmax(axis=1)

    def _weights(self, y: Any, sample_weight: Array | None) -> Array | None:
        if self.class_weight is None:
            return sample_weight
        of_classes = compute_sample_weight(self.class_weight, y)
        return of_classes if sample_weight is None else of_classes * sample_weight

    @available_if(takes_steps)
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> "MLPClassifier":
        """Learn one epoch from rows, from where the last call ended; the optimizer goes on as well.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, sample_weight_val
            As for `fit`. With rows to judge by, your own or those that ``early_stopping`` holds out of
            every call, `coefs_` are the best of all calls so far, while the next call goes on from
            where this one ended.
        classes : array, shape (n_classes,)
            All classes there will be; needed in the first call only. With several labels a row they are
            the columns of `y`.

        Returns
        -------
        MLPClassifier
            This one.
        """
        if _check_partial_fit_first_call(self, classes):
            if self.class_weight == "balanced":
                may_be = "a dict of weights with partial_fit, which never sees all rows"
                raise InvalidValueError(sentence("class_weight", "balanced", may_be))
            several = type_of_target(y).startswith("multilabel")
            self._labels = Labels.of(y) if several else Labels.listed(classes)
            self.classes_ = self._labels.classes
        return self._learn((X, y, sample_weight), (X_val, y_val, sample_weight_val), goes_on=True)

    # What is predicted

    def predict(self, X: Any) -> Any:
        """Return the class of each row, or with several labels a row 0 and 1 for each.

        Parameters
        ----------
        X : array, sparse matrix or data frame, shape (n_samples, n_features)
            The rows; a row's answer never depends on its neighbors.

        Returns
        -------
        array, shape (n_samples,) or (n_samples, n_classes)
        """
        A = self._outputs(X)
        return self._labels.labels(A)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class in the order of `classes_`, shape (n_samples, n_classes).

        Parameters
        ----------
        X : array, sparse matrix or data frame, shape (n_samples, n_features)
            The rows.
        """
        A = self._outputs(X)
        return self._labels.probabilities(A)

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def one_column(y: Any) -> Any:
    """Return targets (n, 1) as (n,), with scikit-learn's warning."""
    return column_or_1d(y, warn=True) if getattr(y, "ndim", 1) == 2 and y.shape[1] == 1 else y
