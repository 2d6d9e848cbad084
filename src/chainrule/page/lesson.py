"""What a page was opened with: a network at its start, rows to learn from, names, and what a step is."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.network.activations import RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.network.rows import Plan
from chainrule.page.names import Names
from chainrule.trace.naming import Naming
from chainrule.trace.notations import NOTATIONS
from chainrule.trace.step import Trace
from chainrule.tutorials.preset import Preset

if TYPE_CHECKING:
    from chainrule.page.scene import Scene

MOST_NUMBERS = 40_000_000  # of the rows of a step: 320 MB


@dataclass(frozen=True, eq=False)
class Lesson:
    """What does not change while the network of a page learns.

    Parameters
    ----------
    word : str
        What is typed after ``chainrule explain`` to get its first step; empty where nothing would do.
    title : str
        Its title.
    network, start : Network, Parameters
        The network and its first parameters, in float64.
    data : Data
        All rows, in float64.
    optimizer : Optimizer
        The update rule.
    penalty : Penalty
        On the trained weights.
    batch : int
        How many rows a step takes.
    shuffle : bool
        Whether every epoch visits the rows in an order of its own.
    names : Names
        What the reader calls things.
    marks : mapping of Quantity to str
        Where a number of the first step is from.
    ours : tuple of str
        What else was chosen here.
    scenes : dict
        What is shown of it that no number changes, by how many rows a step has.

    Raises
    ------
    InvalidValueError
        When the network has dropout: what it drops in training is no part of the step that is shown.
    TooLargeError
        When a step has more numbers than a page can show.
    """

    word: str
    title: str
    network: Network
    start: Parameters
    data: Data
    optimizer: Optimizer
    penalty: Penalty
    batch: int
    shuffle: bool
    names: Names
    marks: dict[Quantity, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()
    scenes: "dict[int, Scene]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(layer.dropout for layer in self.network.layers):
            raise InvalidValueError(sentence("a step for the page", Words("one with dropout"), "one without"))
        numbers = self.batch * numbers_of_a_row(self.network)
        if numbers > MOST_NUMBERS:
            may_be = f"at most {MOST_NUMBERS:,} on the page"
            has = Words(f"{numbers:,}")
            raise TooLargeError(sentence("how many numbers a step had", has, may_be, "fewer rows"))

    @cached_property
    def naming(self) -> Naming:
        """The reader's names, for this network and so many rows in a step."""
        return self.names.naming(self.network, self.batch)

    @property
    def plan(self) -> Plan:
        """How many rows there are, and how many a step takes."""
        return Plan(len(self.data.X), self.batch, self.shuffle)

    def rows_of(self, step: int) -> Array:
        """Return which rows a step takes, from how many steps were taken before it."""
        plan = self.plan
        order = plan.order(0, plan.epoch_of(step))
        return (np.arange(plan.rows) if order is None else order)[plan.batch(step)]

    def with_number(self, quantity: Quantity, value: float, step: int) -> "Lesson":
        """Return the lesson with another input, target or learning rate of the step.

        Raises
        ------
        InvalidValueError
            When the number has no meaning there.
        """
        if quantity.name == "eta":
            return replace(self, optimizer=replace(self.optimizer, learning_rate=value), word="")
        row, column = map(int, quantity.indices[1:])
        X, Y = self.data.X.copy(), self.data.Y.copy()
        (X if quantity.name == "A" else Y)[self.rows_of(step)[row], column] = value
        return replace(self, data=Data.of(self.network, X, Y, self.data.row_weights), word="")

    def named(self, notation: str) -> "Lesson":
        """Return the lesson in another notation.

        Raises
        ------
        UnknownNameError
            When there is no such notation; the nearest is given.
        """
        names = replace(self.names, notation=notation)
        names.naming(self.network)
        return self.under(names)

    def under(self, names: Names) -> "Lesson":
        """Return the lesson under other names."""
        return replace(self, names=names, scenes={})


def numbers_of_a_row(network: Network) -> int:
    """Return how many numbers a row brings into a step: of its units, their paths and their Jacobians.

    Examples
    --------
    >>> numbers_of_a_row(Network.dense([2, 3, 1]))
    9
    """
    paths = sum(layer.inputs * layer.units for layer in network.layers[1:])
    jacobians = sum(layer.units**2 for layer in network.layers if isinstance(layer.activation, RowActivation))
    return sum(network.sizes) + paths + jacobians


def of_example(preset: Preset) -> Lesson:
    """Return a lesson on the rows that a preset explains, all of them in every step."""
    data = Data.of(preset.network, preset.X, preset.Y)
    return _of(preset, data, len(preset.X), shuffle=False, word=preset.id)


def of_training(preset: Preset, batch: int) -> Lesson:
    """Return a lesson on the rows that a preset learns from, so many of them in a step."""
    data = Data.of(preset.network, *preset.training_rows())
    batch = min(batch, len(data.X))
    whole = batch == len(data.X)
    same = whole and np.array_equal(data.X, preset.X) and np.array_equal(data.Y, preset.Y)
    return _of(preset, data, batch, shuffle=not whole, word=preset.id if same else "")


def of_table(preset: Preset) -> Lesson:
    """Return a lesson on a table of the reader's own, with the names of its columns and classes."""
    units = preset.naming.tables["units"]
    names = Names("jain", tuple(map(str, units[0])), tuple(map(str, units[-1])))
    return replace(of_training(preset, preset.batch_size), word="", names=names, marks={})


def of_trace(trace: Trace) -> Lesson:
    """Return a lesson on the rows of a step, all of them in every step, in our own names.

    Raises
    ------
    InvalidValueError
        When its network has dropout.
    """
    start = trace.start
    return Lesson(
        word="",
        title=trace.title or "One training step",
        network=start.network,
        start=start.parameters,
        data=start.data,
        optimizer=start.optimizer,
        penalty=start.penalty,
        batch=len(start.data.X),
        shuffle=False,
        names=Names(),
        marks=dict(trace.marks),
        ours=trace.ours,
    )


def _of(preset: Preset, data: Data, batch: int, *, shuffle: bool, word: str) -> Lesson:
    return Lesson(
        word=word,
        title=preset.title,
        network=preset.network,
        start=preset.parameters.astype(np.float64),
        data=data,
        optimizer=preset.optimizer,
        penalty=NO_PENALTY,
        batch=batch,
        shuffle=shuffle,
        names=preset_names(preset),
        marks=dict(preset.marks) if word else {},
        ours=preset.ours,
    )


def preset_names(preset: Preset) -> Names:
    """Return the names that a preset uses: a tutorial's own, or ours."""
    return Names(preset.id if preset.id in NOTATIONS else "ours")
