"""A wide formula in MathML as several pieces, because browsers break no line inside a formula."""

import re

from chainrule.network.formula import Add, Divide, Formula, Function, Multiply, Negate
from chainrule.writers.mathml import MathmlPrinter, math
from chainrule.writers.printer import ATOM, POWER, PRODUCT, SIGN, SUM

TAG = re.compile(r"<[^>]*>")
WIDE = 40  # letters that fit on a line of a narrow window
OPEN, CLOSE = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'
WORDS = ("log", "tanh", "erf", "sign")  # functions whose argument may be broken


def in_pieces(tree: Formula, printer: MathmlPrinter) -> str:
    """Return a formula as one element, or as several that a line may break between.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity
    >>> printer = MathmlPrinter(lambda quantity: f"<mi>{quantity.name}</mi>")
    >>> in_pieces(Quantity("a") + Quantity("b"), printer).count("<math")
    1
    >>> in_pieces(Quantity("a" * 30) + Quantity("b" * 30), printer).count("<math")
    2
    """
    return "<wbr>".join(map(math, _pieces(tree, SUM, printer)))


def _pieces(tree: Formula, least: int, printer: MathmlPrinter) -> list[str]:
    """Return the pieces of a formula, in parentheses where it binds less than `least`."""
    whole = printer.inside(tree, least)
    if len(TAG.sub("", whole)) <= WIDE:
        return [whole]
    match tree:
        case Add((first, *rest)):
            pieces, binds = _pieces(first, SUM, printer), SUM
            for term in rest:
                sign, body = ("−", term.body) if isinstance(term, Negate) else ("+", term)
                pieces += _after(sign, _positive(_pieces(body, PRODUCT, printer), printer))
        case Multiply((first, *rest)):
            pieces, binds = _pieces(first, PRODUCT, printer), PRODUCT
            for factor in rest:
                pieces += _after("·", _pieces(factor, SIGN + 1, printer))
        case Divide(top, bottom):
            pieces, binds = _pieces(top, PRODUCT, printer), PRODUCT
            pieces += _after("/", _pieces(bottom, POWER, printer))
        case Negate(body):
            pieces, binds = _pieces(body, PRODUCT, printer), SIGN
            pieces[0] = f"<mo>-</mo>{pieces[0]}"
        case Function(name, (argument,)) if name in WORDS:
            pieces, binds = _enclosed(_pieces(argument, SUM, printer)), ATOM
            pieces[0] = printer.named(name) + pieces[0]
        case _:
            return [whole]
    return pieces if binds >= least else _enclosed(pieces)


def _after(sign: str, pieces: list[str]) -> list[str]:
    """Return pieces with a sign before the first: where a line is broken, it begins the next."""
    return [f'<mo form="infix">{sign}</mo>{pieces[0]}', *pieces[1:]]


def _positive(pieces: list[str], printer: MathmlPrinter) -> list[str]:
    """Return pieces that may follow a sign: in parentheses if they begin with one of their own."""
    if not pieces[0].startswith("<mo>-"):
        return pieces
    return [printer.grouped(pieces[0])] if len(pieces) == 1 else _enclosed(pieces)


def _enclosed(pieces: list[str]) -> list[str]:
    """Return pieces with a parenthesis before the first and behind the last."""
    pieces = [OPEN + pieces[0], *pieces[1:]]
    return [*pieces[:-1], pieces[-1] + CLOSE]
