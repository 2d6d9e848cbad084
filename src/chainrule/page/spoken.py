"""What a screen reader says of each node and line of the picture: names and numbers, in words."""

from collections.abc import Iterator

from chainrule.network.formula import Quantity
from chainrule.page.scene import Scene
from chainrule.trace.step import Trace
from chainrule.writers.layout import Edge, layout
from chainrule.writers.lights import edge_place, place_of
from chainrule.writers.options import Options
from chainrule.writers.picture import Picture, of, weight_of


class Spoken:
    """Says the nodes and lines of one picture.

    Parameters
    ----------
    trace : Trace
        The step.
    scene : Scene
        Its names.
    options : Options
        Digits.
    """

    def __init__(self, trace: Trace, scene: Scene, options: Options) -> None:
        self.trace, self.scene, self.options = trace, scene, options
        self.picture: Picture = of(trace, True, options)

    def elements(self) -> Iterator[tuple[str, str, str]]:
        """Yield for every node and line its id, the place of the number that it selects, and what is said.

        Examples
        --------
        >>> import chainrule as cr
        >>> from chainrule.page.scene import scene_of
        >>> trace = cr.tutorials.load("jain").trace()
        >>> spoken = Spoken(trace, scene_of(trace, Options(digits=4)), Options(digits=4))
        >>> {place: said for _, place, said in spoken.elements()}["W.2.0.0"]
        'weight w5, from h1 to o1, 0.4, gradient 0.08217'
        """
        for node in layout(self.trace.network).nodes:
            if node.kind == "bias":
                yield f"bias-{node.layer}", f"b.{node.layer}.0", self._bias(node.layer)
            elif node.kind == "block":
                kind = "A" if node.layer == 0 else "Z"
                yield f"layer-{node.layer}", f"{kind}.{node.layer}.0.0", self._block(node.layer)
            else:
                quantity = Quantity("A", (node.layer, 0, node.unit))
                yield (
                    f"unit-{node.layer}-{node.unit}",
                    place_of(quantity),
                    self._unit(node.layer, node.unit),
                )
        for edge in layout(self.trace.network).edges:
            if edge.kind != "block":
                yield f"edge-{edge_place(edge)}", place_of(weight_of(edge)), self._edge(edge)
            elif edge.start.kind != "bias":
                place = f"W.{edge.layer}.{edge.source}.{edge.unit}"
                yield f"edge-{edge_place(edge)}", place, f"{self.picture.sizes(edge.layer)}, folded"

    def _unit(self, l: int, j: int) -> str:
        numbers = [
            f"{'error signal' if kind == 'delta' else said} {value}"
            for kind, said, value in self.picture.rows(l, j)
        ]
        if l == 0:
            return f"input {self.picture.unit(l, j)}, {self._value(Quantity('A', (0, 0, j)))}"
        return ", ".join([f"unit {self.picture.unit(l, j)}", *numbers])

    def _bias(self, l: int) -> str:
        return f"bias of layer {l}, {self._value(Quantity('b', (l, 0)))}"

    def _block(self, l: int) -> str:
        size = self.trace.network.sizes[l]
        return f"layer {l}, {size:,} units, folded" if l else f"{size:,} inputs, folded"

    def _edge(self, edge: Edge) -> str:
        weight = weight_of(edge)
        gradient = Quantity(f"d{weight.name}", weight.indices)
        to = self.picture.unit(edge.layer, edge.unit)
        kind = "weight" if weight.name == "W" else "bias"
        start = (
            f"from {self.picture.unit(edge.layer - 1, edge.source)} to {to}"
            if kind == "weight"
            else f"of {to}"
        )
        name = self.scene.name_of.get(weight) or self.trace.name(weight)
        return f"{kind} {name}, {start}, {self._value(weight)}, gradient {self._value(gradient)}"

    def _value(self, quantity: Quantity) -> str:
        return self.options.value(self.trace, quantity)
