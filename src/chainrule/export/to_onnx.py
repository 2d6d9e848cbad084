"""A model as an ONNX file, with its table's encoder where it has one."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

import chainrule
from chainrule.errors import InvalidTypeError, InvalidValueError, sentence, unknown_name
from chainrule.export.activations import Pen
from chainrule.export.classes import ClassOutputs, free_class_outputs, label_array, write_classes
from chainrule.export.columns import add_inputs, write_columns
from chainrule.export.graph import Graph, require_name
from chainrule.export.network import PRECISIONS, require_precision, write_network
from chainrule.export.onnx_file import onnx_bytes, onnx_model
from chainrule.files.atomic import write_atomically
from chainrule.files.tables.class_target import Classes
from chainrule.files.tables.number_target import Numbers
from chainrule.model import Model
from chainrule.tables.table_model import TableModel


def to_onnx(
    model: Model | TableModel,
    path: str | os.PathLike[str] | None = None,
    *,
    overwrite: bool = False,
    labels: Sequence[object] | None = None,
    input_name: str | None = None,
    output_name: str | None = None,
    number_type: str | None = None,
) -> Any:
    """Return a model as ONNX, and write it where a path is given.

    A `Model` becomes a graph from ``X``, shape (n, d_0), to ``outputs``, shape (n, d_L), both of the
    precision of its parameters; with `labels` to ``label``, shape (n,), and ``probabilities``, shape
    (n, classes). There may be any number n of rows.

    A `TableModel` becomes a graph with an input of shape (n, 1) for each column of its table, by the
    column's name: numbers for numbers and booleans (1 and 0), NaN where one is missing; text for
    categories, without spaces around it, empty where one is missing. Filling, standardizing and 0-1
    columns are done by the graph. For classes it gives ``label`` and ``probabilities``, for numbers
    each target in its own units, float64, shape (n, 1), by the target's name. What `predict` refuses,
    such as an infinite number, the graph cannot refuse.

    Parameters
    ----------
    model : Model or TableModel
        The model, float32 or float64.
    path : str or path, optional
        The file to write, by custom ``*.onnx``.
    overwrite : bool
        Whether an existing file may be replaced.
    labels : sequence of str, int, bool or float, optional
        Of a `Model` that is a classifier: its classes in the order of the outputs; of one with a single
        output, the probability of the second class, both of them.
    input_name, output_name : str, optional
        What the input and the output of a `Model` are called, instead of ``X`` and ``outputs``.
    number_type : {"float64", "float32"}, optional
        What the numbers of a table come as. The encoder computes in float64, the default; as float32
        they have lost digits before the graph sees them, and columns that lose too many are refused.

    Returns
    -------
    onnx.ModelProto
        Of the operators of opset 13, and for text those of ai.onnx.ml 2; tried in ONNX Runtime 1.19.2 and
        newer. Its metadata say which version of chainrule wrote it, what the network is, and what inputs
        and classes are. The same model gives the same bytes.

    Raises
    ------
    ChainruleError
        If the package onnx is not installed.
    InvalidTypeError
        If it is no model, or one of another precision.
    InvalidValueError
        If an activation is one of the user's own, or a name cannot stand in an ONNX file.
    TooLargeError
        If the numbers are more than an ONNX file holds, 2 GiB.
    InvalidFileError, OSError
        If the file exists, or cannot be written.

    Examples
    --------
    >>> from chainrule import Model, Network, to_onnx
    >>> model = Model(Network.dense([4, 8, 3], output="softmax", loss="cross_entropy"))
    >>> [node.op_type for node in to_onnx(model).graph.node]
    ['MatMul', 'Add', 'Relu', 'MatMul', 'Add', 'Softmax', 'Identity']
    >>> [output.name for output in to_onnx(model, labels=["a", "b", "c"]).graph.output]
    ['label', 'probabilities']
    """
    graph = Graph()
    of_a_model = {"labels": labels, "input_name": input_name, "output_name": output_name}
    if isinstance(model, TableModel):
        _refuse("the model of a table", of_a_model)
        told = _write_table_model(graph, model, "float64" if number_type is None else number_type)
    elif isinstance(model, Model):
        _refuse("a model without a table", {"number_type": number_type})
        X, outputs = (
            ("X" if input_name is None else input_name),
            ("outputs" if output_name is None else output_name),
        )
        told = _write_model(graph, model, labels, X, outputs)
    else:
        raise InvalidTypeError(sentence("what is to be exported", model, "a Model or a TableModel"))
    proto = onnx_model(graph, told)
    if path is not None:
        write_atomically(path, onnx_bytes(proto), overwrite=overwrite)
    return proto


def _refuse(what: str, given: Mapping[str, object]) -> None:
    """Raise InvalidValueError if something was given that is not for this kind of model."""
    for name, value in given.items():
        if value is not None:
            raise InvalidValueError(f"{name} was given for {what}; it may be left out there")


def _write_model(
    graph: Graph, model: Model, labels: Sequence[object] | None, input_name: str, output_name: str
) -> dict[str, str]:
    """Write a model, and return what its file is to say beside it."""
    require_precision(model.parameters)
    network, dtype = model.network, model.parameters.theta.dtype
    X = graph.add_input(input_name, dtype.name, network.sizes[0])
    if labels is None:
        require_name("the name of the output", output_name)
        if output_name == input_name:
            raise InvalidValueError(
                sentence("the name of the output", output_name, "another than the input's")
            )
        out = graph.free(output_name)
        graph.node("Identity", write_network(graph, network, model.parameters, X), out=out)
        graph.add_output(out, dtype.name, network.sizes[-1])
        return _said(model)
    known, names = label_array(labels), free_class_outputs(graph)
    outputs = write_network(graph, network, model.parameters, X)
    write_classes(graph, outputs, network.sizes[-1], known, names, dtype)
    return {**_said(model), "classes": _json(known.tolist())}


def _write_table_model(graph: Graph, model: TableModel, number_type: str) -> dict[str, str]:
    """Write a model of a table, and return what its file is to say beside it."""
    network, parameters, encoder = model.model.network, model.model.parameters, model.encoder
    require_precision(parameters)
    if number_type not in PRECISIONS:
        raise unknown_name("type of numbers", number_type, PRECISIONS)
    target, dtype = encoder.target, parameters.theta.dtype
    names = add_inputs(graph, encoder, number_type)
    # Before all that lies between: what people see has the plain name, what they do not the number behind it.
    given = free_class_outputs(graph) if isinstance(target, Classes) else _free_targets(graph, target)
    X = write_columns(graph, encoder, names)
    if dtype != np.float32:  # the encoder's numbers are float32, whatever the network's are
        X = graph.node("Cast", X, to=dtype.name)
    outputs = write_network(graph, network, parameters, X)
    columns = [
        {"input": name, "column": column.name, "kind": column.to_dict()["kind"]}
        for name, column in zip(names, encoder.inputs, strict=True)
    ]
    told = {**_said(model.model), "columns": _json(columns), "target": _json(list(target.names))}
    if isinstance(target, Numbers):
        _write_numbers(graph, target, outputs, given)
        return told
    write_classes(graph, outputs, network.sizes[-1], label_array(target.labels), ClassOutputs(*given), dtype)
    return {**told, "classes": _json(list(target.labels))}


def _free_targets(graph: Graph, target: Numbers) -> tuple[str, ...]:
    """Take the names of targets in a graph; one without a name gets one."""
    for name in target.names:
        require_name("the name of a target", name or "target")
    return tuple(graph.free(name or "target") for name in target.names)


def _write_numbers(graph: Graph, target: Numbers, outputs: str, names: Sequence[str]) -> None:
    """Write each target in its own units, float64, shape (n, 1)."""
    write = Pen(graph, np.dtype(np.float64))
    wide = graph.node("Cast", outputs, to="float64")
    for place, name in enumerate(names):
        alone = wide
        if len(names) > 1:
            alone = graph.node("Gather", wide, graph.array("place", np.array([place])), axis=1)
        scaled = write("Mul", alone, float(target.scales[place]))
        graph.node("Add", scaled, graph.constant(target.means[place], np.float64), out=name)
        graph.add_output(name, "float64", 1)


def _said(model: Model) -> dict[str, str]:
    """Return what every file says of its network."""
    return {"chainrule": chainrule.__version__, "network": str(model.network)}


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=True)
