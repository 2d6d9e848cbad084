"""What is shown of a lesson that no number changes: the picture, the names, the ticks of the timeline."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.trace.step import Family, Trace
from chainrule.writers.lights import lights, place_of
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.outline import PARTS
from chainrule.writers.svg import svg

MOST = 64  # numbers of one kind and layer that have a tick; the others are counted, and found by their place

# What a group of the timeline is called, by the kind of its numbers.
TITLES = {
    "Z": "net",
    "A": "out",
    "passed_on": "passed on",
    "loss_term": "losses",
    "loss": "loss",
    "dA": "∂/∂out",
    "slope": "slope",
    "jacobian": "slopes",
    "path": "paths",
    "delta": "δ",
    "dW": "dW",
    "db": "db",
    "W_after": "new W",
    "b_after": "new b",
    "eta": "rate",
    "Y": "targets",
    "t": "step",
}


class Group(NamedTuple):
    """The numbers of one kind in one layer.

    Parameters
    ----------
    kind, layer : str, int
        Which.
    part : str
        The part of the step, as in `Family.part`; "given" for what came in.
    title : str
        What it is called.
    equation : str
        The equation that gives them; empty for what came in.
    quantities : tuple of Quantity
        The first of them, in the reader's order.
    left_out : int
        How many more there are.
    """

    kind: str
    layer: int
    part: str
    title: str
    equation: str
    quantities: tuple[Quantity, ...]
    left_out: int


@dataclass(frozen=True)
class Scene:
    """What is shown of a lesson that no number changes.

    Parameters
    ----------
    groups : tuple of Group
        What came in, then what is computed, in order.
    names : tuple of str
        What the reader calls each quantity, group by group.
    picture : str
        The network as SVG, with the numbers of some step.
    network : Network
        The network.
    """

    groups: tuple[Group, ...]
    names: tuple[str, ...]
    picture: str
    network: Network

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that has a place, group by group."""
        return tuple(quantity for group in self.groups for quantity in group.quantities)

    @cached_property
    def first(self) -> int:
        """Which of them is the first that is computed."""
        return sum(len(group.quantities) for group in self.groups if group.part == "given")

    @cached_property
    def places(self) -> tuple[str, ...]:
        """What a browser calls each of them."""
        return tuple(map(place_of, self.quantities))

    @cached_property
    def name_of(self) -> dict[Quantity, str]:
        """What the reader calls each of them."""
        return dict(zip(self.quantities, self.names, strict=True))

    @cached_property
    def lights(self) -> tuple[str, ...]:
        """What each of them lights up in the picture: ids with spaces between."""
        return tuple(" ".join(lights(self.network, quantity)) for quantity in self.quantities)

    @cached_property
    def in_picture(self) -> tuple[Quantity, ...]:
        """The numbers that stand in the picture, and those that follow there on its weights and biases."""
        found = dict.fromkeys(self._read(each) for each in re.findall(r'data-of="([^"]*)"', self.picture))
        after = (replace(each, name=f"{each.name}_after") for each in found if each.name in ("W", "b"))
        return (*found, *after)

    def _read(self, place: str) -> Quantity:
        """Return a quantity of the picture, which we wrote ourselves."""
        name, *indices = place.split(".")
        return Quantity(name, tuple(map(int, indices)))


def scene_of(trace: Trace, options: Options) -> Scene:
    """Return the scene of a step.

    Examples
    --------
    >>> import chainrule as cr
    >>> scene = scene_of(cr.tutorials.load("jain").trace(), Options(digits=4))
    >>> [group.title for group in scene.groups if group.part == "forward"]
    ['net 1', 'out 1', 'net 2', 'out 2']
    """
    groups = (*_given(trace), *_computed(trace))
    names = tuple(shown_controls(trace.name(each)) for group in groups for each in group.quantities)
    return Scene(groups, names, svg(trace, alone=False, options=options), trace.network)


def _given(trace: Trace) -> Iterator[Group]:
    for kind, layer in trace.given:
        entries = tuple(islice(trace.entries(kind, layer), MOST))
        more = trace.array(kind, layer).size - len(entries)
        yield Group(kind, int(layer), "given", _title(kind, int(layer)), "", entries, more)


def _computed(trace: Trace) -> Iterator[Group]:
    for family in trace.families:
        kind, layer = family.quantity.name, int(family.quantity.indices[0])
        places = islice(trace.naming.in_order(kind, family.shape), MOST)
        entries = tuple(_at(family, place) for place in places)
        title = _title(kind, layer)
        yield Group(kind, layer, family.part, title, family.equation, entries, len(family) - len(entries))


def _at(family: Family, place: tuple[int, ...]) -> Quantity:
    """Return the quantity of a family at one place, without its formula."""
    numbers = dict(zip(family.letters, place, strict=True))
    indices = (numbers[each] if isinstance(each, str) else each for each in family.quantity.indices)
    return Quantity(family.quantity.name, tuple(indices))


def _title(kind: str, layer: int) -> str:
    """Return what a group is called: "net 1", "new W 2", "out 2 after"."""
    if kind == "A" and layer == 0:
        return "inputs"
    of, after = kind.removesuffix("_after"), ""
    if kind not in TITLES and of in TITLES:
        kind, after = of, "′"
    title = TITLES.get(kind, kind.replace("_after", " new").replace("_", " "))
    return title + after if kind in ("loss", "eta", "t", "Y", "penalty") else f"{title} {layer}{after}"


def part_title(part: str) -> str:
    """Return the heading of a part of the step."""
    return "Given" if part == "given" else PARTS[part]
