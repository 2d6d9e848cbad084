"""A trace as text: narrow, plain where asked, complete or saying what it leaves out, true to the digits."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.trace.naming import Naming
from chainrule.writers.lines import WIDTH
from chainrule.writers.options import Options
from chainrule.writers.outline import PARTS as TITLES
from chainrule.writers.text import text

PARTS = {part: title.upper().split(":")[0] for part, title in TITLES.items()}


def told_values(written: str) -> dict[str, float]:
    """Read a text back: each name, and the number at the end of its statement."""
    told = {}
    for line in written.split(PARTS["forward"])[1].splitlines():
        if line.startswith("  ") and ":  " not in line:
            if line[2] != " ":
                name = line[2:].split(" = ")[0]
            told[name] = line.split("= ")[-1].removesuffix("  (frozen)")
    return {name: float(number) for name, number in told.items()}


def widest(written: str) -> int:
    return max(map(len, written.splitlines()))


@pytest.mark.parametrize("digits", [3, 10, 17])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_no_line_of_a_tutorial_is_wider_than_80_columns(tutorial, digits, ascii_only):
    assert widest(text(tutorial.trace(), Options(digits), ascii_only=ascii_only)) <= WIDTH


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data(), digits=st.sampled_from([4, 10, 17]), ascii_only=st.booleans())
def test_no_line_of_a_random_step_is_wider_than_80_columns(data, digits, ascii_only, steps):
    assert widest(text(data.draw(steps).trace(), Options(digits), ascii_only=ascii_only)) <= WIDTH


def test_a_title_and_a_network_of_many_words_are_wrapped_too():
    network = cr.Network.dense([1] * 20, bias="shared", train_bias=False)
    written = text(cr.Model(network, seed=0).trace([[1.0]], [[1.0]], title="a long title " * 10))
    assert widest(written) <= WIDTH


def test_ascii_mode_is_ascii_and_nothing_but_the_spelling_differs(tutorial):
    plain = text(tutorial.trace(), ascii_only=True)
    assert plain.isascii()
    spelled = {"·": "*", "∂": "d", "√": "sqrt", "²": "^2", "Σ": "sum ", "…": "..."}
    told = text(tutorial.trace())
    for sign, word in spelled.items():
        told = told.replace(sign, word)
    assert plain.split() == told.split()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_ascii_mode_is_ascii_for_every_optimizer_loss_and_activation(data, steps):
    assert text(data.draw(steps).trace(), ascii_only=True).isascii()


def test_ascii_mode_shows_foreign_letters_of_a_name_or_title_as_escapes():
    model = cr.Model(cr.Network.dense([1, 1]), seed=0)
    trace = model.trace([[1.0]], [[1.0]], naming=Naming({"eta": "η", "loss": "Ε"}), title="für Anfänger")
    written = text(trace, ascii_only=True)
    assert written.isascii()
    assert r"\u03b7 = 0.1" in written


@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_is_left_out_is_counted(most):
    network = cr.Network.dense([5, 4], bias="none")
    written = text(cr.Model(network, seed=0).trace([[1.0] * 5], [[0.0] * 4]), Options(most=most))
    for of_kind, name in ((20, "∂loss/∂W[1]"), (4, "delta[1]"), (20, "W[1][0,0]_new")):
        assert f"({of_kind - most} more of these not shown" in written.split(f"  {name}")[-1]
    assert f"({20 - most} more not shown)" in written.split("GIVEN")[1].split("FORWARD")[0]


def test_nothing_is_left_out_of_a_tutorial_and_nothing_said_about_it(tutorial):
    trace = tutorial.trace()
    written = text(trace)
    assert "not shown" not in written
    assert list(told_values(written)) == [trace.name(each.quantity) for each in trace]


@pytest.mark.parametrize("digits", [1, 3, 10, 17])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_numbers_shown_are_the_values_to_the_digits_asked(digits, data, steps):
    trace = data.draw(steps).trace()
    numbers = list(told_values(text(trace, Options(digits, most=10**6))).values())
    wanted = [float(f"{statement.value:.{digits}g}") for statement in trace]
    assert numbers == wanted
    if digits == 17:
        assert numbers == [statement.value for statement in trace]


def test_symbols_then_numbers_then_the_value():
    written = text(tutorials.load("jain").trace())
    assert (
        "  net_h1 = w1 · i1 + w2 · i2 + b1\n         = 0.15 · 0.05 + 0.2 · 0.1 + 0.35\n         = 0.3775\n"
    ) in written


def test_every_part_and_every_equation_has_its_heading():
    written = text(tutorials.load("dustbunny").trace())
    assert [written.index(heading) for heading in PARTS.values()] == sorted(
        written.index(heading) for heading in PARTS.values()
    )
    headings = re.findall(r"layer \d, (\w+):", written)
    forward = ["F1", "F2", "F1", "F2"]
    assert headings == [*forward, "BP1", "BP4", "BP3", "BP2", "BP4", "BP3", "U", "U", *forward]


def test_frozen_biases_are_said_to_be_frozen():
    written = text(tutorials.load("jain").trace())
    assert "  b1+ = b1\n      = 0.35  (frozen)" in written


def test_a_zero_has_no_minus():
    network = cr.Network.dense([1, 1], bias="none")
    trace = cr.Model(network, seed=0).trace([[-0.0]], [[0.0]])
    assert "-0\n" not in text(trace)


def test_str_is_the_text(small_step):
    assert str(small_step.trace()) == text(small_step.trace())
