"""When to stop: after how many epochs without a better value."""

import math
from dataclasses import dataclass


@dataclass
class Patience:
    """Counts the epochs that bring nothing, as scikit-learn does.

    Parameters
    ----------
    tol : float
        By how much a value must be better to count.
    epochs : float
        More epochs than this in a row without one end the training; infinite for never.
    best : float
        The best value so far; greater is better.
    count : int
        The epochs in a row that brought nothing.
    """

    tol: float
    epochs: float
    best: float = -math.inf
    count: int = 0

    def see(self, value: float) -> None:
        """Judge the value of an epoch; greater is better, NaN never is."""
        self.count = 0 if value >= self.best + self.tol else self.count + 1
        if value > self.best:
            self.best = value

    @property
    def exhausted(self) -> bool:
        """Whether it is time to stop."""
        return self.count > self.epochs

    @property
    def certain(self) -> float:
        """How many epochs more will be trained whatever comes: after fewer nobody need look."""
        return max(1, self.epochs + 1 - self.count)
