"""`chainrule explain`: one whole step, every number of it."""

import itertools
import json
import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.tutorials import GATES, SETS, TUTORIALS, load

EVERYTHING = (*TUTORIALS, *GATES, *SETS)


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


# --- Of the reader's own ---


def test_a_network_of_ones_own_sizes(run):
    done = run("explain", "--sizes", "2,3,1", "--inputs", "0.5,0.25", "--targets", "1", "--names", "jain")
    assert (done.status, done.err) == (0, "")
    assert "  i1 = 0.5, i2 = 0.25\n  target_o1 = 1\n" in done.out
    assert done.out.startswith("One step of a 2-3-1 network\n===")


def test_the_same_seed_draws_the_same_numbers_and_another_seed_others(run):
    same = [run("explain", "--sizes", "2,3,1", "--seed", 4).out for _ in range(2)]
    assert same[0] == same[1] != run("explain", "--sizes", "2,3,1", "--seed", 5).out
    assert "drawn with seed 4 and 2 decimals" in " ".join(same[0].split())


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "poisson", "huber", "mse"])
def test_targets_that_are_drawn_mean_something_for_the_loss(run, loss):
    output = {"cross_entropy": "softmax", "poisson": "softplus"}.get(loss, "sigmoid")
    done = run("explain", "--sizes", "2,2,3", "--loss", loss, "--output", output)
    assert (done.status, done.err) == (0, "")


def test_several_rows_and_several_steps(run):
    done = run("explain", "--sizes", "2,1", "--inputs", "1,2; 3,4", "--targets", "0;1", "--steps", 2)
    assert "The loss of the 2 rows is their mean" in " ".join(done.out.split())
    assert [line for line in done.out.splitlines() if "step " in line][:2] == [
        "One step of a 2-1 network, step 1 of 2",
        "One step of a 2-1 network, step 2 of 2",
    ]


def test_the_second_step_starts_where_the_first_one_ended(run):
    first, second = json.loads(run("explain", "jain", "--steps", 2, "--json").out)
    after = [each for each in first["families"] if each["kind"] == "W_after"]
    given = [each for each in second["given"] if each["kind"] == "W"]
    assert [each["values"] for each in after] == [each["values"] for each in given]
    assert given[0]["values"] != [[0.15, 0.25], [0.2, 0.3]]


def test_by_hand(run):
    out = run("explain", "general-purpose", "--round", 4).out
    assert "  net_c3 = " in out
    assert re.search(r"= 1\.7448  \(exact 1\.74474\d+, off by \de-05\)", out)
    assert "= 0.25 · 0.5250 + 0.30 · 0.5744" not in out  # what came in keeps its own digits
    assert "0.25 · 0.5250 + 0.3 · 0.5744" in out


def test_decimals_change_what_is_shown_and_no_number(run):
    shown, by_hand = (run("explain", "jain", option, 3).out for option in ("--decimals", "--round"))
    assert "off by" in by_hand
    assert "off by" not in shown


def test_in_matrices(run):
    out = run("explain", "dustbunny", "--matrix", "--diagonal", "--bias-column", "--digits", 4).out
    assert "  delta[2] = D[2] ∂loss/∂A[2]\n           = [0.249       0] [0.2308]" in out
    assert max(map(len, out.splitlines())) <= 80
    assert run("explain", "dustbunny", "--matrix", "--ascii").out.isascii()


def test_a_model_file_on_rows_that_are_typed(run, tmp_path):
    cr.Model(cr.Network.dense([2, 1]), seed=0).save(tmp_path / "m.safetensors")
    done = run("explain", "m.safetensors", "--inputs", "1,2", "--targets", "0.5")
    assert (done.status, done.err) == (0, "")
    assert "One step of m.safetensors" in done.out


def test_a_trace_that_was_written_is_explained_again(run):
    assert run("explain", "jain", "-o", "jain.json").status == 0
    assert run("explain", "jain.json") == run("explain", "jain")


def test_a_file_says_which_command_made_it_and_not_where(run, tmp_path):
    done = run("explain", "jain", "-o", "sub.json", "--force", "--digits", 5)
    assert (done.status, done.out, done.err) == (0, "", "chainrule: wrote sub.json\n")
    told = json.loads((tmp_path / "sub.json").read_text("utf-8"))
    assert told["origin"]["command"] == "chainrule explain jain --digits 5"


def test_a_text_file_ends_with_where_it_is_from(run, tmp_path):
    run("explain", "jain", "-o", "jain.txt")
    written = (tmp_path / "jain.txt").read_text("utf-8")
    assert written.startswith(run("explain", "jain").out)
    assert f"chainrule: {cr.__version__}\n" in written
    assert "command: chainrule explain jain\n" in written


def test_several_steps_are_several_files(run, tmp_path):
    run("explain", "jain", "--steps", 3, "-o", "jain.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"jain-{step}.json" for step in (1, 2, 3)]


def test_no_file_is_replaced_unless_asked(run, refused, tmp_path):
    (tmp_path / "jain.json").write_text("mine")
    assert "jain.json" in refused("explain", "jain", "-o", "jain.json")
    assert (tmp_path / "jain.json").read_text() == "mine"
    assert run("explain", "jain", "-o", "jain.json", "--force").status == 0
    assert (tmp_path / "jain.json").read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "WHAT was missing; it may be a tutorial, a gate, a file, or --sizes 2,3,1"),
        (["jain", "--sizes", "2,1"], "WHAT was 'jain'; it may be left out where --sizes says"),
        (["jain", "-o", "x.docx"], "the suffix of 'x.docx' was '.docx'; it may be .txt, .html, .tex"),
        (["jain", "-o", "nowhere/x.json"], "nowhere"),
        (["jain", "--matrix", "--json"], "--matrix was given with a file or --json"),
        (["jain", "--diagonal"], "--diagonal and --bias-column were given alone"),
        (["jain", "--round", "16"], "--round was 16; it may be a whole number from 0 to 15"),
        (["--sizes", "2,1", "--inputs", "1,2,3"], "(1, 3)"),
        (["--sizes", "2,1", "--inputs", "1,2", "--targets", "1,2"], "(1, 2)"),
        (["--sizes", "2,0"], "the list of sizes was '2,0'"),
        (["--sizes", "2,1", "--hidden", "sigmod", "--output", "sigmod"], "(did you mean sigmoid?)"),
        (["--sizes", "2,1", "--inputs", "1,nan"], "nan"),
        (["--sizes", "99999,99999,1"], "memory"),
    ],
)
def test_what_is_wrong_gets_a_sentence(refused, arguments, told):
    assert told in refused("explain", *arguments)


def test_a_model_without_its_rows_asks_for_them(refused, tmp_path):
    cr.Model(cr.Network.dense([2, 1]), seed=0).save(tmp_path / "m.safetensors")
    told = refused("explain", "m.safetensors")
    assert told == "the rows were missing; they may be given with --inputs 0.5,0.1 and --targets 1"


def test_a_mistake_is_shown_beside_the_right_step(run):
    done = run("explain", "jain", "--with-mistake", "hidden-delta-after-update:1")
    assert (done.status, done.err) == (0, "")
    assert re.search(r"^E_total after +0\.2910277737 +0\.2910279239  <- differs$", done.out, re.MULTILINE)


def test_as_printed_shows_where_a_tutorials_wrong_number_comes_from(run):
    assert "hidden-delta-after-update (layer 1, BP2)" in run("explain", "jain", "--as-printed").out
    done = run("explain", "kumar", "--as-printed")
    assert done.status == 2
    assert done.err.startswith("chainrule: nothing that kumar prints comes from a known mistake")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--with-mistake", "sgn"], "did you mean sign?"),
        (["--with-mistake", "sign:1"], "the layer of sign was 1; it may be 2"),
        (["--with-mistake", "sign:x"], "the layer of --with-mistake was 'x'"),
        (["--with-mistake", "sign", "--json"], "it may be shown as text only"),
        (["--as-printed", "--matrix"], "it may be shown as text only"),
    ],
)
def test_a_mistake_that_cannot_be_shown_gets_one_sentence(run, options, words):
    done = run("explain", "jain", *options)
    assert done.status == 2
    assert words in done.err
    assert done.err.count("\n") == 1
