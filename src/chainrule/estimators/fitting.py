"""The loop of a fit: epochs, who is told after each, and when to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from chainrule.estimators.callbacks import Told
from chainrule.estimators.patience import Patience
from chainrule.estimators.rates import SLOWEST, Adaptive
from chainrule.network.array import Array
from chainrule.network.optimizers import LBFGS
from chainrule.train.blas import one_thread
from chainrule.train.lbfgs import NO_BETTER_STEP
from chainrule.train.training import Training


@dataclass
class Fit:
    """A training that stops as scikit-learn's does.

    Parameters
    ----------
    training : Training
        What is trained; where it has held-out rows, their value decides, else the loss.
    patience : Patience
        When to stop.
    told : Told
        Who is told of every epoch; a callback may end the fit.
    fitted : callable
        Makes the attributes of an estimator that was fitted until now, for callbacks.
    losses : list of float
        The loss of every epoch.
    converged : bool
        Whether it ended because nothing was better any more.
    ended : bool
        Whether a callback ended it.
    """

    training: Training
    patience: Patience
    told: Told
    fitted: Callable[[], dict[str, Any]]
    losses: list[float] = field(default_factory=list, init=False)
    converged: bool = field(default=False, init=False)
    ended: bool = field(default=False, init=False)
    _pieces: int = field(default=0, init=False)

    def run(self, epochs: int) -> None:
        """Train for so many epochs, or until patience ends."""
        try:
            if isinstance(self.training.optimizer, LBFGS):
                self._search(epochs)
            else:
                self._step(epochs)
        finally:  # whole epochs before a divergence or an interrupt
            self._take_in()

    def _search(self, iterations: int) -> None:
        """Let L-BFGS search; an epoch is one of its iterations."""

        def look(_: Training) -> bool:
            if self._over():
                return True
            self.told.begin_epoch()
            return False

        self.told.begin_epoch()
        self.training.run(iterations, look)
        self.converged = self.converged or self.training.history.stopped == NO_BETTER_STEP

    def _step(self, epochs: int) -> None:
        """Train step by step.

        Pieces end where somebody looks, or where patience could end first: a small training takes most
        of its epochs in a few pieces, and still stops at the very epoch.
        """
        looks = self.told.listens or self.training.validation is not None
        with one_thread():
            while len(self.losses) < epochs:
                left = epochs - len(self.losses)
                if looks:
                    self.told.begin_epoch()
                self.training.run(1 if looks else int(min(left, self.patience.certain)))
                if self._over():
                    return

    def _over(self) -> bool:
        """Return whether it is time to stop, after some epochs more."""
        self._judge(self._take_in())
        scores = self.training.validation.values if self.training.validation else ()
        self.ended = self.told.listens and self.told.end_epoch(self.losses, scores, self.fitted)
        return self.ended or (self.patience.exhausted and not self._goes_on_slower())

    def _take_in(self) -> Array:
        """Take in the losses of the epochs since the last time, and return them."""
        told = self.training.history.told
        steps = np.concatenate([np.empty(0), *(each.loss for each in told[self._pieces :])])
        self._pieces = len(told)
        new = self.training.plan.mean_by_epoch(steps)
        self.losses += new.tolist()
        return new

    def _judge(self, losses: Array) -> None:
        """Show patience what decides: the value of held-out rows, else the loss, if steps follow a rate."""
        if self.training.validation is not None:
            value = self.training.validation.values[-1]
            self.patience.see(value if self.training.validation.greater_is_better else -value)
        elif not isinstance(self.training.optimizer, LBFGS):  # which stops by its gradient
            for loss in losses:
                self.patience.see(-loss)

    def _goes_on_slower(self) -> bool:
        """Let an adaptive rate fall, if it is not too small already; else the training has converged."""
        training = self.training
        plan, schedule, rule = training.plan, training.plan.schedule, training.optimizer
        self.converged = (
            isinstance(rule, LBFGS)  # which chooses its steps itself
            or not isinstance(schedule, Adaptive)
            or rule.learning_rate * plan.rate(training.state.step) <= SLOWEST
        )
        if isinstance(schedule, Adaptive) and not self.converged:
            self.patience.count = 0
            slower = replace(plan, schedule=schedule.fallen(len(self.losses)))
            training.plan = training.history.plan = slower
        return not self.converged
