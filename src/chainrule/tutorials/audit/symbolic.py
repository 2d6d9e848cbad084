"""The one door to SymPy: it says whether two formulas between letters are the same mathematics."""

from collections.abc import Mapping
from typing import Any

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
)


def same_for_sympy(left: Formula, right: Formula, functions: Mapping[str, Formula]) -> bool:
    """Return whether SymPy finds that two formulas are the same for every number.

    Our own trees are built into SymPy's node by node: no text reaches it.

    Parameters
    ----------
    left, right : Formula
        Formulas in letters, numbers, exp, sigmoid, derivatives by a letter.
    functions : mapping of str to Formula
        Functions of x that are defined elsewhere.

    Examples
    --------
    >>> from chainrule.tutorials.grammar import parse
    >>> same_for_sympy(parse("sigmoidprime(x)"), parse("sigmoid(x)*(1 - sigmoid(x))"), {})
    True
    >>> same_for_sympy(parse("sigmoid(x)"), parse("1/(1 - exp(-x))"), {})
    False
    """
    import sympy

    difference = _built(left, functions) - _built(right, functions)
    return bool(sympy.simplify(difference) == 0)


def _built(tree: Formula, functions: Mapping[str, Formula]) -> Any:
    """Return a formula as SymPy has it."""
    import sympy

    def inside(child: Formula) -> Any:
        return _built(child, functions)

    match tree:
        case Number(value):
            return sympy.nsimplify(value)
        case Quantity(name):
            return sympy.Symbol(name, real=True)
        case Add(terms):
            return sympy.Add(*map(inside, terms))
        case Multiply(factors):
            return sympy.Mul(*map(inside, factors))
        case Divide(top, bottom):
            return inside(top) / inside(bottom)
        case Power(base, exponent):
            return inside(base) ** inside(exponent)
        case Negate(body):
            return -inside(body)
        case Function("exp", (argument,)):
            return sympy.exp(inside(argument))
        case Function("D", (top, bottom)):
            return sympy.diff(inside(top), inside(bottom))
        case Function(name, (argument,)):
            return _applied(name, inside(argument), functions)
    raise TypeError(f"{tree!r} is no formula between letters")


def _applied(name: str, argument: Any, functions: Mapping[str, Formula]) -> Any:
    """Return a function of an argument, or its derivative there."""
    import sympy

    x = sympy.Symbol("x", real=True)
    plain = name.removesuffix("prime")
    body = _built(functions[plain], {}) if plain in functions else 1 / (1 + sympy.exp(-x))
    if name.endswith("prime"):
        body = sympy.diff(body, x)
    return body.subs(x, argument)
