"""The metrics agree with scikit-learn's, weights included."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import UnknownNameError
from chainrule.train.metrics import METRICS, metric

oracle = pytest.importorskip("sklearn.metrics")


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def probabilities(random, rows, classes):
    raised = np.exp(random.normal(size=(rows, classes)))
    return raised / raised.sum(axis=1, keepdims=True)


@settings(deadline=None, max_examples=60)
@given(rows=st.integers(1, 30), classes=st.integers(2, 5), seed=st.integers(0, 2**32))
def test_of_classes(rows, classes, seed):
    random = np.random.default_rng(seed)
    A, true = probabilities(random, rows, classes), random.integers(classes, size=rows)
    Y, w, predicted = one_hot(true, classes), random.uniform(0.1, 2, size=rows), A.argmax(axis=1)
    expected = {
        "accuracy": oracle.accuracy_score(true, predicted, sample_weight=w),
        "f1_macro": oracle.f1_score(true, predicted, sample_weight=w, average="macro"),
        "log_loss": oracle.log_loss(true, A, sample_weight=w, labels=range(classes)),
    }
    present = np.unique(true)
    recalls = oracle.recall_score(true, predicted, labels=present, average=None, sample_weight=w)
    expected["balanced_accuracy"] = np.mean(recalls)
    for name, value in expected.items():
        assert METRICS[name].value(A, Y, w) == pytest.approx(value, rel=1e-12), name


@settings(deadline=None, max_examples=60)
@given(rows=st.integers(1, 30), outputs=st.integers(1, 3), seed=st.integers(0, 2**32))
def test_of_numbers(rows, outputs, seed):
    random = np.random.default_rng(seed)
    A, Y = random.normal(size=(2, rows, outputs))
    w = random.uniform(0.1, 2, size=rows)
    mse = oracle.mean_squared_error(Y, A, sample_weight=w)
    expected = {
        "mean_squared_error": mse,
        "root_mean_squared_error": np.sqrt(mse),
        "mean_absolute_error": oracle.mean_absolute_error(Y, A, sample_weight=w),
    }
    if rows > 1:
        expected["r2"] = oracle.r2_score(Y, A, sample_weight=w)
    for name, value in expected.items():
        assert METRICS[name].value(A, Y, w) == pytest.approx(value, rel=1e-10, abs=1e-12), name


def test_one_column_of_zero_and_one_is_two_classes():
    A, Y, w = np.array([[0.9], [0.2], [0.6]]), np.array([[1.0], [0.0], [0.0]]), np.ones(3)
    assert METRICS["accuracy"].value(A, Y, w) == pytest.approx(2 / 3)
    assert METRICS["log_loss"].value(A, Y, w) == pytest.approx(oracle.log_loss([1, 0, 0], A[:, 0]))


def test_a_constant_target_has_a_score():
    A, Y = np.ones((3, 1)), np.ones((3, 1))
    assert METRICS["r2"].value(A, Y, np.ones(3)) == 1
    assert METRICS["r2"].value(A + 1, Y, np.ones(3)) == 0


def test_nan_is_never_better():
    assert not METRICS["r2"].better(float("nan"), 0.1)
    assert not METRICS["mean_squared_error"].better(float("nan"), 0.1)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean accuracy"):
        metric("acuracy")
