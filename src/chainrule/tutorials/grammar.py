"""Reading the expressions of the data files: Python's own parser, and a list of what is allowed.

Nothing of an expression is ever run. `grammar.json` says how the tutorials' notation is spelled.
"""

import ast
import math

from chainrule.errors import InvalidValueError, sentence
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
    factors_of,
    terms_of,
)

LONGEST = 5_000  # characters
DEEPEST = 50  # levels


def parse(text: str) -> Formula:
    """Read an expression of the grammar into a formula.

    A matrix is ``Function("Matrix", rows)``, each row ``Function("row", entries)``; a derivative
    ``D(X, Y)`` and the other words of the grammar are functions by their names.

    Raises
    ------
    InvalidValueError
        When the text holds anything but numbers, names, + - * / **, calls by name, and the rows of a
        Matrix; or is longer than 5,000 characters or deeper than 50 levels.

    Examples
    --------
    >>> parse("w5 - eta*D(E_total, w5)")  # doctest: +NORMALIZE_WHITESPACE
    Add(terms=(Quantity(name='w5', indices=()),
        Negate(body=Multiply(factors=(Quantity(name='eta', indices=()),
            Function(name='D', arguments=(Quantity(name='E_total', indices=()),
                                          Quantity(name='w5', indices=()))))))))
    """
    allowed = "numbers, names, + - * / **, calls and Matrix([[..]])"
    if len(text) > LONGEST:
        raise InvalidValueError(sentence("the length of an expression", len(text), f"at most {LONGEST}"))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise InvalidValueError(sentence("the expression", text, allowed)) from error
    return _formula(tree, text, 0)


def _formula(node: ast.expr, text: str, depth: int) -> Formula:
    """Turn one node into ours, or refuse it."""

    def inside(child: ast.expr) -> Formula:
        return _formula(child, text, depth + 1)

    if depth > DEEPEST:
        raise InvalidValueError(sentence("the depth of an expression", depth, f"at most {DEEPEST}"))
    match node:
        case ast.Constant(value=int() | float() as value) if (
            not isinstance(value, bool) and value != math.inf
        ):
            return Number(value)
        case ast.Name(id=name):
            return Quantity(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Negate(inside(operand))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return Add((*terms_of(inside(left)), inside(right)))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return Add((*terms_of(inside(left)), Negate(inside(right))))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return Multiply((*factors_of(inside(left)), inside(right)))
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return Divide(inside(left), inside(right))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return Power(inside(left), inside(right))
        case ast.Call(func=ast.Name(id="Matrix"), args=[ast.List(elts=rows)], keywords=[]):
            return Function("Matrix", tuple(_row(row, text, depth + 1) for row in rows))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name != "Matrix":
            return Function(name, tuple(map(inside, arguments)))
    may_be = "a number, a name, an operation, a call or a Matrix"
    raise InvalidValueError(sentence("a piece of an expression", _piece(node, text), may_be))


def _row(node: ast.expr, text: str, depth: int) -> Formula:
    """Read one row of a matrix."""
    if not isinstance(node, ast.List):
        raise InvalidValueError(sentence("a row of a Matrix", _piece(node, text), "a list"))
    return Function("row", tuple(_formula(entry, text, depth + 1) for entry in node.elts))


def _piece(node: ast.expr, text: str) -> str:
    """Return the part of the text that a node came from."""
    return ast.get_source_segment(text.strip(), node) or text
