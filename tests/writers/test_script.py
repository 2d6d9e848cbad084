"""A step as a script: it computes every number again, alone, under names that Python takes."""

import keyword
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traced_steps import Values

import chainrule as cr
from chainrule.network.formula import magnitude
from chainrule.trace.naming import Naming
from chainrule.writers import script
from chainrule.writers.identifiers import identifier, identifiers
from chainrule.writers.options import Options
from chainrule.writers.script import document


def run_alone(written: str) -> dict[str, float]:
    """Run a script with a Python that has no libraries, and read what it prints."""
    command = [sys.executable, "-I", "-S", "-"]
    done = subprocess.run(command, input=written.encode(), capture_output=True, check=True)
    rows = (line.rpartition(" = ") for line in done.stdout.decode().splitlines())
    return {name: float(value) for name, _, value in rows}


def misfits(trace, shown) -> list[str]:
    values = Values(trace)
    off = {trace.name(each.quantity): abs(shown[trace.name(each.quantity)] - each.value) for each in trace}
    sizes = {trace.name(each.quantity): magnitude(each.tree, values) for each in trace}
    return [name for name, distance in off.items() if not distance <= 1e-12 * sizes[name] + 1e-300]


def executed(written: str) -> dict[str, float]:
    """Run a script in this process, and return what it shows."""
    shown: dict[str, float] = {}
    collecting = written.replace('print(f"{name} = {value!r}")', "SHOWN[name] = value")
    assert collecting != written
    exec(compile(collecting, "step.py", "exec"), {"__name__": "step", "SHOWN": shown})
    return shown


def test_a_tutorials_script_prints_its_numbers_without_any_library(tutorial):
    trace = tutorial.trace()
    shown = run_alone(document(trace, Options()))
    assert list(shown) == [trace.name(each.quantity) for each in trace]
    assert misfits(trace, shown) == []


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_script_of_a_random_step_computes_its_numbers(data, steps):
    trace = data.draw(steps).trace()
    assert misfits(trace, executed(document(trace, Options()))) == []


def test_a_script_that_computes_something_else_is_found(small_step):
    written = document(small_step.trace(), Options())
    wrong = written.replace(" - eta *", " + eta *")
    assert wrong != written
    assert misfits(small_step.trace(), executed(wrong)) != []


@given(name=st.text(max_size=12))
def test_every_name_becomes_one_that_python_takes(name):
    made = identifier(name)
    assert made.isidentifier()
    assert made.isascii()
    assert not keyword.iskeyword(made)


@given(names=st.lists(st.text(max_size=3), max_size=20))
def test_no_two_names_become_the_same(names):
    made = identifiers(names, taken=["math"])
    assert len(set(made)) == len(made) == len(names)
    assert "math" not in made


HOSTILE = ['"); raise SystemExit #', "\nraise SystemExit", "'''", "\\", "\x00", "\ud800", "\u202e", "print"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_that_runs(name):
    naming = Naming({"input": "{unit}", "Z": "{unit}"}, {"units": [[name], [f"{name}2"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
    shown = executed(document(trace, Options(origin={"command": name})))
    assert shown[f"{name}2"] == trace.array("Z", 1)[0, 0]


def test_an_activation_of_ones_own_is_refused():
    net = cr.Network.dense([1, 1], output=(lambda z: z**3, lambda z: 3 * z**2))
    with pytest.raises(cr.InvalidValueError, match="an activation of this network was 'one of your own'"):
        document(cr.Model(net, seed=0).trace([[1.0]], [[1.0]]), Options())


def test_a_step_by_hand_is_refused():
    trace = cr.tutorials.load("jain").trace(rounding=cr.Rounding(decimals=4))
    with pytest.raises(cr.InvalidValueError, match="rounded by hand"):
        document(trace, Options())


def test_more_than_anybody_would_read_is_refused_and_nothing_left_out(monkeypatch):
    monkeypatch.setattr(script, "MOST", 10)
    with pytest.raises(cr.TooLargeError, match=r"it may be at most 10: \.ipynb writes matrices"):
        document(cr.tutorials.load("jain").trace(), Options())


def test_a_number_that_is_changed_changes_what_follows_as_a_fresh_trace_does():
    jain = cr.tutorials.load("jain")
    written = document(jain.trace(), Options()).replace("\nw5 = 0.4\n", "\nw5 = 0.45\n")
    weights, biases = jain.parameters.to_arrays(orientation="from_to")
    weights[1] = weights[1].copy()
    weights[1][0, 0] = 0.45
    params = cr.Parameters.from_arrays(jain.network, weights, biases, orientation="from_to")
    fresh = cr.Model(jain.network, params).trace(jain.X, jain.Y, optimizer=jain.optimizer, naming=jain.naming)
    assert misfits(fresh, executed(written)) == []
