"""A training that was ended, by whatever, goes on to the bits of one that never was."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.train import checkpoints
from chainrule.train.checkpoints import Checkpoints, settings_of
from chainrule.train.training import Training

NET = cr.Network(
    [cr.Dense(3, 8, "tanh", dropout=0.25), cr.Dense(8, 2, "softmax")],
    loss="cross_entropy",
)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3))
Y = np.eye(2)[(X[:, 0] > 0).astype(int)]
CHOICES = {
    "optimizer": cr.Adam(0.02),
    "epochs": 12,
    "batch_size": 7,
    "seed": 3,
    "schedule": cr.Cosine(),
    "validation": 0.2,
    "penalty": cr.Penalty(l2=1e-3),
}


def digest(model):
    return hashlib.sha256(model.parameters.theta.tobytes()).hexdigest()


def stop_after(step):
    def look(training):
        if training.state.step >= step:
            raise KeyboardInterrupt

    return look


@pytest.fixture
def always(monkeypatch):
    """Write a checkpoint at every look, and look often."""
    monkeypatch.setattr(checkpoints.Checkpoints.__init__, "__kwdefaults__", {"seconds": 0.0})
    monkeypatch.setattr("chainrule.reference.program.MOST_STEPS_BETWEEN_LOOKS", 2)


@pytest.mark.parametrize("step", [1, 4, 5, 17, 50])
@pytest.mark.usefixtures("always")
def test_it_goes_on_to_the_bits_of_one_never_interrupted(step, tmp_path):
    whole = cr.Model(NET, seed=1).fit(X, Y, **CHOICES)
    model = cr.Model(NET, seed=1)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, **CHOICES, checkpoints=tmp_path, callbacks=[stop_after(step)])
    again = cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    assert digest(again) == digest(whole)
    for told in ("step_loss", "step_gradient_norm", "validation_loss", "validation_metric"):
        assert np.array_equal(getattr(again.history, told), getattr(whole.history, told))
    assert again.history.best_epoch == whole.history.best_epoch


@pytest.mark.usefixtures("always")
def test_a_training_that_was_finished_is_not_trained_again(tmp_path):
    whole = cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    again = cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    assert digest(again) == digest(whole)
    assert len(again.history.step_loss) == len(whole.history.step_loss)


def test_without_a_checkpoint_nothing_is_taken_up(tmp_path):
    assert digest(cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)) == digest(
        cr.Model(NET, seed=1).fit(X, Y, **CHOICES)
    )


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"optimizer": cr.Adam(0.01)}, "the optimizer of the checkpoint was 'Adam"),
        ({"seed": 4}, "the seed of the checkpoint was '3'"),
        ({"batch_size": 8}, "the plan of the checkpoint"),
        ({"penalty": cr.Penalty()}, "the penalty of the checkpoint"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_by_name(other, named, tmp_path):
    cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    model = cr.Model(NET, seed=1)
    before = digest(model)
    with pytest.raises(cr.InvalidFileError, match=named):
        model.fit(X, Y, **{**CHOICES, **other}, checkpoints=tmp_path)
    assert digest(model) == before


def test_a_checkpoint_of_other_data_is_refused(tmp_path):
    cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    with pytest.raises(cr.InvalidFileError, match="the data of the checkpoint"):
        cr.Model(NET, seed=1).fit(X + 1e-15, Y, **CHOICES, checkpoints=tmp_path)


def test_a_checkpoint_of_another_engine_is_refused(tmp_path):
    choices = {"batch_size": 5, "seed": 0, "shuffle": True}
    params, data = cr.Parameters.initial(NET, 1), cr.Data.of(NET, X, Y)
    training = Training(NET, params, data, cr.Adam(), cr.Penalty(), **choices)
    kept = Checkpoints(tmp_path, training)
    kept.write(training)
    kept.close()
    training.history.engine = "another"
    assert settings_of(training)["engine"] == "another"
    with pytest.raises(cr.InvalidFileError, match="the engine of the checkpoint was 'reference'"):
        Checkpoints(tmp_path, training)


def test_lbfgs_cannot_be_taken_up(tmp_path):
    with pytest.raises(cr.InvalidTypeError, match="the optimizer was LBFGS"):
        cr.Model(NET, seed=1).fit(X, Y, optimizer="lbfgs", checkpoints=tmp_path)


@pytest.mark.usefixtures("always")
def test_a_broken_checkpoint_gives_way_to_the_one_before(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path, callbacks=[stop_after(9)])
    newest = max(tmp_path.glob("checkpoint-*"))
    newest.write_bytes(newest.read_bytes()[:-3])
    again = cr.Model(NET, seed=1).fit(X, Y, **CHOICES, checkpoints=tmp_path)
    assert digest(again) == digest(cr.Model(NET, seed=1).fit(X, Y, **CHOICES))


RUN = """
import sys
import numpy as np
import chainrule as cr
from chainrule.reference import program
from chainrule.train import checkpoints

checkpoints.Checkpoints.__init__.__kwdefaults__["seconds"] = 0.0
program.MOST_STEPS_BETWEEN_LOOKS = 3
random = np.random.default_rng(0)
X = random.normal(size=(200, 10))
Y = X[:, :1] * 2 - X[:, 1:2]
net = cr.Network.dense([10, 16, 1], hidden="tanh")
model = cr.Model(net, seed=1)
print("started", flush=True)
model.fit(X, Y, epochs=12, batch_size=20, optimizer=cr.Adam(0.01), checkpoints=sys.argv[1])
print(__import__("hashlib").sha256(model.parameters.theta.tobytes()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killed_twenty_times_it_goes_on_to_the_same_bits(tmp_path):
    def run(folder):
        return subprocess.Popen([sys.executable, "-c", RUN, folder], stdout=subprocess.PIPE, text=True)

    whole = run(tmp_path / "whole").communicate()[0].split()[-1]
    moments, kills = random.Random(0), 0
    for _ in range(400):
        process = run(tmp_path / "killed")
        assert process.stdout.readline() == "started\n"
        if kills < 20:
            time.sleep(moments.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].split()
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0 and kills >= 20:
            break
        if process.returncode == 0:  # it was faster than the kill: another one from the start
            assert rest[-1] == whole
            for checkpoint in (tmp_path / "killed").glob("checkpoint-*"):
                checkpoint.unlink()
    assert kills >= 20
    assert rest[-1] == whole
