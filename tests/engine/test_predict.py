import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.engine.predict import predict
from chainrule.network.activations import ACTIVATIONS

X = np.random.default_rng(0).normal(size=(3000, 9))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("hidden", sorted(ACTIVATIONS))
def test_the_outputs_are_those_of_the_reference(hidden, dtype):
    net = cr.Network.dense(
        [9, 20, 7, 3], hidden=hidden, output="softmax", loss="cross_entropy", bias="shared"
    )
    model = cr.Model(net, seed=1, dtype=dtype)
    found = model.predict(X[:77], engine="compiled")
    assert found.dtype == dtype
    assert np.abs(found - model.predict(X[:77], engine="reference")).max() < 100 * np.finfo(dtype).eps


@pytest.mark.parametrize("sizes", [[9, 5, 2], [9, 200, 200, 3]])
@given(st.integers(1, 3000), st.integers(0, 2999))
@settings(max_examples=20, deadline=None)
def test_a_row_does_not_depend_on_the_rows_beside_it(sizes, count, start):
    model = cr.Model(cr.Network.dense(sizes, hidden="tanh"), seed=1)
    whole = model.predict(X, engine="compiled")
    part = model.predict(X[start : start + count], engine="compiled")
    assert np.array_equal(part, whole[start : start + count])


def test_nor_on_the_threads():
    net = cr.Network.dense([9, 200, 3])
    parameters = cr.Parameters.initial(net, seed=1)
    one, two = (predict(net, parameters, X, threads) for threads in (1, 2))
    assert np.array_equal(one, two)


def test_memory_beside_the_result_is_a_tile():
    net = cr.Network.dense([9, 500, 1])
    model, rows = cr.Model(net, seed=1), np.repeat(X, 20, axis=0)
    model.predict(rows[:10], engine="compiled")
    tracemalloc.start()
    found = model.predict(rows, engine="compiled")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < found.nbytes + rows.size + 1_000_000  # of real_array's look at the rows a byte each


def test_rows_that_lie_apart_in_memory_are_taken_as_they_are():
    model = cr.Model(cr.Network.dense([9, 30, 2]), seed=1)
    wide = np.asfortranarray(X)
    assert np.array_equal(model.predict(wide, engine="compiled"), model.predict(X, engine="compiled"))
