"""What is written where in the picture of a network: at each unit, each line, over each column."""

from dataclasses import dataclass, field
from functools import cached_property

from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.trace.naming import Naming
from chainrule.trace.step import Trace
from chainrule.writers.labels import Place, label_places
from chainrule.writers.layout import GAP, Edge, Layout, folded, layout
from chainrule.writers.options import Options

LETTER, SMALL = 6.7, 6.1  # the width of a letter in a unit, and at a line
MOST_LABELS = 20  # lines between two layers that can each be read with a label
NAME, ROW = 22.0, 15.0  # the height of a unit's name, and of each number below it
SAID = {"Z": "net", "A": "out", "delta": "δ"}


@dataclass(frozen=True)
class Picture:
    """A network, and what is written on it.

    Parameters
    ----------
    network : Network
        The network.
    naming : Naming
        How the reader calls its numbers.
    trace : Trace, optional
        Where the numbers are from.
    numbers : bool
        Whether they are written.
    options : Options
        Their digits.
    """

    network: Network
    naming: Naming
    trace: Trace | None
    numbers: bool
    options: Options = field(default_factory=lambda: Options(digits=4))

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands: units as wide as their numbers, columns as far apart as labels need."""
        units = [
            (l, j)
            for l, size in enumerate(self.network.sizes)
            for j in range(size)
            if not folded(self.network, l)
        ]
        names = [len(self.unit(l, j)) for l, j in units]
        rows = [len(said) + 2 + len(value) for l, j in units for _, said, value in self.rows(l, j)]
        wide = max([60.0, *(LETTER * each + 22 for each in names), *(LETTER * each + 14 for each in rows)])
        high = NAME + ROW * 3 + 6 if self.numbers else 34.0
        return layout(self.network, (wide, high), [self._gap(l) for l in range(1, self.network.depth + 1)])

    def _gap(self, l: int) -> float:
        """Return how much room the labels before a layer need: more where many lines cross."""
        lines = [edge for edge in self.labeled(layout(self.network)) if edge.layer == l]
        widths = [_width(*self.label(edge)) for edge in lines]
        return max([GAP, *(each * (1.65 + 0.09 * len(lines)) + 30 for each in widths)])

    def unit(self, l: int, j: int) -> str:
        """Return what a unit is called: by itself where the reader's notation has such names."""
        if self.trace is None:
            return str(j)
        units = self.naming.tables.get("units")
        if units is not None and l < len(units):
            return short(str(units[l][j]))
        return short(self.naming.name(Quantity("A", (l, 0, j))))

    def heading(self, l: int) -> str:
        """Return what stands over a column."""
        return f"layer {l}, {self.network.layer(l).activation.name}" if l else "inputs"

    def rows(self, l: int, j: int) -> list[tuple[str, str, str]]:
        """Return the numbers of a unit: their kind, the word for it, and the value, of the first row."""
        if self.trace is None or not self.numbers:
            return []
        kinds = ("Z", "A", "delta") if l else ("A",)
        return [(kind, SAID[kind], self.value(Quantity(kind, (l, 0, j)))) for kind in kinds]

    def value(self, quantity: Quantity) -> str:
        """Return a number of the trace, with the digits of a picture."""
        assert self.trace is not None
        return self.options.value(self.trace, quantity)

    def labeled(self, drawn: Layout) -> list[Edge]:
        """Return the lines that have a label: those that a label can be read at."""
        if self.trace is None or not self.numbers:
            return []
        return [
            edge
            for edge in drawn.edges
            if not self.crowded(edge.layer) and not (edge.kind == "b" and self.shared(edge.layer))
        ]

    def shared(self, l: int) -> bool:
        """Return whether one bias feeds a whole layer; it is then written once, at its node."""
        return self.network.layer(l).bias == "shared"

    def crowded(self, l: int) -> bool:
        """Return whether a layer has more lines, or lines for more weights, than labels can stand at."""
        layer = self.network.layer(l)
        lines = layer.units * (layer.inputs + (layer.bias == "per_unit"))
        return lines > MOST_LABELS or folded(self.network, l - 1) or folded(self.network, l)

    def sizes(self, l: int) -> str:
        """Return what is said of a layer's weights where they are not written: how many there are."""
        layer = self.network.layer(l)
        return f"{layer.inputs:,} × {layer.units:,} weights"

    def label(self, edge: Edge) -> tuple[str, str]:
        """Return what is written over a line, its weight, and under it, the gradient."""
        assert self.trace is not None
        weight = weight_of(edge)
        gradient = Quantity(f"d{weight.name}", weight.indices)
        return f"{short(self.trace.name(weight), 14)} {self.value(weight)}", f"∂ {self.value(gradient)}"

    def labels(self) -> list[tuple[Edge, tuple[str, str], Place]]:
        """Return every label with its place."""
        edges = self.labeled(self.layout)
        said = [self.label(edge) for edge in edges]
        places = label_places(self.layout, [(e, _width(*s)) for e, s in zip(edges, said, strict=True)])
        return list(zip(edges, said, places, strict=True))

    def negative(self, edge: Edge) -> bool:
        """Return whether a line is that of a weight below 0."""
        return self.trace is not None and edge.kind != "block" and self.trace.value(weight_of(edge)) < 0


def of(thing: Network | Trace, numbers: bool, options: Options) -> Picture:
    """Return the picture of a network, or of that of a trace."""
    if isinstance(thing, Trace):
        return Picture(thing.network, thing.naming, thing, numbers and len(thing.start.data.X) > 0, options)
    return Picture(thing, Naming(), None, False, options)


def weight_of(edge: Edge) -> Quantity:
    """Return the weight or bias that a line stands for."""
    if edge.kind == "b":
        return Quantity("b", (edge.layer, edge.source))
    return Quantity("W", (edge.layer, edge.source, edge.unit))


def short(name: str, most: int = 10) -> str:
    """Return a name that fits its place."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _width(above: str, below: str) -> float:
    return SMALL * max(len(above), len(below)) + 4
