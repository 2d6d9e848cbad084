"""The forward pass: F1 and F2, layer by layer, and the loss."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from chainrule.network import accept, draws
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import ByLayer, Parameters, require_parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.reference import equations

Masks: TypeAlias = ByLayer[Array | None]


@dataclass(frozen=True)
class Tape:
    """Everything the forward pass computed, kept for the backward pass.

    Parameters
    ----------
    Z : ByLayer
        ``Z[l]`` for l = 1..L, shape (n, d_l): the pre-activations.
    A : ByLayer
        ``A[l]`` for l = 0..L, shape (n, d_l): the activations; ``A[0]`` is X.
    masks : ByLayer, optional
        ``masks[l]`` for l = 1..L, shape (n, d_l) or None: what dropout multiplied A[l] by.
    """

    Z: ByLayer[Array]
    A: ByLayer[Array]
    masks: Masks | None = None

    def mask(self, layer: int) -> Array | None:
        """Return the dropout mask of a layer, or None where nothing is dropped."""
        return None if self.masks is None or layer == 0 else self.masks[layer]

    def passed_on(self, layer: int) -> Array:
        """Return what the next layer sees: A[l], times its mask where there is one."""
        mask = self.mask(layer)
        return self.A[layer] if mask is None else self.A[layer] * mask


def forward(network: Network, parameters: Parameters, X: npt.ArrayLike, masks: Masks | None = None) -> Tape:
    """Run the network forwards.

    Parameters
    ----------
    network : Network
        Its layers.
    parameters : Parameters
        Its numbers; real or complex, of any precision.
    X : array, shape (n, d_0)
        The examples, one a row; a single one may come without its row.
    masks : ByLayer, optional
        Dropout masks as `dropout_masks` makes them; by default nothing is dropped.

    Returns
    -------
    Tape
        Every Z[l] and A[l].

    Raises
    ------
    ShapeError
        When X has another shape than the network takes; both are shown.
    InvalidValueError, InvalidTypeError
        When an entry of X is not a finite real number; its place is named.

    Examples
    --------
    >>> net = Network.dense([2, 2, 1], hidden="sigmoid", output="sigmoid")
    >>> params = Parameters.initial(net, seed=0)
    >>> forward(net, params, np.array([[0.0, 0.0]])).A[1]
    array([[0.5, 0.5]])
    """
    require_parameters(parameters)
    X = accept.rows("X", X, network.sizes[0], accept.real_precision(parameters.theta.dtype))
    with np.errstate(over="ignore", invalid="ignore"):
        return forward_pass(network, parameters, X, masks)


def forward_pass(network: Network, parameters: Parameters, X: Array, masks: Masks | None = None) -> Tape:
    """Apply F1 and F2 layer by layer to rows that were looked at before; see `forward`."""
    Z: list[Array] = []
    A: list[Array] = [X]
    passed_on = X
    for l, layer in enumerate(network.layers, start=1):
        Z.append(equations.F1(passed_on, parameters.W[l], parameters.b[l]))
        A.append(equations.F2(layer.activation, Z[-1]))
        mask = masks[l] if masks is not None else None
        passed_on = A[-1] if mask is None else A[-1] * mask
    return Tape(ByLayer("Z", Z), ByLayer("A", A, first=0), masks)


def dropout_masks(network: Network, rows: int, dtype: np.dtype, seed: int, step: int) -> Masks | None:
    """Draw the masks of one training step, a pure function of the seed and the step.

    Returns
    -------
    ByLayer or None
        ``masks[l]``, shape (rows, d_l): 0 with the layer's probability, else 1 / (1 - it); None for
        a layer without dropout, and None altogether when no layer has any.
    """
    if not any(layer.dropout for layer in network.layers):
        return None
    masks: list[Array | None] = []
    for l, layer in enumerate(network.layers, start=1):
        if layer.dropout:
            kept = draws.uniform(rows * layer.units, seed, "dropout", step, l) >= layer.dropout
            masks.append((kept / (1 - layer.dropout)).astype(dtype).reshape(rows, layer.units))
        else:
            masks.append(None)
    return ByLayer("masks", masks)


def loss_terms(network: Network, tape: Tape, Y: Array) -> Array:
    """Return each output's loss of each row, shape (n, d_L)."""
    f, Z, A = network.layers[-1].activation, tape.Z[network.depth], tape.A[network.depth]
    pair = network.loss.paired(f)
    return pair.terms(Z, Y) if pair else network.loss.terms(A, Y)


def data_loss(network: Network, tape: Tape, data: Data) -> Array:
    """Return the sum over the rows of w_i l_i, in float64 or better: the loss before it is divided."""
    weighted = data.weigh(loss_terms(network, tape, data.Y))
    return weighted.sum(dtype=np.result_type(weighted.dtype, np.float64))


def penalty_loss(network: Network, parameters: Parameters, penalty: Penalty) -> Array:
    """Return what the trained weights add to the loss, in float64 or better."""
    total = np.zeros((), dtype=np.result_type(parameters.theta.dtype, np.float64))
    for l, layer in enumerate(network.layers, start=1):
        if penalty and layer.train_weights:
            total = total + penalty.value(parameters.W[l]).sum(dtype=total.dtype)
    return total


def loss(
    network: Network,
    parameters: Parameters,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    row_weights: npt.ArrayLike | None = None,
    penalty: Penalty = NO_PENALTY,
) -> float:
    """Return the loss: sum(w_i l_i) / sum(w_i) over the rows, plus the penalty.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows and their targets.
    row_weights : array, shape (n,), optional
        w; by default every row counts the same.
    penalty : Penalty
        On the trained weights; by default none.

    Raises
    ------
    ShapeError, InvalidValueError, InvalidTypeError
        As `forward` and `backward`.

    Examples
    --------
    >>> net = Network.dense([1, 1], loss="squared_error")
    >>> params = Parameters.from_arrays(net, [[[2.0]]], orientation="from_to")
    >>> loss(net, params, [[1.0]], [[5.0]])
    9.0
    """
    require_parameters(parameters)
    data = Data.of(network, X, Y, row_weights, parameters.theta.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(loss_of(network, parameters, data, penalty))


def loss_of(
    network: Network, parameters: Parameters, data: Data, penalty: Penalty, masks: Masks | None = None
) -> Array:
    """Return the loss of rows that were looked at before, in float64 or better; complex where theta is."""
    tape = forward_pass(network, parameters, data.X, masks)
    return data_loss(network, tape, data) / data.normalizer + penalty_loss(network, parameters, penalty)
