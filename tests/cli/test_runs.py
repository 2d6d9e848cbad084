"""Runs that are kept and taken up again, options from a file, and a fitted model explained on a row."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from chainrule.cli import main

DATA = "sklearn:iris"
FIT = ["fit", DATA, "--target", "species", "--epochs", "3", "--layers", "4"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_resume_gives_the_same_model(folder, capsys):
    assert main([*FIT, "-o", "m.safetensors", "--force", "--run", "run"]) == 0
    told, wanted = capsys.readouterr().out, sha(folder / "m.safetensors")
    (folder / "m.safetensors").unlink()
    assert main(["resume", "run"]) == 0
    again = capsys.readouterr().out
    assert sha(folder / "m.safetensors") == wanted
    assert without_seconds(again) == without_seconds(told)


def without_seconds(text):
    return [line for line in text.splitlines() if not line.startswith("seconds")]


def test_a_run_changes_nothing_of_what_is_learned(folder):
    assert main([*FIT, "-o", "plain.safetensors"]) == 0
    assert main([*FIT, "-o", "kept.safetensors", "--run", "run"]) == 0
    assert sha(folder / "plain.safetensors") == sha(folder / "kept.safetensors")


def test_the_folder_of_another_run_is_refused(capsys):
    assert main([*FIT, "--run", "run"]) == 0
    capsys.readouterr()
    assert main([*FIT, "--seed", "1", "--run", "run"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("chainrule: the folder run was that of another run; it may be a new one")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (None, "it may be one that fit --run wrote"),
        ("", "was damaged"),
        ("{}", "was damaged"),
        (json.dumps({"folder": ".", "options": {"what": "jain", "surprise": 1}}), "of other options"),
    ],
)
def test_what_is_no_run_is_refused(folder, record, said, capsys):
    (folder / "run").mkdir()
    if record is not None:
        (folder / "run" / "record.json").write_text(record)
    assert main(["resume", "run"]) == 2
    assert said in capsys.readouterr().err


def test_options_come_from_a_file_and_what_is_typed_goes_before(folder, capsys):
    (folder / "run.toml").write_text("epochs = 7\nlearning-rate = 0.25\n")
    assert main(["fit", "jain", "--config", "run.toml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["epochs"], told["optimizer"]) == (7, "GradientDescent(learning_rate=0.25)")
    assert main(["fit", "jain", "--epochs", "2", "--config", "run.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["epochs"] == 2


def test_printed_options_are_such_a_file(folder, capsys):
    assert main(["fit", "jain", "--epochs", "5", "--lr", "0.125", "--print-config"]) == 0
    printed = capsys.readouterr().out
    options = "\n".join(line for line in printed.splitlines() if not line.startswith("what"))
    (folder / "run.toml").write_text(options)
    assert main(["fit", "jain", "--config", "run.toml", "--print-config"]) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    ("text", "said"),
    [("epoch = 3", "did you mean epochs?"), ("epochs = ", "TOML"), ("epochs = -1", "the number of epochs")],
)
def test_a_wrong_file_of_options_is_refused(folder, text, said, capsys):
    (folder / "run.toml").write_text(text)
    assert main(["fit", "jain", "--config", "run.toml"]) == 2
    assert said in capsys.readouterr().err


def test_a_row_is_explained_with_its_columns_by_name(capsys):
    assert main([*FIT, "-o", "m.safetensors"]) == 0
    capsys.readouterr()
    assert main(["explain", "m.safetensors", "--data", DATA, "--row", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "petal length (cm)" in told["given"][0]["names"][0]
    assert told["title"] == "Row 3"
    assert main(["explain", "m.safetensors", "--data", DATA, "--row", "151"]) == 2
    assert "the row was 151; it may be 1 to 150" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_killed_at_random_moments_it_ends_in_the_same_file(folder):
    command = [sys.executable, "-m", "chainrule", *FIT[:-4], "--epochs", "60", "-o"]
    subprocess.run([*command, "whole.safetensors"], check=True, stdout=subprocess.DEVNULL)
    moments, kills = random.Random(1), 0
    for _ in range(200):
        running = subprocess.Popen(
            [*command, "killed.safetensors", "--force", "--run", "run"], stdout=subprocess.DEVNULL
        )
        if kills < 20:
            time.sleep(moments.uniform(0.1, 1.5))
            running.send_signal(signal.SIGKILL)
        kills += running.wait() == -signal.SIGKILL
        if running.returncode == 0 and kills >= 20:
            break
    assert kills >= 20
    assert sha(folder / "killed.safetensors") == sha(folder / "whole.safetensors")
