"""The notations to choose from: each tutorial's, made for any network, and ours."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from chainrule.errors import unknown_name
from chainrule.network.activations import RowActivation
from chainrule.network.network import Network
from chainrule.trace.naming import Naming

HIDDEN = "hklmnpqrsuv"  # jain calls hidden units h; deeper layers take the letters after it, but for i and o
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def ours(network: Network) -> Naming:
    """Return the names of our code and its equations."""
    del network
    return Naming()


def jain(network: Network) -> Naming:
    """Return net_h1, out_o1 and weights that are numbered through: w1, w2, ..."""
    inside = (HIDDEN[l] if l < len(HIDDEN) else f"h{l}u" for l in range(network.depth - 1))
    units = _units(network, ["i", *inside, "o"])
    tables = {
        "units": units,
        "W": _numbered(network, _counted("w")),
        "b": _biases(network, lambda l: f"b{l}", lambda l, j: f"b_{units[l][j]}"),
    }
    return Naming(
        {
            "input": "{unit}",
            "Z": "net_{unit}",
            "A": "out_{unit}",
            "Y": "target_{unit}",
            "loss_term": "E_{unit}",
            "loss": "E_total",
            "delta": "delta_{unit}",
            "eta": "eta",
            "W_after": "{W}+",
            "b_after": "{b}+",
            **_paths_to_outputs(network),
        },
        tables,
        orientation="to_from",
    )


def dustbunny(network: Network) -> Naming:
    """Return a_0_1 for unit 0 of layer 1, and biases as the weights of a bias node."""
    between = "" if max(network.sizes) < 10 else "_"
    tables = {
        "b": _biases(
            network,
            lambda l: f"w_{network.sizes[l - 1]}_{l}",
            lambda l, j: f"w_{j}{between}{network.sizes[l - 1]}_{l}",
        )
    }
    return Naming(
        {
            "A": "a_{j}_{l}",
            "Z": "z_{j}_{l}",
            "Y": "T_{j}",
            "loss_term": "C_{j}",
            "loss": "C",
            "delta": "delta_{j}_{l}",
            "W": f"w_{{j}}{between}{{i}}_{{l}}",
            "eta": "gamma",
            "W_after": "{W} after",
            "b_after": "{b} after",
        },
        tables,
        orientation="to_from",
    )


def general_purpose(network: Network) -> Naming:
    """Return layers as letters, and weights that are numbered row by row: w_b1, w_b2, ..."""
    letters = [LETTERS[l] if l < len(LETTERS) else f"l{l}u" for l in range(network.depth + 1)]
    units = _units(network, letters)
    tables = {
        "units": units,
        "W": [
            _numbered_layer(layer.inputs, layer.units, _counted(f"w_{letter}"))
            for layer, letter in zip(network.layers, letters[1:], strict=True)
        ],
        "b": _biases(network, lambda l: f"bias_{letters[l]}", lambda l, j: f"bias_{units[l][j]}"),
    }
    return Naming(
        {
            "input": "{unit}",
            "Z": "net_{unit}",
            "A": "out_{unit}",
            "Y": "target_{unit}",
            "loss_term": "E_{unit}",
            "loss": "E_total",
            "delta": "delta_{unit}",
            "eta": "eta",
            "W_after": "{W} after",
            "b_after": "{b} after",
        },
        tables,
        orientation="to_from",
    )


def sadiya(network: Network) -> Naming:
    """Return net(h_1) and out(y_1), and weights counted from 0, input first: w_0_1_0."""
    inside = ["h"] if network.depth == 2 else [f"h_{l}" for l in range(1, network.depth)]
    return Naming(
        {
            "input": "{unit}",
            "Z": "net({unit})",
            "A": "out({unit})",
            "Y": "u_{j_}",
            "loss_term": "E_{j_}",
            "loss": "E",
            "delta": "delta({unit})",
            "W": "w_{i}_{j}_{_l}",
            "b": "b_{j}_{_l}",
            "eta": "gamma",
            "W_after": "{W} (new)",
            "b_after": "{b} (new)",
        },
        {"units": _units(network, [f"{letter}_" for letter in ("x", *inside, "y")])},
    )


def kumar(network: Network) -> Naming:
    """Return a_1_2 for unit 1 of layer 2, as inputs are layer 1; a weight has the layer it comes from."""
    between = "" if max(network.sizes) < 10 else "_"
    return Naming(
        {
            "input": "x_{j_}",
            "A": "a_{j_}_{l_}",
            "Z": "Z_{j_}_{l_}",
            "Y": "y_{j_}",
            "loss_term": "C_{j_}",
            "loss": "C",
            "delta": "delta_{j_}_{l_}",
            "W": f"w_{{j_}}{between}{{i_}}_{{l}}",
            "eta": "learningRate",
            "W_after": "{W} after",
            "b_after": "{b} after",
        },
        {"b": _biases(network, lambda l: f"b_{l}", lambda l, j: f"b_{j + 1}_{l}")},
        orientation="to_from",
    )


NOTATIONS: Mapping[str, Callable[[Network], Naming]] = {
    "ours": ours,
    "jain": jain,
    "dustbunny": dustbunny,
    "general-purpose": general_purpose,
    "sadiya": sadiya,
    "kumar": kumar,
}


def notation(name: str, network: Network, rows: int = 1) -> Naming:
    """Return a notation for a network by its name.

    Parameters
    ----------
    name : str
        "ours", or a tutorial's id.
    network : Network
        The network whose numbers are to be named.
    rows : int
        How many rows the step has.

    Raises
    ------
    UnknownNameError
        When there is none of that name; the nearest one is given.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity
    >>> net = Network.dense([3, 4, 4, 6])
    >>> [notation(name, net).name(Quantity("W", (2, 0, 1))) for name in NOTATIONS]
    ['W[2][0,1]', 'w17', 'w_10_2', 'w_c5', 'w_0_1_1', 'w_21_2']
    """
    if name not in NOTATIONS:
        raise unknown_name("notation", name, NOTATIONS)
    naming = NOTATIONS[name](network)
    if rows == 1:
        return naming
    # With several rows the loss is their mean, so a path is no derivative of one output's own loss.
    return replace(naming, templates={k: v for k, v in naming.templates.items() if k != "path"})


def _units(network: Network, letters: list[str]) -> list[list[str]]:
    """Return the names of the units: the layer's letters and a number from 1."""
    return [
        [f"{letter}{j}" for j in range(1, size + 1)]
        for letter, size in zip(letters, network.sizes, strict=True)
    ]


def _counted(word: str) -> Iterator[str]:
    """Yield a word with 1, 2, 3, ... behind it."""
    return (f"{word}{n}" for n in count(1))


def _numbered(network: Network, names: Iterator[str]) -> list[list[list[str]]]:
    """Return names of the weights, given out through all layers."""
    return [_numbered_layer(layer.inputs, layer.units, names) for layer in network.layers]


def _numbered_layer(inputs: int, units: int, names: Iterator[str]) -> list[list[str]]:
    """Return names of a layer's weights, ``[i][j]``, given out unit by unit."""
    by_unit = [[next(names) for _ in range(inputs)] for _ in range(units)]
    return [list(of_input) for of_input in zip(*by_unit, strict=True)]


def _biases(
    network: Network, of_layer: Callable[[int], str], of_unit: Callable[[int, int], str]
) -> list[list[str]]:
    """Return names of the biases: the one of layer l, or one for each unit j of it."""
    return [
        [of_layer(l)] if layer.bias == "shared" else [of_unit(l, j) for j in range(layer.biases)]
        for l, layer in enumerate(network.layers, start=1)
    ]


def _paths_to_outputs(network: Network) -> dict[str, str]:
    """Return the template for a path, where each leads to one output and so to that output's own loss."""
    if network.depth != 2 or isinstance(network.layers[-1].activation, RowActivation):
        return {}
    return {"path": "∂{loss_term_next}/∂{A}"}
