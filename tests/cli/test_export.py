"""``chainrule export``: a model for another program, whole and under its name, or one sentence."""

import io
import json
import os
import subprocess
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
import polars as pl
import pytest
import scipy.io

import chainrule as cr
from chainrule.cli import main
from chainrule.export.onnx_file import onnx_bytes

FORMS = ("onnx", "mat", "npz")
TABLE = "x,c,y\n" + "".join(f"{i * i % 13 / 7},{'rgb'[i % 3]},{'ny'[i % 2]}\n" for i in range(40))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The bytes of the model of a table."""
    folder = tmp_path_factory.mktemp("saved")
    (folder / "t.csv").write_text(TABLE)
    out = folder / "m.safetensors"
    fit = ["fit", str(folder / "t.csv"), "--target", "y", "--epochs", "2", "--layers", "4", "-o", str(out)]
    assert main(fit) == 0
    return out.read_bytes()


@pytest.fixture
def model(saved, tmp_path):
    (tmp_path / "m.safetensors").write_bytes(saved)
    return cr.load(tmp_path / "m.safetensors")


def test_onnx_tells_its_inputs_and_outputs(run, model, tmp_path):
    done = run("export", "m.safetensors", "--to", "onnx")
    assert (done.status, done.err) == (0, "")
    data = (tmp_path / "m.onnx").read_bytes()
    assert done.out.splitlines() == [
        f"wrote    m.onnx, {len(data):,} bytes",
        "input    'x' float64 (rows, 1)",
        "input    'c' string (rows, 1)",
        "output   'label' string (rows)",
        "output   'probabilities' float32 (rows, 2)",
    ]
    assert data == onnx_bytes(cr.to_onnx(model))


def test_what_was_written_predicts_what_the_command_predicts(run, model, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE)
    assert run("export", "m.safetensors", "-o", "m.onnx").status == 0
    told = pl.read_csv(io.StringIO(run("predict", "m.safetensors", "t.csv").out))
    frame = pl.read_csv(io.StringIO(TABLE))
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    x = frame["x"].to_numpy().reshape(-1, 1)
    c = np.array(frame["c"].to_list(), dtype=object).reshape(-1, 1)
    label, probabilities = session.run(None, {"x": x, "c": c})
    assert label.tolist() == told["y"].to_list()
    np.testing.assert_allclose(probabilities, told[:, 1:].to_numpy(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["--to", "-o", "both"])
def test_the_form_is_said_by_its_name_or_by_the_files(run, model, tmp_path, form, how):
    to, out = ["--to", form], ["-o", f"out.{form.upper()}"]
    arguments = {"--to": to, "-o": out, "both": to + out}[how]
    assert run("export", "m.safetensors", *arguments).status == 0
    written = tmp_path / (f"m.{form}" if how == "--to" else f"out.{form.upper()}")
    assert written.read_bytes() == bytes_of(model, form)


def bytes_of(model, form):
    """Return what a form of a model is."""
    return {"onnx": lambda: onnx_bytes(cr.to_onnx(model)), "mat": lambda: cr.to_mat(model)}.get(
        form, lambda: cr.to_npz(model)
    )()


@pytest.mark.parametrize("form", FORMS)
def test_a_dash_is_standard_output(model, tmp_path, form):
    command = [sys.executable, "-m", "chainrule", "export", "m.safetensors", "--to", form, "-o", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout == bytes_of(model, form)
    assert done.stderr == b""
    assert os.listdir(tmp_path) == ["m.safetensors"]


@pytest.mark.parametrize("form", FORMS)
def test_json_tells_what_was_written(run, model, tmp_path, form):
    told = json.loads(run("export", "m.safetensors", "--to", form, "--json").out)
    assert (told.pop("written"), told.pop("form")) == (f"m.{form}", form)
    assert told.pop("bytes") == (tmp_path / f"m.{form}").stat().st_size
    if form == "onnx":
        assert told["inputs"][1] == {"name": "c", "type": "string", "shape": ["rows", 1]}
        assert told["outputs"][1] == {"name": "probabilities", "type": "float32", "shape": ["rows", 2]}
    else:
        assert told["arrays"][-1] == {"name": "W1", "type": "float32", "shape": [4, 4]}
        assert {"name": "columns", "type": "text", "shape": [4]} in told["arrays"]


def test_float32_takes_numbers_as_float32(run, model):
    done = run("export", "m.safetensors", "--to", "onnx", "--float32")
    assert "input    'x' float32 (rows, 1)" in done.out


def test_a_model_without_a_table_is_exported_too(run, tmp_path):
    cr.Model(cr.Network.dense([2, 1])).save(tmp_path / "n.safetensors")
    done = run("export", "n.safetensors", "--to", "onnx")
    assert done.out.splitlines()[1:] == [
        "input    'X' float64 (rows, 2)",
        "output   'outputs' float64 (rows, 1)",
    ]
    assert run("export", "n.safetensors", "--to", "mat").status == 0
    assert scipy.io.loadmat(tmp_path / "n.mat")["W1"].shape == (2, 1)


def test_hundreds_of_columns_are_not_all_shown(run, tmp_path):
    table = ",".join([f"x{k}" for k in range(30)] + ["y"]) + "\n"
    table += "".join(
        ",".join([str((i * k) % 7) for k in range(1, 31)] + ["ab"[i % 2]]) + "\n" for i in range(30)
    )
    (tmp_path / "t.csv").write_text(table)
    run("fit", "t.csv", "--target", "y", "--epochs", "1", "-o", "m.safetensors")
    lines = run("export", "m.safetensors", "--to", "onnx").out.splitlines()
    inputs = [line for line in lines if line.startswith("input")]
    assert len(inputs) == 10
    named = len(onnx.load(tmp_path / "m.onnx").graph.input)
    assert f"         and {named - 10} more" in lines


def test_a_name_that_is_hostile_is_shown_not_sent(run, tmp_path):
    (tmp_path / "t.csv").write_text(TABLE.replace("x,c", "\x1b[31m,=c(1)", 1))
    run("fit", "t.csv", "--target", "y", "--epochs", "1", "-o", "m.safetensors")
    out = run("export", "m.safetensors", "--to", "onnx").out
    assert "input    '\\x1b[31m' float64 (rows, 1)" in out
    assert "\x1b" not in out


# --- What is refused ---


def test_a_file_is_replaced_with_force_only(run, refused, model, tmp_path):
    (tmp_path / "m.onnx").write_text("mine")
    assert "'m.onnx' exists already" in refused("export", "m.safetensors", "--to", "onnx").replace(
        f"{tmp_path}{os.sep}", ""
    )
    assert (tmp_path / "m.onnx").read_text() == "mine"
    assert run("export", "m.safetensors", "--to", "onnx", "--force").status == 0
    assert (tmp_path / "m.onnx").read_bytes() == bytes_of(model, "onnx")
    assert sorted(os.listdir(tmp_path)) == ["m.onnx", "m.safetensors"]


def test_the_model_itself_is_never_overwritten(refused, saved, tmp_path):
    (tmp_path / "m.onnx").write_bytes(saved)
    told = refused("export", "m.onnx", "--to", "onnx", "--force")
    assert told == "--out was 'm.onnx'; it may be another file than MODEL"
    assert (tmp_path / "m.onnx").read_bytes() == saved


REFUSED = [
    (["--to", "onxx"], "the form was 'onxx'; it may be onnx, mat, npz (did you mean onnx?)"),
    ([], "--to was missing; it may be onnx, mat, npz"),
    (["-o", "m.pt"], "--to was missing; it may be onnx, mat, npz"),
    (["-o", "-"], "--to was missing; it may be onnx, mat, npz"),
    (["--to", "mat", "-o", "m.onnx"], "--out was 'm.onnx'; it may be a name that ends in .mat, as --to says"),
    (["--to", "npz", "--float32"], "--float32 was given with the form npz; it may come with onnx"),
    (
        ["--to", "npz", "-o", "-", "--json"],
        "--json was given with -o -; it may come with a file, whose place the data would take",
    ),
]


@pytest.mark.parametrize(("arguments", "told"), REFUSED)
def test_what_cannot_be_meant_is_refused(refused, model, tmp_path, arguments, told):
    assert refused("export", "m.safetensors", *arguments) == told
    assert os.listdir(tmp_path) == ["m.safetensors"]


def test_a_model_is_asked_for(refused):
    assert refused("export", "--to", "onnx").startswith(
        "MODEL was missing; it may be a model file that chainrule"
    )


@pytest.mark.parametrize("content", [None, b"", b"\x80\x04pickle", b"x,y\n1,2\n"])
def test_what_is_no_model_is_refused(refused, tmp_path, content):
    if content is not None:
        (tmp_path / "m.safetensors").write_bytes(content)
    assert "m.safetensors" in refused("export", "m.safetensors", "--to", "npz")


def test_a_folder_that_is_missing_is_named(refused, model):
    told = refused("export", "m.safetensors", "-o", "nowhere/m.npz")
    assert told.startswith("the folder of ")
    assert "was missing" in told


def test_without_onnx_the_command_says_how_to_install_it(refused, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    told = refused("export", "m.safetensors", "--to", "onnx")
    assert told.endswith('which is not installed; install it with: pip install "chainrule[onnx]"')


def test_the_other_forms_need_no_onnx(run, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run("export", "m.safetensors", "--to", "npz").status == 0
        assert run("export", "m.safetensors", "--to", "mat").status == 0
