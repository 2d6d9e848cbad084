"""What a trace is: families of statements, each a formula, an index set and its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np

from chainrule.network.array import Array
from chainrule.network.formula import Formula, Index, Number, Quantity, at, expand, substitute
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.trace.naming import Naming


@dataclass(frozen=True)
class Statement:
    """One number of a step: what it is, how it comes about, and its value.

    Parameters
    ----------
    quantity : Quantity
        What it is.
    tree : Formula or None
        How it comes about, every sum written out; None where it was given or taken from elsewhere.
    value : float
        What it is worth.
    """

    quantity: Quantity
    tree: Formula | None
    value: float


@dataclass(frozen=True)
class Family:
    """Statements that differ in their indices only.

    Parameters
    ----------
    part : str
        The part of the step it belongs to: "forward", "loss", "backward", "update" or "after".
    equation : str
        The equation it comes from: "F1", "BP2", ...; empty for a definition.
    quantity : Quantity
        What it gives: the layer, then letters for its free indices, ``Quantity("Z", (1, "r", "j"))``.
    tree : Formula or None
        How, in the same letters, sums not written out.
    sizes : mapping of str to int
        How far each index letter runs: r over rows, i over inputs, j over units.
    values : array
        The values, in the order of the free indices; exact, from the reference.
    """

    part: str
    equation: str
    quantity: Quantity
    tree: Formula | None
    sizes: Mapping[str, int]
    values: Array

    @property
    def letters(self) -> tuple[str, ...]:
        """The free indices."""
        return tuple(index for index in self.quantity.indices if isinstance(index, str))

    @property
    def array(self) -> Array:
        """The values with an axis for every index after the layer; that of a fixed index has length 1."""
        places = self.quantity.indices[1:]
        return self.values.reshape([self.sizes[i] if isinstance(i, str) else 1 for i in places])

    def __len__(self) -> int:
        return int(np.prod([self.sizes[letter] for letter in self.letters], dtype=int))

    def __iter__(self) -> Iterator[Statement]:
        for position in product(*(range(self.sizes[letter]) for letter in self.letters)):
            yield self.statement(*position)

    def statement(self, *position: int) -> Statement:
        """Return the statement at one place of the index set."""
        places = dict(zip(self.letters, position, strict=True))
        quantity = at(self.quantity, places)
        assert isinstance(quantity, Quantity)
        tree = None if self.tree is None else settle(expand(at(self.tree, places), self.sizes))
        return Statement(quantity, tree, float(self.values[position]))


def settle(tree: Formula) -> Formula:
    """Put 1 or 0 for each ``same[j, k]``, now that its indices are numbers."""

    def value(quantity: Quantity) -> Formula:
        if quantity.name == "same":
            return Number(int(quantity.indices[0] == quantity.indices[1]))
        return quantity

    return substitute(tree, value)


@dataclass(frozen=True)
class Trace:
    """One training step, every number of it, in order.

    Parameters
    ----------
    network : Network
        The network.
    optimizer : Optimizer
        The update rule.
    given : mapping
        The numbers that came in, as arrays under (name, layer): inputs ``("A", 0)``, targets
        ``("Y", L)``, ``("W", l)``, ``("b", l)``, the learning rate ``("eta", 0)`` and the like.
    families : tuple of Family
        The numbers that were computed, in the order of computation.
    naming : Naming
        How the reader calls each quantity.
    title : str
        What it is a trace of.
    marks : mapping of Quantity to str
        A word to be shown beside a number that came in, such as where it is from.
    ours : tuple of str
        What else was chosen here because it was not given, in words.
    """

    network: Network
    optimizer: Optimizer
    given: Mapping[tuple[str, Index], Array]
    families: tuple[Family, ...]
    naming: Naming
    title: str = ""
    marks: Mapping[Quantity, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Statement]:
        for family in self.families:
            yield from self.statements(family)

    def statements(self, family: Family) -> Iterator[Statement]:
        """Yield the statements of a family in the reader's order."""
        for position in self.naming.in_order(family.quantity.name, family.values.shape):
            yield family.statement(*position)

    def entries(self, name: str, layer: Index) -> Iterator[Quantity]:
        """Yield the entries of an array of the step, each as a quantity, in the reader's order."""
        for position in self.naming.in_order(name, self.arrays[name, layer].shape):
            yield Quantity(name, (layer, *position))

    def __len__(self) -> int:
        return sum(map(len, self.families))

    def value(self, quantity: Quantity) -> float:
        """Return the value of any quantity of the step, given or computed."""
        layer, *place = quantity.indices
        return float(self.arrays[quantity.name, layer][tuple(map(int, place))])

    @cached_property
    def arrays(self) -> Mapping[tuple[str, Index], Array]:
        """Every number of the step, as arrays under (name, layer)."""
        computed = {(each.quantity.name, each.quantity.indices[0]): each.array for each in self.families}
        return {**self.given, **computed}

    def name(self, quantity: Quantity) -> str:
        """Return what the reader calls a quantity."""
        return self.naming.name(quantity)

    def __str__(self) -> str:
        from chainrule.trace.text import text

        return text(self)
