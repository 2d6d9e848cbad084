"""Labels and probabilities, from as many outputs as classes, or from one."""

import numpy as np
import pytest

from chainrule import (
    Dense,
    InvalidTypeError,
    InvalidValueError,
    Model,
    Network,
    Parameters,
    ShapeError,
    to_onnx,
)
from chainrule.export.classes import label_array

LABELS = {
    "text": ["no", "yes", "späť", "", "a" * 3000],
    "whole": [3, -1, 2**63 - 1, -(2**63), 0],
    "booleans": [True, False],
    "numbers": [0.5, 2, -1e300],
    "numpy": list(np.array([7, 8, 9])),
}


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_label_is_that_of_the_largest_output(kind, dtype, opened):
    labels = LABELS[kind]
    network = Network.dense([3, 4, len(labels)], output="softmax", loss="cross_entropy")
    model = Model(network, seed=2, dtype=dtype)
    X = 5 * np.random.default_rng(1).normal(size=(60, 3)).astype(dtype)
    found = opened(to_onnx(model, labels=labels))({"X": X})
    want = model.predict(X)
    assert list(found) == ["label", "probabilities"]
    np.testing.assert_allclose(found["probabilities"], want, atol=1e-6, rtol=0)
    assert found["probabilities"].dtype == dtype
    assert found["label"].tolist() == [labels[place] for place in want.argmax(axis=1)]
    assert len(set(found["label"].tolist())) > 1


def one_output(dtype=np.float64):
    network = Network([Dense(1, 1, "sigmoid")], loss="binary_cross_entropy")
    return Model(network, Parameters.from_arrays(network, [[[1.0]]], orientation="from_to", dtype=dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_output_is_the_probability_of_the_second_of_two(dtype, opened):
    X = np.array([[-3], [-1e-3], [0], [1e-3], [3]], dtype=dtype)
    found = opened(to_onnx(one_output(dtype), labels=["no", "yes"]))({"X": X})
    p = one_output(dtype).predict(X)
    np.testing.assert_allclose(found["probabilities"], np.hstack([1 - p, p]), atol=2e-7, rtol=0)
    assert found["label"].tolist() == ["no", "no", "no", "yes", "yes"]


@pytest.mark.parametrize(
    ("outputs", "labels"), [(1, ["a"]), (1, ["a", "b", "c"]), (3, ["a", "b"]), (2, ["a"])]
)
def test_another_number_of_labels_is_refused(outputs, labels):
    may_be = max(2, outputs)
    with pytest.raises(ShapeError, match=f"^the number of labels for {outputs} output.* may be {may_be}$"):
        to_onnx(Model(Network.dense([2, outputs], output="sigmoid")), labels=labels)


@pytest.mark.parametrize("labels", [[], [1, "a"], [None, "a"], [True, 1], [b"a", b"b"], [1 + 1j, 2]])
def test_labels_of_several_kinds_are_refused(labels):
    with pytest.raises(
        InvalidTypeError, match=r"^the list of labels was \[.*; it may be one of texts, of numb"
    ):
        label_array(labels)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["a", "b", "a"], "label 3 was 'a', as that of another one"),
        ([1, 1.0], "label 2 was 1.0, as that of another one"),
        ([1, 2**63], "label 2 was 9223372036854775808; it may be a finite number of 64 bits"),
        ([0.5, float("nan")], "label 2 was nan; it may be a finite number"),
        (["a", "b\0"], "label 2 was 'b\\x00'"),
        (["\udc00", "b"], "label 1 was '\\udc00'"),
    ],
)
def test_a_label_that_cannot_be_one_is_named(labels, told):
    with pytest.raises(InvalidValueError) as raised:
        label_array(labels)
    assert str(raised.value).startswith(told)
