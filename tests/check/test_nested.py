"""A point of any build becomes a vector and comes back as it was."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import chainrule as cr
from chainrule.check.nested import Point

LEAVES = arrays.arrays(
    np.float64, arrays.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3), elements=st.floats(-9, 9)
)
POINTS = st.recursive(
    LEAVES,
    lambda inside: st.one_of(
        st.dictionaries(st.text(max_size=3), inside, min_size=1, max_size=3),
        st.lists(inside, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=6,
)


def same(one, other) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return np.array_equal(one, other)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(point=POINTS)
def test_filled_with_its_own_vector_it_is_the_point(point):
    taken = Point(point)
    assert same(point, taken.filled(taken.vector))
    np.testing.assert_array_equal(taken.gathered(point), taken.vector)
    names = [taken.entry(place) for place in range(taken.vector.size)]
    assert len(set(names)) == len(names)


def test_an_entry_is_called_as_python_takes_it_out():
    point = {"W": [np.zeros((2, 3)), np.zeros(3)], "b": 1.0}
    assert [Point(point).entry(place) for place in (5, 6, 9)] == ["['W'][0][1, 2]", "['W'][1][0]", "['b']"]


def test_lists_of_numbers_are_arrays_and_ragged_ones_are_not():
    assert isinstance(Point([[1, 2], [3, 4]]).filled(np.arange(4.0)), np.ndarray)
    ragged = Point([[1, 2], [3]]).filled(np.arange(3.0))
    assert [each.tolist() for each in ragged] == [[0.0, 1.0], [2.0]]


def test_a_named_tuple_stays_one():
    Pair = namedtuple("Pair", "W b")
    filled = Point(Pair(np.ones(2), 3.0)).filled(np.array([4.0, 5.0, 6.0]))
    assert filled.b == 6.0
    assert filled.W.tolist() == [4.0, 5.0]


def test_the_arrays_of_a_filled_point_are_new():
    values = np.ones(3)
    point = Point(values)
    point.filled(point.vector)[:] = 7
    assert values.tolist() == point.vector.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("wrong", [{"W": np.ones(2)}, {"W": np.ones(3), "b": None}, 3.0, [np.ones(3)]])
def test_a_gradient_of_another_build_is_refused(wrong):
    with pytest.raises(cr.ChainruleError, match=r"the gradient\['"):
        Point({"W": np.ones(3), "b": 1.0}).gathered(wrong)
