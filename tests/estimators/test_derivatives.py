"""The derivatives that an estimator tells: scikit-learn's own, single rows, and by the inputs."""

import numpy as np
import pytest
import sklearn.neural_network as theirs
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import NUMBERS, PAIR, SEVERAL, THREE, TWO, X, quietly
from sklearn.exceptions import NotFittedError

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor

TARGETS = {"two": TWO, "three": THREE, "several": SEVERAL}


def classifier(y, **choices):
    return quietly(
        MLPClassifier(**{"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 3, **choices}).fit, X, y
    )


def theirs_of(fitted, y):
    """Return loss and gradient by scikit-learn's own private backward pass."""
    other = fitted.to_sklearn()
    if hasattr(other, "_label_binarizer"):
        y = other._label_binarizer.transform(y)
    y = y.reshape(len(X), -1)
    depth = len(other.coefs_)
    grads = [np.empty_like(W) for W in other.coefs_], [np.empty_like(b) for b in other.intercepts_]
    loss, coefs, intercepts = other._backprop(X, y, None, [X] + [None] * depth, [None] * depth, *grads)
    return loss, coefs, intercepts


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_the_gradient_is_scikit_learns(target, activation):
    fitted = classifier(TARGETS[target], activation=activation, alpha=0.7)
    loss, coefs, intercepts = theirs_of(fitted, TARGETS[target])
    found = fitted.gradients(X, TARGETS[target])
    assert found.loss == pytest.approx(loss, rel=1e-12)
    for ours, its in zip(found.coefs + found.intercepts, coefs + intercepts, strict=True):
        assert ours == pytest.approx(its, rel=1e-10, abs=1e-13)


def test_with_several_numbers_a_row_theirs_is_that_of_another_loss():
    fitted = quietly(MLPRegressor(hidden_layer_sizes=(5,), alpha=0, random_state=0, max_iter=3).fit, X, PAIR)
    loss, coefs, _ = theirs_of(fitted, PAIR)
    found = fitted.gradients(X, PAIR)
    assert found.loss == pytest.approx(loss)
    assert 2 * found.coefs[0] == pytest.approx(coefs[0])  # twice as long as that of the loss they state


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["gelu", "silu", "elu", "tanh", "softplus"]), st.sampled_from(sorted(TARGETS)))
def test_the_mean_of_the_rows_is_the_gradient(activation, target):
    fitted = classifier(TARGETS[target], activation=activation, alpha=0.0)
    of_rows, whole = fitted.row_gradients(X, TARGETS[target]), fitted.gradients(X, TARGETS[target])
    assert of_rows.loss.mean() == pytest.approx(whole.loss)
    for rows, all_ in zip(of_rows.coefs + of_rows.intercepts, whole.coefs + whole.intercepts, strict=True):
        assert rows.shape == (len(X), *all_.shape)
        assert rows.mean(axis=0) == pytest.approx(all_, rel=1e-10, abs=1e-14)


def test_a_row_alone_has_its_own_gradient():
    fitted = classifier(THREE, alpha=0.0)
    alone = fitted.gradients(X[4:5], THREE[4:5])
    assert fitted.row_gradients(X, THREE).coefs[0][4] == pytest.approx(alone.coefs[0], rel=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_the_slopes_by_the_inputs_are_those_of_the_probabilities(target):
    fitted, h = classifier(TARGETS[target], activation="gelu"), 1e-6
    found = fitted.input_gradients(X)
    assert found.shape == (len(X), fitted.predict_proba(X).shape[1], 4)
    for i in range(4):
        step = h * np.eye(4)[i]
        slope = (fitted.predict_proba(X + step) - fitted.predict_proba(X - step)) / (2 * h)
        assert found[:, :, i] == pytest.approx(slope, abs=1e-8)


def test_the_slopes_of_a_regressor():
    one = quietly(MLPRegressor(activation="tanh", random_state=0, max_iter=3).fit, X, NUMBERS)
    two = quietly(MLPRegressor(activation="tanh", random_state=0, max_iter=3).fit, X, PAIR)
    assert one.input_gradients(X).shape == (90, 4)
    assert two.input_gradients(X).shape == (90, 2, 4)
    h = 1e-6 * np.eye(4)[1]
    assert one.input_gradients(X)[:, 1] == pytest.approx(
        (one.predict(X + h) - one.predict(X - h)) / 2e-6, abs=1e-8
    )


def test_weights_of_rows_weigh_the_gradient():
    fitted, weights = classifier(THREE, alpha=0.0), np.linspace(0, 3, 90)
    of_rows = fitted.row_gradients(X, THREE)
    expected = np.einsum("n,nij->ij", weights, of_rows.coefs[0]) / weights.sum()
    assert fitted.gradients(X, THREE, weights).coefs[0] == pytest.approx(expected)


@pytest.mark.parametrize("method", ["gradients", "row_gradients", "check_gradients", "explain"])
def test_an_estimator_must_be_fitted(method):
    with pytest.raises(NotFittedError):
        getattr(MLPClassifier(), method)(X, THREE)
    with pytest.raises(NotFittedError):
        MLPClassifier().input_gradients(X)


def test_the_gradients_of_all_rows_that_would_not_fit_are_refused(monkeypatch):
    from chainrule.network import accept

    fitted = classifier(THREE)
    monkeypatch.setattr(accept, "machine_memory", lambda: 10_000)
    with pytest.raises(cr.TooLargeError, match="the gradients of all rows would need"):
        fitted.row_gradients(X, THREE)


def test_scikit_learn_is_as_it_was():
    """The private method that the first test calls is still there."""
    assert hasattr(theirs.MLPClassifier, "_backprop")
