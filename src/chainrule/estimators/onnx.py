"""Estimators as ONNX: by themselves, and as a part of what skl2onnx converts."""

from importlib.util import find_spec
from typing import Any

import numpy as np

import chainrule
from chainrule.export.activations import Pen
from chainrule.export.classes import ClassOutputs, free_class_outputs, label_array, write_classes
from chainrule.export.graph import OPSET, Graph, type_of
from chainrule.export.network import write_network
from chainrule.export.onnx_file import ONNX_TYPES, onnx_model
from chainrule.network.parameters import Parameters

VARIABLE = "variable"  # what skl2onnx calls what a regressor gives


def written(estimator: Any, input_name: str | None) -> Any:
    """Return a fitted estimator as a model of the package onnx; see `to_onnx` of the estimators.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Fitted.
    input_name : str, optional
        The name of the one input; without it a data frame's columns are inputs by their names.
    """
    graph, parameters = Graph(), estimator._parameters
    dtype, names = parameters.theta.dtype, getattr(estimator, "feature_names_in_", None)
    if input_name is None and names is not None:
        columns = [graph.add_input(str(name), dtype.name, 1) for name in names]
        given = free_outputs(graph, estimator)
        X = graph.node("Concat", *columns, axis=1) if len(columns) > 1 else columns[0]
    else:
        X = graph.add_input("X" if input_name is None else input_name, dtype.name, estimator.n_features_in_)
        given = free_outputs(graph, estimator)
    write(graph, estimator, parameters, X, given, getattr(estimator, "classes_", None))
    told = {"chainrule": chainrule.__version__, "network": str(estimator.network_)}
    return onnx_model(graph, told)


def free_outputs(graph: Graph, estimator: Any) -> tuple[str, ...]:
    """Take the names of an estimator's outputs in a graph, before all that lies between."""
    return free_class_outputs(graph) if hasattr(estimator, "classes_") else (graph.free(VARIABLE),)


def write(
    graph: Graph, estimator: Any, parameters: Parameters, X: str, given: tuple[str, ...], classes: Any
) -> None:
    """Write an estimator's network and what it makes of the outputs.

    Parameters
    ----------
    graph : Graph
        Where it goes.
    estimator : MLPClassifier or MLPRegressor
        Fitted.
    parameters : Parameters
        Its parameters, in the precision of the graph's input.
    X : str
        The name of the rows, shape (n, n_features_in_).
    given : tuple of str
        The names of the outputs, from `free_outputs`.
    classes : array or None
        The labels of a classifier.
    """
    network, dtype = parameters.layout.network, parameters.theta.dtype
    A = write_network(graph, network, parameters, X)
    if classes is None:
        graph.node("Identity", A, out=given[0])
        graph.add_output(given[0], dtype.name, network.sizes[-1])
    elif estimator._labels.kind == "several":
        write_several(graph, A, ClassOutputs(*given), dtype, network.sizes[-1])
    elif len(classes) == 1:
        write_only(graph, A, label_array(classes), ClassOutputs(*given), dtype)
    else:
        labels = label_array(classes)
        write_classes(graph, A, network.sizes[-1], labels, ClassOutputs(*given), dtype)


def write_several(graph: Graph, A: str, given: ClassOutputs, dtype: np.dtype, classes: int) -> None:
    """Write several labels a row: 1 where the probability is above 1/2."""
    above = graph.node("Greater", A, graph.constant(0.5, dtype))
    graph.node("Cast", above, out=given.label, to="int64")
    graph.node("Identity", A, out=given.probabilities)
    graph.add_output(given.label, "int64", classes)
    graph.add_output(given.probabilities, dtype.name, classes)


def write_only(graph: Graph, A: str, labels: Any, given: ClassOutputs, dtype: np.dtype) -> None:
    """Write the only class there was, whatever the network gives; its probability is 1."""
    nothing = Pen(graph, dtype)("Mul", 0, A)
    graph.node("Add", nothing, graph.constant(1.0, dtype), out=given.probabilities)
    place = graph.node("ArgMax", given.probabilities, axis=1, keepdims=0)
    graph.node("Gather", graph.array("labels", labels), place, out=given.label, axis=0)
    graph.add_output(given.label, type_of(labels), None)
    graph.add_output(given.probabilities, dtype.name, 1)


def register_with_skl2onnx(classifier: type, regressor: type) -> None:
    """Let skl2onnx convert these estimators, alone and in pipelines, where it is installed."""
    if find_spec("skl2onnx") is None:
        return
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes

    of_classes = {"zipmap": [True, False, "columns"], "nocl": [True, False]}
    for kind, shapes, options in (
        (classifier, calculate_linear_classifier_output_shapes, of_classes),
        (regressor, shapes_of_numbers, None),
    ):
        update_registered_converter(kind, f"chainrule.{kind.__name__}", shapes, convert, options=options)


def shapes_of_numbers(operator: Any) -> None:
    """Say what a regressor gives, in the words of skl2onnx."""
    from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes

    calculate_linear_regressor_output_shapes(operator)
    operator.outputs[0].type.shape[1] = operator.raw_operator.n_outputs_


def convert(scope: Any, operator: Any, container: Any) -> None:
    """Write an estimator into what skl2onnx builds."""
    from skl2onnx.common.data_types import DoubleTensorType
    from skl2onnx.proto import TensorProto

    estimator, (rows, *_) = operator.raw_operator, operator.inputs
    dtype = np.dtype(np.float64 if isinstance(rows.type, DoubleTensorType) else np.float32)
    graph = Graph()
    X = graph.add_input("X", dtype.name, estimator.n_features_in_)
    given = free_outputs(graph, estimator)
    classes = getattr(estimator, "classes_", None)
    if classes is not None and classes.dtype.kind in "bf":  # whose labels skl2onnx takes for whole numbers
        classes = classes.astype(np.int64)
    write(graph, estimator, estimator._parameters.astype(dtype), X, given, classes)
    names = {
        X: rows.full_name,
        **{name: out.full_name for name, out in zip(given, operator.outputs, strict=True)},
    }

    def named(name: str) -> str:
        if name not in names:
            names[name] = scope.get_unique_variable_name(name.replace(" ", "_"))
        return names[name]

    for name, array in graph.arrays.items():
        kind = getattr(TensorProto, ONNX_TYPES[type_of(array)])
        content = [text.encode() for text in array] if array.dtype == object else array.ravel()
        container.add_initializer(named(name), kind, array.shape, content)
    for node in graph.nodes:
        settings = dict(node.attributes)
        if "to" in settings:
            settings["to"] = getattr(TensorProto, ONNX_TYPES[settings["to"]])
        container.add_node(
            node.op,
            [named(each) for each in node.inputs],
            [named(each) for each in node.outputs],
            op_domain=node.domain,
            op_version=OPSET,
            name=scope.get_unique_operator_name(node.op),
            **settings,
        )
