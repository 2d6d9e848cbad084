"""What a mistake of the catalogue is: a line in the place of another, and where it can sit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chainrule.check.lines import At, Line, Setting


@dataclass(frozen=True)
class Factor:
    """The right line times a number: several of them at one place are multiplied.

    Parameters
    ----------
    of : callable
        The number, from what is known.
    """

    of: Callable[[At], float]


@dataclass(frozen=True)
class Reported:
    """No line of the step: what is called by one name in a report is what has another.

    Parameters
    ----------
    instead : mapping of str to str
        Names of results to those that stand in their places.
    """

    instead: Mapping[str, str]


@dataclass(frozen=True, eq=False)  # a row of the catalogue is itself, and no other is the same
class Mistake:
    """A line that stands where an equation should.

    Parameters
    ----------
    name : str
        What it is called, in words joined by hyphens.
    equation : str
        Whose place it takes: "F1" to "BP4", "U", "loss" or "penalty"; or "report".
    wrong, right : str
        The line as it stands, and as it should be.
    line : callable, Factor or Reported
        What it computes.
    fits : callable
        What the steps start from, and a layer, to whether it can sit there.
    convention : bool
        Whether it is no mistake when the loss is meant so: a choice that has to be named.
    also : mapping of str to callable or Factor
        What goes with it in other equations of the layer.
    """

    name: str
    equation: str
    wrong: str
    right: str
    line: Line | Factor | Reported
    fits: Callable[[Setting, int], bool]
    convention: bool = False
    also: Mapping[str, Line | Factor] = field(default_factory=dict)
