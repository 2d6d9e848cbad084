"""What printed digits say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.tutorials.audit.digits import (
    decimals_of,
    is_exact,
    literals,
    one_digit_off,
    printed_like,
    rounded_to,
)

VALUES = st.floats(-1000, 1000, allow_nan=False)


@given(value=VALUES, decimals=st.integers(1, 12))
def test_what_is_rounded_is_printed_like_it(value, decimals):
    printed = rounded_to(value, decimals)
    assert decimals_of(printed) == decimals
    assert printed_like(value, printed) == ""


@given(value=VALUES, decimals=st.integers(1, 8), off=st.integers(2, 50))
def test_what_is_off_by_two_units_or_more_is_not(value, decimals, off):
    printed = Decimal(rounded_to(value, decimals)) + off * Decimal(1).scaleb(-decimals)
    assert printed_like(value, str(printed)) is None


@pytest.mark.parametrize(
    ("value", "printed", "how"),
    [
        (0.29999, "0.29", "cut off, not rounded"),
        (0.125, "0.12", "with the half to the even digit"),
        (0.125, "0.13", ""),
        (0.126, "0.12", "cut off, not rounded"),
        (0.5, "0.6", None),
    ],
)
def test_other_ways_to_round_are_named(value, printed, how):
    assert printed_like(value, printed) == how


def test_exact_is_exact():
    assert is_exact(0.1 + 0.2, "0.3")
    assert not is_exact(0.3000001, "0.3")


@given(digits=st.text("0123456789", min_size=4, max_size=9), data=st.data())
def test_a_digit_left_out_or_changed_is_one_off(digits, data):
    place = data.draw(st.integers(0, len(digits) - 1))
    assert one_digit_off(digits[:place] + digits[place + 1 :], digits)
    other = str((int(digits[place]) + 3) % 10)
    assert one_digit_off(digits[:place] + other + digits[place + 1 :], digits)
    assert not one_digit_off(digits, digits)


def test_numbers_in_an_expression_keep_their_decimals():
    assert literals("0.5250*w_1 + exp(-0.3) + x2") == {0.525: 4, 0.3: 1}
