"""The picture of a network: well formed, every unit and weight in it, nothing on top of a node."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.trace.naming import Naming
from chainrule.writers.layout import FOLDED, label_places, layout
from chainrule.writers.options import Options
from chainrule.writers.svg import document, svg

SPACE = "{http://www.w3.org/2000/svg}"


def ids(drawn: str) -> list[str]:
    return [each.get("id") for each in ET.fromstring(drawn).iter(f"{SPACE}g") if each.get("id")]


def test_a_picture_of_a_tutorial_has_every_unit_weight_and_bias(tutorial):
    network, drawn = tutorial.network, ids(svg(tutorial.trace()))
    assert len(set(drawn)) == len(drawn)
    assert sum(each.startswith("unit-") for each in drawn) == sum(network.sizes)
    lines = sum(layer.inputs * layer.units + layer.units * (layer.bias != "none") for layer in network.layers)
    assert sum(each.startswith("edge-") for each in drawn) == lines


@settings(max_examples=80, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_picture_of_any_step_is_well_formed(data, steps):
    trace = data.draw(steps).trace()
    ET.fromstring(document(trace, Options()))
    ET.fromstring(svg(trace.network))


@given(sizes=st.lists(st.integers(1, 40), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_node_lies_on_another_and_all_are_inside(sizes):
    drawn = layout(cr.Network.dense(sizes))
    for one, other in combinations(drawn.nodes, 2):
        assert abs(one.x - other.x) + abs(one.y - other.y) > 60
    for node in drawn.nodes:
        assert 40 < node.x < drawn.width - 40
        assert 20 < node.y < drawn.height - 20


def test_a_wide_layer_is_folded_and_says_its_size():
    drawn = svg(cr.Network.dense([784, FOLDED, 10]))
    assert ">784<" in drawn
    assert ">10<" in drawn
    assert sum(each.startswith("unit-1-") for each in ids(drawn)) == FOLDED


def test_the_numbers_on_it_are_the_traces():
    trace = cr.tutorials.load("jain").trace()
    drawn = svg(trace)
    for kind, said in (("Z", "net {}"), ("A", "out {}"), ("delta", "δ {}")):
        value = trace.value(Quantity(kind, (2, 0, 1)))
        assert f">{said.format(f'{value:.4g}')}<" in drawn
    assert ">w5 0.4<" in drawn
    assert "0.4<" not in svg(trace, numbers=False)


def test_a_negative_weight_is_a_dashed_line_and_not_only_a_color():
    net = cr.Network.dense([2, 1], bias="none")
    params = cr.Parameters.from_arrays(net, [[[-1.0], [1.0]]], orientation="from_to")
    drawn = svg(cr.Model(net, params).trace([[1.0, 1.0]], [[0.0]]))
    assert 'class="edge negative" id="edge-1-from-0-to-0"' in drawn
    assert 'class="edge" id="edge-1-from-1-to-0"' in drawn
    assert ".negative line { stroke-dasharray" in drawn


@pytest.mark.parametrize("name", ["jain", "dustbunny", "general-purpose", "kumar"])
def test_no_label_hides_another(name):
    trace = cr.tutorials.load(name).trace()
    drawn = layout(trace.network)
    labels = [(edge, "w_c10 0.123") for edge in drawn.edges]
    places = label_places(drawn, labels)
    hidden = sum(abs(a[0] - b[0]) < 50 and abs(a[1] - b[1]) < 8 for a, b in combinations(places, 2))
    assert hidden <= 1


@pytest.mark.parametrize(
    "name", ["<script>x</script>", '"><img onerror=x>', "]]>", "-->", "&", "\0", "\ud800"]
)
def test_a_hostile_name_stays_text(name):
    naming = Naming({"input": "{unit}", "A": "{unit}"}, {"units": [[name], ["h"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming)
    root = ET.fromstring(document(trace, Options(origin={"command": name})))
    assert {each.tag.removeprefix(SPACE) for each in root.iter() if isinstance(each.tag, str)} <= {
        *("svg", "title", "style", "g", "line", "text", "circle", "rect")
    }


def test_a_network_shows_itself_in_a_notebook():
    net = cr.Network.dense([2, 3, 1])
    assert net._repr_html_() == svg(net)
