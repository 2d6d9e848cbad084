"""What in the picture of a network belongs to each quantity of a step: the ids in it, and what lights up."""

from chainrule.network.formula import Index, Quantity
from chainrule.network.network import Network
from chainrule.writers.layout import Edge, folded


def lights(network: Network, quantity: Quantity, scope: str = "") -> list[str]:
    """Return the ids of what lights up in the picture for a quantity: its unit, or its line.

    Examples
    --------
    >>> lights(Network.dense([2, 1]), Quantity("Z", (1, 0, 0)))
    ['unit-1-0', 'unit-1-0-Z']
    """
    return [f"{scope}{each}" for each in _lights(network, quantity)]


def place_of(quantity: Quantity) -> str:
    """Return what a page calls a quantity where it points to one.

    Examples
    --------
    >>> place_of(Quantity("W", (1, 0, 2)))
    'W.1.0.2'
    """
    return ".".join(map(str, (quantity.name, *quantity.indices)))


def _lights(network: Network, quantity: Quantity) -> list[str]:
    kind, (layer, *place) = quantity.name.removesuffix("_after"), quantity.indices
    if not place or kind == "w":  # the weight of a row is no unit's
        return []
    l, last = int(layer), int(place[-1])
    if kind in ("dW", "W") or kind.endswith("_W"):
        return _line(network, l, place[0], last)
    if kind in ("db", "b") or kind.endswith("_b"):
        units = range(network.sizes[l]) if network.layer(l).bias == "shared" else [last]
        lines = [f"edge-{l}-bias-{_place(network, l, j)}" for j in units]
        return [f"bias-{l}", *dict.fromkeys(lines), f"label-{l}-bias-{last}"]
    if kind == "path":
        return _line(network, l + 1, place[-2], last)
    if folded(network, l):
        return [f"layer-{l}"]
    written = quantity.name in ("A", "Z", "delta") and place[0] == 0  # the first row, before the step
    return [f"unit-{l}-{last}", *([f"unit-{l}-{last}-{kind}"] if written else [])]


def _line(network: Network, l: int, source: Index, unit: Index) -> list[str]:
    start, end = _place(network, l - 1, int(source)), _place(network, l, int(unit))
    return [f"edge-{l}-{start}-{end}", f"label-{l}-{start}-{end}"]


def _place(network: Network, l: int, j: int) -> int:
    """Return which of a column's nodes a unit is: a folded layer has one."""
    return 0 if folded(network, l) else j


def edge_place(edge: Edge) -> str:
    """Return what the id of a line ends with: its layer, where it comes from, where it goes."""
    return f"{edge.layer}-{'bias' if edge.start.kind == 'bias' else edge.source}-{edge.unit}"
