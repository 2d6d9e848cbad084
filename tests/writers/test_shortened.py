"""Wide layers: sums are cut, it is said wherever they are, and no number changes."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.writers import html, json_trace, latex, markdown, text
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.options import Options
from chainrule.writers.outline import outline
from chainrule.writers.shortened import shortened

SAID = "of each sum of 40 terms the ends are shown: ask for all with -"
WRITERS = [html.document, latex.document, markdown.document, text.document]


def wide_step():
    """Return a step with a layer of 40 inputs."""
    model = cr.Model(cr.Network.dense([40, 2, 1]), seed=0)
    return model.trace(np.linspace(-1, 1, 40)[None], [[0.5]])


@pytest.mark.parametrize("document", WRITERS)
def test_every_writer_says_that_sums_are_cut_and_shows_them_whole_when_asked(document):
    short, whole = (document(wide_step(), Options(most=most)) for most in (39, 40))
    assert SAID in short
    assert SAID not in whole
    assert len(short) < len(whole)


def test_json_says_it_too_and_keeps_every_number(tmp_path):
    told = json.loads(json_trace.document(wide_step(), Options(most=5)))
    cut = {(each["kind"], each["layer"], each["part"]): each["sums_cut"] for each in told["families"]}
    assert cut["Z", 1, "forward"] == [40]
    assert cut["Z", 2, "forward"] == []
    path = tmp_path / "wide.json"
    path.write_text(json.dumps(told))
    assert json_trace.read_trace(path).value(Quantity("Z", (1, 0, 0))) == told["families"][0]["values"][0][0]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(width=st.integers(1, 9), most=st.integers(1, 10))
def test_what_is_shown_are_the_ends_of_the_sum(width, most):
    trace = cr.Model(cr.Network.dense([width, 1], bias="none"), seed=0).trace(np.ones((1, width)), [[0.0]])
    (shown,) = next(outline(trace, most)).groups[0].shown
    printed = TextPrinter(trace.name).text(shown.statements[0].tree).split(" + ")
    terms = [f"W[1][{i},0] · A[0][0,{i}]" for i in range(width)]
    kept = terms if width <= max(most, 3) else [*terms[:2], "…", terms[-1]]
    assert printed == kept
    assert bool(shown.cut) == (kept != terms)


def test_a_family_without_long_sums_stays_what_it_is():
    for family in wide_step().families:
        assert shortened(family, 40) is family
