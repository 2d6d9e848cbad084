"""The picture of a network: well formed, every unit and weight in it, nothing on top of a node."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.trace.naming import Naming
from chainrule.writers.labels import Place, overlaps
from chainrule.writers.layout import FOLDED, layout
from chainrule.writers.options import Options
from chainrule.writers.picture import of
from chainrule.writers.svg import document, svg

SPACE = "{http://www.w3.org/2000/svg}"


def ids(drawn: str) -> list[str]:
    return [each.get("id") for each in ET.fromstring(drawn).iter() if each.get("id")]


def said(drawn: str) -> list[str]:
    """Return what is written at each unit's rows and each line, a piece for each."""
    groups = ET.fromstring(drawn).iter(f"{SPACE}g")
    written = [[("".join(t.itertext())) for t in g.findall(f"{SPACE}text")] for g in groups]
    loose = [t.text or "" for t in ET.fromstring(drawn).findall(f"{SPACE}text")]
    return [" ".join(each) for each in written] + [text for each in written for text in each] + loose


def test_a_picture_of_a_tutorial_has_every_unit_weight_and_bias(tutorial):
    network, drawn = tutorial.network, ids(svg(tutorial.trace()))
    assert len(set(drawn)) == len(drawn)
    assert sum(re.fullmatch(r"unit-\d+-\d+", each) is not None for each in drawn) == sum(network.sizes)
    lines = sum(layer.inputs * layer.units + layer.units * (layer.bias != "none") for layer in network.layers)
    assert sum(each.startswith("edge-") for each in drawn) == lines


@pytest.mark.slow
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
    boxes = [Place(n.x, n.y, 0.0, n.width, n.height / 2, n.height / 2) for n in drawn.nodes]
    assert not np.triu(overlaps(boxes, boxes), 1).any()
    for x, y in (corner for box in boxes for corner in box.corners):
        assert 10 < x < drawn.width - 10
        assert 10 < y < drawn.height - 10


def test_a_wide_layer_is_folded_and_says_its_size():
    drawn = svg(cr.Network.dense([784, FOLDED, 10]))
    assert ">784<" in drawn
    assert ">10<" in drawn
    assert ">784 × 8 weights<" in drawn
    assert sum(each.startswith("unit-1-") for each in ids(drawn)) == FOLDED


def test_the_numbers_on_it_are_the_traces():
    trace = cr.tutorials.load("jain").trace()
    drawn = said(svg(trace))
    for kind, word in (("Z", "net"), ("A", "out"), ("delta", "δ")):
        assert f"{word} {trace.value(Quantity(kind, (2, 0, 1))):.4g}" in drawn
    assert "w5 0.4" in drawn
    assert f"∂ {trace.value(Quantity('dW', (2, 0, 0))):.4g}" in drawn
    assert "b2 0.6" in drawn
    assert "w5 0.4" not in said(svg(trace, numbers=False))
    assert "o2" in said(svg(trace, numbers=False))


def test_a_bias_that_a_layer_shares_is_one_node_written_once():
    drawn = svg(cr.tutorials.load("jain").trace())
    assert ids(drawn).count("bias-1") == 1
    assert drawn.count(">b1<") == 1


def test_a_screen_reader_is_told_what_is_seen():
    root = ET.fromstring(svg(cr.tutorials.load("jain").trace()))
    assert root.get("role") == "img"
    assert root.findtext(f"{SPACE}title") == root.get("aria-label")
    assert "2 inputs, 2 units, 2 units" in root.findtext(f"{SPACE}desc")


def test_a_negative_weight_is_a_dashed_line_and_not_only_a_color():
    net = cr.Network.dense([2, 1], bias="none")
    params = cr.Parameters.from_arrays(net, [[[-1.0], [1.0]]], orientation="from_to")
    drawn = svg(cr.Model(net, params).trace([[1.0, 1.0]], [[0.0]]))
    assert 'class="edge negative" id="edge-1-0-0"' in drawn
    assert 'class="edge" id="edge-1-1-0"' in drawn
    assert ".negative { stroke-dasharray" in drawn


SHAPES = [[2, 2, 2], [2, 3, 2], [2, 4, 3, 2], [4, 4, 4], [3, 5, 3], [1, 8, 1]]


def pictures():
    for name in cr.tutorials.TUTORIALS:
        yield pytest.param(cr.tutorials.load(name).trace(), id=name)
    for sizes in SHAPES:
        model = cr.Model(cr.Network.dense(sizes), seed=0)
        trace = model.trace(np.linspace(-1, 1, sizes[0])[None], np.ones((1, sizes[-1])))
        yield pytest.param(trace, id="-".join(map(str, sizes)))


@pytest.mark.parametrize("trace", list(pictures()))
def test_no_label_hides_another_or_a_unit(trace):
    picture = of(trace, True, Options(digits=4))
    places = [place for _, _, place in picture.labels()]
    nodes = picture.layout.nodes
    boxes = [Place(n.x, n.y, 0.0, n.width, n.height / 2, n.height / 2) for n in nodes]
    assert places
    assert not np.triu(overlaps(places, places), 1).any()
    assert overlaps(places, boxes).max() < 5  # the air around the letters


def test_a_picture_with_too_many_lines_for_labels_says_how_many_weights_there_are():
    trace = cr.Model(cr.Network.dense([8, 8]), seed=0).trace(np.ones((1, 8)), np.ones((1, 8)))
    assert of(trace, True, Options()).labels() == []
    assert "8 × 8 weights" in said(svg(trace))
    assert "only the number of weights is written" in svg(trace)


@pytest.mark.parametrize(
    "name", ["<script>x</script>", '"><img onerror=x>', "]]>", "-->", "&", "\0", "\ud800"]
)
def test_a_hostile_name_stays_text(name):
    naming = Naming({"input": "{unit}", "A": "{unit}"}, {"units": [[name], ["h"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming)
    root = ET.fromstring(document(trace, Options(origin={"command": name})))
    assert {each.tag.removeprefix(SPACE) for each in root.iter() if isinstance(each.tag, str)} <= {
        *("svg", "title", "desc", "style", "g", "line", "text", "tspan", "circle", "rect")
    }


def test_a_network_shows_itself_in_a_notebook():
    net = cr.Network.dense([2, 3, 1])
    assert net._repr_html_() == svg(net)
