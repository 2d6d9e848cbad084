"""`chainrule audit`: every row of a tutorial, with its verdict."""

import json

import pytest

from chainrule.tutorials import TUTORIALS, load


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_text_and_json_say_the_same(run, name):
    done, plain = run("audit", name, "--json"), run("audit", name, "--ascii")
    assert (done.status, done.err, plain.status, plain.err) == (0, "", 0, "")
    assert plain.out.isascii()
    told = json.loads(done.out)
    tutorial = load(name)
    assert len(told["entries"]) == len(tutorial.numbers) + len(tutorial.formulas) + len(tutorial.claims)
    words = " ".join(plain.out.split())
    for entry in told["entries"]:
        assert f" {entry['id']} {entry['verdict']}" in words


@pytest.mark.slow
def test_another_name_of_the_same(run):
    assert run("audit", "mazur") == run("audit", "jain")


REFUSED = [("xor", "what was to be audited was 'xor'"), ("jian", "did you mean jain?")]


@pytest.mark.parametrize(("name", "told"), REFUSED)
def test_what_is_no_tutorial_is_refused(refused, name, told):
    assert told in refused("audit", name)
