"""Reading a printed expression: what it is worth in a world, whatever the tutorial's notation is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from chainrule.network.formula import (
    Add,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    children,
    rebuild,
    substitute,
)
from chainrule.tutorials.audit.world import STEP, World

Value: TypeAlias = Any  # a complex number, or an array of them with the shape that is printed

GENERIC = ("target", "output", "out", "net")  # of any output unit


class UnreadableError(Exception):
    """An expression that has no value: a name that is not there, or shapes that do not fit."""


class ShapesError(UnreadableError):
    """Matrices that cannot be multiplied or compared as they are printed."""


class UnknownError(UnreadableError):
    """A name that this network does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no {name} in this network")
        self.name = name


@dataclass(frozen=True)
class Reader:
    """Reads expressions in a world.

    Parameters
    ----------
    world : World
        Where the numbers are from.
    matrices : mapping of str to Formula
        The matrices that the tutorial names, each written out.
    functions : mapping of str to (parameters, body)
        The functions that it defines on the way: f, g, h.
    bound : mapping of str to number
        What letters stand for: x, an index, a unit of a sum.
    now : mapping of Quantity to complex, optional
        The numbers of the world when some have moved.
    spelled : mapping of str to str
        Other spellings of names.
    counted_from_one : bool
        Whether the lower indices of weights and biases are read as counted from 1.
    meant : mapping of str to Quantity
        Which quantities the words for any output mean: target, out, net.
    """

    world: World
    matrices: Mapping[str, Formula] = field(default_factory=dict)
    functions: Mapping[str, tuple[tuple[str, ...], Formula]] = field(default_factory=dict)
    bound: Mapping[str, Value] = field(default_factory=dict)
    now: Mapping[Quantity, complex] | None = None
    spelled: Mapping[str, str] = field(default_factory=dict)
    counted_from_one: bool = False
    meant: Mapping[str, Quantity] = field(default_factory=dict)

    def value(self, tree: Formula) -> Value:
        """Return what an expression is worth."""
        match tree:
            case Number(number):
                return complex(number)
            case Quantity(name):
                return self.name(name)
            case Add(terms):
                return self._added([self.value(each) for each in terms])
            case Multiply(factors):
                return self._multiplied([self.value(each) for each in factors])
            case Divide(top, bottom):
                return self.value(top) / self.value(bottom)
            case Power(base, exponent):
                return self.value(base) ** self.value(exponent)
            case Negate(body):
                return -self.value(body)
            case Function(name, arguments):
                return self._function(name, arguments)
        raise UnreadableError(f"{tree!r} cannot be read")

    def _added(self, terms: list[Value]) -> Value:
        if len({np.shape(each) for each in terms}) > 1:
            raise ShapesError("things of different shapes are added")
        return sum(terms[1:], start=terms[0])

    def _multiplied(self, factors: list[Value]) -> Value:
        product: Value = 1.0 + 0j
        for factor in factors:
            product = product * factor
        return product

    # --- Names ---

    def name(self, name: str) -> Value:
        """Return what a name is worth."""
        if name in self.bound:
            return self.bound[name]
        if (quantity := self.quantity(name)) is not None:
            return (self.now or self.world.values)[quantity]
        if name in self.matrices:
            return self.value(self.matrices[name])
        if (plain := name.removesuffix("_new")) in self.matrices and plain != name:
            return self.value(substitute(self.matrices[plain], lambda each: Quantity(f"{each.name}_new")))
        if name in self.functions and not self.functions[name][0]:
            return self.value(self.functions[name][1])
        column = self._column(name)
        if column is None:
            raise UnknownError(name)
        return np.array([[each] for each in column])

    def quantity(self, name: str) -> Quantity | None:
        """Return the quantity of a name, in any of the spellings that the tutorials use."""
        names = self.world.names
        if name in self.meant:
            return self.meant[name]
        if self.counted_from_one and (found := re.fullmatch(r"([wb])((?:_\d+)+)(_\d+)", name)):
            lower = "".join(f"_{int(index) - 1}" for index in found[2].split("_")[1:])
            return names.get(f"{found[1]}{lower}{found[3]}")
        for each in (name, self.spelled.get(name, name)):
            for spelled in (each, f"out({each})", *_after(each)):
                if spelled in names:
                    return names[spelled]
        alike = [each for each in names if each.lower() == name.lower() and len(name) > 2]
        return names[alike[0]] if len(alike) == 1 else None

    def _column(self, name: str) -> list[complex] | None:
        """Return the numbers name1, name2, ... or name_1, name_2, ... of a vector that is called `name`."""
        for form in (f"{name}{{}}", f"{name}_{{}}"):
            found, count = [], 1
            while (quantity := self.quantity(form.format(count))) is not None:
                found.append((self.now or self.world.values)[quantity])
                count += 1
            if found:
                return found
        return None

    def readable(self, tree: Formula) -> bool:
        """Return whether an expression has a value here."""
        try:
            self.value(tree)
        except UnreadableError:
            return False
        return True

    def from_one(self) -> "Reader":
        """Return a reader for which units, weights and biases are counted from 1 instead of from 0."""
        return replace(self, counted_from_one=True)

    def binding(self, **bound: Value) -> "Reader":
        """Return a reader for which letters stand for something."""
        return replace(self, bound={**self.bound, **bound})

    # --- Functions ---

    def _function(self, name: str, arguments: tuple[Formula, ...]) -> Value:
        if name in ("net", "out") and len(arguments) == 1 and isinstance(arguments[0], Quantity):
            return self._of_neuron(name, arguments[0].name)
        if name == "D":
            return self.derivative(*arguments)
        if name == "S":
            return self._sum(*arguments)
        if name == "lim":
            return self._limit(arguments[0], arguments[1])
        if name == "Matrix":
            return self._matrix(arguments)
        if name in _MATRIX:
            return _MATRIX[name](*map(self.value, arguments))
        if name in self.functions:
            return self._defined(name, arguments)
        if name in _ENTRYWISE:
            return _ENTRYWISE[name](*map(self.value, arguments))
        if (quantity := self.quantity(name)) is not None and len(arguments) == 1:
            return self._as_function(quantity, arguments[0])
        activation = self._activation(name)
        if activation is not None:
            return activation(self.value(arguments[0]))
        raise UnknownError(name)

    def _of_neuron(self, name: str, neuron: str) -> Value:
        """Return net(n) or out(n); the output of an input is the input."""
        for spelled in (f"{name}({neuron})", neuron):
            if spelled in self.world.names:
                return (self.now or self.world.values)[self.world.names[spelled]]
        raise UnknownError(f"{name}({neuron})")

    def _activation(self, name: str) -> Callable[[Value], Value] | None:
        """Return f, g or their derivatives as the network has them: g at the output, f below it."""
        network = self.world.trace.network
        rows = {"f": network.layers[0].activation, "g": network.layers[-1].activation}
        row = rows.get(name.removesuffix("prime"))
        if row is None:
            return None
        if name.endswith("prime"):
            return lambda z: complex(row.derivative(np.array(z), row.value(np.array(z))))
        return lambda z: complex(row.value(np.array(z)))

    def _defined(self, name: str, arguments: tuple[Formula, ...]) -> Value:
        """Return a function that the tutorial defined, at its arguments."""
        parameters, body = self.functions[name]
        if len(parameters) == 1 and len(arguments) == 1:
            return self.binding(**{parameters[0]: self.value(arguments[0])}).value(body)
        return self.value(body)  # it is a function of weights, each by its own name

    def _as_function(self, quantity: Quantity, argument: Formula) -> Value:
        """Return E(w + h): a quantity as a function of the one weight that its argument names."""
        names = [each for each in _names(argument) if self.quantity(each) is not None]
        if len(names) != 1:
            raise UnreadableError("a function of more than one weight")
        moved = self.quantity(names[0])
        assert moved is not None
        return self.world.with_moved({moved: self.value(argument)})[quantity]

    def derivative(self, top: Formula, bottom: Formula) -> Value:
        """Return the total derivative of an expression by a quantity, a letter, or a matrix of quantities."""
        if isinstance(bottom, Quantity) and bottom.name in self.matrices:
            return self._by_matrix(top, self.matrices[bottom.name])
        if isinstance(bottom, Quantity) and self._is_function_of(top, bottom):
            return self._by_letter(top, bottom)
        if isinstance(bottom, Quantity) and bottom.name in self.bound:
            moved = self.binding(**{bottom.name: self.bound[bottom.name] + STEP * 1j})
            return complex(moved.value(self._applied(top, bottom)).imag / STEP)
        if isinstance(top, Quantity) and len(self.functions.get(top.name, ((), None))[0]) > 1:
            top = self.functions[top.name][1]  # a function of several weights, each by its own name
        quantity = self._quantity_of(bottom)
        value = replace(self, now=self.world.stepped(quantity)).value(self._applied(top, bottom))
        return complex(np.imag(value) / STEP) if np.ndim(value) == 0 else np.imag(value) / STEP

    def _is_function_of(self, top: Formula, bottom: Quantity) -> bool:
        """Return whether a name is a function that the tutorial defined, of that very letter."""
        own = isinstance(top, Quantity) and top.name in self.functions
        return own and self.functions[top.name][0] == (bottom.name,)  # type: ignore[attr-defined]

    def _by_letter(self, top: Formula, bottom: Quantity) -> Value:
        assert isinstance(top, Quantity)
        at = self.bound.get(bottom.name, 0.37 + 0j)
        moved = self.binding(**{bottom.name: at + STEP * 1j})
        return complex(moved.value(self.functions[top.name][1]).imag / STEP)

    def _applied(self, top: Formula, bottom: Formula) -> Formula:
        """Return sigma as sigma of the letter by which it is differentiated."""
        if isinstance(top, Quantity) and top.name in ("sigma", "f") and self.quantity(top.name) is None:
            if top.name in self.functions and top.name != "sigma":
                return top
            return Function("sigmoid" if top.name == "sigma" else top.name, (bottom,))
        return top

    def _quantity_of(self, tree: Formula) -> Quantity:
        """Return the quantity that a name, net(n) or out(n) means."""
        if isinstance(tree, Quantity):
            found = self.quantity(tree.name)
            if found is None:
                raise UnknownError(tree.name)
            return found
        if (
            isinstance(tree, Function)
            and tree.name in ("net", "out")
            and isinstance(tree.arguments[0], Quantity)
        ):
            neuron = tree.arguments[0].name
            for spelled in (f"{tree.name}({neuron})", neuron):
                if spelled in self.world.names:
                    return self.world.names[spelled]
            raise UnknownError(f"{tree.name}({neuron})")
        raise UnreadableError("a derivative by something that is no quantity")

    def _by_matrix(self, top: Formula, matrix: Formula) -> Value:
        """Return the derivatives by every entry of a matrix of weights, in its own places."""
        assert isinstance(matrix, Function)
        rows = [row.arguments for row in matrix.arguments if isinstance(row, Function)]
        return np.array([[self.derivative(top, entry) for entry in row] for row in rows])

    def _sum(self, body: Formula, index: Formula | None = None, *limits: Formula) -> Value:
        """Return a sum over an index letter, or over the outputs where none is printed."""
        if index is None:
            return self._over_outputs(body)
        assert isinstance(index, Quantity)
        if limits:
            low, high = (int(self.value(each).real) for each in limits)
            each = [at_index(body, index.name, str(i)) for i in range(low, high + 1)]
        else:
            each = list(self._instances(body, index.name))
        return self._added([self.value(term) for term in each])

    def _instances(self, body: Formula, letter: str) -> list[Formula]:
        """Return the terms of a sum whose limits are not printed: as far as the names go."""
        for first in (0, 1):
            found = []
            for i in range(first, 100):
                term = at_index(body, letter, str(i), self._connects)
                if not all(self.readable(Quantity(name)) for name in _names(term)):
                    break
                found.append(term)
            if found:
                return found
        raise UnreadableError(f"a sum over {letter} that runs over nothing")

    def _connects(self, start: str, end: str) -> str | None:
        """Return the name of the weight between two neurons, as w_ho for h and o."""
        weight = self.weight_between(start, end)
        return None if weight is None else self.world.trace.name(weight)

    def weight_between(self, start: str, end: str) -> Quantity | None:
        """Return the weight that joins two neurons of neighboring layers, by their names."""
        units = self.world.trace.naming.tables.get("units", [])
        for l in range(1, len(units)):
            if start in units[l - 1] and end in units[l]:
                return Quantity("W", (l, units[l - 1].index(start), units[l].index(end)))
        return None

    def _over_outputs(self, body: Formula) -> Value:
        """Return the sum over all outputs of what is printed for any of them."""
        if not set(_names(body)) & set(GENERIC):
            return self.value(body)  # there is nothing for the sum to run over
        return self._added([reader.value(body) for reader in self.of_each_output()])

    def of_each_output(self) -> list["Reader"]:
        """Return a reader for every output unit, for which target, out and net are that unit's."""
        L, outputs = self.world.trace.network.depth, self.world.trace.network.sizes[-1]
        kinds = {"target": "Y", "output": "A", "out": "A", "net": "Z"}
        return [
            replace(self, meant={name: Quantity(kind, (L, 0, j)) for name, kind in kinds.items()})
            for j in range(outputs)
        ]

    def _limit(self, body: Formula, letter: Formula) -> Value:
        """Return a limit at 0, by extrapolation from two small steps on each side."""
        assert isinstance(letter, Quantity)

        def at(h: float) -> Value:
            return self.binding(**{letter.name: complex(h)}).value(body)

        def mean(h: float) -> Value:
            return (at(h) + at(-h)) / 2

        return (4 * mean(1e-4) - mean(2e-4)) / 3

    def _matrix(self, rows: tuple[Formula, ...]) -> Value:
        entries = [[self.value(each) for each in row.arguments] for row in rows if isinstance(row, Function)]
        if len({len(row) for row in entries}) != 1:
            raise ShapesError("the rows of a matrix have different lengths")
        return np.array(entries)


def _after(name: str) -> tuple[str, ...]:
    """Return what the trace calls the new value that a tutorial marks with plus or new."""
    for mark in ("_plus", "_new"):
        if name.endswith(mark):
            plain = name.removesuffix(mark)
            return (f"{plain}+", f"{plain} after", f"{plain} (new)")
    return ()


def _names(tree: Formula) -> list[str]:
    """Return every name in an expression, those of neurons as net(n) and out(n) not among them."""
    if isinstance(tree, Quantity):
        return [tree.name]
    if isinstance(tree, Function) and tree.name in ("net", "out"):
        return []
    return [name for child in children(tree) for name in _names(child)]


def at_index(
    tree: Formula, letter: str, index: str, connects: Callable[[str, str], str | None] | None = None
) -> Formula:
    """Return an expression with an index letter replaced in every name: u_i, w_0i_1, out_o and w_ho.

    Examples
    --------
    >>> at_index(Quantity("w_0i_1"), "i", "2").name, at_index(Quantity("out_o"), "o", "1").name
    ('w_02_1', 'out_o1')
    """
    if isinstance(tree, Quantity):
        return Quantity(_at_index(tree.name, letter, index, connects))
    return rebuild(tree, lambda child: at_index(child, letter, index, connects))


def _at_index(
    name: str, letter: str, index: str, connects: Callable[[str, str], str | None] | None = None
) -> str:
    if letter == "o":
        if name == "w_ho" and connects is not None:
            return connects("h1", f"o{index}") or name
        return re.sub(r"_o$", f"_o{index}", name)
    head, _, rest = name.partition("_")
    return f"{head}_{rest.replace(letter, index)}" if rest else name


def _times(left: Value, right: Value) -> Value:
    if np.ndim(left) != 2 or np.ndim(right) != 2 or left.shape[1] != right.shape[0]:
        raise ShapesError(f"a product of shapes {list(np.shape(left))} and {list(np.shape(right))}")
    return left @ right


def _entrywise(left: Value, right: Value) -> Value:
    if np.shape(left) != np.shape(right):
        raise ShapesError(f"an entrywise product of {list(np.shape(left))} and {list(np.shape(right))}")
    return left * right


_MATRIX: Mapping[str, Callable[..., Value]] = {
    "MM": _times,
    "H": _entrywise,
    "T": np.transpose,
    "norm2": lambda x: np.sqrt((np.asarray(x) ** 2).sum()),
}


def sigmoid(x: Value) -> Value:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-x))


_ENTRYWISE: Mapping[str, Callable[[Value], Value]] = {
    "exp": np.exp,
    "sigmoid": sigmoid,
    "sigmoidprime": lambda x: sigmoid(x) * (1 - sigmoid(x)),
}
