"""A trace as JSON: whole, as its schema says, and back with every bit; what was altered is refused."""

import copy
import json
from importlib.resources import files

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.trace.naming import Naming
from chainrule.writers.json_trace import as_dict, document, trace_from
from chainrule.writers.options import Options

SCHEMA = json.loads((files("chainrule.writers") / "trace-1.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def same(one, other) -> bool:
    """Return whether two traces are the same: names, formulas and every bit."""
    return (
        list(one.given) == list(other.given)
        and all(np.array_equal(one.given[key], other.given[key]) for key in one.given)
        and [(f.part, f.equation, f.quantity, f.tree, f.sizes) for f in one.families]
        == [(f.part, f.equation, f.quantity, f.tree, f.sizes) for f in other.families]
        and all(
            np.array_equal(mine.values, theirs.values, equal_nan=True)
            for mine, theirs in zip(one.families, other.families, strict=True)
        )
        and [one.name(s.quantity) for s in one] == [other.name(s.quantity) for s in other]
        and (one.title, one.ours, dict(one.marks), one.rounding)
        == (other.title, other.ours, dict(other.marks), other.rounding)
        and (one.start.t, one.optimizer, one.network, one.start.penalty)
        == (other.start.t, other.optimizer, other.network, other.start.penalty)
    )


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_tutorial_comes_back_as_it_was(tutorial):
    told = json.loads(document(tutorial.trace()))
    VALIDATOR.validate(told)
    assert same(trace_from(told), tutorial.trace())


@pytest.mark.slow
@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_random_step_comes_back_with_every_bit(data, steps):
    trace = data.draw(steps).trace()
    told = json.loads(document(trace, Options(most=data.draw(st.sampled_from([1, 100])))))
    VALIDATOR.validate(told)
    assert same(trace_from(told), trace)


def test_a_step_by_hand_comes_back_with_the_exact_one_beside_it(tutorial):
    trace = tutorial.trace().rounded(cr.Rounding(decimals=4))
    told = json.loads(document(trace))
    VALIDATOR.validate(told)
    back = trace_from(told)
    assert same(back, trace)
    assert same(back.exact, trace.exact)


def test_a_step_that_diverged_comes_back(tmp_path):
    net = cr.Network.dense([1, 1, 1], hidden="exponential", bias="none")
    params = cr.Parameters.from_arrays(net, [[[0.5]], [[1.0]]], orientation="from_to")
    trace = cr.Model(net, params).trace([[1.0]], [[1e6]], optimizer=cr.GradientDescent(1.0))
    cr.explain(trace, tmp_path / "step.json")
    assert '"infinity"' in (tmp_path / "step.json").read_text("utf-8")
    assert same(cr.read_trace(tmp_path / "step.json"), trace)


def test_every_statement_is_written_out_or_counted(tutorial):
    trace = tutorial.trace()
    for most in (1, 1000):
        told = as_dict(trace, Options(most=most))
        for family, entry in zip(trace.families, told["families"], strict=True):
            assert len(entry["statements"]) == min(most, len(family))
            assert entry["statements_left_out"] == len(family) - len(entry["statements"])
            assert np.size(entry["values"]) == len(family)  # the numbers are whole however few are told


def altered(path: tuple, value) -> dict:
    told = json.loads(document(cr.tutorials.load("jain").trace()))
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return told


WRONG = {
    "another format": (("format",), "something else", "the file was no trace"),
    "another version": (("version",), 2, "the version of the trace was 2; it may be 1"),
    "a wrong number": (("families", 0, "values"), [[0.4, 0.3925]], "net_h1 was 0.4; it may be 0.3775"),
    "a number too many": (("families", 0, "values"), [[0.3775, 0.3925, 1.0]], "the shape of Z[1] was (1, 3)"),
    "a weight of another shape": (("given", 3, "values"), [[1.0]], "W[1]"),
    "a family less": (("families",), [], "the trace was damaged"),
    "text for a number": (("families", 0, "values"), [["x", "y"]], "the trace was damaged"),
    "an unknown activation": (("network", "layers", 0, "activation"), "os.system", "os.system"),
    "an object's insides": (("naming", "templates", "Z"), "{r.__class__}", "the template for Z"),
    "a width": (("naming", "templates", "Z"), "{r:999999999}", "the template for Z"),
    "a circle": (("naming", "templates", "Z"), "{Z}", "round in a circle"),
    "names for another network": (("naming", "tables", "W"), [], "the trace was damaged"),
    "other names": (("families", 0, "names"), [["a", "b"]], "the names of Z[1]"),
    "a rounding that is none": (("rounding",), {"decimals": 99}, "at most 15"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_was_altered_is_refused_in_a_sentence(what):
    path, value, told = WRONG[what]
    with pytest.raises(cr.ChainruleError) as error:
        trace_from(altered(path, value))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "NaN", '{"a": 1, "a": 2}'])
def test_what_is_no_trace_is_refused(text, tmp_path):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(cr.InvalidFileError, match=r"in '.*x\.json'"):
        cr.read_trace(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(cr.InvalidFileError, match="cannot be read"):
        cr.read_trace(tmp_path / "nowhere.json")


def test_what_is_taken_away_is_missed_everywhere():
    """Take away each entry of the description, one after the other: an error of ours, never another."""
    whole = json.loads(document(cr.tutorials.load("kumar").trace()))
    needed = ("network", "optimizer", "penalty", "t", "naming", "given", "families", "title", "ours", "marks")
    for name in needed:
        told = copy.deepcopy(whole)
        del told[name]
        with pytest.raises(cr.ChainruleError):
            trace_from(told)


def test_an_activation_of_ones_own_is_refused():
    net = cr.Network.dense([1, 1], output=(lambda z: z**3, lambda z: 3 * z**2))
    with pytest.raises(cr.InvalidValueError, match="one of your own"):
        as_dict(cr.Model(net, seed=0).trace([[1.0]], [[1.0]]))


HOSTILE = ["</script>", '"><img onerror=x>', "=HYPERLINK(1)", "\x1b[31m", "\u202e", "ü", "𝛿", "\\", "\x00"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_survive_as_they_are(name):
    naming = Naming({"input": "{unit}"}, {"units": [[name], ["h"]]})
    net = cr.Network.dense([1, 1])
    trace = cr.Model(net, seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
    assert same(trace_from(json.loads(document(trace))), trace)


def test_a_lone_surrogate_is_written_as_an_escape(tmp_path):
    naming = Naming({"input": "{unit}"}, {"units": [["\ud800"], ["h"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming)
    cr.explain(trace, tmp_path / "step.json")
    assert same(cr.read_trace(tmp_path / "step.json"), trace)


def test_the_same_step_gives_the_same_bytes(tutorial):
    assert document(tutorial.trace()) == document(tutorial.trace())
