"""A network and its training as the kernels take them: records of numbers.

How a step is cut into pieces is part of it, and a function of the layers' sizes, the precision and the
rows of a batch alone: never of the threads, so that the bits do not depend on them.
"""

from dataclasses import dataclass

import numpy as np

from chainrule.engine import activations, losses
from chainrule.engine.memory import Records, aligned, aligned_count
from chainrule.engine.threads import give_way_address
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.parameters import Layout
from chainrule.network.rows import shard_rows

LAYER = np.dtype(
    [
        ("units", np.int64),
        ("activation", np.int64),
        ("routine", np.int64),  # the address of its loop
        ("keeps_slope", np.int64),  # 0 where the output tells it
        ("biases", np.int64),
        ("W", np.int64),  # where its weights begin in theta
        ("b", np.int64),
        ("train_W", np.int64),
        ("train_b", np.int64),
        ("A", np.int64),  # where its outputs begin in the room, and its slopes, which become its delta
        ("delta", np.int64),
        ("dropout", np.float64),
    ],
    align=True,
)
PIECE = np.dtype([("layer", np.int64), ("first", np.int64), ("inputs", np.int64)], align=True)

# What stays the same during a run.
JOB = np.dtype(
    [
        ("depth", np.int64),
        ("lowest", np.int64),  # the lowest layer that training changes
        ("blas", np.int64),  # addresses
        ("give_way", np.int64),
        ("loss", np.int64),  # codes
        ("rule", np.int64),
        ("paired", np.int64),
        ("corrects", np.int64),  # whether the rule corrects its means for their start
        ("pulls", np.int64),  # whether a penalty or a decay pulls on the weights
        ("keeps_gradient", np.int64),  # whole, because of clipping or of batches that go through in parts
        ("rows", np.int64),  # of an epoch, of a batch, kept at one time, that pass through together
        ("batch_rows", np.int64),
        ("steps_per_epoch", np.int64),
        ("rows_at_once", np.int64),
        ("piece_rows", np.int64),
        ("Y", np.int64),  # where these begin in the room
        ("weights", np.int64),
        ("scratch", np.int64),  # what the first thread may write as it likes, then the second
        ("scratch_size", np.int64),  # of a thread
        ("seed", np.uint64),
        ("learning_rate", np.float64),
        ("beta1", np.float64),
        ("beta2", np.float64),
        ("clip_norm", np.float64),  # infinite where nothing is clipped
        ("l2", np.float64),
        ("l1", np.float64),
    ],
    align=True,
)


MOST_PIECES_OF_A_LAYER = 8
LEAST_WORK_OF_A_PIECE = 1 << 21  # multiplications
NUMBERS_AT_ONCE = 1 << 22  # a larger batch goes through in parts of about so many numbers
LEAST_ROWS_AT_ONCE = 1024


class Described:
    """A network as the kernels take it, for batches of up to so many rows.

    Parameters
    ----------
    network : Network
        The network.
    dtype : dtype
        float32 or float64.
    batch_rows : int
        The most rows of a batch.

    Attributes
    ----------
    layers, pieces, setting : array
        See `LAYER`, `PIECE` and `setting_of`.
    keeps_gradient : bool
        Whether the gradient must be kept whole, because a batch goes through in parts.
    """

    def __init__(self, network: Network, dtype: np.dtype, batch_rows: int) -> None:
        self.network, self.dtype = network, dtype
        cut = cut_of(network, dtype, batch_rows)
        self.cut, self.keeps_gradient = cut, batch_rows > cut.rows_at_once
        self.layers, size = layers_of(network, dtype, cut.rows_at_once)
        self.pieces = pieces_of(network, cut.rows_at_once)
        self.setting = setting_of(network, dtype)
        self.pieces_of_rows = -(-batch_rows // cut.rows_at_once) * -(-cut.rows_at_once // cut.rows)
        self.Y = size
        self.weights = self.Y + aligned_count(cut.rows_at_once * network.sizes[-1], dtype)
        self.scratch = self.weights + aligned_count(cut.rows_at_once, dtype)
        largest = max(cut.rows * max(network.sizes), largest_block(network, self.pieces))
        self.scratch_size = aligned_count(largest, dtype)

    def job(self, product: int) -> Records:
        """Return what the network alone tells of a run, multiplying by the routine at this address."""
        output = self.network.layers[-1]
        job = np.zeros(1, dtype=JOB).view(np.recarray)
        trained = [l for l, layer in enumerate(self.layers) if layer.train_W or layer.train_b]
        job.depth, job.lowest = self.network.depth, min(trained, default=self.network.depth)
        job.blas, job.give_way = product, give_way_address()
        job.loss = losses.routine(self.network.loss.name, output.activation.name, self.dtype)
        job.paired = self.network.loss.paired(output.activation) is not None
        job.rows_at_once, job.piece_rows = self.cut.rows_at_once, self.cut.rows
        job.Y, job.weights = self.Y, self.weights
        job.scratch, job.scratch_size = self.scratch, self.scratch_size
        job.clip_norm = np.inf
        return job

    def room(self, threads: int) -> Array:
        """Return room for the outputs and deltas of the rows kept at one time, and what threads need."""
        return aligned(self.scratch + threads * self.scratch_size, self.dtype)


@dataclass(frozen=True)
class Cut:
    """How a batch is cut.

    Parameters
    ----------
    rows : int
        Rows that pass through the network together.
    rows_at_once : int
        Rows whose outputs and deltas are kept at one time.
    """

    rows: int
    rows_at_once: int


def cut_of(network: Network, dtype: np.dtype, batch_rows: int) -> Cut:
    """Return how batches of up to so many rows are cut."""
    at_once = max(LEAST_ROWS_AT_ONCE, NUMBERS_AT_ONCE // (2 * sum(network.sizes)))
    at_once = min(batch_rows, at_once)
    # A batch of many rows gives two threads something to do, as long as that leaves 32 to each.
    return Cut(min(shard_rows(network.sizes, dtype), max(32, -(-at_once // 2))), at_once)


def setting_of(network: Network, dtype: np.dtype) -> Array:
    """Return the number of the loss for each output: its quantile, its delta, how many outputs there are."""
    loss, outputs = network.loss, network.sizes[-1]
    numbers = {
        "pinball": loss.settings.get("quantiles", 0.5),
        "huber": loss.settings.get("delta", 1.0),
        "mean_squared_error": float(outputs),
    }
    return np.broadcast_to(np.asarray(numbers.get(loss.name, 0.0), dtype=dtype), (outputs,)).copy()


def layers_of(network: Network, dtype: np.dtype, rows: int) -> tuple[Records, int]:
    """Return the layers, the inputs first as layer 0, and how many numbers their room takes.

    Parameters
    ----------
    network : Network
        The network.
    dtype : dtype
        Its precision.
    rows : int
        Rows that are kept at one time.
    """
    starts = {(block.letter, block.layer): block for block in Layout(network).blocks}
    layers = np.zeros(network.depth + 1, dtype=LAYER).view(np.recarray)
    room = 0
    for l, units in enumerate(network.sizes):
        layer = layers[l]
        layer.units, layer.A = units, room
        room += aligned_count(rows * units, dtype)
        if l == 0:
            continue
        described, W, b = network.layer(l), starts["W", l], starts["b", l]
        layer.delta = room
        room += aligned_count(rows * units, dtype)
        layer.activation = activations.CODES[described.activation.name]
        told = described.activation.name in activations.TOLD_BY_OUTPUT and not described.dropout
        layer.keeps_slope = not told
        layer.routine = activations.routine(described.activation.name, np.dtype(dtype), not told)
        layer.biases, layer.W, layer.b = described.biases, W.start, b.start
        layer.train_W, layer.train_b = W.trainable, b.trainable and described.biases > 0
        layer.dropout = described.dropout
    return layers, room


def pieces_of(network: Network, rows: int) -> Records:
    """Return the pieces of the gradient: the rows of some inputs; with a layer's first, its biases."""
    pieces = []
    for l, layer in enumerate(network.layers, start=1):
        work = rows * layer.inputs * layer.units
        count = max(1, min(MOST_PIECES_OF_A_LAYER, work // LEAST_WORK_OF_A_PIECE, layer.inputs))
        inputs = -(-layer.inputs // count)
        inputs = -(-inputs // 16) * 16 if inputs > 16 else inputs
        pieces += [(l, first, min(inputs, layer.inputs - first)) for first in range(0, layer.inputs, inputs)]
    return np.array(pieces, dtype=PIECE).view(np.recarray)


def largest_block(network: Network, pieces: Records) -> int:
    """Return how many parameters the largest piece of the gradient has, biases included."""
    sizes = [int(piece.inputs) * network.layer(int(piece.layer)).units for piece in pieces]
    return max(sizes) + max(network.sizes)
