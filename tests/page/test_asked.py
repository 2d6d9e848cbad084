"""What a browser asks for is of its kind and in its range, or refused in a sentence that names it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_states import refusal

import chainrule as cr
from chainrule.page.asked import Asked

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("entries", [None, [], "x", 5, True, [["a", 1]]])
def test_a_request_is_a_table(entries):
    told = refusal(Asked, entries)
    assert told.startswith("the request was ")
    assert told.endswith("; it may be a table of names and values")


@given(value=JSON)
def test_whatever_comes_in_is_of_its_kind_or_refused(value):
    asked = Asked({"it": value})
    for method, kind in (
        (lambda: asked.text("it", 10), str),
        (lambda: asked.whole("it", -5, 5), int),
        (lambda: asked.number("it"), float),
        (lambda: asked.items("it", 2), list),
    ):
        try:
            found = method()
        except cr.InvalidValueError as error:
            told = str(error)
        else:
            assert type(found) is kind
            continue
        assert told.startswith("the it was ")
        assert "\n" not in told


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_through_with_all_its_bits(value):
    for given_as in (value, repr(value), f" {value!r} ", f"{value:.17g}", repr(value).replace("-", "−")):
        found = Asked({"it": given_as}).number("it")
        assert found == value
        assert math.copysign(1, found) == math.copysign(1, value)


@pytest.mark.parametrize(
    "value", ["1e999", "nan", "inf", "-inf", "0x10", "1_000", "1,5", "", "1 2", "٣", "1" * 61]
)
def test_what_is_no_finite_number_is_refused(value):
    assert refusal(Asked({"a_value": value}).number, "a_value").startswith("the a value was '")


@pytest.mark.parametrize(("value", "found"), [(3, 3), ("3", 3), (" 3 ", 3), ("007", 7), (5, 5), (1, 1)])
def test_a_whole_number_may_be_text(value, found):
    assert Asked({"it": value}).whole("it", 1, 7) == found


@pytest.mark.parametrize("value", [0, 8, "0", "8", "-3", "3.0", 3.0, True, None, "", "9" * 30, [3]])
def test_a_number_out_of_its_range_is_refused_with_the_range(value):
    assert refusal(Asked({"it": value}).whole, "it", 1, 7).endswith("it may be a whole number from 1 to 7")


def test_text_and_lists_have_a_longest():
    assert Asked({"it": "x" * 200}).text("it") == "x" * 200
    told = refusal(Asked({"it": "x" * 201}).text, "it")
    assert told.endswith("it may be text of at most 200 characters")
    assert len(told) < 200
    assert Asked({"it": [1, 2]}).items("it", 2) == [1, 2]
    assert refusal(Asked({"it": [1, 2, 3]}).items, "it", 2).endswith("a list of at most 2 entries")


def test_an_entry_that_is_empty_is_not_there():
    asked = Asked({"none": None, "empty": "", "zero": 0, "no": False, "text": "x"})
    assert [name for name in ("none", "empty", "zero", "no", "text", "missing") if asked.has(name)] == [
        *("zero", "no", "text"),
    ]
