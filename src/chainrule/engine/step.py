"""A training step in its two passes: rows through the network and back, then the gradient and the update.

In the first a piece is some of the batch's rows: F1 and F2 up, BP1 and BP2 down. When every delta is
known the second begins, in which a piece is a part of a layer's weights: BP3, BP4 and at once U. So a
gradient is summed over the whole batch by one thread, and no weight changes before every delta is known.
"""

from typing import Any, NamedTuple

import numpy as np

from chainrule.engine.activations import SOFTMAX, softmax_pull_back
from chainrule.engine.compiling import part, sums
from chainrule.engine.equations import BP3, BP4, F1, F2, IDENTITY, copy, pull_back, upstream_of
from chainrule.engine.losses import loss_and_derivative
from chainrule.engine.memory import Records, flat, matrix, vector
from chainrule.engine.random import drop
from chainrule.engine.update import PENALTY, SQUARES, Block, sign, update
from chainrule.network.array import Array

# Where in the array of pulls each begins: on weights; on weights whose penalty is in the gradient; on biases.
PULL, WHOLE_PULL, REST_PULL, NO_PULL = 3, 0, 3, 6


class Given(NamedTuple):
    """The rows to learn from; without weights, or without an order of their own, those have no entries."""

    X: Array  # (n, d_0)
    Y: Array  # (n, d_L)
    weights: Array  # (n,)
    order: Array  # (n,)


class Learned(NamedTuple):
    """What a training changes, flat: parameters, slots, and room for the gradient where it is kept whole."""

    theta: Array
    m: Array
    v: Array
    gradient: Array


class Rows(NamedTuple):
    """Some rows of a batch."""

    first: int  # their place among the rows that are kept at one time
    number: int
    place: int  # their place in the epoch's order
    in_batch: int  # their place in the batch


class Moment(NamedTuple):
    """Which step it is, and what its sum of losses is divided by."""

    step: int
    normalizer: float


@part
def rows_pass(
    job: Any,
    layers: Records,
    setting: Array,
    given: Given,
    theta: Array,
    room: Array,
    scratch: int,
    rows: Rows,
    moment: Moment,
) -> float:
    """Take rows through the network and back, until every delta of theirs is known; return their losses' sum.

    Parameters
    ----------
    job : record
        What stays the same during a run: see `described.JOB`.
    layers : array of record
        The layers: see `described.LAYER`.
    setting : array, shape (d_L,)
        The number of the loss for each output.
    given, theta : Given, array
        The rows and the parameters.
    room, scratch : array, int
        Where outputs and deltas stand, and where in it this thread may write as it likes.
    rows, moment : Rows, Moment
        Which rows, and when.
    """
    n, L = rows.number, job.depth
    inputs, outputs = layers[0].units, layers[L].units
    A = matrix(room, layers[0].A + rows.first * inputs, n, inputs)
    Y = matrix(room, job.Y + rows.first * outputs, n, outputs)
    weights = vector(room, job.weights + rows.first, n if len(given.weights) else 0)
    gather(given, rows.place, A, Y, weights)
    for l in range(1, L + 1):
        layer = layers[l]
        W = matrix(theta, layer.W, layers[l - 1].units, layer.units)
        Z = matrix(room, layer.A + rows.first * layer.units, n, layer.units)
        slope = matrix(room, layer.delta + rows.first * layer.units, n, layer.units)
        F1(job.blas, A, W, vector(theta, layer.b, layer.biases), Z)
        if l < L or not job.paired:
            F2(layer.activation, layer.routine, Z, slope)
        if layer.dropout > 0:
            # Where delta will stand softmax keeps its A, which is not masked.
            kept = 0 if layer.activation == SOFTMAX else n * layer.units
            slopes = vector(room, layer.delta + rows.first * layer.units, kept)
            mask(job, layers, l, rows, moment, flat(Z), slopes)
        A = Z
    loss = BP1(job, layers, setting, room, scratch, rows, moment, Y, weights)
    for l in range(L - 1, job.lowest - 1, -1):
        BP2(job, layers, theta, room, scratch, rows, moment, l)
    return loss


@part
def gather(given: Given, place: int, X: Array, Y: Array, weights: Array) -> None:
    """Copy rows that stand apart in memory into one place."""
    n, inputs = X.shape
    outputs = Y.shape[1]
    for i in range(n):
        row = np.int64(given.order[place + i]) if len(given.order) else place + i
        for j in range(inputs):
            X[i, j] = given.X[row, j]
        for j in range(outputs):
            Y[i, j] = given.Y[row, j]
        if len(weights):
            weights[i] = given.weights[row]


@part
def mask(
    job: Any, layers: Records, l: int, rows: Rows, moment: Moment, outputs: Array, slopes: Array
) -> None:
    """Apply a layer's dropout mask to some rows."""
    layer = layers[l]
    first = rows.in_batch * layer.units
    drop(outputs, slopes, first, layer.dropout, job.seed, np.uint64(moment.step), np.uint64(l))


@part
def BP1(
    job: Any,
    layers: Records,
    setting: Array,
    room: Array,
    scratch: int,
    rows: Rows,
    moment: Moment,
    Y: Array,
    weights: Array,
) -> float:
    """delta[L] = dLoss/dA[L] * f_L'(Z[L]), of the batch's loss; return the sum of the rows' losses.

    Where loss and activation are taken together, A[L] is still Z[L], and they give delta at once.
    """
    layer, n = layers[job.depth], rows.number
    outputs = matrix(room, layer.A + rows.first * layer.units, n, layer.units)
    delta = matrix(room, layer.delta + rows.first * layer.units, n, layer.units)
    share = type(delta[0, 0])(1 / moment.normalizer)
    if job.paired or layer.activation == IDENTITY:
        return loss_and_derivative(job.loss, outputs, Y, weights, setting, share, delta)
    upstream = matrix(room, scratch, n, layer.units)
    loss = loss_and_derivative(job.loss, outputs, Y, weights, setting, share, upstream)
    of_layer(layer, upstream, outputs, delta)
    return loss


@part
def BP2(
    job: Any, layers: Records, theta: Array, room: Array, scratch: int, rows: Rows, moment: Moment, l: int
) -> None:
    """delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l]); what came through a mask goes back through it."""
    layer, after, n = layers[l], layers[l + 1], rows.number
    delta_next = matrix(room, after.delta + rows.first * after.units, n, after.units)
    W_next = matrix(theta, after.W, layer.units, after.units)
    upstream = matrix(room, scratch, n, layer.units)
    outputs = matrix(room, layer.A + rows.first * layer.units, n, layer.units)
    delta = matrix(room, layer.delta + rows.first * layer.units, n, layer.units)
    upstream_of(job.blas, delta_next, W_next, upstream)
    if layer.dropout > 0 and layer.activation == SOFTMAX:
        mask(job, layers, l, rows, moment, flat(upstream), vector(room, scratch, 0))
    of_layer(layer, upstream, outputs, delta)


@part
def of_layer(layer: Any, upstream: Array, A: Array, delta: Array) -> None:
    """Turn dLoss/dA of a layer into its delta."""
    if layer.activation == SOFTMAX:
        softmax_pull_back(upstream, delta)
        copy(flat(upstream), flat(delta))
    else:
        pull_back(layer.activation, layer.keeps_slope != 0, flat(upstream), flat(A), flat(delta))


class Place(NamedTuple):
    """Where a piece of the gradient stands: its weights, and its layer's biases if it is the first."""

    gradient: Array
    weights: int
    biases: int


@part
def gradient_pass(
    job: Any, layers: Records, piece: Any, room: Array, count: int, place: Place, adds: bool
) -> None:
    """Compute a piece of the gradient, BP4 and BP3, from the outputs and deltas of `count` rows."""
    layer, before = layers[piece.layer], layers[piece.layer - 1]
    A_before = matrix(room, before.A, count, before.units)
    delta = matrix(room, layer.delta, count, layer.units)
    if layer.train_W:
        dW = matrix(place.gradient, place.weights, piece.inputs, layer.units)
        BP4(job.blas, A_before, piece.first, delta, dW, adds)
    if piece.first == 0 and layer.train_b:
        BP3(delta, vector(place.gradient, place.biases, layer.biases), adds)


@part
def update_pass(
    job: Any,
    layers: Records,
    piece: Any,
    learned: Learned,
    place: Place,
    numbers: Array,
    pulls: Array,
    weights_pull: int,
    added: Array,
) -> None:
    """Change the parameters of a piece: U; `pulls` holds what pulls on them, rows of three."""
    layer = layers[piece.layer]
    if layer.train_W:
        first, count = layer.W + piece.first * layer.units, piece.inputs * layer.units
        if layer.train_b and not job.pulls and count == layer.b - layer.W:
            # Where nothing pulls on weights alone, a whole layer is one block.
            block = block_of(learned, first, place.gradient, place.weights, count + layer.biases)
            update(job.rule, block, numbers, vector(pulls, NO_PULL, PULL), added)
            return
        block = block_of(learned, first, place.gradient, place.weights, count)
        update(job.rule, block, numbers, vector(pulls, weights_pull, PULL), added)
    if piece.first == 0 and layer.train_b:
        block = block_of(learned, layer.b, place.gradient, place.biases, layer.biases)
        update(job.rule, block, numbers, vector(pulls, NO_PULL, PULL), added)


@sums
def penalty_pass(
    layers: Records, piece: Any, theta: Array, gradient: Array, pulls: Array, added: Array
) -> None:
    """Add the penalty's derivative to a piece of the whole gradient; tell its squares and the penalty."""
    layer = layers[piece.layer]
    squares, penalty = 0.0, 0.0
    l2, l1 = pulls[WHOLE_PULL], pulls[WHOLE_PULL + 1]
    if layer.train_W:
        first = layer.W + piece.first * layer.units
        half = type(l2)(0.5)
        for i in range(first, first + piece.inputs * layer.units):
            w = theta[i]
            gradient[i] += l2 * w + l1 * sign(w)
            squares += np.float64(gradient[i]) * np.float64(gradient[i])
            penalty += np.float64(half * l2 * w * w + l1 * abs(w))
    if piece.first == 0 and layer.train_b:
        for i in range(layer.b, layer.b + layer.biases):
            squares += np.float64(gradient[i]) * np.float64(gradient[i])
    added[SQUARES] += squares
    added[PENALTY] += penalty


@part
def shorten_pass(layers: Records, piece: Any, gradient: Array, factor: Any) -> None:
    """Multiply a piece of the whole gradient."""
    layer = layers[piece.layer]
    first = layer.W + piece.first * layer.units
    for i in range(first, first + piece.inputs * layer.units):
        gradient[i] *= factor
    if piece.first == 0:
        for i in range(layer.b, layer.b + layer.biases):
            gradient[i] *= factor


@part
def block_of(learned: Learned, first: int, gradient: Array, start: int, count: int) -> Block:
    """Return the parameters from `first` on, with their gradient from `start` on."""
    return Block(
        vector(learned.theta, first, count),
        vector(gradient, start, count),
        vector(learned.m, first, count if len(learned.m) else 0),
        vector(learned.v, first, count if len(learned.v) else 0),
    )
