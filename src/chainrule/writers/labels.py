"""Where the labels of a picture's lines stand: along their line, near its start, none on another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from chainrule.network.array import Array
from chainrule.writers.layout import Edge, Layout, Point

ABOVE, BELOW, AIR = 14.0, 13.0, 5.0  # how far a label reaches over and under its line, and from its ends
TRIED, SWEEPS = 21, 6  # how many places on its line a label tries, and how often all of them try again
BEGINNINGS = 4  # every which of the places is one that the labels begin at
HIDDEN, OF_LINES, OF_DISTANCE = 60.0, 0.12, 0.04  # what is worse: one on another, on a line, being far


@dataclass(frozen=True)
class Place:
    """Where a label stands: a rectangle turned with its line.

    Parameters
    ----------
    x, y : float
        The point of the line that is its middle.
    angle : float
        By how much it is turned, in radians, clockwise as pictures count.
    width : float
        How long it is.
    above, below : float
        How far it reaches over and under the line.
    """

    x: float
    y: float
    angle: float
    width: float
    above: float = ABOVE
    below: float = BELOW

    @property
    def corners(self) -> tuple[Point, ...]:
        """Its four corners."""
        cos, sin, half = math.cos(self.angle), math.sin(self.angle), self.width / 2
        ends = [(-half, -self.above), (half, -self.above), (half, self.below), (-half, self.below)]
        return tuple((self.x + u * cos - v * sin, self.y + u * sin + v * cos) for u, v in ends)


def label_places(drawn: Layout, widths: Sequence[tuple[Edge, float]]) -> list[Place]:
    """Return where each label stands, so that none hides another and few lie on a line.

    Parameters
    ----------
    drawn : Layout
        The picture.
    widths : sequence of (Edge, float)
        The lines that have a label, and how long that is.
    """
    found: dict[int, Place] = {}
    for layer in sorted({edge.layer for edge, _ in widths}):
        of_layer = [n for n, (edge, _) in enumerate(widths) if edge.layer == layer]
        lines = [edge for edge in drawn.edges if edge.layer == layer]
        found |= dict(zip(of_layer, _settled([widths[n] for n in of_layer], lines), strict=True))
    return [found[n] for n in range(len(widths))]


def _settled(widths: Sequence[tuple[Edge, float]], lines: Sequence[Edge]) -> list[Place]:
    """Return the places of the labels between two columns, the best that several beginnings lead to."""
    tries = [_tries(edge, width) for edge, width in widths]
    places = [place for each in tries for place in each]
    alone, clash = _alone(widths, tries, lines), _clashes(places, places)
    found = [_improved(begin, alone, clash) for begin in range(0, TRIED, BEGINNINGS)]
    best = min(found, key=lambda chosen: alone[chosen].sum() + clash[np.ix_(chosen, chosen)].sum())
    return [places[c] for c in best]


def _improved(begin: int, alone: Array, clash: Array) -> list[int]:
    """Return which place each label takes, all of them beginning at the same one on their lines.

    One after the other takes its best beside the others; then pairs that still clash move together.
    """
    chosen = list(range(begin, len(alone), TRIED))
    for _ in range(SWEEPS):
        before = list(chosen)
        for n in range(len(chosen)):
            _move(chosen, (n,), alone, clash)
        for n, m in combinations(range(len(chosen)), 2):
            if clash[chosen[n], chosen[m]] > 0:
                _move(chosen, (n, m), alone, clash)
        if chosen == before:
            break
    return chosen


def _move(chosen: list[int], moved: tuple[int, ...], alone: Array, clash: Array) -> None:
    """Move one label, or two at once, to where they are best beside the others."""
    own = [slice(TRIED * n, TRIED * (n + 1)) for n in moved]
    others = [c for n, c in enumerate(chosen) if n not in moved]
    costs = [alone[each] + clash[each, others].sum(axis=1) for each in own]
    if len(moved) == 2:
        costs = [costs[0][:, None] + costs[1][None, :] + clash[own[0], own[1]]]
    for n, at in zip(moved, np.unravel_index(int(np.argmin(costs[0])), costs[0].shape), strict=True):
        chosen[n] = TRIED * n + int(at)


def _tries(edge: Edge, width: float) -> list[Place]:
    """Return the places that a label may have on its line, from its start on."""
    (x1, y1), (x2, y2) = edge.ends
    length, angle = math.hypot(x2 - x1, y2 - y1), math.atan2(y2 - y1, x2 - x1)
    first, last = width / 2 + AIR, max(width / 2 + AIR, length - width / 2 - AIR)
    ways = [(first + (last - first) * step / (TRIED - 1)) / length for step in range(TRIED)]
    return [Place(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t, angle, width) for t in ways]


def _alone(widths: Sequence[tuple[Edge, float]], tries: list[list[Place]], lines: Sequence[Edge]) -> Array:
    """Return what each place costs whatever the other labels do: what it hides, and how far it is."""
    nodes = {id(node): node for edge in lines for node in (edge.start, edge.end)}.values()
    cards = [Place(each.x, each.y, 0.0, each.width, each.height / 2, each.height / 2) for each in nodes]
    on_cards = _clashes([place for each in tries for place in each], cards).sum(axis=1)
    on_lines = [
        OF_LINES * sum(_inside(place, *other.ends) for other in lines if other is not edge)
        + OF_DISTANCE * math.hypot(place.x - each[0].x, place.y - each[0].y)
        for (edge, _), each in zip(widths, tries, strict=True)
        for place in each
    ]
    return np.asarray(on_cards + np.array(on_lines))


def _clashes(ones: Sequence[Place], others: Sequence[Place]) -> Array:
    """Return what it costs that one hides another: 0 where they lie apart."""
    depth = overlaps(ones, others)
    return np.where(depth > 0, HIDDEN + depth, 0.0)


def overlaps(ones: Sequence[Place], others: Sequence[Place]) -> Array:
    """Return how deep each rectangle reaches into each other one, 0 where they lie apart.

    Two rectangles lie apart when their shadows on a side of one of them do.

    Returns
    -------
    array of shape (len(ones), len(others))
        In pixels.
    """
    reach = np.minimum(_shared(ones, others), _shared(others, ones).T)
    return np.maximum(reach, 0.0)


def _shared(ones: Sequence[Place], others: Sequence[Place]) -> Array:
    """Return by how much the shadows of two rectangles on the sides of the second are both there."""
    turned = np.array([each.angle for each in others])
    axes = np.stack([np.cos(turned), np.sin(turned), -np.sin(turned), np.cos(turned)], 1).reshape(-1, 2, 2)
    shadows = np.einsum("ncx,max->nmac", np.array([each.corners for each in ones]), axes)
    own = np.einsum("mcx,max->mac", np.array([each.corners for each in others]), axes)
    last = np.minimum(shadows.max(-1), own.max(-1)[None])
    return np.asarray((last - np.maximum(shadows.min(-1), own.min(-1)[None])).min(-1))


def _inside(place: Place, start: Point, end: Point) -> float:
    """Return how much of a line lies inside a rectangle."""
    cos, sin = math.cos(place.angle), math.sin(place.angle)
    seen = [
        ((x - place.x) * cos + (y - place.y) * sin, (y - place.y) * cos - (x - place.x) * sin)
        for x, y in (start, end)
    ]
    (u1, v1), (u2, v2) = seen
    first, last = 0.0, 1.0
    for begin, step, least, most in (
        (u1, u2 - u1, -place.width / 2, place.width / 2),
        (v1, v2 - v1, -place.above, place.below),
    ):
        if step == 0:
            if not least <= begin <= most:
                return 0.0
            continue
        near, far = sorted(((least - begin) / step, (most - begin) / step))
        first, last = max(first, near), min(last, far)
    return max(0.0, last - first) * math.hypot(u2 - u1, v2 - v1)
