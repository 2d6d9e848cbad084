"""What a training tells about itself."""

from dataclasses import dataclass, field

import numpy as np

from chainrule.display import Drawn
from chainrule.network.array import Array
from chainrule.network.optimizers import LBFGS, Optimizer
from chainrule.network.program import Told
from chainrule.network.rows import Plan
from chainrule.train.validation import Validation


@dataclass
class History(Drawn):
    """A training, told epoch by epoch; everything follows from what was kept step by step.

    Parameters
    ----------
    optimizer : Optimizer
        The rule it followed.
    plan : Plan
        How many rows a step took, and the schedule.
    engine : str
        What did the work.
    told : list of Told
        The loss and the length of the gradient of each step, in pieces.
    clock : list of (int, float)
        How many steps had been taken after how many seconds.
    validation : Validation, optional
        What the held-out rows told.
    stopped : str
        Why it ended before its last epoch, in words; empty if it did not.
    """

    optimizer: Optimizer | LBFGS
    plan: Plan
    engine: str
    told: list[Told] = field(default_factory=list, repr=False)
    clock: list[tuple[int, float]] = field(default_factory=lambda: [(0, 0.0)], repr=False)
    validation: Validation | None = field(default=None, repr=False)
    stopped: str = ""

    @property
    def step_loss(self) -> Array:
        """The loss of every step's batch before the step, penalty included, shape (steps,)."""
        return np.concatenate([np.empty(0), *(each.loss for each in self.told)])

    @property
    def step_gradient_norm(self) -> Array:
        """The length of the gradient of every step, before it is clipped, shape (steps,)."""
        return np.concatenate([np.empty(0), *(each.gradient_norm for each in self.told)])

    @property
    def loss(self) -> Array:
        """The loss of every whole epoch, shape (epochs,): the mean over its rows as they were visited."""
        return self.plan.mean_by_epoch(self.step_loss)

    @property
    def gradient_norm(self) -> Array:
        """The mean length of the gradient in every whole epoch, shape (epochs,)."""
        return self.plan.by_epoch(self.step_gradient_norm).mean(axis=1)

    @property
    def learning_rate(self) -> Array:
        """The learning rate at the start of every whole epoch, shape (epochs,); NaN with L-BFGS."""
        if isinstance(self.optimizer, LBFGS):
            return np.full(len(self), np.nan)
        steps = self.plan.first_step + self.plan.steps_per_epoch * np.arange(len(self))
        return np.array([self.optimizer.learning_rate * self.plan.rate(int(step)) for step in steps])

    @property
    def seconds(self) -> Array:
        """The seconds that had passed at the end of every whole epoch, shape (epochs,)."""
        steps, seconds = zip(*self.clock, strict=True)
        ends = self.plan.steps_per_epoch * np.arange(1, len(self) + 1)
        return np.interp(ends, steps, seconds)

    @property
    def validation_loss(self) -> Array:
        """The loss of the held-out rows after every epoch, shape (epochs,); empty without such rows."""
        return np.array(self.validation.losses if self.validation else [])

    @property
    def validation_metric(self) -> Array:
        """The metric on the held-out rows after every epoch, shape (epochs,); empty without such rows."""
        return np.array(self.validation.values if self.validation else [])

    @property
    def best_epoch(self) -> int | None:
        """The epoch, from 1, whose parameters were the best on the held-out rows."""
        return self.validation.best_epoch or None if self.validation else None

    def __len__(self) -> int:
        return len(self.plan.by_epoch(self.step_loss))
