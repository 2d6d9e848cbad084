"""Inside scikit-learn's own tools: pipelines, searches, calibration, copies, frames, inspection."""

import copy
import os
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import BaggingClassifier, StackingRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score, learning_curve
from sklearn.multioutput import ClassifierChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor

IRIS = StandardScaler().fit_transform(load_iris().data), load_iris().target
CANCER = load_breast_cancer(return_X_y=True)
SUGAR = load_diabetes(return_X_y=True)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def small(**choices):
    return MLPClassifier((8,), random_state=0, max_iter=60, learning_rate_init=0.02, **choices)


def small_regressor(**choices):
    return MLPRegressor(
        hidden_layer_sizes=(8,), random_state=0, max_iter=60, learning_rate_init=0.02, **choices
    )


def test_a_pipeline():
    assert make_pipeline(StandardScaler(), small()).fit(*CANCER).score(*CANCER) > 0.97


def test_a_grid_search_over_two_processes():
    """In a process of its own: the workers outlive the search."""
    program = """
import warnings
warnings.simplefilter("ignore")
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from chainrule.estimators import MLPClassifier
X, y = load_iris(return_X_y=True)
pipe = make_pipeline(StandardScaler(), MLPClassifier((8,), random_state=0, learning_rate_init=0.02))
grid = {"mlpclassifier__alpha": [1e-4, 1.0], "mlpclassifier__activation": ["relu", "gelu"]}
found = [GridSearchCV(pipe, grid, n_jobs=n, cv=3).fit(X, y).cv_results_["mean_test_score"] for n in (2, 1)]
assert (found[0] == found[1]).all() and found[0].max() > 0.9, found
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


def test_a_calibrated_classifier():
    calibrated = CalibratedClassifierCV(make_pipeline(StandardScaler(), small()), cv=3).fit(*CANCER)
    assert calibrated.score(*CANCER) > 0.97
    assert calibrated.predict_proba(CANCER[0]).sum(axis=1) == pytest.approx(1)


def test_cross_validation():
    assert cross_val_score(small(), *IRIS, cv=3).mean() > 0.9
    assert cross_val_predict(small(), *IRIS, cv=3, method="predict_proba").shape == (150, 3)
    _, train, test = learning_curve(small(), *IRIS, train_sizes=[0.5, 1.0], cv=3)
    assert train.shape == test.shape == (2, 3)
    assert cross_val_score(small_regressor(), *SUGAR, cv=3, scoring="neg_mean_absolute_error").max() < 0


@pytest.mark.parametrize(
    "estimator",
    [
        small(solver=cr.AdamW(1e-3), learning_rate=cr.Cosine(), activation=["mish"], dropout=0.1),
        small_regressor(loss=cr.pinball(0.1, 0.9)),
        small_regressor(loss=cr.huber(2.0), scoring="r2", early_stopping=True),
    ],
)
def test_a_clone_has_the_same_settings_and_no_fit(estimator):
    X, y = IRIS
    fitted = estimator.fit(X, y)
    made = clone(fitted)
    assert made.get_params() == fitted.get_params()
    assert not hasattr(made, "coefs_")
    assert np.array_equal(made.fit(X, y).coefs_[0], fitted.coefs_[0])


def test_pickle_copy_and_joblib_keep_everything(tmp_path):
    fitted = small().fit(*IRIS)
    joblib.dump(fitted, tmp_path / "m.joblib")
    copies = pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "m.joblib"), copy.deepcopy(fitted)
    expected = fitted.predict_proba(IRIS[0])
    fitted.partial_fit(*IRIS)
    for each in copies:
        assert np.array_equal(each.predict_proba(IRIS[0]), expected)
        each.partial_fit(*IRIS)  # the optimizer goes on as well
        assert np.array_equal(each.coefs_[0], fitted.coefs_[0])


def test_a_pickle_holds_the_weights_once():
    wide = MLPClassifier((400,), max_iter=1, random_state=0, solver="sgd", momentum=0).fit(*IRIS)
    weights = sum(W.nbytes for W in wide.coefs_) + sum(b.nbytes for b in wide.intercepts_)
    assert len(pickle.dumps(wide)) < 2.5 * weights  # once for predictions, once for the next step


def mixed(rows=60):
    draw = np.random.default_rng(0)
    kind = np.array(["iron", "copper", "tin"])[draw.integers(0, 3, rows)]
    weight = draw.normal(5, 2, rows)
    label = np.where((kind == "iron") ^ (weight > 5), "keep", "drop")
    return pl.DataFrame({"kind": kind, "weight": weight, "size": draw.normal(0, 1, rows)}), label


def test_a_column_transformer_with_a_polars_frame():
    frame, label = mixed()
    columns = ColumnTransformer(
        [
            ("kind", OneHotEncoder(sparse_output=False), ["kind"]),
            ("other", StandardScaler(), ["weight", "size"]),
        ],
        verbose_feature_names_out=False,
    ).set_output(transform="polars")
    pipe = make_pipeline(columns, small(solver="lbfgs")).fit(frame, label)
    assert pipe.score(frame, label) > 0.95
    assert list(pipe[-1].feature_names_in_) == ["kind_copper", "kind_iron", "kind_tin", "weight", "size"]
    assert np.array_equal(pipe.predict(frame[:7]), pipe.predict(frame)[:7])


@pytest.mark.parametrize("output", ["pandas", "polars"])
def test_set_output_of_a_pipeline_reaches_it_with_names(output):
    X = pd.DataFrame(IRIS[0], columns=["a", "b", "c", "d"])
    pipe = make_pipeline(StandardScaler(), small()).set_output(transform=output).fit(X, IRIS[1])
    assert list(pipe[-1].feature_names_in_) == ["a", "b", "c", "d"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pipe.predict(X)


FRAMES = {
    "pandas": lambda X, names: pd.DataFrame(X, columns=names),
    "polars": lambda X, names: pl.DataFrame(X, schema=names),
    "pyarrow": lambda X, names: pa.table({name: X[:, i] for i, name in enumerate(names)}),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_any_data_frame_is_what_its_numbers_are(kind):
    names = ["length", "width", "petal length", "petal width"]
    frame = FRAMES[kind](IRIS[0], names)
    fitted, plain = small().fit(frame, IRIS[1]), small().fit(*IRIS)
    assert list(fitted.feature_names_in_) == names
    assert np.array_equal(fitted.predict_proba(frame), plain.predict_proba(IRIS[0]))
    turned = FRAMES[kind](IRIS[0][:, ::-1], names[::-1])
    with pytest.raises(ValueError, match="same order as they were in fit"):
        fitted.predict(turned)
    renamed = FRAMES[kind](IRIS[0], ["length", "width", "petal length", "girth"])
    with pytest.raises(ValueError, match=r"unseen at fit time:\n- girth"):
        fitted.predict(renamed)


def test_permutation_importance_finds_the_feature_that_matters():
    draw = np.random.default_rng(0)
    X = draw.normal(size=(200, 3))
    fitted = small().fit(X, X[:, 1] > 0)
    found = permutation_importance(fitted, X, X[:, 1] > 0, n_repeats=3, random_state=0)
    assert found.importances_mean.argmax() == 1


def test_partial_dependence_is_drawn():
    """In a process of its own: it loads pyplot, which is one for all."""
    program = """
from sklearn.datasets import load_diabetes
from sklearn.inspection import PartialDependenceDisplay
from chainrule.estimators import MLPRegressor
X, y = load_diabetes(return_X_y=True)
fitted = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0, max_iter=500).fit(X, y)
shown = PartialDependenceDisplay.from_estimator(fitted, X, [2, (2, 8)], grid_resolution=5)
assert shown.axes_.size == 2
assert shown.lines_[0, 0].get_ydata()[-1] > shown.lines_[0, 0].get_ydata()[0]
"""
    environment = {**os.environ, "MPLBACKEND": "agg"}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300, env=environment)


def test_other_meta_estimators():
    assert BaggingClassifier(small(), n_estimators=3, random_state=0).fit(*IRIS).score(*IRIS) > 0.9
    stacked = StackingRegressor([("mlp", small_regressor())], final_estimator=small_regressor(), cv=3)
    assert stacked.fit(*SUGAR).predict(SUGAR[0]).shape == (442,)
    labels = (IRIS[1][:, np.newaxis] == np.arange(3)).astype(int)
    chain = ClassifierChain(small(), random_state=0).fit(IRIS[0], labels)
    assert chain.predict(IRIS[0]).shape == (150, 3)


def test_metadata_is_routed_to_it():
    with sklearn.config_context(enable_metadata_routing=True):
        asked = small().set_fit_request(sample_weight=True, X_val=True, y_val=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        pipe = make_pipeline(scaler, asked, transform_input=["X_val"])
        weights = np.where(IRIS[1] == 0, 1.0, 0.0)
        pipe.fit(*IRIS, sample_weight=weights, X_val=IRIS[0][:50], y_val=IRIS[1][:50])
        assert set(pipe.predict(IRIS[0][:50])) == {0}  # the only rows that counted
        assert len(pipe[-1].validation_scores_) == pipe[-1].n_iter_
        search = GridSearchCV(
            small().set_fit_request(sample_weight=True).set_score_request(sample_weight=False),
            {"alpha": [0.1, 1]},
            cv=3,
        )
        assert search.fit(*IRIS, sample_weight=np.ones(150)).best_score_ > 0.8


def test_joblib_threads_share_the_cores():
    def fit(seed):
        return MLPClassifier((16,), random_state=seed, max_iter=30).fit(*IRIS).coefs_[0]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone = [fit(seed) for seed in range(4)]
        together = joblib.Parallel(n_jobs=4, backend="threading")(
            joblib.delayed(fit)(seed) for seed in range(4)
        )
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
