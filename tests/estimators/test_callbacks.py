"""scikit-learn's callbacks: every epoch is told, with its own weights, and a callback can end the fit."""

import numpy as np
import pytest
from rows import NUMBERS, THREE, X, quietly
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chainrule.estimators import MLPClassifier, MLPRegressor


class Recorder:
    """A callback that writes down what it is told, and ends the fit after some epochs."""

    def __init__(self, most=None):
        self.told, self.most, self.losses = [], most, []

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.told.append(f"end {context.task_name} {context.task_id}")
        if context.task_name == "epoch" and hasattr(fitted_estimator, "predict_proba"):
            self.losses.append(log_loss(y, fitted_estimator.predict_proba(X)))
        return self.most is not None and len(self.losses) >= self.most


def perceptron(**choices):
    return MLPClassifier(**{"hidden_layer_sizes": (6,), "random_state": 0, "max_iter": 4, **choices})


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_every_epoch_is_told_in_order(solver):
    recorder = Recorder()
    quietly(perceptron(solver=solver).set_callbacks(recorder).fit, X, THREE)
    epochs = [f"{what} epoch {number}" for number in range(4) for what in ("begin", "end")]
    assert recorder.told == ["setup", "begin fit 0", *epochs, "end fit 0", "teardown"]
    assert recorder.losses[-1] < recorder.losses[0]


def test_every_iteration_of_lbfgs_is_told():
    recorder = Recorder()
    fitted = quietly(perceptron(solver="lbfgs").set_callbacks(recorder).fit, X, THREE)
    assert len(recorder.losses) == fitted.n_iter_ == 4
    assert recorder.told.count("begin epoch 0") == 1
    begun = sum(each.startswith("begin") for each in recorder.told)
    assert begun == sum(each.startswith("end") for each in recorder.told)


def test_who_is_told_sees_the_weights_of_that_very_epoch_and_changes_nothing():
    recorder = Recorder()
    told = quietly(perceptron(max_iter=3).set_callbacks(recorder).fit, X, THREE)
    for epochs, loss in enumerate(recorder.losses, start=1):
        shorter = quietly(perceptron(max_iter=epochs).fit, X, THREE)
        assert loss == pytest.approx(log_loss(THREE, shorter.predict_proba(X)), rel=1e-12)
    assert np.array_equal(told.coefs_[0], quietly(perceptron(max_iter=3).fit, X, THREE).coefs_[0])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_callback_can_end_the_fit(solver):
    recorder = Recorder(most=2)
    fitted = perceptron(solver=solver, max_iter=100).set_callbacks(recorder).fit(X, THREE)  # and no warning
    assert fitted.n_iter_ == 2


def test_it_is_torn_down_where_the_fit_fails():
    recorder = Recorder()
    with pytest.raises(ValueError, match="NaN"):
        perceptron().set_callbacks(recorder).fit(X * np.nan, THREE)
    broken = MLPRegressor(solver="sgd", learning_rate_init=1e9, activation="identity").set_callbacks(recorder)
    with pytest.raises(ArithmeticError, match="diverged"):
        quietly(broken.fit, X, NUMBERS)
    assert recorder.told[-1] == "teardown"


def test_scikit_learns_own_callbacks(capsys):
    monitor = ScoringMonitor(scoring="accuracy")
    fitted = quietly(perceptron(max_iter=5).set_callbacks(monitor, ProgressBar()).fit, X, THREE)
    scores = [row["accuracy"] for row in monitor.get_logs().data if "accuracy" in row]
    assert scores[-1] == pytest.approx(fitted.score(X, THREE))
    assert len(scores) >= 5
    assert "MLPClassifier" in capsys.readouterr().out


def test_a_search_tells_the_epochs_of_all_its_fits():
    monitor = ScoringMonitor(scoring="accuracy")
    pipe = make_pipeline(StandardScaler(), perceptron().set_callbacks(monitor))
    search = GridSearchCV(pipe, {"mlpclassifier__alpha": [0.1, 1]}, cv=2).set_callbacks(ProgressBar())
    quietly(search.fit, X, THREE)
    epochs = [row["task_id_path"] for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert len(epochs) == (2 * 2 + 1) * 4  # two settings by two folds, and once more with the best
    assert min(map(len, epochs)) > 2  # they stand below the tasks of the search


def test_partial_fit_tells_as_well():
    recorder = Recorder()
    perceptron().set_callbacks(recorder).partial_fit(X, THREE, classes=sorted(set(THREE)))
    assert recorder.told[1:-1] == ["begin partial_fit 0", "begin epoch 0", "end epoch 0", "end partial_fit 0"]


def test_verbose_prints_every_epoch(capsys):
    quietly(perceptron(verbose=True, early_stopping=True).fit, X, THREE)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Iteration 1, loss = 1.")
    assert said[1].startswith("Validation score: 0.")
    assert len(said) == 8
