"""The mistakes that real backward passes contain, each a line that stands where an equation should.

To add a mistake is to add a row. A row says where it can sit: in which layers of which network its line is
another one at all, and can be computed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chainrule.check import lines
from chainrule.check.lines import At, Line
from chainrule.network.activations import Activation, RowActivation
from chainrule.network.array import Array
from chainrule.network.network import Network


@dataclass(frozen=True)
class Factor:
    """The right line times a number: several of them at one place are multiplied.

    Parameters
    ----------
    of : callable
        The number, from what is known.
    """

    of: Callable[[At], float]


@dataclass(frozen=True)
class Mistake:
    """A line that stands where an equation should.

    Parameters
    ----------
    name : str
        What it is called, in words joined by hyphens.
    equation : str
        Whose place it takes: "BP1" to "BP4".
    wrong, right : str
        The line as it stands, and as it should be.
    line : callable or Factor
        What it computes.
    fits : callable
        Network and layer to whether it can sit there.
    convention : bool
        Whether it is no mistake when the loss is meant so: a choice that has to be named.
    needs_rate : bool
        Whether the line needs the learning rate.
    """

    name: str
    equation: str
    wrong: str
    right: str
    line: Line | Factor
    fits: Callable[[Network, int], bool]
    convention: bool = False
    needs_rate: bool = False


def _output(network: Network, l: int) -> bool:
    return l == network.depth


def _hidden(network: Network, l: int) -> bool:
    return l < network.depth


def _curved(network: Network, l: int) -> bool:
    """Whether the activation of a layer has another derivative than 1, entry by entry."""
    f = network.layer(l).activation
    return f.name != "identity" and not isinstance(f, RowActivation)


def _not_sigmoid(network: Network, l: int) -> bool:
    f = network.layer(l).activation
    return f.name != "sigmoid" and not isinstance(f, RowActivation)


def _has_bias(network: Network, l: int) -> bool:
    return network.layer(l).bias != "none"


def _paired(network: Network) -> bool:
    return network.loss.paired(network.layers[-1].activation) is not None


def _upstream(at: At) -> Array:
    """Return what comes back to a hidden layer: delta[l+1] W[l+1]^T."""
    return at.delta[at.l + 1] @ at.W[at.l + 1].T


def _of_output(at: At) -> Array:
    """Return dLoss/dA[L], as parts of the mean."""
    return at.per_row(at.network.loss.derivative(at.A[at.l], at.data.Y))


def _rows(at: At) -> float:
    return float(len(at.data.X))


def _outputs(at: At) -> float:
    return float(at.network.sizes[-1])


def _of_next(at: At) -> Activation:
    return at.network.layer(at.l + 1).activation


def _anywhere(_network: Network, _l: int) -> bool:
    return True


DELTA_OUT = "delta[L] = dLoss/dA[L] * f_L'(Z[L])"
DELTA = "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])"
DW = "dW[l] = A[l-1]^T delta[l]"
DB = "db[l] = column sums of delta[l]"

MISTAKES: tuple[Mistake, ...] = (
    # --- Conventions: the loss is meant otherwise ---
    Mistake(
        "loss-without-half",
        "BP1",
        "delta[L] = 2 dLoss/dA[L] * f_L'(Z[L])",
        DELTA_OUT,
        Factor(lambda at: 2.0),
        _output,
        convention=True,
    ),
    Mistake(
        "loss-with-half",
        "BP1",
        "delta[L] = 1/2 dLoss/dA[L] * f_L'(Z[L])",
        DELTA_OUT,
        Factor(lambda at: 0.5),
        _output,
        convention=True,
    ),
    Mistake(
        "sum-over-rows",
        "BP1",
        "the sum over the rows, not divided by n",
        "the mean over the rows",
        Factor(_rows),
        _output,
        convention=True,
    ),
    Mistake(
        "mean-over-outputs",
        "BP1",
        "divided by the number of outputs as well",
        "the sum over the outputs",
        Factor(lambda at: 1 / _outputs(at)),
        _output,
        convention=True,
    ),
    # --- BP1 ---
    Mistake(
        "output-derivative-missing",
        "BP1",
        "delta[L] = dLoss/dA[L]",
        DELTA_OUT,
        _of_output,
        lambda network, l: _output(network, l) and network.layer(l).activation.name != "identity",
    ),
    Mistake(
        "derivative-where-it-cancels",
        "BP1",
        "delta[L] = (A[L] - Y) * f_L'(Z[L])",
        "delta[L] = A[L] - Y",
        lambda at: lines.BP1(at) * at.f.derivative(at.Z[at.l], at.A[at.l]),
        lambda network, l: _output(network, l) and _paired(network),
    ),
    Mistake(
        "shortcut-where-it-does-not-hold",
        "BP1",
        "delta[L] = A[L] - Y",
        DELTA_OUT,
        lambda at: at.per_row(at.A[at.l] - at.data.Y),
        # Of half the squared error A - Y is dLoss/dA itself: that is the row above.
        lambda network, l: (
            _output(network, l) and not _paired(network) and network.loss.name != "half_squared_error"
        ),
    ),
    Mistake(
        "softmax-as-diagonal",
        "BP1",
        "delta[L] = dLoss/dA[L] * A[L] * (1 - A[L])",
        "delta[L] = dLoss/dA[L] times the whole Jacobian of softmax",
        lambda at: _of_output(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda network, l: _output(network, l) and isinstance(network.layer(l).activation, RowActivation),
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
        "derivative-at-output",
        "BP1",
        "delta[L] = dLoss/dA[L] * f_L'(A[L])",
        DELTA_OUT,
        lambda at: _of_output(at) * at.f.derivative(at.A[at.l], at.f.value(at.A[at.l])),
        lambda network, l: _output(network, l) and _curved(network, l) and not _paired(network),
    ),
    Mistake(
        "a(1-a)-at-output",
        "BP1",
        "delta[L] = dLoss/dA[L] * A[L] * (1 - A[L]), which is sigmoid's",
        DELTA_OUT,
        lambda at: _of_output(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda network, l: _output(network, l) and _not_sigmoid(network, l) and not _paired(network),
    ),
    # --- BP2 ---
    Mistake(
        "hidden-delta-after-update",
        "BP2",
        "delta[l] = (delta[l+1] (W[l+1] after the update)^T) * f_l'(Z[l])",
        DELTA,
        lambda at: at.f.pull_back(
            at.delta[at.l + 1] @ (at.W[at.l + 1] - at.eta * at.dW[at.l + 1]).T, at.Z[at.l], at.A[at.l]
        ),
        _hidden,
        needs_rate=True,
    ),
    Mistake(
        "hidden-derivative-missing",
        "BP2",
        "delta[l] = delta[l+1] W[l+1]^T",
        DELTA,
        _upstream,
        lambda network, l: _hidden(network, l) and network.layer(l).activation.name != "identity",
    ),
    Mistake(
        "derivative-at-activation",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(A[l])",
        DELTA,
        lambda at: _upstream(at) * at.f.derivative(at.A[at.l], at.f.value(at.A[at.l])),
        lambda network, l: _hidden(network, l) and _curved(network, l),
    ),
    Mistake(
        "z(1-z)",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * Z[l] * (1 - Z[l])",
        DELTA,
        lambda at: _upstream(at) * at.Z[at.l] * (1 - at.Z[at.l]),
        lambda network, l: _hidden(network, l) and network.layer(l).activation.name == "sigmoid",
    ),
    Mistake(
        "a(1-a)-everywhere",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * A[l] * (1 - A[l]), which is sigmoid's",
        DELTA,
        lambda at: _upstream(at) * at.A[at.l] * (1 - at.A[at.l]),
        lambda network, l: _hidden(network, l) and _not_sigmoid(network, l),
    ),
    Mistake(
        "derivative-of-another-layer",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]^T) * f_{l+1}'(Z[l])",
        DELTA,
        lambda at: _upstream(at) * _of_next(at).derivative(at.Z[at.l], _of_next(at).value(at.Z[at.l])),
        lambda network, l: (
            _hidden(network, l)
            and network.layer(l).activation is not network.layer(l + 1).activation
            and _curved(network, l + 1)
        ),
    ),
    Mistake(
        "only-last-path",
        "BP2",
        "delta[l] = (the last unit's path only) * f_l'(Z[l]): overwritten, not added",
        DELTA,
        lambda at: at.f.pull_back(
            at.delta[at.l + 1][:, -1:] @ at.W[at.l + 1][:, -1:].T, at.Z[at.l], at.A[at.l]
        ),
        lambda network, l: _hidden(network, l) and network.sizes[l + 1] > 1,
    ),
    Mistake(
        "weights-not-transposed",
        "BP2",
        "delta[l] = (delta[l+1] W[l+1]) * f_l'(Z[l])",
        DELTA,
        lambda at: at.f.pull_back(at.delta[at.l + 1] @ at.W[at.l + 1], at.Z[at.l], at.A[at.l]),
        lambda network, l: _hidden(network, l) and network.sizes[l] == network.sizes[l + 1],
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
        lambda network, l: network.layer(l).bias == "per_unit" and network.sizes[l] > 1,
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
        "shared-bias-not-summed",
        "BP3",
        "db[l] = column means over the units as well",
        "db[l] = the sum over rows and units",
        Factor(lambda at: 1 / at.layer.units),
        lambda network, l: network.layer(l).bias == "shared" and network.sizes[l] > 1,
    ),
    # --- BP4 ---
    Mistake(
        "own-activations",
        "BP4",
        "dW[l] = A[l]^T delta[l]",
        DW,
        lambda at: at.A[at.l].T @ at.delta[at.l],
        lambda network, l: network.sizes[l] == network.sizes[l - 1],
    ),
    Mistake(
        "weighted-sums-for-activations",
        "BP4",
        "dW[l] = Z[l-1]^T delta[l]",
        DW,
        lambda at: at.Z[at.l - 1].T @ at.delta[at.l],
        lambda network, l: l > 1 and network.layer(l - 1).activation.name != "identity",
    ),
    Mistake(
        "only-last-row",
        "BP4",
        "dW[l] = that of the last row: overwritten, not added",
        DW,
        lambda at: at.A[at.l - 1][-1:].T @ at.delta[at.l][-1:],
        _anywhere,
    ),
    Mistake(
        "first-input-twice",
        "BP4",
        "dW[l] with the first input in the place of the last",
        DW,
        lambda at: np.concatenate([at.A[at.l - 1][:, :-1], at.A[at.l - 1][:, :1]], axis=1).T @ at.delta[at.l],
        lambda network, l: network.sizes[l - 1] > 1,
    ),
)
