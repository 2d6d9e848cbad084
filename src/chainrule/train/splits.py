"""Which rows are held out: a pure function of the seed."""

import numpy as np

from chainrule.errors import InvalidValueError, sentence
from chainrule.network import draws
from chainrule.network.array import Array


def hold_out(
    rows: int,
    fraction: float,
    seed: int,
    *,
    classes: Array | None = None,
    groups: Array | None = None,
    times: Array | None = None,
) -> tuple[Array, Array]:
    """Divide rows into those to learn from and those held out.

    Parameters
    ----------
    rows : int
        How many there are.
    fraction : float
        The part held out, above 0 and below 1; at least one row, and never all.
    seed : int
        Of the draw.
    classes : array, shape (rows,), optional
        The class of each row: each class is then held out in the same part, as nearly as whole rows
        allow, and keeps one row to learn from.
    groups : array, shape (rows,), optional
        Rows of one group stay together.
    times : array, shape (rows,), optional
        The latest rows are held out; nothing is drawn.

    Returns
    -------
    learned, held : array of int
        The numbers of the rows, in order.

    Raises
    ------
    InvalidValueError
        When the fraction is out of its range, or nothing would be left on one side.

    Examples
    --------
    >>> learned, held = hold_out(10, 0.2, seed=0)
    >>> len(learned), len(held)
    (8, 2)
    """
    if not 0 < fraction < 1:
        raise InvalidValueError(sentence("the part of the rows held out", fraction, "above 0 and below 1"))
    if times is not None:
        held = np.argsort(times, kind="stable")[rows - how_many(rows, fraction) :]
    elif groups is not None:
        held = _whole_groups(groups, fraction, seed)
    elif classes is not None:
        held = _of_each_class(classes, fraction, seed)
    else:
        held = shuffled(rows, seed)[: how_many(rows, fraction)]
    kept = np.ones(rows, dtype=bool)
    kept[held] = False
    if not kept.any() or kept.all():
        raise InvalidValueError(
            sentence("the number of rows", rows, "enough to hold some out and to learn from the others")
        )
    return np.flatnonzero(kept), np.sort(held)


def how_many(rows: int, fraction: float) -> int:
    """Return how many rows a fraction is: at least one, and never all where there are two or more."""
    return min(max(1, round(rows * fraction)), max(1, rows - 1))


def shuffled(count: int, seed: int, part: int = 0) -> Array:
    """Return the numbers below `count` in random order, a pure function of the arguments."""
    return np.argsort(draws.words(count, seed, "split", part), kind="stable")


def _of_each_class(classes: Array, fraction: float, seed: int) -> Array:
    """Return the rows held out: of each class its share, the shares rounded so that they add up."""
    labels, of_row = np.unique(classes, return_inverse=True)
    sizes = np.bincount(of_row)
    exact = sizes * fraction
    shares = np.floor(exact).astype(int)
    missing = how_many(len(classes), fraction) - shares.sum()
    # The classes with the largest remainders take one more; a class never gives its last row.
    room = shares < sizes - 1
    by_remainder = np.argsort(np.where(room, shares - exact, np.inf), kind="stable")
    shares[by_remainder[: max(0, min(missing, int(room.sum())))]] += 1
    held = [
        np.flatnonzero(of_row == c)[shuffled(sizes[c], seed, part=c + 1)[: shares[c]]]
        for c in range(len(labels))
    ]
    return np.concatenate(held)


def _whole_groups(groups: Array, fraction: float, seed: int) -> Array:
    """Return the rows of so many groups, in random order, that their part of the rows is nearest."""
    labels, of_row = np.unique(groups, return_inverse=True)
    sizes = np.bincount(of_row)
    order = shuffled(len(labels), seed)
    taken = np.cumsum(sizes[order])
    count = 1 + int(np.argmin(np.abs(taken - fraction * len(groups))))
    return np.flatnonzero(np.isin(of_row, order[: min(count, len(labels) - 1)]))
