"""What is wrong is found among many, and no more is looked at than has to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.check.bisection import MOST, found_by_halves, spread


@given(count=st.integers(1, 500), data=st.data())
def test_every_wrong_place_is_found(count, data):
    wrong = data.draw(st.sets(st.integers(0, count - 1), max_size=10))
    assert found_by_halves(lambda places: bool(wrong & set(places.tolist())), count) == sorted(wrong)


def test_of_many_it_finds_the_first_ones():
    assert found_by_halves(lambda places: True, 1000) == list(range(MOST))


def test_one_of_a_million_takes_few_looks():
    looks = []

    def wrong(places):
        looks.append(len(places))
        return 123_456 in places

    assert found_by_halves(wrong, 1_000_000) == [123_456]
    assert len(looks) < 50


@pytest.mark.parametrize("shape", [(1, 1), (3, 1000)])
def test_no_entry_of_a_direction_is_small(shape):
    drawn = spread(np.random.default_rng(0), shape)
    assert drawn.shape == shape
    assert ((np.abs(drawn) >= 1) & (np.abs(drawn) <= 2)).all()
