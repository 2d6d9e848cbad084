import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

import chainrule as cr
from chainrule.engine import random
from chainrule.network import draws
from chainrule.network.rows import order
from chainrule.reference.forward import dropout_masks

SEEDS = st.integers(0, 2**64 - 1)
block = njit(lambda *given: random.block(*given))
drop = njit(lambda *given: random.drop(*given))
put_in_order = njit(lambda *given: random.shuffle(*given))


@given(SEEDS, st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 100))
@settings(deadline=None)
def test_the_words_are_those_of_the_draws(seed, first, second, number):
    wanted = draws.words(4 * number + 4, seed, "dropout", first, second)[-4:]
    found = block(number, np.uint64(seed), random.DROPOUT, np.uint64(first), np.uint64(second))
    assert list(found) == wanted.tolist()


def test_the_purposes_have_the_numbers_of_the_draws():
    assert draws._PURPOSES["rows"] == random.ROWS
    assert draws._PURPOSES["dropout"] == random.DROPOUT


def shuffled(n, seed, epoch, buckets):
    found = np.zeros(n, dtype=np.uint32)
    room = np.zeros(n + random.WORDS, dtype=np.uint64), np.zeros(buckets + 1, dtype=np.int64)
    put_in_order(found, *room, np.uint64(seed), np.uint64(epoch))
    return found


@given(st.integers(1, 3000), SEEDS, st.integers(0, 2**40), st.integers(0, 11))
@settings(deadline=None)
def test_the_order_is_that_of_the_rows(n, seed, epoch, bits):
    assert np.array_equal(shuffled(n, seed, epoch, 1 << bits), order(seed, epoch, [n]))


def test_a_million_rows_have_the_order_of_the_rows():
    n = 1_000_003
    assert np.array_equal(shuffled(n, 5, 9, 1 << 18), order(5, 9, [n]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("first", "rows"), [(0, 7), (2, 3), (5, 2)])
def test_the_masks_are_those_of_the_reference(first, rows, dtype):
    net = cr.Network.dense([2, 5, 1], dropout=0.4)
    mask = dropout_masks(net, 7, np.dtype(dtype), seed=3, step=11)[1]
    outputs, slopes = np.ones(rows * 5, dtype), np.full(rows * 5, 2, dtype)
    drop(outputs, slopes, first * 5, 0.4, np.uint64(3), np.uint64(11), np.uint64(1))
    assert np.array_equal(outputs.reshape(rows, 5), mask[first : first + rows])
    assert np.array_equal(slopes, 2 * outputs)
