"""An explanation of somebody's numbers: mistakes, each in a layer, and the lines that they stand for."""

from math import prod
from typing import NamedTuple, TypeAlias

from chainrule.check.lines import RIGHT, Line, Place
from chainrule.check.mistakes import Factor, Mistake


class Placed(NamedTuple):
    """A mistake in a layer."""

    mistake: Mistake
    layer: int

    @property
    def place(self) -> Place:
        """Where its line stands: the equation, and the layer."""
        return self.mistake.equation, self.layer

    def __str__(self) -> str:
        return f"{self.mistake.name} (layer {self.layer}, {self.mistake.equation})"


Explanation: TypeAlias = tuple[Placed, ...]


def lines_of(explanation: Explanation) -> dict[Place, Line]:
    """Return the lines of an explanation by their places."""
    return {place: _line(place, explanation) for place in {each.place for each in explanation}}


def _line(place: Place, explanation: Explanation) -> Line:
    """Return the line that stands at a place: another one, or the right one, times all factors."""
    here = [each.mistake.line for each in explanation if each.place == place]
    factors = [line.of for line in here if isinstance(line, Factor)]
    (line,) = [line for line in here if not isinstance(line, Factor)] or [RIGHT[place[0]]]
    return lambda at: line(at) * prod(factor(at) for factor in factors)


def together(one: Placed, other: Placed) -> bool:
    """Return whether two lines can stand in one step: no two at one place, but for factors."""
    elsewhere = one.place != other.place
    return elsewhere or isinstance(one.mistake.line, Factor) or isinstance(other.mistake.line, Factor)
