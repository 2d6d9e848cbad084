"""Digits are counted as they were written, and agreement array by array."""

import numpy as np
import pytest

from chainrule.check.agreement import agreement, digits_of


def test_digits_are_counted_as_they_were_written():
    assert digits_of(np.array([0.0822, -0.0227])) == 3
    assert digits_of(np.array([0.291027924])) == 9
    assert digits_of(np.array([1 / 3], np.float32).astype(float)) == 5
    assert digits_of(np.array([np.nan, 0.25])) == 2


def test_agreement_is_that_of_the_largest_entry():
    right = np.array([1.0, 2.0])
    assert agreement(right, np.array([1.0, 2.002]), right) == pytest.approx(3, abs=0.01)
    assert agreement(right, np.array([np.nan, 2.0]), right) == 16
    assert agreement(right, np.array([np.nan, np.nan]), right) == 16  # nothing is known of it
    assert agreement(right, np.array([np.inf, 2.0]), right) == 0


def test_one_number_is_compared_with_each_of_several():
    assert agreement(np.array([3.0]), np.array([3.0, 3.0]), np.array([3.0])) == 16
    assert agreement(np.array([3.0, 4.0]), np.array([3.0]), np.array([3.0])) < 1
