"""`chainrule explain`: one whole step, every number of it."""

import itertools
import json
import re

import numpy as np
import pytest

from chainrule.network.formula import Quantity
from chainrule.tutorials import GATES, TUTORIALS, load

EVERYTHING = (*TUTORIALS, *GATES)


def squeezed(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_that_has_a_name_can_be_explained(run, name):
    done = run("explain", name)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(load(name).title + "\n===")
    assert all(
        part in done.out for part in ("GIVEN", "FORWARD PASS", "LOSS", "BACKWARD PASS", "UPDATE", "AFTER")
    )


STEP_OF_JAIN = {
    "net_h1": "0.3775",
    "out_h1": "0.5932699921",
    "out_o1": "0.7513650696",
    "E_o1": "0.2748110832",
    "E_total": "0.2983711088",
    "∂E_total/∂w5": "0.08216704056",
    "w5+": "0.3589164797",
    "w1+": "0.1497807161",
    "E_total after": "0.2910277737",
}


@pytest.mark.parametrize(("name", "value"), STEP_OF_JAIN.items())
def test_a_step_of_jain_in_its_own_names(run, name, value):
    """What the tutorial prints: net, out, error, a derivative, new weights, the error after."""
    lines = run("explain", "jain").out.splitlines()
    (first,) = [number for number, line in enumerate(lines) if line.startswith(f"  {name} = ")]
    of_it = itertools.takewhile(lambda line: line.startswith("   "), lines[first + 1 :])
    assert [lines[first], *of_it][-1].endswith(f"= {value}")


@pytest.mark.parametrize(
    "name", ["JAIN", "mazur", "tutorial:jain", "Tutorial:Jain"], ids=lambda name: f"called {name}"
)
def test_other_names_of_the_same(run, name):
    assert run("explain", name) == run("explain", "jain")


def test_a_gate_may_be_called_one(run):
    assert run("explain", "gate:xor") == run("explain", "xor")


@pytest.mark.parametrize("name", EVERYTHING)
def test_json_holds_what_the_text_says(run, name):
    text = squeezed(run("explain", name, "--ascii", "--digits", "17", "--most", "1000").out)
    done = run("explain", name, "--json")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    assert text.startswith(told["title"])
    assert told["origin"]["network"] in text
    assert told["origin"]["optimizer"] in text
    for array in told["given"]:
        for quantity, value in zip(np.ravel(array["names"]), np.ravel(array["values"]), strict=True):
            assert f"{quantity} = {value + 0.0:.17g}" in text
    statements = [each for family in told["families"] for each in family["statements"]]
    for statement in statements:
        assert f" = {statement['value'] + 0.0:.17g}" in text
        assert statement["name"].replace("∂", "d") + " = " in text
    assert len(statements) > 20


def test_digits(run):
    out_h1 = load("jain").trace().value(Quantity("A", (1, 0, 0)))
    few, many = (run("explain", "jain", "--digits", digits).out for digits in (3, 17))
    assert "= 0.378\n" in few
    assert "0.3775" not in few
    assert f"= {out_h1:.17g}\n" in many


def test_most(run):
    short, whole = run("explain", "xor", "--most", 2).out, run("explain", "xor", "--most", 1000).out
    assert "more of these not shown: ask for them with --most)" in short
    assert "not shown" not in whole
    assert len(short) < len(whole) / 3


@pytest.mark.parametrize("name", EVERYTHING)
def test_ascii(run, name):
    plain, own = run("explain", name, "--ascii").out, run("explain", name).out
    assert plain.isascii()
    assert not own.isascii()


@pytest.mark.parametrize("name", EVERYTHING)
def test_no_line_is_longer_than_a_terminal_is_wide(run, name):
    lines = run("explain", name).out.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any(re.search(r"\s$", line) for line in lines)


def test_the_same_twice(run):
    assert run("explain", "sadiya") == run("explain", "sadiya")
