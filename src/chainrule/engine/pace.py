"""How many threads a step is worth: found out by trying, because no size tells it.

Two cores of a machine of one's own share a step well. Two that a virtual machine calls its own may be
halves of one, or far apart, or somebody else's for now: then one thread is faster, now and then twice
as fast. The number of threads has no influence on any number, so it may follow the clock.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chainrule.engine.threads import lent

# A step of so many multiplications is always worth all threads; a trial has about so many.
WORTH_ALL_THREADS, WORK_OF_A_TRIAL, LEAST_TRIAL = 1 << 27, 1 << 25, 2
TRIALS, TRIALS_BETWEEN = 2, 64


@dataclass
class Pace:
    """Chooses between one thread and the most there may be.

    Parameters
    ----------
    most : int
        The most threads.
    work : int
        Multiplications of a step.

    Examples
    --------
    >>> pace = Pace(most=2, work=1 << 24)
    >>> for seconds in (4.0, 3.0, 4.0, 3.0):
    ...     threads, steps = pace.next(100)
    ...     pace.took(threads, steps, seconds)
    >>> pace.next(100)
    (1, 100)
    """

    most: int
    work: int
    _seconds: dict[int, list[float]] = field(default_factory=dict, init=False)  # of a step, latest trials
    _settled: int = field(default=0, init=False)  # steps until the next trials

    def __post_init__(self) -> None:
        tries = self.most > 1 and self.work < WORTH_ALL_THREADS
        self._choices = (self.most, 1) if tries else (self.most,)
        self._seconds = {threads: [] for threads in self._choices}
        self._trial = max(LEAST_TRIAL, WORK_OF_A_TRIAL // max(1, self.work))

    @contextmanager
    def some(self, steps: int) -> Iterator[tuple[int, int]]:
        """Lend threads, inside a `with` block, for some of the next steps: how many threads, and steps."""
        wanted, count = self.next(steps)
        began = time.perf_counter()
        with lent(wanted) as threads:
            yield threads, count
        self.took(wanted, count, time.perf_counter() - began)

    def next(self, steps: int) -> tuple[int, int]:
        """Return how many threads are to take how many of the next steps."""
        if len(self._choices) == 1:
            return self.most, steps
        if self._settled > 0:
            return self._best, min(steps, self._settled)
        return min(self._choices, key=lambda threads: len(self._seconds[threads])), min(steps, self._trial)

    def took(self, threads: int, steps: int, seconds: float) -> None:
        """Take in how long some steps took."""
        if len(self._choices) == 1:
            return
        if self._settled > 0:
            self._settled -= steps
            if self._settled <= 0:
                self._seconds = {choice: known[1:] for choice, known in self._seconds.items()}
            return
        self._seconds[threads].append(seconds / steps)
        if all(len(known) == TRIALS for known in self._seconds.values()):
            self._settled = TRIALS_BETWEEN * self._trial

    @property
    def _best(self) -> int:
        return min(self._choices, key=lambda threads: min(self._seconds[threads]))
