"""What the settings mean, and what is said where one cannot be meant."""

import copy
import re
import signal
import warnings

import numpy as np
import pytest
import sklearn.neural_network as theirs
from rows import NUMBERS, PAIR, THREE, TWO, X, quietly
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.estimators import FeatureScaleWarning, MLPClassifier, MLPRegressor, rules
from chainrule.estimators.correspondence import LOSSES_BY_NAME
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Quantity

SMALL = {"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 4}


@pytest.mark.parametrize("kind", ["MLPClassifier", "MLPRegressor"])
def test_every_setting_and_default_of_scikit_learn_is_there(kind):
    ours, its = (
        {"MLPClassifier": MLPClassifier, "MLPRegressor": MLPRegressor}[kind](),
        getattr(theirs, kind)(),
    )
    mine = ours.get_params()
    assert its.get_params().items() <= mine.items()
    positional = ["loss", "hidden_layer_sizes", "activation"][kind == "MLPClassifier" :]
    assert list(type(ours).__init__.__code__.co_varnames[1 : 1 + len(positional)]) == positional


@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_every_attribute_of_scikit_learn_is_there(y, early_stopping):
    choices = {**SMALL, "early_stopping": early_stopping}
    mine, other = (
        quietly(MLPClassifier(**choices).fit, X, y),
        quietly(theirs.MLPClassifier(**choices).fit, X, y),
    )
    public = {name: value for name, value in vars(other).items() if name.endswith("_")}
    assert public.keys() <= vars(mine).keys()
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_iter_", "t_", "n_features_in_"):
        assert getattr(mine, name) == public[name]
    for name in ("best_loss_", "validation_scores_", "best_validation_score_"):
        assert (getattr(mine, name) is None) == (public[name] is None)
    assert [W.shape for W in mine.coefs_] == [W.shape for W in other.coefs_]


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (
            {"hidden_layer_sizes": (5, 0)},
            "an entry of hidden_layer_sizes was 0; it may be a whole number, 1 or above",
        ),
        ({"hidden_layer_sizes": -1}, "'hidden_layer_sizes' parameter"),
        ({"activation": "sigmod"}, "'activation' parameter"),
        (
            {"activation": ["relu", "tanh"]},
            "the number of entries of activation was 2; it may be 1, one a hidden layer",
        ),
        ({"dropout": [0.1, 0.2]}, "the number of entries of dropout was 2; it may be 1"),
        ({"dropout": 1.0}, "'dropout' parameter"),
        ({"solver": "newton"}, "'solver' parameter"),
        ({"alpha": -1}, "'alpha' parameter"),
        ({"loss": "hinge"}, "'loss' parameter"),
        ({"learning_rate": "fast"}, "'learning_rate' parameter"),
        ({"clip_norm": 0.0}, "'clip_norm' parameter"),
        ({"dtype": "float16"}, "'dtype' parameter"),
        ({"engine": "gpu"}, "'engine' parameter"),
        ({"momentum": 1.0, "solver": "sgd"}, "'momentum' parameter"),
        ({"n_jobs": 0}, "n_jobs was 0; it may be None, a number of threads, or -1 for all cores"),
        ({"hidden_layer_sizes": (3.5,)}, "an entry of hidden_layer_sizes was 3.5"),
        ({"hidden_layer_sizes": True}, "an entry of hidden_layer_sizes was True"),
        ({"hidden_layer_sizes": (3, "a")}, "an entry of hidden_layer_sizes was 'a'"),
        ({"dropout": ["a"]}, "dropout was 'a'; it may be a number from 0 up to"),
        (
            {"activation": np.tanh},
            "the activation was one function; it may be a name, or a pair of functions",
        ),
        (
            {"learning_rate": cr.Cosine},
            "learning_rate was a class; it may be one that is made, such as Cosine()",
        ),
        ({"scoring": "f1"}, "scoring was 'f1'; it may be given only with rows to judge by"),
        ({"dtype": np.dtype("int64")}, "dtype was int64; it may be float32, float64 or None"),
        ({"out_activation": "relu"}, "the output activation for the loss binary_cross_entropy was 'relu'"),
        ({"scoring": "no_such_score", "early_stopping": True}, "no_such_score"),
        ({"validation_fraction": 0.0, "early_stopping": True}, "the part of the rows held out was 0.0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(choices, said):
    with pytest.raises((ValueError, TypeError), match=re.escape(said)):
        MLPClassifier(**{**SMALL, **choices}).fit(X, TWO)


@pytest.mark.parametrize(
    ("X_", "y_", "said"),
    [
        (np.where(X[3, 1] == X, np.nan, X), TWO, "X at row 3, column 1 was NaN; it may be a finite number"),
        (np.where(X[3, 1] == X, np.inf, X), TWO, "X at row 3, column 1 was inf; it may be a finite number"),
        (X[:, 0], TWO, "Expected 2D array"),
        (X[:0], TWO[:0], "0 sample"),
        (X, TWO[:7], "inconsistent numbers of samples"),
        (X.astype(str), TWO, "dtype"),
        (X + 1j, TWO, "Complex data not supported"),
        (X, np.full(90, np.nan), "NaN"),
        (X, NUMBERS, "Unknown label type: continuous"),
        (X, None, "y"),
    ],
)
def test_rows_that_cannot_be_are_refused_and_an_old_fit_is_kept(X_, y_, said):
    fitted = quietly(MLPClassifier(**SMALL).fit, X, THREE)
    before = dict(vars(fitted))
    if X_.dtype.kind == "U":
        X_ = np.where(X_[0, 0] == X_, "many", X_)
        said = "many"
    with pytest.raises((ValueError, TypeError), match=said):
        fitted.fit(X_, y_)
    assert all(vars(fitted)[name] is value for name, value in before.items())


def test_the_name_of_a_column_is_in_the_message():
    import pandas as pd

    frame = pd.DataFrame(X.copy(), columns=["age", "b", "c", "d"])
    fitted = quietly(MLPRegressor(**SMALL).fit, frame, NUMBERS)
    frame.loc[5, "age"] = np.nan
    with pytest.raises(ValueError, match=r"X at row 5, column 0 \('age'\) was NaN; .*SimpleImputer"):
        fitted.predict(frame)


def test_nothing_that_was_given_is_changed():
    rows, y, weights = X.copy(), TWO.copy(), np.ones(90)
    for array in (rows, y, weights):
        array.flags.writeable = False
    fitted = quietly(MLPClassifier(**SMALL).fit, rows, y, weights)
    fitted.predict(rows)
    assert np.array_equal(rows, X)


@pytest.mark.parametrize(
    "make", [np.asfortranarray, lambda a: a.astype(">f8"), lambda a: a[::-1][::-1], list]
)
def test_arrays_of_any_make_give_the_same_bits(make):
    expected = quietly(MLPClassifier(**SMALL).fit, X, THREE).predict_proba(X)
    assert np.array_equal(
        quietly(MLPClassifier(**SMALL).fit, make(X), THREE).predict_proba(make(X)), expected
    )


# Precision, layers, losses


def test_the_precision_is_that_of_the_rows_or_the_one_asked_for():
    of = {
        dtype: quietly(MLPClassifier(**SMALL).fit, X.astype(dtype), TWO) for dtype in ("float32", "float64")
    }
    assert [of[dtype].coefs_[0].dtype for dtype in of] == ["float32", "float64"]
    asked = quietly(MLPClassifier(**SMALL, dtype=np.float32).fit, X, TWO)
    assert asked.coefs_[0].dtype == np.float32
    assert np.array_equal(asked.coefs_[0], of["float32"].coefs_[0])
    assert asked.predict_proba(X).dtype == np.float32
    with pytest.raises(ValueError, match="X in float32 at row 0, column 0 was inf"):
        quietly(MLPClassifier(**SMALL, dtype="float32").fit, X * 1e300, TWO)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_every_activation_of_ours(name):
    fitted = quietly(MLPClassifier(**SMALL, activation=name).fit, X, TWO)
    assert fitted.network_.layers[0].activation is ACTIVATIONS[name]


def test_an_activation_for_each_layer_and_ones_own():
    layers = quietly(MLPClassifier((4, 3), ["gelu", "logistic"], max_iter=2).fit, X, TWO).network_.layers
    assert [layer.activation.name for layer in layers] == ["gelu", "sigmoid", "sigmoid"]
    own = (np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    one = quietly(MLPClassifier(**SMALL, activation=own, engine="reference").fit, X, TWO)
    other = quietly(MLPClassifier(**SMALL, activation="tanh", engine="reference").fit, X, TWO)
    assert one.predict_proba(X) == pytest.approx(other.predict_proba(X), rel=0.3)
    assert quietly(MLPClassifier((4, 3), [own, "relu"], max_iter=1).fit, X, TWO).n_layers_ == 4


def test_no_hidden_layer_is_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    mine = quietly(MLPClassifier((), solver="lbfgs", alpha=1.0, tol=1e-8, max_iter=1000).fit, X, TWO)
    other = LogisticRegression(C=1.0, tol=1e-8, max_iter=1000).fit(X, TWO)
    assert mine.coefs_[0][:, 0] == pytest.approx(other.coef_[0], rel=1e-3, abs=1e-4)
    assert mine.intercepts_[0] == pytest.approx(other.intercept_, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    "row", [row for row in LOSSES_BY_NAME if row.of == "numbers"], ids=lambda row: row.name
)
def test_every_loss_by_its_name(row):
    y = np.abs(NUMBERS)
    fitted = quietly(MLPRegressor(row.name, (5,), max_iter=300, solver="lbfgs", random_state=0).fit, X, y)
    assert fitted.network_.loss.name == row.ours
    constant = quietly(MLPRegressor(row.name, (), max_iter=300, solver="lbfgs").fit, X * 0, y)
    assert fitted.loss_ < constant.loss_


def test_quantiles_are_predicted_at_once():
    draw = np.random.default_rng(0)
    rows = draw.uniform(-1, 1, size=(2000, 1))
    y = rows[:, 0] + draw.normal(size=2000)
    fitted = quietly(
        MLPRegressor(
            cr.pinball(0.1, 0.5, 0.9), (8,), max_iter=150, learning_rate_init=0.01, random_state=0
        ).fit,
        rows,
        y,
    )
    below = (y[:, np.newaxis] <= fitted.predict(rows)).mean(axis=0)
    assert below == pytest.approx([0.1, 0.5, 0.9], abs=0.04)


def test_a_loss_of_ones_own():
    a, y = Quantity("a"), Quantity("y")
    quartic = cr.Loss(
        name="quartic",
        formula=(a - y) ** 4,
        slope=4 * (a - y) ** 3,
        terms=lambda A, Y: (A - Y) ** 4,
        derivative=lambda A, Y: 4 * (A - Y) ** 3,
        source="here",
    )
    fitted = quietly(
        MLPRegressor(quartic, (5,), engine="reference", max_iter=50, random_state=0).fit, X, NUMBERS
    )
    assert fitted.loss_ == pytest.approx(np.mean((fitted.predict(X) - NUMBERS) ** 4), rel=0.2)


def test_poisson_refuses_what_is_no_count():
    with pytest.raises(
        ValueError, match=r"the target at row \d+, column 0 was -.*; it may be 0 or above for poisson"
    ):
        MLPRegressor("poisson").fit(X, NUMBERS)


# Solvers, schedules, stopping


@pytest.mark.parametrize(
    "solver", ["adamw", "rmsprop", "adagrad", cr.AdamW(1e-2, weight_decay=0.5), cr.LBFGS()]
)
def test_solvers_of_ours(solver):
    fitted = quietly(MLPClassifier(**{**SMALL, "max_iter": 40}, solver=solver).fit, X, TWO)
    assert fitted.loss_curve_[-1] < fitted.loss_curve_[0]


def test_a_schedule_of_ours_counts_for_every_solver():
    fitted = quietly(MLPClassifier(**SMALL, learning_rate=cr.StepDecay(2, 0.1)).fit, X, TWO)
    assert fitted.history_.learning_rate == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4])


def test_an_adaptive_rate_falls_until_it_is_very_small():
    choices = {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "tol": 0.5,
        "max_iter": 3000,
        "n_iter_no_change": 2,
    }
    fitted = MLPClassifier(**{**SMALL, **choices}).fit(X, TWO)
    rates = fitted.history_.learning_rate
    assert fitted.n_iter_ < 3000
    assert rates[0] == 0.001
    assert sorted({round(float(np.log(rates[0] / rate) / np.log(5)), 6) for rate in rates}) == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


def test_dropout_and_clipping_reach_the_network():
    fitted = quietly(MLPClassifier((4, 3), dropout=[0.5, 0.0], max_iter=1).fit, X, TWO)
    assert [layer.dropout for layer in fitted.network_.layers] == [0.5, 0.0, 0.0]
    plain = quietly(MLPClassifier(**SMALL, solver="sgd").fit, X, TWO)
    clipped = quietly(MLPClassifier(**SMALL, solver="sgd", clip_norm=1e-6).fit, X, TWO)
    start = cr.Parameters.initial(plain.network_, 0).W[1]
    assert np.abs(clipped.coefs_[0] - start).max() < 1e-5 < np.abs(plain.coefs_[0] - start).max()


def test_a_whole_random_state_is_the_seed_of_a_model():
    fitted = quietly(
        MLPRegressor(hidden_layer_sizes=(5,), random_state=3, alpha=0, max_iter=4, batch_size=30, tol=0).fit,
        X,
        NUMBERS,
    )
    start = rules.first_parameters(fitted.network_, 3, np.dtype(np.float64))
    assert np.array_equal(start.W[1], cr.Parameters.initial(fitted.network_, 3).W[1])
    model = cr.Model(fitted.network_, start)
    model.fit(
        X, NUMBERS[:, np.newaxis], epochs=4, batch_size=30, seed=3, optimizer=cr.Adam(), engine="compiled"
    )
    assert np.array_equal(fitted.coefs_[0], model.parameters.W[1])


def test_the_threads_have_no_influence_on_any_bit():
    rows = np.random.default_rng(0).normal(size=(3000, 20))
    y = rows[:, 0] > rows[:, 1]
    one, two = (
        quietly(MLPClassifier((64,), n_jobs=n, random_state=0, max_iter=3).fit, rows, y) for n in (1, 2)
    )
    assert np.array_equal(one.coefs_[0], two.coefs_[0])
    assert np.array_equal(one.predict_proba(rows), two.predict_proba(rows))
    assert np.array_equal(one.predict_proba(rows[:3]), one.predict_proba(rows)[:3])


def test_it_says_when_it_has_not_converged():
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(4\) reached"):
        MLPClassifier(**SMALL).fit(X, TWO)
    with pytest.warns(ConvergenceWarning, match="lbfgs did not converge in 4 iterations; increase max_iter"):
        MLPClassifier(**SMALL, solver="lbfgs").fit(X, TWO)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier(**{**SMALL, "max_iter": 500}, tol=0.1, n_iter_no_change=2).fit(X, TWO)
        MLPClassifier(**{**SMALL, "max_iter": 2000}, solver="lbfgs", alpha=1.0).fit(X, TWO)


DIVERGES = {"solver": "sgd", "learning_rate_init": 1e3, "activation": "identity", "random_state": 0}


def test_divergence_says_where_and_leaves_the_estimator_as_it_was():
    diverging = MLPRegressor(**DIVERGES)
    with pytest.raises(
        cr.DivergenceError, match=r"training diverged in epoch \d+, batch 1: a number that is not"
    ):
        quietly(diverging.fit, X, NUMBERS)
    assert not hasattr(diverging, "coefs_")
    fitted = quietly(MLPRegressor(**SMALL).fit, X, NUMBERS)
    before = dict(vars(fitted))
    for method in (fitted.fit, fitted.partial_fit):
        with pytest.raises(cr.DivergenceError):
            quietly(fitted.set_params(**DIVERGES) and method, X, NUMBERS * 1e200)
        assert all(vars(fitted)[name] is value for name, value in before.items() if name.endswith("_"))


def test_with_rows_to_judge_by_divergence_keeps_the_best():
    diverging = MLPRegressor(**DIVERGES, early_stopping=True)
    with pytest.raises(cr.DivergenceError):
        quietly(diverging.fit, X, NUMBERS)
    assert np.isfinite(diverging.predict(X)).all()
    assert len(diverging.validation_scores_) == diverging.n_iter_ > 0


@pytest.mark.parametrize("early_stopping", [False, True])
def test_an_interrupt_keeps_what_was_learned(early_stopping):
    class Interrupts:
        def setup(self, estimator, context):
            pass

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            if context.task_name == "epoch" and context.task_id == 3:
                raise KeyboardInterrupt

        def on_fit_task_end(self, estimator, context):
            pass

    stopped = MLPClassifier(**{**SMALL, "max_iter": 50}, early_stopping=early_stopping).set_callbacks(
        Interrupts()
    )
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        stopped.fit(X, TWO)
    shorter = quietly(MLPClassifier(**{**SMALL, "max_iter": 3}, early_stopping=early_stopping).fit, X, TWO)
    assert stopped.n_iter_ == 3
    assert np.array_equal(stopped.coefs_[0], shorter.coefs_[0])


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_an_interrupt_at_any_of_200_instants_leaves_it_usable_or_unfitted():
    draw, old = np.random.default_rng(0), quietly(MLPClassifier(**SMALL).fit, X, THREE)

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    ends = set()
    try:
        for _ in range(200):
            again = copy.deepcopy(old).set_params(max_iter=60)
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(1e-4, 0.02))
                quietly(again.fit, X[:, :3], TWO)
                signal.setitimer(signal.ITIMER_REAL, 0)
                ends.add("fitted")
            except KeyboardInterrupt:
                ends.add("interrupted")
            signal.setitimer(signal.ITIMER_REAL, 0)
            rows = X[:, : again.n_features_in_]
            assert set(again.predict(rows)) <= set(again.classes_)
            assert len(again.classes_) == (3 if again.n_features_in_ == 4 else 2)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert ends == {"fitted", "interrupted"}


def test_features_that_are_not_scaled_are_named_with_the_fix():
    wine = X * [1, 1, 1, 750]
    with pytest.warns(
        FeatureScaleWarning, match=r"the typical size of column 3 was .*StandardScaler\(\), MLPClassifier"
    ):
        quietly_converging(wine)
    with warnings.catch_warnings():
        warnings.simplefilter("error", FeatureScaleWarning)
        quietly_converging(StandardScaler().fit_transform(wine))


def test_the_largest_is_named_and_the_others_counted():
    with pytest.warns(
        FeatureScaleWarning, match=r"size of column 2 was .* \(1 more are above 100\); networks"
    ):
        quietly_converging(X * [1, 200, 900, 1])


def quietly_converging(rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return MLPClassifier(**SMALL).fit(rows, TWO)


# Going on


@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw"])
def test_partial_fit_takes_the_steps_of_fit(solver):
    """With all rows in a step the order of rows has no influence but on the last digits."""
    choices = {**SMALL, "solver": solver, "batch_size": 90, "max_iter": 30, "tol": 0, "n_iter_no_change": 100}
    whole = quietly(MLPRegressor(**choices).fit, X, NUMBERS)
    parts = MLPRegressor(**choices)
    for _ in range(30):
        parts.partial_fit(X, NUMBERS)
    assert parts.coefs_[0] == pytest.approx(whole.coefs_[0], rel=1e-6, abs=1e-9)
    assert parts.loss_curve_ == pytest.approx(whole.loss_curve_, rel=1e-9)
    assert (parts.t_, parts.n_iter_) == (2700, 1)


def test_partial_fit_takes_parts_of_any_size():
    parts = MLPClassifier(**SMALL, batch_size=7)
    for rows in (slice(0, 10), slice(10, 45), slice(45, 90), slice(0, 7)):
        parts.partial_fit(X[rows], THREE[rows], classes=["low", "middle", "high"])
    assert parts.t_ == 97
    assert list(parts.classes_) == ["high", "low", "middle"]


def test_the_first_partial_fit_wants_the_classes():
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        MLPClassifier().partial_fit(X, TWO)
    with pytest.raises(ValueError, match="has classes not in"):
        MLPClassifier().partial_fit(X, THREE, classes=["low", "middle"])
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")
    assert not hasattr(MLPRegressor(solver=cr.LBFGS()), "partial_fit")


def test_several_labels_a_row_in_parts():
    labels = (PAIR > 0).astype(int)
    parts = MLPClassifier(**SMALL)
    for _ in range(3):
        parts.partial_fit(X, labels, classes=[0, 1])
    assert parts.predict(X).shape == (90, 2)


def test_a_warm_start_goes_on_where_the_last_fit_ended():
    twice = MLPClassifier(**SMALL, warm_start=True, solver="sgd", shuffle=False, momentum=0)
    quietly(twice.fit, X, TWO)
    quietly(twice.fit, X, TWO)
    once = quietly(
        MLPClassifier(**{**SMALL, "max_iter": 8}, solver="sgd", shuffle=False, momentum=0).fit, X, TWO
    )
    assert np.array_equal(twice.coefs_[0], once.coefs_[0])
    assert twice.loss_curve_ == once.loss_curve_
    with pytest.raises(ValueError, match="same classes as in the previous call"):
        twice.fit(X, THREE)
    with pytest.raises(ValueError, match="X has 3 features, but MLPClassifier is expecting 4"):
        twice.fit(X[:, :3], TWO)


@pytest.mark.parametrize("change", [{"hidden_layer_sizes": (7,)}, {"hidden_layer_sizes": (5, 2)}])
def test_other_layers_cannot_go_on(change):
    fitted = quietly(MLPClassifier(**SMALL, warm_start=True).fit, X, TWO).set_params(**change)
    before = dict(vars(fitted))
    for method in (fitted.fit, fitted.partial_fit):
        with pytest.raises(
            cr.ShapeError, match=r"the sizes of the layers .* was \(4, .*it may be \(4, 5, 1\), with whose"
        ):
            method(X, TWO)
    assert all(vars(fitted)[name] is value for name, value in before.items())


def test_the_rates_of_partial_fit_are_told():
    schedule, rates = cr.Cosine(), []
    parts = MLPRegressor(**{**SMALL, "max_iter": 8}, solver="sgd", learning_rate=schedule)
    for _ in range(4):
        rates += parts.partial_fit(X, NUMBERS).history_.learning_rate.tolist()
    assert rates == pytest.approx([0.001 * schedule.factor(epoch, 8) for epoch in range(4)])


def test_columns_that_are_no_numbers_are_named():
    import pandas as pd
    import polars as pl

    columns = {"age": np.arange(4.0), "town": ["a", "b", "c", "d"]}
    for frame in (
        pd.DataFrame(columns),
        pl.DataFrame(columns),
        pd.DataFrame(columns).astype({"town": "category"}),
    ):
        with pytest.raises(
            TypeError, match=r"the column 'town' of X was of the kind .*; it may be one of numbers"
        ):
            MLPClassifier().fit(frame, [0, 1, 0, 1])
    dates = np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]")
    with pytest.raises(TypeError, match="X was an array of dates"):
        MLPRegressor().fit(dates[:, np.newaxis], [0.0, 1.0])
    with pytest.raises(TypeError, match="y was an array of dates; it may be an array of numbers"):
        MLPRegressor().fit([[0.0], [1.0]], dates)
    mixed = pd.DataFrame(
        {"flag": [True, False, True], "whole": pd.array([1, 2, 3], dtype="Int64"), "x": [0.5, 1, 2]}
    )
    assert quietly(MLPClassifier(max_iter=2).fit, mixed, [0, 1, 0]).n_features_in_ == 3


def test_several_quantiles_have_no_r2_and_are_judged_by_their_loss():
    several = MLPRegressor(cr.pinball(0.1, 0.9), **SMALL, early_stopping=True)
    quietly(several.fit, X, NUMBERS)
    assert several.best_validation_score_ == -min(several.validation_loss_curve_)
    with pytest.raises(ValueError, match="the number of quantiles was 2; it may be 1 for R2"):
        several.score(X, NUMBERS)


def test_sparse_rows_are_what_dense_ones_are():
    from scipy.sparse import csr_array, csr_matrix

    holes = np.where(np.abs(X) < 0.5, 0, X)
    dense = quietly(MLPClassifier(**SMALL).fit, holes, TWO)
    for make in (csr_matrix, csr_array):
        sparse = quietly(MLPClassifier(**SMALL).fit, make(holes), TWO)
        assert np.array_equal(sparse.predict_proba(make(holes)), dense.predict_proba(holes))


def test_a_sparse_matrix_that_would_not_fit_dense_is_refused(monkeypatch):
    from scipy.sparse import random

    from chainrule.network import accept

    monkeypatch.setattr(accept, "machine_memory", lambda: 1_000_000)
    with pytest.raises(cr.TooLargeError, match="X, which becomes dense, would need"):
        MLPClassifier().fit(random(1000, 1000, density=0.001, format="csr"), np.arange(1000) % 2)
