"""Tables through the command: each kind that is accepted, each mistake that is refused in one sentence."""

import io
import json
import re
import sys

import numpy as np
import polars as pl
import pytest
import scipy.io

import chainrule.tables.fit as fitting

QUICK = ("--epochs", 2, "--layers", 4)
ROWS = 24
NUMBERS = {"x": [float(i % 7) for i in range(ROWS)], "z": [i * i % 11 / 4 for i in range(ROWS)]}


def csv(labels=("red", "blue"), head="x,c,k,y", extra=""):
    """A table with a number (one is missing), a category, a constant and the target."""
    rows = (f"{i % 7 if i != 3 else ''},{'rgb'[i % 3]},5,{labels[i % len(labels)]}\n" for i in range(ROWS))
    return f"{head}\n" + "".join(rows) + extra


def table(**columns):
    return pl.DataFrame({**NUMBERS, **columns})


@pytest.fixture
def fit(run):
    """Fit a table, and return what the command told as JSON, with its notes on standard error."""

    def fit(data, *options, target="y", out="m.safetensors"):
        done = run("fit", data, "--target", target, *QUICK, "-o", out, "--force", "--json", *options)
        assert done.status == 0, done.err
        told = json.loads(done.out)
        return {**told, "err": done.err, "notes": " | ".join(told["notes"])}

    return fit


# Accepted


LABELS = [
    (("-1", "1"), [-1, 1], "2 whole numbers with 3 rows or more each"),
    (("red", "blue", "a, b"), ["a, b", "blue", "red"], "because it is text"),
    (("true", "false"), [False, True], "because it is true and false"),
]


@pytest.mark.parametrize(("labels", "classes", "why"), LABELS)
def test_labels_of_every_kind(fit, run, tmp_path, labels, classes, why):
    written = [f'"{label}"' if "," in label else label for label in labels]
    (tmp_path / "t.csv").write_text(csv(written))
    told = fit("t.csv")
    assert (told["task"], told["classes"]) == ("class", classes)
    assert why in told["notes"]
    assert (told["rows"], told["learned"] + told["held_out"]) == (ROWS, ROWS)
    predicted = json.loads(run("predict", "m.safetensors", "t.csv", "--json").out)
    assert len(predicted) == ROWS
    assert {row["y"] for row in predicted} <= set(classes)
    for row in predicted:
        chances = [chance for name, chance in row.items() if name.startswith("probability_")]
        assert len(chances) == len(classes)
        assert sum(chances) == pytest.approx(1, abs=1e-6)


def test_missing_values_and_constant_columns_are_told_by_name(fit, run, tmp_path):
    (tmp_path / "t.csv").write_text(csv())
    told = fit("t.csv")
    assert told["inputs"] == ["x", "x is missing", "c=b", "c=g", "c=r"]
    assert "rows without 'x': 1" in told["notes"]
    assert "the same in every row to learn from: 'k'" in told["notes"]
    text = run("fit", "t.csv", "--target", "y", *QUICK).out
    assert all(re.search(f"^note +.*{name}", text, re.MULTILINE) for name in ("'x'", "'k'"))


def test_a_batch_may_be_larger_than_the_data(fit, tmp_path):
    (tmp_path / "t.csv").write_text(csv())
    assert fit("t.csv", "--batch-size", 1000)["scores"] == fit("t.csv", "--batch-size", ROWS)["scores"]
    assert fit("t.csv", "--batch-size", 1000)["scores"] != fit("t.csv", "--batch-size", 2)["scores"]


ENCODINGS = [("utf-8", ""), ("utf-8-sig", "UTF-8 with a mark (BOM)"), ("utf-16", "UTF-16")]


@pytest.mark.parametrize(("encoding", "note"), ENCODINGS)
def test_marks_of_an_encoding_are_read_and_told(fit, tmp_path, encoding, note):
    (tmp_path / "t.csv").write_text(csv(("grün", "été")), encoding=encoding)
    told = fit("t.csv")
    assert told["classes"] == ["grün", "été"]
    assert told["inputs"][0] == "x"
    assert told["err"] == (f"chainrule: note: the text is {note}\n" if note else "")


def test_unseen_categories_are_counted_and_told(fit, run, tmp_path):
    (tmp_path / "t.csv").write_text(csv())
    fit("t.csv")
    (tmp_path / "new.csv").write_text("x,c,k\n1,purple,5\n2,r,5\n3,pink,5\n4,pink,5\n")
    done = run("predict", "m.safetensors", "new.csv")
    assert (done.status, len(done.out.splitlines())) == (0, 5)
    wanted = "rows with a category of 'c' that no training row has: 3 ('pink', 'purple')"
    assert done.err == f"chainrule: note: {wanted}\n"


def write_matlab(path, frame):
    columns = {name: frame[name].to_numpy().reshape(-1, 1) for name in frame.columns}
    scipy.io.savemat(path, columns)


WRITERS = {
    "csv": lambda path, frame: frame.write_csv(path),
    "tsv": lambda path, frame: frame.write_csv(path, separator="\t"),
    "jsonl": lambda path, frame: frame.write_ndjson(path),
    "parquet": lambda path, frame: frame.write_parquet(path),
    "npz": lambda path, frame: np.savez(path, **{name: frame[name].to_numpy() for name in frame.columns}),
    "mat": write_matlab,
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_kind_of_file_gives_the_same_model(fit, run, tmp_path, suffix):
    frame = table(y=[i % 2 for i in range(ROWS)])
    for each in ("csv", suffix):
        WRITERS[each](tmp_path / f"t.{each}", frame)
    assert fit(f"t.{suffix}")["scores"] == fit("t.csv", out="c.safetensors")["scores"]
    first, second = (run("predict", model, f"t.{suffix}") for model in ("m.safetensors", "c.safetensors"))
    assert (first.status, first.err) == (0, "")
    assert first == second
    assert run("evaluate", "m.safetensors", f"t.{suffix}").status == 0


def test_a_table_may_come_on_standard_input(fit, run, tmp_path, monkeypatch):
    (tmp_path / "t.csv").write_text(csv())

    def typed():
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(csv().encode())))

    typed()
    told = fit("-")
    assert told["scores"] == fit("t.csv", out="c.safetensors")["scores"]
    typed()
    assert run("predict", "m.safetensors", "-") == run("predict", "m.safetensors", "t.csv")


def test_a_bundled_set(fit, run):
    told = fit("sklearn:iris", target="species")
    assert (told["rows"], told["held_out"], len(told["classes"])) == (150, 30, 3)
    assert told["err"] == "chainrule: note: the column to predict is 'species'\n"
    scores = json.loads(run("evaluate", "m.safetensors", "sklearn:iris", "--json").out)
    assert [sum(row) for row in scores["confusion"]] == [50, 50, 50]


def test_several_numeric_targets(fit, run, tmp_path):
    table(a=[100.0 + i for i in range(ROWS)], b=[-0.001 * i for i in range(ROWS)]).write_csv(
        tmp_path / "t.csv"
    )
    told = fit("t.csv", target="a, b")
    assert (told["target"], told["task"], told["inputs"]) == (["a", "b"], "number", ["x", "z"])
    assert "2 targets are taken as numbers" in told["notes"]
    predicted = json.loads(run("predict", "m.safetensors", "t.csv", "--json").out)
    assert all(list(row) == ["a", "b"] for row in predicted)
    assert 60 < np.mean([row["a"] for row in predicted]) < 160  # in its own units
    assert abs(np.mean([row["b"] for row in predicted])) < 0.1


def test_task_decides_over_the_guess(fit, tmp_path):
    table(y=[i % 4 for i in range(ROWS)]).write_csv(tmp_path / "t.csv")
    assert (fit("t.csv")["task"], fit("t.csv")["classes"]) == ("class", [0, 1, 2, 3])
    told = fit("t.csv", "--task", "number")
    assert (told["task"], told["classes"], "r2" in told["scores"]) == ("number", None, True)
    assert "because the task is number" in told["notes"]


def test_drop_and_keep(fit, run, tmp_path):
    names = [f"{i:03}" for i in range(ROWS)]
    table(id=names, w=[1.0] * ROWS, y=["no", "yes"] * (ROWS // 2)).write_csv(tmp_path / "t.csv")
    told = fit("t.csv", "--drop", "z", "--drop", "w", "--keep", "id")
    assert told["inputs"] == ["x"]
    predicted = json.loads(run("predict", "m.safetensors", "t.csv", "--json").out)
    assert list(predicted[0]) == ["id", "y", "probability_no", "probability_yes"]
    assert [row["id"] for row in predicted] == names  # 000 is no number


def test_weights_weigh_and_are_no_input(fit, tmp_path):
    labels = ["no", "yes"] * (ROWS // 2)
    scores = []
    for weight in (1, 7):
        table(w=[weight if y == "yes" else 1 for y in labels], y=labels).write_csv(tmp_path / "t.csv")
        told = fit("t.csv", "--weight", "w")
        assert told["inputs"] == ["x", "z"]
        scores.append(told["baseline"]["accuracy"])
    # Of the rows held out as many are yes as no, or one more.
    assert scores[0] < 0.7
    assert scores[1] > 0.8


@pytest.fixture
def held_rows(monkeypatch):
    """What was held out by each fit, as the rule gave it."""
    held = []
    rule = fitting.hold_out

    def hold_out(*arguments, **choices):
        learned_and_held = rule(*arguments, **choices)
        held.append(learned_and_held[1].tolist())
        return learned_and_held

    monkeypatch.setattr(fitting, "hold_out", hold_out)
    return held


def test_groups_stay_together_and_the_latest_are_held_out(fit, tmp_path, held_rows):
    days, names = [(7 * i) % ROWS for i in range(ROWS)], [f"g{i % 6}" for i in range(ROWS)]
    table(day=days, g=names, y=["a", "b", "b"] * (ROWS // 3)).write_csv(tmp_path / "t.csv")
    together = fit("t.csv", "--groups", "g", "--drop", "day")
    assert together["inputs"] == ["x", "z"]
    held = {names[i] for i in held_rows[-1]}
    assert 0 < len(held) < 6
    assert sum(name in held for name in names) == together["held_out"] == len(held_rows[-1])
    latest = fit("t.csv", "--time", "day", "--drop", "g", "--test", "0.25")
    assert latest["inputs"] == ["x", "z"]
    assert latest["held_out"] == 6
    assert sorted(days[i] for i in held_rows[-1]) == [18, 19, 20, 21, 22, 23]


@pytest.mark.parametrize(("test", "held"), [(0.25, 6), (0.5, 12)])
def test_the_part_held_out(fit, tmp_path, test, held):
    (tmp_path / "t.csv").write_text(csv())
    assert fit("t.csv", "--test", test)["held_out"] == held


# Results and notes


def test_json_agrees_with_the_text_and_notes_are_no_results(run, tmp_path):
    (tmp_path / "t.csv").write_text(csv(), encoding="utf-16")
    fit = ("fit", "t.csv", "--target", "y", *QUICK)
    text, told = run(*fit), run(*fit, "--json")
    assert text.err == told.err == "chainrule: note: the text is UTF-16\n"
    assert "UTF-16" not in text.out
    told = json.loads(told.out)
    shown = " ".join(text.out.split())
    assert f"rows {told['rows']}: {told['learned']} to learn from, {told['held_out']} held out" in shown
    assert f"on {told['held_out']} rows:" in text.out
    for key in ("network", "optimizer"):
        assert told[key] in shown
    assert all(note in shown.replace(" note ", " ") for note in told["notes"])
    for name, value in told["scores"].items():
        assert f"{name} {value:.6g} {told['baseline'][name]:.6g}" in shown
    assert all(len(line) <= 80 for line in text.out.splitlines())
    assert list(tmp_path.iterdir()) == [tmp_path / "t.csv"]  # without -o nothing is written


# Refused


def rows_with(last):
    return csv(extra=last + "\n")


BAD_TABLES = {
    "empty": ("", "the content was empty"),
    "header alone": ("x,c,k,y\n", "the number of rows below the header was 0"),
    "one row": ("x,c,k,y\n1,r,5,red\n", "the target 'y' was 'red' in every row"),
    "one class": (csv(("red",)), "the target 'y' was 'red' in every row"),
    "constant number": (csv(("3.5",)), "the target 'y' was 3.5 in every row"),
    "no target": (csv(head="x,c,k,yy"), "the target was 'y'; .*did you mean 'yy'"),
    "missing target": (rows_with("1,r,5,"), "the target 'y' in row 25 was missing"),
    "ragged, short": (rows_with("1,r,5"), "line 26 had 3 fields; it may have 4"),
    "ragged, long": (rows_with("1,r,5,red,6"), "line 26 had 5 fields; it may have 4"),
    "disguise": (csv().replace("\n1,", '\n"1,5",'), r"'1,5'; it may be a number such as 1234\.5 \(write it"),
    "infinity": (rows_with("inf,r,5,red"), "the column 'x' in row 25 was inf; it may be a finite"),
    "too large": (rows_with("1e999,r,5,red"), "the column 'x' in row 25 was inf; it may be a finite"),
    "two names": (csv(head="x,x,k,y"), "the name of column 2 was 'x', as that of column 1"),
    "long name": (csv(head="x" * 10_000 + ",c,k,y"), "the name of column 1 was 10,000 characters long"),
    "no inputs": ("y\n" + "red\nblue\n" * 9, "no column was left as an input"),
    "constant inputs": ("k,y\n" + "1,red\n1,blue\n" * 9, "no column was left as an input"),
    "NUL": (rows_with("1,\0,5,red"), "line 26, column 'c', held a NUL"),
    "quote": (rows_with('1,"r,5,red'), r'line 26, column \'c\', had a quote \("\) that is never closed'),
    "categories": (
        "c,y\n" + "".join(f"c{i},{'red' if i % 2 else 'blue'}\n" for i in range(10_000)),
        "the number of categories of the column 'c' was [0-9,]+; it may be at most 1,000 .*--drop",
    ),
    "classes": (
        "x,y\n" + "".join(f"{i},c{i}\n" for i in range(10_000)),
        "the number of classes of the target 'y' was 10,000; it may be at most 1,000",
    ),
}


@pytest.mark.parametrize("kind", BAD_TABLES)
def test_a_bad_table_is_refused_and_nothing_is_written(refused, tmp_path, kind):
    text, wanted = BAD_TABLES[kind]
    (tmp_path / "t.csv").write_text(text)
    told = refused("fit", "t.csv", "--target", "y", *QUICK, "-o", "m.safetensors")
    assert re.search(wanted, told)
    assert list(tmp_path.iterdir()) == [tmp_path / "t.csv"]


WRONG_OPTIONS = [
    ("--drop no", "the column to drop was 'no'; it may be one of the columns"),
    ("--keep cc", "the column to keep was 'cc'; .*did you mean 'c'"),
    ("--weight no", "the column of weights was 'no'"),
    ("--weight c", "the column of weights 'c' was text; it may be numbers"),
    ("--groups no", "the column of groups was 'no'; it may be one of the columns"),
    ("--time no", "the column of times was 'no'; it may be one of the columns"),
    ("--groups x", "the column 'x' in row 4 was missing; it may be missing in no row"),
    ("--time x", "the column 'x' in row 4 was missing; it may be missing in no row"),
    ("--drop y", "'y'; it may be another column than the target"),
    ("--drop x --drop c", "no column was left as an input"),
    ("--task number", "the target 'y' was text; it may be a column of numbers"),
    ("--task nmber", "the task was 'nmber'; .*number"),
    ("--test 1", "the part held out was '1'; it may be a number above 0 and below 1"),
    ("--test 0", "the part held out was '0'; it may be a number above 0 and below 1"),
]


@pytest.mark.parametrize(("typed", "wanted"), WRONG_OPTIONS)
def test_a_wrong_option_is_refused_and_nothing_is_written(refused, tmp_path, typed, wanted):
    (tmp_path / "t.csv").write_text(csv())
    told = refused("fit", "t.csv", "--target", "y", *QUICK, "-o", "m.safetensors", *typed.split())
    assert re.search(wanted, told)
    assert list(tmp_path.iterdir()) == [tmp_path / "t.csv"]


WRONG_OUTPUTS = [
    ("there.safetensors", "'there.safetensors'; it may be a new one .*--force"),
    ("m.txt", "'m.txt'; it may be one whose name ends in .safetensors"),
    ("no/m.safetensors", "the folder of the model file was 'no'; it may be one that exists"),
]


@pytest.mark.parametrize(("out", "wanted"), WRONG_OUTPUTS)
def test_a_file_that_cannot_be_written_is_refused_before_training(
    refused, tmp_path, monkeypatch, out, wanted
):
    monkeypatch.setattr(fitting, "follow", lambda *_, **__: pytest.fail("it was trained"))
    (tmp_path / "t.csv").write_text(csv())
    (tmp_path / "there.safetensors").write_bytes(b"mine")
    assert re.search(wanted, refused("fit", "t.csv", "--target", "y", "-o", out))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv", "there.safetensors"]
    assert (tmp_path / "there.safetensors").read_bytes() == b"mine"
