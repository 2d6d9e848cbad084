"""Rounding with a pencil: on decimals, in the way that was asked for."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule import Rounding

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=9)


@pytest.mark.parametrize(
    ("rounding", "number", "rounded"),
    [
        (Rounding(decimals=4), "0.78745", "0.7875"),
        (Rounding(decimals=4), "-0.78745", "-0.7875"),
        (Rounding(decimals=4, half="even"), "0.78745", "0.7874"),
        (Rounding(decimals=4, half="even"), "0.78755", "0.7876"),
        (Rounding(decimals=0), "2.5", "3"),
        (Rounding(decimals=0, half="even"), "2.5", "2"),
        (Rounding(significant=3), "0.00123456", "0.00123"),
        (Rounding(significant=3), "123456", "123000"),
        (Rounding(significant=2), "0.0995", "0.10"),
        (Rounding(significant=1), "0", "0"),
    ],
)
def test_a_half_goes_where_it_was_told_to(rounding, number, rounded):
    assert rounding.of(Decimal(number)) == Decimal(rounded)


def test_it_is_a_decimal_that_is_rounded_and_not_the_binary_float_beside_it():
    """2.675 as a float lies below 2.675, and Python rounds it to 2.67; a person reads 2.675."""
    assert round(2.675, 2) == 2.67
    assert Rounding(decimals=2).of(Decimal(repr(2.675))) == Decimal("2.68")


@given(number=NUMBERS, decimals=st.integers(0, 8))
def test_rounding_moves_by_half_a_unit_at_most_and_is_done_after_once(number, decimals):
    rounding = Rounding(decimals=decimals)
    rounded = rounding.of(number)
    assert abs(rounded - number) <= Decimal(5).scaleb(-decimals - 1)
    assert rounding.of(rounded) == rounded


@given(number=NUMBERS, digits=st.integers(1, 12))
def test_significant_digits_are_counted_from_the_first_that_is_not_0(number, digits):
    rounded = Rounding(significant=digits).of(number)
    assert len(rounded.normalize().as_tuple().digits) <= digits


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_stays(number):
    assert str(Rounding(decimals=2).of(Decimal(number))) == number


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({}, "what a Rounding keeps was decimals=None, significant=None; it may be one of the two"),
        ({"decimals": 2, "significant": 2}, "it may be one of the two as a number"),
        ({"decimals": 16}, "the number of decimals was 16; it may be at most 15, which a float carries"),
        ({"significant": 0}, "the number of significant digits was 0; it may be"),
        ({"decimals": -1}, "the number of decimals was -1; it may be"),
        ({"decimals": 4, "each": "summ"}, "did you mean sum?"),
        ({"decimals": 4, "half": "up"}, "the direction of a half was 'up'; it may be away, even"),
    ],
)
def test_a_wrong_choice_gets_a_sentence(choices, told):
    with pytest.raises(cr.ChainruleError) as error:
        Rounding(**choices)
    assert told in str(error.value)


def test_it_says_what_it_does():
    assert str(Rounding(significant=3, each="sum", half="even")) == (
        "every sum rounded to 3 significant digits, halves to even, and carried on"
    )
