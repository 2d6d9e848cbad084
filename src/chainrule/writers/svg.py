"""A network as a picture: layers as columns, every bias a node, a negative weight a dashed line."""

import math
from collections.abc import Iterator
from importlib.resources import files

from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.trace.step import Trace
from chainrule.writers.layout import MARGIN, Edge, Node
from chainrule.writers.lights import edge_place, place_of
from chainrule.writers.mathml import escaped
from chainrule.writers.options import Options
from chainrule.writers.picture import NAME, ROW, Picture, of, weight_of

STYLE = (files("chainrule.writers") / "templates" / "net.css").read_text("utf-8")

SHARED = 22.0  # the room for the number of a shared bias
KEY = (("", "weight of 0 or above"), ("negative", "weight below 0"))


def svg(
    thing: Network | Trace,
    *,
    numbers: bool = True,
    alone: bool = True,
    scope: str = "",
    options: Options = Options(digits=4),  # noqa: B008 - it is frozen
) -> str:
    """Draw a network, or the network of a trace with its numbers.

    Parameters
    ----------
    thing : Network or Trace
        What is drawn; a network by itself has no numbers.
    numbers : bool
        Whether a trace's numbers are on it: net, out and delta in each unit, weight and gradient at
        each line.
    alone : bool
        Whether the picture brings its own style, background and key, as a file needs them.
    scope : str
        What its ids begin with, where several pictures share a page.
    options : Options
        The digits.

    Returns
    -------
    str
        SVG. Layers of more than eight units are folded into one block.

    Examples
    --------
    >>> svg(Network.dense([2, 1]))[:28]
    '<svg class="net" role="img" '
    """
    return "\n".join(_Drawing(of(thing, numbers, options), scope).lines(alone))


def document(trace: Trace, options: Options) -> str:
    """Write the picture of a trace's network as a file."""
    origin = "; ".join(f"{name}: {value}" for name, value in options.provenance(trace).items())
    shown = Options(min(options.digits, 4), options.decimals).of(trace)
    drawn = svg(trace, options=shown).removesuffix("</svg>")
    said = escaped(origin).replace("--", "- -")
    return f"{drawn}<!-- {said} -->\n</svg>\n"


class _Drawing:
    """Draws one picture."""

    def __init__(self, picture: Picture, scope: str) -> None:
        self.picture, self.network, self.scope = picture, picture.network, scope
        self.drawn = picture.layout
        self.key = picture.trace is not None and picture.numbers

    def lines(self, alone: bool) -> Iterator[str]:
        """Yield the lines of the SVG."""
        width = self.drawn.width
        height = self.drawn.height + SHARED * self._writes_below() + (22 if alone and self.key else 0)
        title, more = f"The network {self.network}", " ".join(self._told())
        yield (
            f'<svg class="net" role="img" xmlns="http://www.w3.org/2000/svg" aria-label="{escaped(title)}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        )
        yield f"<title>{escaped(title)}</title>"
        yield f"<desc>{escaped(more)}</desc>"
        if alone:
            yield f"<style>{STYLE}</style>"
            yield f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="6"/>'
        yield from self._headings()
        yield from map(self._edge, self.drawn.edges)
        yield from self._labels()
        yield from map(self._node, self.drawn.nodes)
        if alone and self.key:
            yield self._key(height - MARGIN + 2)
        yield "</svg>"

    def _writes_below(self) -> bool:
        """Return whether the lowest node has its number below it: a shared bias."""
        return self.key and any(self.picture.shared(l) for l in range(1, self.network.depth + 1))

    def _told(self) -> Iterator[str]:
        """Yield what a screen reader says of the picture."""
        units = [
            f"{size:,} inputs" if not l else f"{size:,} units" for l, size in enumerate(self.network.sizes)
        ]
        yield f"Columns from left to right: {', '.join(units)}."
        biased = [str(l) for l in range(1, self.network.depth + 1) if self.network.layer(l).bias != "none"]
        if biased:
            yield f"A node with a 1 feeds the bias of layer {', '.join(biased)}."
        if self.key:
            yield "Each unit shows its weighted sum, net, its output, out, and its error signal, delta;"
            yield "each line its weight and the gradient of that; lines of weights below 0 are dashed."
            if any(self.picture.crowded(l) for l in range(1, self.network.depth + 1)):
                yield "Where there are too many lines only the number of weights is written."

    def _headings(self) -> Iterator[str]:
        """Yield what stands over the columns, and between them where weights are not written."""
        x = self.drawn.columns
        for l, middle in enumerate(x):
            yield f'<text class="heading" x="{middle:.1f}" y="20">{escaped(self.picture.heading(l))}</text>'
        for l in range(1, self.network.depth + 1):
            if self.picture.crowded(l):
                middle = (x[l - 1] + x[l]) / 2
                yield f'<text class="heading" x="{middle:.1f}" y="36">{escaped(self.picture.sizes(l))}</text>'

    def _node(self, node: Node) -> str:
        match node.kind:
            case "bias":
                return self._bias(node)
            case "block":
                return self._block(node)
            case _:
                return self._unit(node)

    def _unit(self, node: Node) -> str:
        """Draw a unit as a card: its name, below it its numbers."""
        left, top = node.x - node.width / 2, node.y - node.height / 2
        rows = self.picture.rows(node.layer, node.unit)
        place = f"{self.scope}unit-{node.layer}-{node.unit}"
        below = node.y + 4.5 if not rows else top + (node.height - NAME - ROW * len(rows)) / 2 + 15
        lines = [
            f'<g class="row" id="{place}-{kind}">'
            f'<text class="of-number {_way(kind)}" x="{left + 8:.1f}" y="{below + ROW * n:.1f}">{said}</text>'
            f'<text class="number {_way(kind)}" x="{left + node.width - 8:.1f}" y="{below + ROW * n:.1f}" '
            f'data-of="{place_of(Quantity(kind, (node.layer, 0, node.unit)))}">{escaped(value)}</text></g>'
            for n, (kind, said, value) in enumerate(rows, 1)
        ]
        return (
            f'<g class="node" id="{place}"><rect x="{left:.1f}" y="{top:.1f}" width="{node.width:.1f}" '
            f'height="{node.height:.1f}" rx="{10 if rows else 17}"/>'
            f'<text class="name" x="{node.x:.1f}" y="{below:.1f}">'
            f"{escaped(self.picture.unit(node.layer, node.unit))}</text>{''.join(lines)}</g>"
        )

    def _bias(self, node: Node) -> str:
        """Draw a bias: a 1, and below it the number where the whole layer shares it."""
        l = node.layer
        drawn = (
            f'<g class="node bias" id="{self.scope}bias-{l}">'
            f'<circle cx="{node.x:.1f}" cy="{node.y:.1f}" r="{node.width / 2:.1f}"/>'
            f'<text x="{node.x:.1f}" y="{node.y + 4:.1f}">1</text></g>'
        )
        if not (self.key and self.picture.shared(l)):
            return drawn
        over, under = self._label(Edge("b", l, 0, 0, node, node))
        return (
            f'{drawn}<g class="label" id="{self.scope}label-{l}-bias-0">'
            f'<text x="{node.x:.1f}" y="{node.bottom + 14:.1f}">{over}</text>'
            f'<text class="backward" x="{node.x:.1f}" y="{node.bottom + 28:.1f}">{under}</text></g>'
        )

    def _block(self, node: Node) -> str:
        """Draw a folded layer as a stack of cards, with how many units it has."""
        left, top = node.x - node.width / 2, node.y - node.height / 2
        called = "units" if node.layer else "inputs"
        stack = "".join(
            f'<rect x="{left + off:.1f}" y="{top + off:.1f}" width="{node.width - 8:.1f}" '
            f'height="{node.height - 8:.1f}" rx="8"/>'
            for off in (8, 4, 0)
        )
        return (
            f'<g class="node block" id="{self.scope}layer-{node.layer}">{stack}'
            f'<text class="name" x="{node.x - 4:.1f}" y="{node.y - 4:.1f}">'
            f"{self.network.sizes[node.layer]:,}</text>"
            f'<text x="{node.x - 4:.1f}" y="{node.y + 12:.1f}">{called}</text></g>'
        )

    def _edge(self, edge: Edge) -> str:
        (x1, y1), (x2, y2) = edge.ends
        negative = " negative" if self.picture.negative(edge) else ""
        return (
            f'<line class="edge{negative}" id="{self.scope}edge-{edge_place(edge)}" '
            f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
        )

    def _labels(self) -> Iterator[str]:
        """Yield the weight over each line and the gradient under it, turned with the line."""
        for edge, _, place in self.picture.labels():
            over, under = self._label(edge)
            turned = math.degrees(place.angle)
            yield (
                f'<g class="label" id="{self.scope}label-{edge_place(edge)}" '
                f'transform="translate({place.x:.1f} {place.y:.1f}) rotate({turned:.1f})">'
                f'<text y="-4">{over}</text><text class="backward" y="11">{under}</text></g>'
            )

    def _label(self, edge: Edge) -> tuple[str, str]:
        """Return what stands over and under a line, each number with the place of what it is."""
        weight = weight_of(edge)
        gradient = Quantity(f"d{weight.name}", weight.indices)
        of = (place_of(each) for each in (weight, gradient))
        over, under = (
            f'<tspan class="of">{escaped(name)}</tspan> <tspan data-of="{place}">{escaped(value)}</tspan>'
            for place, (name, _, value) in zip(
                of, (said.rpartition(" ") for said in self.picture.label(edge)), strict=True
            )
        )
        return over, under

    def _key(self, y: float) -> str:
        """Draw what the lines mean."""
        lines = "".join(
            f'<line class="{kind}" x1="{MARGIN + 170 * n:.0f}" y1="{y - 4:.0f}" '
            f'x2="{MARGIN + 28 + 170 * n:.0f}" y2="{y - 4:.0f}"/>'
            f'<text x="{MARGIN + 34 + 170 * n:.0f}" y="{y:.0f}">{said}</text>'
            for n, (kind, said) in enumerate(KEY)
        )
        return f'<g class="key">{lines}<text x="{MARGIN + 340:.0f}" y="{y:.0f}">∂ gradient</text></g>'


def _way(kind: str) -> str:
    return "backward" if kind == "delta" else "forward"
