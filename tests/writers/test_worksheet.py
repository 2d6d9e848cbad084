"""A worksheet gives nothing away, takes numbers back from the programs that people use, and has a key."""

import re
import subprocess
import zipfile

import pytest

import chainrule as cr
from chainrule.writers.questions import Question, questions


@pytest.fixture
def jain():
    return cr.tutorials.load("jain").trace()


def written(path) -> str:
    """Everything that a file says, as text."""
    if path.suffix == ".html":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


@pytest.mark.parametrize("suffix", [".ods", ".xlsx", ".html"])
def test_it_gives_no_number_away_and_the_key_gives_every_one(jain, suffix, tmp_path):
    empty, key = tmp_path / f"empty{suffix}", tmp_path / f"key{suffix}"
    cr.worksheet(jain, empty)
    cr.worksheet(jain, key, key=True, digits=6)
    given = {float(each) for values in jain.given.values() for each in values.ravel()}
    asked = [each for each in questions(jain) if isinstance(each, Question) and each.value not in given]
    assert len(asked) > 50
    nothing, everything = written(empty), re.sub(r"<[^>]*>", "", written(key)) + written(key)
    for each in asked:
        assert f"{abs(each.value):.5g}" not in nothing, each.name
        assert (f"{abs(each.value):.6g}" if suffix == ".html" else repr(each.value)) in everything, each.name


@pytest.mark.parametrize("suffix", [".ods", ".xlsx"])
def test_the_numbers_of_a_key_are_all_right(jain, suffix, tmp_path):
    path = tmp_path / f"key{suffix}"
    cr.worksheet(jain, path, key=True)
    trace, numbers = cr.read_worksheet(path)
    found = cr.check_numbers(trace, numbers)
    assert found.counts() == {"right": len(numbers)}
    assert len(numbers) == sum(isinstance(each, Question) for each in questions(jain))
    assert [trace.name(each.quantity) for each in trace] == [jain.name(each.quantity) for each in jain]


@pytest.mark.parametrize(("suffix", "other"), [("ods", "xlsx"), ("xlsx", "ods")])
def test_what_the_program_saves_is_read(jain, suffix, other, tmp_path, soffice):
    """LibreOffice opens it, and saves it in the other format."""
    path = tmp_path / f"key.{suffix}"
    cr.worksheet(jain, path, key=True)
    command = [soffice, "--headless", "--convert-to", other, "--outdir", tmp_path / "saved", path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    trace, numbers = cr.read_worksheet(tmp_path / "saved" / f"key.{other}")
    assert cr.check_numbers(trace, numbers).passed
    assert len(numbers) > 50


def test_an_empty_one_has_no_numbers_and_says_so(jain, tmp_path):
    cr.worksheet(jain, tmp_path / "empty.ods")
    trace, numbers = cr.read_worksheet(tmp_path / "empty.ods")
    assert numbers == {}
    with pytest.raises(cr.InvalidValueError, match="what was given was no number at all"):
        cr.check_numbers(trace, numbers)


def test_the_same_step_gives_the_same_bytes(jain, tmp_path):
    for name in ("one.ods", "two.ods", "one.xlsx", "two.xlsx", "one.html", "two.html"):
        cr.worksheet(jain, tmp_path / name)
    for suffix in ("ods", "xlsx", "html"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_hostile_names_are_text(tmp_path):
    net = cr.Network.dense([1, 1], hidden="tanh")
    naming = cr.Naming({"Z": '=HYPERLINK("http://x")<script>{j}', "A": "+1{l}{j}"})
    trace = cr.Model(net, seed=1).trace(
        [[0.5]], [[0.25]], naming=naming, title="</title><script>alert(1)</script>"
    )
    for suffix in (".ods", ".xlsx", ".html"):
        cr.worksheet(trace, tmp_path / f"hostile{suffix}")
    html = (tmp_path / "hostile.html").read_text("utf-8")
    assert "<script" not in html
    assert "table:formula" not in written(tmp_path / "hostile.ods")
    assert "<f>" not in written(tmp_path / "hostile.xlsx")


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (
            lambda trace, folder: cr.worksheet(trace, folder / "a.doc"),
            cr.InvalidFileError,
            "may be .ods, .xlsx or .html",
        ),
        (lambda trace, folder: cr.worksheet("jain", folder / "a.ods"), cr.InvalidTypeError, "a Trace"),
        (lambda trace, folder: cr.read_worksheet(folder / "none.ods"), cr.InvalidFileError, "No such file"),
        (
            lambda trace, folder: cr.read_worksheet(folder / "text.ods"),
            cr.InvalidFileError,
            "was no workbook",
        ),
        (
            lambda trace, folder: cr.read_worksheet(folder / "step.ods"),
            cr.InvalidFileError,
            "a sheet called Step",
        ),
    ],
)
def test_what_is_no_worksheet_gets_one_sentence(jain, tmp_path, call, kind, words):
    (tmp_path / "text.ods").write_text("nonsense", "utf-8")
    cr.explain(jain, tmp_path / "step.ods", rounds=0)
    with pytest.raises(kind) as caught:
        call(jain, tmp_path)
    assert words in str(caught.value)


def test_a_step_of_too_many_numbers_is_refused(tmp_path):
    net = cr.Network.dense([20, 20, 20])
    trace = cr.Model(net, seed=1).trace([[0.5] * 20], [[0.25] * 20])
    with pytest.raises(cr.TooLargeError, match="at most 500 on a worksheet"):
        cr.worksheet(trace, tmp_path / "large.ods")
