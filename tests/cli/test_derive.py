"""`chainrule derive`: the chain-rule product of one weight, in the reader's names."""

import json
import re
import shlex

import pytest

from chainrule.tutorials import GATES, SETS, TUTORIALS, load

EVERYTHING = (*TUTORIALS, *GATES, *SETS)


def first_weight(name: str) -> str:
    trace = load(name).trace()
    return trace.name(next(trace.entries("W", 1)))


def test_an_output_weight_of_jain(run):
    done = run("derive", "jain", "w5")
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[:6] == [
        "∂E_total/∂w5 = 0.08216704056",
        "============================",
        "  ∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5",
        "               = (out_o1 - target_o1) · out_o1 · (1 - out_o1) · out_h1",
        "               = 0.7413650696 · 0.1868156018 · 0.5932699921",
        "               = 0.08216704056",
    ]


def test_a_hidden_weight_of_jain_has_both_paths_and_their_sum(run):
    out = run("derive", "jain", "w1").out
    for line in ("through out_o1:", "through out_o2:", "= 0.05539942465", "= -0.01904911826"):
        assert line in out
    assert "= (0.05539942465 - 0.01904911826) · 0.2413007086 · 0.05" in out
    assert "∂net_o1/∂out_h1 = w5 = 0.4: given" in out


@pytest.mark.parametrize("name", EVERYTHING)
def test_text_and_json_say_the_same(run, name):
    weight = first_weight(name)
    done = run("derive", name, weight, "--json")
    assert (done.status, done.err) == (0, "")
    told = json.loads(done.out)
    out = run("derive", name, weight, "--digits", 17).out
    assert f"= {told['value']:.17g}" in out
    assert told["parameter"] == weight
    assert told["origin"]["command"] == shlex.join(["chainrule", "derive", name, weight, "--json"])
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", EVERYTHING)
def test_ascii(run, name):
    assert run("derive", name, first_weight(name), "--ascii").out.isascii()


def test_what_is_left_out_is_counted(run):
    out = run("derive", "--sizes", "3,4,4,6", "W[1][0,0]", "--most", 2).out
    assert "the sum over 24 paths" in out
    assert "(2 more of these not shown: ask for them with --most)" in out
    assert "(4 more of these not shown: ask for them with --most)" in out
    assert "the sum of all 6 such terms" in out


def test_in_another_notation_and_by_hand(run):
    out = run("derive", "--sizes", "2,2,1", "w1", "--names", "jain", "--round", 3).out
    assert out.startswith("∂E_total/∂w1 = ")
    assert re.search(r"= -?\d\.\d{3} · -?\d\.\d{3} · ", out)
    assert "exact" not in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["jain", "w55"], "the weight or bias was 'w55'; it may be w1, w2, w3, w4, b1, w5, w6, w7, w8, b2 "),
        (["jain"], "what to derive was 'jain'; it may be WHAT WEIGHT, such as jain w5"),
        (["jain", "w1", "w2"], "what to derive was 'jain w1 w2'; it may be WHAT WEIGHT"),
        (
            ["--sizes", "2,1", "jain", "w1"],
            "it may be WEIGHT alone with --sizes",
        ),
        (["jian", "w1"], "(did you mean jain?)"),
        (["jain", "w1", "--names", "mine"], "the notation was 'mine'; it may be ours, jain"),
        (
            ["jain", "w1", "--each", "sum"],
            "--each was given alone; it may come with --round",
        ),
        (
            ["jain", "w1", "--round", "3", "--half", "up"],
            "the direction of a half was 'up'",
        ),
        (["jain", "w1", "--round", "3", "--significant", "3"], "it may be one of the two as a number"),
        (
            ["--sizes", "2", "w1"],
            "the list of sizes was '2'; it may be two whole numbers",
        ),
        (
            ["--sizes", "2,1", "--inputs", "a,b", "w1"],
            "--inputs was 'a,b'; it may be numbers such as",
        ),
        (
            ["jain", "--inputs", "1,2", "w1"],
            "--inputs was given with jain; it may come with --sizes",
        ),
    ],
)
def test_what_is_wrong_gets_a_sentence(refused, arguments, told):
    assert told in refused("derive", *arguments)


def test_nothing_is_missing_from_a_missing_argument(refused):
    assert "WHAT WEIGHT" in refused("derive")
