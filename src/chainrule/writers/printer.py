"""Printing a formula: one walk over the tree, for every language that formulas are written in."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chainrule.network.formula import (
    Add,
    Cases,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    Sum,
)

# How tightly each kind of node binds: one inside a tighter one gets parentheses.
CASES, SUM, PRODUCT, SIGN, FRACTION, POWER, ATOM = range(7)


@dataclass(frozen=True)
class Printer(ABC):
    """Prints formulas in one language; a subclass says how each kind of node looks in it.

    Each of its methods returns a text and how tightly that binds.

    Parameters
    ----------
    leaf : callable
        A quantity to its text: its name, its value, its cell.
    number : callable
        A number to its text.
    """

    leaf: Callable[[Quantity], str]
    number: Callable[[float], str] = "{:g}".format

    def text(self, tree: Formula) -> str:
        """Return the formula as text."""
        return self.printed(tree)[0]

    def inside(self, tree: Formula, least: int) -> str:
        """Return the formula as a part of another one, in parentheses where it binds less than `least`."""
        text, binds = self.printed(tree)
        return text if binds >= least else self.grouped(text)

    def printed(self, tree: Formula) -> tuple[str, int]:
        """Return the text of a formula, and how tightly it binds."""
        match tree:
            case Number(value):
                return self.atom(self.number(value))
            case Quantity():
                return self.atom(self.leaf(tree))
            case Add(terms):
                return self.add(terms)
            case Multiply(factors):
                return self.multiply(factors)
            case Divide(top, bottom):
                return self.divide(top, bottom)
            case Power(base, exponent):
                return self.power(base, exponent)
            case Negate(body):
                return self.negate(body)
            case Function(name, arguments):
                return self.function(name, arguments)
            case Sum(body, index):
                return self.sum(body, index)
            case Cases(test, positive, otherwise):
                return self.cases(test, positive, otherwise)
        raise TypeError(f"cannot print {tree!r}")

    def signed(self, terms: tuple[Formula, ...]) -> Iterator[tuple[str, str]]:
        """Yield the sign and the text of every term of a sum after the first."""
        for term in terms:
            sign, body = ("-", term.body) if isinstance(term, Negate) else ("+", term)
            shown = self.inside(body, PRODUCT)
            yield sign, self.grouped(shown) if shown.startswith("-") else shown

    def grouped(self, text: str) -> str:
        """Return a text in parentheses."""
        return f"({text})"

    def atom(self, text: str) -> tuple[str, int]:
        """Return a name or a number: it may be negative."""
        return text, SIGN if text.startswith("-") else ATOM

    @abstractmethod
    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a sum of terms."""

    @abstractmethod
    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a product."""

    @abstractmethod
    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        """Return a fraction."""

    @abstractmethod
    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a power."""

    @abstractmethod
    def negate(self, body: Formula) -> tuple[str, int]:
        """Return the negative of a formula."""

    @abstractmethod
    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a function of its arguments."""

    @abstractmethod
    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Return a sum over an index letter that is not written out."""

    @abstractmethod
    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return one formula where `test` is greater than zero, and another elsewhere."""
