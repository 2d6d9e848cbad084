"""How an estimator's settings become a network, an update rule, a schedule, and a number of threads."""

from typing import Any

import numpy as np
from joblib import effective_n_jobs

from chainrule.errors import InvalidTypeError, InvalidValueError, Words, sentence
from chainrule.estimators.correspondence import ACTIVATIONS, Chosen, ours
from chainrule.estimators.left import Going
from chainrule.estimators.rates import Adaptive, BySamples, Later
from chainrule.estimators.settings import one_a_layer
from chainrule.network import accept, draws
from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.optimizers import (
    LBFGS,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
)
from chainrule.network.parameters import Parameters
from chainrule.network.schedules import CONSTANT, Schedule

# From such a reduction of the loss on SciPy's L-BFGS goes on by itself, and so scikit-learn's.
LEAST_REDUCTION = 2.220446049250313e-09
AS_SCIKIT_LEARN = "glorot_uniform"


def network(of: Any, inputs: int, outputs: int, end: Chosen) -> Network:
    """Return the network that an estimator's settings describe.

    Its weights are drawn as scikit-learn draws them (Glorot & Bengio 2010) for the activations it has,
    and as suits the others.
    """
    sizes = of.hidden_layer_sizes
    several = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
    hidden = [accept.count("an entry of hidden_layer_sizes", size) for size in several]
    kinds = [ours(each) for each in one_a_layer("activation", of.activation, len(hidden))]
    dropout = one_a_layer("dropout", of.dropout, len(hidden))
    layers, before = [], inputs
    for units, kind, part in zip([*hidden, outputs], [*kinds, end.output], [*dropout, 0.0], strict=True):
        drawn = AS_SCIKIT_LEARN if kind.name in DRAWN_BY_GLOROT else None
        layers.append(Dense(before, units, kind, dropout=part, initializer=drawn))
        before = units
    return Network(layers, end.loss)


DRAWN_BY_GLOROT = {
    ACTIVATIONS.get(name, name) for name in ("identity", "logistic", "tanh", "relu", "softmax")
}


def first_parameters(network: Network, seed: int, dtype: np.dtype) -> Parameters:
    """Return the parameters to begin with: biases are drawn too, as in scikit-learn.

    Where rows lie around 0, the kinks of units whose biases are 0 all go through there.
    """
    parameters = Parameters.initial(network, seed, dtype)
    for l, layer in enumerate(network.layers, start=1):
        width = np.sqrt(6 / (layer.inputs + layer.units))
        b = parameters.b[l]
        assert b is not None  # every layer of an estimator has one a unit
        b[:] = width * (2 * draws.uniform(layer.units, seed, "biases", l) - 1)
    return parameters


def optimizer(of: Any) -> Optimizer | LBFGS:
    """Return the update rule that an estimator's settings describe."""
    rate = of.learning_rate_init
    moments = {"beta1": of.beta_1, "beta2": of.beta_2, "epsilon": of.epsilon}
    match of.solver:
        case "sgd":
            if of.momentum == 0:
                return GradientDescent(rate)
            return Momentum(rate, of.momentum, of.nesterovs_momentum)
        case "adam":
            return Adam(rate, **moments)
        case "adamw":
            return AdamW(rate, **moments, weight_decay=of.weight_decay)
        case "rmsprop":
            return RMSprop(rate)
        case "adagrad":
            return Adagrad(rate)
        case "lbfgs":
            return LBFGS(tolerance=of.tol, reduction=LEAST_REDUCTION, evaluations=of.max_fun)
        case made:
            return made


def takes_steps(estimator: Any) -> bool:
    """Return whether the solver learns step by step, so that `partial_fit` has a meaning.

    Raises
    ------
    AttributeError
        When it does not: then there is no such method.
    """
    if isinstance(optimizer(estimator), LBFGS):
        raise AttributeError("partial_fit is for solvers that take single steps; lbfgs sees all rows at once")
    return True


def schedule(of: Any, rows: int, seen: int, going: Going | None) -> Schedule:
    """Return the schedule: one of ours, or scikit-learn's, which only its sgd follows.

    Parameters
    ----------
    of : estimator
        Whose settings they are.
    rows, seen : int
        Rows of an epoch, and rows seen before.
    going : Going, optional
        What a `partial_fit` goes on with.
    """
    if isinstance(of.learning_rate, type):
        may_be = f"one that is made, such as {of.learning_rate.__name__}()"
        raise InvalidTypeError(sentence("learning_rate", Words("a class"), may_be))
    if not isinstance(of.learning_rate, str):
        return Later(of.learning_rate, going.epochs, of.max_iter) if going else of.learning_rate
    if of.solver != "sgd" or of.learning_rate == "constant":
        return CONSTANT
    slowed = going.slowed if going else 1.0
    return Adaptive(before=slowed) if of.learning_rate == "adaptive" else BySamples(of.power_t, rows, seen)


def threads(n_jobs: int | None) -> int | None:
    """Return the most threads that n_jobs means, as joblib counts them; None is left to the engine."""
    if n_jobs == 0:
        raise InvalidValueError(sentence("n_jobs", 0, "None, a number of threads, or -1 for all cores"))
    return None if n_jobs is None else int(effective_n_jobs(n_jobs))
