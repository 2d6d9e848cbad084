"""Which rows are held out: of each class its share, groups whole, the latest last, always the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import InvalidValueError
from chainrule.train.splits import hold_out, how_many

ROWS = st.integers(2, 200)
PART = st.floats(0.05, 0.9)


@given(rows=ROWS, part=PART, seed=st.integers(0, 2**32))
def test_every_row_is_on_one_side_and_neither_is_empty(rows, part, seed):
    learned, held = hold_out(rows, part, seed)
    assert sorted([*learned, *held]) == list(range(rows))
    assert len(held) == how_many(rows, part) >= 1
    assert len(learned) >= 1


@given(seed=st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_rows(seed):
    assert hold_out(50, 0.3, seed)[1].tolist() == hold_out(50, 0.3, seed)[1].tolist()


def test_another_seed_gives_other_rows():
    assert hold_out(50, 0.3, 0)[1].tolist() != hold_out(50, 0.3, 1)[1].tolist()


@settings(max_examples=200)
@given(
    sizes=st.lists(st.integers(2, 60), min_size=2, max_size=6),
    part=st.floats(0.1, 0.5),
    seed=st.integers(0, 2**32),
)
def test_each_class_is_held_out_in_its_part(sizes, part, seed):
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    learned, held = hold_out(len(classes), part, seed, classes=classes)
    for c, size in enumerate(sizes):
        share = np.sum(classes[held] == c)
        assert abs(share - size * part) < 1 + 1e-9
        assert np.sum(classes[learned] == c) >= 1


@given(groups=st.lists(st.integers(0, 9), min_size=2, max_size=60), part=PART, seed=st.integers(0, 2**32))
def test_a_group_is_on_one_side_only(groups, part, seed):
    groups = np.array(groups)
    if len(np.unique(groups)) < 2:
        with pytest.raises(InvalidValueError):
            hold_out(len(groups), part, seed, groups=groups)
        return
    learned, held = hold_out(len(groups), part, seed, groups=groups)
    assert not set(groups[learned]) & set(groups[held])


@given(times=st.lists(st.integers(0, 100), min_size=2, max_size=60), part=PART)
def test_the_latest_rows_are_held_out(times, part):
    times = np.array(times)
    learned, held = hold_out(len(times), part, 0, times=times)
    assert times[learned].max() <= times[held].min()


@pytest.mark.parametrize("part", [0, 1, -0.1, 1.5, float("nan")])
def test_a_part_out_of_its_range_is_refused(part):
    with pytest.raises(InvalidValueError, match="the part of the rows held out was"):
        hold_out(10, part, 0)


def test_one_row_cannot_be_divided():
    with pytest.raises(InvalidValueError, match="the number of rows was 1"):
        hold_out(1, 0.2, 0)
