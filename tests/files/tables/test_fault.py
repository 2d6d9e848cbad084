"""Where the csv module refuses a record, the place is found; where it does not, none is."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import examples

from chainrule.files.tables.fault import fault_of


@pytest.mark.parametrize(
    ("text", "field", "line", "clause"),
    [
        ('a,"b', 1, 0, "never closed"),
        ('a,"b\nc"d', 1, 1, "something behind"),
        ('a\n,"b\nc', 2, 1, "never closed"),
        ('"a" ,b\n', 0, 0, "something behind"),
        ('a,b,"c""d"e\n', 2, 0, "something behind"),
        ('a,  "b', 1, 0, "never closed"),
        ("a,12345678901\n", 1, 0, "more than 10"),
        ('a,"1\n345678901', 1, 0, "more than 10"),
    ],
)
def test_places(text, field, line, clause):
    fault = fault_of(text, ",", longest=10)
    assert (fault.field, fault.line) == (field, line)
    assert clause in fault.clause


@pytest.mark.parametrize("text", ["", "a,b\n", '"a""b",c\n', '5" pipe,"x\ny"\n', '"a","b"', "1234567890\n"])
def test_no_fault(text):
    assert fault_of(text, ",", longest=10) is None


@given(st.text('"a, \n', max_size=20))
@examples(300)
def test_agrees_with_the_csv_module(text):
    reader = csv.reader(text.splitlines(keepends=True), strict=True, skipinitialspace=True)
    try:
        list(reader)
    except csv.Error:
        assert fault_of(text, ",", longest=99)
    else:
        assert fault_of(text, ",", longest=99) is None
