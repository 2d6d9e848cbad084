"""A CSV comes in as what it holds, by way of the sieve; the csv module is the oracle."""

import csv
import hashlib
import io
import math
import subprocess
import sys
import tempfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import check_sieve, examples, read, refused

from chainrule.errors import InvalidFileError, TooLargeError
from chainrule.files.tables.separated import read_separated
from chainrule.network import accept

FIELDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(' ,;"\n\t'), max_size=8)


@given(
    st.sampled_from(",;\t"),
    st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(FIELDS, min_size=width, max_size=width), min_size=1, max_size=6)
    ),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
)
@examples(120)
def test_valid_files_come_in_as_the_csv_module_reads_them(delimiter, rows, quoting):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writerow([f"column {number}" for number in range(len(rows[0]))])
    writer.writerows([[field.strip() for field in row] for row in rows])
    check_sieve(out.getvalue(), delimiter)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))
@examples(60)
def test_numbers_come_in_exactly(values):
    frame = read("x,y\n" + "".join(f"{value!r},a\n" for value in values)).frame
    found = frame.get_column("x").cast(pl.Float64).to_list()
    assert found == values
    assert [math.copysign(1, each) for each in found] == [math.copysign(1, each) for each in values]


def test_kinds_of_columns():
    table = read(
        "whole,float,truth,text,none,mixed,missing\n"
        "1,1e3,True,red,,1,NA\n"
        " -2 ,.5,FALSE, blue ,null,x,3\n"
        ",NaN,,NA,NaN,2,n/a\n"
    )
    assert table.frame.schema == {
        "whole": pl.Int64,
        "float": pl.Float64,
        "truth": pl.Boolean,
        "text": pl.String,
        "none": pl.Float64,
        "mixed": pl.String,
        "missing": pl.Int64,
    }
    rows = table.frame.fill_nan(None).rows()
    assert rows == [
        (1, 1000.0, True, "red", None, "1", None),
        (-2, 0.5, False, "blue", None, "x", 3),
        (None, None, None, "NA", None, "2", None),
    ]


def test_a_late_surprise_is_seen():
    frame = read("x,y\n" + "1,2\n" * 5000 + "1,b\n").frame
    assert frame.schema == {"x": pl.Int64, "y": pl.String}
    assert frame.get_column("y").value_counts().sort("count").rows() == [("b", 1), ("2", 5000)]


def test_extreme_numbers():
    frame = read("x\n1e308\n1e-320\n-0.0\n9223372036854775808\n1e999\n-inf\n").frame
    assert frame.get_column("x").to_list() == [1e308, 1e-320, 0.0, 2.0**63, math.inf, -math.inf]


def test_what_looks_like_a_number_to_some_and_not_to_us():
    for field in ("1_000", "0x10", "1d5", "１", "1,5", "1 000", "--1", "1e", "infinit"):
        assert read(f'x,y\n"{field}",1\n').frame.schema["x"] == pl.String, field


def test_columns_kept_as_text():
    frame = read("id,x\n007,1\n", keep_as_text=["id"]).frame
    assert frame.rows() == [("007", 1)]


def test_names_that_look_like_patterns():
    frame = read("^x.*$,x1,*,0\n1,2,3,4\n").frame
    assert frame.to_dict(as_series=False) == {"^x.*$": [1], "x1": [2], "*": [3], "0": [4]}


def test_second_mark_at_the_start_of_a_row_is_kept():
    assert read("x,y\n\ufeffa,1\n").frame.rows() == [("\ufeffa", 1)]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_and_ends_of_lines(codec, ends):
    data = ends.join(["größe,€", "1,ü", "2,\U0001f600"]).encode(codec)
    table = read(data)
    assert table.frame.rows() == [(1, "ü"), (2, "\U0001f600")]
    assert table.sha256 == hashlib.sha256(data).hexdigest()
    assert len(table.notes) == (codec != "utf-8")


def test_semicolons_and_tabs_are_noted():
    assert read("a;b\n1;2\n").notes == ("the fields are separated by semicolons",)
    assert read("a\tb\n1\t2\n").notes == ("the fields are separated by tabs",)
    assert read("a\tb\n1\t2\n", delimiter="\t").notes == ()


def test_no_temporary_file_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read("a,b\n1,2\n")
    with pytest.raises(InvalidFileError):
        read("a,b\n1\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rows", [10, 1 << 17])
def test_more_than_the_machine_holds(rows, monkeypatch):
    monkeypatch.setattr(accept, "machine_memory", lambda: 100)
    stream = io.BytesIO(b"a,b\n" + b"1,2\n" * rows)
    with refused("of this machine", TooLargeError):
        read_separated("x", stream)
    assert stream.tell() < 500_000  # it stops as soon as that is known


SCRIPT = """
import io, resource, sys
from chainrule.files.tables.separated import read_separated
from chainrule.errors import InvalidFileError

class Endless(io.RawIOBase):
    left, begin, filling = 1 << 30, *(each.encode() for each in sys.argv[1:])
    def read(self, size):
        piece = self.begin or self.filling * (min(size, self.left) // len(self.filling))
        self.begin = b""
        self.left -= len(piece)
        return piece

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_separated("x", Endless())
except InvalidFileError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("begin", "filling", "words"),
    [
        ("a,b\n1,2\n1,", "x", "line 3 was longer than 16,777,216 characters"),
        ("a,b\n1,2\n1,", "é", "line 3 was longer than 16,777,216 characters"),
        ('a,b\n1,2\n1,"', "x\n", "line 3, column 'b', had a field of more than 131,072 characters"),
        ("a,b\n1,2\n", "1,", "line 3 was longer than 16,777,216 characters"),
    ],
)
def test_one_line_of_a_gigabyte_in_bounded_memory(begin, filling, words):
    pytest.importorskip("resource")
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, begin, filling], capture_output=True, text=True, check=True
    )
    message, megabytes = run.stdout.splitlines()
    assert words in message
    assert int(megabytes) < 300


@pytest.mark.slow
def test_many_rows_take_the_memory_of_their_numbers(tmp_path):
    resource = pytest.importorskip("resource")
    script = (
        "import resource, sys, polars\n"
        "from chainrule.files.tables import read_table\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "frame = read_table(sys.argv[1]).frame\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(frame.shape, (after - before) >> 10, frame.estimated_size() >> 20)\n"
    )
    assert resource
    path = tmp_path / "large.csv"
    row = ",".join(["-1.2345678901234567"] * 50) + "\n"
    with open(path, "w") as file:
        file.write(",".join(f"c{number}" for number in range(50)) + "\n")
        file.writelines(row for _ in range(200_000))  # 200 MB of text, 76 MB of numbers
    run = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    peak, size = map(int, run.stdout.split()[-2:])
    assert size >= 76
    assert peak < 200


def test_reading_a_stream_closes_nothing():
    stream = io.BytesIO(b"a,b\n1,2\n")
    read_separated("x", stream)
    assert not stream.closed
