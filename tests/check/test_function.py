"""Anybody's gradient passes where right, fails where wrong, and is undecided where nobody can tell."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import check_function
from chainrule.check.nested import Point

sys.path.insert(0, str(Path(__file__).parent))

from awkward import CORRECT, MISTAKES, NETWORK, POINT, correct_and_certain, network, network_gradient

CERTAIN = list(correct_and_certain())


def mistaken(case, mistake):
    """The case's gradient with a mistake in it, built as the point is."""
    point = Point(case.point)
    return lambda at: point.filled(mistake(point.gathered(case.gradient(at))))


@pytest.mark.parametrize("case", CORRECT, ids=lambda case: case.name)
def test_a_correct_gradient_never_fails(case):
    report = check_function(case.function, case.gradient, case.point)
    assert not report.failed, str(report)
    assert report.passed or case.may_be_undecided, str(report)


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("case", CERTAIN, ids=lambda case: case.name)
def test_a_wrong_gradient_fails(case, mistake):
    report = check_function(case.function, mistaken(case, MISTAKES[mistake]), case.point)
    assert report.failed, str(report)
    assert not report


@pytest.mark.parametrize("mistake", set(MISTAKES) - {"not a number"})
@pytest.mark.parametrize("case", [case for case in CORRECT if case.may_be_undecided], ids=lambda c: c.name)
def test_where_digits_are_lost_a_wrong_gradient_is_not_passed_for_right(case, mistake):
    """A derivative that is 0 in this precision has no sign and no size: there is nothing to find."""
    point = Point(case.point)
    wrong = mistaken(case, MISTAKES[mistake])
    if not np.array_equal(point.gathered(wrong(case.point)), point.gathered(case.gradient(case.point))):
        assert not check_function(case.function, wrong, case.point).passed


def test_without_complex_numbers_it_is_told_by_differences():
    def function(x):
        return float(np.real(x) @ [1.0, 2.0]) ** 2

    def gradient(x):
        return 2 * (x @ [1.0, 2.0]) * np.array([1.0, 2.0])

    report = check_function(function, gradient, np.array([0.5, -1.5]))
    assert report.passed
    assert report.way == "differences extrapolated to a step of 0"
    assert check_function(lambda x: x @ x, lambda x: 2 * x, POINT).way == "the complex step"


def test_a_function_that_drops_the_imaginary_part_of_one_entry_is_found_out():
    report = check_function(
        lambda x: x[0] ** 2 + np.abs(x[1]) ** 3, lambda x: [2 * x[0], 3 * x[1] ** 2], np.array([1.0, 2.0])
    )
    assert report.passed
    assert report.way == "differences extrapolated to a step of 0"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    x=st.lists(st.floats(-3, 3), min_size=1, max_size=6).map(np.array),
    power=st.integers(1, 4),
    place=st.integers(0, 5),
)
def test_any_polynomial_passes_and_with_one_entry_changed_it_does_not(x, power, place):
    def function(x):
        return (x**power).sum() + x.sum() ** 2

    def gradient(x):
        return power * x ** (power - 1) + 2 * x.sum()

    report = check_function(function, gradient, x)
    assert not report.failed, str(report)
    changed = np.where(np.arange(x.size) == place % x.size, 1.0, 0.0)
    assert check_function(function, lambda x: gradient(x) + changed, x).failed


def test_float32_is_checked_in_float64_and_nothing_of_the_callers_is_changed():
    point = {name: value.astype(np.float32) for name, value in NETWORK.items()}
    before = {name: value.copy() for name, value in point.items()}
    seen = []

    def function(p):
        seen.append(p["W1"].dtype)
        p["b1"] += 0  # what a function does to its own argument is no one's concern
        value = network(p)
        p["W1"][...] = 0
        return value

    assert check_function(function, network_gradient, point).passed
    assert set(seen) <= {np.dtype(np.float64), np.dtype(np.complex128)}
    for name, value in point.items():
        np.testing.assert_array_equal(value, before[name])
        assert value.dtype == np.float32


def test_the_callers_arrays_are_as_they_were_when_the_function_raises():
    point = POINT.copy()

    def function(x):
        x[...] = 0
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        check_function(function, lambda x: x, point)
    np.testing.assert_array_equal(point, POINT)


class TestDirections:
    N = 40_000
    x = np.random.default_rng(0).normal(size=N)

    def test_a_right_gradient_passes(self):
        report = check_function(lambda x: np.sin(x).sum(), np.cos, self.x, directions=3)
        assert report.passed
        assert len(report.rows) == 3

    @pytest.mark.parametrize("places", [[17], [0, 39_999], [1, 2, 3, 20_000]])
    def test_one_wrong_entry_of_many_is_found_and_named(self, places):
        def wrong(x):
            gradient = np.cos(x)
            gradient[places] *= 1.01
            return gradient

        report = check_function(lambda x: np.sin(x).sum(), wrong, self.x, directions=1)
        assert report.failed
        assert [row.name for row in report.rows[1:]] == [f"[{place}]" for place in places]

    def test_its_verdict_says_how_much_was_checked(self):
        report = check_function(lambda x: (x**2).sum(), lambda x: 2 * x, self.x, directions=2)
        assert "2 random directions of 40,000 entries checked" in str(report)


def test_what_it_says_of_a_wrong_gradient():
    report = check_function(lambda x: (x**2).sum(), lambda x: x, np.array([1.0, 2.0]))
    assert "WRONG, 0.5 times what it should be" in str(report)
    assert "2 of 2 entries checked against the complex step: 2 WRONG" in str(report)
    assert report.to_dict()["rows"][0]["verdict"] == "fail"


def test_a_kink_is_said():
    report = check_function(lambda x: np.maximum(x, 0).sum(), lambda x: 1.0 * (x > 0), np.array([0.0]))
    assert report.passed
    assert "at a kink, between the slopes 0 and 1 of its sides" in report.rows[0].note


def test_a_slope_outside_those_of_a_kink_fails():
    assert check_function(lambda x: np.abs(x).sum(), lambda x: x + 1.5, np.array([0.0])).failed


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: check_function(lambda x: x, lambda x: x, POINT), cr.InvalidTypeError, "of shape (4,)"),
        (lambda: check_function(lambda x: np.nan, lambda x: x, POINT), cr.InvalidValueError, "finite"),
        (lambda: check_function(lambda x: "1", lambda x: x, POINT), cr.InvalidTypeError, "single real"),
        (lambda: check_function(np.sum, lambda x: x[:2], POINT), cr.ShapeError, "(2,); it may be (4,)"),
        (
            lambda: check_function(network, lambda p: {"W1": p["W1"], "b1": p["b1"]}, NETWORK),
            cr.ShapeError,
            "the gradient['W2'] was missing",
        ),
        (lambda: check_function(np.sum, np.cos, []), cr.InvalidValueError, "without any number"),
        (lambda: check_function(np.sum, np.cos, ["a"]), cr.InvalidTypeError, "the point[0] was 'a'"),
        (lambda: check_function(np.sum, np.cos, [np.inf]), cr.InvalidValueError, "not finite"),
        (lambda: check_function(np.sum, np.cos, POINT, directions=0), cr.InvalidValueError, "directions"),
        (
            lambda: check_function(lambda x: np.random.default_rng().random(), np.cos, POINT),
            cr.InvalidValueError,
            "fix its seed",
        ),
    ],
)
def test_what_cannot_be_checked_gets_one_sentence(call, kind, words):
    with pytest.raises(kind) as caught:
        call()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def real_only(function):
    """A function that drops what is imaginary."""
    return lambda x: function(np.real(x))


def test_a_slope_of_0_beside_a_kink_is_told_by_differences_too():
    x = np.array([-0.05, 0.4])  # differences from farther away see the other side of the first kink
    square = real_only(lambda x: (np.maximum(x, 0) ** 2).sum())
    assert check_function(square, lambda x: 2 * np.maximum(x, 0), x).passed
    unused = real_only(lambda x: np.exp(x[1]))
    assert check_function(unused, lambda x: np.array([0, np.exp(x[1])]), x).passed


def test_a_slope_too_small_to_be_seen_from_close_by_is_not_taken_for_0():
    tiny = real_only(lambda x: 1 + 1e-12 * np.sin(x).sum())
    assert not check_function(tiny, lambda x: 0 * x, np.array([0.3, 0.4])).passed
