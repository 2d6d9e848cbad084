"""What an estimator shows: a step by the names of its columns, the check, its curve, its picture."""

import numpy as np
import pandas as pd
import pytest
from rows import NUMBERS, THREE, X, quietly

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor

NAMES = ["age", "height", "weight", "pulse"]


def loss_of(trace):
    """Return the loss of a step, the penalty included."""
    return float(trace.array("loss", trace.network.depth))


@pytest.fixture(scope="module")
def fitted():
    return quietly(MLPClassifier((3,), random_state=0, max_iter=5).fit, pd.DataFrame(X, columns=NAMES), THREE)


def test_a_row_is_explained_by_the_names_of_its_columns(fitted, tmp_path):
    trace = fitted.explain(pd.DataFrame(X[:1], columns=NAMES), THREE[:1])
    text = str(trace)
    assert all(name in text for name in NAMES)
    assert loss_of(trace) == pytest.approx(
        fitted.gradients(pd.DataFrame(X[:1], columns=NAMES), THREE[:1]).loss
    )
    cr.explain(trace, tmp_path / "step.html")
    assert "pulse" in (tmp_path / "step.html").read_text("utf-8")


def test_without_a_target_a_classifier_explains_its_own_answer(fitted):
    frame = pd.DataFrame(X[:2], columns=NAMES)
    assert loss_of(fitted.explain(frame)) == loss_of(fitted.explain(frame, fitted.predict(frame)))
    with pytest.raises(ValueError, match="y was left out; it may be the targets of the rows"):
        quietly(MLPRegressor(max_iter=2).fit, X, NUMBERS).explain(X[:1])


def test_one_row_may_come_without_its_brackets():
    plain = quietly(MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", max_iter=3).fit, X, NUMBERS)
    assert loss_of(plain.explain(X[0], NUMBERS[0])) == loss_of(plain.explain(X[:1], NUMBERS[:1]))


def test_the_explained_step_is_the_one_that_partial_fit_takes():
    stepping = quietly(
        MLPClassifier((3,), solver="sgd", momentum=0, random_state=0, max_iter=1, alpha=0.3).fit, X, THREE
    )
    trace = stepping.explain(X[:4], THREE[:4])
    after = trace.array("W_after", 1)
    stepping.partial_fit(X[:4], THREE[:4])
    assert stepping.coefs_[0] == pytest.approx(after, rel=1e-12)


def test_the_gradient_check(fitted):
    report = str(fitted.check_gradients(pd.DataFrame(X[:3], columns=NAMES), THREE[:3]))
    assert "complex step" in report


def test_the_history_is_drawn():
    judged = quietly(MLPClassifier((3,), early_stopping=True, random_state=0, max_iter=6).fit, X, THREE)
    lines = [line.get_label() for line in judged.plot_history().axes[0].lines]
    assert lines[:2] == ["learned rows", "held-out rows"]


def test_notebooks_see_the_network_under_the_parameters(fitted):
    assert "<svg" in fitted._repr_html_()
    assert "polyline" not in MLPClassifier()._repr_html_()
    shown = fitted._repr_mimebundle_()["text/html"]
    assert shown.count("polyline") >= 1
    hostile = quietly(
        MLPClassifier((2,), max_iter=1).fit, pd.DataFrame(X, columns=["<script>", "b", "c", "d"]), THREE
    )
    assert "<script>alert" not in hostile._repr_html_()


def test_the_steps_of_a_classifier_that_was_put_together_by_hand():
    made = MLPClassifier.from_network(
        cr.Model(cr.Network.dense([4, 3, 1], output="sigmoid", loss="binary_cross_entropy"))
    )
    assert np.isfinite(loss_of(made.explain(X[:1], np.array([1]))))
