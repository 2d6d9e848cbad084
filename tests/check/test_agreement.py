"""Digits are counted as they were written, and agreement array by array."""

import numpy as np
import pytest

from chainrule.check.agreement import agreement, digits_of


def test_digits_are_counted_as_they_were_written():
    assert digits_of(np.array([0.0822, -0.0227])) == 3
    assert digits_of(np.array([0.291027924])) == 9
    assert digits_of(np.array([1 / 3], np.float32).astype(float)) == 5
    assert digits_of(np.array([np.nan, 0.25])) == 2


def test_agreement_is_told_array_by_array():
    right = {("dW", 1): np.array([1.0, 2.0]), ("db", 1): np.array([1.0])}
    given = {("dW", 1): np.array([1.0, 2.002]), ("db", 1): np.array([np.nan])}
    found = agreement(right, given, right)
    assert found["dW", 1] == pytest.approx(3, abs=0.01)
    assert found["db", 1] == 16  # nothing is known of it
    assert agreement(right, {("db", 1): np.array([np.inf])}, right) == {("db", 1): 0}
