"""What is shown of a state: every panel from one trace, and after an edit what has changed, no more."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import called, opened, states

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.place import quantity_at
from chainrule.page.state import State
from chainrule.page.view import Look, View
from chainrule.writers.lights import place_of
from chainrule.writers.options import Options


def step_of(word, **asked):
    lesson = opened(word).lesson
    return View(State.opened(menu.changed(lesson, Asked(asked)) if asked else lesson), Look()).whole("")


# --- What has changed ---


@settings(max_examples=10, deadline=None)
@given(data=st.data(), state=states())
def test_every_number_that_differs_is_named_with_what_it_was_and_no_other(data, state):
    known = [
        each
        for kind, layer in state.trace.given
        if kind in ("W", "b", "A", "eta")
        for each in state.trace.entries(kind, layer)
    ]
    after = state.edited(data.draw(st.sampled_from(known)), data.draw(st.floats(0.25, 1.5)))
    before, now = View(state, Look()), View(after, Look())
    changed = now.changed(before)
    for place in now.scene.places:
        quantity = quantity_at(now.trace, place)
        was, value = (view.trace.value(quantity) for view in (before, now))
        if was == value:
            assert place not in changed
        else:
            full, short = (Options(digits).value(state.trace, quantity) for digits in (10, 4))
            assert changed[place] == (full, short)
    assert set(changed) <= set(now.scene.places)


def test_after_w5_what_follows_from_it_has_changed_and_what_does_not_has_not():
    state = opened("jain")
    after = state.edited(called("jain")["w5"], 0.45)
    changed = View(after, Look()).changed(View(state, Look()))
    assert changed["W.2.0.0"] == ("0.4", "0.4")
    assert changed["A.2.0.0"] == ("0.7513650696", "0.7514")
    assert {"Z.2.0.0", "delta.2.0.0", "dW.1.0.0", "W_after.1.0.0", "loss.2"} <= set(changed)
    assert not {"Z.1.0.0", "A.1.0.1", "Z.2.0.1", "delta.2.0.1", "dW.2.0.1", "W.2.0.1", "eta.0"} & set(changed)


def test_nothing_has_changed_where_nothing_was_edited():
    view = View(opened("xor", 2), Look())
    assert view.changed(view) == {}
    same = opened("jain").edited(called("jain")["w5"], 0.4)
    assert View(same, Look()).changed(View(opened("jain"), Look())) == {}


# --- All of it ---


@pytest.mark.parametrize("word", [word for word, _ in menu.EXAMPLES])
def test_every_number_of_the_step_is_told_in_its_order(word):
    state = opened(word)
    told = View(state, Look()).whole("")
    json.dumps(told, allow_nan=False)
    trace, options = state.trace, Options()
    assert len(told["places"]) == len(told["names"]) == len(told["values"]) == len(told["lights"])
    assert len(told["marks"]) == len(told["places"]) == len(set(told["places"]))
    value_at = dict(zip(told["places"], told["values"], strict=True))
    for place, value in value_at.items():
        assert value == options.value(trace, quantity_at(trace, place))
    computed = [place_of(each.quantity) for each in trace]
    if word != "two-moons":
        assert told["places"][-len(trace) :] == tuple(computed)
    counts = [(group["count"], group["left_out"]) for group in told["groups"]]
    assert sum(count for count, _ in counts) == len(told["places"])
    everything = len(trace) + sum(array.size for array in trace.given.values())
    assert sum(map(sum, counts)) == everything


@settings(max_examples=10, deadline=None)
@given(state=states())
def test_what_lights_up_is_in_the_picture_and_so_are_its_numbers(state):
    told = View(state, Look()).whole("")
    ids = set(re.findall(r' id="([^"]+)"', told["picture"]))
    assert {each for lit in told["lights"] for each in lit.split()} <= ids
    assert set(re.findall(r' data-of="([^"]+)"', told["picture"])) <= set(told["in_picture"])
    options = Options(digits=4)
    for place, value in told["in_picture"].items():
        assert value == options.value(state.trace, quantity_at(state.trace, place))


def test_while_it_learns_the_picture_stays_and_its_numbers_move():
    first = opened("xor")
    view, later = View(first, Look()), View(first.advanced(5), Look())
    assert later.scene is view.scene
    moving = later.moving()
    assert moving["in_picture"] == View(first.advanced(5), Look()).whole("")["in_picture"]
    assert moving["in_picture"] != view.moving()["in_picture"]
    assert (moving["taken"], moving["epoch"], moving["said"]) == (5, 5.0, "")
    assert moving["loss"] == f"{later.trace.array('loss', 2).item():.10g}"


def test_the_new_weights_are_in_the_picture_for_when_they_are_looked_at():
    state = opened("jain")
    told = View(state, Look()).moving()["in_picture"]
    assert told["W_after.2.0.0"] == Options(4).value(state.trace, Quantity("W_after", (2, 0, 0)))
    assert told["b_after.1.0"] == "0.35"


def test_a_batch_that_is_smaller_than_the_others_has_a_picture_of_its_own():
    state = State.opened(menu.changed(opened("xor").lesson, Asked({"batch": "3"})))
    full, rest = View(state, Look()), View(state.advanced(1), Look())
    assert len(rest.trace.start.data.X) == 1
    assert len(rest.scene.places) < len(full.scene.places)
    assert View(state.advanced(2), Look()).scene is full.scene


def test_rows_a_step_change_what_is_shown():
    """The scene of a lesson is kept; another batch has another one, names included."""
    threes = menu.changed(opened("xor").lesson.named("jain"), Asked({"batch": "3"}))
    last_of_three = View(State.opened(threes).advanced(1), Look()).whole("")
    assert "∂E_total/∂out_h1 via out_o1" in last_of_three["names"]
    told = View(State.opened(menu.changed(threes, Asked({"batch": "1"}))), Look()).whole("")
    assert "∂E_o1/∂out_h1" in told["names"]
    assert not any(name.endswith("[2]") for name in told["names"])


def test_other_names_are_shown_at_once():
    lesson = opened("jain").lesson
    assert "w5" in View(State.opened(lesson), Look()).whole("")["names"]
    assert "w_0_1_0" in View(State.opened(lesson.named("sadiya")), Look()).whole("")["names"]


# --- One number ---


def test_a_frame_is_of_the_chosen_number():
    frame = View(opened("jain"), Look()).frame("dW.2.0.0")
    assert (frame["chosen"], frame["name"], frame["value"]) == ("dW.2.0.0", "∂E_total/∂w5", "0.08216704056")
    assert frame["lit"] == "edge-2-0-0 label-2-0-0"
    assert "0.08216704056" in frame["why"]


@pytest.mark.parametrize("place", ["", "W.9.9.9", "nothing", "../x", "Z.1.0.0.0", "\ud800"])
def test_where_there_is_no_such_number_the_first_computed_one_is_shown(place):
    frame = View(opened("jain"), Look()).frame(place)
    assert (frame["chosen"], frame["name"]) == ("Z.1.0.0", "net_h1")


def test_digits_are_those_that_were_asked_for():
    state = opened("jain")
    assert View(state, Look(digits=17)).frame("A.2.0.0")["value"] == "0.75136506955231575"
    view = View(state, Look(digits=2))
    assert view.frame("A.2.0.0")["value"] == "0.75"
    assert view.moving()["in_picture"]["A.2.0.0"] == "0.75"
    assert View(state, Look(digits=17)).moving()["in_picture"]["A.2.0.0"] == "0.7514"


def test_by_hand_every_panel_is_by_hand():
    state = opened("jain")
    told, trace = (
        View(state, Look(10, by_hand=2)).whole("A.2.0.0"),
        state.trace.rounded(cr.Rounding(decimals=2)),
    )
    values = dict(zip(told["places"], told["values"], strict=True))
    assert values["A.1.0.0"] == told["in_picture"]["A.1.0.0"] == "0.59"
    assert values["W.1.0.0"] == "0.15"
    for each in trace:
        assert values[place_of(each.quantity)] == f"{each.value + 0.0:.2f}"
    assert "off by" in told["why"]


# --- What a step is ---


@pytest.mark.parametrize(
    ("word", "asked", "words"),
    [
        ("jain", {}, "from the one row."),
        ("xor", {}, "from all 4 rows together."),
        ("xor", {"batch": 1}, "from one row of 4, another in each step."),
        ("xor", {"batch": 3}, "from 3 rows of 4, others in each step."),
        ("two-moons", {}, "from 10 rows of 200, others in each step."),
    ],
)
def test_a_step_is_defined(word, asked, words):
    about = step_of(word, **asked)["about"]
    assert about["step"] == f"One step is one forward pass, one backward pass and one update, {words}"


def test_what_is_said_of_the_network_is_what_it_is():
    about = step_of("jain", sizes="2-9-2", hidden="tanh", optimizer="adam", rate="0.125", names="sadiya")[
        "about"
    ]
    assert (about["sizes"], about["hidden"], about["output"]) == ([2, 9, 2], "tanh", "sigmoid")
    assert (about["optimizer"], about["rate"], about["names"]) == ("adam", "0.125", "sadiya")
    assert (about["parameters"], about["rows"], about["folded"]) == (2 * 9 + 9 * 2 + 2, 1, True)
    assert step_of("jain")["about"]["folded"] is False
    assert step_of("jain")["about"]["untouched"] is True
    assert View(opened("jain", 1), Look()).whole("")["about"]["untouched"] is False


def test_what_was_chosen_here_is_said():
    assert step_of("two-moons")["about"]["ours"] == "the rows and the weights, drawn with seed 0"
