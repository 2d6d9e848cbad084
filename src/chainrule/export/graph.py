"""An ONNX graph as plain data: which nodes there are, and which arrays they take.

It needs no ONNX: `chainrule.export.onnx_file` turns a graph into a file, and whoever builds graphs
in another way can take `nodes` and `arrays` from it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidValueError, sentence, shown
from chainrule.files.tables.lines import NO_CHARACTER
from chainrule.network.array import Array

OPSET = 13  # of the plain operators, of 2020: nothing that a network needs came later
ML_DOMAIN, ML_OPSET = "ai.onnx.ml", 2  # where LabelEncoder lives

TYPES = ("float32", "float64", "int64", "bool", "string")


@dataclass(frozen=True)
class Node:
    """One operation.

    Parameters
    ----------
    op : str
        ONNX's name of it.
    inputs, outputs : tuple of str
        The names of the tensors that it takes and gives.
    attributes : dict
        Its settings: numbers, texts, and lists of them.
    domain : str
        Whose operator it is; empty for ONNX's own.
    """

    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    domain: str = ""


@dataclass(frozen=True)
class Value:
    """An input or an output of a graph: a tensor with one row for each row that is predicted.

    Parameters
    ----------
    name : str
        Its name.
    type : {"float32", "float64", "int64", "bool", "string"}
        What it holds.
    width : int or None
        How many columns it has, shape (n, width); None for a vector, shape (n,).
    """

    name: str
    type: str
    width: int | None


class Graph:
    """A graph under construction: no two things in it have one name.

    Attributes
    ----------
    inputs, outputs : list of Value
        In their order.
    nodes : list of Node
        In an order in which they can be computed.
    arrays : dict of array
        The constants, by name: numbers, booleans, or texts as an array of objects.

    Examples
    --------
    >>> graph = Graph()
    >>> X = graph.add_input("X", "float64", 2)
    >>> doubled = graph.node("Mul", X, graph.constant(2.0, "float64"))
    >>> graph.add_output(doubled, "float64", 2)
    >>> graph.nodes[0].inputs, graph.nodes[0].outputs
    (('X', 'number 2'), ('mul',))
    """

    def __init__(self) -> None:
        self.inputs: list[Value] = []
        self.outputs: list[Value] = []
        self.nodes: list[Node] = []
        self.arrays: dict[str, Array] = {}
        self._taken: dict[str, int] = {}  # each name, with the last number that was tried behind it
        self._constants: dict[tuple[str, str], str] = {}

    def free(self, wanted: str) -> str:
        """Return a name that nothing has yet, and take it: the wanted one, or with a number behind it."""
        name = wanted
        while name in self._taken:
            self._taken[wanted] += 1
            name = f"{wanted}_{self._taken[wanted]}"
        self._taken[name] = 1
        return name

    def add_input(self, name: str, type: str, width: int | None) -> str:  # noqa: A002 - ONNX's word
        """Add an input under a name that must be free, and return the name.

        Raises
        ------
        InvalidValueError
            If the name is empty, taken, or holds what no ONNX file can.
        """
        thing = "the name of an input"
        require_name(thing, name)
        if name in self._taken:
            raise InvalidValueError(f"{thing} was {shown(name)}, as that of another one; it may be a new one")
        self.inputs.append(Value(self.free(name), type, width))
        return name

    def add_output(self, name: str, type: str, width: int | None) -> None:  # noqa: A002
        """Say that a tensor that a node gives is an output."""
        self.outputs.append(Value(name, type, width))

    def array(self, name: str, values: npt.ArrayLike) -> str:
        """Add a constant array, and return the name it got."""
        name = self.free(name)
        self.arrays[name] = np.asarray(values)
        return name

    def constant(self, value: float, dtype: npt.DTypeLike) -> str:
        """Return the name of a constant number, which is there once however often it is used."""
        known = (repr(float(value)), np.dtype(dtype).name)
        if known not in self._constants:
            self._constants[known] = self.array(f"number {value:g}", np.array(value, dtype=dtype))
        return self._constants[known]

    def node(self, op: str, *inputs: str, out: str = "", domain: str = "", **attributes: Any) -> str:
        """Add an operation of one output, and return the output's name.

        Parameters
        ----------
        op : str
            ONNX's name of it.
        *inputs : str
            What it takes.
        out : str
            A name from `free` for what it gives; by default one that says the operation.
        domain : str
            Whose operator it is.
        **attributes
            Its settings.
        """
        out = out or self.free(op.lower())
        self.nodes.append(Node(op, inputs, (out,), attributes, domain))
        return out


def type_of(values: Array) -> str:
    """Return which of `TYPES` an array of constants holds; texts are objects.

    Examples
    --------
    >>> type_of(np.array(["no", "yes"], dtype=object)), type_of(np.array([1.5]))
    ('string', 'float64')
    """
    return "string" if values.dtype == object else values.dtype.name


def require_name(thing: str, name: object) -> None:
    """Raise InvalidValueError unless something can be the name of a tensor, or a text, in ONNX."""
    if not isinstance(name, str) or not name or NO_CHARACTER.search(name):
        may_be = "any text but an empty one, without NUL and half characters"
        raise InvalidValueError(sentence(thing, name, may_be))
