"""A training: a state, advanced by an engine, that can be looked at and stopped between its pieces."""

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from chainrule.errors import DivergenceError
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import LBFGS, GradientDescent, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, State, Told
from chainrule.network.rows import Plan
from chainrule.network.schedules import CONSTANT, Schedule
from chainrule.train.blas import one_thread
from chainrule.train.engines import Engine
from chainrule.train.engines import engine as engine_of
from chainrule.train.history import History
from chainrule.train.lbfgs import descend
from chainrule.train.validation import Validation

Look: TypeAlias = Callable[["Training"], object]


class Training:
    """A network learning from rows.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands; its parameters are not changed.
    data : Data
        The rows, in the precision of the parameters.
    optimizer, penalty : Optimizer, Penalty
        The update rule, and the penalty on the weights.
    epochs : int
        How many the whole training has.
    batch_size : int
        Rows of a step: 1 for single rows, all of them for the full batch.
    seed : int
        Of the rows' orders and the dropout masks.
    shuffle : bool
        Whether every epoch has an order of its own.
    schedule : Schedule
        What the learning rate is multiplied by.
    clip_norm : float, optional
        A longer gradient is shortened to this length.
    validation : Validation, optional
        Rows held out, to be looked at after every epoch.
    engine : {"auto", "compiled", "reference"}
        What does the work; "auto" gives small jobs to the reference, by their size alone.
    n_threads : int, optional
        The most threads that share a step; they have no influence on any number.
    state : State, optional
        Where an earlier training ended, whose optimizer goes on; its seed gives way to this one's.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        data: Data,
        optimizer: Optimizer | LBFGS,
        penalty: Penalty,
        *,
        epochs: int = 1,
        batch_size: int,
        seed: int,
        shuffle: bool,
        schedule: Schedule = CONSTANT,
        clip_norm: float | None = None,
        validation: Validation | None = None,
        engine: Engine = "auto",
        n_threads: int | None = None,
        state: State | None = None,
    ) -> None:
        accept.seed(seed)
        self.data, self.parameters, self.validation = data, parameters, validation
        self.optimizer, self.penalty = optimizer, penalty
        batch = len(data.X) if isinstance(optimizer, LBFGS) else batch_size
        first_step = 0 if state is None else state.step
        self.plan = Plan(len(data.X), batch, shuffle, epochs, schedule, clip_norm, first_step)
        # L-BFGS asks a program for gradients only; no rule of a single step is followed then.
        rule = GradientDescent() if isinstance(optimizer, LBFGS) else optimizer
        rows, steps = self.plan.rows * epochs, self.plan.steps_per_epoch * epochs
        dtype = parameters.theta.dtype
        prepare = engine_of(engine, network, dtype, rows, steps, n_threads)
        self.program = prepare(network, rule, penalty, dtype, min(batch, self.plan.rows))
        self.state: State = self.program.start(parameters.theta, seed)
        if state is not None:
            self.state = State(parameters.theta, state.slots, state.step, seed)
        self.history = History(optimizer, self.plan, engine=self.program.engine, validation=validation)

    def run(self, epochs: int, look: Look | None = None) -> None:
        """Train for some epochs more, or until validation or a look ends it.

        Parameters
        ----------
        epochs : int
            How many; 0 or more.
        look : callable, optional
            Is shown the training after every piece of it, between two steps; it ends the training
            there by returning True.

        Raises
        ------
        DivergenceError
            When a number is not finite; what was learned until then is kept in `state`.
        """
        self.run_steps(accept.count("epochs", epochs, least=0) * self.plan.steps_per_epoch, look)

    def run_steps(self, steps: int, look: Look | None = None) -> None:
        """Train for some steps more, as `run` does for epochs."""
        last = self.state.step + steps
        self._started = time.perf_counter() - self.history.clock[-1][1]
        with one_thread():
            if isinstance(self.optimizer, LBFGS):
                self._descend(self.optimizer, steps, look)
                return
            while self.state.step < last and not self.history.stopped:
                self._piece(min(self.program.stride, last - self.state.step, self._steps_to_validation()))
                self._between_pieces(look)

    def _descend(self, optimizer: LBFGS, iterations: int, look: Look | None) -> None:
        """Let L-BFGS take its steps, an iteration an epoch."""
        last = self.state.step + iterations

        def after_iteration(theta: Array, loss: float, gradient_norm: float) -> bool:
            self.state = State(theta, {}, self.state.step + 1, self.state.seed)
            self.history.told.append(Told(np.array([loss]), np.array([gradient_norm])))
            self._between_pieces(look)
            return bool(self.history.stopped)

        here = self.parameters.like(self.state.theta)
        ended = descend(self.program, here, self.data, self.penalty, optimizer, iterations, after_iteration)
        if self.state.step < last and not self.history.stopped:
            self.history.stopped = ended

    def _between_pieces(self, look: Look | None) -> None:
        self.history.clock.append((self.state.step, time.perf_counter() - self._started))
        self._validate()
        if look is not None and look(self) is True:
            self.history.stopped = "a callback ended it"

    def _steps_to_validation(self) -> int:
        """Return how many steps may pass until held-out rows must be looked at."""
        if self.validation is None:
            return self.program.stride
        return self.plan.steps_per_epoch - self.plan.step_of_epoch(self.state.step)

    def _validate(self) -> None:
        if self.validation is None or self.plan.step_of_epoch(self.state.step):
            return
        self.validation.look(self.parameters.like(self.state.theta))
        if self.validation.exhausted:
            patience, best = self.validation.patience, self.validation.best_epoch
            self.history.stopped = f"no better for {patience} epochs after epoch {best}"

    def _piece(self, steps: int) -> None:
        try:
            self._advance(steps)
        except DivergenceError as error:
            if isinstance(error.state, State):
                # The good steps once more, which gives the same bits, for the losses they had.
                self._advance(error.state.step - self.state.step)
            raise

    def _advance(self, steps: int) -> None:
        self.state, told = self.program.run(self.state, self.data, self.plan, steps)
        self.history.told.append(told)

    @property
    def learned(self) -> Parameters:
        """The parameters to keep: the best on the held-out rows, or without them those of now."""
        best = self.validation.best_theta if self.validation else None
        return self.parameters.like(self.state.theta if best is None else best)

    @property
    def epoch(self) -> float:
        """How many epochs have passed."""
        return self.plan.epochs_before(self.state.step)


def shown_to_all(looks: Sequence[Look]) -> Look:
    """Return a look that shows a training to every one of these, and ends it if one of them asks."""

    def look(training: Training) -> bool:
        answers = [each(training) for each in looks]
        return any(answer is True for answer in answers)

    return look
