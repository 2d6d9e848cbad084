"""The code drawer: the script that is exported, and in it the line that computes each number."""

import subprocess
import sys

import pytest
from page_states import called, opened
from traced_steps import Values

from chainrule.network.formula import magnitude
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.code import code_of
from chainrule.page.export import exported
from chainrule.page.state import State
from chainrule.writers.lights import place_of


def softmax():
    asked = Asked({"sizes": "2-3-3", "output": "softmax", "loss": "cross_entropy"})
    return State.opened(menu.changed(opened("jain").lesson, asked))


STATES = {
    "jain": lambda: opened("jain"),
    "jain, edited": lambda: opened("jain").edited(called("jain")["w5"], 0.45).advanced(2),
    "xor after 3 steps": lambda: opened("xor", 3),
    "a softmax": softmax,
}


@pytest.fixture(params=STATES)
def state(request):
    return STATES[request.param]()


def close(trace, shown):
    """Whether numbers are those of a step, up to what rounding does to sums in another order."""
    values = Values(trace)
    return [
        abs(each - statement.value) <= 1e-13 * magnitude(statement.tree, values) + 1e-300
        for each, statement in zip(shown, trace, strict=True)
    ]


def test_the_exported_script_runs_alone_and_prints_every_number_in_order(state):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-"], input=exported(state, ".py"), capture_output=True, check=True
    )
    rows = [line.rpartition(" = ") for line in done.stdout.decode().splitlines()]
    assert [name for name, _, _ in rows] == [state.trace.name(each.quantity) for each in state.trace]
    assert all(close(state.trace, [float(value) for _, _, value in rows]))


def test_the_lines_are_those_of_the_exported_script(state):
    lines, _ = code_of(state)
    assert "\n".join(lines) + "\n" == exported(state, ".py").decode()


def test_every_number_has_the_line_that_computes_it(state):
    """Run line by line: what the line of a number sets is that number, and it was not there before."""
    lines, line_of = code_of(state)
    assert set(line_of) == {place_of(each.quantity) for each in state.trace}
    at = {number: place for place, number in line_of.items()}
    assert len(at) == len(line_of)
    begin, known, found = lines.index("# --- Given: change these, and run it again ---"), {}, {}
    exec("\n".join(lines[:begin]), known)
    known["show"] = lambda *_: None
    for number, line in enumerate(lines[begin:], begin):
        name = line.partition(" = ")[0]
        if number in at:
            assert name not in known
        exec(line, known)
        if number in at:
            found[at[number]] = known[name]
    assert all(close(state.trace, [found[place_of(each.quantity)] for each in state.trace]))


def test_the_line_of_a_gradient_is_its_formula():
    lines, line_of = code_of(opened("jain"))
    assert lines[line_of["dW.2.0.0"]] == "dE_total_dw5 = delta_o1 * out_h1"
    assert lines[line_of["W_after.2.0.0"]] == "w5_new = w5 - eta * dE_total_dw5"
