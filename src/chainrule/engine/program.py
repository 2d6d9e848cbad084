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
# as many as this.
WORK_BETWEEN_LOOKS, WORK_OF_A_STEP = 1_000_000_000, 10_000
ROWS_OF_A_BUCKET = 4


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
        self.rule = update.rule_of(optimizer)
        work = 3 * self.layout.size * batch_rows
        self.stride = max(1, WORK_BETWEEN_LOOKS // (work + WORK_OF_A_STEP))
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
        room: list[Array] = []
        after, told = self._sound_steps(state, data, plan, steps, room)
        sound = after.step - state.step
        if sound < steps:
            place = self._place_of_divergence(room[0], told.loss[sound])
            good, _ = self._sound_steps(state, data, plan, sound, room)
            raise diverged(good, plan, self.layout, place)
        return after, told

    def _sound_steps(
        self, state: State, data: Data, plan: Plan, steps: int, room: list[Array]
    ) -> tuple[State, Told]:
        """Take steps until one is not sound; the room they were computed in is left in the list."""
        clips = plan.clip_norm is not None
        theta, m, v = self._copies(state)
        whole = self.layout.size if clips or self.described.keeps_gradient else 0
        learned = Learned(theta, m, v, self._zeros(whole))
        given, shuffled = self._given(data, plan)
        told = kernels.Told(rates(plan, state.step, steps), np.zeros(steps), np.zeros(steps))
        sums = SUMS * len(self.described.pieces)
        partial = kernels.Partial(np.zeros(self.described.pieces_of_rows), np.zeros(sums), np.zeros(sums))
        numbers = update.numbers_of(self.optimizer, self.dtype)
        pulls = update.pulls_of(self.optimizer, self.penalty, self.dtype)
        shared = kernels.Shared(new_control(), np.zeros(1), numbers, pulls)
        described = self.described
        with lent(self.threads) as threads:
            room[:] = [described.room(threads)]
            job = records(self._job(plan, state.seed))
            network = (records(described.layers), records(described.pieces), described.setting)
            arguments = (given, learned, room[0], partial, shuffled, shared, told, state.step)
            taken = together(kernels.run, (job, *network, *arguments), threads)
        slots = dict(zip(self.slots, (learned.m, learned.v), strict=False))
        return State(learned.theta, slots, state.step + taken, state.seed), Told(told.losses, told.norms)

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

    def _given(self, data: Data, plan: Plan) -> tuple[Given, kernels.Shuffled]:
        """Return the rows, and room to put them in order."""
        weights = self._zeros(0) if data.row_weights is None else np.ascontiguousarray(data.row_weights)
        shuffled = plan.rows if plan.shuffle and plan.rows > 1 else 0
        buckets = 1 << max(0, shuffled // ROWS_OF_A_BUCKET).bit_length()
        X, Y = np.ascontiguousarray(data.X), np.ascontiguousarray(data.Y)
        order = np.zeros(shuffled, dtype=np.uint32 if shuffled < 2**32 else np.uint64)
        words = np.zeros(shuffled + WORDS, dtype=np.uint64)
        return Given(X, Y, weights, order), kernels.Shuffled(words, np.zeros(buckets + 1, dtype=np.int64))

    def _job(self, plan: Plan, seed: int) -> Records:
        """Return what stays the same during a run."""
        job = self.described.job(self.blas.product(self.dtype))
        job.rule, job.corrects = update.routine(self.rule, self.dtype), self.rule == "Adam"
        job.beta1, job.beta2 = update.BETAS[type(self.optimizer)](self.optimizer)
        job.learning_rate = self.optimizer.learning_rate
        job.pulls = bool(self.penalty) or getattr(self.optimizer, "weight_decay", 0.0) > 0
        job.keeps_gradient = self.described.keeps_gradient or plan.clip_norm is not None
        job.rows, job.batch_rows, job.steps_per_epoch = plan.rows, plan.batch_rows, plan.steps_per_epoch
        job.clip_norm = np.inf if plan.clip_norm is None else plan.clip_norm
        job.seed = seed
        return job

    def _place_of_divergence(self, room: Array, loss: float) -> str:
        """Return in words where a number that is not finite first showed, in the room of a step."""
        rows = self.described.cut.rows_at_once
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
        given, _ = self._given(rows, Plan(len(rows.X), len(rows.X), shuffle=False))
        job = described.job(self.blas.product(self.dtype))
        job.rows, job.keeps_gradient = len(rows.X), True
        losses = np.zeros(-(-len(rows.X) // described.cut.rows_at_once) * described.pieces_of_rows)
        with lent(self.threads) as threads:
            network = (records(described.layers), records(described.pieces), described.setting)
            arguments = (given, whole, described.room(threads), losses, float(normalizer), new_control())
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
