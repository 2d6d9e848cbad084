"""`chainrule check`: whether the backward pass is the derivative of the loss."""

import json

import pytest

from chainrule.reference import equations
from chainrule.tutorials import GATES, TUTORIALS, load


@pytest.mark.parametrize("name", [*TUTORIALS, *GATES])
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
