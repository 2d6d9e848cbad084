"""Names of cells: legal in every program, no address, no two the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chainrule as cr
from chainrule.writers.sheet.cell_names import cell_name, cell_names

LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
ADDRESS = re.compile(r"([A-Za-z]{1,3}\d+|[rR]\d*([cC]\d*)?|[cC]\d*)$")


@given(name=st.text(max_size=300))
def test_every_name_becomes_a_legal_one(name):
    made = cell_name(name)
    assert LEGAL.match(made)
    assert not ADDRESS.match(made)
    assert len(made) <= 255


@given(names=st.lists(st.text(max_size=3), max_size=30))
def test_no_two_cells_have_the_same_name_whatever_the_capitals(names):
    made = [each.lower() for each in cell_names(names)]
    assert len(set(made)) == len(names)


@pytest.mark.parametrize(
    ("name", "cell"),
    [("w5", "w_5"), ("h1", "h_1"), ("b1", "b_1"), ("t1", "t_1"), ("r", "r_"), ("C", "C_"), ("i1", "i_1")],
)
def test_an_address_gets_an_underscore(name, cell):
    assert cell_name(name) == cell


def test_the_names_of_every_tutorial_are_legal_and_near_to_its_own():
    for name in cr.tutorials.TUTORIALS:
        trace = cr.tutorials.load(name).trace()
        for each in trace:
            made = cell_name(trace.name(each.quantity))
            assert LEGAL.match(made)
            assert not ADDRESS.match(made)
