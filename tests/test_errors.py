"""Errors: what kind each is, and how its sentence is built."""

import numpy as np
import pytest

import chainrule as cr
from chainrule import errors

KINDS = {
    cr.InvalidValueError: ValueError,
    cr.InvalidTypeError: TypeError,
    cr.ShapeError: ValueError,
    cr.UnknownNameError: ValueError,
    cr.TooLargeError: ValueError,
    cr.InvalidFileError: ValueError,
    cr.DivergenceError: ArithmeticError,
}


@pytest.mark.parametrize(("ours", "pythons"), KINDS.items())
def test_each_kind_is_a_chainrule_error_and_one_of_pythons_own(ours, pythons):
    assert issubclass(ours, cr.ChainruleError)
    assert issubclass(ours, pythons)


def test_every_kind_is_in_the_table_above():
    defined = {each for each in vars(errors).values() if getattr(each, "__module__", "") == errors.__name__}
    defined = {each for each in defined if isinstance(each, type)}
    assert defined == {cr.ChainruleError, *KINDS, errors.Words}


def test_a_sentence_names_the_thing_what_it_was_and_what_it_may_be():
    told = errors.sentence("the learning rate", -0.5, "a positive number")
    assert told == "the learning rate was -0.5; it may be a positive number"


def test_a_hint_is_a_clause_in_parentheses():
    assert errors.sentence("x", 1, "2", "try 2").endswith("it may be 2 (try 2)")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("relu", "'relu'"),
        (np.str_("relu"), "'relu'"),
        ("two\nlines", r"'two\nlines'"),
        ("\x1b[31mred", r"'\x1b[31mred'"),
        (0.5, "0.5"),
        (np.float64(0.5), "0.5"),
        (None, "None"),
        (np.ones((2, 2)), "[[1. 1.] [1. 1.]]"),
        ((2, 3), "(2, 3)"),
    ],
)
def test_a_value_is_shown_on_one_line(value, text):
    assert errors.shown(value) == text


def test_an_object_that_prints_control_characters_is_shown_without_them():
    class Hostile:
        def __str__(self):
            return "a\x1b[2Jb\r\nc\x00d"

    assert errors.shown(Hostile()) == r"a\x1b[2Jb c\x00d"


@pytest.mark.parametrize("value", ["x" * 1000, list(range(1000)), np.arange(500.0)])
def test_a_long_value_is_cut(value):
    told = errors.shown(value)
    assert len(told) == 80
    assert told.endswith("...")


def test_of_a_very_long_text_only_its_begin_is_looked_at():
    """What comes in from outside may have millions of letters."""
    begun = "<" * 100_000_000
    assert errors.shown(begun) == f"'{'<' * 76}..."
    assert errors.shown(errors.Words(" " * 10_000 + "x")).endswith("...")


def test_a_value_of_just_the_length_is_whole():
    assert errors.shown("x" * 78) == f"'{'x' * 78}'"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sigmod", "sigmoid"),
        ("RELU", "relu"),
        ("Tanh", "tanh"),
        ("tnah", "tanh"),
        ("zzzzzz", None),
        ("", None),
    ],
)
def test_the_nearest_name(typed, meant):
    assert errors.nearest(typed, ["relu", "sigmoid", "tanh"]) == meant


def test_the_nearest_name_is_given_as_it_is_written():
    assert errors.nearest("jan", ["Jain"]) == "Jain"


def test_an_unknown_name_lists_the_known_ones_and_asks():
    error = errors.unknown_name("activation", "sigmod", iter(["relu", "sigmoid"]))
    assert isinstance(error, cr.UnknownNameError)
    assert str(error) == "the activation was 'sigmod'; it may be relu, sigmoid (did you mean sigmoid?)"


@pytest.mark.parametrize("name", ["qqq", 3, None])
def test_an_unknown_name_without_a_near_one_asks_nothing(name):
    assert "did you mean" not in str(errors.unknown_name("activation", name, ["relu", "sigmoid"]))


def test_a_divergence_carries_the_last_good_state():
    assert cr.DivergenceError("it diverged", state=3).state == 3
    assert cr.DivergenceError("it diverged").state is None


def test_our_own_words_are_shown_without_quotes():
    told = errors.sentence("X", errors.Words("a masked array"), "an array without masked entries")
    assert told == "X was a masked array; it may be an array without masked entries"
