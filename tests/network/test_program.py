import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples, fingerprint

from chainrule.errors import InvalidValueError, ShapeError
from chainrule.network.network import Network
from chainrule.network.program import Data

NET = Network.dense([2, 1])


@examples(60)
@given(st.integers(1, 9), st.booleans(), st.data())
def test_some_rows_are_those_of_all_three_arrays(n, weighted, data):
    X, Y = np.arange(2.0 * n).reshape(n, 2), np.arange(n)[:, np.newaxis] * -1.0
    rows = Data.of(NET, X, Y, np.arange(1.0, n + 1) if weighted else None)
    chosen = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=9)))
    some = rows.rows(chosen)
    assert np.array_equal(some.X, X[chosen])
    assert np.array_equal(some.Y, Y[chosen])
    assert (some.row_weights is None) == (not weighted)
    if weighted:
        assert np.array_equal(some.row_weights, chosen + 1.0)


def test_what_comes_in_is_cast_once_to_the_precision():
    rows = Data.of(NET, [[1, 2]], [[True]], [3], dtype=np.complex64)
    assert (rows.X.dtype, rows.Y.dtype, rows.row_weights.dtype) == (np.float32,) * 3


def test_the_normalizer_is_the_number_of_rows_or_the_sum_of_their_weights():
    assert Data.of(NET, [[1, 2], [3, 4]], [[0], [0]]).normalizer == 2
    weighted = Data.of(NET, [[1, 2], [3, 4]], [[0], [0]], [0.5, 0.25])
    assert weighted.normalizer == 0.75
    assert type(weighted.normalizer) is float


def test_rows_are_weighed_one_by_one():
    weighted = Data.of(NET, [[1, 2], [3, 4]], [[0], [0]], [0.5, 2])
    assert weighted.weigh(np.ones((2, 3))).tolist() == [[0.5] * 3, [2] * 3]
    numbers = np.ones((2, 3))
    assert Data.of(NET, [[1, 2], [3, 4]], [[0], [0]]).weigh(numbers) is numbers


def test_the_callers_arrays_are_left_alone():
    arrays = [np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([1.0])]
    before = [fingerprint(array) for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    rows = Data.of(NET, *arrays)
    rows.weigh(rows.Y), rows.rows(slice(0, 1))
    assert [fingerprint(array) for array in arrays] == before


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        ([[1, 2, 3]], [[0]], r"the shape of X was \(1, 3\); it may be \(n, 2\)"),
        ([[1, 2]], [[0, 1]], r"the shape of Y was \(1, 2\); it may be \(n, 1\)"),
        ([[1, 2], [3, 4]], [[0]], r"the shapes of X and Y were \(2, 2\) and \(1, 1\)"),
    ],
)
def test_shapes_that_do_not_fit_are_shown(X, Y, message):
    with pytest.raises(ShapeError, match=message):
        Data.of(NET, X, Y)


def test_a_target_without_a_meaning_for_the_loss_is_refused():
    net = Network.dense([1, 1], output="sigmoid", loss="binary_cross_entropy")
    with pytest.raises(InvalidValueError, match="the target at row 1, column 0 was 2"):
        Data.of(net, [[0], [0]], [[1], [2]])
