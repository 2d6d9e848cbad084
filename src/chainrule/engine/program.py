"""A network made ready for training by the compiled engine: see `network.program`."""

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from chainrule.engine import kernels, update
from chainrule.engine.blas import Blas, best_blas
from chainrule.engine.compiling import say_when_compiling
from chainrule.engine.described import Described
from chainrule.engine.memory import aligned, records
from chainrule.engine.pace import Pace
from chainrule.engine.random import WORDS
from chainrule.engine.step import Given, Learned
from chainrule.engine.threads import cores, new_control, together
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
NO_ORDER = np.zeros(0, dtype=np.uint32)  # rows come as they are


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
        self._course: Course | None = None
        self._whole: Whole | None = None
        self.rule = update.rule_of(optimizer)
        work = 3 * self.layout.size * batch_rows
        self.stride = max(LEAST_STRIDE, WORK_BETWEEN_LOOKS // (work + WORK_OF_A_STEP))
        worth = max(1, work // WORK_OF_A_THREAD)
        most = min(worth, cores() if n_threads is None else n_threads)
        self._pace, self._pace_of_gradients = Pace(most, work), Pace(most, work)

    @cached_property
    def described(self) -> Described:
        """The network as the kernels take it."""
        say_when_compiling(f"training in {self.dtype}")
        return described(self.network, self.dtype, self.batch_rows)

    def start(self, theta: Array, seed: int) -> State:
        """Return the state before the first step; its zeros take no memory."""
        none = np.broadcast_to(np.zeros(1, dtype=self.dtype), theta.shape)
        return State(theta.astype(self.dtype, copy=False), dict.fromkeys(self.slots, none), 0, seed)

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
        described, course = self.described, self._course_of(plan, state.seed)
        theta, m, v = self._copies(state)
        told = kernels.Told(rates(plan, state.step, steps), np.zeros(steps), np.zeros(steps))
        learned, given = Learned(theta, m, v, course.gradient), self._given(data, course.order)
        same = (course.job, *described.as_taken, given, learned)
        taken, sound = 0, True
        while sound and taken < steps:
            with self._pace.some(steps - taken) as (threads, count):
                some = kernels.Told(*(each[taken : taken + count] for each in told))
                arguments = (*same, self._room(threads), *course.begun(), some, state.step + taken)
                went_well = together(kernels.run, arguments, threads)
            taken, sound = taken + went_well, went_well == count
        slots = dict(zip(self.slots, (m, v), strict=False))
        return State(theta, slots, state.step + taken, state.seed), Told(told.losses, told.norms)

    def _room(self, threads: int) -> Array:
        """Return the room in which steps are computed, the same one in every run."""
        if len(self._kept_room) < self.described.room_size(threads):
            self._kept_room = self._zeros(self.described.room_size(threads))
        return self._kept_room

    def _course_of(self, plan: Plan, seed: int) -> "Course":
        """Return what the runs of one training share, made for the first of them."""
        if self._course is None or (self._course.plan, self._course.seed) != (plan, seed):
            self._course = Course(self, plan, seed)
        return self._course

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
        if self._whole is None or self._whole.rows != len(rows.X):
            self._whole = Whole(self, len(rows.X))
        whole, given = self._whole.begun(theta), self._given(rows, NO_ORDER)
        with self._pace_of_gradients.some(1) as (threads, _):
            arguments = (given, whole.learned, self._room(threads), whole.losses, float(normalizer))
            kernel = (whole.job, *self.described.as_taken, *arguments, whole.control)
            together(kernels.gradient, kernel, threads)
        return whole.learned.gradient.copy(), float(sum(whole.losses.tolist()))

    def gradient(self, theta: Array, data: Data) -> tuple[Array, float]:
        """Return the gradient of all rows and the losses' sum; see `network.program.Program.gradient`."""
        return self.shard(theta, data, data.normalizer)


class Whole:
    """What gradients of batches of one size share: L-BFGS asks for hundreds of them.

    Parameters
    ----------
    program : CompiledProgram
        Whose network it is.
    rows : int
        How many rows a batch has.
    """

    def __init__(self, program: CompiledProgram, rows: int) -> None:
        described, size, dtype = program.described, program.layout.size, program.dtype
        self.rows = rows
        product = program.blas.product(dtype)
        self.job = records(described.job(product, rows=rows, keeps_gradient=True))
        none = aligned(0, dtype)
        self.learned = Learned(aligned(size, dtype), none, none, aligned(size, dtype))
        self.losses, self.control = np.zeros(described.pieces_of_rows(rows)), new_control()

    def begun(self, theta: Array) -> "Whole":
        """Return it with these parameters, and with nothing left of the last gradient."""
        self.learned.theta[:] = theta
        self.losses[:] = 0
        self.control[:] = 0
        return self


class Course:
    """What the runs of one training share: told by the program, the plan and the seed.

    Parameters
    ----------
    program : CompiledProgram
        What is trained, and by which rule.
    plan : Plan
        How the training goes.
    seed : int
        The seed of its row orders and dropout masks.

    Attributes
    ----------
    job : record
        What stays the same: see `described.JOB`.
    gradient : array
        Room for the gradient where it is kept whole, else without entries.
    order : array of uint32
        The order of the rows as the last run left it; without entries where they are not shuffled.
    """

    def __init__(self, program: CompiledProgram, plan: Plan, seed: int) -> None:
        self.plan, self.seed = plan, seed
        optimizer, penalty, dtype = program.optimizer, program.penalty, program.dtype
        pulls = bool(penalty) or getattr(optimizer, "weight_decay", 0.0) > 0
        clips, few = plan.clip_norm is not None, program.layout.size <= FEW_PARAMETERS
        at_once = few and not pulls and not clips and program.layout.trained is None
        keeps_gradient = program.described.keeps_gradient or clips or at_once
        beta1, beta2 = update.BETAS[type(optimizer)](optimizer)
        batch = min(plan.batch_rows, plan.rows)
        self.job = records(
            program.described.job(
                program.blas.product(dtype),
                rule=update.routine(program.rule, dtype),
                corrects=program.rule == "Adam",
                beta1=beta1,
                beta2=beta2,
                learning_rate=optimizer.learning_rate,
                pulls=pulls,
                at_once=at_once,
                keeps_gradient=keeps_gradient,
                rows=plan.rows,
                batch_rows=batch,
                steps_per_epoch=plan.steps_per_epoch,
                first_step=plan.first_step,
                clip_norm=np.inf if plan.clip_norm is None else plan.clip_norm,
                seed=seed,
            )
        )
        self.gradient = aligned(program.layout.size if keeps_gradient else 0, dtype)
        rows = plan.rows if plan.shuffle and plan.rows > 1 else 0
        buckets = 1 << max(0, rows // ROWS_OF_A_BUCKET).bit_length()
        self.order = np.zeros(rows, dtype=np.uint32)
        words, starts = np.zeros(rows + WORDS, dtype=np.uint64), np.zeros(buckets + 1, dtype=np.int64)
        self._shuffled = kernels.Shuffled(words, starts, np.full(1, -1))
        sums = np.zeros(SUMS * (1 if at_once else len(program.described.pieces)))
        losses = np.zeros(program.described.pieces_of_rows(batch))
        self._partial = kernels.Partial(losses, sums, sums.copy() if clips else np.zeros(0))
        numbers, pulled = update.numbers_of(optimizer, dtype), update.pulls_of(optimizer, penalty, dtype)
        self._shared = kernels.Shared(new_control(), np.zeros(1), numbers, pulled)

    def begun(self) -> tuple[kernels.Partial, kernels.Shuffled, kernels.Shared]:
        """Return what the kernels write into, as it is before a run: nothing is left of one that diverged."""
        for array in (*self._partial, self._shared.control):
            array[:] = 0
        return self._partial, self._shuffled, self._shared


@lru_cache(maxsize=64)
def described(network: Network, dtype: np.dtype, batch_rows: int) -> Described:
    """Return a network as the kernels take it; a network that is trained again is described already."""
    return Described(network, dtype, batch_rows)


def rates(plan: Plan, first: int, steps: int) -> Array:
    """Return what the learning rate is multiplied by at each of some steps."""
    if plan.schedule == CONSTANT:
        return np.ones(steps)
    return np.array([plan.rate(step) for step in range(first, first + steps)], dtype=np.float64)
