"""The reference behind the engine interface: the same equations, step after step."""

import math

import numpy as np
import numpy.typing as npt

from chainrule.errors import DivergenceError
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Layout, Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, State, Told, added_in_order, diverged
from chainrule.network.rows import Plan, shard_rows, shards
from chainrule.reference.forward import Masks, dropout_masks, forward_pass
from chainrule.reference.step import shard, training_step
from chainrule.reference.update import init, trained_norm

# How many multiplications pass between two looks: some tens of milliseconds of work.
WORK_BETWEEN_LOOKS = 20_000_000
MOST_STEPS_BETWEEN_LOOKS = 500


def prepare(
    network: Network, optimizer: Optimizer, penalty: Penalty, dtype: npt.DTypeLike, batch_rows: int
) -> "ReferenceProgram":
    """Return a program that trains a network with the reference; see `network.program.Prepare`."""
    return ReferenceProgram(network, optimizer, penalty, np.dtype(dtype), batch_rows)


class ReferenceProgram:
    """A network made ready for training by the reference; see `network.program.Program`."""

    engine = "reference"

    def __init__(
        self, network: Network, optimizer: Optimizer, penalty: Penalty, dtype: np.dtype, batch_rows: int
    ) -> None:
        self.network, self.optimizer, self.penalty, self.dtype = network, optimizer, penalty, dtype
        self.layout = Layout(network)
        work_of_a_step = 3 * self.layout.size * batch_rows
        self.stride = max(1, min(MOST_STEPS_BETWEEN_LOOKS, WORK_BETWEEN_LOOKS // max(1, work_of_a_step)))

    def start(self, theta: Array, seed: int) -> State:
        """Return the state before the first step."""
        return State(theta.astype(self.dtype), init(self.optimizer, theta.astype(self.dtype)), 0, seed)

    def run(self, state: State, data: Data, plan: Plan, steps: int) -> tuple[State, Told]:
        """Take `steps` steps; see `network.program.Program.run`."""
        losses, norms = np.empty(steps), np.empty(steps)
        order, order_of_epoch = None, -1
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for taken in range(steps):
                epoch = plan.epoch_of(state.step)
                if epoch != order_of_epoch:
                    order, order_of_epoch = plan.order(state.seed, epoch), epoch
                batch = plan.batch(state.step)
                rows = data.rows(batch if order is None else order[batch])
                state, losses[taken], norms[taken] = self._step(state, rows, plan)
        return state, Told(losses, norms)

    def _step(self, state: State, rows: Data, plan: Plan) -> tuple[State, float, float]:
        parameters = Parameters(self.layout, state.theta)
        masks = dropout_masks(self.network, len(rows.X), self.dtype, state.seed, state.step)
        parameters, slots, loss, gradient = training_step(
            self.network,
            parameters,
            rows,
            self.optimizer,
            self.penalty,
            slots=state.slots,
            t=state.step + 1,
            masks=masks,
            rate=plan.rate(state.step),
            clip_norm=plan.clip_norm,
        )
        # A slot as well: an infinite one would hold its parameter still, and nobody would know.
        moved = (parameters.theta, *slots.values())
        if not (math.isfinite(loss) and all(np.isfinite(each).all() for each in moved)):
            raise self._diverged(state, rows, masks, plan, loss)
        after = State(parameters.theta, slots, state.step + 1, state.seed)
        return after, float(loss), trained_norm(gradient)

    def _diverged(
        self, state: State, rows: Data, masks: Masks | None, plan: Plan, loss: Array
    ) -> DivergenceError:
        """Build the error that says where a number that is not finite first showed."""
        parameters = Parameters(self.layout, state.theta)
        tape = forward_pass(self.network, parameters, rows.X, masks)
        place = f"the loss ({loss})" if not math.isfinite(loss) else "the update"
        for l, Z in enumerate(tape.Z, start=1):
            bad = np.argwhere(~np.isfinite(Z) | ~np.isfinite(tape.A[l]))
            if len(bad):
                place = f"layer {l}, unit {bad[0][1]}"
                break
        return diverged(state, plan, self.layout, place)

    def shard(self, theta: Array, rows: Data, normalizer: float) -> tuple[Array, float]:
        """Return one shard's flat gradient and loss sum; see `network.program.Program.shard`."""
        dtheta, total = shard(self.network, Parameters(self.layout, theta), rows, normalizer)
        return dtheta, float(total)

    def gradient(self, theta: Array, data: Data) -> tuple[Array, float]:
        """Return the gradient of all rows and the losses' sum; see `network.program.Program.gradient`."""
        cut = shards(len(data.X), shard_rows(self.network.sizes, theta.dtype))
        return added_in_order([self.shard(theta, data.rows(rows), data.normalizer) for rows in cut])
