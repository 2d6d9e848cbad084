"""Weights are repetition: a row of weight 2 counts as the row twice."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.estimators import MLPClassifier, MLPRegressor

DRAW = np.random.default_rng(3)
X = DRAW.normal(size=(25, 3))
LABELS = np.array(["no", "yes", "perhaps"])[DRAW.integers(0, 3, 25)]
NUMBERS = X[:, 0] - X[:, 1] ** 2

COUNTS = st.lists(st.integers(0, 3), min_size=25, max_size=25).filter(
    lambda counts: all(np.sum(np.array(counts)[label == LABELS]) for label in set(LABELS))
)


def fitted(estimator, *rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(*rows)


@settings(max_examples=20, deadline=None)
@given(COUNTS, st.sampled_from(["lbfgs", "sgd", "adam"]), st.booleans())
def test_whole_weights_give_what_repeated_rows_give(counts, solver, classifies):
    """With all rows in a step the two sum the same numbers, in another order: so all but the last digits."""
    kind, y = (MLPClassifier, LABELS) if classifies else (MLPRegressor, NUMBERS)
    counts, steps = np.array(counts), 40

    def perceptron():
        return kind(
            hidden_layer_sizes=(4,),
            activation="tanh",
            solver=solver,
            alpha=0.3,
            batch_size=200,
            max_iter=steps,
            tol=0,
            random_state=0,
            shuffle=False,
        )

    weighted = fitted(perceptron(), X, y, counts)
    repeated = fitted(perceptron(), np.repeat(X, counts, axis=0), np.repeat(y, counts))
    for one, other in zip(weighted.coefs_, repeated.coefs_, strict=True):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-6)
    assert weighted.loss_curve_[:5] == pytest.approx(repeated.loss_curve_[:5], rel=1e-10)


def test_a_weight_that_is_left_out_is_noticed(monkeypatch):
    """The comparison can fail."""
    counts = np.full(25, 1)
    counts[:10] = 3
    plain = fitted(MLPClassifier((4,), solver="lbfgs", max_iter=40, random_state=0), X, LABELS)
    weighted = fitted(MLPClassifier((4,), solver="lbfgs", max_iter=40, random_state=0), X, LABELS, counts)
    assert plain.coefs_[0] != pytest.approx(weighted.coefs_[0], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("class_weight", ["balanced", {"yes": 3, "no": 1, "perhaps": 0.5}])
def test_weights_of_classes_are_weights_of_their_rows(class_weight):
    from sklearn.utils.class_weight import compute_sample_weight

    of_rows = compute_sample_weight(class_weight, LABELS)
    one = fitted(MLPClassifier((4,), class_weight=class_weight, random_state=0, max_iter=20), X, LABELS)
    other = fitted(MLPClassifier((4,), random_state=0, max_iter=20), X, LABELS, of_rows)
    assert np.array_equal(one.coefs_[0], other.coefs_[0])
    both = fitted(
        MLPClassifier((4,), class_weight=class_weight, random_state=0, max_iter=20), X, LABELS, of_rows
    )
    squared = fitted(MLPClassifier((4,), random_state=0, max_iter=20), X, LABELS, of_rows**2)
    assert np.array_equal(both.coefs_[0], squared.coefs_[0])


def test_a_balanced_weight_needs_all_rows():
    with pytest.raises(ValueError, match="class_weight was 'balanced'; it may be a dict of weights"):
        MLPClassifier(class_weight="balanced").partial_fit(X, LABELS, classes=sorted(set(LABELS)))


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        (-np.ones(25), "the weight of row 0 was -1.0; it may be 0 or above"),
        (np.zeros(25), "at least one non-zero"),
        (np.full(25, np.nan), "NaN"),
        (np.ones(7), r"sample_weight.shape == \(7,\)"),
    ],
)
def test_wrong_weights_are_refused(weights, said):
    with pytest.raises(ValueError, match=said):
        MLPClassifier().fit(X, LABELS, weights)
