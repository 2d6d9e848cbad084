"""Estimators in ONNX Runtime: the same labels, and the same probabilities to 1e-6."""

import subprocess
import sys

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import NUMBERS, PAIR, SEVERAL, THREE, TWO, X, quietly
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.network.activations import ACTIVATIONS

skl2onnx = pytest.importorskip("skl2onnx")

TARGETS = {"two": TWO, "three": THREE, "several": SEVERAL, "one": np.full(90, "only"), "true": NUMBERS > 0}
SETTINGS = {"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 4}


def run(model, rows):
    """Return what ONNX Runtime gives for rows."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, rows)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_classifier_says_the_same(target, dtype):
    rows = X.astype(dtype)
    fitted = quietly(MLPClassifier(**SETTINGS).fit, rows, TARGETS[target])
    label, probabilities = run(fitted.to_onnx(), {"X": rows})
    assert np.array_equal(label, fitted.predict(rows))
    assert probabilities.dtype == dtype
    assert probabilities == pytest.approx(fitted.predict_proba(rows), abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(set(ACTIVATIONS) - {"softmax"})), min_size=1, max_size=3, unique=True),
    st.sampled_from(["numbers", "pair", "quantiles", "counts"]),
)
def test_a_regressor_says_the_same(activations, target):
    y = {"pair": PAIR, "counts": np.abs(NUMBERS).round()}.get(target, NUMBERS)
    loss = {"quantiles": cr.pinball(0.1, 0.9), "counts": "poisson"}.get(target, "squared_error")
    choices = {
        **SETTINGS,
        "hidden_layer_sizes": (4,) * len(activations),
        "activation": activations,
        "max_iter": 1,
    }
    fitted = quietly(MLPRegressor(**choices, loss=loss).fit, X, y)
    (found,) = run(fitted.to_onnx(), {"X": X})
    expected = fitted.predict(X).reshape(90, -1)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_columns_of_a_data_frame_are_inputs_by_their_names(tmp_path):
    frame = pd.DataFrame(X, columns=["age", "label", "größe", "a b"])
    fitted = quietly(MLPClassifier(**SETTINGS).fit, frame, THREE)
    fitted.to_onnx(tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    assert [each.name for each in session.get_inputs()] == list(frame.columns)
    assert [each.name for each in session.get_outputs()] == ["label_2", "probabilities"]
    label, _ = session.run(None, {name: frame[[name]].to_numpy() for name in frame})
    assert np.array_equal(label, fitted.predict(frame))
    label, _ = run(fitted.to_onnx(input_name="rows"), {"rows": X})
    assert np.array_equal(label, fitted.predict(frame))


def test_a_pipeline_is_converted_by_skl2onnx():
    for target in ("two", "three", "true"):
        pipe = make_pipeline(StandardScaler(), MLPClassifier(**SETTINGS))
        quietly(pipe.fit, X, TARGETS[target])
        rows = X.astype(np.float32)
        model = skl2onnx.to_onnx(pipe, rows[:1], options={"zipmap": False})
        label, probabilities = run(model, {"X": rows})
        assert np.array_equal(label, pipe.predict(X))
        assert probabilities == pytest.approx(pipe.predict_proba(X), abs=1e-6)
    zipped = run(skl2onnx.to_onnx(pipe, rows[:1]), {"X": rows})[1]
    assert set(zipped[0]) == {False, True}


@pytest.mark.parametrize("y", [NUMBERS, PAIR], ids=["one", "two"])
def test_a_pipeline_for_numbers_is_converted(y):
    pipe = make_pipeline(StandardScaler(), MLPRegressor(**SETTINGS, activation="gelu"))
    quietly(pipe.fit, X, y)
    for rows in (X.astype(np.float32), X):
        (found,) = run(skl2onnx.to_onnx(pipe, rows[:1]), {"X": rows})
        assert found == pytest.approx(pipe.predict(X).reshape(90, -1), rel=1e-5, abs=2e-6)


def test_the_same_estimator_gives_the_same_bytes(tmp_path):
    fitted = quietly(MLPClassifier(**SETTINGS).fit, X, THREE)
    fitted.to_onnx(tmp_path / "1.onnx")
    fitted.to_onnx(tmp_path / "2.onnx")
    assert (tmp_path / "1.onnx").read_bytes() == (tmp_path / "2.onnx").read_bytes()
    with pytest.raises(cr.InvalidFileError):
        fitted.to_onnx(tmp_path / "1.onnx")
    fitted.to_onnx(tmp_path / "1.onnx", overwrite=True)


def test_what_cannot_be_written_is_refused():
    with pytest.raises(NotFittedError):
        MLPClassifier().to_onnx()
    own = MLPClassifier(**SETTINGS, activation=(np.tanh, lambda z: 1 - np.tanh(z) ** 2), engine="reference")
    with pytest.raises(cr.InvalidValueError, match="activation"):
        quietly(own.fit, X, TWO).to_onnx()


def test_it_needs_skl2onnx_only_for_pipelines():
    """Without it the estimators are imported all the same."""
    program = """
import importlib.util as util
found = util.find_spec
util.find_spec = lambda name, *rest: None if name == "skl2onnx" else found(name, *rest)
import sys, chainrule.estimators
assert "skl2onnx" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
