"""What the classifier and the regressor share: how they are fitted, and what they keep."""

import copy
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.callback import CallbackSupportMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from chainrule.errors import DivergenceError, InvalidValueError, ShapeError, Words, sentence
from chainrule.estimators import correspondence, inputs, rules
from chainrule.estimators.callbacks import Told
from chainrule.estimators.correspondence import Chosen, theirs
from chainrule.estimators.derivatives import Derivatives
from chainrule.estimators.exchanged import Exchanged
from chainrule.estimators.fitting import Fit
from chainrule.estimators.heldout import Judged, Scored, divided, require_both, validation
from chainrule.estimators.left import Going, losses_of, scores_of
from chainrule.estimators.patience import Patience
from chainrule.estimators.shown import Shown
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.losses import check_targets
from chainrule.network.network import Network
from chainrule.network.optimizers import LBFGS, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data
from chainrule.train.blas import one_thread
from chainrule.train.engines import predicted
from chainrule.train.history import History
from chainrule.train.metrics import Metric
from chainrule.train.training import Training

Given = tuple[Any, Any, Any]  # X, y and sample_weight, as they came in

RUNNING = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")  # what scikit-learn takes away when a fit ends


class Perceptron(CallbackSupportMixin, Derivatives, Shown, Exchanged, BaseEstimator, ABC):
    """A multilayer perceptron with scikit-learn's interface; use `MLPClassifier` or `MLPRegressor`."""

    coefs_: list[Array]
    intercepts_: list[Array]
    network_: Network
    history_: History
    n_features_in_: int
    t_: int

    _checks: ClassVar[dict[str, bool]] = {"multi_output": True}

    def _keep(self, settings: dict[str, Any]) -> None:
        """Keep the arguments of `__init__` as they are, as scikit-learn wants it."""
        settings.pop("self")
        self.__dict__.update(settings)

    # What each of the two does in its own way

    @abstractmethod
    def _see_targets(self, y: Any, *, anew: bool) -> None:
        """Learn what the targets are, or make sure that they are what they were."""

    @abstractmethod
    def _columns(self, y: Any, dtype: np.dtype) -> Array:
        """Return targets as a network takes them, shape (n, outputs)."""

    @abstractmethod
    def _chosen(self) -> Chosen:
        """Return the loss and the output activation."""

    @abstractmethod
    def _metric(self) -> Metric:
        """Return what decides on held-out rows where `scoring` says nothing."""

    @abstractmethod
    def _classes_of(self, Y: Array) -> Array | None:
        """Return the class of each row, for a split that keeps their parts; None where there is none."""

    def _weights(self, y: Any, sample_weight: Array | None) -> Array | None:
        """Return how much each row counts."""
        return sample_weight

    # Fitting

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Any:
        """Learn from rows.

        Parameters
        ----------
        X : array, sparse matrix or data frame, shape (n_samples, n_features)
            The rows; a sparse matrix becomes dense.
        y : array, shape (n_samples,) or (n_samples, n_outputs)
            Their targets.
        sample_weight : array, shape (n_samples,), optional
            How much each row counts; 0 or above.
        X_val, y_val, sample_weight_val : as X, y and sample_weight, optional
            Your own rows to judge by after every epoch: the weights that were best on them are kept, and
            `tol` and `n_iter_no_change` look at them, as with ``early_stopping``.

        Returns
        -------
        estimator
            This one.

        Raises
        ------
        ValueError
            When something does not fit; an earlier fit is kept.
        DivergenceError
            When a number is not finite any more: epoch, batch and layer are named. The estimator is what it
            was before, but with rows to judge by it has the weights that were best on them.
        """
        return self._learn((X, y, sample_weight), (X_val, y_val, sample_weight_val), goes_on=False)

    def _learn(self, given: Given, own: Given, *, goes_on: bool) -> Any:
        """Fit to rows: for `fit` until it stops, for `partial_fit` one epoch more."""
        first = not hasattr(self, "coefs_") or not (self.warm_start or goes_on)
        going: Going | None = getattr(self, "_going", None) if goes_on and not first else None
        with unchanged_unless_fitted(self):
            data = self._data(*given, reset=first, learns=not goes_on)
            epochs = 1 if goes_on else self.max_iter
            training = self._training(data, given, own, going, first=first, epochs=epochs)
            patience = replace(going.patience) if going else Patience(self.tol, self.n_iter_no_change)
            told = Told(self, given, "partial_fit" if goes_on else "fit", epochs)
            fit = Fit(training, patience, told, lambda: self._attributes(training.learned))
            try:
                fit.run(epochs)
            except KeyboardInterrupt:
                if not fit.losses:
                    raise
                warnings.warn("Training interrupted by user.", stacklevel=4)
                fit.ended = True
            except DivergenceError:
                if fit.losses and training.validation is not None:  # the best weights until then are sound
                    self._keep_learned(fit, going, first=first, goes_on=goes_on)
                raise
            self._keep_learned(fit, going, first=first, goes_on=goes_on)
        told.close(dict)
        if not (goes_on or fit.converged or fit.ended):
            self._warn_of_convergence(len(fit.losses))
        return self

    def _data(self, X: Any, y: Any, sample_weight: Any, *, reset: bool, learns: bool) -> Data:
        """Return rows, targets and weights as a network takes them."""
        if y is None:  # in scikit-learn's words
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None"
            )
        X, y = inputs.rows(self, X, y, reset=reset, **self._checks)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
        if learns:
            self._see_targets(y, anew=reset)
        X = inputs.in_precision(X, inputs.precision(self.dtype))
        inputs.warn_of_scale(self, X)
        Y, weights = self._columns(y, X.dtype), self._weights(y, sample_weight)
        return Data(X, Y, None if weights is None else accept.row_weights(weights, len(X), X.dtype))

    def _training(
        self, data: Data, given: Given, own: Given, going: Going | None, *, first: bool, epochs: int
    ) -> Training:
        """Return the training that a fit is."""
        optimizer = rules.optimizer(self)
        network = rules.network(self, data.X.shape[1], data.Y.shape[1], self._chosen())
        check_targets(network.loss, data.Y)
        seed = self._seed(going)
        parameters = self._start(network, seed, data.X.dtype, going, first=first)
        data, judged = self._judged(data, given, own, seed, optimizer)
        batch = self._batch_rows(len(data.X), optimizer)
        return Training(
            network,
            parameters,
            data,
            optimizer,
            correspondence.penalty(self.alpha, batch * data.normalizer / len(data.X)),
            epochs=epochs,
            batch_size=batch,
            seed=seed,
            shuffle=self.shuffle,
            schedule=rules.schedule(self, len(data.X), 0 if first else self.t_, going),
            clip_norm=self.clip_norm,
            validation=None if judged is None else validation(self, network, judged, self._snapshot),
            engine=self.engine,
            n_threads=rules.threads(self.n_jobs),
            state=going.state if going and going.rule is type(optimizer) else None,
        )

    def _seed(self, going: Going | None) -> int:
        """Return the seed: a whole `random_state` as it is, and one further with every `partial_fit`."""
        state = self.random_state
        if isinstance(state, (int, np.integer)):
            return (int(state) + (going.calls if going else 0)) % 2**64
        return int(check_random_state(state).randint(2**31 - 1))

    def _start(
        self, network: Network, seed: int, dtype: np.dtype, going: Going | None, *, first: bool
    ) -> Parameters:
        """Return the parameters to begin with: new ones, those of the last step, or `coefs_`."""
        if first:
            return rules.first_parameters(network, seed, dtype)
        sizes = (len(self.coefs_[0]), *(np.shape(W)[1] for W in self.coefs_))
        if sizes != network.sizes:
            may_be = f"{sizes}, with whose weights warm_start and partial_fit go on"
            raise ShapeError(
                sentence(
                    "the sizes of the layers (inputs, hidden_layer_sizes, outputs)", network.sizes, may_be
                )
            )
        if going is not None and self._untouched():
            return self._parameters.like(going.state.theta.astype(dtype, copy=False))
        return self._taken(network, dtype)

    def _judged(
        self, data: Data, given: Given, own: Given, seed: int, optimizer: Optimizer | LBFGS
    ) -> tuple[Data, Judged | None]:
        """Return the rows to learn from, and those to judge by, if there are any."""
        X_val, y_val, sample_weight_val = own
        require_both(X_val, y_val)
        if X_val is not None:
            with told_of("the rows to judge by (X_val, y_val, sample_weight_val)"):
                held = self._data(X_val, y_val, sample_weight_val, reset=False, learns=False)
            return data, Judged(held, *own)
        if sample_weight_val is not None:
            raise InvalidValueError(sentence("sample_weight_val", Words("given"), "given only with X_val"))
        if self.early_stopping and not isinstance(optimizer, LBFGS):
            return divided(self, data, given, seed)
        if self.scoring is not None:
            may_be = "given only with rows to judge by: early_stopping, which lbfgs has not, or X_val"
            raise InvalidValueError(sentence("scoring", self.scoring, may_be))
        return data, None

    def _batch_rows(self, rows: int, optimizer: Optimizer | LBFGS) -> int:
        """Return how many rows a step takes."""
        if isinstance(optimizer, LBFGS):
            return rows
        if self.batch_size == "auto":
            return min(200, rows)
        if self.batch_size > rows:
            warnings.warn(
                f"batch_size was {self.batch_size}, more than the {rows} rows; a step takes all of them",
                stacklevel=5,
            )
        return int(min(self.batch_size, rows))

    def _warn_of_convergence(self, epochs: int) -> None:
        if isinstance(rules.optimizer(self), LBFGS):
            said = (
                f"lbfgs did not converge in {epochs} iterations; increase max_iter ({self.max_iter}) or "
                f"max_fun ({self.max_fun}), or scale the features"
            )
        elif epochs < self.max_iter:
            return
        else:
            said = (
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization "
                "hasn't converged yet."
            )
        warnings.warn(said, ConvergenceWarning, stacklevel=4)

    # What a fit leaves

    def _keep_learned(self, fit: Fit, going: Going | None, *, first: bool, goes_on: bool) -> None:
        """Keep every attribute that a fit leaves, all at once."""
        training, earlier = fit.training, {} if first else vars(self)
        learned = training.learned
        if (
            goes_on
            and not first
            and training.validation
            and fit.patience.best > training.validation.values[-1]
        ):
            learned = self._taken(learned.layout.network, learned.theta.dtype)  # an earlier call was better
        left = {
            **self._attributes(learned),
            **losses_of(fit, self._chosen(), earlier),
            **scores_of(fit, earlier),
            "n_iter_": len(fit.losses),
            "t_": (0 if first else self.t_) + len(fit.losses) * len(training.data.X),
            "history_": training.history,
            "_no_improvement_count": fit.patience.count,
            "_going": Going.after(fit, going, goes_on=goes_on),
        }
        if isinstance(training.validation, Scored):
            training.validation.forget_rows()
        self.__dict__.update(left)

    def _attributes(self, parameters: Parameters) -> dict[str, Any]:
        """Return the attributes of an estimator that has these parameters."""
        network = parameters.layout.network
        return {
            "network_": network,
            "coefs_": list(parameters.W),
            "intercepts_": list(parameters.b),
            "n_layers_": network.depth + 1,
            "n_outputs_": network.sizes[-1],
            "out_activation_": theirs(network.layers[-1].activation),
            "_held": parameters,
        }

    def _snapshot(self, parameters: Parameters) -> Any:
        """Return an estimator that is fitted with these parameters."""
        fitted = copy.copy(self)
        fitted.__dict__.update(self._attributes(parameters))
        return fitted

    # What `coefs_` and `intercepts_` are

    @property
    def _parameters(self) -> Parameters:
        """The parameters; what was put into `coefs_` or `intercepts_` counts."""
        if not self._untouched():
            network = vars(self).get("network_") or self._network_of_coefs()
            self.__dict__.update(self._attributes(self._taken(network, np.asarray(self.coefs_[0]).dtype)))
        return self._held

    def _untouched(self) -> bool:
        """Return whether `coefs_` and `intercepts_` are still the arrays that the last fit left."""
        held = vars(self).get("_held")
        if held is None or len(self.coefs_) != len(held.W):
            return False
        pairs = zip([*self.coefs_, *self.intercepts_], [*held.W, *held.b], strict=False)
        return all(here is there for here, there in pairs)

    def _network_of_coefs(self) -> Network:
        """Return the network of weights that were put in without a fit."""
        return rules.network(self, len(self.coefs_[0]), self.coefs_[-1].shape[1], self._chosen())

    def _taken(self, network: Network, dtype: np.dtype) -> Parameters:
        """Return `coefs_` and `intercepts_` as parameters."""
        precision = dtype if dtype in (np.float32, np.float64) else np.dtype(np.float64)
        return Parameters.from_arrays(
            network, self.coefs_, self.intercepts_, orientation="from_to", dtype=precision
        )

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the flat vector, of which `coefs_` are views: it is made anew of them."""
        return {name: value for name, value in super().__getstate__().items() if name != "_held"}

    def _outputs(self, X: Any) -> Array:
        """Return what the network gives for rows, shape (n, n_outputs)."""
        if "coefs_" not in vars(self):
            check_is_fitted(self)
        parameters, X = self._parameters, inputs.rows_to_predict(self, X)
        X = inputs.in_precision(X, parameters.theta.dtype)
        with one_thread():
            return predicted(self.engine, self.network_, parameters, X, rules.threads(self.n_jobs))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


@contextmanager
def told_of(what: str) -> Iterator[None]:
    """Say of which rows it is where a `with` block refuses some."""
    try:
        yield
    except ValueError as error:
        raise InvalidValueError(f"{what}: {error}") from error


@contextmanager
def unchanged_unless_fitted(estimator: Any) -> Iterator[None]:
    """Give an estimator its attributes back where a `with` block raises before new weights were kept.

    So an earlier fit is kept, whole, when rows are refused, training diverges, or somebody interrupts.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        now = dict(vars(estimator))
        if now.get("_held") is before.get("_held"):
            vars(estimator).clear()
            vars(estimator).update(before, **{name: now[name] for name in RUNNING if name in now})
        raise
