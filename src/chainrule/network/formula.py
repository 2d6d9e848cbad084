"""A formula is a small tree, and everything that prints or computes one walks it.

The leaves are numbers and quantities with indices; the order of terms and factors is kept as it
was written. `evaluate` gives a formula its value, `magnitude` the size of its terms, `expand`
writes out its sums. How a formula looks is decided by the writers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from scipy import special

Index: TypeAlias = int | str  # a position, or the letter that stands for one


class Formula:
    """A node of the tree; Python's operators build larger ones.

    Examples
    --------
    >>> z = Quantity("z")
    >>> float(evaluate(1 / (1 + exp(-z)), {"z": 0.0}))
    0.5
    """

    def __add__(self, other: FormulaLike) -> Formula:
        return Add((*terms_of(self), *terms_of(formula(other))))

    def __radd__(self, other: FormulaLike) -> Formula:
        return formula(other) + self

    def __sub__(self, other: FormulaLike) -> Formula:
        return self + Negate(formula(other))

    def __rsub__(self, other: FormulaLike) -> Formula:
        return formula(other) - self

    def __mul__(self, other: FormulaLike) -> Formula:
        return Multiply((*factors_of(self), *factors_of(formula(other))))

    def __rmul__(self, other: FormulaLike) -> Formula:
        return formula(other) * self

    def __truediv__(self, other: FormulaLike) -> Formula:
        return Divide(self, formula(other))

    def __rtruediv__(self, other: FormulaLike) -> Formula:
        return formula(other) / self

    def __pow__(self, exponent: FormulaLike) -> Formula:
        return Power(self, formula(exponent))

    def __neg__(self) -> Formula:
        return Negate(self)


FormulaLike: TypeAlias = Formula | float


@dataclass(frozen=True)
class Number(Formula):
    """A constant."""

    value: float


@dataclass(frozen=True)
class Quantity(Formula):
    """A named number, or one entry of a named array: ``Quantity("W", (1, "i", "j"))``."""

    name: str
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Add(Formula):
    """A sum of written-out terms."""

    terms: tuple[Formula, ...]


@dataclass(frozen=True)
class Multiply(Formula):
    """A product; the order of the factors is kept."""

    factors: tuple[Formula, ...]


@dataclass(frozen=True)
class Divide(Formula):
    """A fraction."""

    top: Formula
    bottom: Formula


@dataclass(frozen=True)
class Power(Formula):
    """A base raised to an exponent."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True)
class Negate(Formula):
    """The negative of a formula."""

    body: Formula


@dataclass(frozen=True)
class Function(Formula):
    """A function by its name, applied to its arguments; `FUNCTIONS` has those that can be computed."""

    name: str
    arguments: tuple[Formula, ...]


@dataclass(frozen=True)
class Sum(Formula):
    """The sum of `body` over all values of the letter `index`."""

    body: Formula
    index: str


@dataclass(frozen=True)
class Cases(Formula):
    """`positive` where `test` is greater than zero, `otherwise` elsewhere."""

    test: Formula
    positive: Formula
    otherwise: Formula


def formula(value: FormulaLike) -> Formula:
    """Turn a number into a leaf, and leave a formula as it is."""
    return value if isinstance(value, Formula) else Number(value)


def terms_of(tree: Formula) -> tuple[Formula, ...]:
    """Return the terms of a sum, or the formula as its only term."""
    return tree.terms if isinstance(tree, Add) else (tree,)


def factors_of(tree: Formula) -> tuple[Formula, ...]:
    """Return the factors of a product, or the formula as its only factor."""
    return tree.factors if isinstance(tree, Multiply) else (tree,)


def exp(argument: Formula) -> Formula:
    """Return the exponential function of a formula."""
    return Function("exp", (argument,))


def log(argument: Formula) -> Formula:
    """Return the natural logarithm of a formula."""
    return Function("log", (argument,))


def tanh(argument: Formula) -> Formula:
    """Return the hyperbolic tangent of a formula."""
    return Function("tanh", (argument,))


def erf(argument: Formula) -> Formula:
    """Return the error function of a formula."""
    return Function("erf", (argument,))


def sqrt(argument: Formula) -> Formula:
    """Return the square root of a formula."""
    return Function("sqrt", (argument,))


def sign(argument: Formula) -> Formula:
    """Return the sign of a formula: -1, 0 or 1."""
    return Function("sign", (argument,))


def absolute(argument: Formula) -> Formula:
    """Return the absolute value of a formula."""
    return Function("abs", (argument,))


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "erf": special.erf,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
}


def children(tree: Formula) -> tuple[Formula, ...]:
    """Return the formulas directly below a node, in the order in which they are written."""
    match tree:
        case Add(terms):
            return terms
        case Multiply(factors):
            return factors
        case Divide(first, second) | Power(first, second):
            return (first, second)
        case Function(_, arguments):
            return arguments
        case Negate(body) | Sum(body, _):
            return (body,)
        case Cases(test, positive, otherwise):
            return (test, positive, otherwise)
    return ()


def rebuild(tree: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """Return the node with `change` applied to each formula directly below it."""
    match tree:
        case Add(terms):
            return Add(tuple(change(term) for term in terms))
        case Multiply(factors):
            return Multiply(tuple(change(factor) for factor in factors))
        case Divide(top, bottom):
            return Divide(change(top), change(bottom))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Negate(body):
            return Negate(change(body))
        case Function(name, arguments):
            return Function(name, tuple(change(argument) for argument in arguments))
        case Sum(body, index):
            return Sum(change(body), index)
        case Cases(test, positive, otherwise):
            return Cases(change(test), change(positive), change(otherwise))
    return tree


def quantities(tree: Formula) -> Iterator[Quantity]:
    """Yield every quantity of a formula, from left to right, repeated ones again."""
    if isinstance(tree, Quantity):
        yield tree
    for child in children(tree):
        yield from quantities(child)


def substitute(tree: Formula, replace: Callable[[Quantity], Formula]) -> Formula:
    """Return the formula with `replace` applied to each of its quantities.

    Examples
    --------
    >>> substitute(Quantity("a") * 2, lambda quantity: Quantity("out_h1"))
    Multiply(factors=(Quantity(name='out_h1', indices=()), Number(value=2)))
    """
    if isinstance(tree, Quantity):
        return replace(tree)
    return rebuild(tree, lambda child: substitute(child, replace))


def at(tree: Formula, positions: Mapping[str, int]) -> Formula:
    """Return the formula with index letters replaced by positions."""

    def place(quantity: Quantity) -> Formula:
        return Quantity(quantity.name, tuple(positions.get(str(i), i) for i in quantity.indices))

    return substitute(tree, place)


def expand(tree: Formula, sizes: Mapping[str, int]) -> Formula:
    """Write out every sum, term by term; `sizes` says how far each index letter runs.

    Examples
    --------
    >>> x = Quantity("x", ("i",))
    >>> expand(Sum(x, "i") + 1, {"i": 2})  # doctest: +NORMALIZE_WHITESPACE
    Add(terms=(Quantity(name='x', indices=(0,)), Quantity(name='x', indices=(1,)), Number(value=1)))
    """
    tree = rebuild(tree, lambda child: expand(child, sizes))
    if isinstance(tree, Sum):
        written = [at(tree.body, {tree.index: i}) for i in range(sizes[tree.index])]
        terms = tuple(term for each in written for term in terms_of(each))
        return terms[0] if len(terms) == 1 else Add(terms)
    if isinstance(tree, Add):
        return Add(tuple(term for each in tree.terms for term in terms_of(each)))
    return tree


def evaluate(
    tree: Formula,
    values: Mapping[str, Any],
    functions: Mapping[str, Callable[[Any], Any]] = FUNCTIONS,
) -> Any:
    """Return the value of a formula without sums, exactly as it is written.

    Parameters
    ----------
    tree : Formula
        A formula; write out its sums with `expand` first.
    values : mapping
        The value of each quantity, under its name; an indexed one is looked up entry by entry,
        ``values["x"][i]``. Any kind of number will do: float, array, mpmath's.
    functions : mapping
        What each named function does to such a number.

    Returns
    -------
    number or array
        The kind of number that went in.
    """

    def value(node: Formula) -> Any:
        match node:
            case Number(number):
                return number
            case Quantity(name, indices):
                return values[name][indices if len(indices) > 1 else indices[0]] if indices else values[name]
            case Add(terms):
                return sum(map(value, terms[1:]), start=value(terms[0]))
            case Multiply(factors):
                return math.prod(map(value, factors[1:]), start=value(factors[0]))
            case Divide(top, bottom):
                return value(top) / value(bottom)
            case Power(base, exponent):
                return value(base) ** value(exponent)
            case Negate(body):
                return -value(body)
            case Function(name, arguments):
                return functions[name](*map(value, arguments))
            case Cases(test, positive, otherwise):
                if np.ndim(value(test)) == 0:
                    return value(positive) if value(test) > 0 else value(otherwise)
                return np.where(value(test) > 0, value(positive), value(otherwise))
        raise TypeError(f"a formula cannot hold {node!r} here")

    return value(tree)


def magnitude(tree: Formula, values: Mapping[str, Any]) -> Any:
    """Return the size of a formula's terms: its value if no two of them cancelled.

    A sum counts the sizes of its terms, a product multiplies those of its factors. Rounding
    errors of the formula are proportional to this size, not to its value, so it is the yardstick
    of every comparison. Arguments as for `evaluate`.

    Examples
    --------
    >>> a, y = Quantity("a"), Quantity("y")
    >>> float(magnitude(a - y, {"a": 0.75, "y": 0.5}))
    1.25
    """

    def size(node: Formula) -> Any:
        match node:
            case Add(terms):
                return sum(map(size, terms[1:]), start=size(terms[0]))
            case Multiply(factors):
                return math.prod(map(size, factors[1:]), start=size(factors[0]))
            case Divide(top, bottom):
                return size(top) / np.abs(evaluate(bottom, values))
            case Power(base, exponent):
                return size(base) ** evaluate(exponent, values)
            case Negate(body):
                return size(body)
            case Cases(test, positive, otherwise):
                if np.ndim(evaluate(test, values)) == 0:
                    return size(positive) if evaluate(test, values) > 0 else size(otherwise)
                return np.where(evaluate(test, values) > 0, size(positive), size(otherwise))
        return np.abs(evaluate(node, values))

    return size(tree)
