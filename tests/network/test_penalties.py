import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from repeatable import examples, fingerprint

from chainrule.errors import InvalidValueError
from chainrule.network.formula import evaluate
from chainrule.network.penalties import Penalty

STRENGTHS = st.floats(0, 10)
WEIGHTS = arrays(np.float64, (2, 3), elements=st.floats(-100, 100, allow_subnormal=False))


@examples(60)
@given(STRENGTHS, STRENGTHS, WEIGHTS)
def test_value_and_derivative_are_those_of_the_two_penalties(l2, l1, W):
    penalty = Penalty(l2=l2, l1=l1)
    assert np.allclose(penalty.value(W), l2 / 2 * W**2 + l1 * np.abs(W), rtol=1e-15, atol=0)
    assert np.allclose(penalty.derivative(W), l2 * W + l1 * np.sign(W), rtol=1e-15, atol=0)


@examples(60)
@given(STRENGTHS, STRENGTHS, st.floats(1e-6, 100), st.sampled_from([-1, 1]))
def test_the_formulas_say_what_the_functions_compute(l2, l1, size, side):
    penalty, w = Penalty(l2=l2, l1=l1), side * size
    W = np.array([[w]])
    assert evaluate(penalty.formula, {"w": w}) == pytest.approx(penalty.value(W)[0, 0], rel=1e-14)
    slope = evaluate(penalty.slope, {"w": w})
    assert slope == pytest.approx(penalty.derivative(W)[0, 0], rel=1e-14)
    assert penalty.value(W + 1e-30j).imag[0, 0] / 1e-30 == pytest.approx(slope, rel=1e-14)


def test_a_formula_leaves_out_the_part_that_is_not_there():
    assert evaluate(Penalty().formula, {"w": 3.0}) == 0
    assert evaluate(Penalty().slope, {"w": 3.0}) == 0
    assert "abs" not in repr(Penalty(l2=0.5).formula)
    assert "Power" not in repr(Penalty(l1=0.5).formula)


def test_the_derivative_at_a_weight_of_zero_is_zero():
    assert Penalty(l2=1, l1=1).derivative(np.array([0.0, -0.0])).tolist() == [0, 0]


def test_a_penalty_of_nothing_is_false():
    assert not Penalty()
    assert Penalty(l2=1e-300)
    assert Penalty(l1=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
def test_the_precision_that_goes_in_comes_out(dtype):
    penalty = Penalty(l2=np.float64(0.1), l1=np.float64(0.2))
    W = np.array([0.5, -2], dtype=dtype)
    assert penalty.value(W).dtype == dtype
    assert penalty.derivative(W).dtype == dtype


def test_nothing_is_changed_in_place_and_nan_goes_through():
    W = np.array([[0.5, np.nan]])
    before = fingerprint(W)
    assert np.isnan(Penalty(l1=1).value(W)[0, 1])
    assert np.isnan(Penalty(l1=1).derivative(W)[0, 1])
    assert fingerprint(W) == before


@pytest.mark.parametrize("bad", [-1e-9, np.nan, np.inf, "0.1", None, 10**400])
@pytest.mark.parametrize("name", ["l2", "l1"])
def test_a_strength_is_not_negative(name, bad):
    with pytest.raises(InvalidValueError, match=f"the penalty {name} was .*a finite number, 0 or above"):
        Penalty(**{name: bad})
