"""Long sums cut short, so that what is written of a wide layer can be read, and opened at all."""

from collections.abc import Iterator
from dataclasses import replace

from chainrule.network.formula import Add, Formula, Function, Sum, at, children, rebuild, terms_of
from chainrule.trace.step import Family

ELLIPSIS = Function("…", ())  # stands for the terms that are left out
FIRST = 2  # terms that are shown before it; one is behind it


def shortened(family: Family, most: int) -> Family:
    """Return the same family, its formula showing only the ends of sums of more than `most` terms.

    Parameters
    ----------
    family : Family
        Numbers of one kind.
    most : int
        How many terms are shown whole; 3 are always.

    Examples
    --------
    >>> import numpy as np
    >>> import chainrule as cr
    >>> trace = cr.Model(cr.Network.dense([9, 1]), seed=0).trace(np.ones((1, 9)), [[0.0]])
    >>> net = trace.families[0]
    >>> [len(next(trace.statements(each)).tree.terms) for each in (net, shortened(net, 5))]
    [10, 5]
    """
    if family.tree is None or not cut_sums(family, most):
        return family
    return replace(family, tree=_cut(family.tree, family, most))


def cut_sums(family: Family, most: int) -> list[int]:
    """Return how many terms the sums of a family have that are cut: to be said wherever they are."""
    if family.tree is None:
        return []
    sizes = {family.sizes[sum_.index] for sum_ in _sums(family.tree)}
    return sorted(size for size in sizes if size > _whole(most))


def _whole(most: int) -> int:
    """Return how many terms are shown whole: cutting fewer than these would save nothing."""
    return max(most, FIRST + 1)


def _sums(tree: Formula) -> Iterator[Sum]:
    if isinstance(tree, Sum):
        yield tree
    for child in children(tree):
        yield from _sums(child)


def _cut(tree: Formula, family: Family, most: int) -> Formula:
    tree = rebuild(tree, lambda child: _cut(child, family, most))
    if not isinstance(tree, Sum) or family.sizes[tree.index] <= _whole(most):
        return tree
    ends = (*range(FIRST), family.sizes[tree.index] - 1)
    *first, last = [at(tree.body, {tree.index: place}) for place in ends]
    return Add((*(term for each in first for term in terms_of(each)), ELLIPSIS, *terms_of(last)))
