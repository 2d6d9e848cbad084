"""A network and its training as the kernels take them: records of numbers.

How a step is cut into pieces is part of it, and a function of the layers' sizes, the precision and the
rows of a batch alone: never of the threads, so that the bits do not depend on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.engine import activations, losses
from chainrule.engine.memory import Records, aligned_count, records
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
        ("at_once", np.int64),  # whether one pass over all parameters updates them
        ("rows", np.int64),  # of an epoch, of a batch, kept at one time, that pass through together
        ("batch_rows", np.int64),
        ("steps_per_epoch", np.int64),
        ("first_step", np.int64),
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
    ],
    align=True,
)


MOST_PIECES_OF_A_LAYER = 4
LEAST_WORK_OF_A_PIECE = 1 << 18  # multiplications
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
    as_taken : tuple
        The three of them as the kernels take them.
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
        self.as_taken = (records(self.layers), records(self.pieces), self.setting)
        self.Y = size
        self.weights = self.Y + aligned_count(cut.rows_at_once * network.sizes[-1], dtype)
        self.scratch = self.weights + aligned_count(cut.rows_at_once, dtype)
        largest = max(cut.rows * max(network.sizes), largest_block(network, self.pieces))
        self.scratch_size = aligned_count(largest, dtype)

    def job(self, product: int, **of_the_run: float) -> Records:
        """Return what stays the same during a run that multiplies by the routine at this address.

        Parameters
        ----------
        product : int
            The address.
        **of_the_run
            The fields of `JOB` that the network does not tell; 0 where nothing is said.
        """
        network, output = self.network, self.network.layers[-1].activation
        trained = [
            l
            for l, layer in enumerate(network.layers, start=1)
            if layer.train_weights or (layer.train_bias and layer.biases)
        ]
        told = {
            "depth": network.depth,
            "lowest": min(trained, default=network.depth),
            "blas": product,
            "give_way": give_way_address(),
            "loss": losses.routine(network.loss.name, output.name, self.dtype),
            "paired": network.loss.paired(output) is not None,
            "rows_at_once": self.cut.rows_at_once,
            "piece_rows": self.cut.rows,
            "Y": self.Y,
            "weights": self.weights,
            "scratch": self.scratch,
            "scratch_size": self.scratch_size,
            "clip_norm": np.inf,
            **of_the_run,
        }
        return as_records([told], JOB)

    def pieces_of_rows(self, rows: int) -> int:
        """Return into how many pieces so many rows are cut at most."""
        cut = self.cut
        return -(-rows // cut.rows_at_once) * -(-cut.rows_at_once // cut.rows)

    def room_size(self, threads: int) -> int:
        """Return how many numbers the rows kept at one time take, and what threads need."""
        return self.scratch + threads * self.scratch_size


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
        "half_mean_squared_error": float(outputs),
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
    room = aligned_count(rows * network.sizes[0], dtype)
    layers: list[dict[str, float]] = [{"units": network.sizes[0]}]
    for l, layer in enumerate(network.layers, start=1):
        size, W, b = aligned_count(rows * layer.units, dtype), starts["W", l], starts["b", l]
        name = layer.activation.name
        told = name in activations.TOLD_BY_OUTPUT and not layer.dropout
        layers.append(
            {
                "units": layer.units,
                "activation": activations.CODES[name],
                "routine": activations.routine(name, np.dtype(dtype), not told),
                "keeps_slope": not told,
                "biases": layer.biases,
                "W": W.start,
                "b": b.start,
                "train_W": W.trainable,
                "train_b": b.trainable and layer.biases > 0,
                "A": room,
                "delta": room + size,
                "dropout": layer.dropout,
            }
        )
        room += 2 * size
    return as_records(layers, LAYER), room


def as_records(rows: Sequence[Mapping[str, float]], dtype: np.dtype) -> Records:
    """Return rows as records, 0 where nothing is said."""
    names = dtype.names or ()
    return np.array([tuple(row.get(name, 0) for name in names) for row in rows], dtype=dtype).view(
        np.recarray
    )


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
    layers, inputs = pieces["layer"].tolist(), pieces["inputs"].tolist()
    blocks = (count * network.layers[l - 1].units for l, count in zip(layers, inputs, strict=True))
    return max(blocks) + max(network.sizes)
