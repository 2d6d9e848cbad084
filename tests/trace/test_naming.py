"""Each tutorial's own names, on the right numbers."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.network.formula import Quantity
from chainrule.trace.naming import Naming
from chainrule.tutorials.tutorial import DATA


def by_name(trace) -> dict[str, float]:
    """Return every number of a trace under its name."""
    numbers = {trace.name(each): trace.value(each) for key in trace.given for each in trace.entries(*key)}
    return numbers | {trace.name(each.quantity): each.value for each in trace}


def facts(name: str) -> dict:
    return json.loads((DATA / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_every_number_that_came_in_has_the_tutorials_name_and_value(name):
    numbers, told = by_name(tutorials.load(name).trace()), facts(name)
    for parameter, value in told["values"].items():
        assert numbers[parameter] == value["value"]
    assert set(tutorials.load(name).trace().given) == {
        ("A", 0), *((letter, l) for l in range(1, len(told["preset"]["layers"]) + 1) for letter in "Wb"
        if letter == "W" or told["preset"]["biases"]), ("Y", len(told["preset"]["layers"])), ("eta", 0),
    }  # fmt: skip


# Name, and the place in our arrays where it must stand: rows of W are inputs.
PLACES = {
    "jain": {
        "i1": ("A", 0, 0, 0),
        "w2": ("W", 1, 1, 0),  # from i2 to h1
        "w5": ("W", 2, 0, 0),
        "b2": ("b", 2, 0),
        "net_h1": ("Z", 1, 0, 0),
        "out_o1": ("A", 2, 0, 0),
        "target_o1": ("Y", 2, 0, 0),
        "E_o2": ("loss_term", 2, 0, 1),
        "E_total": ("loss", 2),
        "delta_o1": ("delta", 2, 0, 0),
        "∂E_total/∂w5": ("dW", 2, 0, 0),
        "∂E_total/∂out_h1": ("dA", 1, 0, 0),
        "∂out_h1/∂net_h1": ("slope", 1, 0, 0),
        "w5+": ("W_after", 2, 0, 0),
        "eta": ("eta", 0),
        "E_total after": ("loss_after", 2),
    },
    "dustbunny": {
        "a_0_0": ("A", 0, 0, 0),
        "a_1_2": ("A", 2, 0, 1),
        "w_01_1": ("W", 1, 1, 0),  # to 0, from 1
        "w_12_2": ("b", 2, 1),  # the bias of 1 is the weight of the bias node 2
        "T_1": ("Y", 2, 0, 1),
        "delta_0_1": ("delta", 1, 0, 0),
        "C": ("loss", 2),
        "gamma": ("eta", 0),
    },
    "general-purpose": {
        "a2": ("A", 0, 0, 1),
        "w_c7": ("W", 2, 2, 1),  # from b3 to c2
        "net_b4": ("Z", 1, 0, 3),
        "out_d2": ("A", 3, 0, 1),
        "target_d1": ("Y", 3, 0, 0),
        "E_d1": ("loss_term", 3, 0, 0),
        "E_total": ("loss", 3),
    },
    "sadiya": {
        "x_2": ("A", 0, 0, 1),
        "w_1_0_1": ("W", 2, 1, 0),  # from 1 to 0, of weight layer 1
        "b_2_0": ("b", 1, 2),
        "net(y_1)": ("Z", 2, 0, 0),
        "out(h_3)": ("A", 1, 0, 2),
        "u_2": ("Y", 2, 0, 1),
        "E": ("loss", 2),
        "gamma": ("eta", 0),
    },
    "kumar": {
        "w_32_1": ("W", 1, 1, 2),  # to 3, from 2, of layer 1
        "w_13_2": ("W", 2, 2, 0),
        "b_1": ("b", 1, 0),
        "Z_3_2": ("Z", 1, 0, 2),
        "a_1_3": ("A", 2, 0, 0),
        "C": ("loss", 2),
        "learningRate": ("eta", 0),
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "own", "place"), [(t, n, p) for t in PLACES for n, p in PLACES[t].items()])
def test_a_name_stands_for_the_right_number(name, own, place):
    trace = tutorials.load(name).trace()
    kind, layer, *indices = place
    assert trace.name(Quantity(kind, (layer, *indices))) == own
    assert by_name(trace)[own] == trace.value(Quantity(kind, (layer, *indices)))


def test_every_name_belongs_to_one_number_only(tutorial):
    trace = tutorial.trace()
    assert len(by_name(trace)) == len(trace) + sum(values.size for values in trace.given.values())


@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_our_own_names_belong_to_one_number_each(data, steps):
    trace = data.draw(steps).trace()
    assert len(by_name(trace)) == len(trace) + sum(values.size for values in trace.given.values())


@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_with_several_rows_a_tutorials_names_say_which_row(name):
    tutorial = tutorials.load(name)
    X, Y = np.tile(tutorial.X, (3, 1)), np.tile(tutorial.Y, (3, 1))
    trace = tutorial.model.trace(X, Y, naming=tutorial.naming)
    assert len(by_name(trace)) == len(trace) + sum(values.size for values in trace.given.values())


def test_a_template_for_the_inputs_alone_says_the_row_too():
    naming = Naming({"input": "x{j_}"}, rows_shown=True)
    assert naming.name(Quantity("A", (0, 1, 0))) == "x1[2]"


def test_our_names_can_be_typed():
    network = cr.Network.dense([2, 3, 1])
    trace = cr.Model(network, seed=1).trace([[0.5, -1.0]], [[0.25]])
    params = cr.Parameters.initial(network, 1)
    tape = cr.forward(network, params, [[0.5, -1.0]])
    typed = vars(tape) | {"W": params.W, "b": params.b}
    for quantity in (Quantity("W", (1, 1, 2)), Quantity("Z", (2, 0, 0)), Quantity("A", (1, 0, 2))):
        assert eval(trace.name(quantity), typed) == trace.value(quantity)


@pytest.mark.parametrize("orientation", ["from_to", "to_from"])
def test_weights_are_told_in_the_readers_order(orientation):
    told = list(Naming(orientation=orientation).in_order("W", (2, 3)))
    columns = [place[0 if orientation == "from_to" else 1] for place in told]
    assert sorted(told) == [(i, j) for i in range(2) for j in range(3)]
    assert columns == sorted(columns)


def test_jain_tells_its_weights_as_they_are_numbered():
    given = list(by_name(tutorials.load("jain").trace()))
    weights = [name for name in given if name[0] == "w" and name[1:].isdigit()]
    assert weights == ["w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8"]
