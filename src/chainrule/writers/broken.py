"""Breaking a long formula into lines: between its terms, its factors, or inside its parentheses."""

from collections.abc import Callable, Iterator

from chainrule.network.formula import Add, Divide, Formula, Multiply, Negate
from chainrule.writers.printer import PRODUCT, SIGN, SUM, Printer


def broken(
    tree: Formula, printer: Printer, width: Callable[[Formula], int], most: int, times: str
) -> list[str]:
    """Return a formula as one line or several.

    Parameters
    ----------
    tree : Formula
        A formula whose sums are written out.
    printer : Printer
        The language.
    width : callable
        How wide a formula is, in columns.
    most : int
        How wide a line may be.
    times : str
        The sign of a product in the language.
    """
    if width(tree) <= most:
        return [printer.text(tree)]
    match tree:
        case Add(terms):
            return list(_packed(_terms(terms, printer, width, most, times), most))
        case Multiply(factors):
            return list(_packed(_factors(factors, printer, width, most, times), most))
        case Divide(top, bottom):
            lines = broken(top, printer, width, most, times)
            return _in_parentheses(lines, after=f" / {printer.inside(bottom, SIGN + 1)}")
        case Negate(body):
            lines = broken(body, printer, width, most, times)
            return _in_parentheses(lines, before="-")
    return [printer.text(tree)]


def _firsts(parts: tuple[Formula, ...]) -> Iterator[tuple[bool, Formula]]:
    return ((place == 0, each) for place, each in enumerate(parts))


def _terms(
    terms: tuple[Formula, ...], printer: Printer, width: Callable[[Formula], int], most: int, times: str
) -> Iterator[tuple[int, str]]:
    """Yield the terms of a sum with their signs; one that is too long comes in several pieces."""
    for first, term in _firsts(terms):
        sign, body = ("-", term.body) if isinstance(term, Negate) and not first else ("+", term)
        lead = "" if first else f"{sign} "
        if width(body) <= most:
            shown = printer.inside(body, SUM if first else PRODUCT)
            if not first and shown.startswith("-"):
                shown = printer.grouped(shown)
            yield width(body) + 3, lead + shown
        else:
            lines = broken(body, printer, width, most, times)
            if isinstance(body, Add):
                lines = _in_parentheses(lines)
            yield from ((most, lead + line if place == 0 else line) for place, line in enumerate(lines))


def _factors(
    factors: tuple[Formula, ...], printer: Printer, width: Callable[[Formula], int], most: int, times: str
) -> Iterator[tuple[int, str]]:
    """Yield the factors of a product; one that is too long is broken inside its parentheses."""
    for first, factor in _firsts(factors):
        lead = "" if first else f"{times} "
        if width(factor) <= most:
            yield width(factor) + 3, lead + printer.inside(factor, PRODUCT if first else SIGN + 1)
        else:
            lines = _in_parentheses(broken(factor, printer, width, most, times), before=lead)
            yield from ((most, line) for line in lines)


def _in_parentheses(lines: list[str], before: str = "", after: str = "") -> list[str]:
    """Return lines with a parenthesis before the first and behind the last."""
    lines = [f"{before}({lines[0]}", *lines[1:]]
    return [*lines[:-1], f"{lines[-1]}){after}"]


def _packed(pieces: Iterator[tuple[int, str]], most: int) -> Iterator[str]:
    """Yield lines with as many pieces as fit on each."""
    line, used = "", 0
    for size, text in pieces:
        if line and used + size > most:
            yield line
            line, used = "", 0
        line, used = f"{line} {text}" if line else text, used + size
    yield line
