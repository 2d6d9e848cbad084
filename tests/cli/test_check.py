"""`chainrule check`: whether the backward pass is the derivative of the loss."""

import json
from pathlib import Path

import pytest

from chainrule.reference import equations
from chainrule.tutorials import GATES, SETS, TUTORIALS, load


@pytest.mark.parametrize("name", [*TUTORIALS, *GATES, *SETS])
def test_every_gradient_of_every_tutorial_and_gate_is_right(run, name):
    done = run("check", name)
    assert (done.status, done.err) == (0, "")
    assert f"{load(name).parameters.theta.size} derivatives checked: every one right" in " ".join(
        done.out.split()
    )
    assert "WRONG" not in done.out


def test_json_holds_what_the_text_says(run):
    text, told = run("check", "sadiya").out, json.loads(run("check", "sadiya", "--json").out)
    assert told["passed"] is True
    rows = [line.split() for line in text.splitlines()]
    for gradient in told["gradients"]:
        assert gradient["right"] is True
        (row,) = [row for row in rows if row and row[0] == gradient["name"]]
        assert row[1] == f"{gradient['complex_step']:.15g}"
    assert len(told["gradients"]) == load("sadiya").parameters.theta.size


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_wrong_gradient_is_told_and_the_status_is_1(run, monkeypatch, options):
    right = equations.BP4
    monkeypatch.setattr(equations, "BP4", lambda A, delta: right(A, delta) * (1 + 1e-6))
    done = run("check", "jain", *options)
    assert (done.status, done.err) == (1, "")
    if options:
        assert json.loads(done.out)["passed"] is False
    else:
        assert "8 WRONG" in " ".join(done.out.split())


def test_a_file_is_checked_with_the_activations_and_loss_that_are_said(run):
    run("fit", "xor", "--epochs", 5, "-o", "net.mat")
    said = ("--hidden", "softplus", "--output", "softmax", "--loss", "cross_entropy")
    assert run("check", "net.mat").out != run("check", "net.mat", "--output", "tanh").out
    assert (
        run("check", "net.mat").out == run("check", "net.mat", "--hidden", "tanh", "--output", "sigmoid").out
    )
    assert run("check", "net.mat", *said).status == 2  # a target of 0 is no distribution over classes
    assert run("check", "net.mat", "--hidden", "gelu").status == 0


IRIS = Path(__file__).parents[2] / "examples" / "data" / "iris.csv"

MINE = """
import numpy as np

point = {"W": np.array([[0.3, -0.7], [0.9, 0.4]]), "b": 0.25}


def loss(p):
    return (np.tanh(p["W"]) ** 2).sum() + p["b"] ** 3


def gradient(p):
    a = np.tanh(p["W"])
    return {"W": 2 * a * (1 - a**2), "b": 3 * p["b"] ** 2}


def wrong(p):
    return {**gradient(p), "b": 3 * p["b"]}


def start():
    return point


def broken(p):
    return p["no"]
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    (tmp_path / "mine.py").write_text(MINE, "utf-8")

    def options(gradient="gradient", place="mine.py", point="point"):
        return [
            "--function",
            f"{place}:loss",
            "--gradient",
            f"{place}:{gradient}",
            "--point",
            f"{place}:{point}",
        ]

    return options


@pytest.mark.parametrize("point", ["point", "start"])
def test_a_function_of_ones_own_is_checked(run, mine, point):
    done = run("check", *mine(point=point))
    assert (done.status, done.err) == (0, "")
    assert "5 of 5 entries checked against the complex step: 5 right." in " ".join(done.out.split())


def test_a_wrong_one_is_told_and_the_status_is_1(run, mine):
    done = run("check", *mine("wrong"))
    assert done.status == 1
    assert "['b']" in done.out
    assert "WRONG, 4 times what it should be" in done.out
    told = json.loads(run("check", *mine("wrong"), "--json").out)
    assert [row["name"] for row in told["rows"] if row["verdict"] == "fail"] == ["['b']"]


def test_along_directions_the_wrong_entry_is_found(run, mine):
    done = run("check", *mine("wrong"), "--directions", "1")
    assert done.status == 1
    assert "direction 1" in done.out
    assert "['b']" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "WHAT was missing; it may be a tutorial, a gate, a file, or --function module:name"),
        (["--function", "mine.py:loss"], "--gradient was missing"),
        (["--function", "mine.py:loss", "--gradient", "mine.py:gradient"], "--point was missing"),
        (["jain", "--function", "mine.py:loss"], "WHAT was jain; it may be left out"),
        (["--function", "mine", "--gradient", "a:b", "--point", "a:b"], "module:name or file.py:name"),
        (["--function", "x.py:loss", "--gradient", "x.py:b", "--point", "mine.py:point"], "the file of"),
        (["--function", "nomodule:loss", "--gradient", "a:b", "--point", "mine.py:point"], "the module of"),
        (["jain", "--directions", "0"], "--directions was 0; it may be a whole number, 1 or above"),
    ],
)
def test_what_cannot_be_checked_gets_one_sentence(run, mine, arguments, words):
    done = run("check", *arguments)
    assert done.status == 2
    assert words in done.err
    assert done.err.count("\n") == 1


def test_a_name_that_is_not_there_gets_the_nearest_one(run, mine):
    done = run("check", *mine("gradeint"))
    assert "did you mean gradient?" in done.err


def test_what_a_function_raises_is_told_with_its_line(run, mine):
    done = run("check", *mine("broken"))
    assert done.status == 2
    assert "mine.py:broken raised KeyError: 'no' (mine.py, line 25)" in done.err


def test_a_file_that_is_no_python_is_told(run, mine, tmp_path):
    (tmp_path / "odd.py").write_text("def (", "utf-8")
    done = run("check", "--function", "odd.py:f", "--gradient", "odd.py:g", "--point", "odd.py:p")
    assert "odd.py raised SyntaxError" in done.err


def test_a_model_of_a_table_is_checked_at_its_rows(run, tmp_path):
    table = str(IRIS)
    model = str(tmp_path / "iris.safetensors")
    assert run("fit", table, "--target", "species", "--epochs", "3", "-o", model).status == 0
    done = run("check", model, "--data", table)
    assert done.status == 0
    assert "515 derivatives checked: every one right." in done.out
    assert run("check", model, "--data", table, "--directions", "2").status == 0
    assert "the table was missing" in run("check", model).err


def test_a_model_file_is_checked_at_rows_that_are_typed(run, tmp_path):
    model = str(tmp_path / "xor.safetensors")
    load("xor").model.save(model)
    assert run("check", model, "--inputs", "0,1", "--targets", "1").status == 0
    assert "the rows were missing" in run("check", model).err


def test_many_parameters_are_told_by_array_and_what_is_wrong_by_name(run, monkeypatch, tmp_path):
    table = str(IRIS)
    model = str(tmp_path / "iris.safetensors")
    run("fit", table, "--target", "species", "--epochs", "3", "-o", model)
    right = equations.BP3
    monkeypatch.setattr(equations, "BP3", lambda delta, bias: right(delta, bias) * 1.01)
    done = run("check", model, "--data", table)
    assert done.status == 1
    assert "b[1][3] is " in done.out
    assert "515 derivatives checked: 67 WRONG." in done.out
    assert "more wrong ones not shown" in done.out


def test_ones_own_numbers_of_a_step_are_judged(run, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text("out_o1,0.7514\ndelta_o1,0.2385\n", "utf-8")
    done = run("check", "jain", "--numbers", str(mine), "--hint", "1")
    assert done.status == 1
    assert "The first wrong one is delta_o1, layer 2, BP1." in done.out
    assert "0.1384" not in done.out
    told = json.loads(run("check", "jain", "--numbers", str(mine), "--json").out)
    assert told["first_wrong"]["value"] == pytest.approx(0.1384985616)
    mine.write_text("out_o1,0.7514\n", "utf-8")
    assert run("check", "jain", "--numbers", str(mine)).status == 0


def test_numbers_may_have_any_notations_names(run, tmp_path):
    mine = tmp_path / "mine.csv"
    mine.write_text('"A[2][0,0]",0.7514\n', "utf-8")
    assert run("check", "jain", "--names", "ours", "--numbers", str(mine)).status == 0
