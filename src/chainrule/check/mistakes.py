"""The mistakes that real backward passes contain, each a line that stands where an equation should.

To add a mistake is to add a row. A row says where it can sit: in which layers of which network its line is
another one at all, and can be computed.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from chainrule.check import lines
from chainrule.check.lines import At, Setting
from chainrule.check.mistake import Factor, Mistake, Reported
from chainrule.network.activations import Activation, RowActivation
from chainrule.network.array import Array
from chainrule.network.optimizers import Adagrad, Adam, AdamW, Momentum, RMSprop
from chainrule.reference import equations
from chainrule.reference.update import RULES


def _output(on: Setting, l: int) -> bool:
    return l == on.network.depth


def _hidden(on: Setting, l: int) -> bool:
    return l < on.network.depth


def _anywhere(_on: Setting, _l: int) -> bool:
    return True


def _curved(on: Setting, l: int) -> bool:
    """Whether the activation of a layer has another derivative than 1, entry by entry."""
    f = on.network.layer(l).activation
    return f.name != "identity" and not isinstance(f, RowActivation)


def _by_rows(on: Setting, l: int) -> bool:
    """Whether the activation of a layer takes a whole row, as softmax does."""
    return isinstance(on.network.layer(l).activation, RowActivation)


def _not_sigmoid(on: Setting, l: int) -> bool:
    return on.network.layer(l).activation.name != "sigmoid" and not _by_rows(on, l)


def _has_bias(on: Setting, l: int) -> bool:
    return on.network.layer(l).bias != "none"


def _per_unit(on: Setting, l: int) -> bool:
    return on.network.layer(l).bias == "per_unit" and on.network.sizes[l] > 1


def _shared(on: Setting, l: int) -> bool:
    return on.network.layer(l).bias == "shared" and on.network.sizes[l] > 1


def _square(on: Setting, l: int) -> bool:
    """Whether a layer has as many units as inputs, so that a slip of one for the other computes."""
    return on.network.sizes[l] == on.network.sizes[l - 1] > 1


def _followed_by_same(on: Setting, l: int) -> bool:
    """Whether a hidden layer has as many units as the next one."""
    return _hidden(on, l) and _square(on, l + 1)


def _several(on: Setting, l: int) -> bool:
    """Whether a layer has several units."""
    return on.network.sizes[l] > 1


def _paired(on: Setting) -> bool:
    """Whether the derivatives of the loss and of the output's activation cancel."""
    return on.network.loss.paired(on.network.layers[-1].activation) is not None


def _rows_in(on: Setting) -> int:
    return len(on.data.X)


def _of_logarithms(on: Setting) -> bool:
    return on.network.loss.name in ("cross_entropy", "binary_cross_entropy")


def _upstream(at: At) -> Array:
    """Return what comes back to a hidden layer: delta[l+1] W[l+1]^T."""
    return at.delta[at.l + 1] @ at.W[at.l + 1].T


def _back(at: At, upstream: Array) -> Array:
    """Return what comes back, taken through the activation of the layer."""
    return at.f.pull_back(upstream, at.Z[at.l], at.A[at.l])


def _of_output(at: At) -> Array:
    """Return dLoss/dA[L], as parts of the mean."""
    return at.per_row(at.network.loss.derivative(at.A[at.network.depth], at.data.Y))


def _errors(at: At) -> Array:
    """Return what comes back to a hidden layer where no slope is multiplied on the way."""
    L, network = at.network.depth, at.network
    error = _of_output(at)
    right = at.per_row(equations.BP1(network.loss, network.layer(L).activation, at.Z[L], at.A[L], at.data.Y))
    largest = np.unravel_index(np.abs(right).argmax(), right.shape)
    for l in range(L, at.l, -1):
        error = error @ at.W[l].T
    return error * (at.delta[L][largest] / right[largest])  # in the convention of delta[L]


def _loss_of_outputs(at: At) -> Array:
    """Return the loss from the outputs, where they are not what Z[L] gives."""
    return at.per_row(at.network.loss.terms(at.A[at.l], at.data.Y)).sum()


def _of_logarithm(at: At) -> Array:
    """Return dLoss/dA[L] of a cross-entropy, without the 1/A of its logarithms."""
    Y = at.data.Y
    return at.per_row(-Y if at.network.loss.name == "cross_entropy" else 1 - 2 * Y)


def _rows(at: At) -> float:
    return float(len(at.data.X))


def _outputs(at: At) -> float:
    return float(at.network.sizes[-1])


def _of_next(at: At) -> Activation:
    return at.network.layer(at.l + 1).activation


def _first_again(array: Array) -> Array:
    """Return an array with its first column in the place of the last."""
    return np.concatenate([array[:, :-1], array[:, :1]], axis=1)


def _augmented(at: At) -> Array:
    """Return the weights of the next layer with its bias as their first row."""
    W, b = at.W[at.l + 1], at.b[at.l + 1]
    return np.concatenate([np.broadcast_to(b, (1, W.shape[1])), W])


def _before(at: At) -> At:
    """Return the step before; the first one has none, and is its own."""
    return at.before or at


def _added_up(right: Array, at: At, name: Literal["dW", "db"]) -> Array:
    """Return a gradient with that of the step before still in it."""
    return right if at.before is None else right + getattr(at.before, name)[at.l]


def _corrected(at: At) -> tuple[Array, Array]:
    """Return Adam's two means, corrected for their start at 0."""
    rule, slots = at.rule, at.remembered
    assert isinstance(rule, Adam)
    return slots["m"] / (1 - rule.beta1**at.t), slots["v"] / (1 - rule.beta2**at.t)


def _epsilon_inside(at: At) -> Array:
    """Return the direction of a rule that divides by a root, with epsilon inside it."""
    rule = at.rule
    assert isinstance(rule, Adam | RMSprop | Adagrad)
    of, squares = _corrected(at) if isinstance(rule, Adam) else (at.dtheta, at.remembered["s"])
    return of / np.sqrt(squares + rule.epsilon) + at.decay


def _uncorrected(at: At) -> Array:
    """Return Adam's direction without the correction of its means."""
    rule, slots = at.rule, at.remembered
    assert isinstance(rule, Adam)
    return slots["m"] / (np.sqrt(slots["v"]) + rule.epsilon) + at.decay


def _betas_swapped(at: At) -> Array:
    rule = at.rule
    assert isinstance(rule, Adam)
    return at.along(replace(rule, beta1=rule.beta2, beta2=rule.beta1))


def _velocity(at: At, of_old: float, of_new: float) -> Array:
    """Return the direction of momentum whose sum takes other parts of the old one and of the gradient."""
    rule, here = at.rule, (at.block, at.l)
    assert isinstance(rule, Momentum)
    v = of_old * at.slots_before[here]["v"] + of_new * at.dtheta
    at.slots[here] = {"v": v}
    return at.dtheta + rule.momentum * v if rule.nesterov else v


def _momentum(at: At) -> float:
    assert isinstance(at.rule, Momentum)
    return at.rule.momentum


def _decayed_too(at: At) -> Array:
    """Return the direction of AdamW whose decay passes through its means."""
    rule, here = at.rule, (at.block, at.l)
    assert isinstance(rule, AdamW)
    plain = Adam(rule.learning_rate, rule.beta1, rule.beta2, rule.epsilon)
    direction, at.slots[here] = RULES[Adam].direction(
        plain, at.dtheta + at.decay, at.slots_before[here], at.t
    )
    return direction


Z = "Z[l] = A[l-1] W[l] + b[l]"
A = "A[l] = f_l(Z[l])"
DELTA_OUT = "delta[L] = dLoss/dA[L] * f_L'(Z[L])"
DELTA = "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])"
DW = "dW[l] = A[l-1]^T delta[l]"
DB = "db[l] = column sums of delta[l]"
THETA = "theta <- theta - eta * dtheta"
ADAM = "m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)"

MISTAKES: tuple[Mistake, ...] = (
    # --- Conventions: the loss, or the rule, is meant otherwise ---
    Mistake(
        "loss-without-half",
        "BP1",
        "delta[L] = 2 dLoss/dA[L] * f_L'(Z[L])",
        DELTA_OUT,
        Factor(lambda at: 2.0),
        _output,
        convention=True,
        also={"loss": Factor(lambda at: 2.0)},
    ),
    Mistake(
        "loss-with-half",
        "BP1",
        "delta[L] = 1/2 dLoss/dA[L] * f_L'(Z[L])",
        DELTA_OUT,
        Factor(lambda at: 0.5),
        _output,
        convention=True,
        also={"loss": Factor(lambda at: 0.5)},
    ),
    Mistake(
        "sum-over-rows",
        "BP1",
        "the sum over the rows, not divided by n",
        "the mean over the rows",
        Factor(_rows),
        _output,
        convention=True,
        also={"loss": Factor(_rows)},
    ),
    Mistake(
        "mean-over-outputs",
        "BP1",
        "divided by the number of outputs as well",
        "the sum over the outputs",
        Factor(lambda at: 1 / _outputs(at)),
        _output,
        convention=True,
        also={"loss": Factor(lambda at: 1 / _outputs(at))},
    ),
    Mistake(
        "penalty-without-half",
        "penalty",
        "l2 times the squared weights in the loss, 2 l2 W[l] in the gradient",
        "l2 / 2 times the squared weights, l2 W[l]",
        Factor(lambda at: 2.0),
        lambda on, l: on.penalty.l2 > 0 and not on.penalty.l1,
        convention=True,
        also={"penalty_loss": Factor(lambda at: 2.0)},
    ),
    Mistake(
        "penalty-per-row",
        "penalty",
        "the penalty divided by the number of rows",
        "the penalty added once",
        Factor(lambda at: 1 / _rows(at)),
        lambda on, l: bool(on.penalty),
        convention=True,
        also={"penalty_loss": Factor(lambda at: 1 / _rows(at))},
    ),
    Mistake(
        "frozen-bias-updated",
        "U",
        "the bias is trained as well",
        "the bias stays as it is",
        lambda at: (
            lines.U(at) if at.block == "W" else equations.U(at.theta, at.rule.learning_rate, at.along())
        ),
        lambda on, l: on.optimizer is not None and _has_bias(on, l) and not on.network.layer(l).train_bias,
        convention=True,
    ),
    Mistake(
        "momentum-averaged",
        "U",
        "v <- momentum v + (1 - momentum) dtheta",
        "v <- momentum v + dtheta",
        lambda at: at.stepped(_velocity(at, _momentum(at), 1 - _momentum(at))),
        lambda on, l: isinstance(on.optimizer, Momentum),
        convention=True,
    ),
    # --- F1 ---
    Mistake(
        "bias-left-out",
        "F1",
        "Z[l] = A[l-1] W[l]",
        Z,
        lambda at: at.A[at.l - 1] @ at.W[at.l],
        _has_bias,
    ),
    Mistake(
        "weights-transposed-forward",
        "F1",
        "Z[l] = A[l-1] W[l]^T + b[l]",
        Z,
        lambda at: equations.F1(at.A[at.l - 1], at.W[at.l].T, at.b.get(at.l)),
        _square,
    ),
    Mistake(
        "first-weights-twice",
        "F1",
        "Z[l] of the last unit with the weights of the first",
        Z,
        lambda at: equations.F1(at.A[at.l - 1], _first_again(at.W[at.l]), at.b.get(at.l)),
        _several,
    ),
    Mistake(
        "first-input-twice-forward",
        "F1",
        "Z[l] with the first input in the place of the last",
        Z,
        lambda at: equations.F1(_first_again(at.A[at.l - 1]), at.W[at.l], at.b.get(at.l)),
        lambda on, l: _several(on, l - 1),
    ),
    # --- F2 ---
    Mistake(
        "activation-missing",
        "F2",
        "A[l] = Z[l]",
        A,
        lambda at: at.Z[at.l],
        lambda on, l: (
            on.network.layer(l).activation.name != "identity"
            and not (_output(on, l) and (_by_rows(on, l) or _of_logarithms(on)))
        ),
    ),
    Mistake(
        "softmax-over-rows",
        "F2",
        "A[l] = f_l of each column of Z[l], over the rows",
        "A[l] = f_l of each row of Z[l], over the units",
        lambda at: at.f.value(at.Z[at.l].T).T,
        lambda on, l: _by_rows(on, l) and _rows_in(on) > 1,
        also={"loss": _loss_of_outputs},
    ),
    # --- BP1 ---
    Mistake(
        "output-derivative-missing",
        "BP1",
        "delta[L] = dLoss/dA[L]",
        DELTA_OUT,
        _of_output,
        lambda on, l: _output(on, l) and on.network.layer(l).activation.name != "identity",
    ),
    Mistake(
        "derivative-where-it-cancels",
        "BP1",
        "delta[L] = (A[L] - Y) * f_L'(Z[L])",
        "delta[L] = A[L] - Y",
        lambda at: lines.BP1(at) * at.f.derivative(at.Z[at.l], at.A[at.l]),
        lambda on, l: _output(on, l) and _paired(on),
    ),
    Mistake(
        "shortcut-where-it-does-not-hold",
        "BP1",
        "delta[L] = A[L] - Y",
        DELTA_OUT,
        lambda at: at.per_row(at.A[at.l] - at.data.Y),
        # Of half the squared error A - Y is dLoss/dA itself: that is the row above.
        lambda on, l: _output(on, l) and not _paired(on) and on.network.loss.name != "half_squared_error",
    ),
    Mistake(
        "softmax-as-diagonal",
        "BP1",
        "delta[L] = dLoss/dA[L] * A[L] * (1 - A[L])",
        "delta[L] = dLoss/dA[L] times the whole Jacobian of softmax",
        lambda at: _of_output(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda on, l: _output(on, l) and _by_rows(on, l),
    ),
    Mistake(
        "log-derivative-missing",
        "BP1",
        "delta[L] = dLoss/dA[L] * f_L'(Z[L]), with the derivative of log A taken as 1",
        "the derivative of log A is 1/A",
        lambda at: _back(at, _of_logarithm(at)),
        lambda on, l: _output(on, l) and _of_logarithms(on),
    ),
    Mistake(
        "sign",
        "BP1",
        "delta[L] = -dLoss/dA[L] * f_L'(Z[L]), the output taken from the target",
        DELTA_OUT,
        Factor(lambda at: -1.0),
        _output,
    ),
    Mistake(
        "divided-by-rows-twice",
        "BP1",
        "divided by n twice",
        "divided by n once",
        Factor(lambda at: 1 / _rows(at)),
        _output,
    ),
    Mistake(
        "two-too-many",
        "BP1",
        "delta[L] = 2 dLoss/dA[L] * f_L'(Z[L]), and the loss has no 2",
        DELTA_OUT,
        Factor(lambda at: 2.0),
        lambda on, l: _output(on, l) and on.loss_known,
    ),
    Mistake(
        "half-too-many",
        "BP1",
        "delta[L] = 1/2 dLoss/dA[L] * f_L'(Z[L]), and the loss has no 1/2",
        DELTA_OUT,
        Factor(lambda at: 0.5),
        lambda on, l: _output(on, l) and on.loss_known,
    ),
    Mistake(
        "sum-where-loss-is-mean",
        "BP1",
        "the sum over the rows, and the loss is their mean",
        "the mean over the rows",
        Factor(_rows),
        lambda on, l: _output(on, l) and on.loss_known,
    ),
    Mistake(
        "divided-by-outputs-too",
        "BP1",
        "divided by the number of outputs, and the loss is not",
        "the sum over the outputs",
        Factor(lambda at: 1 / _outputs(at)),
        lambda on, l: _output(on, l) and on.loss_known,
    ),
    Mistake(
        "derivative-at-output",
        "BP1",
        "delta[L] = dLoss/dA[L] * f_L'(A[L])",
        DELTA_OUT,
        lambda at: _of_output(at) * at.f.derivative(at.A[at.l], at.f.value(at.A[at.l])),
        lambda on, l: _output(on, l) and _curved(on, l) and not _paired(on),
    ),
    Mistake(
        "a(1-a)-at-output",
        "BP1",
        "delta[L] = dLoss/dA[L] * A[L] * (1 - A[L]), which is sigmoid's",
        DELTA_OUT,
        lambda at: _of_output(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda on, l: _output(on, l) and _not_sigmoid(on, l) and not _paired(on),
    ),
    # --- BP2 ---
    Mistake(
        "hidden-delta-after-update",
        "BP2",
        "delta[l] = (delta[l+1] (W[l+1] after the update)^T) * f_l'(Z[l])",
        DELTA,
        lambda at: _back(at, at.delta[at.l + 1] @ at.W_after[at.l + 1].T),
        lambda on, l: _hidden(on, l) and on.optimizer is not None,
    ),
    Mistake(
        "hidden-derivative-missing",
        "BP2",
        "delta[l] = delta[l+1] W[l+1]^T",
        DELTA,
        _upstream,
        lambda on, l: _hidden(on, l) and on.network.layer(l).activation.name != "identity",
    ),
    Mistake(
        "derivative-at-activation",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(A[l]), as where Z and A are one array",
        DELTA,
        lambda at: _upstream(at) * at.f.derivative(at.A[at.l], at.f.value(at.A[at.l])),
        lambda on, l: _hidden(on, l) and _curved(on, l),
    ),
    Mistake(
        "derivative-at-next-layer",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l+1])",
        DELTA,
        lambda at: _upstream(at) * at.f.derivative(at.Z[at.l + 1], at.f.value(at.Z[at.l + 1])),
        lambda on, l: _followed_by_same(on, l) and _curved(on, l),
    ),
    Mistake(
        "z(1-z)",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * Z[l] * (1 - Z[l])",
        DELTA,
        lambda at: _upstream(at) * at.Z[at.l] * (1 - at.Z[at.l]),
        lambda on, l: _hidden(on, l) and on.network.layer(l).activation.name == "sigmoid",
    ),
    Mistake(
        "square-missing-in-tanh",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * (1 - A[l])",
        "delta[l] = (delta[l+1] W[l+1]^T) * (1 - A[l]^2)",
        lambda at: _upstream(at) * (1 - at.A[at.l]),
        lambda on, l: _hidden(on, l) and on.network.layer(l).activation.name == "tanh",
    ),
    Mistake(
        "a(1-a)-everywhere",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * A[l] * (1 - A[l]), which is sigmoid's",
        DELTA,
        lambda at: _upstream(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda on, l: _hidden(on, l) and _not_sigmoid(on, l),
    ),
    Mistake(
        "derivative-of-another-layer",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * f_{l+1}'(Z[l])",
        DELTA,
        lambda at: _upstream(at) * _of_next(at).derivative(at.Z[at.l], _of_next(at).value(at.Z[at.l])),
        lambda on, l: (
            _hidden(on, l)
            and on.network.layer(l).activation is not on.network.layer(l + 1).activation
            and _curved(on, l + 1)
        ),
    ),
    Mistake(
        "errors-for-deltas",
        "BP2",
        "delta[l] = (dLoss/dA[L] taken back through the weights alone) * f_l'(Z[l])",
        DELTA,
        lambda at: _back(at, _errors(at)),
        lambda on, l: (
            _hidden(on, l)
            and any(
                on.network.layer(k).activation.name != "identity" for k in range(l + 1, on.network.depth + 1)
            )
        ),
    ),
    Mistake(
        "only-last-path",
        "BP2",
        "delta[l] = (the last unit's path only) * f_l'(Z[l]): overwritten, not added",
        DELTA,
        lambda at: _back(at, at.delta[at.l + 1][:, -1:] @ at.W[at.l + 1][:, -1:].T),
        lambda on, l: _hidden(on, l) and _several(on, l + 1),
    ),
    Mistake(
        "first-path-twice",
        "BP2",
        "delta[l] with the weights of the first path in the last one as well",
        DELTA,
        lambda at: _back(at, at.delta[at.l + 1] @ _first_again(at.W[at.l + 1]).T),
        lambda on, l: _hidden(on, l) and _several(on, l + 1),
    ),
    Mistake(
        "weights-not-transposed",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]) * f_l'(Z[l])",
        DELTA,
        lambda at: _back(at, at.delta[at.l + 1] @ at.W[at.l + 1]),
        _followed_by_same,
    ),
    Mistake(
        "bias-column-not-dropped",
        "BP2",
        "delta[l] = (delta[l+1] [b[l+1]; W[l+1]]^T) * f_l'(Z[l]): the bias is the first unit's weight",
        DELTA,
        lambda at: _back(at, (at.delta[at.l + 1] @ _augmented(at).T)[:, :-1]),
        lambda on, l: _hidden(on, l) and _has_bias(on, l + 1),
    ),
    # --- BP3 ---
    Mistake(
        "bias-never-updated",
        "BP3",
        "db[l] = 0",
        DB,
        lambda at: np.zeros_like(lines.BP3(at)),
        _has_bias,
    ),
    Mistake(
        "bias-summed-over-everything",
        "BP3",
        "db[l] = the sum of all of delta[l], for every unit",
        DB,
        lambda at: np.broadcast_to(at.delta[at.l].sum(), lines.BP3(at).shape).copy(),
        _per_unit,
    ),
    Mistake(
        "bias-averaged-over-rows-again",
        "BP3",
        "db[l] = column means of delta[l], already divided by n",
        DB,
        Factor(lambda at: 1 / _rows(at)),
        _has_bias,
    ),
    Mistake(
        "bias-not-averaged",
        "BP3",
        "db[l] = column sums of delta[l], not divided by n as all else is",
        DB,
        Factor(_rows),
        _has_bias,
    ),
    Mistake(
        "bias-over-the-wrong-axis",
        "BP3",
        "db[l] = row sums of delta[l]",
        DB,
        lambda at: at.delta[at.l].sum(axis=1),
        lambda on, l: _per_unit(on, l) and _rows_in(on) == on.network.sizes[l],
    ),
    Mistake(
        "bias-of-last-row",
        "BP3",
        "db[l] = that of the last row: overwritten, not added",
        DB,
        lambda at: equations.BP3(at.delta[at.l][-1:], at.layer.bias),
        lambda on, l: _has_bias(on, l) and _rows_in(on) > 1,
    ),
    Mistake(
        "bias-times-input",
        "BP3",
        "db[l] = column sums of delta[l] times the first input",
        DB,
        lambda at: equations.BP3(at.delta[at.l] * at.A[at.l - 1][:, :1], at.layer.bias),
        _has_bias,
    ),
    Mistake(
        "shared-bias-not-summed",
        "BP3",
        "db[l] = column means over the units as well",
        "db[l] = the sum over rows and units",
        Factor(lambda at: 1 / at.layer.units),
        _shared,
    ),
    Mistake(
        "shared-bias-as-per-unit",
        "BP3",
        "db[l] = column sums of delta[l], a bias for each unit",
        "db[l] = the sum over rows and units, one bias for all",
        lambda at: at.delta[at.l].sum(axis=0),
        _shared,
    ),
    Mistake(
        "bias-gradients-not-cleared",
        "BP3",
        "db[l] = column sums of delta[l] + db[l] of the step before",
        DB,
        lambda at: _added_up(lines.BP3(at), at, "db"),
        lambda on, l: _has_bias(on, l) and on.steps > 1,
    ),
    # --- BP4 ---
    Mistake(
        "own-activations",
        "BP4",
        "dW[l] = A[l]^T delta[l]",
        DW,
        lambda at: at.A[at.l].T @ at.delta[at.l],
        lambda on, l: on.network.sizes[l] == on.network.sizes[l - 1],
    ),
    Mistake(
        "weighted-sums-for-activations",
        "BP4",
        "dW[l] = Z[l-1]^T delta[l]",
        DW,
        lambda at: at.Z[at.l - 1].T @ at.delta[at.l],
        lambda on, l: l > 1 and on.network.layer(l - 1).activation.name != "identity",
    ),
    Mistake(
        "only-last-row",
        "BP4",
        "dW[l] = that of the last row: overwritten, not added",
        DW,
        lambda at: at.A[at.l - 1][-1:].T @ at.delta[at.l][-1:],
        lambda on, l: _rows_in(on) > 1,
    ),
    Mistake(
        "weights-not-averaged",
        "BP4",
        "dW[l] = A[l-1]^T delta[l], not divided by n as all else is",
        DW,
        Factor(_rows),
        _anywhere,
    ),
    Mistake(
        "weights-averaged-over-rows-again",
        "BP4",
        "dW[l] = A[l-1]^T delta[l] / n, already divided by n",
        DW,
        Factor(lambda at: 1 / _rows(at)),
        _anywhere,
    ),
    Mistake(
        "first-input-twice",
        "BP4",
        "dW[l] with the first input in the place of the last",
        DW,
        lambda at: _first_again(at.A[at.l - 1]).T @ at.delta[at.l],
        lambda on, l: _several(on, l - 1),
    ),
    Mistake(
        "stale-activations",
        "BP4",
        "dW[l] = (A[l-1] of the step before)^T delta[l]",
        DW,
        lambda at: _before(at).A[at.l - 1].T @ at.delta[at.l],
        lambda on, l: l > 1 and on.steps > 1,
    ),
    Mistake(
        "gradients-not-cleared",
        "BP4",
        "dW[l] = A[l-1]^T delta[l] + dW[l] of the step before",
        DW,
        lambda at: _added_up(lines.BP4(at), at, "dW"),
        lambda on, l: on.steps > 1,
    ),
    # --- The penalty ---
    Mistake(
        "penalty-not-in-gradient",
        "penalty",
        "dW[l] without the derivative of the penalty, which is in the loss",
        "dW[l] = A[l-1]^T delta[l] + the derivative of the penalty",
        lambda at: np.zeros_like(at.theta),
        lambda on, l: bool(on.penalty) and on.network.layer(l).train_weights,
    ),
    Mistake(
        "penalty-on-bias",
        "penalty",
        "db[l] with the derivative of the penalty as well",
        "the penalty is on the weights only",
        lambda at: at.setting.penalty.derivative(at.theta),
        lambda on, l: bool(on.penalty) and _has_bias(on, l),
    ),
    # --- U ---
    Mistake(
        "ascent",
        "U",
        "theta <- theta + eta * dtheta",
        THETA,
        lambda at: at.stepped(-at.along()),
        lambda on, l: on.optimizer is not None,
    ),
    Mistake(
        "epsilon-inside-root",
        "U",
        "divided by sqrt(... + epsilon)",
        "divided by sqrt(...) + epsilon",
        lambda at: at.stepped(_epsilon_inside(at)),
        lambda on, l: isinstance(on.optimizer, Adam | RMSprop | Adagrad),
    ),
    Mistake(
        "means-not-corrected",
        "U",
        "along m / (sqrt(v) + epsilon)",
        f"along {ADAM}",
        lambda at: at.stepped(_uncorrected(at)),
        lambda on, l: isinstance(on.optimizer, Adam),
    ),
    Mistake(
        "betas-swapped",
        "U",
        "beta2 for the mean m, beta1 for the mean of squares v",
        "beta1 for the mean m, beta2 for the mean of squares v",
        lambda at: at.stepped(_betas_swapped(at)),
        lambda on, l: isinstance(on.optimizer, Adam),
    ),
    Mistake(
        "momentum-sign",
        "U",
        "v <- dtheta - momentum v",
        "v <- dtheta + momentum v",
        lambda at: at.stepped(_velocity(at, -_momentum(at), 1.0)),
        lambda on, l: isinstance(on.optimizer, Momentum),
    ),
    Mistake(
        "decay-through-means",
        "U",
        "the decay added to dtheta, before m and v",
        "theta <- theta - eta * weight_decay * theta, beside the rule",
        lambda at: at.stepped(_decayed_too(at)),
        lambda on, l: isinstance(on.optimizer, AdamW),
    ),
    # --- The report ---
    Mistake(
        "loss-one-update-late",
        "report",
        "the loss before the step is that after it",
        "the loss before the step",
        Reported({"loss": "loss_after"}),
        lambda on, l: _output(on, l) and on.optimizer is not None,
    ),
    Mistake(
        "loss-one-update-early",
        "report",
        "the loss after the step is that before it",
        "the loss after the step",
        Reported({"loss_after": "loss"}),
        lambda on, l: _output(on, l) and on.optimizer is not None,
    ),
    Mistake(
        "outputs-one-update-late",
        "report",
        "the outputs before the step are those after it",
        "the outputs before the step",
        Reported({"Z": "Z_after", "A": "A_after"}),
        lambda on, l: _output(on, l) and on.optimizer is not None,
    ),
    Mistake(
        "outputs-one-update-early",
        "report",
        "the outputs after the step are those before it",
        "the outputs after the step",
        Reported({"Z_after": "Z", "A_after": "A"}),
        lambda on, l: _output(on, l) and on.optimizer is not None,
    ),
)
