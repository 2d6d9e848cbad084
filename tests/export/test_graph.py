"""A graph has no two things of one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule import InvalidValueError
from chainrule.export.graph import Graph

NAMES = st.sampled_from(["a", "a_2", "a_2_2", "a_3", "b", ""])


@given(st.lists(NAMES))
def test_no_name_is_given_twice(wanted):
    graph = Graph()
    given_names = [graph.free(name) for name in wanted]
    assert len(set(given_names)) == len(wanted)
    first = {name: at for at, name in reversed(list(enumerate(wanted)))}
    for name, at in first.items():
        assert given_names[at].startswith(name)


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", None, 3])
def test_a_name_that_no_file_holds_is_refused(name):
    with pytest.raises(
        InvalidValueError, match=r"^the name of an input was .*; it may be any text but an empty"
    ):
        Graph().add_input(name, "float32", 1)


def test_two_inputs_of_one_name_are_refused():
    graph = Graph()
    graph.add_input("a", "float32", 1)
    with pytest.raises(InvalidValueError, match=r"^the name of an input was 'a', as that of another one"):
        graph.add_input("a", "string", 1)


def test_a_constant_is_there_once_for_each_precision():
    graph = Graph()
    names = [graph.constant(value, dtype) for value in (1, 1.0, 0.1) for dtype in ("float32", "float64")]
    assert len(set(names)) == len(graph.arrays) == 4
    assert names[:2] == names[2:4]


def test_zero_has_two_signs():
    graph = Graph()
    assert graph.constant(0.0, "float32") != graph.constant(-0.0, "float32")


def test_constants_that_differ_in_the_last_digit_are_two():
    graph = Graph()
    names = [graph.constant(value, "float64") for value in (0.1, 0.1 + 1e-16)]
    assert [float(graph.arrays[name]) for name in names] == [0.1, 0.1 + 1e-16]
    assert names[0] != names[1]
