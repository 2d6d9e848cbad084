"""What passes the sieve is a rectangle of plain records; all else is refused by line and column."""

import io

import pytest
from table_checks import refused, sieved

from chainrule.errors import ChainruleError, InvalidFileError, TooLargeError
from chainrule.files.tables import names as names_module
from chainrule.files.tables.lines import Lines
from chainrule.files.tables.sieve import sieve


def test_plain_lines_pass_as_they_are_and_quotes_become_plain():
    text = b' a , b\n\n1, 2\n"x, ""y""", 5" pipe\n\xc3\xbc,"two\r\nlines"'
    assert sieved(text) == '0,1\n1, 2\n"x, ""y""","5"" pipe"\nü,"two\nlines"\n'


def test_what_it_says():
    found = sieve(Lines(io.BytesIO(b" a ;b\n1;2\n3;4")), io.StringIO())
    assert (found.names, found.rows, found.delimiter) == (["a", "b"], 2, ";")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the content was empty; it may be a header and at least one row"),
        ("\n \n\n", "the content was empty"),
        ("a,b\n", "the number of rows below the header was 0; it may be 1 or above"),
        ("a,b\n\n\n", "the number of rows below the header was 0"),
        (
            "a,b\n1,2\n3\n",
            "line 3 had 1 field; it may have 2, one for each column (there is none for column 'b')",
        ),
        (
            "a,b\n1,2,3\n",
            "line 2 had 3 fields; it may have 2, one for each column (the first too many is '3'",
        ),
        ('a,b\n"1\n2",3\n4\n', "line 4 had 1 field"),
        ("a,b,a\n1,2,3\n", "the name of column 3 was 'a', as that of column 1; it may be one of its own"),
        ("a, a \n1,2\n", "the name of column 2 was 'a', as that of column 1"),
        (",a\n0,1\n", "the name of column 1 was ''; it may be any text (an index that pandas wrote"),
        (
            "a," + "x" * 10_000 + "\n1,2\n",
            "the name of column 2 was 10,000 characters long; it may be at most 1,000",
        ),
        ('a,"b\n1,2\n', 'line 1, column 2, had a quote (") that is never closed'),
    ],
)
def test_refused(text, words):
    with refused(words, InvalidFileError):
        sieved(text.encode())


def test_hostile_names_are_shown_not_sent():
    with refused(r"'\x1b[2J\u202e'", InvalidFileError):
        sieved("\x1b[2J\u202e,\x1b[2J\u202e\n1,2\n".encode())


def test_too_many_columns(monkeypatch):
    monkeypatch.setattr(names_module, "MOST_COLUMNS", 3)
    with refused("the number of columns was 4; it may be at most 3", TooLargeError):
        sieved(b"a,b,c,d\n1,2,3,4\n")


def test_nothing_is_written_past_an_error():
    out = io.StringIO()
    with pytest.raises(ChainruleError):
        sieve(Lines(io.BytesIO(b"a,b\n1,2\n3\n4,5\n")), out)
    assert out.getvalue() == "0,1\n1,2\n"
