"""What each parameter of the estimators may be; scikit-learn checks it when something is fitted."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

from chainrule.errors import ShapeError, sentence
from chainrule.estimators.correspondence import ACTIVATIONS, LOSSES_BY_NAME
from chainrule.network import activations
from chainrule.network.activations import Activation
from chainrule.network.losses import Loss
from chainrule.network.optimizers import LBFGS, Optimizer
from chainrule.train.engines import ENGINES

_NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
_POSITIVE = Interval(Real, 0, None, closed="neither")
_FRACTION = Interval(Real, 0, 1, closed="left")
_COUNT = Interval(Integral, 1, None, closed="left")
_NAMES = set(activations.ACTIVATIONS) | set(ACTIVATIONS)
_LOSSES = {row.name: row.of == "numbers" for row in LOSSES_BY_NAME}

STEP_SOLVERS = ("adam", "sgd", "adamw", "rmsprop", "adagrad")

SHARED: dict[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", _COUNT],
    "activation": [StrOptions(_NAMES), Activation, tuple, list, callable],
    "solver": [StrOptions({"lbfgs", *STEP_SOLVERS}), *Optimizer.__args__, LBFGS],
    "alpha": [_NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto"}), _COUNT],
    "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"}), HasMethods("factor")],
    "learning_rate_init": [_POSITIVE],
    "power_t": [_NOT_NEGATIVE],
    "max_iter": [_COUNT],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [_NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [_FRACTION],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [_FRACTION],
    "beta_1": [_FRACTION],
    "beta_2": [_FRACTION],
    "epsilon": [_POSITIVE],
    "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
    "max_fun": [_COUNT],
    "dropout": [_FRACTION, "array-like"],
    "out_activation": [None, StrOptions(_NAMES), Activation, tuple, callable],
    "clip_norm": [None, _POSITIVE],
    "weight_decay": [_NOT_NEGATIVE],
    "scoring": [None, str, callable],
    "dtype": [None, StrOptions({"float32", "float64"}), Options(type, {np.float32, np.float64}), np.dtype],
    "n_jobs": [None, Integral],
    "engine": [StrOptions(set(ENGINES))],
}
OF_CLASSES = {
    **SHARED,
    "loss": [StrOptions({name for name, numbers in _LOSSES.items() if not numbers}), Loss],
    "class_weight": [None, StrOptions({"balanced"}), dict, list],
}
OF_NUMBERS = {
    **SHARED,
    "loss": [StrOptions({name for name, numbers in _LOSSES.items() if numbers}), Loss],
}


def several(given: Any) -> bool:
    """Return whether something is a list of things; a pair of callables is one activation."""
    if isinstance(given, str) or not isinstance(given, (Sequence, np.ndarray)):
        return False
    return not (isinstance(given, tuple) and len(given) == 2 and all(map(callable, given)))


def one_a_layer(thing: str, given: Any, layers: int) -> list[Any]:
    """Return a setting of each hidden layer: one for all, or a list with one for each."""
    if not several(given):
        return [given] * layers
    if len(given) != layers:
        raise ShapeError(
            sentence(f"the number of entries of {thing}", len(given), f"{layers}, one a hidden layer")
        )
    return list(given)
