"""`chainrule diagnose` names the mistake in numbers that were typed."""

import json

import pytest


@pytest.fixture
def mine(tmp_path):
    def written(text, name="mine.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return written


def test_the_most_quoted_number_is_told_from_one_number(run, mine):
    done = run("diagnose", "jain", mine("E_total after,0.291027924\n"))
    assert done.status == 1
    assert "hidden-delta-after-update (layer 1, BP2)" in done.out
    assert "9 digits agree" in done.out


def test_right_numbers_have_no_mistake(run, mine):
    done = run("diagnose", "jain", mine("w5+,0.358916480\nw6+,0.408666186\nE_total after,0.291027774\n"))
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("No mistake: ")


def test_json_says_the_same(run, mine):
    told = json.loads(
        run("diagnose", "jain", mine('{"E_total after": "0.291027924"}', "a.json"), "--json").out
    )
    assert told["answer"] == "mistake"
    assert told["explanations"][0][0]["mistake"] == "hidden-delta-after-update"


def test_the_names_of_another_notation(run, mine):
    done = run("diagnose", "jain", "--names", "ours", mine('"loss after",0.291027924\n'))
    assert "hidden-delta-after-update" in done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("w5,0.4\n", "nothing to tell a mistake from"),
        ("q99,0.4\n", "it may be one of the step's"),
        ("w6+,0.4\nw5+,much\n", "w5+ was 'much'"),
    ],
)
def test_what_tells_nothing_gets_one_sentence(run, mine, text, words):
    done = run("diagnose", "jain", mine(text))
    assert done.status == 2
    assert words in done.err
    assert done.err.count("\n") == 1


CODE = """
import numpy as np

def backward(X, Y, W1, W2):
    H = np.tanh(X @ W1)
    delta = (H @ W2 - Y) / len(X)
    return X.T @ (delta @ W2.T), H.T @ delta
"""
RIGHT = CODE.replace("(delta @ W2.T)", "((delta @ W2.T) * (1 - H**2))")


@pytest.mark.parametrize("command", ["check", "diagnose"])
def test_ones_own_code_is_called_and_its_mistake_named(run, mine, command):
    done = run(command, mine(CODE, "mine.py"))
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith("Called backward(X, Y, W1, W2) on a network of ours with 5 rows;")
    assert "hidden-derivative-missing (layer 1, BP2)" in done.out
    told = json.loads(run(command, mine(CODE, "mine.py"), "--json").out)
    assert told["explanations"][0][0]["mistake"] == "hidden-derivative-missing"
    assert run(command, mine(RIGHT, "mine.py")).status == 0


def test_code_is_named_by_its_file_or_its_module(run, mine):
    mine(CODE.replace("backward", "own_pass"), "own_pass_module.py")
    assert run("diagnose", "own_pass_module.py:own_pass").status == 1
    assert "hidden-derivative-missing" in run("diagnose", "own_pass_module:own_pass").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["diagnose", "jain"], "NUMBERS was missing"),
        (["diagnose", "mine.py", "mine.csv"], "NUMBERS was mine.csv; it may be left out"),
        (["check", "mine.py", "--directions", "3"], "--directions was given with your own code"),
        (["diagnose", "nowhere.py"], "'nowhere.py' cannot be read: No such file"),
        (["diagnose", "not_a_module:backward"], "the module not_a_module was not found here"),
        (
            ["check", "jain", "--learning-rate", "0.5"],
            "--learning-rate was 0.5; it may come with your own code",
        ),
    ],
)
def test_what_cannot_be_diagnosed_gets_one_sentence(run, arguments, words):
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
