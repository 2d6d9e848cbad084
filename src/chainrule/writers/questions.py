"""What a worksheet asks for: the numbers of a step with their formulas in symbols, under headings."""

from collections.abc import Iterator
from typing import NamedTuple

from chainrule.errors import TooLargeError, sentence
from chainrule.network.formula import Formula
from chainrule.trace.step import Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.outline import Group, outline

MOST = 500  # numbers that a person computes, or a class


class Question(NamedTuple):
    """A number that is asked for.

    Parameters
    ----------
    name : str
        What its reader calls it.
    tree : Formula
        Its formula.
    formula : str
        The same in symbols, as text.
    value : float
        What it is.
    """

    name: str
    tree: Formula
    formula: str
    value: float


def questions(trace: Trace) -> Iterator[Question | str]:
    """Yield the numbers of a step in its order, and before those of an equation in a layer its heading.

    Raises
    ------
    TooLargeError
        When there are more than a person computes.

    Examples
    --------
    >>> import chainrule as cr
    >>> heading, first, *_ = questions(cr.tutorials.load("jain").trace())
    >>> heading
    'Forward pass, layer 1, F1: Z[l] = A[l-1] W[l] + b[l]'
    >>> first.name, first.formula
    ('net_h1', 'w1 · i1 + w2 · i2 + b1')
    """
    if len(trace) > MOST:
        thing = "the number of numbers of this step"
        raise TooLargeError(sentence(thing, len(trace), f"at most {MOST:,} on a worksheet"))
    printer = TextPrinter(trace.name)
    for part in outline(trace, MOST):
        for group in part.groups:
            asked = [
                Question(trace.name(each.quantity), each.tree, printer.text(each.tree), each.value)
                for shown in group.shown
                for each in shown.statements
                if each.tree is not None
            ]
            if asked:
                yield f"{part.title.split(',')[0].split(':')[0]}{_place(group)}"
                yield from asked


def _place(group: Group) -> str:
    """Return where an equation stands, and what it says."""
    if group.equation in EQUATIONS:
        return f", layer {group.layer}, {group.equation}: {EQUATIONS[group.equation].text}"
    return f", layer {group.layer}" if group.equation not in ("loss", "frozen") else ""
