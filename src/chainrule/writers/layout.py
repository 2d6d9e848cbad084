"""Where each node of a network's picture stands, and which lines join them; every picture uses it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, TypeAlias

from chainrule.network.network import Network

FOLDED = 8  # units above which a layer is drawn as one block

MARGIN, HEAD, BETWEEN = 14.0, 46.0, 28.0  # around it, for the headings, between the units of a column
GAP = 140.0  # between columns without labels
BIAS = 13.0  # the radius of a bias
BLOCK = (84.0, 116.0)  # the size of a folded layer

Point: TypeAlias = tuple[float, float]
Kind: TypeAlias = Literal["unit", "bias", "block"]


@dataclass(frozen=True)
class Node:
    """A unit, a bias, or a folded layer.

    Parameters
    ----------
    kind : {"unit", "bias", "block"}
        What it is.
    layer, unit : int
        Whose: the layer from 0, the unit in it; of a bias the layer that it feeds, and 0.
    x, y : float
        Its middle.
    width, height : float
        Its size.
    """

    kind: Kind
    layer: int
    unit: int
    x: float
    y: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.y + self.height / 2


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

    kind: Literal["W", "b", "block"]
    layer: int
    source: int
    unit: int
    start: Node
    end: Node

    @property
    def ends(self) -> tuple[Point, Point]:
        """Where the line begins and ends: in the middle of the sides that face each other."""
        start, end = self.start, self.end
        return (start.x + start.width / 2, start.y), (end.x - end.width / 2, end.y)


@dataclass(frozen=True)
class Layout:
    """The picture of a network, in pixels.

    Parameters
    ----------
    nodes, edges : tuple
        What is drawn.
    columns : tuple of float
        The middle of the column of each layer, the inputs first.
    width, height : float
        Its size.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    columns: tuple[float, ...]
    width: float
    height: float


def layout(network: Network, card: Point = (60.0, 34.0), gaps: Sequence[float] = ()) -> Layout:
    """Return the layout of a network: layers as columns, the bias of each as a node of its own.

    Parameters
    ----------
    network : Network
        The network.
    card : (float, float)
        The size of a unit.
    gaps : sequence of float
        How far apart the columns are, from left to right; by default as far as looks well.

    Examples
    --------
    >>> drawn = layout(Network.dense([2, 3, 1]))
    >>> len(drawn.nodes), len(drawn.edges)
    (8, 13)
    >>> [node.kind for node in layout(Network.dense([784, 2])).nodes]
    ['block', 'unit', 'unit', 'bias']
    """
    widest = max(card[0], BLOCK[0] if max(network.sizes) > FOLDED else 0.0)
    across = [
        MARGIN + widest / 2 + widest * l + reach
        for l, reach in enumerate(accumulate(gaps or [GAP] * network.depth, initial=0.0))
    ]
    tallest = max(_height(size, card[1]) for size in network.sizes)
    columns = [_column(l, size, across[l], HEAD + tallest / 2, card) for l, size in enumerate(network.sizes)]
    biases = {
        l: _bias(l, columns[l - 1][-1])
        for l in range(1, network.depth + 1)
        if network.layer(l).bias != "none"
    }
    edges = [edge for l in range(1, network.depth + 1) for edge in _edges(network, l, columns, biases.get(l))]
    nodes = (*(node for column in columns for node in column), *biases.values())
    bottom = max(node.bottom for node in nodes)
    return Layout(nodes, tuple(edges), tuple(across), across[-1] + widest / 2 + MARGIN, bottom + MARGIN)


def folded(network: Network, l: int) -> bool:
    """Return whether a layer is drawn as one block."""
    return network.sizes[l] > FOLDED


def _height(size: int, unit: float) -> float:
    return BLOCK[1] if size > FOLDED else size * (unit + BETWEEN) - BETWEEN


def _column(l: int, size: int, x: float, middle: float, card: Point) -> list[Node]:
    """Return the units of a layer from top to bottom, or its block."""
    if size > FOLDED:
        return [Node("block", l, 0, x, middle, *BLOCK)]
    width, height = card
    top = middle - _height(size, height) / 2 + height / 2
    return [Node("unit", l, j, x, top + (height + BETWEEN) * j, width, height) for j in range(size)]


def _bias(l: int, last: Node) -> Node:
    """Return the node that feeds the biases of layer l: it stands below the layer before."""
    return Node("bias", l, 0, last.x, last.bottom + BETWEEN + BIAS, 2 * BIAS, 2 * BIAS)


def _edges(network: Network, l: int, columns: list[list[Node]], bias: Node | None) -> Iterator[Edge]:
    before, after = columns[l - 1], columns[l]
    folded = before[0].kind == "block" or after[0].kind == "block"
    for start in before:
        yield from (Edge("block" if folded else "W", l, start.unit, end.unit, start, end) for end in after)
    if bias is not None:
        shared = network.layer(l).bias == "shared"
        for end in after:
            yield Edge(
                "block" if end.kind == "block" else "b", l, 0 if shared else end.unit, end.unit, bias, end
            )
