"""Where tables come from, what each error says first, and what an import must not load."""

import hashlib
import io
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from table_checks import refused

from chainrule.errors import ChainruleError, InvalidFileError, UnknownNameError
from chainrule.files.tables import read_table

FRAME = pl.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FRAME.write_csv("t.csv")
    FRAME.write_csv("t.tsv", separator="\t")
    FRAME.write_parquet("t.parquet")
    FRAME.write_ndjson("t.jsonl")
    np.savez("t.npz", a=FRAME.get_column("a").to_numpy(), b=np.array(["x", "y"]))
    return tmp_path


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "jsonl", "npz"])
def test_every_format_gives_the_same_table(folder, suffix):
    for source in (f"t.{suffix}", folder / f"t.{suffix}"):
        table = read_table(source)
        assert table.frame.equals(FRAME)
        assert table.name == str(source)
        assert table.sha256 == hashlib.sha256((folder / f"t.{suffix}").read_bytes()).hexdigest()
        assert table.notes == ()


def test_capitals_in_the_suffix(folder):
    os.rename("t.csv", "T.CSV")
    assert read_table("T.CSV").frame.equals(FRAME)


def test_standard_input(monkeypatch):
    data = "a;b\n007;x\n".encode("utf-16")

    class Input:
        buffer = io.BytesIO(data)

    monkeypatch.setattr(sys, "stdin", Input)
    table = read_table("-", keep_as_text=["a"])
    assert table.frame.rows() == [("007", "x")]
    assert table.name == "-"
    assert table.sha256 == hashlib.sha256(data).hexdigest()
    assert table.notes == ("the text is UTF-16", "the fields are separated by semicolons")
    with refused("in 'standard input', the content was empty", InvalidFileError):
        read_table("-")


def test_standard_input_of_a_process():
    script = "from chainrule.files.tables import read_table; print(read_table('-').frame.rows())"
    for data, answer in ((b"a,b\n1,2\n", "[(1, 2)]\n"), (b"", "")):
        run = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True)
        assert run.stdout.decode() == answer
    assert run.stderr.decode().endswith("it may be a header and at least one row\n")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none.csv", "'none.csv' cannot be read: No such file or directory"),
        (".csv", "the end of the name '.csv' was ''; it may be .csv, .tsv, .parquet, .jsonl, .npz, .mat,"),
        ("t.xlsx", "was '.xlsx'; it may be .csv, "),
        ("t.xlsx", ".mat, - or sklearn:NAME (a spreadsheet can be saved as CSV)"),
        ("t.pkl", "the end of the name 't.pkl' was '.pkl'"),
        ("t", "the end of the name 't' was ''"),
        ("folder.csv", "'folder.csv' was a folder; it may be a plain file"),
        ("folder.npz", "'folder.npz' was a folder; it may be a plain file"),
        ("t\0.csv", "without a NUL"),
        ("empty.csv", "in 'empty.csv', the content was empty"),
        ("empty.tsv", "in 'empty.tsv', the content was empty"),
        ("empty.jsonl", "in 'empty.jsonl', the content was empty"),
        ("empty.parquet", "in 'empty.parquet', the content was no whole Parquet file"),
        ("empty.npz", "in 'empty.npz', the content was no whole .npz archive"),
        ("empty.mat", "in 'empty.mat', the content was empty"),
        (
            "sklearn:rose",
            "was 'rose'; it may be breast_cancer, diabetes, digits, iris, wine",
        ),
    ],
)
def test_refused(folder, name, words):
    for suffix in ("csv", "npz"):
        (folder / f"folder.{suffix}").mkdir()
    for suffix in ("csv", "tsv", "jsonl", "parquet", "npz", "mat"):
        (folder / f"empty.{suffix}").touch()
    with refused(words):
        read_table(name)


def test_the_nearest_set():
    with refused("(did you mean iris?)", UnknownNameError):
        read_table("sklearn:irs")


def test_pipes_do_not_hang(folder):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    for suffix in ("csv", "jsonl", "parquet", "npz", "mat"):
        os.mkfifo(f"pipe.{suffix}")
        with refused("was a pipe; it may be a plain file", InvalidFileError):
            read_table(f"pipe.{suffix}")


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_an_import_loads_neither_polars_nor_scikit_learn():
    loaded = run("import sys, chainrule.files.tables; print([*sys.modules])")
    for name in ("polars", "sklearn", "scipy.io", "pandas"):
        assert f"'{name}'" not in loaded


def test_without_polars_or_scikit_learn():
    script = """
        import sys
        sys.modules[{library!r}] = None
        from chainrule.files.tables import read_table
        try:
            read_table({source!r})
        except Exception as error:
            print(type(error).__name__, error)
    """
    install = 'which is not installed; install it with: pip install "chainrule[ml]"\n'
    for library, source, name in (
        ("polars", "any.csv", "polars"),
        ("polars", "sklearn:iris", "polars"),
        ("sklearn.datasets", "sklearn:iris", "scikit-learn"),
    ):
        said = run("\n".join(line[8:] for line in script.format(library=library, source=source).splitlines()))
        assert said == f"ChainruleError this table needs {name}, {install}"
    assert issubclass(InvalidFileError, ChainruleError)
