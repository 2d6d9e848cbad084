"""The outline of a trace, which every writer follows: parts, in them equations, in them statements."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

from chainrule.trace.step import Family, Statement, Trace
from chainrule.writers.shortened import cut_sums, shortened

PARTS = {
    "forward": "Forward pass",
    "loss": "Loss",
    "backward": "Backward pass",
    "update": "Update, now that every gradient is known",
    "after": "After the step: once more forward, with the new weights",
}


class Shown(NamedTuple):
    """The statements of a family that are shown.

    Parameters
    ----------
    family : Family
        Whose they are.
    statements : tuple of Statement
        The first ones, in the reader's order.
    left_out : int
        How many more there are.
    cut : tuple of int
        How many terms the sums have of which the ends only are shown.
    """

    family: Family
    statements: tuple[Statement, ...]
    left_out: int
    cut: tuple[int, ...]

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What is not shown of them, to be said wherever they are shown."""
        more = f"{self.left_out:,} more of these not shown: ask for them with --most"
        sums = [
            f"of each sum of {size:,} terms the ends are shown: ask for all with --most" for size in self.cut
        ]
        return (*([more] if self.left_out else []), *sums)


class Group(NamedTuple):
    """What one equation gives in one layer.

    Parameters
    ----------
    equation : str
        "F1", "BP2" and so on; "loss" for the loss, "frozen" for what training leaves.
    layer : int
        The layer.
    shown : tuple of Shown
        Its statements, family by family.
    """

    equation: str
    layer: int
    shown: tuple[Shown, ...]

    @property
    def unsaid(self) -> tuple[str, ...]:
        """What is not shown of them, each sentence once."""
        return tuple(dict.fromkeys(each for shown in self.shown for each in shown.unsaid))


class Part(NamedTuple):
    """A part of the step.

    Parameters
    ----------
    key : str
        As in `Family.part`.
    title : str
        Its heading.
    groups : tuple of Group
        What is in it, in order.
    """

    key: str
    title: str
    groups: tuple[Group, ...]


def outline(trace: Trace, most: int) -> Iterator[Part]:
    """Yield the parts of a step.

    Parameters
    ----------
    trace : Trace
        The step.
    most : int
        How many statements of one family and how many terms of one sum are shown; 1 or more.
    """
    for part, families in groupby(trace.families, key=lambda family: family.part):
        groups = tuple(
            Group(equation, layer, tuple(_shown(trace, each, most) for each in of_equation))
            for (equation, layer), of_equation in groupby(families, key=_place)
        )
        yield Part(part, PARTS[part], groups)


def left_out(trace: Trace, most: int) -> int:
    """Return how many statements an outline leaves out, to be said and never passed over in silence."""
    return sum(max(0, len(family) - most) for family in trace.families)


def _place(family: Family) -> tuple[str, int]:
    """Return the equation a family belongs to, and its layer."""
    return family.equation, int(family.quantity.indices[0])


def _shown(trace: Trace, family: Family, most: int) -> Shown:
    statements = tuple(islice(trace.statements(shortened(family, most)), most))
    return Shown(family, statements, len(family) - len(statements), tuple(cut_sums(family, most)))
