"""The schedules: pure functions of where training stands, with the ends that their papers say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import InvalidValueError
from chainrule.network.schedules import Constant, Cosine, InverseScaling, OneCycle, StepDecay, WarmUp

ALL = [Constant(), InverseScaling(), StepDecay(3, 0.5), Cosine(0.1), OneCycle(), WarmUp(2.5, Cosine())]


@given(schedule=st.sampled_from(ALL), epochs=st.integers(4, 500), part=st.floats(0, 1))
def test_a_factor_is_between_zero_and_one(schedule, epochs, part):
    assert 0 <= schedule.factor(part * epochs, epochs) <= 1


def test_inverse_scaling_falls_as_its_power_says():
    assert InverseScaling(0.5).factor(8, 100) == pytest.approx(1 / 3)
    assert InverseScaling(1).factor(9, 100) == pytest.approx(0.1)


def test_a_step_comes_after_its_epochs_and_not_before():
    schedule = StepDecay(every=3, by=0.5)
    assert [schedule.factor(epoch, 9) for epoch in (0, 2.99, 3, 5.9, 6)] == [1, 1, 0.5, 0.5, 0.25]


@given(epoch=st.floats(0, 20))
def test_the_cosine_is_half_a_cosine(epoch):
    expected = 0.2 + 0.8 * (1 + math.cos(math.pi * epoch / 20)) / 2
    assert Cosine(0.2).factor(epoch, 20) == pytest.approx(expected, abs=1e-14)


def test_one_cycle_rises_to_one_and_falls_to_nothing():
    cycle = OneCycle(rise=0.25, start=0.1)
    assert cycle.factor(0, 40) == pytest.approx(0.1)
    assert cycle.factor(10, 40) == 1
    assert cycle.factor(40, 40) == pytest.approx(0, abs=1e-15)


def test_a_warm_up_hands_over_where_it_ends():
    schedule = WarmUp(4, Cosine())
    assert [schedule.factor(epoch, 12) for epoch in (0, 2, 4, 12)] == [0, 0.5, 1, 0]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: InverseScaling(0), "the power of inverse scaling was 0"),
        (lambda: StepDecay(0), "the epochs between two steps of the rate was 0"),
        (lambda: StepDecay(1, 1.0), "the factor was 1.0"),
        (lambda: Cosine(1.0), "the floor of the rate was 1.0"),
        (lambda: OneCycle(rise=0.0), "the rising part of the cycle was 0.0"),
        (lambda: WarmUp(-1), "the epochs of the warm-up was -1"),
    ],
)
def test_a_number_out_of_its_range_is_refused(make, said):
    with pytest.raises(InvalidValueError, match=said):
        make()
