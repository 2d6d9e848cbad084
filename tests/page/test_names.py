"""Which names the reader has chosen: for every notation, and for a table's own columns and classes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import lessons, refusal

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page.names import Names
from chainrule.trace.notations import NOTATIONS, notation

NETWORK = cr.Network.dense([2, 3, 2])


@pytest.mark.parametrize("name", NOTATIONS)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_notation_is_that_of_the_command(name, rows):
    assert Names(name).naming(NETWORK, rows) == notation(name, NETWORK, rows)


@pytest.mark.parametrize("name", cr.tutorials.TUTORIALS)
def test_a_tutorials_notation_gives_its_own_names(name):
    preset = cr.tutorials.load(name)
    ours, trace = Names(name).naming(preset.network), preset.trace()
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    for quantity in [*given, *(each.quantity for each in trace)]:
        assert ours.name(quantity) == trace.name(quantity)


def test_columns_and_classes_stand_for_inputs_and_outputs():
    naming = Names("jain", ("age", "height"), ("no", "yes")).naming(NETWORK)
    told = [naming.name(Quantity(*each)) for each in (("A", (0, 0, 1)), ("Z", (1, 0, 2)), ("A", (2, 0, 1)))]
    assert told == ["height", "net_h3", "out_yes"]
    assert naming.orientation == notation("jain", NETWORK).orientation


def test_only_one_end_may_have_names_of_its_own():
    for inputs, outputs, told in (
        (("age", "size"), (), ["size", "out_o2"]),
        ((), ("no", "yes"), ["i2", "out_yes"]),
    ):
        naming = Names("jain", inputs, outputs).naming(NETWORK)
        assert [naming.name(Quantity("A", place)) for place in ((0, 0, 1), (2, 0, 1))] == told


def test_a_notation_without_units_leaves_columns_out():
    assert Names("ours", ("age", "height"), ("no", "yes")).naming(NETWORK) == notation("ours", NETWORK)


@settings(max_examples=50)
@given(lesson=lessons())
def test_a_choice_comes_back_from_plain_data(lesson):
    assert Names.from_dict(lesson.names.as_dict(), lesson.network) == lesson.names


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"notation": "jian"}, "(did you mean jain?)"),
        ({"notation": 5}, "the notation was '5'"),
        ({"inputs": ["a"]}, "what the inputs had was 1 names; it may be a list of 2 names"),
        ({"outputs": ["a", "b", "c"]}, "what the outputs had was 3 names"),
        ({"inputs": "ab"}, "what the inputs had was no list"),
        ({"inputs": None}, "what the inputs had was no list"),
        ({"inputs": {"a": 1, "b": 2}}, "what the inputs had was no list"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(told, words):
    assert words in refusal(Names.from_dict, {**Names("jain").as_dict(), **told}, NETWORK)


@given(names=st.lists(st.text() | st.just("x" * 100), min_size=2, max_size=2))
def test_any_text_may_be_a_name_and_a_long_one_is_cut(names):
    chosen = Names.from_dict({"notation": "jain", "inputs": names, "outputs": []}, NETWORK)
    assert chosen.inputs == tuple(name[:60] for name in names)


@pytest.mark.parametrize(
    ("word", "chosen", "option"),
    [
        ("jain", "jain", ""),
        ("jain", "ours", " --names ours"),
        ("xor", "ours", ""),
        ("xor", "kumar", " --names kumar"),
        ("", "ours", ""),
    ],
)
def test_the_option_is_typed_only_where_the_word_would_bring_others(word, chosen, option):
    assert Names(chosen).option(word) == option
