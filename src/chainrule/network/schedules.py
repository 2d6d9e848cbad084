"""The schedules: what the learning rate is multiplied by, as a function of where training stands.

Each is a pure function of the step, so that a resumed training follows it to the bit.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from chainrule.network import accept


class Schedule(Protocol):
    """What the learning rate is multiplied by."""

    def factor(self, epoch: float, epochs: int) -> float:
        """Return the factor when `epoch` epochs of `epochs` have passed; parts of an epoch count."""


@dataclass(frozen=True)
class Constant:
    """The learning rate stays as it is.

    Examples
    --------
    >>> Constant().factor(3.5, 10)
    1.0
    """

    def factor(self, epoch: float, epochs: int) -> float:
        """Return 1."""
        return 1.0


CONSTANT = Constant()


@dataclass(frozen=True)
class InverseScaling:
    """Divide by (1 + epoch)^power.

    Parameters
    ----------
    power : float
        Above 0; 1/2 is the classical choice (Robbins & Monro 1951 allow above 1/2, up to 1).

    Examples
    --------
    >>> InverseScaling(0.5).factor(3, 10)
    0.5
    """

    power: float = 0.5

    def __post_init__(self) -> None:
        accept.positive("the power of inverse scaling", self.power)

    def factor(self, epoch: float, epochs: int) -> float:
        """Return (1 + epoch)^-power."""
        return (1 + epoch) ** -self.power


@dataclass(frozen=True)
class StepDecay:
    """Multiply by `by` after every `every` epochs.

    Parameters
    ----------
    every : int
        Epochs, 1 or more.
    by : float
        From above 0 up to below 1.

    Examples
    --------
    >>> StepDecay(every=5, by=0.1).factor(7.2, 10)
    0.1
    """

    every: int = 10
    by: float = 0.5

    def __post_init__(self) -> None:
        accept.count("the epochs between two steps of the rate", self.every)
        accept.positive("the factor of a step of the rate", accept.fraction("the factor", self.by))

    def factor(self, epoch: float, epochs: int) -> float:
        """Return by^(whole periods passed)."""
        return float(self.by ** (int(epoch) // self.every))


@dataclass(frozen=True)
class Cosine:
    """Fall along half a cosine, from 1 to `floor` (Loshchilov & Hutter 2017, without restarts).

    Parameters
    ----------
    floor : float
        Where it ends, from 0 up to below 1.

    Examples
    --------
    >>> Cosine().factor(5, 10)
    0.5
    """

    floor: float = 0.0

    def __post_init__(self) -> None:
        accept.fraction("the floor of the rate", self.floor)

    def factor(self, epoch: float, epochs: int) -> float:
        """Return floor + (1 - floor) (1 + cos(pi progress)) / 2."""
        return self.floor + (1 - self.floor) * round((1 + math.cos(math.pi * epoch / epochs)) / 2, 15)


@dataclass(frozen=True)
class OneCycle:
    """Rise to 1, then fall to almost 0, both along half a cosine (Smith & Topin 2019).

    Parameters
    ----------
    rise : float
        The part of the training that rises, above 0 and below 1.
    start : float
        Where it starts, above 0 and below 1.

    Examples
    --------
    >>> OneCycle(rise=0.25).factor(2.5, 10)
    1.0
    """

    rise: float = 0.3
    start: float = 0.04

    def __post_init__(self) -> None:
        accept.positive("the rising part of the cycle", accept.fraction("the rising part", self.rise))
        accept.positive("the start of the cycle", accept.fraction("the start of the cycle", self.start))

    def factor(self, epoch: float, epochs: int) -> float:
        """Return the rate's place on the cycle."""
        top = self.rise * epochs
        if epoch < top:
            return self.start + (1 - self.start) * (1 - math.cos(math.pi * epoch / top)) / 2
        return (1 + math.cos(math.pi * (epoch - top) / (epochs - top))) / 2


@dataclass(frozen=True)
class WarmUp:
    """Rise in a straight line for some epochs, then follow another schedule.

    Parameters
    ----------
    epochs : float
        How long it rises; above 0.
    then : Schedule
        What follows, counted from the end of the rise.

    Examples
    --------
    >>> WarmUp(4).factor(1, 10)
    0.25
    """

    epochs: float = 1.0
    then: Schedule = CONSTANT

    def __post_init__(self) -> None:
        accept.positive("the epochs of the warm-up", self.epochs)

    def factor(self, epoch: float, epochs: int) -> float:
        """Return how far the rise has come, then what follows."""
        if epoch < self.epochs:
            return epoch / self.epochs
        return self.then.factor(epoch - self.epochs, max(1, math.ceil(epochs - self.epochs)))
