"""Where a page stands: parameters after so many steps, and every number of the next one."""

import time
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from chainrule.errors import DivergenceError, InvalidValueError, Words, sentence
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.parameters import Parameters
from chainrule.network.program import State as Learned
from chainrule.page.lesson import Lesson
from chainrule.page.names import Names
from chainrule.page.place import block_of
from chainrule.reference.program import prepare
from chainrule.reference.update import Slots, init
from chainrule.trace.build import trace_steps
from chainrule.trace.step import Start, Trace
from chainrule.train.blas import one_thread

EDITABLE = ("W", "b", "A", "Y", "eta")
MOST_LOSSES = 2000  # points of a curve: of more every second is left out


@dataclass(frozen=True)
class Losses:
    """The loss of the steps that were taken, of a long training only every so many.

    Parameters
    ----------
    values : array
        The losses before each of those steps.
    every : int
        How many steps lie between two of them.
    seen : int
        How many steps they are from.
    """

    values: Array
    every: int = 1
    seen: int = 0

    def and_then(self, more: Array) -> "Losses":
        """Return the losses with those of the steps that followed."""
        seen = self.seen + len(more)
        chosen = more[np.arange(self.seen, seen) % self.every == 0]
        values, every = np.concatenate([self.values, chosen]), self.every
        while len(values) > MOST_LOSSES:
            values, every = values[::2], 2 * every
        return Losses(values, every, seen)


@dataclass(frozen=True, eq=False)
class State:
    """A place in the training of a lesson.

    Parameters
    ----------
    lesson : Lesson
        What is learned.
    parameters : Parameters
        The weights and biases of now.
    slots : mapping of str to array
        What the update rule remembers.
    taken : int
        How many steps were taken.
    losses : Losses
        What they cost.
    first : State or None
        Where it began; None where that is here.
    said : str
        What has to be said of how it came here, such as where training broke off.
    """

    lesson: Lesson
    parameters: Parameters
    slots: Slots
    taken: int
    losses: Losses
    first: "State | None" = None
    said: str = ""

    @classmethod
    def opened(cls, lesson: Lesson) -> "State":
        """Return the state in which a lesson begins.

        Examples
        --------
        >>> import chainrule as cr
        >>> from chainrule.page.lesson import of_example
        >>> state = State.opened(of_example(cr.tutorials.load("jain")))
        >>> round(state.trace.derive("w5").value, 9), state.advanced(1).taken
        (0.082167041, 1)
        """
        return cls(lesson, lesson.start, init(lesson.optimizer, lesson.start.theta), 0, Losses(np.empty(0)))

    @classmethod
    def at(cls, lesson: Lesson, start: Start) -> "State":
        """Return the state in which a lesson begins in the middle of a training."""
        return cls(lesson, lesson.start, start.slots, start.t - 1, Losses(np.empty(0)))

    @property
    def untouched(self) -> bool:
        """Whether this is the very step that the lesson begins with."""
        return self.first is None

    @property
    def trace(self) -> Trace:
        """Every number of the step that comes next."""
        return _trace(self)

    @property
    def nbytes(self) -> int:
        """How much memory it takes to keep."""
        arrays = [self.parameters.theta, *self.slots.values(), self.losses.values]
        return sum(array.nbytes for array in arrays)

    def under(self, names: Names) -> "State":
        """Return the state under other names, and where it began as well, with numbers of its own."""
        first = None if self.first is None else self.first.under(names)
        return replace(self, lesson=self.lesson.under(names), first=first)

    def rewound(self) -> "State":
        """Return where it began."""
        return self.first or self

    def edited(self, quantity: Quantity, value: float) -> "State":
        """Return the state with another number in the place of one that came in.

        Parameters
        ----------
        quantity : Quantity
            A weight, bias, input, target, or the learning rate.
        value : float
            Its new value; finite.

        Raises
        ------
        InvalidValueError
            When the quantity is computed and not given, or the number has no meaning there.
        """
        if (quantity.name, quantity.indices[0]) not in self.trace.given or quantity.name not in EDITABLE:
            may_be = "a weight, a bias, an input, a target or the learning rate"
            raise InvalidValueError(
                sentence("the number to be edited", Words(self.trace.name(quantity)), may_be)
            )
        moved = replace(self, first=self.rewound(), said="")
        if quantity.name not in ("W", "b"):
            return replace(moved, lesson=self.lesson.with_number(quantity, value, self.taken))
        parameters = self.parameters.like(self.parameters.theta.copy())
        block, place = block_of(parameters, quantity)
        block[place] = value
        return replace(moved, parameters=parameters)

    def advanced(self, steps: int, seconds: float = np.inf) -> "State":
        """Return the state some steps later, or as many of them as there is time for, but at least one.

        Parameters
        ----------
        steps : int
            How many, 1 or more.
        seconds : float
            After how long no other step begins.
        """
        lesson, ends = self.lesson, time.monotonic() + seconds
        program = prepare(lesson.network, lesson.optimizer, lesson.penalty, np.float64, lesson.batch)
        now = Learned(self.parameters.theta, self.slots, self.taken, 0)
        losses, said, piece = self.losses, "", 1
        with one_thread():
            while now.step < self.taken + steps:
                piece = min(piece, self.taken + steps - now.step)
                try:
                    after, told = program.run(now, lesson.data, lesson.plan, piece)
                except DivergenceError as error:
                    said = str(error)
                    if isinstance(error.state, Learned):
                        # The good steps once more, which gives the same bits, for the losses they had.
                        after, told = program.run(now, lesson.data, lesson.plan, error.state.step - now.step)
                        losses, now = losses.and_then(told.loss), after
                    break
                losses, now = losses.and_then(told.loss), after
                if time.monotonic() >= ends:
                    break
                piece *= 2 if ends - time.monotonic() >= seconds / 2 else 1
        return replace(
            self,
            parameters=self.parameters.like(now.theta),
            slots=now.slots,
            taken=now.step,
            losses=losses,
            first=self.rewound(),
            said=said,
        )


@lru_cache(maxsize=8)
def _trace(state: State) -> Trace:
    """Return the trace of a state; only those of the latest are kept, as they are much larger than it."""
    lesson = state.lesson
    start = Start(
        lesson.network,
        state.parameters,
        lesson.data.rows(lesson.rows_of(state.taken)),
        lesson.optimizer,
        lesson.penalty,
        state.slots,
        state.taken + 1,
        None,
    )
    (trace,) = trace_steps(start, 1, lesson.naming, lesson.title)
    return replace(trace, marks=lesson.marks if state.untouched else {}, ours=lesson.ours)
