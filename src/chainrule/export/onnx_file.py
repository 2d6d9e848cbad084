"""A graph as an ONNX file: the one door to the package onnx, which is imported only here."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

import chainrule
from chainrule.errors import ChainruleError
from chainrule.export.graph import ML_DOMAIN, ML_OPSET, OPSET, Graph, Node, Value
from chainrule.network.array import Array

IR_VERSION = 7  # of the file's form: the one that came with OPSET, so that the same programs read both

ONNX_TYPES = {
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "int64": "INT64",
    "bool": "BOOL",
    "string": "STRING",
}
ROWS = "rows"  # what the first axis of every input and output is called


def onnx() -> ModuleType:
    """Return the package onnx.

    Raises
    ------
    ChainruleError
        If it is not installed, with the command that installs it.
    """
    try:
        import onnx
    except ImportError:
        raise ChainruleError(
            "an ONNX file needs the package onnx, which is not installed; install it with: "
            'pip install "chainrule[onnx]"'
        ) from None
    return onnx


def onnx_model(graph: Graph, metadata: Mapping[str, str]) -> Any:
    """Return a graph as a model of the package onnx, once its checker has passed it.

    Parameters
    ----------
    graph : Graph
        A complete one, with inputs and outputs.
    metadata : mapping of str
        What else is to stand in the file. Neither dates nor paths: the same graph gives the same bytes.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    ChainruleError
        If onnx is not installed.

    Examples
    --------
    >>> graph = Graph()
    >>> outputs = graph.node("Tanh", graph.add_input("X", "float32", 2))
    >>> graph.add_output(outputs, "float32", 2)
    >>> model = onnx_model(graph, {})
    >>> model.graph.input[0].name, model.producer_name
    ('X', 'chainrule')
    """
    helper = onnx().helper
    proto = helper.make_graph(
        [_node(each) for each in graph.nodes],
        "chainrule",
        [_value(each) for each in graph.inputs],
        [_value(each) for each in graph.outputs],
        initializer=[_tensor(name, array) for name, array in graph.arrays.items()],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    if any(node.domain == ML_DOMAIN for node in graph.nodes):
        opsets.append(helper.make_opsetid(ML_DOMAIN, ML_OPSET))
    model = helper.make_model(
        proto,
        ir_version=IR_VERSION,
        opset_imports=opsets,
        producer_name="chainrule",
        producer_version=chainrule.__version__,
    )
    helper.set_model_props(model, dict(metadata))
    onnx().checker.check_model(model, full_check=True)
    return model


def onnx_bytes(model: Any) -> bytes:
    """Return a model of the package onnx as bytes, the same for the same model."""
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def told_values(values: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the inputs or outputs of a model of the package onnx as plain data: name, type and shape.

    Examples
    --------
    >>> graph = Graph()
    >>> graph.add_output(graph.node("Tanh", graph.add_input("X", "float32", 2)), "float32", 2)
    >>> told_values(onnx_model(graph, {}).graph.input)
    [{'name': 'X', 'type': 'float32', 'shape': ['rows', 2]}]
    """
    names = {_type(name): name for name in ONNX_TYPES}
    told = []
    for value in values:
        tensor = value.type.tensor_type
        shape = [axis.dim_param or axis.dim_value for axis in tensor.shape.dim]
        told.append({"name": value.name, "type": names[tensor.elem_type], "shape": shape})
    return told


def _type(name: str) -> int:
    """Return ONNX's number of a type."""
    return int(getattr(onnx().TensorProto, ONNX_TYPES[name]))


def _node(node: Node) -> Any:
    """Return a node as onnx has it; a type among its settings, of which only Cast has one, as a number."""
    attributes = dict(node.attributes)
    if "to" in attributes:
        attributes["to"] = _type(attributes["to"])
    return onnx().helper.make_node(
        node.op, node.inputs, node.outputs, domain=node.domain or None, **attributes
    )


def _value(value: Value) -> Any:
    """Return an input or output as onnx has it; its first axis may have any length."""
    shape: list[str | int] = [ROWS] if value.width is None else [ROWS, value.width]
    return onnx().helper.make_tensor_value_info(value.name, _type(value.type), shape)


def _tensor(name: str, array: Array) -> Any:
    """Return a constant as onnx has it."""
    if array.dtype == object:
        texts = [text.encode("utf-8") for text in array.ravel()]
        return onnx().helper.make_tensor(name, _type("string"), array.shape, texts)
    return onnx().numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
