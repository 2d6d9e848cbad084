"""The legend: what each of the reader's names means, and what our code calls it."""

from collections.abc import Mapping
from typing import NamedTuple

from chainrule.network.formula import Index, Quantity
from chainrule.trace.naming import LETTERS, OF_A_UNIT
from chainrule.trace.step import Trace

# What is said of each kind: r counts rows, l layers, i inputs, j units, k units of the next layer.
MEANINGS: Mapping[str, str] = {
    "X": "input j, which is layer 0",
    "A": "the output of unit j of layer l",
    "Y": "the target of output j",
    "eta": "the learning rate",
    "t": "which step this is, from 1",
    "w": "how much row r counts",
    "W": "the weight from unit i of the layer before to unit j of layer l",
    "b": "the bias of layer l",
    "mask": "what dropout multiplies the output of unit j by",
    "q": "the quantile of output j",
    "Z": "the weighted sum that goes into unit j of layer l",
    "passed_on": "the output of unit j after dropout",
    "loss_term": "the loss of output j",
    "penalty": "what large weights add to the loss",
    "loss": "the loss",
    "dA": "how the loss changes with the output of unit j",
    "slope": "how the output of unit j changes with its weighted sum",
    "jacobian": "how the output of unit k changes with the weighted sum of unit j",
    "delta": "how the loss changes with the weighted sum of unit j",
    "path": "the part of that which goes through unit k of the next layer",
    "dW": "how the loss changes with that weight",
    "db": "how the loss changes with that bias",
    "W_after": "the weight after the step",
    "b_after": "the bias after the step",
    "m_W": "the optimizer's mean of that weight's gradients",
    "m_b": "the optimizer's mean of that bias's gradients",
    "v_W": "what the optimizer remembers of that weight's gradients",
    "v_b": "what the optimizer remembers of that bias's gradients",
    "s_W": "the optimizer's mean or sum of that weight's squared gradients",
    "s_b": "the optimizer's mean or sum of that bias's squared gradients",
}


class Entry(NamedTuple):
    """One line of the legend.

    Parameters
    ----------
    names : str
        The reader's names of this kind: the first, and the last where there are several.
    ours : str
        What our code and its equations call it.
    meaning : str
        What it is.
    """

    names: str
    ours: str
    meaning: str


def legend(trace: Trace) -> list[Entry]:
    """Return one line for each kind of quantity of a step, in the order in which they come up.

    Examples
    --------
    >>> import chainrule as cr
    >>> legend(cr.tutorials.load("jain").trace())[5].meaning
    'the weighted sum that goes into unit j of layer l'
    """
    layers: dict[str, list[Index]] = {}
    for name, layer in (*trace.given, *trace.by_kind):
        layers.setdefault("X" if (name, layer) == ("A", 0) else name, []).append(layer)
    return [_entry(trace, kind, of_kind) for kind, of_kind in layers.items() if kind in MEANINGS]


def _entry(trace: Trace, kind: str, layers: list[Index]) -> Entry:
    """Return the line of a kind that is there in these layers."""
    name, ends = "A" if kind == "X" else kind, []
    for layer, last in ((layers[0], False), (layers[-1], True)):
        shape = trace.array(name, layer).shape
        place = tuple(size - 1 if last else 0 for size in shape)
        ends.append(trace.name(Quantity(name, (layer, *place))))
    return Entry(" … ".join(dict.fromkeys(ends)), _ours(kind), MEANINGS[kind])


def _ours(kind: str) -> str:
    """Return how our code writes a kind, with letters for its indices."""
    letters = ",".join(LETTERS.get(kind, OF_A_UNIT))
    if not letters:
        return kind
    return f"A[0][{letters}]" if kind == "X" else f"{kind}[l][{letters}]"
