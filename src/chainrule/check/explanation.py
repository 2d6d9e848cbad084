"""An explanation of somebody's numbers: mistakes, each in a layer, and the lines that they stand for."""

from collections.abc import Iterator
from itertools import groupby
from math import prod
from typing import NamedTuple, TypeAlias

from chainrule.check.lines import RIGHT, Line, Numbers, Place
from chainrule.check.mistake import Factor, Mistake, Reported


class Placed(NamedTuple):
    """A mistake in a layer.

    Parameters
    ----------
    mistake : Mistake
        The mistake.
    layer : int
        The layer.
    """

    mistake: Mistake
    layer: int

    @property
    def place(self) -> Place:
        """Where its line stands: the equation, and the layer."""
        return self.mistake.equation, self.layer

    @property
    def lines(self) -> Iterator[tuple[Place, Line | Factor]]:
        """The lines that it puts in the place of others, and where."""
        if not isinstance(self.mistake.line, Reported):
            yield self.place, self.mistake.line
        for equation, line in self.mistake.also.items():
            yield (equation, self.layer), line

    def __str__(self) -> str:
        return f"{self.mistake.name} (layer {self.layer}, {self.mistake.equation})"


Explanation: TypeAlias = tuple[Placed, ...]


def mistakes_in(explanation: Explanation) -> list[tuple[Mistake, list[int]]]:
    """Return the mistakes of an explanation, each once, with the layers that it sits in."""
    by_mistake = groupby(explanation, key=lambda placed: placed.mistake)
    return [(mistake, [placed.layer for placed in where]) for mistake, where in by_mistake]


def as_text(explanation: Explanation) -> str:
    """Return the mistakes and where they are, in words.

    Examples
    --------
    >>> from chainrule.check.mistakes import MISTAKES
    >>> print(as_text(tuple(Placed(MISTAKES[0], layer) for layer in (1, 2, 3))))
    loss-without-half (layers 1, 2 and 3, BP1)
    """
    return " and ".join(
        f"{mistake.name} ({_layers(layers)}, {mistake.equation})"
        for mistake, layers in mistakes_in(explanation)
    )


def _layers(layers: list[int]) -> str:
    *first, last = map(str, layers)
    return f"layers {', '.join(first)} and {last}" if first else f"layer {last}"


def lines_of(explanation: Explanation) -> dict[Place, Line]:
    """Return the lines of an explanation by their places: other ones or the right ones, times all factors."""
    here: dict[Place, list[Line | Factor]] = {}
    for placed in explanation:
        for place, line in placed.lines:
            here.setdefault(place, []).append(line)
    return {place: _line(RIGHT[place[0]], lines) for place, lines in here.items()}


def _line(right: Line, lines: list[Line | Factor]) -> Line:
    """Return the line that stands at a place."""
    factors = [line.of for line in lines if isinstance(line, Factor)]
    (line,) = [line for line in lines if not isinstance(line, Factor)] or [right]
    return (lambda at: line(at) * prod(factor(at) for factor in factors)) if factors else line


def reported(numbers: Numbers, explanation: Explanation) -> Numbers:
    """Return numbers as an explanation has them reported: some under the names of others."""
    instead = {
        name: other
        for placed in explanation
        if isinstance(placed.mistake.line, Reported)
        for name, other in placed.mistake.line.instead.items()
    }
    if not instead:
        return numbers
    return {
        result: numbers[result._replace(name=instead.get(result.name, result.name))] for result in numbers
    }


def together(one: Explanation, other: Explanation) -> bool:
    """Return whether all their lines can stand in one step: no two at one place, but for factors."""
    here = {place for placed in one for place, line in placed.lines if not isinstance(line, Factor)}
    there = {place for placed in other for place, line in placed.lines if not isinstance(line, Factor)}
    names = {placed.mistake.name for placed in one} & {placed.mistake.name for placed in other}
    return not here & there and not (names and len(one) + len(other) > 2)
