"""The outputs of a classifier: the label of each row, and the probability of each class."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, sentence, shown
from chainrule.export.activations import Pen
from chainrule.export.graph import Graph, require_name, type_of
from chainrule.network.array import Array

WHOLE = range(-(2**63), 2**63)


class ClassOutputs(NamedTuple):
    """The names of what a classifier gives."""

    label: str
    probabilities: str


def free_class_outputs(graph: Graph) -> ClassOutputs:
    """Take the names ``label`` and ``probabilities`` in a graph; a number stands behind one that is taken."""
    return ClassOutputs(graph.free("label"), graph.free("probabilities"))


def write_classes(
    graph: Graph, outputs: str, units: int, labels: Array, names: ClassOutputs, dtype: npt.DTypeLike
) -> None:
    """Write label and probabilities as outputs of a graph.

    Parameters
    ----------
    graph : Graph
        Where they go.
    outputs : str
        The outputs of the network, shape (n, units).
    units : int
        How many there are: one for each class, or a single one, the probability p of the second of
        two classes. Then the probabilities are 1 - p and p, and the label is the second one where p
        is above 1/2.
    labels : array, shape (classes,)
        The labels, from `label_array`.
    names : ClassOutputs
        From `free_class_outputs`, called before the network was written.
    dtype : dtype
        The precision of the outputs.

    Raises
    ------
    ShapeError
        If there are not as many labels as classes.

    Examples
    --------
    >>> graph = Graph()
    >>> names = free_class_outputs(graph)
    >>> write_classes(graph, "p", 1, label_array(["no", "yes"]), names, np.float32)
    >>> [(value.name, value.type, value.width) for value in graph.outputs]
    [('label', 'string', None), ('probabilities', 'float32', 2)]
    >>> [node.op for node in graph.nodes]
    ['Sub', 'Concat', 'ArgMax', 'Gather']
    """
    classes = max(units, 2)
    if len(labels) != classes:
        thing = f"the number of labels for {units} output{'s' * (units > 1)}"
        raise ShapeError(sentence(thing, len(labels), f"{classes}"))
    write = Pen(graph, np.dtype(dtype))
    if units == 1:
        graph.node("Concat", write("Sub", 1, outputs), outputs, out=names.probabilities, axis=1)
    else:
        graph.node("Identity", outputs, out=names.probabilities)
    # Of two that are the same the first wins, so that one half is the first class.
    place = graph.node("ArgMax", names.probabilities, axis=1, keepdims=0)
    graph.node("Gather", graph.array("labels", labels), place, out=names.label, axis=0)
    graph.add_output(names.label, type_of(labels), None)
    graph.add_output(names.probabilities, write.dtype.name, classes)


def label_array(labels: Sequence[object]) -> Array:
    """Return labels as an array of one kind: texts (objects), bool, int64 or float64.

    Raises
    ------
    InvalidTypeError
        If they are of several kinds, or of none of these.
    InvalidValueError
        If two are the same, or one is nothing that ONNX can hold.

    Examples
    --------
    >>> label_array([0, 1, 2]), label_array(["no", "yes"])
    (array([0, 1, 2]), array(['no', 'yes'], dtype=object))
    """
    plain = [each.item() if isinstance(each, np.generic) else each for each in labels]
    kinds: list[tuple[tuple[type, ...], type]] = [
        ((str,), object),
        ((bool,), np.bool_),
        ((int,), np.int64),
        ((int, float), np.float64),
    ]
    dtype = next((to for types, to in kinds if all(type(each) in types for each in plain)), None)
    if dtype is None or not plain:
        raise InvalidTypeError(
            f"the list of labels was {shown(plain)}; it may be one of texts, of numbers or of booleans"
        )
    for place, each in enumerate(plain):
        thing = f"label {place + 1}"
        if isinstance(each, str) and each:
            require_name(thing, each)
        if (type(each) is int and each not in WHOLE) or (type(each) is float and not np.isfinite(each)):
            raise InvalidValueError(sentence(thing, each, "a finite number of 64 bits"))
        if each in plain[:place]:
            raise InvalidValueError(f"{thing} was {shown(each)}, as that of another one; it may be a new one")
    return np.array(plain, dtype=dtype)
