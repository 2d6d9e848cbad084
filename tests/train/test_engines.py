import sys

import numpy as np
import pytest

import chainrule as cr
from chainrule.display import say_once
from chainrule.train import engines

NET = cr.Network.dense([3, 4, 1], hidden="tanh")
X = np.random.default_rng(0).normal(size=(40, 3))
Y = X[:, :1] - X[:, 1:2]


def fit(net=NET, dtype=np.float64, **choices):
    return cr.Model(net, seed=1, dtype=dtype).fit(X, Y, **{"epochs": 3, **choices})


def test_the_history_says_what_ran():
    assert fit(engine="reference").history.engine == "reference"
    assert fit(engine="compiled").history.engine.startswith("compiled, ")


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"validation": 0.25, "patience": 2},
        {"optimizer": "lbfgs"},
        {"batch_size": 40},
        {"batch_size": 10**30},
    ],
)
def test_both_engines_learn_the_same(choices):
    one, other = (fit(engine=name, epochs=12, **choices) for name in ("reference", "compiled"))
    assert np.allclose(one.parameters.theta, other.parameters.theta, rtol=1e-8, atol=1e-10)
    assert np.allclose(one.history.loss, other.history.loss, rtol=1e-8, atol=1e-10)
    assert np.allclose(one.history.validation_loss, other.history.validation_loss, rtol=1e-8)


def test_auto_goes_by_the_size_of_the_job():
    small, large = (engines.engine("auto", NET, float, 40, steps, None) for steps in (10, 10**6))
    assert small is engines.prepare_reference
    assert large is not engines.prepare_reference


def test_how_often_somebody_looks_has_no_influence(monkeypatch):
    from chainrule.engine import program

    wanted = fit(engine="compiled", epochs=20).parameters.theta
    monkeypatch.setattr(program, "WORK_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(program, "LEAST_STRIDE", 1)
    looks = []
    found = fit(engine="compiled", epochs=20, callbacks=[lambda training: looks.append(training.state.step)])
    assert looks == list(range(1, 41))
    assert np.array_equal(found.parameters.theta, wanted)


def test_an_unknown_engine_gets_the_nearest_name():
    with pytest.raises(cr.UnknownNameError, match=r"engine.*'compield'.*compiled"):
        fit(engine="compield")
    with pytest.raises(cr.UnknownNameError):
        cr.Model(NET).predict(X, engine="torch")


@pytest.mark.parametrize("threads", [0, -1, 1.5, "two"])
def test_threads_are_a_number_of_them(threads):
    with pytest.raises(cr.ChainruleError, match="n_threads"):
        fit(engine="compiled", n_threads=threads)
    with pytest.raises(cr.ChainruleError, match="n_threads"):
        cr.Model(NET).predict(X, n_threads=threads)


@pytest.fixture
def fresh():
    say_once.cache_clear()
    yield
    say_once.cache_clear()


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (
            {"net": cr.Network.dense([3, 4, 1], hidden=(lambda z: z * z, lambda z: 2 * z))},
            "activation 'own'",
        ),
        ({"dtype": np.longdouble}, "float32 and float64"),
    ],
)
def test_what_cannot_be_compiled_is_done_by_the_reference_which_says_so_once(choices, said, fresh, capsys):
    for _ in range(2):
        model = fit(engine="compiled", **choices)
        assert model.history.engine == "reference"
        model.predict(X, engine="compiled")
    told = capsys.readouterr().err
    assert told.count("the reference does the work") == 1
    assert said in told


def test_without_numba_the_reference_does_the_work_and_says_so(fresh, capsys, monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    assert fit(engine="compiled").history.engine == "reference"
    assert "pip install 'chainrule[fast]'" in capsys.readouterr().err


def test_a_small_job_does_not_load_numba():
    import subprocess

    code = (
        "import sys, chainrule as cr;"
        "cr.Model(cr.Network.dense([2, 1])).fit([[1, 2]], [[3]], epochs=5).predict([[1, 2]]);"
        "print('numba' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_checkpoint_goes_on_with_its_own_engine_only(tmp_path, monkeypatch):
    choices = {"epochs": 30, "optimizer": cr.Adam(0.01), "batch_size": 7}
    wanted = fit(engine="compiled", **choices).parameters.theta

    def stop(training):
        return training.state.step >= 90

    from chainrule.engine import program

    with monkeypatch.context() as patched:
        patched.setattr(program, "WORK_BETWEEN_LOOKS", 1)
        fit(engine="compiled", checkpoints=tmp_path, callbacks=[stop], **choices)
    with pytest.raises(cr.InvalidFileError, match="engine"):
        fit(engine="reference", checkpoints=tmp_path, **choices)
    found = fit(engine="compiled", checkpoints=tmp_path, **choices)
    assert found.history.step_loss.size == 180
    assert np.array_equal(found.parameters.theta, wanted)


def test_an_interrupt_between_two_pieces_keeps_what_was_learned(monkeypatch):
    from chainrule.engine import program

    monkeypatch.setattr(program, "WORK_BETWEEN_LOOKS", 1)
    monkeypatch.setattr(program, "LEAST_STRIDE", 1)

    def interrupt(training):
        if training.state.step == 4:
            raise KeyboardInterrupt

    model = cr.Model(NET, seed=1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=9, engine="compiled", callbacks=[interrupt])
    assert len(model.history.step_loss) == 4
    assert np.array_equal(model.parameters.theta, fit(engine="compiled", epochs=2).parameters.theta)
