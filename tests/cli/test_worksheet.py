"""`chainrule worksheet` makes what `check` and `diagnose` take back."""

import json

import pytest

from chainrule.files.sheets import read_sheets


def test_a_worksheet_goes_out_and_its_key_comes_back_right(run):
    done = run("worksheet", "jain", "-o", "jain.ods", "--key", "key.ods")
    assert (done.status, done.out) == (0, "")
    assert done.err == "chainrule: wrote jain.ods\nchainrule: wrote key.ods\n"
    done = run("check", "key.ods")
    assert done.status == 0
    assert "58 numbers: 58 right." in done.out
    assert run("diagnose", "key.ods").out.startswith("No mistake")
    assert run("check", "jain.ods").err.startswith("chainrule: what was given was no number at all;")


def test_a_mistake_in_a_filled_one_is_named(run, tmp_path):
    """As a person fills it in: here with the numbers of a mistaken step."""
    import chainrule as cr
    from chainrule.check.mistaken import placed, side_by_side
    from chainrule.writers.options import Options
    from chainrule.writers.sheet import xlsx
    from chainrule.writers.sheet.book import Cell
    from chainrule.writers.sheet.worksheet import book

    trace = cr.tutorials.load("jain").trace()
    pairs = side_by_side(trace, placed(trace, "hidden-derivative-missing"))
    mine = {trace.name(pair.quantity): pair.mistaken for pair in pairs}
    filled = book(trace, Options(), key=False)
    for row in filled.sheets[2].rows[1:]:
        if len(row) == 3 and row[0].value in mine:
            row[2] = Cell(round(mine[row[0].value], 6))
    (tmp_path / "mine.xlsx").write_bytes(xlsx.write(filled))
    done = run("diagnose", "mine.xlsx")
    assert done.status == 1
    assert "hidden-derivative-missing (layer 1, BP2)" in done.out
    done = run("check", "mine.xlsx", "--hint", "1")
    assert done.status == 1
    assert "The first wrong one is delta_h1" in done.out
    assert "0.008771" not in run("check", "mine.xlsx", "--hint", "2", "--json").out
    assert run("check", "jain", "--numbers", "mine.xlsx").status == 1


def test_a_class_gets_an_exercise_each(run, tmp_path):
    arguments = ["worksheet", "--sizes", "2,2,1", "--seed", "7", "--copies", "3", "--names", "jain"]
    done = run(*arguments, "-o", "e.xlsx", "--key", "k.xlsx", "--json")
    assert json.loads(done.out)["written"] == [f"{name}-{n}.xlsx" for n in (1, 2, 3) for name in "ek"]
    given = [read_sheets(tmp_path / f"e-{n}.xlsx")["Given"] for n in (1, 2, 3)]
    assert given[0] != given[1] != given[2] != given[0]
    assert run("check", "k-2.xlsx").status == 0
    assert read_sheets(tmp_path / "e-1.xlsx")["Read me"][0][0] == "Exercise 7: one step of a 2-2-1 network"


def test_a_steps_json_is_diagnosed_by_its_own_numbers(run, tmp_path):
    run("explain", "jain", "-o", "step.json")
    assert run("diagnose", "step.json").out.startswith("No mistake")
    told = (tmp_path / "step.json").read_text("utf-8")
    (tmp_path / "step.json").write_text(told.replace("0.0821670405642307", "0.0921670405642307"), "utf-8")
    done = run("diagnose", "step.json")
    assert done.status == 1
    assert "The first number that goes wrong is ∂E_total/∂w5" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["jain", "-o", "a.doc"], "may be .ods, .xlsx or .html"),
        (["jain", "-o", "a.ods", "--key", "b.csv"], "the suffix of a worksheet was '.csv'"),
        (["jain", "-o", "a.ods", "--key", "./a.ods"], "where the worksheet goes; it may be another file"),
        (["--sizes", "1000,1000,10", "-o", "a.ods"], "the number of weights of an exercise was 1010000"),
        (["jain", "-o", "a.ods", "--copies", "3"], "--copies was 3; it may come with --sizes"),
        (["jain", "--sizes", "2,1", "-o", "a.ods"], "WHAT was 'jain'; it may be left out"),
        (["jian", "-o", "a.ods"], "did you mean jain?"),
        (
            ["--sizes", "2,2", "-o", "a.ods", "--copies", "0"],
            "--copies was 0; it may be a whole number from 1 to 1000",
        ),
    ],
)
def test_what_cannot_be_made_gets_one_sentence(run, arguments, words):
    done = run("worksheet", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
