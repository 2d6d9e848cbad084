"""A network made ready for training by the compiled engine: see `network.program`."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from chainrule.engine import kernels, update
from chainrule.engine.blas import Blas, best_blas
from chainrule.engine.compiling import say_when_compiling
from chainrule.engine.described import Described
from chainrule.engine.memory import Records, aligned, records
from chainrule.engine.random import WORDS
from chainrule.engine.step import Given, Learned
from chainrule.engine.threads import lent, new_control, together
from chainrule.engine.update import SUMS
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Layout
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, State, Told, diverged
from chainrule.network.rows import Plan
from chainrule.network.schedules import CONSTANT

# A thread is worth its start and its waits when it saves so many multiplications a step.
WORK_OF_A_THREAD = 1 << 18
# Between two looks of Python pass so many multiplications, some tens of milliseconds; a step's own cost is
# as many as this. A run copies the parameters first, so it has some steps however long they are.
WORK_BETWEEN_LOOKS, WORK_OF_A_STEP, LEAST_STRIDE = 4_000_000_000, 40_000, 4
ROWS_OF_A_BUCKET = 4
FEW_PARAMETERS = 4096


def why_not(network: Network, dtype: npt.DTypeLike) -> str:
    """Return why this engine cannot compute a network in a precision, in words; empty where it can.

    Examples
    --------
    >>> why_not(Network.dense([2, 1], output=(lambda z: z**3, lambda z: 3 * z**2)), np.float64)
    "the activation 'own' is Python code of your own"
    """
    for layer in network.layers:
        if not layer.activation.in_table:
            return f"the activation {layer.activation.name!r} is Python code of your own"
    if not network.loss.in_table:
        return f"the loss {network.loss.name!r} is Python code of your own"
    if np.dtype(dtype) not in (np.float32, np.float64):
        return f"it computes in float32 and float64, not in {np.dtype(dtype)}"
    return ""


def prepare(
    network: Network,
    optimizer: Optimizer,
    penalty: Penalty,
    dtype: npt.DTypeLike,
    batch_rows: int,
    *,
    n_threads: int | None = None,
    blas: Blas | None = None,
) -> "CompiledProgram":
    """Return a program that trains a network compiled; see `network.program.Prepare`.

    Parameters
    ----------
    network, optimizer, penalty, dtype, batch_rows
        As for every engine.
    n_threads : int, optional
        The most threads that share a step; by default as many as there are cores. It has no
        influence on any number.
    blas : Blas, optional
        What multiplies large matrices; by default MKL where it is installed, else SciPy's.
    """
    return CompiledProgram(
        network, optimizer, penalty, np.dtype(dtype), batch_rows, n_threads, blas or best_blas()
    )


class CompiledProgram:
    """A network made ready for training by the compiled engine; see `network.program.Program`."""

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        penalty: Penalty,
        dtype: np.dtype,
        batch_rows: int,
        n_threads: int | None,
        blas: Blas,
    ) -> None:
        self.network, self.optimizer, self.penalty, self.dtype = network, optimizer, penalty, dtype
        self.batch_rows, self.blas, self.layout = batch_rows, blas, Layout(network)
        self.engine = f"compiled, {blas.name}"
        self._kept_room = np.zeros(0, dtype=dtype)
        self._kept_order: tuple[tuple[int, int], Array, kernels.Shuffled] | None = None
        self.rule = update.rule_of(optimizer)
        work = 3 * self.layout.size * batch_rows
        self.stride = max(LEAST_STRIDE, WORK_BETWEEN_LOOKS // (work + WORK_OF_A_STEP))
        worth = max(1, work // WORK_OF_A_THREAD)
        self.threads = worth if n_threads is None else min(n_threads, worth)

    @cached_property
    def described(self) -> Described:
        """The network as the kernels take it."""
        say_when_compiling(f"training in {self.dtype}")
        return Described(self.network, self.dtype, self.batch_rows)

    def start(self, theta: Array, seed: int) -> State:
        """Return the state before the first step."""
        theta = theta.astype(self.dtype)
        return State(theta, {name: np.zeros_like(theta) for name in self.slots}, 0, seed)

    @property
    def slots(self) -> tuple[str, ...]:
        """What the optimizer remembers."""
        return update.RULES[self.rule].slots

    def run(self, state: State, data: Data, plan: Plan, steps: int) -> tuple[State, Told]:
        """Take `steps` steps; see `network.program.Program.run`."""
        after, told = self._sound_steps(state, data, plan, steps)
        sound = after.step - state.step
        if sound < steps:
            place = self._place_of_divergence(told.loss[sound])
            good, _ = self._sound_steps(state, data, plan, sound)
            raise diverged(good, plan, self.layout, place)
        return after, told

    def _sound_steps(self, state: State, data: Data, plan: Plan, steps: int) -> tuple[State, Told]:
        """Take steps until one is not sound."""
        described, dtype = self.described, self.dtype
        theta, m, v = self._copies(state)
        gradient = self._zeros(self.layout.size if self._keeps_gradient(plan) else 0)
        order, shuffled = self._order(plan, state.seed)
        told = kernels.Told(rates(plan, state.step, steps), np.zeros(steps), np.zeros(steps))
        sums = SUMS * len(described.pieces)
        partial = kernels.Partial(np.zeros(described.pieces_of_rows), np.zeros(sums), np.zeros(sums))
        numbers = update.numbers_of(self.optimizer, dtype)
        pulls = update.pulls_of(self.optimizer, self.penalty, dtype)
        shared = kernels.Shared(new_control(), np.zeros(1), numbers, pulls)
        job = records(self._job(plan, state.seed))
        network = (records(described.layers), records(described.pieces), described.setting)
        with lent(self.threads) as threads:
            training = (self._given(data, order), Learned(theta, m, v, gradient), self._room(threads))
            arguments = (job, *network, *training, partial, shuffled, shared, told, state.step)
            taken = together(kernels.run, arguments, threads)
        slots = dict(zip(self.slots, (m, v), strict=False))
        return State(theta, slots, state.step + taken, state.seed), Told(told.losses, told.norms)

    def _room(self, threads: int) -> Array:
        """Return the room in which steps are computed, the same one in every run."""
        if len(self._kept_room) < self.described.room_size(threads):
            self._kept_room = self._zeros(self.described.room_size(threads))
        return self._kept_room

    def _order(self, plan: Plan, seed: int) -> tuple[Array, kernels.Shuffled]:
        """Return the order of the rows as the last run left it, and the room to put them in the next one."""
        count = plan.rows if plan.shuffle and plan.rows > 1 else 0
        if self._kept_order is None or self._kept_order[0] != (count, seed):
            buckets = 1 << max(0, count // ROWS_OF_A_BUCKET).bit_length()
            words, starts = np.zeros(count + WORDS, dtype=np.uint64), np.zeros(buckets + 1, dtype=np.int64)
            shuffled = kernels.Shuffled(words, starts, np.full(1, -1))
            self._kept_order = (count, seed), np.zeros(count, dtype=np.uint32), shuffled
        return self._kept_order[1:]

    def _copies(self, state: State) -> list[Array]:
        """Return copies of the parameters and of two slots; one that the optimizer has not has no entries."""
        copies = [self._zeros(self.layout.size) for _ in range(1 + len(state.slots))]
        for copied, array in zip(
            copies, (state.theta, *(state.slots[name] for name in self.slots)), strict=True
        ):
            copied[:] = array
        return copies + [self._zeros(0)] * (2 - len(state.slots))

    def _zeros(self, size: int) -> Array:
        return aligned(size, self.dtype)

    def _given(self, data: Data, order: Array) -> Given:
        """Return the rows as the kernels take them."""
        weights = self._zeros(0) if data.row_weights is None else np.ascontiguousarray(data.row_weights)
        return Given(np.ascontiguousarray(data.X), np.ascontiguousarray(data.Y), weights, order)

    def _job(self, plan: Plan, seed: int) -> Records:
        """Return what stays the same during a run."""
        beta1, beta2 = update.BETAS[type(self.optimizer)](self.optimizer)
        return self.described.job(
            self.blas.product(self.dtype),
            rule=update.routine(self.rule, self.dtype),
            corrects=self.rule == "Adam",
            beta1=beta1,
            beta2=beta2,
            learning_rate=self.optimizer.learning_rate,
            pulls=self._pulls,
            at_once=self._at_once(plan),
            keeps_gradient=self._keeps_gradient(plan),
            rows=plan.rows,
            batch_rows=plan.batch_rows,
            steps_per_epoch=plan.steps_per_epoch,
            clip_norm=np.inf if plan.clip_norm is None else plan.clip_norm,
            seed=seed,
        )

    @property
    def _pulls(self) -> bool:
        """Whether something pulls on the weights that does not pull on the biases."""
        return bool(self.penalty) or getattr(self.optimizer, "weight_decay", 0.0) > 0

    def _at_once(self, plan: Plan) -> bool:
        """Whether one pass updates all parameters: few of them, and all alike."""
        alike = not self._pulls and self.layout.trained is None and plan.clip_norm is None
        return alike and self.layout.size <= FEW_PARAMETERS

    def _keeps_gradient(self, plan: Plan) -> bool:
        """Whether the gradient is kept whole until the parameters are updated."""
        return self.described.keeps_gradient or plan.clip_norm is not None or self._at_once(plan)

    def _place_of_divergence(self, loss: float) -> str:
        """Return in words where a number that is not finite first showed in the last step."""
        room, rows = self._kept_room, self.described.cut.rows_at_once
        for l, layer in enumerate(self.described.layers):
            A = room[layer.A : layer.A + rows * layer.units].reshape(rows, layer.units)
            bad = np.argwhere(~np.isfinite(A))
            if l and len(bad):
                return f"layer {l}, unit {bad[0][1]}"
        return "the update" if np.isfinite(loss) else f"the loss ({loss})"

    def shard(self, theta: Array, rows: Data, normalizer: float) -> tuple[Array, float]:
        """Return the gradient of some rows and their losses' sum; see `network.program.Program.shard`."""
        described = self.described
        whole = Learned(self._zeros(len(theta)), self._zeros(0), self._zeros(0), self._zeros(len(theta)))
        whole.theta[:] = theta
        given = self._given(rows, np.zeros(0, dtype=np.uint32))
        job = described.job(self.blas.product(self.dtype), rows=len(rows.X), keeps_gradient=True)
        losses = np.zeros(-(-len(rows.X) // described.cut.rows_at_once) * described.pieces_of_rows)
        with lent(self.threads) as threads:
            network = (records(described.layers), records(described.pieces), described.setting)
            arguments = (given, whole, self._room(threads), losses, float(normalizer), new_control())
            together(kernels.gradient, (records(job), *network, *arguments), threads)
        return whole.gradient, float(sum(losses))

    def gradient(self, theta: Array, data: Data) -> tuple[Array, float]:
        """Return the gradient of all rows and the losses' sum; see `network.program.Program.gradient`."""
        return self.shard(theta, data, data.normalizer)


def rates(plan: Plan, first: int, steps: int) -> Array:
    """Return what the learning rate is multiplied by at each of some steps."""
    if plan.schedule == CONSTANT:
        return np.ones(steps)
    return np.array([plan.rate(step) for step in range(first, first + steps)], dtype=np.float64)
