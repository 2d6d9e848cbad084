"""When to stop: after how many epochs without a better value."""

import math
from dataclasses import dataclass

SLOWER, SLOWEST = 5.0, 1e-6  # of scikit-learn's "adaptive" rate


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


@dataclass(frozen=True)
class Adaptive:
    """Divide by 5 whenever patience has ended: scikit-learn's "adaptive" rate.

    Parameters
    ----------
    falls : tuple of int
        The epochs, from 0, with which the rate fell.
    before : float
        What it was divided by before.

    Examples
    --------
    >>> Adaptive(falls=(3,)).factor(3.5, 10)
    0.2
    """

    falls: tuple[int, ...] = ()
    before: float = 1.0

    def factor(self, epoch: float, epochs: int) -> float:
        """Return 1 over what the rate is divided by."""
        return 1 / (self.before * SLOWER ** sum(fall <= epoch for fall in self.falls))

    def fallen(self, epoch: int) -> "Adaptive":
        """Return the schedule with one fall more, which begins with this epoch."""
        return Adaptive((*self.falls, epoch), self.before)


@dataclass(frozen=True)
class BySamples:
    """Divide by (1 + rows seen)^power, epoch by epoch: scikit-learn's "invscaling" rate.

    Parameters
    ----------
    power : float
        0 or above.
    rows : int
        Rows of an epoch.
    seen : int
        Rows seen before.

    Examples
    --------
    >>> BySamples(0.5, rows=8).factor(1.5, 10)
    0.3333333333333333
    """

    power: float
    rows: int
    seen: int = 0

    def factor(self, epoch: float, epochs: int) -> float:
        """Return (1 + rows seen)^-power; it changes between epochs only."""
        return float((1 + self.seen + int(epoch) * self.rows) ** -self.power)
