"""The file: passed by onnx's checker, the same bytes for the same model; without onnx a sentence."""

import json
import os
import subprocess
import sys

import numpy as np
import onnx
import pytest

import chainrule
from chainrule import ChainruleError, Model, Network, to_onnx
from chainrule.export.graph import Graph
from chainrule.export.onnx_file import IR_VERSION, onnx_bytes, onnx_model

MODEL = Model(Network.dense([2, 3, 1], hidden="gelu", bias="shared"), seed=1)


def test_the_versions_are_those_that_are_read_widely():
    """Opset 13 came with IR 7, in 2020: what reads the one reads the other."""
    proto = to_onnx(MODEL)
    assert proto.ir_version == IR_VERSION == 7
    assert [(each.domain, each.version) for each in proto.opset_import] == [("", 13)]


def test_a_table_with_text_needs_one_more_set_of_operators(every_kind):
    proto = to_onnx(every_kind[1]["y"])
    assert [(each.domain, each.version) for each in proto.opset_import] == [("", 13), ("ai.onnx.ml", 2)]


@pytest.mark.parametrize("target", ["y", "numbers"])
def test_nothing_in_a_file_is_left_unused(every_kind, target):
    graph = to_onnx(every_kind[1][target]).graph
    used = {name for node in graph.node for name in node.input}
    made = {name for node in graph.node for name in node.output}
    given = {each.name for each in (*graph.input, *graph.initializer)}
    assert given <= used
    assert made <= used | {each.name for each in graph.output}


def test_what_is_no_graph_is_refused_by_onnxs_checker():
    graph = Graph()
    X = graph.add_input("X", "float32", 2)
    graph.add_output(graph.node("Mul", X, "nobody"), "float32", 2)
    with pytest.raises(onnx.checker.ValidationError, match="nobody"):
        onnx_model(graph, {})


def test_the_same_model_gives_the_same_bytes_in_any_process(tmp_path):
    program = (
        "import sys\nfrom chainrule import Model, Network, to_onnx\n"
        "to_onnx(Model(Network.dense([2, 3, 1], hidden='gelu', bias='shared'), seed=1), sys.argv[1])"
    )
    path = tmp_path / "there.onnx"
    subprocess.run(
        [sys.executable, "-c", program, path], check=True, env={**os.environ, "PYTHONHASHSEED": "7"}
    )
    assert path.read_bytes() == onnx_bytes(to_onnx(MODEL)) == onnx_bytes(to_onnx(MODEL))


def test_what_is_said_is_the_version_and_the_network():
    proto = to_onnx(MODEL, labels=[0, 1])
    assert {each.key: each.value for each in proto.metadata_props} == {
        "chainrule": chainrule.__version__,
        "network": str(MODEL.network),
        "classes": json.dumps([0, 1]),
    }
    assert (proto.producer_name, proto.producer_version) == ("chainrule", chainrule.__version__)


def test_the_weights_are_those_of_the_model():
    arrays = {each.name: onnx.numpy_helper.to_array(each) for each in to_onnx(MODEL).graph.initializer}
    for number in (1, 2):
        np.testing.assert_array_equal(arrays[f"W{number}"], MODEL.parameters.W[number])
        np.testing.assert_array_equal(arrays[f"b{number}"], MODEL.parameters.b[number])


def test_without_onnx_one_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ChainruleError) as raised:
        to_onnx(MODEL)
    assert str(raised.value) == (
        "an ONNX file needs the package onnx, which is not installed; install it with: "
        'pip install "chainrule[onnx]"'
    )


def test_the_room_loads_no_onnx_by_itself():
    program = (
        "import importlib, json, pkgutil, sys\nimport chainrule.export as room\n"
        "for each in pkgutil.iter_modules(room.__path__):\n"
        "    importlib.import_module('chainrule.export.' + each.name)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = json.loads(ran.stdout)
    assert "chainrule.export.to_onnx" in loaded
    assert not [name for name in loaded if name.split(".")[0] in ("onnx", "onnxruntime", "polars")]
