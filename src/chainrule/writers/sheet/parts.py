"""A sum that is too long for one cell, in parts: each a cell of its own."""

from typing import NamedTuple

from chainrule.network.formula import Add, Formula, Number, Quantity, rebuild
from chainrule.trace.step import Statement
from chainrule.writers.sheet.numbers import Numbers

MOST_TERMS = 60  # a formula holds 8,192 characters, and nobody reads so many


class Line(NamedTuple):
    """One number of a workbook.

    Parameters
    ----------
    quantity : Quantity
        What it is.
    name : str
        What the reader calls it.
    value : float
        What it is worth.
    tree : Formula
        How it comes about.
    """

    quantity: Quantity
    name: str
    value: float
    tree: Formula


def in_parts(statement: Statement, numbers: Numbers) -> list[Line]:
    """Return the lines of a statement: the parts of its long sums, then itself.

    Parameters
    ----------
    statement : Statement
        A number of the step.
    numbers : Numbers
        All of them; the values of the parts are added.

    Examples
    --------
    >>> import numpy as np
    >>> import chainrule as cr
    >>> model = cr.Model(cr.Network.dense([150, 1], bias="none"), seed=0)
    >>> trace = model.trace(np.ones((1, 150)), [[1.0]])
    >>> lines = in_parts(next(iter(trace)), Numbers(trace))
    >>> [line.name for line in lines]
    ['Z[1][0,0] part 1', 'Z[1][0,0] part 2', 'Z[1][0,0] part 3', 'Z[1][0,0]']
    """
    whole = statement.quantity
    name = numbers.trace.name(whole)
    parts: list[Line] = []

    def part(terms: tuple[Formula, ...]) -> Quantity:
        number = len(parts) + 1
        quantity = Quantity(f"part of {whole.name}", (*whole.indices, number))
        numbers.known[quantity] = numbers.value(Add(terms))
        parts.append(Line(quantity, f"{name} part {number}", numbers.known[quantity], Add(terms)))
        return quantity

    def shorter(tree: Formula) -> Formula:
        tree = rebuild(tree, shorter)
        while isinstance(tree, Add) and len(tree.terms) > MOST_TERMS:
            terms = tree.terms
            starts = range(0, len(terms), MOST_TERMS)
            tree = Add(tuple(part(terms[start : start + MOST_TERMS]) for start in starts))
        return tree

    tree = Number(statement.value) if statement.tree is None else statement.tree
    tree = tree if numbers.trace.rounding else shorter(tree)  # a hand rounds the sum and not its parts
    return [*parts, Line(whole, name, statement.value, tree)]
