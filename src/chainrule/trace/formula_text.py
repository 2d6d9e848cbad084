"""A formula as one line of plain text."""

from collections.abc import Callable
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

TO_ASCII = str.maketrans({"·": "*", "∂": "d", "√": "sqrt", "²": "^2", "Σ": "sum ", "−": "-"})


@dataclass(frozen=True)
class Printer:
    """Prints formulas as text.

    Parameters
    ----------
    leaf : callable
        A quantity to its text: its name, or its value.
    number : callable
        A number to its text.

    Examples
    --------
    >>> w, x = Quantity("w"), Quantity("x")
    >>> Printer(lambda quantity: quantity.name).text((w - x) ** 2 / 2)
    '(w - x)² / 2'
    """

    leaf: Callable[[Quantity], str]
    number: Callable[[float], str] = "{:g}".format

    def text(self, tree: Formula) -> str:
        """Return the formula as text."""
        return self._print(tree)[0]

    def _inside(self, tree: Formula, least: int) -> str:
        text, binds = self._print(tree)
        return text if binds >= least else f"({text})"

    def _print(self, tree: Formula) -> tuple[str, int]:
        """Return the text of a node, and how tightly it binds."""
        match tree:
            case Number(value):
                return _leaf(self.number(value))
            case Quantity():
                return _leaf(self.leaf(tree))
            case Add(terms):
                return self._sum(terms), SUM
            case Multiply(factors):
                first, *rest = factors
                shown = [self._inside(first, PRODUCT), *(self._inside(each, FRACTION) for each in rest)]
                return " · ".join(shown), PRODUCT
            case Divide(top, bottom):
                return f"{self._inside(top, PRODUCT)} / {self._inside(bottom, POWER)}", PRODUCT
            case Negate(body):
                return f"-{self._inside(body, PRODUCT)}", SIGN
            case Power(base, Number(2)):
                return f"{self._inside(base, ATOM)}²", POWER
            case Power(base, exponent):
                return f"{self._inside(base, ATOM)}^{self._inside(exponent, ATOM)}", POWER
            case Function("exp", (argument,)):
                return f"e^({self.text(argument)})", POWER
            case Function("sqrt", (argument,)):
                return f"√({self.text(argument)})", ATOM
            case Function("abs", (argument,)):
                return f"|{self.text(argument)}|", ATOM
            case Function(name, arguments):
                return f"{name}({', '.join(map(self.text, arguments))})", ATOM
            case Sum(body, index):
                return f"Σ_{index} {self._inside(body, PRODUCT)}", SUM
            case Cases(test, positive, otherwise):
                asked = f"{self._inside(test, SUM)} > 0"
                return f"{self._inside(positive, SUM)} if {asked} else {self._inside(otherwise, SUM)}", CASES
        raise TypeError(f"cannot print {tree!r}")

    def _sum(self, terms: tuple[Formula, ...]) -> str:
        text = self._inside(terms[0], SUM)
        for term in terms[1:]:
            sign, body = ("-", term.body) if isinstance(term, Negate) else ("+", term)
            shown = self._inside(body, PRODUCT)
            text += f" {sign} ({shown})" if shown.startswith("-") else f" {sign} {shown}"
        return text


def _leaf(text: str) -> tuple[str, int]:
    """Return a name or number, and how tightly it binds: a name may be a quotient, a number negative."""
    if text.startswith("-"):
        return text, SIGN
    return text, FRACTION if "/" in text or " " in text else ATOM
