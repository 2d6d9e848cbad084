import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from chainrule.engine import exponential

exp = njit(lambda z: exponential.exp(z))
expm1 = njit(lambda z: exponential.expm1(z))


@pytest.mark.parametrize("function", [exp, expm1, exponential.exp, exponential.expm1])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_special_values(function, dtype):
    one_less = function in (expm1, exponential.expm1)
    with np.errstate(all="ignore"):
        assert function(dtype(0)) == 1 - one_less
        assert function(dtype(np.inf)) == np.inf
        assert function(dtype(-np.inf)) == -one_less
        assert math.isnan(function(dtype(np.nan)))
        assert function(dtype(-1e4)) == -one_less
        assert function(dtype(1e4)) == np.inf
        assert np.asarray(function(dtype(1.5))).dtype.itemsize in (8, np.dtype(dtype).itemsize)


@given(st.floats(-708, 709))
@settings(max_examples=500, deadline=None)
def test_it_is_within_two_units_of_the_last_place(z):
    assert abs(exp(z) - math.exp(z)) <= 2 * math.ulp(math.exp(z))
    assert abs(expm1(z) - math.expm1(z)) <= 2 * math.ulp(math.expm1(z))


@given(st.floats(-87, 88, width=32))
@settings(max_examples=500, deadline=None)
def test_single_precision_is_within_two_units_of_the_last_place(z):
    wanted, lost = np.float32(math.exp(z)), np.float32(math.expm1(z))
    assert abs(exp(np.float32(z)) - wanted) <= 2 * np.spacing(wanted)
    assert abs(expm1(np.float32(z)) - lost) <= 2 * np.spacing(abs(lost))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_uncompiled_it_is_the_same(dtype):
    for z in np.linspace(-80, 80, 201).astype(dtype):
        assert math.isclose(exponential.exp(z), exp(z), rel_tol=4 * np.finfo(dtype).eps)
