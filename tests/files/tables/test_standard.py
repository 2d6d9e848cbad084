"""Means and scales are right from 1e-320 to 1e308, and the way back leads back."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import FLOATS, examples

from chainrule.files.tables.standard import FLOOR, mean_and_scale, restored, standardized

EPS = np.finfo(np.float64).eps
# Up to 1e308: the way back from the very largest double may round up to infinity.
COLUMNS = st.lists(FLOATS, min_size=2, max_size=20).map(lambda column: np.clip(column, -1e308, 1e308))


def exactly(values):
    """Return the mean and the standard deviation to 400 digits."""
    with mpmath.workdps(400):
        exact = [mpmath.mpf(float(value)) for value in values]
        mean = mpmath.fsum(exact) / len(exact)
        return mean, mpmath.sqrt(mpmath.fsum((value - mean) ** 2 for value in exact) / len(exact))


@given(COLUMNS)
@examples(300)
def test_agrees_with_mpmath(values):
    mean, scale = mean_and_scale(values)
    largest = np.abs(values).max()
    exact_mean, exact_scale = exactly(values)
    tiny = np.spacing(0.0)
    assert abs(mean - exact_mean) <= 4 * EPS * largest + tiny
    if scale:
        assert abs(scale - exact_scale) <= 8 * EPS * (exact_scale + EPS * largest) + 2 * tiny
    else:
        assert exact_scale <= 2 * FLOOR * largest + tiny


@given(COLUMNS.filter(lambda values: mean_and_scale(values)[1] > 0))
@examples(300)
def test_there_and_back(values):
    mean, scale = mean_and_scale(values)
    z = standardized(values, mean, scale)
    assert np.isfinite(z).all()
    assert np.abs(z).max() <= math.sqrt(len(values)) * (1 + 1e-9) or scale < 1e-310
    largest = np.abs(values).max()
    back = restored(z, mean, scale)
    # In halves, since a difference of two numbers near 1.8e308 is none.
    assert (np.abs(back / 2 - values / 2) <= 4 * EPS * largest + np.spacing(0.0)).all()


@given(
    st.lists(st.floats(-1e100, 1e100).filter(lambda x: abs(x) > 1e-100), min_size=2, max_size=9).map(np.array)
)
@examples(200)
def test_the_same_bits_as_the_plain_formula(values):
    mean, scale = mean_and_scale(values)
    if scale:
        z = standardized(values, mean, scale)
        assert np.array_equal(z, (values - mean) / scale)
        assert np.array_equal(restored(z, mean, scale), z * scale + mean)


@pytest.mark.parametrize(
    "values",
    [[0.1] * 7, [0.0, -0.0], [1e308] * 3, [5e-324] * 2, [1e16, 1e16 + 2], [1.0, 1.0 + EPS]],
)
def test_constant(values):
    assert mean_and_scale(np.array(values))[1] == 0


def test_nearly_constant_is_not_constant():
    seconds = 1.7e9 + np.arange(3600.0)
    assert mean_and_scale(seconds)[1] == pytest.approx(np.std(np.arange(3600)), rel=1e-12)


def test_what_is_too_large_is_infinite_and_silent():
    assert np.isinf(standardized(np.array([1e308]), 0.0, 1e-300)).all()
    assert np.isinf(restored(np.array([10.0]), 0.0, 1e308)).all()
    assert not np.isfinite(standardized(np.array([1e308]), 1e308, 1e-308)).any()
