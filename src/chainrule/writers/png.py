"""The picture of a network as .png, drawn by Matplotlib where that is wanted instead of .svg."""

import io
import math
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError
from chainrule.trace.step import Trace
from chainrule.writers.layout import Edge, Node
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.picture import NAME, ROW, Picture, of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 150
PIXEL = 1 / 72  # inches on the page
BELOW = 22.0  # the room for the number of a shared bias
SMALL, NAMED = 7.6, 8.6  # sizes of letters, in points
INK, QUIET, LINE, FORWARD, BACKWARD = "#1b2430", "#5c6675", "#98a1b0", "#1f5fa8", "#a33d12"
HALO = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}


def document(trace: Trace, options: Options) -> bytes:
    """Write the picture of a trace's network as .png.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from; it goes into the file's own text.

    Raises
    ------
    ChainruleError
        If Matplotlib is not installed, with the command that installs it.

    Examples
    --------
    >>> import chainrule as cr
    >>> document(cr.tutorials.load("jain").trace(), Options())[1:4]
    b'PNG'
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ChainruleError(
            'a .png needs matplotlib, which is not installed; install it with: pip install "chainrule[plot]"'
        ) from None
    shown = Options(min(options.digits, 4), options.decimals).of(trace)
    picture = of(trace, True, shown)
    drawn = picture.layout
    height = drawn.height + BELOW
    figure = Figure(figsize=(drawn.width * PIXEL, height * PIXEL))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, drawn.width)
    axes.set_ylim(height, 0)
    axes.set_axis_off()
    _lines(axes, picture)
    for node in drawn.nodes:
        _node(axes, picture, node)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None, **_origin(trace, options)})
    return file.getvalue()


def _lines(axes: "Axes", picture: Picture) -> None:
    """Draw the lines, what is written at them, and the headings."""
    for edge in picture.layout.edges:
        (x1, y1), (x2, y2) = edge.ends
        dash = "--" if picture.negative(edge) else "-"
        axes.plot([x1, x2], [y1, y2], color=LINE, linewidth=0.9, linestyle=dash, zorder=1)
    for _, said, place in picture.labels():
        for text, color, off in ((said[0], INK, -6.0), (said[1], BACKWARD, 7.0)):
            x, y = place.x - off * math.sin(place.angle), place.y + off * math.cos(place.angle)
            turned = {"rotation": -math.degrees(place.angle), "rotation_mode": "anchor"}
            _write(axes, x, y, text, size=SMALL, color=color, zorder=2, bbox=HALO, **turned)
    for l, x in enumerate(picture.layout.columns):
        _write(axes, x, 18, picture.heading(l), size=SMALL, color=QUIET)
    for l in range(1, picture.network.depth + 1):
        if picture.crowded(l):
            x = (picture.layout.columns[l - 1] + picture.layout.columns[l]) / 2
            _write(axes, x, 33, picture.sizes(l), size=SMALL, color=QUIET)


def _node(axes: "Axes", picture: Picture, node: Node) -> None:
    """Draw a unit with its numbers, a bias, or a folded layer."""
    from matplotlib.patches import Circle, FancyBboxPatch

    looks: dict[str, Any] = {"facecolor": "white", "edgecolor": LINE, "linewidth": 0.9, "zorder": 3}
    left, top = node.x - node.width / 2, node.y - node.height / 2
    if node.kind == "bias":
        axes.add_patch(Circle((node.x, node.y), node.width / 2, linestyle=":", **looks))
        _write(axes, node.x, node.y, "1", size=SMALL, zorder=4)
        if picture.numbers and picture.shared(node.layer):
            over, under = picture.label(Edge("b", node.layer, 0, 0, node, node))
            _write(axes, node.x, node.bottom + 11, over, size=SMALL)
            _write(axes, node.x, node.bottom + 25, under, size=SMALL, color=BACKWARD)
        return
    shape = "round,pad=0,rounding_size=9"
    axes.add_patch(FancyBboxPatch((left, top), node.width, node.height, boxstyle=shape, **looks))
    if node.kind == "block":
        _write(axes, node.x, node.y, f"{picture.network.sizes[node.layer]:,}\nunits", size=NAMED, zorder=4)
        return
    rows = picture.rows(node.layer, node.unit)
    first = node.y if not rows else top + (node.height - NAME - ROW * len(rows)) / 2 + 11
    _write(axes, node.x, first, picture.unit(node.layer, node.unit), size=NAMED, weight="bold", zorder=4)
    for n, (kind, said, value) in enumerate(rows, 1):
        color = BACKWARD if kind == "delta" else FORWARD
        for x, text, side in ((left + 8, said, "left"), (left + node.width - 8, value, "right")):
            _write(axes, x, first + ROW * n, text, size=SMALL, color=color, zorder=4, ha=side)


def _write(axes: "Axes", x: float, y: float, text: str, **looks: Any) -> None:
    """Write text letter by letter: Matplotlib would read $ as mathematics."""
    said = "\n".join(map(shown_controls, text.split("\n"))).replace("$", r"\$")
    axes.text(x, y, said, **{"ha": "center", "va": "center", "color": INK, **looks})


def _origin(trace: Trace, options: Options) -> dict[str, str]:
    said = "; ".join(f"{name}: {value}" for name, value in options.provenance(trace).items())
    return {"Comment": said.encode("latin-1", "replace").decode("latin-1")}
