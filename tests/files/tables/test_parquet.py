"""Parquet comes in as it is; what is no whole Parquet file is refused in one sentence."""

import hashlib
import io
import random

import polars as pl
import pytest
from table_checks import refused

from chainrule.errors import ChainruleError, InvalidFileError, TooLargeError
from chainrule.files.tables.parquet import read_parquet
from chainrule.network import accept

FRAME = pl.DataFrame(
    {"a": [1.5, None, float("inf")] * 20, "^b$": ["x", "", None] * 20, "c": [True, False, None] * 20}
)


@pytest.fixture
def path(tmp_path):
    FRAME.write_parquet(tmp_path / "t[1]*.parquet")
    return tmp_path / "t[1]*.parquet"


def test_as_it_is(path):
    table = read_parquet(str(path))
    assert table.frame.equals(FRAME)
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_tilde_is_no_home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    FRAME.write_parquet(io.BytesIO())
    with open(tmp_path / "~" / "t.parquet", "wb") as file:
        FRAME.write_parquet(file)
    assert read_parquet("~/t.parquet").frame.equals(FRAME)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" * 9, b"a,b\n1,2\n"])
def test_something_else(tmp_path, data):
    (tmp_path / "t.parquet").write_bytes(data)
    with refused("the content was no whole Parquet file", InvalidFileError):
        read_parquet(str(tmp_path / "t.parquet"))


def test_no_rows_and_no_columns(tmp_path):
    for frame, words in (
        (FRAME.clear(), "the number of rows was 0"),
        (pl.DataFrame(), "the number of columns was 0"),
    ):
        frame.write_parquet(tmp_path / "t.parquet")
        with refused(words, InvalidFileError):
            read_parquet(str(tmp_path / "t.parquet"))


def test_names(tmp_path):
    pl.DataFrame({"x" * 10_000: [1]}).write_parquet(tmp_path / "t.parquet")
    with refused("the name of column 1 was 10,000 characters long", InvalidFileError):
        read_parquet(str(tmp_path / "t.parquet"))


def test_more_than_the_machine_holds(path, monkeypatch):
    monkeypatch.setattr(accept, "machine_memory", lambda: 100)
    with refused("of this machine", TooLargeError):
        read_parquet(str(path))


def test_damaged_files_are_refused_or_read(path):
    whole = path.read_bytes()
    chance = random.Random(0)
    refusals = 0
    for _ in range(60):
        data = bytearray(whole)
        if chance.random() < 0.5:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            read_parquet(str(path))
        except ChainruleError:
            refusals += 1
    assert refusals > 30  # Parquet has no checksum: what is flipped in a number is a number
