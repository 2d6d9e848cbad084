"""What lights up in the picture for a number: its own unit, line or bias, and nothing of another number."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.writers.lights import lights
from chainrule.writers.options import Options
from chainrule.writers.svg import svg


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_what_lights_up_is_there(data, steps):
    trace = data.draw(steps).trace()
    ids = set(re.findall(r' id="([^"]+)"', svg(trace, alone=False, options=Options(digits=4))))
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    for quantity in [*given, *(each.quantity for each in trace)]:
        named = {each for each in lights(trace.network, quantity) if not each.startswith("label-")}
        assert named <= ids


@pytest.mark.parametrize("row", [0, 1])
def test_the_weight_of_a_row_is_no_unit(row):
    network = cr.Network.dense([2, 3, 1])
    assert lights(network, Quantity("w", (0, row))) == []
    assert lights(network, Quantity("A", (0, row, 1)))[0] == "unit-0-1"
