"""Estimators from and to scikit-learn's, our models, and files."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import sklearn.neural_network as theirs
from rows import NUMBERS, PAIR, SEVERAL, THREE, TWO, X, quietly
from safetensors import safe_open

import chainrule as cr
from chainrule.estimators import MLPClassifier, MLPRegressor

TARGETS = {"two": TWO, "three": THREE, "several": SEVERAL, "one": np.full(90, "only"), "true": NUMBERS > 0}
SETTINGS = {"hidden_layer_sizes": (5,), "random_state": 0, "max_iter": 4}


def fitted(kind, y, **choices):
    return quietly(kind(**{**SETTINGS, **choices}).fit, X, y)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_scikit_learns_estimator_comes_and_goes(target, solver):
    y = TARGETS[target]
    other = fitted(theirs.MLPClassifier, y, solver=solver)
    mine = MLPClassifier.from_sklearn(other)
    assert np.array_equal(mine.predict(X), other.predict(X))
    if target != "one":  # of which scikit-learn tells two columns
        assert mine.predict_proba(X) == pytest.approx(other.predict_proba(X), rel=1e-10)
    back = mine.to_sklearn()
    assert type(back) is theirs.MLPClassifier
    assert back.get_params() == other.get_params()
    assert np.array_equal(back.predict_proba(X), other.predict_proba(X))
    quietly(back.fit, X, y)
    assert back.score(X, y) >= 0


@pytest.mark.parametrize("y", [NUMBERS, PAIR], ids=["one", "two"])
def test_a_regressor_comes_and_goes(y):
    other = fitted(theirs.MLPRegressor, y)
    mine = MLPRegressor.from_sklearn(other)
    assert mine.predict(X) == pytest.approx(other.predict(X), rel=1e-10)
    assert mine.to_sklearn().predict(X) == pytest.approx(other.predict(X), rel=1e-10)
    counts = np.abs(y).round()
    poisson = fitted(theirs.MLPRegressor, counts[:, 0] if counts.ndim == 2 else counts, loss="poisson")
    assert MLPRegressor.from_sklearn(poisson).predict(X) == pytest.approx(poisson.predict(X), rel=1e-10)


def test_names_of_features_go_along():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    mine = MLPClassifier.from_sklearn(quietly(theirs.MLPClassifier(**SETTINGS).fit, frame, TWO))
    assert list(mine.feature_names_in_) == ["a", "b", "c", "d"]
    assert list(mine.to_sklearn().feature_names_in_) == ["a", "b", "c", "d"]


def test_the_curves_are_copies():
    other = fitted(theirs.MLPClassifier, TWO, warm_start=True)
    mine = MLPClassifier.from_sklearn(other)
    quietly(other.fit, X, TWO)
    assert len(mine.loss_curve_) == 4
    back = mine.to_sklearn()
    quietly(back.fit, X, TWO)
    assert len(mine.loss_curve_) == 4


def test_a_network_of_the_other_kind_is_refused():
    numbers = fitted(MLPRegressor, PAIR).to_network()
    with pytest.raises(cr.InvalidValueError, match="the output activation of a classifier was 'identity'"):
        MLPClassifier.from_network(numbers)
    with pytest.raises(cr.InvalidValueError, match="the loss of a regressor was 'cross_entropy'"):
        MLPRegressor.from_network(fitted(MLPClassifier, THREE).to_network())
    only = fitted(MLPClassifier, TARGETS["one"])
    again = MLPClassifier.from_network(only.to_network(), classes=only.classes_)
    assert set(again.predict(X)) == {"only"}


def test_what_was_loaded_has_no_history(tmp_path):
    fitted(MLPClassifier, TWO).save(tmp_path / "m.safetensors")
    with pytest.raises(cr.InvalidValueError, match="its history was missing: the estimator was loaded"):
        MLPClassifier.load(tmp_path / "m.safetensors").plot_history()


def test_a_copy_does_not_follow_what_comes_after():
    mine = fitted(MLPClassifier, THREE)
    copies, before = (mine.to_sklearn(), mine.to_network()), mine.predict_proba(X)
    mine.coefs_[0][:] = 0
    assert not np.array_equal(mine.predict_proba(X), before)  # what is put into coefs_ counts
    assert copies[0].predict_proba(X) == pytest.approx(before, rel=1e-10)
    assert copies[1].predict(X) == pytest.approx(before, rel=1e-10)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"activation": "gelu"}, "the activation for scikit-learn was 'gelu'; it may be identity, logistic"),
        ({"activation": ["relu"]}, "the activation for scikit-learn was ['relu']"),
        ({"solver": "rmsprop"}, "the solver for scikit-learn was 'rmsprop'"),
        ({"loss": "huber"}, "the loss for scikit-learn was 'huber'; it may be"),
        ({"learning_rate": cr.Cosine()}, "the learning rate for scikit-learn was Cosine"),
        ({"out_activation": "softplus"}, "the output activation for scikit-learn was 'softplus'"),
    ],
)
def test_what_scikit_learn_does_not_know_does_not_go_there(choices, said):
    with pytest.raises(cr.InvalidValueError) as error:
        fitted(MLPRegressor, NUMBERS, **choices).to_sklearn()
    assert said in str(error.value)


@pytest.mark.parametrize("given", [theirs.MLPRegressor(), theirs.MLPClassifier(), "model", None])
def test_only_a_fitted_one_of_the_same_kind_comes(given):
    with pytest.raises(cr.InvalidTypeError, match=r"a fitted sklearn\.neural_network\.MLPClassifier"):
        MLPClassifier.from_sklearn(given)


def test_a_model_becomes_an_estimator_and_again_a_model():
    net = cr.Network(
        [cr.Dense(4, 6, "gelu", dropout=0.2), cr.Dense(6, 5, "tanh"), cr.Dense(5, 3, "softmax")],
        "cross_entropy",
    )
    model = cr.Model(net, seed=3)
    made = MLPClassifier.from_network(model, classes=["x", "y", "z"])
    assert made.predict_proba(X) == pytest.approx(model.predict(X), rel=1e-12)
    assert made.activation == ["gelu", "tanh"]
    assert (made.hidden_layer_sizes, made.dropout, made.loss) == ((6, 5), [0.2, 0.0], "log_loss")
    assert set(made.predict(X)) <= {"x", "y", "z"}
    assert made.to_network().network == net
    quietly(made.set_params(warm_start=True, max_iter=3).fit, X, np.array(["x", "y", "z"])[np.arange(90) % 3])
    assert made.n_iter_ == 3


def test_a_model_becomes_a_regressor():
    model = cr.Model(cr.Network.dense([4, 3, 2], hidden="elu", loss=cr.huber(2.0)), seed=1)
    made = MLPRegressor.from_network(model)
    assert made.predict(X) == pytest.approx(model.predict(X), rel=1e-12)
    assert made.loss is cr.huber(2.0)
    assert made.partial_fit(X, PAIR).n_iter_ == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: MLPClassifier.from_network("net"), "it may be a chainrule.Model"),
        (
            lambda: MLPRegressor.from_network(cr.Model(cr.Network.dense([2, 1], bias="none"))),
            "the bias of layer 1",
        ),
        (
            lambda: MLPClassifier.from_network(
                cr.Model(cr.Network.dense([2, 3], output="softmax", loss="cross_entropy")), classes=[0, 1]
            ),
            r"the list of classes was \[0 1\]; it may be 3 different ones",
        ),
        (
            lambda: MLPRegressor.from_network(cr.Model(cr.Network.dense([2, 1])), classes=[0]),
            "left out for a regressor",
        ),
    ],
)
def test_a_model_that_does_not_fit_is_refused(make, said):
    with pytest.raises((cr.InvalidTypeError, cr.InvalidValueError), match=said):
        make()


# Files


@pytest.mark.parametrize("target", TARGETS)
def test_a_saved_classifier_is_the_same_again(target, tmp_path):
    mine = fitted(MLPClassifier, TARGETS[target], early_stopping=True)
    mine.save(tmp_path / "m.safetensors")
    again = MLPClassifier.load(tmp_path / "m.safetensors")
    assert np.array_equal(again.predict_proba(X), mine.predict_proba(X))
    assert np.array_equal(again.predict(X), mine.predict(X))
    assert again.classes_.dtype == mine.classes_.dtype
    assert again.get_params() == mine.get_params()
    assert again.validation_scores_ == mine.validation_scores_
    assert (again.n_iter_, again.t_, again.loss_) == (mine.n_iter_, mine.t_, mine.loss_)
    assert quietly(again.partial_fit, X, TARGETS[target]).n_iter_ == 1


@pytest.mark.parametrize(
    "choices",
    [
        {"loss": cr.pinball(0.1, 0.5, 0.9)},
        {
            "loss": cr.huber(2.0),
            "solver": cr.AdamW(1e-3, weight_decay=0.1),
            "learning_rate": cr.WarmUp(2, cr.Cosine()),
        },
        {"activation": ["mish", "tanh"], "hidden_layer_sizes": (4, 3), "dropout": [0.1, 0.0]},
        {"n_iter_no_change": np.inf, "dtype": np.float32, "clip_norm": 1.0, "loss": "absolute_error"},
        {"out_activation": "softplus", "scoring": "neg_mean_absolute_error", "early_stopping": True},
        {"solver": "lbfgs", "max_fun": 99, "dtype": np.dtype("float64")},
    ],
)
def test_every_setting_of_ours_is_saved(choices, tmp_path):
    mine = fitted(MLPRegressor, NUMBERS, **choices)
    mine.save(tmp_path / "m.safetensors")
    again = MLPRegressor.load(tmp_path / "m.safetensors")
    expected = {
        **mine.get_params(),
        **({"dtype": np.dtype(choices["dtype"]).name} if "dtype" in choices else {}),
    }
    assert again.get_params() == expected
    assert np.array_equal(again.predict(X), mine.predict(X))


def test_weights_of_classes_and_names_of_features_are_saved(tmp_path):
    frame = pd.DataFrame(X, columns=["a", "b", "c", "Größe"])
    mine = quietly(MLPClassifier(**SETTINGS, class_weight={"no": 2, "yes": 0.5}).fit, frame, TWO)
    mine.save(tmp_path / "m.safetensors")
    again = MLPClassifier.load(tmp_path / "m.safetensors")
    assert again.class_weight == {"no": 2, "yes": 0.5}
    assert np.array_equal(again.predict(frame), mine.predict(frame))
    with pytest.raises(ValueError, match="same order"):
        again.predict(frame[["b", "a", "c", "Größe"]])


def test_the_same_fit_gives_the_same_file_in_another_process(tmp_path):
    program = f"""
import sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {str(os.path.dirname(__file__))!r})
from rows import THREE, X
from chainrule.estimators import MLPClassifier
MLPClassifier((5,), random_state=0, max_iter=4).fit(X, THREE).save(sys.argv[1])
"""
    for name in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": name}
        subprocess.run(
            [sys.executable, "-c", program, tmp_path / name], check=True, env=environment, timeout=120
        )
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"scoring": lambda estimator, X, y: 0.0, "early_stopping": True}, "scoring was <function"),
        ({"random_state": np.random.RandomState(0)}, "random_state was RandomState"),
        ({"activation": (np.tanh, lambda z: 1 - np.tanh(z) ** 2), "engine": "reference"}, "activation"),
    ],
)
def test_code_is_not_saved(choices, said, tmp_path):
    with pytest.raises(cr.InvalidValueError, match=said):
        fitted(MLPClassifier, TWO, **choices).save(tmp_path / "m.safetensors")
    assert not list(tmp_path.iterdir())


def test_a_file_is_not_written_over_and_another_is_no_estimator(tmp_path):
    path = tmp_path / "m.safetensors"
    fitted(MLPClassifier, TWO).save(path)
    with pytest.raises(cr.InvalidFileError, match="exist"):
        fitted(MLPClassifier, TWO).save(path)
    with pytest.raises(
        cr.InvalidFileError, match="the estimator in the file was 'MLPClassifier'; it may be MLPRegressor"
    ):
        MLPRegressor.load(path)
    assert cr.load(path).predict(X).shape == (90, 1)  # it is a model as well
    other = tmp_path / "other.safetensors"
    cr.Model(cr.Network.dense([4, 1])).save(other)
    with pytest.raises(cr.InvalidFileError, match=r"it may be what MLPClassifier\.save wrote"):
        MLPClassifier.load(other)


def rewritten(path, change):
    """Write an estimator's file again with its description changed, sealed as ours are."""
    from chainrule.files.model_file import ModelFile, load_model, save_model

    file = load_model(path)
    training = json.loads(json.dumps(file.training))
    change(training["estimator"])
    save_model(path, ModelFile(file.network, file.parameters, training=training), overwrite=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("settings"),
        lambda told: told["settings"].update(solver={"kind": "os.system"}),
        lambda told: told["settings"].update(solver={"kind": "Adam", "learning_rate": -1.0}),
        lambda told: told["settings"].update(solver={"kind": "Adam", "shell": "rm"}),
        lambda told: told["settings"].update(no_such_setting=1),
        lambda told: told["settings"].update(alpha="much"),
        lambda told: told["labels"].update(dtype="object"),
        lambda told: told["labels"].update(dtype="V8"),
        lambda told: told["labels"].update(classes=["a", "b", "c"]),
        lambda told: told["labels"].update(classes=[["a"], ["b"]]),
        lambda told: told["labels"].update(kind="rumour"),
        lambda told: told.update(features=["a"]),
        lambda told: told.update(features=7),
        lambda told: told.update(labels=None),
        lambda told: told.update(told=[1]),
    ],
)
def test_a_description_that_cannot_be_is_refused_in_one_sentence(change, tmp_path):
    path = tmp_path / "m.safetensors"
    fitted(MLPClassifier, TWO).save(path)
    rewritten(path, change)
    with pytest.raises(cr.InvalidFileError) as error:
        MLPClassifier.load(path)
    assert "\n" not in str(error.value)


def test_what_is_told_never_becomes_a_method(tmp_path):
    path = tmp_path / "m.safetensors"
    fitted(MLPClassifier, TWO).save(path)
    rewritten(path, lambda told: told["told"].update(predict="x", coefs_=[1]))
    assert MLPClassifier.load(path).predict(X).shape == (90,)


def test_any_reader_of_safetensors_sees_the_weights(tmp_path):
    mine = fitted(MLPClassifier, TWO)
    mine.save(tmp_path / "m.safetensors")
    with safe_open(tmp_path / "m.safetensors", "np") as opened:
        assert np.array_equal(opened.get_tensor("W[1]"), mine.coefs_[0])
