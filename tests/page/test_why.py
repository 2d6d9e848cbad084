"""Why a number is what it is: its formula, its paths and a second witness, with the trace's own numbers."""

import re
from html import unescape

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import called, opened, states

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.state import State
from chainrule.page.why import why
from chainrule.writers.lights import place_of
from chainrule.writers.options import Options

FIGURE = re.compile(r'(-?)<a href="#([^"]+)" title="([^"]*)">([^<]+)</a>')


def changed(word, **asked):
    return State.opened(menu.changed(opened(word).lesson, Asked(asked))).trace


def why_jain(name, digits=4, trace=None):
    return why(trace or opened("jain").trace, called("jain")[name], Options(digits))


def rows(html):
    """The rows of text in a piece of HTML."""
    broken = re.sub(r"</(div|p|h3|li)>", "\n", html)
    text = unescape(re.sub(r"<[^>]+>", "", broken)).replace("\N{INVISIBLE TIMES}", "")
    return [" ".join(line.split()) for line in text.splitlines() if line.split()]


def check_in(html):
    """What is said of the second witness: the verdict, its number, and how."""
    found = re.search(r'class="check"><b>([^<]*)</b> by the complex step: (\S+) <small>([^<]*)<', html)
    return found.groups() if found else None


# --- What is shown of each kind ---


def test_a_forward_number_is_symbols_numbers_value():
    html = why_jain("net_h1")
    assert rows(html) == [
        "Forward pass: layer 1, F1",
        "Z[l]=A[l-1]W[l]+b[l]",
        "neth1",
        "= w1·i1+w2·i2+b1",
        "= 0.15 · 0.05 + 0.2 · 0.1 + 0.35",
        "= 0.3775",
    ]
    assert [target for _, target, _, _ in FIGURE.findall(html)] == [
        *("W.1.0.0", "A.0.0.0", "W.1.1.0", "A.0.0.1", "b.1.0"),
    ]
    assert check_in(html) is None


def test_an_output_weight_is_one_product_then_its_update():
    assert rows(why_jain("w5")) == [
        "w5",
        "= 0.4 given",
        "By the chain rule",
        "∂Etotal∂w5",
        "= ∂Etotal∂outo1 · ∂outo1∂neto1 · ∂neto1∂w5",
        "= (outo1−targeto1)·outo1·(1−outo1)·outh1",
        "= 0.7414 · 0.1868 · 0.5933",
        "= 0.08217",
        "Checked by the complex step: 0.0821670405642 the two agree to 15 digits",
        "Update: layer 2, U",
        "w5+",
        "= w5−η·∂Etotal∂w5",
        "= 0.4 - 0.5 · 0.08217",
        "= 0.3589",
    ]


def test_a_hidden_weight_is_both_paths_and_their_subtotal():
    told = rows(why_jain("∂E_total/∂w1"))
    assert told[:5] == [
        "Backward pass: layer 1, BP4",
        "dW[l]=(A[l-1])Tδ[l]",
        "∂Etotal∂w1",
        "= δh1·i1",
        told[4],
    ]
    assert told[told.index("By the chain rule: 2 paths") :] == [
        "By the chain rule: 2 paths",
        "through out_o1",
        "∂Etotal∂outo1 · ∂outo1∂neto1 · ∂neto1∂outh1 = (outo1−targeto1)·outo1·(1−outo1)·w5",
        "= 0.7414 · 0.1868 · 0.4 = 0.0554",
        "through out_o2",
        "∂Etotal∂outo2 · ∂outo2∂neto2 · ∂neto2∂outh1 = (outo2−targeto2)·outo2·(1−outo2)·w7",
        "= (-0.2171) · 0.1755 · 0.5 = -0.01905",
        "∂Etotal∂w1",
        "subtotal = 0.0554 − 0.01905 = 0.03635",
        "subtotal · ∂outh1∂neth1 · ∂neth1∂w1",
        "= 0.03635 · 0.2413 · 0.05",
        "= 0.0004386",
        "Checked by the complex step: 0.000438567734474 the two agree to 16 digits",
    ]


def test_a_shared_bias_is_a_path_for_each_unit():
    told = rows(why_jain("b2"))
    assert "By the chain rule: 2 paths" in told
    assert [row for row in told if row.startswith("through")] == ["through net_o1", "through net_o2"]
    assert "= 0.1385 − 0.0381" in told
    assert "= 0.6 (frozen)" in told


def test_a_bias_of_its_own_unit_has_a_path_for_each_row():
    told = rows(why(opened("xor").trace, Quantity("b", (2, 0)), Options(4)))
    assert "By the chain rule: 4 paths" in told
    assert [row for row in told if row.startswith("through")] == [f"through Z[2][{r},0]" for r in range(4)]


def test_a_softmax_goes_through_every_output():
    trace = changed("jain", output="softmax", loss="cross_entropy")
    html = why(trace, Quantity("W", (2, 0, 0)), Options(4))
    told = rows(html)
    assert "By the chain rule: 2 paths" in told
    assert "through out_o2" in told
    assert any("outo2·(0−outo1)" in row for row in told)
    assert check_in(html)[0] == "Checked"


@pytest.mark.parametrize(
    ("word", "place", "words"),
    [
        ("jain", Quantity("A", (0, 0, 0)), ["i1", "= 0.05 given"]),
        ("jain", Quantity("eta", (0,)), ["η", "= 0.5 given"]),
        ("xor", Quantity("t", (0,)), ["t", "= 1 given"]),
        ("general-purpose", Quantity("A", (0, 0, 1)), ["a2", "= 0 given"]),
    ],
)
def test_what_came_in_was_given(word, place, words):
    told = rows(why(opened(word).trace, place, Options(4)))
    assert told == words


def test_where_a_number_is_from_is_said_with_it():
    trace = opened("dustbunny").trace
    for quantity, word in trace.marks.items():
        assert f"<small>{word}</small>" in why(trace, quantity, Options(4))


def test_of_a_long_sum_the_ends_are_shown_and_that_is_said():
    trace = changed("jain", sizes="100-2-2")
    told = rows(why(trace, Quantity("Z", (1, 0, 0)), Options(4)))
    assert told[-1] == "Of each sum of 100 terms the ends are shown."
    assert any("…" in row for row in told)
    assert not any("Of each sum" in row for row in rows(why_jain("net_h1")))


def test_what_was_rounded_by_hand_says_how_far_it_is_off():
    trace = opened("jain").trace.rounded(cr.Rounding(decimals=2))
    html = why_jain("w1", trace=trace)
    assert check_in(html) == (
        "Checked",
        "0.000438567734474",
        "the two agree to 16 digits, rounded by hand here",
    )
    assert "(exact 0.1498, off by 0.0002)" in html
    assert "rounded by hand" not in why_jain("w1")


# --- The numbers ---


@settings(max_examples=20, deadline=None)
@given(data=st.data(), state=states())
def test_every_figure_is_the_number_of_the_trace_that_it_links_to(data, state):
    trace, options = state.trace, Options(17)
    known = {place_of(each.quantity): each.quantity for each in trace}
    for kind, layer in trace.given:
        known |= {place_of(each): each for each in trace.entries(kind, layer)}
    for place in data.draw(st.lists(st.sampled_from(list(known)), max_size=4, unique=True)):
        html = why(trace, known[place], options)
        assert f"= {options.value(trace, known[place])}" in " ".join(rows(html))
        for sign, target, name, figure in FIGURE.findall(html):
            if "penalty" in target:
                continue  # of which the derivative is shown
            assert unescape(name)
            value = options.value(trace, known[target])
            assert figure.removeprefix("-") == value.removeprefix("-")
            assert not value.startswith("-") or "-" in sign + figure  # or the minus is the formula's


@settings(max_examples=8, deadline=None)
@given(state=states())
def test_the_complex_step_agrees_with_every_gradient(state):
    trace = state.trace
    for kind, layer in trace.given:
        if kind in ("W", "b"):
            for quantity in trace.entries(kind, layer):
                verdict, value, how = check_in(why(trace, quantity, Options(4)))
                exact = trace.value(Quantity(f"d{kind}", quantity.indices))
                if not np.isfinite(exact):
                    assert verdict == "Not checked"
                    continue
                assert verdict == "Checked"
                digits = int((re.search(r"agree to (\d+) digits", how) or [0, 0])[1])
                assert digits >= 6 or "both are 0" in how or abs(float(value) - exact) < 1e-9


def test_the_check_can_fail(monkeypatch):
    monkeypatch.setattr("chainrule.page.why.along", lambda *_: 0.0821670406)
    verdict, value, how = check_in(why_jain("w5"))
    assert (verdict, value) == ("Not the same", "0.0821670406")
    assert how.startswith("they are 4e-11 apart")
    monkeypatch.setattr("chainrule.page.why.along", lambda *_: 0.0821670405642)
    assert check_in(why_jain("w5"))[2] == "the two agree to 12 digits"


def test_what_cancels_to_0_is_not_called_different():
    """A bias that all outputs of a softmax share changes nothing; rounding leaves something like 1e-17."""
    trace = changed("jain", output="softmax", loss="cross_entropy", seed=3)
    verdict, _, how = check_in(why(trace, Quantity("b", (2, 0)), Options(4)))
    assert verdict == "Checked"
    assert "digits" not in how or "16 digits" in how


def test_where_all_digits_are_lost_that_is_said():
    """A number of 1e-298 is too small for the two to meet: saturated, a sigmoid leaves nothing of it."""
    state = State.opened(menu.changed(opened("jain").lesson, Asked({"hidden": "relu"})))
    trace = state.edited(Quantity("b", (1, 0)), 800.0).trace
    verdict, value, how = check_in(why(trace, Quantity("W", (1, 0, 0)), Options(4)))
    assert 0 < trace.value(Quantity("dW", (1, 0, 0))) < 1e-290
    assert (verdict, value) == ("Not the same", "0")
    assert "saturated" in how


def test_of_what_is_not_finite_nothing_is_claimed():
    trace = State.opened(
        menu.changed(opened("jain").lesson, Asked({"hidden": "identity", "output": "identity"}))
    )
    trace = trace.edited(Quantity("W", (1, 0, 0)), 1e308).edited(Quantity("W", (2, 0, 0)), 1e308).trace
    assert check_in(why(trace, Quantity("W", (1, 0, 0)), Options(4)))[0] == "Not checked"
