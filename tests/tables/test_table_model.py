"""A network for a table: fitted, judged, written, read again, and used."""

import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr

pl = pytest.importorskip("polars")

from chainrule.files.tables import read_table  # noqa: E402 - needs polars
from chainrule.files.tables.table import Table  # noqa: E402
from chainrule.tables.fit import fit_table  # noqa: E402
from chainrule.tables.recipe import Recipe  # noqa: E402
from chainrule.tables.table_model import load, load_table_model  # noqa: E402

QUICK = Recipe(hidden=(8,), epochs=60, penalties=(1e-3,), optimizer=cr.Adam(0.02))


def table(rows=60, seed=0):
    random = np.random.default_rng(seed)
    size, color = random.normal(size=rows), random.choice(["red", "blue"], size=rows)
    frame = pl.DataFrame(
        {
            "id": [f"row {row}" for row in range(rows)],
            "size": size,
            "color": color,
            "price": 100 + 20 * size + 5 * (color == "red"),
            "kind": np.where(size > 0, "large", "small"),
            "group": random.integers(6, size=rows),
            "weight": random.uniform(0.5, 2, size=rows),
        }
    )
    return Table("made", frame, "0" * 64)


@pytest.mark.parametrize(("target", "task"), [("price", "number"), ("kind", "class")])
def test_a_fit_beats_its_baseline_and_is_read_back_to_the_bit(target, task, tmp_path):
    fit = fit_table(table(), target, recipe=QUICK, drop=("id", "group", "weight"))
    assert fit.model.encoder.task == task
    assert (fit.learned, fit.held) == (48, 12)
    name = "r2" if task == "number" else "accuracy"
    assert fit.scores.metrics[name] > fit.scores.baseline[name] + 0.3
    path = tmp_path / "m.safetensors"
    fit.model.save(path)
    again = load(path)
    assert again.predict(table().frame).equals(fit.model.predict(table().frame))
    assert again.evaluate(table().frame).metrics == fit.model.evaluate(table().frame).metrics
    assert again.training == fit.model.training


@pytest.mark.slow
def test_the_same_fit_gives_the_same_file_in_every_process(tmp_path):
    code = (
        "import sys; from chainrule.files.tables import read_table;"
        "from chainrule.tables.recipe import Recipe;"
        "from chainrule.tables.fit import fit_table;"
        "recipe = Recipe(hidden=(4,), epochs=5, penalties=(1e-3,));"
        "fit_table(read_table('sklearn:iris'), 'species', recipe=recipe).model.save(sys.argv[1])"
    )
    paths = [tmp_path / f"{seed}.safetensors" for seed in ("1", "2")]
    for path in paths:
        environment = {"PYTHONHASHSEED": path.stem, "PATH": ""}
        subprocess.run([sys.executable, "-c", code, path], check=True, env=environment)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_numbers_are_judged_in_their_own_units():
    fit = fit_table(table(), "price", recipe=QUICK, drop=("id", "group", "weight", "kind"))
    predicted = fit.model.predict(table().frame)["price"].to_numpy()
    expected = np.sqrt(np.mean((predicted - table().frame["price"].to_numpy()) ** 2))
    got = fit.model.evaluate(table().frame).metrics["root_mean_squared_error"]
    assert got == pytest.approx(expected, rel=1e-5)  # float32 outputs


def test_the_confusion_counts_every_row():
    fit = fit_table(table(), "kind", recipe=QUICK, drop=("id",))
    confusion = fit.model.evaluate(table().frame).confusion
    assert confusion.sum() == 60
    assert confusion.sum(axis=1).tolist() == [
        (table().frame["kind"] == label).sum() for label in fit.model.encoder.classes
    ]


def test_a_group_is_on_one_side_only(monkeypatch):
    seen = []
    monkeypatch.setattr("chainrule.tables.fit.follow", lambda *given, **_: seen.append(given) or stop())
    with pytest.raises(StopIteration):
        fit_table(table(), "kind", recipe=QUICK, drop=("id",), groups="group", weight="weight")
    (_, _, X, Y, weights) = seen[0]
    assert len(X) == len(Y) == len(weights) < 60


def stop():
    raise StopIteration


@pytest.mark.parametrize("looks", [1, 40])
def test_an_interrupt_keeps_what_was_learned(looks):
    left = iter(range(looks))

    def interrupt(training):
        if next(left, None) is None:
            raise KeyboardInterrupt

    recipe = Recipe(hidden=(8,), epochs=20, penalties=(1e-3, 1e-2))
    fit = fit_table(table(), "kind", recipe=recipe, drop=("id",), callbacks=(interrupt,))
    assert fit.fitted.interrupted
    assert np.isfinite(fit.model.model.parameters.theta).all()
    assert fit.fitted.epochs == len(fit.fitted.history) or fit.fitted.history.best_epoch


def test_kept_columns_stand_before_the_predictions():
    fit = fit_table(table(), "kind", recipe=QUICK, keep=("id",))
    assert fit.model.predict(table().frame).columns == [
        "id",
        "kind",
        "probability_large",
        "probability_small",
    ]


def test_a_model_without_an_encoder_is_a_model(tmp_path):
    path = tmp_path / "m.safetensors"
    cr.Model(cr.Network.dense([2, 1]), seed=3).save(path)
    assert isinstance(cr.load(path), cr.Model)
    with pytest.raises(cr.InvalidFileError, match="one without a table's encoder"):
        load_table_model(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "target", "metric", "least", "splits"),
    [
        ("breast_cancer", "diagnosis", "accuracy", 0.96, 20),
        ("wine", "cultivar", "accuracy", 0.96, 20),
        ("iris", "species", "accuracy", 0.93, 20),
        ("digits", "digit", "accuracy", 0.96, 5),
    ],
)
def test_the_recipe_is_good_on_tables_it_was_not_chosen_on(name, target, metric, least, splits):
    data = read_table(f"sklearn:{name}")
    target = target if target in data.frame.columns else data.frame.columns[-1]
    scores = [
        fit_table(data, target, recipe=Recipe(seed=seed)).scores.metrics[metric] for seed in range(splits)
    ]
    assert np.mean(scores) >= least


@pytest.mark.slow
def test_on_diabetes_it_is_as_good_as_ridge_regression():
    linear = pytest.importorskip("sklearn.linear_model")
    data = read_table("sklearn:diabetes")
    target = data.frame.columns[-1]
    ours, theirs = [], []
    for seed in range(20):
        fit = fit_table(data, target, recipe=Recipe(seed=seed))
        ours.append(fit.scores.metrics["r2"])
        theirs.append(ridge(linear, data.frame, target, seed))
    assert np.mean(ours) >= np.mean(theirs) - 0.03


def ridge(linear, frame, target, seed):
    from chainrule.train.splits import hold_out

    learned, held = hold_out(frame.height, 0.2, seed)
    X, y = frame.drop(target).to_numpy(), frame[target].to_numpy()
    model = linear.RidgeCV(np.logspace(-3, 3, 13)).fit(X[learned] / X.std(axis=0), y[learned])
    return model.score(X[held] / X.std(axis=0), y[held])
