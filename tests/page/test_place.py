"""Where a number is, in a browser's words: read back only where the step has such a number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import lessons, opened, refusal

import chainrule as cr
from chainrule.page.place import quantity_at
from chainrule.page.state import State
from chainrule.writers.lights import place_of

TRACE = opened("jain").trace


@settings(max_examples=30, deadline=None)
@given(lesson=lessons())
def test_every_number_comes_back_from_its_place(lesson):
    trace = State.opened(lesson).trace
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    for quantity in [*given, *(each.quantity for each in trace)]:
        assert quantity_at(trace, place_of(quantity)) == quantity


@pytest.mark.parametrize(
    "place",
    [
        "",
        "W",
        "W.",
        "W.1",
        "W.1.0",
        "W.1.0.0.0",
        "W.0.0.0",
        "W.3.0.0",
        "W.1.2.0",
        "W.1.0.2",
        "W.1.-1.0",
        "W.1.0.0\n",
        " W.1.0.0",
        "W.1.0.٠",
        "W.1.0.9999999999",
        "W.1." + "0" * 100,
        "w.1.0.0",
        "dZ.1.0.0",
        "eta",
        "eta.1",
        "__class__.1.0.0",
        "W.1.i.j",
        "W.1.0.0;drop",
        "../../etc/passwd",
        "x" * 10_000,
    ],
)
def test_what_is_no_place_of_the_step_is_refused(place):
    told = refusal(quantity_at, TRACE, place)
    assert told.startswith("the number asked for was '")
    assert told.endswith("; it may be one of this step's")


@given(place=st.text(max_size=30) | st.from_regex(r"[A-Za-z_]{1,8}(\.[0-9]{1,3}){1,5}", fullmatch=True))
def test_any_text_is_a_place_or_refused(place):
    try:
        quantity = quantity_at(TRACE, place)
    except cr.InvalidValueError:
        return
    assert isinstance(TRACE.value(quantity), float)
