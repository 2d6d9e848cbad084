"""Derivatives from values alone: the true one is inside the error bar, every time."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.check.oracles import complex_step, estimates, extrapolated, grain, one_sided

FUNCTIONS = {
    "exp": (np.exp, mpmath.exp),
    "sin": (np.sin, mpmath.sin),
    "tanh": (np.tanh, mpmath.tanh),
    "a quotient": (lambda t: 1 / (2 + t**2), lambda t: 1 / (2 + t**2)),
    "beside 1000": (lambda t: 1000 + np.sin(t), lambda t: 1000 + mpmath.sin(t)),
}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(name=st.sampled_from(list(FUNCTIONS)), x=st.floats(-3, 3), size=st.sampled_from([0.01, 1.0, 10.0]))
def test_the_true_derivative_is_inside_the_bar(name, x, size):
    function, exactly = FUNCTIONS[name]
    with mpmath.workdps(40):
        true = float(mpmath.diff(exactly, mpmath.mpf(x)))

    def line(t):
        return function(x + t)

    for estimate in estimates(line, size):
        assert abs(estimate.value - true) <= estimate.bar
    for side in (+1, -1):
        found = one_sided(line, 0.1 * min(size, 1), side)
        assert abs(found.value - true) <= found.bar
    assert complex_step(line, size) == pytest.approx(true, rel=1e-13, abs=1e-15)


def test_the_bar_is_as_narrow_as_ridders_says():
    assert extrapolated(np.exp, 0.1).bar < 1e-11


def test_the_complex_step_loses_nothing_beside_a_tiny_number():
    assert complex_step(lambda t: (8e-36 + t) ** 3, 8e-36) == pytest.approx(3 * 8e-36**2, rel=1e-14)


def test_the_sides_of_a_kink_have_their_own_slopes():
    assert [one_sided(lambda t: max(3 * t, -t), 0.1, side).value for side in (+1, -1)] == pytest.approx(
        [3, -1]
    )


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_grain_is_that_of_the_noise(size):
    rng = np.random.default_rng(0)
    for noise in (1e-12, 1e-8, 1e-4):
        found = grain(lambda t, noise=noise: np.sin(t / size) + noise * rng.normal(), size)
        assert noise < found < 100 * noise
    assert grain(lambda t: np.sin(t / size), size) < 1e-14


def test_a_kink_is_no_grain():
    assert grain(abs, 1.0) < 1e-14
