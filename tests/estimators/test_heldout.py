"""Rows to judge by: a part, one's own, a scorer's choice; the best weights are kept wherever they are on."""

import pickle

import numpy as np
import pytest
from rows import NUMBERS, PAIR, SEVERAL, THREE, TWO, X, quietly
from sklearn.metrics import log_loss, make_scorer

from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.estimators.heldout import divided
from chainrule.network.program import Data

HELD = slice(60, 90)


def classifier(**choices):
    choices = {
        "hidden_layer_sizes": (8,),
        "learning_rate_init": 0.02,
        "random_state": 0,
        "max_iter": 60,
        **choices,
    }
    return MLPClassifier(**choices)


@pytest.mark.parametrize("y", [TWO, THREE, SEVERAL], ids=["two", "three", "several"])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_the_weights_that_were_best_on_ones_own_rows_are_kept(y, solver):
    fitted = quietly(classifier(solver=solver).fit, X[:60], y[:60], X_val=X[HELD], y_val=y[HELD])
    assert len(fitted.validation_scores_) == len(fitted.validation_loss_curve_) == fitted.n_iter_
    assert fitted.score(X[HELD], y[HELD]) == pytest.approx(max(fitted.validation_scores_))
    assert fitted.best_validation_score_ == max(fitted.validation_scores_)
    assert fitted.best_loss_ is None


def test_the_loss_of_these_rows_is_told():
    fitted = quietly(classifier(max_iter=5).fit, X[:60], THREE[:60], X_val=X[HELD], y_val=THREE[HELD])
    best = int(np.argmax(fitted.validation_scores_))
    expected = log_loss(THREE[HELD], fitted.predict_proba(X[HELD]))
    assert fitted.validation_loss_curve_[best] == pytest.approx(expected)
    weights = np.linspace(0.5, 2, 30)
    weighed = quietly(
        classifier(max_iter=1).fit,
        X[:60],
        THREE[:60],
        X_val=X[HELD],
        y_val=THREE[HELD],
        sample_weight_val=weights,
    )
    expected = log_loss(THREE[HELD], weighed.predict_proba(X[HELD]), sample_weight=weights)
    assert weighed.validation_loss_curve_[0] == pytest.approx(expected)


def test_early_stopping_holds_a_part_of_every_class_out():
    fitted = quietly(classifier(early_stopping=True, validation_fraction=0.2).fit, X, TWO)
    assert fitted.history_.plan.rows == 72
    assert len(fitted.validation_scores_) == fitted.n_iter_
    _, held = divided(fitted, Data(X, fitted._columns(TWO, X.dtype)), (X, TWO, None), 0)
    assert (held.y == "yes").mean() == pytest.approx((TWO == "yes").mean(), abs=1 / 18)
    assert np.array_equal(held.data.Y[:, 0], held.y == "yes")


def test_numbers_are_judged_by_r2():
    chosen = {"hidden_layer_sizes": (8,), "random_state": 0, "max_iter": 30, "solver": "sgd"}
    fitted = quietly(MLPRegressor(**chosen).fit, X[:60], PAIR[:60], X_val=X[HELD], y_val=PAIR[HELD])
    assert fitted.score(X[HELD], PAIR[HELD]) == pytest.approx(fitted.best_validation_score_)


@pytest.mark.parametrize(
    "scoring",
    [
        "neg_log_loss",
        "balanced_accuracy",
        make_scorer(log_loss, greater_is_better=False, response_method="predict_proba"),
    ],
)
def test_one_of_scikit_learns_scorers_may_decide(scoring):
    from sklearn.metrics import check_scoring

    fitted = quietly(classifier(scoring=scoring).fit, X[:60], TWO[:60], X_val=X[HELD], y_val=TWO[HELD])
    assert check_scoring(fitted, scoring)(fitted, X[HELD], TWO[HELD]) == pytest.approx(
        max(fitted.validation_scores_)
    )


def test_a_scorer_sees_the_rows_that_early_stopping_holds_out():
    seen = []

    def scorer(estimator, X, y):
        seen.append((len(X), *sorted(set(y))))
        return float((estimator.predict(X) == y).mean())

    by_scorer = quietly(classifier(scoring=scorer, early_stopping=True, max_iter=9).fit, X, TWO)
    usual = quietly(classifier(early_stopping=True, max_iter=9).fit, X, TWO)
    assert set(seen) == {(9, "no", "yes")}
    assert by_scorer.validation_scores_ == pytest.approx(usual.validation_scores_)


def test_it_stops_as_scikit_learn_does_by_the_scores():
    fitted = quietly(classifier(early_stopping=True, tol=0.5, n_iter_no_change=4, max_iter=500).fit, X, THREE)
    scores, count, best = fitted.validation_scores_, 0, -np.inf
    for place, score in enumerate(scores):
        count = count + 1 if score < best + 0.5 else 0
        best = max(best, score)
        assert (count > 4) == (place == len(scores) - 1)


def test_partial_fit_keeps_the_best_of_all_calls_and_goes_on_from_the_last():
    judged = classifier(learning_rate_init=0.3, solver="sgd")
    plain = classifier(learning_rate_init=0.3, solver="sgd")
    scores = []
    for _ in range(25):
        judged.partial_fit(X[:60], THREE[:60], classes=sorted(set(THREE)), X_val=X[HELD], y_val=THREE[HELD])
        plain.partial_fit(X[:60], THREE[:60], classes=sorted(set(THREE)))
        scores.append(plain.score(X[HELD], THREE[HELD]))
        assert judged.score(X[HELD], THREE[HELD]) == pytest.approx(max(scores))
    assert judged.validation_scores_ == pytest.approx(scores)
    assert judged.loss_curve_ == plain.loss_curve_  # learning went on from where the last call ended
    assert max(scores) > scores[-1] or np.array_equal(judged.coefs_[0], plain.coefs_[0])


def test_partial_fit_goes_on_after_early_stopping():
    fitted = quietly(classifier(early_stopping=True, max_iter=5).fit, X, THREE)
    best = [W.copy() for W in fitted.coefs_]
    scores = len(fitted.validation_scores_)
    fitted.set_params(early_stopping=False).partial_fit(X, THREE)
    assert len(fitted.validation_scores_ or []) == 0
    assert not np.array_equal(fitted.coefs_[0], best[0])
    again = quietly(classifier(early_stopping=True, max_iter=5).fit, X, THREE).partial_fit(X, THREE)
    assert len(again.validation_scores_) == scores + 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"X_val": X[HELD]}, "y_val was missing; it may be left out only together with X_val"),
        ({"y_val": THREE[HELD]}, "X_val was missing"),
        ({"X_val": X[HELD, :2], "y_val": THREE[HELD]}, "X has 2 features, but MLPClassifier is expecting 4"),
        ({"X_val": X[HELD], "y_val": np.full(30, "tall")}, "has classes not in"),
        ({"X_val": X[HELD] * np.nan, "y_val": THREE[HELD]}, "X at row 0, column 0 was NaN"),
    ],
)
def test_wrong_rows_to_judge_by_are_refused_and_the_old_fit_is_kept(given, said):
    fitted = quietly(classifier(max_iter=3).fit, X, THREE)
    before = fitted.predict_proba(X)
    with pytest.raises(ValueError, match=said):
        fitted.fit(X[:60], THREE[:60], **given)
    assert np.array_equal(fitted.predict_proba(X), before)


def test_a_scorer_that_says_no_number_is_refused():
    with pytest.raises(ValueError, match="the score of the rows to judge by was nan; it may be a number"):
        quietly(classifier(scoring=lambda *given: np.nan, early_stopping=True).fit, X, TWO)
    with pytest.raises(ValueError, match="the score of the rows to judge by was 'good'"):
        quietly(classifier(scoring=lambda *given: "good", early_stopping=True).fit, X, TWO)


@pytest.mark.parametrize("scoring", [None, "f1_macro"])
def test_a_fit_that_was_judged_is_pickled_without_the_rows(scoring):
    fitted = quietly(classifier(early_stopping=True, scoring=scoring, validation_fraction=0.5).fit, X, THREE)
    stored = pickle.dumps(fitted)
    assert np.array_equal(pickle.loads(stored).predict(X), fitted.predict(X))
    assert X[3].tobytes() not in stored
    assert pickle.loads(stored).history_.best_epoch == fitted.history_.best_epoch


def test_classes_of_one_row_each_cannot_be_divided():
    with pytest.raises(
        ValueError, match="the number of rows of the largest class was 1; it may be 2 or above"
    ):
        classifier(early_stopping=True).fit(X, np.arange(90))


def test_weights_of_rows_to_judge_by_need_the_rows():
    with pytest.raises(ValueError, match="sample_weight_val was given; it may be given only with X_val"):
        classifier().fit(X, TWO, sample_weight_val=np.ones(90))


def test_two_rows_cannot_be_divided():
    with pytest.raises(ValueError, match="The validation set is too small"):
        MLPRegressor(early_stopping=True).fit(X[:2], NUMBERS[:2])
