"""JSON Lines: one flat object in each line, every column of one kind; errors name line and column."""

import io
import json
import math

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from table_checks import NAMES, examples, refused

from chainrule.errors import InvalidFileError
from chainrule.files.tables import json_lines
from chainrule.files.tables.json_lines import read_json_lines


def read(text):
    return read_json_lines("table", io.BytesIO(text if isinstance(text, bytes) else text.encode()))


VALUES = {
    "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
    "float": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "truth": st.none() | st.booleans(),
    "text": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
}


@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), min_size=1, max_size=8).filter(any))
@example([{"whole": -(2**63)}])
@examples(150)
def test_values_come_in_exactly(rows):
    frame = read("".join(json.dumps(row) + "\n" for row in rows)).frame
    for name in frame.columns:
        assert frame.get_column(name).to_list() == [row.get(name) for row in rows]


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
@examples(40)
def test_any_name(names):
    row = {name: number for number, name in enumerate(names)}
    assert read(json.dumps(row)).frame.rows(named=True) == [row]


def test_in_small_portions(monkeypatch):
    monkeypatch.setattr(json_lines, "AT_ONCE", 5)
    table = read('{"a": 1}\n\n{"b": "x", "a": null}\n{"a": 2.5}\n{"c": true}\n')
    assert table.frame.rows() == [
        (1.0, None, None),
        (None, "x", None),
        (2.5, None, None),
        (None, None, True),
    ]
    assert table.frame.schema == {"a": pl.Float64, "b": pl.String, "c": pl.Boolean}


def test_numbers_beyond():
    frame = read(
        '{"a": 9223372036854775808, "b": NaN, "c": Infinity}\n{"a": 1e999, "b": 1, "c": -Infinity}'
    ).frame
    assert frame.rows() == [(2.0**63, None, math.inf), (math.inf, 1, -math.inf)]


def test_a_column_of_nulls():
    frame = read('{"a": null, "b": 1}').frame
    assert frame.rows() == [(None, 1)]


def test_other_encodings():
    assert read('{"ü": "€"}'.encode("utf-16")).frame.rows(named=True) == [{"ü": "€"}]
    assert read('{"ü": "€"}'.encode("utf-16")).notes == ("the text is UTF-16",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the content was empty; it may be a JSON object in each line"),
        ("{}\n{}\n", "the number of columns was 0"),
        ('{"a": 1}\n{"a": ', "line 2, character "),
        ('{"a": 1}\n[1]', 'line 2 was a list; it may be an object, such as {"age": 7}'),
        ("7", "line 1 was a number"),
        ("null", "line 1 was null"),
        ('{"a": 1, "a": 2}', "line 1 had the name 'a' twice"),
        ('{"a": 1}\n\n{"a": "x"}', "line 3, column 'a', was text; it may be a number, as in line 1"),
        ('{"a": true}\n{"a": 0}', "line 2, column 'a', was a number; it may be true or false, as in line 1"),
        ('{"a": [1]}', "line 1, column 'a', was a list; it may be a number, text, true, false or null"),
        ('{"a": {"b": 1}}', "line 1, column 'a', was an object"),
        ('{"": 1}', "the name of column 1 was ''"),
        ('{"a\\u0000": 1}', "the name of column 1 was"),
        ('{"\\ud800": 1}', "without NUL and half characters"),
        ('{"a": "\\u0000"}\n{"a": "\\ud800"}', "line 2, column 'a', had half a character"),
        ('{"a": 1}\0', "line 1 held a NUL"),
        ("[" * 100_000, "line 1"),
        ('{"%s": 1}' % ("x" * 10_000), "the name of column 1 was 10,000 characters long"),
    ],
)
def test_refused(text, words):
    with refused(words, InvalidFileError):
        read(text)


def test_bytes_that_are_no_text():
    with refused("line 2 held the byte 0xe9", InvalidFileError):
        read(b'{"a": "x"}\n{"a": "\xe9"}')


def test_kinds_may_change_only_within_numbers(monkeypatch):
    monkeypatch.setattr(json_lines, "AT_ONCE", 5)
    with refused("line 3, column 'a', was text; it may be a number, as in line 2", InvalidFileError):
        read('{"a": null}\n{"a": 1}\n{"a": "1"}')
