"""A saved model through the command: the same bits anywhere, and nothing that was tampered with."""

import csv
import io
import json
import os
import pickle
import re
from collections import Counter
from dataclasses import replace

import pytest

from chainrule.cli import main
from chainrule.files.model_file import MODEL
from chainrule.files.sealed import Form, read_header, spelled
from chainrule.files.tensors import in_a_row

QUICK = ("--epochs", "2", "--layers", "4")
LABELS = ["no", "yes", "maybe", "no", "yes"] * 6
TABLE = "id,x,c,y\n" + "".join(f"r{i:02},{i * i % 13 / 7},{'rgb'[i % 3]},{y}\n" for i, y in enumerate(LABELS))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The bytes of one model file."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "t.csv").write_text(TABLE)
    out = folder / "m.safetensors"
    fit = ["fit", str(folder / "t.csv"), "--target", "y", "--keep", "id", *QUICK, "-o", str(out)]
    assert main(fit) == 0
    return out.read_bytes()


@pytest.fixture
def model(saved, tmp_path):
    (tmp_path / "m.safetensors").write_bytes(saved)
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "m.safetensors"


# The same bits


def test_a_fresh_process_predicts_the_same_bits(run, process, model):
    for options in ([], ["--json"]):
        here = run("predict", model, "t.csv", *options)
        there = process("predict", str(model), "t.csv", *options, surroundings={"PYTHONHASHSEED": "7"})
        assert here.status == there.status == 0
        assert here.out == there.out
        assert here.out.count("r29") == 1


def test_csv_and_json_hold_the_same_predictions(run, model):
    rows = list(csv.DictReader(io.StringIO(run("predict", model, "t.csv").out)))
    told = json.loads(run("predict", model, "t.csv", "--json").out)
    assert [{name: str(value) for name, value in row.items()} for row in told] == rows
    assert len({row["probability_yes"] for row in rows}) > 3
    for row in told:
        assert row["y"] == max(("maybe", "no", "yes"), key=lambda label: row[f"probability_{label}"])


def test_predictions_go_to_a_file_that_is_overwritten_only_with_force(run, refused, model, tmp_path):
    wanted = run("predict", model, "t.csv").out
    assert run("predict", model, "t.csv", "-o", "p.csv") == (0, "", "")
    assert (tmp_path / "p.csv").read_bytes().decode() == wanted
    (tmp_path / "p.csv").write_text("mine")
    assert "exists already" in refused("predict", model, "t.csv", "-o", "p.csv")
    assert (tmp_path / "p.csv").read_text() == "mine"
    assert run("predict", model, "t.csv", "-o", "p.csv", "--force").status == 0
    assert (tmp_path / "p.csv").read_bytes().decode() == wanted
    assert sorted(os.listdir(tmp_path)) == ["m.safetensors", "p.csv", "t.csv"]


def test_the_same_fit_writes_the_same_bytes_in_any_process(run, process, saved, model, tmp_path):
    fit = ("fit", "t.csv", "--target", "y", "--keep", "id", *QUICK, "-o")
    assert run(*fit, "again.safetensors").status == 0
    assert process(*fit, "there.safetensors", surroundings={"PYTHONHASHSEED": "7"}).status == 0
    assert run(*fit, "other.safetensors", "--seed", 1).status == 0
    again, there, other = (
        (tmp_path / f"{name}.safetensors").read_bytes() for name in ("again", "there", "other")
    )
    assert saved == again == there
    assert saved != other


def test_force_replaces_a_model(run, saved, model):
    model.write_bytes(b"old")
    done = run("fit", "t.csv", "--target", "y", "--keep", "id", *QUICK, "-o", model, "--force")
    assert (done.status, done.err) == (0, "")
    assert model.read_bytes() == saved


# Judged


def test_each_row_of_the_confusion_matrix_sums_to_its_count(run, model):
    told = json.loads(run("evaluate", model, "t.csv", "--json").out)
    counts = Counter(LABELS)
    assert [sum(row) for row in told["confusion"]] == [counts[label] for label in told["classes"]]
    said = Counter(row["y"] for row in json.loads(run("predict", model, "t.csv", "--json").out))
    columns = zip(*told["confusion"], strict=True)
    assert [sum(column) for column in columns] == [said[label] for label in told["classes"]]
    right = sum(row[i] for i, row in enumerate(told["confusion"]))
    assert told["scores"]["accuracy"] == pytest.approx(right / len(LABELS))


def test_evaluate_shows_what_json_holds(run, model):
    text = run("evaluate", model, "t.csv").out
    told = json.loads(run("evaluate", model, "t.csv", "--json").out)
    shown = " ".join(text.split())
    assert f"on {told['rows']} rows:" in text
    for name, value in told["scores"].items():
        assert f"{name} {value:.6g} {told['baseline'][name]:.6g}" in shown
    for i, (label, row) in enumerate(zip(told["classes"], told["confusion"], strict=True)):
        recall = row[i] / sum(row)
        precision = row[i] / max(1, sum(other[i] for other in told["confusion"]))
        cells = " ".join(map(str, row))
        assert f"{label} {cells} {recall:.3f} {precision:.3f}" in shown


def test_info_shows_what_json_holds(run, model):
    text, told = run("info", model).out, json.loads(run("info", model, "--json").out)
    assert told["inputs"] == ["x", "c=b", "c=g", "c=r"]
    assert told["target"] == ["y"]
    assert told["parameters"] == 4 * 4 + 4 + 4 * 3 + 3
    shown = " ".join(text.split())
    for each in (told["network"], ", ".join(told["inputs"]), told["provenance"]["data"]):
        assert each in shown
    assert f"parameters {told['parameters']}" in shown


WRONG_ROWS = [
    ("a,b\n1,2\n", "the table had the columns 'a', 'b', but not 'x', 'c'; it may have every input"),
    ("x,c\nabc,r\n", "the column 'x' in row 1 was 'abc'; it may be numbers, as in training"),
    ("x,c,id,y\ninf,r,b,no\n", "the column 'x' in row 1 was inf"),
    ("x,c,y\n1,r\n", "line 2 had 2 fields; it may have 3"),
    ("", "the content was empty"),
]


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain"])
@pytest.mark.parametrize(("text", "wanted"), WRONG_ROWS)
def test_rows_that_do_not_fit_the_model_are_refused(refused, model, tmp_path, command, text, wanted):
    (tmp_path / "bad.csv").write_text(text)
    options = ("--data", "bad.csv", "--row", 1) if command == "explain" else ("bad.csv",)
    assert re.search(wanted, refused(command, model, *options))
    assert sorted(os.listdir(tmp_path)) == ["bad.csv", "m.safetensors", "t.csv"]


WRONG_TARGETS = [
    ("x,c,id\n1,r,a\n", "the target was 'y'; it may be one of the columns"),
    ("x,c,id,y\n1,r,a,other\n", "the column 'y' in row 1 was 'other'; it may be one of the classes"),
    ("x,c,id,y\n1,r,a,\n", "row 1 was missing"),
]


@pytest.mark.parametrize(("text", "wanted"), WRONG_TARGETS)
def test_evaluate_needs_targets_that_it_knows(refused, model, tmp_path, text, wanted):
    (tmp_path / "bad.csv").write_text(text)
    assert re.search(wanted, refused("evaluate", model, "bad.csv"))


# Tampered with


def resealed(data, **changes):
    """A file with another header, whose own hash is right."""
    header = read_header(io.BytesIO(data), len(data), MODEL)
    start = len(spelled(header))
    return spelled(replace(header, **changes)) + data[start:]


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


PETABYTE = in_a_row([("W[1]", "F32", (1 << 24, 1 << 24))])
TAMPERED = {
    "empty": (lambda data: b"", "the content was empty"),
    "cut in the numbers": (lambda data: data[:-1], "the content was cut short"),
    "cut in the header": (lambda data: data[:100], "the content was cut"),
    "one byte": (lambda data: data[:1], "the content was cut"),
    "followed by more": (lambda data: data + b"\0", "followed by more"),
    "newer": (lambda data: resealed(data, form=Form(MODEL.name, 2)), "written by a newer chainrule"),
    "a petabyte of numbers": (
        lambda data: resealed(data, tensors=PETABYTE),
        "the content was cut short|memory",
    ),
    "a petabyte of header": (lambda data: (1 << 50).to_bytes(8, "little") + data[8:], "claimed a header of"),
    "a pickle": (lambda data: pickle.dumps({"W": [1.0]}), "the content was a pickle, .*was not opened"),
    "an old pickle": (lambda data: pickle.dumps([1.0], protocol=0), "pickle|no file that chainrule wrote"),
    "a CSV": (lambda data: TABLE.encode(), "no file that chainrule wrote|chainrule"),
}


@pytest.mark.parametrize("command", ["predict", "evaluate", "info"])
@pytest.mark.parametrize("kind", TAMPERED)
def test_a_file_that_is_no_model_of_ours_is_refused(refused, model, tmp_path, command, kind):
    change, wanted = TAMPERED[kind]
    model.write_bytes(change(model.read_bytes()))
    before = model.read_bytes()
    data = () if command == "info" else ("t.csv",)
    out = ("-o", "p.csv") if command == "predict" else ()
    told = refused(command, model, *data, *out)
    assert re.search(wanted, told)
    assert sorted(os.listdir(tmp_path)) == ["m.safetensors", "t.csv"]
    assert model.read_bytes() == before


def test_a_bit_altered_anywhere_is_seen(refused, run, model):
    data = model.read_bytes()
    assert run("info", model).status == 0
    for bit in range(0, 8 * len(data), 509):
        model.write_bytes(flipped(data, bit))
        assert "m.safetensors" in refused("info", model)
    model.write_bytes(flipped(data, 8 * len(data) - 1))
    for command in ("predict", "evaluate"):
        assert "altered since it was written" in refused(command, model, "t.csv")


def test_a_pickle_is_not_run(refused, model, tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "sprung"),))

    model.write_bytes(pickle.dumps(Trap()))
    for command in (("info", model), ("predict", model, "t.csv"), ("evaluate", model, "t.csv")):
        assert "pickle" in refused(*command)
    assert not (tmp_path / "sprung").exists()


def test_a_model_that_is_not_there(refused, tmp_path):
    assert "no.safetensors" in refused("info", "no.safetensors")
    assert list(tmp_path.iterdir()) == []
