"""The picture of a network as .png, drawn by Matplotlib where that is wanted instead of .svg."""

import io
from typing import TYPE_CHECKING, Any

from chainrule.errors import ChainruleError
from chainrule.network.formula import Quantity
from chainrule.trace.step import Trace
from chainrule.writers.layout import RADIUS, Edge, label_places, layout
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.svg import short, unit_name, weight_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 150
PIXEL = 1 / 72  # inches on the page


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
    drawn = layout(trace.network)
    figure = Figure(figsize=(drawn.width * PIXEL, drawn.height * PIXEL))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, drawn.width)
    axes.set_ylim(drawn.height, 0)
    axes.set_axis_off()
    for edge in drawn.edges:
        (x1, y1), (x2, y2) = edge.ends
        dashed = edge.kind != "block" and trace.value(weight_of(edge)) < 0
        axes.plot(
            [x1, x2], [y1, y2], color="#8a94a6", linewidth=1, linestyle="--" if dashed else "-", zorder=1
        )
    labels = [(edge, _said(trace, edge, shown)) for edge in drawn.edges if edge.kind != "block"]
    for (_, said), (x, y) in zip(labels, label_places(drawn, labels), strict=True):
        halo = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        _write(axes, x, y, said, size=7, bbox=halo, zorder=2)
    for node in drawn.nodes:
        if node.kind == "block":
            size = f"{trace.network.sizes[node.layer]:,}\nunits"
            _write(axes, node.x, node.y, size, size=9, bbox={"boxstyle": "round", "facecolor": "white"})
            continue
        radius = RADIUS if node.kind == "unit" else 15
        axes.scatter(
            [node.x], [node.y], s=(2 * radius) ** 2, facecolor="white", edgecolor="#1b2430", zorder=3
        )
        said = "1" if node.kind == "bias" else short(unit_name(trace.naming, node))
        _write(axes, node.x, node.y, said, size=8, zorder=4)
        if node.kind == "unit":
            _beside(axes, trace, node.layer, node.unit, node.x, node.y + RADIUS + 12, shown)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None, **_origin(trace, options)})
    return file.getvalue()


def _said(trace: Trace, edge: Edge, options: Options) -> str:
    weight = weight_of(edge)
    return f"{short(trace.name(weight), 14)} {options.value(trace, weight)}"


def _beside(axes: "Axes", trace: Trace, l: int, j: int, x: float, y: float, options: Options) -> None:
    """Write the numbers of a unit below it."""
    kinds = [("net", "Z", "#1f5fa8"), ("out", "A", "#1f5fa8"), ("δ", "delta", "#a33d12")]
    shown = kinds if l else kinds[1:2]
    for row, (said, kind, color) in enumerate(shown):
        value = options.value(trace, Quantity(kind, (l, 0, j)))
        _write(axes, x, y + 12 * row, f"{said} {value}", size=7.5, color=color, zorder=4)


def _write(axes: "Axes", x: float, y: float, text: str, **looks: Any) -> None:
    """Write text letter by letter: Matplotlib would read $ as mathematics."""
    axes.text(x, y, shown_controls(text).replace("$", r"\$"), ha="center", va="center", **looks)


def _origin(trace: Trace, options: Options) -> dict[str, str]:
    said = "; ".join(f"{name}: {value}" for name, value in options.provenance(trace).items())
    return {"Comment": said.encode("latin-1", "replace").decode("latin-1")}
