"""Formulas as MathML: well formed whatever the names, fractions of two parts, powers of two."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Quantity, exp
from chainrule.network.losses import LOSSES
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.mathml import MathmlPrinter, math, mathml_name, mathml_number
from chainrule.writers.statement_html import equation

PRINTER = MathmlPrinter(
    lambda quantity: mathml_name(quantity.name), lambda value: mathml_number(f"{value:g}")
)
PARTS = {"mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3}


def read(inside: str) -> ET.Element:
    """Read MathML, and ask that each element that takes so many parts has so many."""
    root = ET.fromstring(math(inside))
    for each in root.iter():
        tag = each.tag.rpartition("}")[2]
        assert len(each) == PARTS.get(tag, len(each)), ET.tostring(each)
    return root


def text(root: ET.Element) -> str:
    return "".join(root.itertext())


@pytest.mark.parametrize("row", [*ACTIVATIONS.values(), *LOSSES.values()], ids=lambda row: row.name)
def test_every_formula_of_a_row_is_well_formed(row):
    for tree in (row.formula, row.slope):
        read(PRINTER.text(tree))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_formula_of_a_step_is_well_formed(data, steps):
    trace = data.draw(steps).trace()
    printer = MathmlPrinter(
        lambda quantity: mathml_name(trace.name(quantity)), lambda v: mathml_number(f"{v:g}")
    )
    for statement in trace:
        read(printer.text(statement.tree) + mathml_name(trace.name(statement.quantity)))


@pytest.mark.parametrize("name", EQUATIONS)
def test_every_equation_is_well_formed(name):
    assert len(text(read(equation(name)))) > 5


@given(name=st.text(max_size=30))
def test_every_name_is_well_formed(name):
    read(mathml_name(name))


@pytest.mark.parametrize("name", ["<mi>", "&", '"', "a]]>b", "\x00", "\ud800"])
def test_a_hostile_name_is_text(name):
    assert [each.tag.rpartition("}")[2] for each in read(mathml_name(name)).iter()][1:] == ["mtext"]


def test_parentheses_stand_where_they_are_needed():
    a, b = Quantity("a"), Quantity("b")
    assert text(read(PRINTER.text((a + b) * (a - b)))) == "(a+b)·(a−b)"
    assert text(read(PRINTER.text(a * -b))) == "a·(-b)"
    assert text(read(PRINTER.text(a - (b - 1)))) == "a−(b−1)"
    assert text(read(PRINTER.text((a / b) ** 2))) == "(ab)2"
    assert text(read(PRINTER.text(1 / (1 + exp(-a))))) == "11+e-a"


def test_numbers_have_their_powers_of_ten():
    assert text(read(mathml_number("1e-08"))) == "1·10-8"
    assert text(read(mathml_number("-0.5"))) == "-0.5"
