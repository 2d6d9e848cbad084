import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples

from chainrule.errors import InvalidValueError
from chainrule.network import draws
from chainrule.network.rows import Plan, order, shard_rows, shards

SEEDS = st.integers(0, 2**64 - 1)
GROUPS = st.lists(st.integers(1, 8), min_size=1, max_size=5)


@examples(60)
@given(SEEDS, st.integers(0, 1000), GROUPS)
def test_an_order_visits_every_row_once_and_is_a_pure_function(seed, epoch, groups):
    first = order(seed, epoch, groups)
    assert sorted(first.tolist()) == list(range(sum(groups)))
    assert first.dtype.kind == "i"
    assert np.array_equal(first, order(seed, epoch, groups))


@examples(60)
@given(SEEDS, st.integers(0, 1000), GROUPS)
def test_the_rows_of_a_group_stay_side_by_side(seed, epoch, groups):
    ends = np.cumsum(groups)
    group_of_row = np.searchsorted(ends, order(seed, epoch, groups), side="right")
    changes = np.count_nonzero(np.diff(group_of_row))
    assert changes == len(groups) - 1


def test_golden_orders():
    assert order(0, 0, [10]).tolist() == [6, 7, 2, 9, 1, 3, 5, 0, 4, 8]
    assert order(0, 1, [10]).tolist() == [9, 8, 5, 7, 2, 1, 3, 6, 0, 4]
    assert order(7, 2, [3, 4, 2]).tolist() == [2, 1, 0, 6, 5, 4, 3, 7, 8]


def test_the_order_sorts_the_words_and_keeps_equal_ones_in_place(monkeypatch):
    words = np.arange(100, dtype=np.uint64)[::-1] // np.uint64(20)  # 4 twenty times, 3 twenty times ...
    monkeypatch.setattr(draws, "words", lambda count, *_: words[:count])
    expected = [row for word in range(5) for row in range(100) if words[row] == word]
    assert order(0, 0, [100]).tolist() == expected


def test_seed_and_epoch_change_the_order():
    assert len({order(seed, epoch, [30]).tobytes() for seed in range(3) for epoch in range(3)}) == 9


def test_every_row_comes_first_about_as_often():
    firsts = np.bincount([order(0, epoch, [5])[0] for epoch in range(5000)], minlength=5)
    assert np.abs(firsts - 1000).max() < 5 * np.sqrt(5000 * 0.2 * 0.8)


PLANS = st.builds(Plan, st.integers(1, 40), st.integers(1, 50), st.booleans())


@examples(100)
@given(PLANS, st.integers(0, 5))
def test_the_batches_of_an_epoch_are_all_of_its_rows_in_order(plan, epoch):
    first = epoch * plan.steps_per_epoch
    batches = [plan.batch(step) for step in range(first, first + plan.steps_per_epoch)]
    seen = [row for batch in batches for row in range(plan.rows)[batch]]
    assert seen == list(range(plan.rows))
    assert all(batch.stop - batch.start == plan.batch_rows for batch in batches[:-1])
    assert 1 <= batches[-1].stop - batches[-1].start <= plan.batch_rows
    assert {plan.epoch_of(first), plan.epoch_of(first + plan.steps_per_epoch - 1)} == {epoch}


@examples(60)
@given(PLANS, SEEDS, st.integers(0, 5))
def test_a_plan_shuffles_only_when_asked_and_when_there_is_something_to_shuffle(plan, seed, epoch):
    got = plan.order(seed, epoch)
    if plan.shuffle and plan.rows > 1:
        assert np.array_equal(got, order(seed, epoch, [plan.rows]))
    else:
        assert got is None


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "3", None])
def test_a_plan_wants_whole_numbers(bad):
    with pytest.raises(InvalidValueError, match="the number of rows was"):
        Plan(bad, 1)
    with pytest.raises(InvalidValueError, match="batch_size was"):
        Plan(1, bad)


@examples(60)
@given(st.integers(0, 1000), st.integers(1, 300))
def test_shards_cut_all_rows_in_order(rows, rows_of_a_shard):
    cut = shards(rows, rows_of_a_shard)
    assert [row for shard in cut for row in range(rows)[shard]] == list(range(rows))
    assert all(shard.stop - shard.start == rows_of_a_shard for shard in cut[:-1])


@pytest.mark.parametrize(
    ("sizes", "dtype", "rows"),
    [
        ([512, 1], np.float64, 64),
        ([513, 1], np.float64, 256),
        ([1, 1024, 1], np.float32, 64),
        ([1, 1025, 1], np.float32, 256),
        ([1, 1, 512], "float64", 64),
    ],
)
def test_a_shard_has_rows_by_the_widest_layer_and_the_precision(sizes, dtype, rows):
    assert shard_rows(sizes, dtype) == rows


def test_a_plan_that_begins_later_counts_its_epochs_from_there():
    plan = Plan(rows=10, batch_rows=4, first_step=7)
    assert [plan.epoch_of(step) for step in (7, 9, 10)] == [0, 0, 1]
    assert plan.batch(8) == slice(4, 8)
    assert plan.epochs_before(10) == 1
    with pytest.raises(InvalidValueError, match="the first step was -1"):
        Plan(10, 4, first_step=-1)
