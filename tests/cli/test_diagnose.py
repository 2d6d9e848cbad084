"""`chainrule diagnose` names the mistake in numbers that were typed."""

import json

import pytest


@pytest.fixture
def mine(tmp_path):
    def written(text, name="mine.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return written


def test_the_most_quoted_number_is_told_from_one_number(run, mine):
    done = run("diagnose", "jain", mine("E_total after,0.291027924\n"))
    assert done.status == 1
    assert "hidden-delta-after-update (layer 1, BP2)" in done.out
    assert "9 digits agree" in done.out


def test_right_numbers_have_no_mistake(run, mine):
    done = run("diagnose", "jain", mine("w5+,0.358916480\nw6+,0.408666186\nE_total after,0.291027774\n"))
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("No mistake: ")


def test_json_says_the_same(run, mine):
    told = json.loads(
        run("diagnose", "jain", mine('{"E_total after": "0.291027924"}', "a.json"), "--json").out
    )
    assert told["answer"] == "mistake"
    assert told["explanations"][0][0]["mistake"] == "hidden-delta-after-update"


def test_the_names_of_another_notation(run, mine):
    done = run("diagnose", "jain", "--names", "ours", mine('"loss after",0.291027924\n'))
    assert "hidden-delta-after-update" in done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("w5,0.4\n", "nothing to tell a mistake from"),
        ("q99,0.4\n", "it may be one of the step's"),
        ("w6+,0.4\nw5+,much\n", "w5+ was 'much'"),
    ],
)
def test_what_tells_nothing_gets_one_sentence(run, mine, text, words):
    done = run("diagnose", "jain", mine(text))
    assert done.status == 2
    assert words in done.err
    assert done.err.count("\n") == 1
