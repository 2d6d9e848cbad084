"""The same meaning as scikit-learn's: from the same weights, without shuffling, the same numbers."""

import warnings

import numpy as np
import pytest
import sklearn.neural_network as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.estimators import MLPClassifier, MLPRegressor

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(40, 4))
LABELS = {
    "two": DRAW.integers(0, 2, 40),
    "three": np.array(["a", "b", "c"])[DRAW.integers(0, 3, 40)],
    "several": DRAW.integers(0, 2, (40, 3)),
}
NUMBERS = X[:, 0] ** 2 - X[:, 1] + 3
WEIGHTS = DRAW.integers(1, 4, 40).astype(float)


def both(kind, y, sample_weight=None, **choices):
    """Return scikit-learn's estimator and ours after the same fit from the same weights."""
    ours = {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}[kind]
    settings_ = {
        "random_state": 1,
        "shuffle": False,
        "warm_start": True,
        "hidden_layer_sizes": (5, 3),
        **choices,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = getattr(theirs, kind)(**{**settings_, "max_iter": 1, "solver": "adam"}).fit(X, y)
        mine = ours.from_sklearn(start).set_params(**settings_)
        other = getattr(theirs, kind)(**settings_).fit(X, y, sample_weight)
        for fresh in (mine, other):
            fresh.coefs_ = [np.array(W) for W in start.coefs_]
            fresh.intercepts_ = [np.array(b) for b in start.intercepts_]
            fresh.loss_curve_, fresh.t_, fresh.best_loss_ = [], 0, np.inf
            fresh._no_improvement_count = 0
            fresh.fit(X, y, sample_weight)
    return other, mine


def assert_same(other, mine, tolerance=1e-9):
    assert mine.n_iter_ == other.n_iter_
    assert mine.loss_curve_ == pytest.approx(other.loss_curve_, rel=tolerance)
    for ours, its in zip(mine.coefs_ + mine.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        assert ours == pytest.approx(its, rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("target", LABELS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_sgd_with_momentum_takes_the_same_steps(target, activation):
    choices = {"solver": "sgd", "activation": activation, "batch_size": 10, "alpha": 0.1, "max_iter": 30}
    assert_same(*both("MLPClassifier", LABELS[target], **choices))


@settings(max_examples=25, deadline=None)
@given(
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
    nesterov=st.booleans(),
    rate=st.sampled_from([0.001, 0.05]),
    alpha=st.sampled_from([0.0, 0.01, 1.0]),
    schedule=st.sampled_from(["constant", "adaptive"]),
    tol=st.sampled_from([1e-4, 1e-2]),
    patience=st.sampled_from([1, 3, 10]),
    batch=st.sampled_from([8, 20, 40]),
)
def test_sgd_stops_at_the_same_epoch(momentum, nesterov, rate, alpha, schedule, tol, patience, batch):
    choices = {"solver": "sgd", "momentum": momentum, "nesterovs_momentum": nesterov, "max_iter": 120}
    choices |= {"learning_rate": schedule, "learning_rate_init": rate, "alpha": alpha, "tol": tol}
    other, mine = both("MLPRegressor", NUMBERS, **choices, n_iter_no_change=patience, batch_size=batch)
    # Where the rate falls, the velocity of scikit-learn has the old rate in it and ours has not.
    fell = schedule == "adaptive" and mine.history_.plan.schedule.falls and momentum
    if not fell:
        assert_same(other, mine)
        assert mine._no_improvement_count == other._no_improvement_count


def test_weights_of_rows_count_the_same_with_full_batches():
    choices = {"solver": "sgd", "alpha": 0.5, "max_iter": 20, "batch_size": 40}
    assert_same(*both("MLPClassifier", LABELS["three"], WEIGHTS, **choices))


def test_adam_takes_the_same_steps_but_for_where_epsilon_stands():
    other, mine = both("MLPClassifier", LABELS["three"], solver="adam", batch_size=8, max_iter=50)
    assert mine.loss_curve_ == pytest.approx(other.loss_curve_, rel=1e-3)


@pytest.mark.parametrize(("kind", "y"), [("MLPClassifier", LABELS["two"]), ("MLPRegressor", NUMBERS)])
def test_lbfgs_finds_the_same_place_on_a_convex_ground(kind, y):
    choices = {"solver": "lbfgs", "alpha": 1.0, "activation": "identity", "hidden_layer_sizes": (3,)}
    other, mine = both(kind, y, max_iter=2000, tol=1e-9, **choices)
    assert mine.predict(X) == pytest.approx(other.predict(X), rel=1e-3, abs=1e-3)
    assert mine.loss_ == pytest.approx(other.loss_, rel=1e-6)


def test_the_loss_of_poisson_has_their_constant_too():
    counts = np.random.default_rng(1).poisson(np.exp(X[:, 0]))
    other, mine = both("MLPRegressor", counts, loss="poisson", solver="sgd", max_iter=30, batch_size=10)
    assert_same(other, mine, tolerance=1e-8)


def test_invscaling_follows_the_rows_seen():
    mine = MLPClassifier(solver="sgd", learning_rate="invscaling", power_t=0.25, random_state=0, max_iter=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine.fit(X, LABELS["two"])
    assert mine.history_.learning_rate == pytest.approx(
        [0.001 / (1 + 40 * epoch) ** 0.25 for epoch in range(3)]
    )


def test_with_several_outputs_the_gradient_is_that_of_the_stated_loss():
    """scikit-learn's is twice as long with two outputs: its issue 8349."""
    Y = np.stack([NUMBERS, -NUMBERS], axis=1)
    mine = MLPRegressor(hidden_layer_sizes=(3,), random_state=0, max_iter=1, alpha=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine.fit(X, Y)
        start = mine.to_sklearn().set_params(
            warm_start=True, solver="sgd", momentum=0, learning_rate_init=0.5
        )
        before = [W.copy() for W in start.coefs_]
        start.fit(X, Y)
    gradient = mine.gradients(X, Y)
    loss = np.mean((mine.predict(X) - Y) ** 2) / 2
    assert gradient.loss == pytest.approx(loss)
    for W, after, own in zip(before, start.coefs_, gradient.coefs, strict=True):
        assert (W - after) / 0.5 == pytest.approx(2 * own, rel=1e-6)
