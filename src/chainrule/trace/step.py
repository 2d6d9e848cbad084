"""What a trace is: families of statements, each a formula, an index set and its values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainrule.display import Drawn, as_text
from chainrule.network.array import Array
from chainrule.network.formula import Formula, Index, Number, Quantity, at, expand, substitute
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.forward import Masks
from chainrule.reference.update import Slots
from chainrule.trace.naming import Naming
from chainrule.trace.rounding import MOST_DIGITS, Rounding

if TYPE_CHECKING:
    from chainrule.trace.derive import Derivation


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
        How far each index letter runs: r over rows, i over inputs, j over units, k over the units
        of the next layer.
    numbers : array or callable
        The values, or what makes them when they are first asked for: a wide layer has many paths.
    """

    part: str
    equation: str
    quantity: Quantity
    tree: Formula | None
    sizes: Mapping[str, int]
    numbers: Array | Callable[[], Array]

    @cached_property
    def values(self) -> Array:
        """The values in float64, in the order of the free indices; exact, from the reference."""
        with np.errstate(over="ignore", invalid="ignore"):  # as in the step itself
            return np.asarray(self.numbers() if callable(self.numbers) else self.numbers, np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        """How far each free index runs."""
        return tuple(self.sizes[letter] for letter in self.letters)

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
        return int(np.prod(self.shape, dtype=int))

    def __iter__(self) -> Iterator[Statement]:
        for position in product(*map(range, self.shape)):
            yield self.statement(*position)

    def statement(self, *position: int) -> Statement:
        """Return the statement at one place of the index set."""
        places = dict(zip(self.letters, position, strict=True))
        quantity = at(self.quantity, places)
        assert isinstance(quantity, Quantity)
        tree = None if self.tree is None else settle(expand(at(self.tree, places), self.sizes))
        return Statement(quantity, tree, float(self.values[position]))

    def statement_of(self, quantity: Quantity) -> Statement:
        """Return the statement that gives one of its quantities."""
        places = zip(self.quantity.indices[1:], quantity.indices[1:], strict=True)
        return self.statement(*(int(place) for letter, place in places if isinstance(letter, str)))


class Drift(NamedTuple):
    """How far a number by hand is from the exact one.

    Parameters
    ----------
    exact : float
        The exact number.
    off : float
        The number by hand less the exact one.
    """

    exact: float
    off: float


def settle(tree: Formula) -> Formula:
    """Put 1 or 0 for each ``same[j, k]``, now that its indices are numbers."""

    def value(quantity: Quantity) -> Formula:
        if quantity.name == "same":
            return Number(int(quantity.indices[0] == quantity.indices[1]))
        return quantity

    return substitute(tree, value)


@dataclass(frozen=True)
class Start:
    """Everything that a training step starts from.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands, in float64.
    data : Data
        The rows of the step, their targets and weights.
    optimizer, penalty : Optimizer, Penalty
        The update rule, and the penalty on the weights.
    slots : mapping of str to array
        What the rule remembers.
    t : int
        Which step this is, from 1.
    masks : ByLayer, optional
        Dropout masks.
    """

    network: Network
    parameters: Parameters
    data: Data
    optimizer: Optimizer
    penalty: Penalty
    slots: Slots
    t: int
    masks: Masks | None

    def mask(self, layer: int) -> Array | None:
        """Return the dropout mask of a layer, or None where nothing is dropped."""
        return None if self.masks is None or layer == 0 else self.masks[layer]

    @cached_property
    def given(self) -> Mapping[tuple[str, Index], Array]:
        """The numbers that came in, as arrays under (name, layer)."""
        L = self.network.depth
        given: dict[tuple[str, Index], Array] = {
            ("A", 0): self.data.X.astype(np.float64),
            ("Y", L): self.data.Y.astype(np.float64),
            ("eta", 0): np.array(self.optimizer.learning_rate),
        }
        if isinstance(self.optimizer, Adam):
            given["t", 0] = np.array(float(self.t))
        given |= {(name, L): value for name, value in self.network.loss.constants.items()}
        if self.data.row_weights is not None:
            given["w", 0] = self.data.row_weights
        for l in range(1, L + 1):
            given |= blocks(l, self.parameters)
            for name, slot in self.slots.items():
                given |= blocks(l, self.parameters.like(slot), f"{name}_")
            if (mask := self.mask(l)) is not None:
                given["mask", l] = mask
        return given


def blocks(l: int, values: Parameters, prefix: str = "") -> dict[tuple[str, Index], Array]:
    """Return a layer's weights, and biases where it has them, under (name, layer)."""
    found: dict[tuple[str, Index], Array] = {(f"{prefix}W", l): values.W[l]}
    if (bias := values.b[l]) is not None:
        found[f"{prefix}b", l] = bias
    return found


@dataclass(frozen=True)
class Trace(Drawn):
    """One training step, every number of it, in order.

    Parameters
    ----------
    start : Start
        What the step started from.
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
    exact : Trace, optional
        The same step without rounding, where this one was computed by hand: see `rounded`.
    rounding : Rounding, optional
        How it was rounded then.
    """

    start: Start
    families: tuple[Family, ...]
    naming: Naming
    title: str = ""
    marks: Mapping[Quantity, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()
    exact: "Trace | None" = None
    rounding: Rounding | None = None

    @property
    def network(self) -> Network:
        """The network."""
        return self.start.network

    @property
    def optimizer(self) -> Optimizer:
        """The update rule."""
        return self.start.optimizer

    @property
    def given(self) -> Mapping[tuple[str, Index], Array]:
        """The numbers that came in, as arrays under (name, layer).

        Inputs ``("A", 0)``, targets ``("Y", L)``, ``("W", l)``, ``("b", l)``, the learning rate
        ``("eta", 0)`` and the like.
        """
        return self.start.given

    def __iter__(self) -> Iterator[Statement]:
        for family in self.families:
            yield from self.statements(family)

    def statements(self, family: Family) -> Iterator[Statement]:
        """Yield the statements of a family in the reader's order."""
        for position in self.naming.in_order(family.quantity.name, family.shape):
            yield family.statement(*position)

    def entries(self, name: str, layer: Index) -> Iterator[Quantity]:
        """Yield the entries of an array of the step, each as a quantity, in the reader's order."""
        for position in self.naming.in_order(name, self.array(name, layer).shape):
            yield Quantity(name, (layer, *position))

    def __len__(self) -> int:
        return sum(map(len, self.families))

    @cached_property
    def by_kind(self) -> Mapping[tuple[str, Index], Family]:
        """The families under (name, layer)."""
        return {(each.quantity.name, each.quantity.indices[0]): each for each in self.families}

    def array(self, name: str, layer: Index) -> Array:
        """Return the numbers of one name and layer, given or computed, an axis for every other index."""
        given = self.given.get((name, layer))
        return self.by_kind[name, layer].array if given is None else given

    def value(self, quantity: Quantity) -> float:
        """Return the value of any quantity of the step, given or computed."""
        layer, *place = quantity.indices
        return float(self.array(quantity.name, layer)[tuple(map(int, place))])

    def statement(self, quantity: Quantity) -> Statement | None:
        """Return the statement that gives a quantity, or None for one that came in."""
        family = self.by_kind.get((quantity.name, quantity.indices[0]))
        return None if family is None else family.statement_of(quantity)

    def name(self, quantity: Quantity) -> str:
        """Return what the reader calls a quantity."""
        return self.naming.name(quantity)

    def drift(self, quantity: Quantity) -> Drift | None:
        """Return how far a number by hand is from the exact one, or None where it is not.

        Two numbers that agree to the 15 digits that a float carries are the same.

        Examples
        --------
        >>> import chainrule as cr
        >>> by_hand = cr.tutorials.load("jain").trace().rounded(cr.Rounding(decimals=4))
        >>> [f"{by_hand.drift(Quantity('A', (1, 0, unit))).off:.1g}" for unit in range(2)]
        ['3e-05', '2e-05']
        """
        if self.exact is None:
            return None
        value, exact = self.value(quantity), self.exact.value(quantity)
        same = f"{value:.{MOST_DIGITS}g}" == f"{exact:.{MOST_DIGITS}g}"
        return None if same else Drift(exact, value - exact)

    def derive(self, name: str) -> "Derivation":
        """Return the chain-rule product of a weight or bias by its name: see `derive`."""
        from chainrule.trace.derive import derive

        return derive(self, name)

    def rounded(self, rounding: Rounding) -> "Trace":
        """Return the step computed by hand, rounded on the way: see `hand.rounded`."""
        from chainrule.trace.hand import rounded

        return rounded(self, rounding)

    def __str__(self) -> str:
        return as_text(self)
