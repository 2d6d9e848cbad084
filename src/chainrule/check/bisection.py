"""Finding the few that are wrong among many: along random directions, then by halves."""

from collections.abc import Callable

import numpy as np

from chainrule.network.array import Array

MOST = 20  # found, and then it is enough


def spread(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return random directions, a row each: every entry from 1 to 2 in size, so that none is looked over."""
    return rng.uniform(1, 2, shape) * rng.choice([-1, 1], shape)


def only(direction: Array, places: Array | list[int]) -> Array:
    """Return a direction in which nothing but some places moves.

    Examples
    --------
    >>> only(np.array([3.0, 4.0, 5.0]), [1])
    array([0., 4., 0.])
    """
    masked = np.zeros_like(direction)
    masked[places] = direction[places]
    return masked


def found_by_halves(wrong: Callable[[Array], bool], count: int) -> list[int]:
    """Return the first places of wrong entries, at most 20, by halves and halves of these.

    Parameters
    ----------
    wrong : callable
        Takes places, and returns whether something is wrong among them.
    count : int
        How many places there are.

    Examples
    --------
    >>> found_by_halves(lambda places: bool({3, 700} & set(places.tolist())), 1000)
    [3, 700]
    """
    found: list[int] = []
    parts = [np.arange(count)]
    while parts and len(found) < MOST:
        part = parts.pop()
        if not wrong(part):
            continue
        if len(part) == 1:
            found.append(int(part[0]))
        else:
            parts += [part[len(part) // 2 :], part[: len(part) // 2]]
    return found
