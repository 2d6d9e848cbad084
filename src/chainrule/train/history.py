"""What a training tells about itself."""

from dataclasses import dataclass, field

import numpy as np

from chainrule.network.array import Array
from chainrule.network.optimizers import Optimizer
from chainrule.network.rows import Plan


@dataclass(frozen=True)
class History:
    """The losses of a training, step by step.

    Parameters
    ----------
    optimizer : Optimizer
        The rule it followed.
    plan : Plan
        How many rows a step took.
    engine : str
        What did the work.
    steps : list of array
        The loss of each step's batch before the step, penalty included, in pieces.
    """

    optimizer: Optimizer
    plan: Plan
    engine: str
    steps: list[Array] = field(default_factory=list, repr=False)

    @property
    def step_loss(self) -> Array:
        """The loss of every step, shape (steps,)."""
        return np.concatenate(self.steps) if self.steps else np.empty(0)

    @property
    def loss(self) -> Array:
        """The loss of every whole epoch, shape (epochs,): the mean over its rows as they were visited."""
        per_epoch, rows = self.plan.steps_per_epoch, self.plan.rows
        of_steps = self.step_loss
        whole = of_steps[: len(of_steps) // per_epoch * per_epoch].reshape(-1, per_epoch)
        taken = np.full(per_epoch, self.plan.batch_rows)
        taken[-1] = rows - self.plan.batch_rows * (per_epoch - 1)
        return whole @ taken / rows

    def __len__(self) -> int:
        return len(self.loss)
