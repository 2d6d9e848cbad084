"""Where each node of a network's picture stands, and which lines join them; every picture uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chainrule.network.network import Network

FOLDED = 8  # units above which a layer is drawn as one block
COLUMN, ROW, RADIUS, MARGIN = 250.0, 118.0, 25.0, 44.0
RIMS = {"unit": RADIUS, "bias": 15.0, "block": 36.0}  # how far a line keeps from the middle of a node

LETTER, LINE = 6.3, 13.0  # the size of a letter of a label
ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)  # where on its line a label may stand

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Node:
    """A unit, a bias, or a folded layer.

    Parameters
    ----------
    kind : {"unit", "bias", "block"}
        What it is.
    layer, unit : int
        Whose: the layer from 0, the unit in it; of a bias the layer that it feeds, and which of its
        biases.
    x, y : float
        Its middle.
    """

    kind: str
    layer: int
    unit: int
    x: float
    y: float


@dataclass(frozen=True)
class Edge:
    """A weight or bias as a line.

    Parameters
    ----------
    kind : {"W", "b", "block"}
        What it is; "block" where one of its ends is folded and it stands for many.
    layer, source, unit : int
        From which input or bias to which unit of which layer.
    start, end : Node
        What it joins.
    """

    kind: str
    layer: int
    source: int
    unit: int
    start: Node
    end: Node

    @property
    def ends(self) -> tuple[Point, Point]:
        """Where the line begins and ends: at the rims of its nodes."""
        (x1, y1), (x2, y2) = (self.start.x, self.start.y), (self.end.x, self.end.y)
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        first, last = RIMS[self.start.kind], RIMS[self.end.kind]
        return (x1 + first * ux, y1 + first * uy), (x2 - last * ux, y2 - last * uy)


@dataclass(frozen=True)
class Layout:
    """The picture of a network, in pixels.

    Parameters
    ----------
    nodes, edges : tuple
        What is drawn.
    width, height : float
        Its size.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


def layout(network: Network) -> Layout:
    """Return the layout of a network: layers as columns, each bias as a node of its own.

    Examples
    --------
    >>> drawn = layout(Network.dense([2, 3, 1]))
    >>> len(drawn.nodes), len(drawn.edges)
    (8, 13)
    >>> [node.kind for node in layout(Network.dense([784, 2])).nodes]
    ['block', 'unit', 'unit', 'bias']
    """
    shown = [1 if size > FOLDED else size for size in network.sizes]
    biased = [layer.bias != "none" for layer in network.layers]
    rows = max(count + (l < len(biased) and biased[l]) for l, count in enumerate(shown))
    height = 2 * MARGIN + ROW * (rows - 1) + 50
    columns = [_column(network, l, shown[l], height) for l in range(len(shown))]
    biases = [_bias(l, columns[l - 1]) if biased[l - 1] else None for l in range(1, len(shown))]
    edges = [
        edge
        for l in range(1, len(shown))
        for edge in _edges(network, l, columns[l - 1], columns[l], biases[l - 1])
    ]
    nodes = [node for column in columns for node in column] + [bias for bias in biases if bias]
    width = 2 * MARGIN + COLUMN * (len(shown) - 1) + 40
    return Layout(tuple(nodes), tuple(edges), width, height)


def _column(network: Network, l: int, count: int, height: float) -> list[Node]:
    """Return the units of a layer from top to bottom, or its block."""
    x, folded = MARGIN + 20 + COLUMN * l, network.sizes[l] > FOLDED
    with_bias = l < network.depth and network.layer(l + 1).bias != "none"
    top = (height - 40 - ROW * (count - 1 + with_bias)) / 2
    kind = "block" if folded else "unit"
    return [Node(kind, l, j, x, top + ROW * j) for j in range(count)]


def _bias(l: int, before: list[Node]) -> Node:
    """Return the node that feeds the biases of layer l: it stands below the layer before."""
    last = before[-1]
    return Node("bias", l, 0, last.x, last.y + ROW)


def _edges(network: Network, l: int, before: list[Node], after: list[Node], bias: Node | None) -> list[Edge]:
    folded = before[0].kind == "block" or after[0].kind == "block"
    kind = "block" if folded else "W"
    edges = [Edge(kind, l, start.unit, end.unit, start, end) for start in before for end in after]
    if bias is not None:
        shared = network.layer(l).bias == "shared"
        of_bias = "block" if after[0].kind == "block" else "b"
        edges += [Edge(of_bias, l, 0 if shared else end.unit, end.unit, bias, end) for end in after]
    return edges


def label_places(drawn: Layout, labels: Sequence[tuple[Edge, str]]) -> list[Point]:
    """Return where the middle of each label stands on its line, so that they hide each other least.

    Parameters
    ----------
    drawn : Layout
        The picture.
    labels : sequence of (Edge, str)
        What is written at which line.
    """
    taken = [(n.x - 42, n.y - RADIUS, n.x + 42, n.y + RADIUS + 46) for n in drawn.nodes if n.kind != "bias"]
    places = []
    for edge, label in labels:
        (x1, y1), (x2, y2) = edge.ends
        points = [(x1 + t * (x2 - x1), y1 + t * (y2 - y1) + off) for off in (0.0, 12.0) for t in ALONG]
        best = min(points, key=lambda point: _hidden(_box(point, label), taken))
        taken.append(_box(best, label))
        places.append(best)
    return places


def _box(middle: Point, label: str) -> Box:
    x, y = middle
    half = LETTER * len(label) / 2 + 3
    return x - half, y - LINE, x + half, y + 2


def _hidden(box: Box, taken: Sequence[Box]) -> float:
    """Return how much of a box lies under others."""
    left, top, right, bottom = box
    return sum(
        max(0.0, min(right, r) - max(left, l)) * max(0.0, min(bottom, b) - max(top, t))
        for l, t, r, b in taken
    )
