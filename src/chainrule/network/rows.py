"""How a training goes: the one order of rows, its batches and their shards, the rate of each step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chainrule.network import accept, draws
from chainrule.network.array import Array
from chainrule.network.schedules import CONSTANT, Schedule


def order(seed: int, epoch: int, groups: Sequence[int]) -> Array:
    """Return the order in which an epoch visits the rows, a pure function of its arguments.

    Parameters
    ----------
    seed, epoch : int
        The seed of the training, and the number of the epoch, from 0.
    groups : sequence of int
        How many rows each group holds that is in memory at one time; a table in memory is one
        group. Groups are visited in random order, and the rows of each in random order.

    Returns
    -------
    array of int, shape (sum of groups,)
        Every row once.

    Examples
    --------
    >>> order(seed=0, epoch=0, groups=[4])
    array([2, 1, 3, 0])
    """
    starts = np.cumsum([0, *groups])
    # A stable sort, so that equal words (one pair in 2**64) keep their places everywhere.
    visits = np.argsort(draws.words(len(groups), seed, "groups", epoch), kind="stable")
    shuffled = [
        starts[g] + np.argsort(draws.words(groups[g], seed, "rows", epoch, int(g)), kind="stable")
        for g in visits
    ]
    return np.concatenate(shuffled)


@dataclass(frozen=True)
class Plan:
    """How many rows there are, how many a step takes, and whether their order changes.

    Parameters
    ----------
    rows : int
        Rows of the data, 1 or more.
    batch_rows : int
        Rows of a step, 1 or more; the last batch of an epoch has what is left.
    shuffle : bool
        Whether each epoch has an order of its own; else the rows come as they are.
    epochs : int
        How many epochs the whole training has: what the schedule is stretched over.
    schedule : Schedule
        What the learning rate is multiplied by as the training goes on.
    clip_norm : float, optional
        A longer gradient is shortened to this length; above 0.
    first_step : int
        The step with which the first epoch begins: above 0 where the steps of an earlier plan count on,
        because optimizers and dropout count them all.
    """

    rows: int
    batch_rows: int
    shuffle: bool = True
    epochs: int = 1
    schedule: Schedule = CONSTANT
    clip_norm: float | None = None
    first_step: int = 0

    def __post_init__(self) -> None:
        accept.count("the number of rows", self.rows)
        accept.count("batch_size", self.batch_rows)
        accept.count("epochs", self.epochs, least=0)
        accept.count("the first step", self.first_step, least=0)
        if self.clip_norm is not None:
            accept.positive("clip_norm", self.clip_norm)

    @property
    def steps_per_epoch(self) -> int:
        """How many steps visit every row once."""
        return -(-self.rows // self.batch_rows)

    def epoch_of(self, step: int) -> int:
        """Return the number of the epoch, from 0, to which a step belongs."""
        return (step - self.first_step) // self.steps_per_epoch

    def step_of_epoch(self, step: int) -> int:
        """Return the number of a step, from 0, in its epoch."""
        return (step - self.first_step) % self.steps_per_epoch

    def epochs_before(self, step: int) -> float:
        """Return how many epochs, and what part of one, have passed when a step begins."""
        return (step - self.first_step) / self.steps_per_epoch

    def by_epoch(self, of_steps: Array) -> Array:
        """Return numbers of steps, one row for each whole epoch."""
        per_epoch = self.steps_per_epoch
        return of_steps[: len(of_steps) // per_epoch * per_epoch].reshape(-1, per_epoch)

    def mean_by_epoch(self, of_steps: Array) -> Array:
        """Return the mean over the rows of each whole epoch of numbers that are means of batches."""
        taken = np.full(self.steps_per_epoch, min(self.batch_rows, self.rows))
        taken[-1] = self.rows - self.batch_rows * (len(taken) - 1)
        return self.by_epoch(of_steps) @ taken / self.rows

    def rate(self, step: int) -> float:
        """Return what the learning rate is multiplied by at a step."""
        return self.schedule.factor(self.epochs_before(step), max(1, self.epochs))

    def order(self, seed: int, epoch: int) -> Array | None:
        """Return the order of an epoch's rows, or None where they come as they are."""
        return order(seed, epoch, [self.rows]) if self.shuffle and self.rows > 1 else None

    def batch(self, step: int) -> slice:
        """Return which part of the epoch's order a step takes."""
        start = self.step_of_epoch(step) * self.batch_rows
        return slice(start, min(start + self.batch_rows, self.rows))


def shard_rows(sizes: Sequence[int], dtype: npt.DTypeLike) -> int:
    """Return how many rows a shard of a batch has: by layer sizes and precision, never by threads.

    Examples
    --------
    >>> shard_rows([784, 128, 10], np.float32), shard_rows([1024, 2048, 10], np.float32)
    (64, 256)
    """
    # 64 rows lose little of the product's speed while a row stays within 4 KiB; wider layers want 256.
    return 64 if max(sizes) * np.dtype(dtype).itemsize <= 4096 else 256


def shards(rows: int, rows_of_a_shard: int) -> list[slice]:
    """Cut `rows` rows into shards, in order; the last one has what is left.

    Examples
    --------
    >>> shards(5, 2)
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return [slice(start, min(start + rows_of_a_shard, rows)) for start in range(0, rows, rows_of_a_shard)]
