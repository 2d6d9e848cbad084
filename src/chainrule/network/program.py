"""The engine interface: how training is asked for, whichever engine does it.

`prepare` makes a program for a network once; `program.run` advances a training by some steps, and
can stop and go on at any of them. Interrupts, validation, checkpoints and resuming all rest on
that. A state is arrays and integers only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from chainrule.errors import DivergenceError
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.losses import check_targets
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Layout
from chainrule.network.penalties import Penalty
from chainrule.network.rows import Plan


class Data(NamedTuple):
    """The rows to learn from, in the precision of the parameters."""

    X: Array  # (n, d_0)
    Y: Array  # (n, d_L)
    row_weights: Array | None = None  # (n,)

    @classmethod
    def of(
        cls,
        network: Network,
        X: object,
        Y: object,
        row_weights: object = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> "Data":
        """Take rows, targets and weights from outside, in the precision that goes with `dtype`.

        Raises
        ------
        ShapeError
            When a shape does not fit the network or the others; both are shown.
        InvalidValueError, InvalidTypeError
            When an entry is not a finite real number, or a target has no meaning for the loss.

        Examples
        --------
        >>> Data.of(Network.dense([2, 1]), [1, 2], [3])
        Data(X=array([[1., 2.]]), Y=array([[3.]]), row_weights=None)
        """
        precision = accept.real_precision(dtype)
        X = accept.rows("X", X, network.sizes[0], precision)
        Y = accept.rows("Y", Y, network.sizes[-1], precision)
        accept.same_rows(X, Y, "X and Y")
        check_targets(network.loss, Y)
        weights = None if row_weights is None else accept.row_weights(row_weights, len(X), precision)
        return cls(X, Y, weights)

    @property
    def normalizer(self) -> float:
        """What the sum of the rows' losses is divided by: their number, or the sum of their weights."""
        if self.row_weights is None:
            return len(self.X)
        # A batch in which every row weighs nothing adds nothing: 0 / 1, not 0 / 0.
        return float(self.row_weights.sum(dtype=np.float64)) or 1.0

    def weigh(self, of_rows: Array) -> Array:
        """Return numbers (n, d), each row times its weight."""
        return of_rows if self.row_weights is None else of_rows * self.row_weights[:, np.newaxis]

    def rows(self, chosen: slice | Array) -> "Data":
        """Return some of the rows."""
        weights = None if self.row_weights is None else self.row_weights[chosen]
        return Data(self.X[chosen], self.Y[chosen], weights)


class Told(NamedTuple):
    """What some steps tell about themselves: of each step's batch, before the step."""

    loss: Array  # (steps,), float64; penalty included
    gradient_norm: Array  # (steps,), float64; of the trained parameters, before it is clipped


def added_in_order(parts: Sequence[tuple[Array, Any]]) -> tuple[Array, Any]:
    """Return the sums of the shards' gradients and losses, added in the order of the shards."""
    gradients, losses = zip(*parts, strict=True)
    return sum(gradients[1:], start=gradients[0]), sum(losses[1:], start=losses[0])


@dataclass(frozen=True)
class State:
    """Where a training stands.

    Parameters
    ----------
    theta : array, shape (p,)
        The parameters, flat.
    slots : mapping of str to array
        What the optimizer remembers, arrays like theta.
    step : int
        How many steps have been taken.
    seed : int
        The seed of its row orders and dropout masks.
    """

    theta: Array
    slots: Mapping[str, Array]
    step: int
    seed: int


def diverged(state: State, plan: Plan, layout: Layout, place: str) -> DivergenceError:
    """Return the error that says when and where a number was not finite any more.

    Parameters
    ----------
    state : State
        The last good one.
    plan : Plan
        How the training goes.
    layout : Layout
        Where the weights lie.
    place : str
        Where such a number first showed.
    """
    epoch, batch = plan.epoch_of(state.step), plan.step_of_epoch(state.step)
    largest = np.abs(state.theta[layout.weights]).max()
    return DivergenceError(
        f"training diverged in epoch {epoch + 1}, batch {batch + 1}: a number that is not finite in "
        f"{place}, when the largest weight was {largest:.3g}; try a smaller learning rate",
        state,
    )


class Program(Protocol):
    """A network made ready for training by one engine.

    Attributes
    ----------
    engine : str
        What does the work, in words; the same words promise the same bits.
    stride : int
        How many steps to take before somebody looks: some tens of milliseconds of work, told by the
        sizes alone.
    """

    engine: str
    stride: int

    def start(self, theta: Array, seed: int) -> State:
        """Return the state before the first step."""

    def run(self, state: State, data: Data, plan: Plan, steps: int) -> tuple[State, Told]:
        """Take `steps` steps.

        Returns
        -------
        state : State
            The state after them; the one that came in is not changed.
        told : Told
            The loss and the length of the gradient of each.

        Raises
        ------
        DivergenceError
            When a loss or a parameter is not finite; its `state` is the last good one.
        """

    def shard(self, theta: Array, rows: Data, normalizer: float) -> tuple[Array, float]:
        """Return the flat gradient of some rows' part of the loss, and the sum of their losses.

        Penalties are left out: they are added once, after the shards.
        """

    def gradient(self, theta: Array, data: Data) -> tuple[Array, float]:
        """Return the flat gradient of the loss of all rows, cut as it suits the engine, and the losses' sum.

        Penalties are left out.
        """


class Prepare(Protocol):
    """How an engine makes a program."""

    def __call__(
        self, network: Network, optimizer: Optimizer, penalty: Penalty, dtype: npt.DTypeLike, batch_rows: int
    ) -> Program:
        """Return a program for batches of up to `batch_rows` rows."""
