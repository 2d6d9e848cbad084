"""What `to_onnx` takes, and what it answers to all else."""

import pytest

from chainrule import (
    InvalidFileError,
    InvalidTypeError,
    InvalidValueError,
    Model,
    Network,
    UnknownNameError,
    to_onnx,
)
from chainrule.export.onnx_file import onnx_bytes

MODEL = Model(Network.dense([2, 3, 2]), seed=1)


def test_inputs_and_outputs_are_called_as_one_likes(opened):
    graph = opened(to_onnx(MODEL, input_name="W1", output_name="b1"))
    assert (graph.inputs, graph.outputs) == (["W1"], ["b1"])


def test_a_file_is_written_and_replaced_when_asked_for_only(tmp_path):
    path = tmp_path / "m.onnx"
    proto = to_onnx(MODEL, path)
    assert path.read_bytes() == onnx_bytes(proto)
    with pytest.raises(InvalidFileError, match="exists already"):
        to_onnx(MODEL, path, labels=["a", "b"])
    assert path.read_bytes() == onnx_bytes(proto)
    to_onnx(MODEL, path, labels=["a", "b"], overwrite=True)
    assert path.read_bytes() != onnx_bytes(proto)
    assert [each.name for each in tmp_path.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize("given", [None, "m.safetensors", Network.dense([2, 1]), MODEL.parameters])
def test_what_is_no_model_is_refused(given):
    with pytest.raises(
        InvalidTypeError, match=r"^what is to be exported was .*; it may be a Model or a TableMo"
    ):
        to_onnx(given)


@pytest.mark.parametrize("option", [{"labels": ["a", "b"]}, {"input_name": "X"}, {"output_name": "Y"}])
def test_what_is_for_a_model_is_refused_for_that_of_a_table(every_kind, option):
    (name,) = option
    with pytest.raises(
        InvalidValueError, match=f"^{name} was given for the model of a table; it may be left out"
    ):
        to_onnx(every_kind[1]["y"], **option)


def test_a_type_of_numbers_is_for_tables():
    with pytest.raises(InvalidValueError, match=r"^number_type was given for a model without a table"):
        to_onnx(MODEL, number_type="float32")


def test_another_type_of_numbers_is_refused(every_kind):
    with pytest.raises(
        UnknownNameError, match=r"^the type of numbers was 'float23'.*\(did you mean float32\?\)"
    ):
        to_onnx(every_kind[1]["y"], number_type="float23")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"input_name": ""}, "the name of an input was ''"),
        ({"output_name": ""}, "the name of the output was ''"),
        ({"output_name": "a\0"}, "the name of the output was 'a\\x00'"),
        (
            {"input_name": "a", "output_name": "a"},
            "the name of the output was 'a'; it may be another than the inp",
        ),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(names, told):
    with pytest.raises(InvalidValueError) as raised:
        to_onnx(MODEL, **names)
    assert str(raised.value).startswith(told)


@pytest.mark.parametrize("number_type", ["float64", "float32"])
def test_numbers_come_as_what_was_asked_for(every_kind, fit, number_type):
    frame = every_kind[0].drop("huge", "tiny").with_columns(y=every_kind[0]["letter"])
    proto = to_onnx(fit(frame, "y"), number_type=number_type)
    wanted = {"float64": 11, "float32": 1}[number_type]  # as ONNX counts its types; 8 is text
    kinds = {each.name: each.type.tensor_type.elem_type for each in proto.graph.input}
    assert {name for name, kind in kinds.items() if kind == 8} == {"color", "letter"}
    assert set(kinds.values()) == {wanted, 8}


@pytest.mark.parametrize(("name", "told"), [("huge", "none so large"), ("tiny", "every 1.4013e-45")])
def test_numbers_that_float32_does_not_tell_apart_are_refused(every_kind, fit, name, told):
    frame = every_kind[0].select(name, y="letter")
    with pytest.raises(InvalidValueError) as raised:
        to_onnx(fit(frame, "y"), number_type="float32")
    assert str(raised.value).startswith(f"the column '{name}' was of numbers about ")
    assert str(raised.value).endswith(f"of which float32 knows {told}; it may come as float64")
