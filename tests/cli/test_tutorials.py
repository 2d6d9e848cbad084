"""`chainrule tutorials`: all five systems run before the reader's eyes."""

import contextlib
import io
import json

import pytest

from chainrule.cli import main
from chainrule.tutorials import TUTORIALS, load


def printed(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        assert main(["tutorials", *arguments]) == 0
    assert err.getvalue() == ""
    return out.getvalue()


@pytest.fixture(scope="module")
def text():
    return printed()


@pytest.fixture(scope="module")
def told():
    return json.loads(printed("--json"))


def test_all_five_run_in_their_order(text):
    heads = [line.split(":")[0] for line in text.splitlines() if line and not line.startswith(" ")]
    assert heads == list(TUTORIALS)
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("  next")] == list(TUTORIALS)
    assert max(map(len, text.splitlines())) <= 80


def test_json_holds_what_the_text_says(text, told):
    text = " ".join(text.split())
    assert [each["id"] for each in told] == list(TUTORIALS)
    for each in told:
        assert each["network"] in text
        assert f"{each['loss_before']:.9g} before, {each['loss_after']:.9g} after" in text
        assert all(f"{name} = {value:.6g}" in text for name, value in each["outputs_after"].items())
        assert all(ours in text for ours in each["ours"])


@pytest.mark.parametrize("place", range(5), ids=TUTORIALS)
def test_it_tells_what_a_training_in_python_gives(told, place):
    tutorial = load(TUTORIALS[place])
    rows = tutorial.training_rows()
    assert told[place]["loss_before"] == tutorial.model.loss(*rows)
    assert told[place]["loss_after"] == tutorial.trained().loss(*rows)
    assert told[place]["loss_after"] < told[place]["loss_before"]
