"""What a screen reader says of the picture: every node and every line, each with its numbers."""

import re

import pytest
from hypothesis import given, settings
from page_states import lessons, opened

from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.place import quantity_at
from chainrule.page.scene import scene_of
from chainrule.page.spoken import Spoken
from chainrule.page.state import State
from chainrule.page.view import Look, View
from chainrule.writers.options import Options

FOUR = Options(digits=4)


def spoken(state):
    trace = state.trace
    return list(Spoken(trace, scene_of(trace, FOUR), FOUR).elements())


def of_sizes(sizes):
    return State.opened(menu.changed(opened("jain").lesson, Asked({"sizes": sizes})))


def test_every_node_and_line_of_jain():
    assert spoken(opened("jain")) == [
        ("unit-0-0", "A.0.0.0", "input i1, 0.05"),
        ("unit-0-1", "A.0.0.1", "input i2, 0.1"),
        ("unit-1-0", "A.1.0.0", "unit h1, net 0.3775, out 0.5933, error signal 0.008771"),
        ("unit-1-1", "A.1.0.1", "unit h2, net 0.3925, out 0.5969, error signal 0.009954"),
        ("unit-2-0", "A.2.0.0", "unit o1, net 1.106, out 0.7514, error signal 0.1385"),
        ("unit-2-1", "A.2.0.1", "unit o2, net 1.225, out 0.7729, error signal -0.0381"),
        ("bias-1", "b.1.0", "bias of layer 1, 0.35"),
        ("bias-2", "b.2.0", "bias of layer 2, 0.6"),
        ("edge-1-0-0", "W.1.0.0", "weight w1, from i1 to h1, 0.15, gradient 0.0004386"),
        ("edge-1-0-1", "W.1.0.1", "weight w3, from i1 to h2, 0.25, gradient 0.0004977"),
        ("edge-1-1-0", "W.1.1.0", "weight w2, from i2 to h1, 0.2, gradient 0.0008771"),
        ("edge-1-1-1", "W.1.1.1", "weight w4, from i2 to h2, 0.3, gradient 0.0009954"),
        ("edge-1-bias-0", "b.1.0", "bias b1, of h1, 0.35, gradient 0.01873"),
        ("edge-1-bias-1", "b.1.0", "bias b1, of h2, 0.35, gradient 0.01873"),
        ("edge-2-0-0", "W.2.0.0", "weight w5, from h1 to o1, 0.4, gradient 0.08217"),
        ("edge-2-0-1", "W.2.0.1", "weight w7, from h1 to o2, 0.5, gradient -0.0226"),
        ("edge-2-1-0", "W.2.1.0", "weight w6, from h2 to o1, 0.45, gradient 0.08267"),
        ("edge-2-1-1", "W.2.1.1", "weight w8, from h2 to o2, 0.55, gradient -0.02274"),
        ("edge-2-bias-0", "b.2.0", "bias b2, of o1, 0.6, gradient 0.1004"),
        ("edge-2-bias-1", "b.2.0", "bias b2, of o2, 0.6, gradient 0.1004"),
    ]


def test_of_several_rows_the_first_is_said():
    state = opened("xor")
    told = {each: said for each, _, said in spoken(state)}
    assert len(told) == 2 + 8 + 1 + 2 + 3 * 8 + 9
    assert told["unit-0-0"] == f"input A[0][0,0], {state.trace.start.data.X[0, 0]:g}"
    assert told["edge-2-7-0"].startswith("weight W[2][7,0], from A[1][0,7] to A[2][0,0], ")


def test_a_folded_layer_is_said_as_a_whole():
    told = {each: (place, said) for each, place, said in spoken(of_sizes("1000-9-8-1"))}
    assert told["layer-0"] == ("A.0.0.0", "1,000 inputs, folded")
    assert told["layer-1"] == ("Z.1.0.0", "layer 1, 9 units, folded")
    assert told["edge-1-0-0"] == ("W.1.0.0", "1,000 × 9 weights, folded")
    assert told["edge-2-0-7"] == ("W.2.0.7", "9 × 8 weights, folded")
    assert told["edge-3-0-0"][1].startswith("weight w")
    assert "edge-1-bias-0" not in told
    assert told["bias-1"][1].startswith("bias of layer 1, ")


@pytest.mark.parametrize("word", [word for word, _ in menu.EXAMPLES])
def test_what_is_said_is_in_the_picture_and_selects_a_number(word):
    state = opened(word)
    view = View(state, Look()).whole("")
    ids = re.findall(r' id="([^"]+)"', view["picture"])
    nodes_and_lines = [each for each in ids if re.fullmatch(r"(unit|bias|layer)-[0-9-]+|edge-.+", each)]
    assert sorted(each for each, _, _ in view["spoken"]) == sorted(nodes_and_lines)
    for _, place, _ in view["spoken"]:
        quantity_at(state.trace, place)


@settings(max_examples=10, deadline=None)
@given(lesson=lessons())
def test_any_network_is_said_whole(lesson):
    state = State.opened(lesson)
    view = View(state, Look()).whole("")
    ids = set(re.findall(r' id="([^"]+)"', view["picture"]))
    assert {each for each, _, _ in view["spoken"]} <= ids
    assert len(view["spoken"]) == len({each for each, _, _ in view["spoken"]})
    for _, place, said in view["spoken"]:
        assert quantity_at(state.trace, place)
        assert said.isprintable()
