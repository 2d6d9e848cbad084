"""The legend and the conventions: said once, and true."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import MEANINGS, legend
from chainrule.trace.naming import OURS


def test_the_names_in_the_legend_are_names_of_the_step(tutorial):
    trace = tutorial.trace()
    names = {trace.name(each) for key in trace.given for each in trace.entries(*key)}
    names |= {trace.name(each.quantity) for each in trace}
    for entry in legend(trace):
        assert set(entry.names.split(" … ")) <= names


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_kind_before_the_update_is_in_the_legend_once(data, steps):
    trace = data.draw(steps).trace()
    kinds = {kind for kind, _ in (*trace.given, *trace.by_kind) if not kind.endswith("_after")}
    told = [entry.meaning for entry in legend(trace)]
    assert len(set(told)) == len(told)
    assert {MEANINGS[kind] for kind in kinds - {"A"}} <= set(told)


def test_no_kind_lacks_a_meaning():
    again = {kind for kind in OURS if kind.endswith("_after")}
    assert set(OURS) - again <= set(MEANINGS)


NETS = {
    "half": (cr.Network.dense([1, 1]), "half_squared_error has the 1/2 that cancels the 2"),
    "no half": (cr.Network.dense([1, 1], loss="squared_error"), "squared_error has no 1/2"),
    "mean": (cr.Network.dense([1, 1], loss="mse"), "The loss of a row is the mean over its outputs"),
    "shared": (
        cr.Network.dense([1, 2], bias="shared"),
        "Layer 1 has one shared bias: its gradient",
    ),
    "none": (cr.Network.dense([1, 1, 1], bias="none"), "Layers 1 and 2 have no bias."),
    "frozen": (cr.Network.dense([1, 1], train_weights=False), "computed but not updated: W[1]."),
    "dropout": (cr.Network.dense([1, 2, 1], dropout=0.5), "has dropout, and this step is shown without it"),
}


@pytest.mark.parametrize("of", NETS)
def test_what_a_network_has_is_said_and_what_it_has_not_is_not(of):
    said = {
        each: " ".join(conventions(cr.Model(net, seed=0).trace([[1.0]], [[0.5] * net.sizes[-1]])))
        for each, (net, _) in NETS.items()
    }
    assert NETS[of][1] in said[of]
    assert sum(NETS[of][1] in each for each in said.values()) == (5 if of == "half" else 1)


def test_rows_weights_penalty_decay_and_dropout_are_said():
    model = cr.Model(cr.Network.dense([1, 2, 1], dropout=0.5), seed=0)
    rows = {"X": [[1.0], [2.0]], "Y": [[0.0], [1.0]]}
    mean = " ".join(conventions(model.trace(**rows)))
    assert "The loss of the 2 rows is their mean, so every gradient is divided by 2." in mean
    more = model.trace(
        **rows, row_weights=[1.0, 2.0], penalty=cr.Penalty(l2=0.1), optimizer="adamw", dropout_seed=1
    )
    said = " ".join(conventions(more))
    for words in (
        "weighted mean",
        "takes hold of trained weights only",
        "Dropout divides",
        "The decay takes",
    ):
        assert words in said


def test_the_orientation_of_the_reader_is_said():
    told = {name: " ".join(conventions(tutorials.load(name).trace())) for name in tutorials.TUTORIALS}
    unit_by_unit = {name for name, said in told.items() if re.search("told unit by unit", said)}
    assert unit_by_unit == {"jain", "dustbunny", "general-purpose", "kumar"}
    assert "told input by input" in told["sadiya"]
