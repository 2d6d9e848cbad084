"""Learning rates: scikit-learn's own schedules, and ours where they go on over several calls."""

from dataclasses import dataclass

from chainrule.network.schedules import Schedule

SLOWER, SLOWEST = 5.0, 1e-6  # what an "adaptive" rate is divided by, and how small it may become


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


@dataclass(frozen=True)
class Later:
    """A schedule of which some epochs have passed: each `partial_fit` is one of them.

    Parameters
    ----------
    then : Schedule
        The schedule.
    passed, epochs : int
        How many epochs have passed, and how many it is stretched over.

    Examples
    --------
    >>> from chainrule.network.schedules import StepDecay
    >>> Later(StepDecay(every=5, by=0.1), passed=7, epochs=10).factor(0, 1)
    0.1
    """

    then: Schedule
    passed: int
    epochs: int

    def factor(self, epoch: float, epochs: int) -> float:
        """Return the schedule's factor as many epochs later; after its end it stays."""
        return self.then.factor(min(self.passed + epoch, self.epochs), self.epochs)
