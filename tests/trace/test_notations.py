"""Notations to choose from: every one names every number of any network, each by a name of its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.network.formula import Quantity
from chainrule.trace.notations import NOTATIONS, notation


def names_of(trace) -> list[str]:
    given_ = [trace.name(each) for key in trace.given for each in trace.entries(*key)]
    return given_ + [trace.name(each.quantity) for each in trace]


def traced(sizes, name, rows=1, bias="per_unit"):
    net = cr.Network.dense(sizes, hidden="tanh", output="sigmoid", bias=bias)
    X, Y = [[0.5] * sizes[0]] * rows, [[0.25] * sizes[-1]] * rows
    return cr.Model(net, seed=0).trace(X, Y, naming=name, optimizer=cr.Adam())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(list(NOTATIONS)),
    sizes=st.lists(st.integers(1, 12), min_size=2, max_size=6),
    rows=st.integers(1, 2),
    bias=st.sampled_from(["per_unit", "shared", "none"]),
)
def test_every_number_of_any_network_has_a_name_of_its_own(name, sizes, rows, bias):
    names = names_of(traced(sizes, name, rows, bias))
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_a_tutorials_notation_is_the_one_that_its_own_network_has(name):
    tutorial = tutorials.load(name)
    assert tutorial.naming == notation(name, tutorial.network)


@pytest.mark.parametrize("name", NOTATIONS)
def test_the_numbers_do_not_depend_on_the_names(name):
    ours, other = traced([2, 3, 1], "ours"), traced([2, 3, 1], name)
    assert [family.values.tolist() for family in ours.families] == [
        family.values.tolist() for family in other.families
    ]


def test_jain_numbers_weights_through_all_layers_unit_by_unit():
    naming = notation("jain", cr.Network.dense([3, 2, 2, 1]))
    weights = [Quantity("W", (1, i, 1)) for i in range(3)]
    assert [naming.name(each) for each in weights] == ["w4", "w5", "w6"]
    assert naming.name(Quantity("W", (3, 1, 0))) == "w12"
    assert [naming.name(Quantity("Z", (l, 0, 0))) for l in (1, 2, 3)] == ["net_h1", "net_k1", "net_o1"]


def test_a_path_of_jain_is_the_loss_of_its_output_where_that_is_what_it_is():
    two, three = (notation("jain", cr.Network.dense(sizes)) for sizes in ([2, 2, 2], [2, 2, 2, 2]))
    assert two.name(Quantity("path", (1, 0, 0, 1))) == "∂E_o2/∂out_h1"
    assert three.name(Quantity("path", (1, 0, 0, 1))) == "∂E_total/∂out_h1 via out_k2"
    many_rows = traced([2, 2, 2], "jain", rows=2)
    assert many_rows.name(Quantity("path", (1, 1, 0, 1))) == "∂E_total/∂out_h1[2] via out_o2[2]"


def test_an_unknown_notation_gets_the_nearest():
    with pytest.raises(cr.UnknownNameError, match=r"did you mean kumar\?"):
        notation("kumer", cr.Network.dense([1, 1]))


def test_something_else_than_a_naming_is_refused():
    with pytest.raises(cr.InvalidTypeError, match="the naming of a trace was 3"):
        cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=3)
