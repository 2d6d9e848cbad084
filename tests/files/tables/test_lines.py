"""Text becomes lines whatever its encoding; what is no text is refused, and nothing is endless."""

import codecs
import hashlib
import io
import pickle

import pytest
from table_checks import refused

from chainrule.errors import InvalidFileError
from chainrule.files.tables.lines import LONGEST_LINE, Lines, no_character


def lines_of(data):
    return list(Lines(io.BytesIO(data)))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(codec):
    text = "naïve,größe\n1,€\U0001f600\n"
    lines = Lines(io.BytesIO(text.encode(codec)))
    assert "".join(lines) == text
    assert lines.notes == ([] if codec == "utf-8" else [f"the text is {lines.encoding}"])


@pytest.mark.parametrize(
    ("mark", "codec"), [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_BE, "utf-32-be")]
)
def test_the_other_order_of_bytes(mark, codec):
    assert lines_of(mark + "a,ü\n".encode(codec)) == ["a,ü\n"]


def test_ends_of_lines():
    assert lines_of(b"a\nb\r\nc\rd") == ["a\n", "b\n", "c\n", "d"]
    # None of these ends a line for a spreadsheet, though some do for str.splitlines.
    assert lines_of("a\x0b\x0c\x1c\x85\u2028b".encode()) == ["a\x0b\x0c\x1c\x85\u2028b"]


def test_empty():
    assert lines_of(b"") == []


def test_numbers_and_hash():
    data = "é\n" * 30_000
    source = io.BytesIO(data.encode("utf-16"))
    lines = Lines(source)
    assert sum(1 for _ in lines) == lines.number == 30_000
    assert lines.sha256 == hashlib.sha256(source.getvalue()).hexdigest()
    assert not source.closed


def test_pieces_of_a_pipe():
    class Pipe(io.RawIOBase):
        """Gives one byte at a time."""

        rest = io.BytesIO("ä,b\n1,2\n".encode("utf-16"))

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.rest.readinto(buffer[:1])

    assert list(Lines(io.BufferedReader(Pipe()))) == ["ä,b\n", "1,2\n"]


def test_line_of_endless_length():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size):
            self.given += size
            return b"x" * size

    source = Endless()
    with refused("line 1 was longer than 16,777,216 characters", InvalidFileError):
        list(Lines(source))
    assert source.given < 2 * LONGEST_LINE


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04rest", "a zip archive or a spreadsheet"),
        (b"\x1f\x8brest", "a gzip archive"),
        (b"PAR1rest", "a Parquet file"),
        (b"\x93NUMPY", "a NumPy array"),
        (b"\x89HDF", "an HDF5 file"),
        (pickle.dumps([1], protocol=4), "a pickle, which could run any program"),
    ],
)
def test_what_is_no_text(data, kind):
    with refused(f"the content was {kind}; it may be text", InvalidFileError):
        Lines(io.BytesIO(data))


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_cut_within_a_character(codec):
    with refused("after line 1 there was no UTF-", InvalidFileError):
        lines_of("a\nb".encode(codec)[:-1])


def test_what_is_no_character():
    assert no_character("plain") is None
    assert no_character("größe") is None
    assert no_character("ab\0")[0] == 2
    (line,) = lines_of(b"ab\xe9")
    assert no_character(line) == (
        2,
        "held the byte 0xe9, which is no UTF-8; it may be text (save it as UTF-8)",
    )
    (line,) = lines_of(codecs.BOM_UTF16_LE + b"a\x00\x00\xd8")
    assert no_character(line)[1].startswith("held half a character")
