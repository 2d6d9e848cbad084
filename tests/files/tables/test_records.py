"""Records are those of the csv module, and every error names the line and the column."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import examples, refused

from chainrule.errors import InvalidFileError
from chainrule.files.tables import records as module
from chainrule.files.tables.lines import Lines
from chainrule.files.tables.records import Records, delimiter_of


def records_of(data, delimiter=None, names=()):
    records = Records(Lines(io.BytesIO(data)), delimiter)
    records.names = list(names)
    return list(records)


def test_fields_and_text():
    assert records_of(b'a,b\n\n"1\r\n2", 3\n   \n') == [
        (["a", "b"], "a,b\n"),
        (["1\n2", "3"], '"1\n2", 3\n'),
    ]


def test_blank_lines_are_no_records_but_tabs_are_delimiters():
    assert records_of(b"a\tb\n\t\n\n", "\t") == [(["a", "b"], "a\tb\n"), (["", ""], "\t\n")]


def test_nothing():
    assert records_of(b"") == []
    assert records_of(b"\n \n") == []


@pytest.mark.parametrize(
    ("line", "delimiter"), [("a,b;c", ","), ("a;b", ";"), ("a\tb;c", "\t"), ("a", ","), ("", ",")]
)
def test_delimiter_of_the_first_line(line, delimiter):
    assert delimiter_of(line) == delimiter


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"1,x\0y\n", "line 4, column 'b', held a NUL"),
        (b"1,\xe9\n", "line 4, column 'b', held the byte 0xe9"),
        (b'"1\n\xe9",2\n', "line 5, column 'a', held the byte 0xe9"),
        (b'1,2,"3\xe9"\n', "line 4, column 3, held the byte 0xe9"),
        (b"1," + b"y" * 140_000 + b"\0\n", "line 4, column 'b', held a NUL"),
        (b'1,"x\n2,y\n', "line 4, column 'b', had a quote (\") that is never closed"),
        (b'1,"x"y\n', "line 4, column 'b', had something behind its closing quote"),
        (b"1," + b"y" * 140_000 + b"\n", "line 4, column 'b', had a field of more than 131,072 characters"),
        (b'1,"y\n' + b"y\n" * 70_000, "line 4, column 'b', had a field of more than 131,072 characters"),
    ],
)
def test_errors_name_line_and_column(row, words):
    with refused(words, InvalidFileError):
        records_of(b'a,b\n"1\n2",3\n' + row, names=["a", "b"])


def test_record_of_too_many_lines(monkeypatch):
    monkeypatch.setattr(module, "LONGEST_LINE", 20)
    with refused("the row in lines 2 to 4 was longer than", InvalidFileError):
        records_of(b'a\n"' + b"12345678\n" * 9)


def test_an_error_of_a_kind_unknown_is_still_a_sentence(monkeypatch):
    monkeypatch.setattr(module, "fault_of", lambda *_: None)
    with refused("line 1 could not be divided into fields: unexpected end of data", InvalidFileError):
        records_of(b'"')


@given(st.text("ab1,;\"' \n\ré", max_size=40), st.sampled_from(",;"))
@examples(300)
def test_agree_with_the_csv_module(text, delimiter):
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = io.StringIO(plain).readlines()
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    wanted, start = [], 0
    try:
        for fields in reader:
            record = "".join(lines[start : reader.line_num])
            start = reader.line_num
            if record.strip(" \n"):
                wanted.append((fields, record))
    except csv.Error:
        with pytest.raises(InvalidFileError):
            records_of(text.encode(), delimiter)
    else:
        assert records_of(text.encode(), delimiter) == wanted
