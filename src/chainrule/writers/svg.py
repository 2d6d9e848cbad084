"""A network as a picture: layers as columns, every bias a node, a negative weight a dashed line."""

from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.trace.naming import Naming
from chainrule.trace.step import Trace
from chainrule.writers.layout import RADIUS, Edge, Layout, Node, label_places, layout
from chainrule.writers.mathml import escaped
from chainrule.writers.options import Options

STYLE = """
.net { font: 12px ui-sans-serif, system-ui, sans-serif; --ink: #1b2430; --quiet: #667081; --line: #8a94a6;
  --fill: #ffffff; --page: #ffffff; --forward: #1f5fa8; --backward: #a33d12; --lit: #ffd76a; }
@media screen and (prefers-color-scheme: dark) { .net { --ink: #e6eaf0; --quiet: #9aa5b5; --line: #66728a;
  --fill: #1a2029; --page: #12161d; --forward: #7db4f5; --backward: #f0a070; --lit: #8a6a12; } }
.net .node circle, .net .node rect { fill: var(--fill); stroke: var(--ink); stroke-width: 1.4; }
.net .bias circle { stroke-dasharray: 2 2; }
.net text { fill: var(--ink); text-anchor: middle; }
.net .forward { fill: var(--forward); }
.net .backward { fill: var(--backward); }
.net .edge line { stroke: var(--line); stroke-width: 1.2; }
.net .negative line { stroke-dasharray: 6 4; }
.net .edge text { font-size: 11px; paint-order: stroke; stroke: var(--page); stroke-width: 4px; }
.net .lit circle, .net .lit rect { fill: var(--lit); }
.net .lit line { stroke: var(--backward); stroke-width: 2.6; }
.net .lit text { font-weight: 600; }
"""


def svg(
    thing: Network | Trace,
    *,
    numbers: bool = True,
    style: bool = True,
    options: Options = Options(digits=4),  # noqa: B008 - it is frozen
) -> str:
    """Draw a network, or the network of a trace with its numbers.

    Parameters
    ----------
    thing : Network or Trace
        What is drawn; a network by itself has no numbers.
    numbers : bool
        Whether a trace's numbers are on it: net, out and delta at each unit, weight at each line.
    style : bool
        Whether the picture brings its own style, as a file needs it.
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
    if isinstance(thing, Trace):
        return _Picture(thing.network, thing.naming, thing if numbers else None, options).draw(style)
    return _Picture(thing, Naming(), None, options).draw(style)


def document(trace: Trace, options: Options) -> str:
    """Write the picture of a trace's network as a file."""
    origin = "; ".join(f"{name}: {value}" for name, value in options.provenance(trace).items())
    shown = Options(min(options.digits, 4), options.decimals).of(trace)
    drawn = svg(trace, options=shown)
    said = escaped(origin).replace("--", "- -")
    return f"{drawn[:-6]}<!-- {said} --></svg>\n"


class _Picture:
    """Draws one network."""

    def __init__(self, network: Network, naming: Naming, trace: Trace | None, options: Options) -> None:
        self.network, self.naming, self.trace, self.options = network, naming, trace, options
        self.rows = 0 if trace is None else len(trace.start.data.X)

    def draw(self, style: bool) -> str:
        """Return the whole picture."""
        placed: Layout = layout(self.network)
        title = f"The network {self.network}"
        parts = [
            f'<svg class="net" role="img" xmlns="http://www.w3.org/2000/svg" aria-label="{escaped(title)}" '
            f'viewBox="0 0 {placed.width:g} {placed.height:g}" width="{placed.width:g}" '
            f'height="{placed.height:g}">',
            f"<title>{escaped(title)}</title>",
            f"<style>{STYLE}</style>" if style else "",
            *map(self._edge, placed.edges),
            *self._labels(placed),
            *map(self._node, placed.nodes),
            "</svg>",
        ]
        return "\n".join(part for part in parts if part)

    def _number(self, kind: str, *place: int) -> str:
        """Return a number of the trace's first row, with the digits of a picture."""
        assert self.trace is not None
        return self.options.value(self.trace, Quantity(kind, place))

    def _node(self, node: Node) -> str:
        x, y = node.x, node.y
        if node.kind == "bias":
            return (
                f'<g class="node bias" id="bias-{node.layer}"><circle cx="{x:g}" cy="{y:g}" r="15"/>'
                f'<text x="{x:g}" y="{y + 4:g}">1</text></g>'
            )
        if node.kind == "block":
            size = f"{self.network.sizes[node.layer]:,}"
            return (
                f'<g class="node block" id="layer-{node.layer}">'
                f'<rect x="{x - 34:g}" y="{y - 46:g}" width="68" height="92" rx="6"/>'
                f'<text x="{x:g}" y="{y:g}">{size}</text><text x="{x:g}" y="{y + 16:g}">units</text></g>'
            )
        name = escaped(short(unit_name(self.naming, node)))
        return (
            f'<g class="node" id="unit-{node.layer}-{node.unit}">'
            f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS:g}"/>'
            f'<text x="{x:g}" y="{y + 4:g}">{name}</text>{self._beside(node)}</g>'
        )

    def _beside(self, node: Node) -> str:
        """Return the numbers of a unit, below it."""
        if self.trace is None or not self.rows:
            return ""
        l, j = node.layer, node.unit
        lines = [("forward", f"out {self._number('A', l, 0, j)}")]
        if l:
            lines.insert(0, ("forward", f"net {self._number('Z', l, 0, j)}"))
            lines.append(("backward", f"δ {self._number('delta', l, 0, j)}"))
        below = node.y + RADIUS + 14
        return "".join(
            f'<text class="{kind}" x="{node.x:g}" y="{below + 14 * row:g}">{line}</text>'
            for row, (kind, line) in enumerate(lines)
        )

    def _edge(self, edge: Edge) -> str:
        negative = " negative" if self._negative(edge) else ""
        (x1, y1), (x2, y2) = edge.ends
        return (
            f'<g class="edge{negative}" id="{edge_id(edge)}">'
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/></g>'
        )

    def _negative(self, edge: Edge) -> bool:
        return self.trace is not None and edge.kind != "block" and self.trace.value(weight_of(edge)) < 0

    def _labels(self, drawn: Layout) -> list[str]:
        """Return the weights at their lines."""
        if self.trace is None:
            return []
        labels = [(edge, self._said(edge)) for edge in drawn.edges if edge.kind != "block"]
        return [
            f'<g class="edge"><text x="{x:.1f}" y="{y - 3:.1f}">{escaped(said)}</text></g>'
            for (_, said), (x, y) in zip(labels, label_places(drawn, labels), strict=True)
        ]

    def _said(self, edge: Edge) -> str:
        """Return the name and the number of a weight."""
        assert self.trace is not None
        weight = weight_of(edge)
        return f"{short(self.trace.name(weight), 14)} {self.options.value(self.trace, weight)}"


def unit_name(naming: Naming, node: Node) -> str:
    """Return what a unit is called: by itself where the reader's notation has such names."""
    units = naming.tables.get("units")
    if units is not None and node.layer < len(units):
        return str(units[node.layer][node.unit])
    return naming.name(Quantity("A", (node.layer, 0, node.unit)))


def weight_of(edge: Edge) -> Quantity:
    """Return the weight or bias that a line stands for."""
    if edge.kind == "b":
        return Quantity("b", (edge.layer, edge.source))
    return Quantity("W", (edge.layer, edge.source, edge.unit))


def edge_id(edge: Edge) -> str:
    """Return the id of a line in the picture."""
    start = f"bias-{edge.layer}" if edge.start.kind == "bias" else f"from-{edge.source}"
    return f"edge-{edge.layer}-{start}-to-{edge.unit}"


def short(name: str, most: int = 10) -> str:
    """Return a name that fits its place."""
    return name if len(name) <= most else f"{name[: most - 1]}…"
