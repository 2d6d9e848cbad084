"""Tables of arrays: .npz and .mat, read in a child that believes nothing."""

import contextlib
import hashlib
import io
import os
import stat
import struct
import zipfile
import zlib

import numpy as np
import polars as pl
import pytest
import scipy.io
from table_checks import refused

from chainrule.errors import InvalidFileError
from chainrule.files.tables import arrays as module
from chainrule.files.tables import npz_format
from chainrule.files.tables.arrays import frame_of, read_arrays
from chainrule.files.tables.npz_format import parse

X = np.array([[1.5, -2.0], [np.nan, 3.0], [0.0, 1e308]])


def saved(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def zipped(*members, compression=zipfile.ZIP_STORED):
    """An archive of members, each a name (or ZipInfo) and its bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return stream.getvalue()


def npy(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), **options)
    return stream.getvalue()


def header(shape, descr="<f8"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.npz"


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_columns(path, save):
    save(
        path,
        X=X,
        label=np.array(["red", "", "red"]),
        truth=np.array([[True], [False], [True]]),
        k=np.arange(3),
    )
    table = read_arrays(str(path), ".npz")
    assert table.frame.schema == {
        "X_0": pl.Float64,
        "X_1": pl.Float64,
        "label": pl.String,
        "truth": pl.Boolean,
        "k": pl.Float64,
    }
    assert table.frame.get_column("X_0").to_list()[::2] == [1.5, 0.0]
    assert np.isnan(table.frame.get_column("X_0")[1])
    assert table.frame.get_column("X_1").to_list() == [-2.0, 3.0, 1e308]
    assert table.frame.get_column("label").to_list() == ["red", "", "red"]
    assert table.frame.get_column("truth").to_list() == [True, False, True]
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "i1", "u2", ">i4", "i8"])
def test_types_of_numbers(dtype):
    (tree,) = parse(saved(a=np.arange(3).astype(dtype)))
    assert tree["values"].tolist() == [0, 1, 2]
    assert tree["values"].dtype == np.float64


def test_order_of_memory():
    (tree,) = parse(saved(a=np.asfortranarray(np.arange(6.0).reshape(2, 3))))
    assert tree["values"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the content was no whole .npz archive"),
        (b"PK\x03\x04", "the content was no whole .npz archive"),
        (npy([1.0]), "the content was no whole .npz archive"),
        (zipped(), "the number of arrays was 0"),
        (saved(a=np.array([object()])), "an array of Python objects, which only a pickle holds"),
        (saved(a=np.array([1j])), "an array of complex numbers"),
        (saved(a=np.array(["2020-01-01"], "M8[D]")), "an array of dates"),
        (saved(a=np.array([b"x"])), "an array of bytes"),
        (saved(a=np.zeros(1, [("x", "f8")])), "an array of records"),
        (saved(a=np.array([2**53 + 2])), "'a' had a whole number beyond 2^53"),
        (saved(a=np.array([-(2**63)])), "'a' had a whole number beyond 2^53"),
        (saved(a=np.array([str(i) for i in range(10_001)])), "'a' had 10,001 different texts"),
        (saved(a=np.array(["x" * 300_000])), "'a' had 1 different texts, some of 300,000 characters"),
        (saved(a=np.array(["\ud800"])), "'a' had half a character"),
        (zipped(("../a.npy", npy([1.0]))), "the name of a member was '../a.npy'"),
        (zipped(("/a.npy", npy([1.0]))), "the name of a member was '/a.npy'"),
        (zipped(("..a.npy", npy([1.0]))), "the name of a member was '..a.npy'"),
        (zipped(("b/a.npy", npy([1.0]))), "the name of a member was 'b/a.npy'"),
        (zipped((".npy", npy([1.0]))), "the name of a member was '.npy'"),
        (
            zipped(("a.txt", b"x")),
            "the name of a member was 'a.txt'; it may be a plain name that ends in .npy",
        ),
        (zipped(("a.npy", b"")), "the member 'a.npy' was damaged"),
        (zipped(("a.npy", b"\x93NUMPY\x09\x00")), "the member 'a.npy' was damaged"),
        (zipped(("a.npy", npy([1.0])[:-1])), "does not go with 7 bytes"),
        (zipped(("a.npy", header((10**15,)))), "does not go with 0 bytes"),
        (zipped(("a.npy", header((2**62, 4)))), "does not go with 0 bytes"),
        (zipped(("a.npy", header((-1,)) + bytes(8))), "does not go with 8 bytes"),
        (zipped(("a.npy", npy(["x"], version=(3, 0)))), "version (3, 0)"),
        (zipped(("a.npy", b"\x80\x04N.")), "the member 'a.npy' was damaged"),
        (
            zipped(("a.npy", npy([1.0])), compression=zipfile.ZIP_BZIP2),
            "packed in a way that NumPy does not use",
        ),
    ],
)
def test_refused(data, words):
    with refused(words, InvalidFileError):
        parse(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_twice():
    with refused("the array 'a' was there twice", InvalidFileError):
        parse(zipped(("a.npy", npy([1.0])), ("a.npy", npy([2.0]))))


def test_link():
    link = zipfile.ZipInfo("a.npy")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with refused("the member 'a.npy' was a link", InvalidFileError):
        parse(zipped((link, b"/etc/passwd")))


def test_encrypted():
    data = bytearray(saved(a=np.ones(1)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    with refused("encrypted", InvalidFileError):
        parse(bytes(data))


def test_checksum():
    data = bytearray(saved(a=np.ones(4)))
    data[data.index(struct.pack("<d", 1.0))] ^= 1
    with refused("the member 'a.npy' was damaged", InvalidFileError):
        parse(bytes(data))


def test_bomb_is_refused_before_it_is_unpacked(path):
    content = header((1 << 28,)) + bytes(1 << 20)
    data = bytearray(zipped(("a.npy", content), compression=zipfile.ZIP_DEFLATED))
    claim = struct.pack("<I", len(content))
    assert data.count(claim) == 2
    path.write_bytes(data.replace(claim, struct.pack("<I", (1 << 31) - 1)))
    with refused("the content was 2,147,483,647 bytes unpacked", InvalidFileError):
        read_arrays(str(path), ".npz")


def test_bomb_that_lies_about_its_size(path):
    packed = zlib.compressobj(9, wbits=-15)
    stream = packed.compress(header((8,)) + bytes(64)) + packed.compress(bytes(1 << 24)) + packed.flush()
    member = zipped(("a.npy", header((8,)) + bytes(64)), compression=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(io.BytesIO(member)) as archive:
        size = archive.infolist()[0].compress_size
    start = 30 + len("a.npy")
    data = member[:start] + stream + member[start + size :]
    data = data.replace(struct.pack("<I", size), struct.pack("<I", len(stream)))
    path.write_bytes(data)
    with pytest.raises(InvalidFileError):
        read_arrays(str(path), ".npz")


@pytest.mark.parametrize("part", range(12))
def test_cut_and_flipped(path, part):
    whole = saved(X=X, y=np.array(["a", "b", "c"]))
    at = part * len(whole) // 12
    path.write_bytes(whole[:at])
    with refused(f"in {str(path)!r}, ", InvalidFileError):
        read_arrays(str(path), ".npz")
    damaged = bytearray(whole)
    damaged[at] ^= 8
    with contextlib.suppress(InvalidFileError):
        parse(bytes(damaged))


def test_too_many_numbers(path, monkeypatch):
    monkeypatch.setattr(npz_format, "MOST_NUMBERS", 9)
    data = saved(a=np.zeros(5), b=np.zeros(5))
    with refused("the content was more than 9 numbers; it may be fewer (Parquet and CSV", InvalidFileError):
        parse(data)


def test_shapes(path):
    for arrays, words in (
        ({"a": np.float64(3)}, "the shape of 'a' was (); it may be (n,) or (n, d)"),
        ({"a": np.ones((2, 2, 2))}, "the shape of 'a' was (2, 2, 2)"),
        ({"a": np.ones((0, 2))}, "the shape of 'a' was (0, 2)"),
        ({"a": np.ones(3), "b": np.ones((2, 2))}, "the number of rows of 'b' was 2; it may be 3, as in 'a'"),
        ({"a": np.ones((2, 2)), "a_1": np.ones(2)}, "the name of column 3 was 'a_1', as that of column 2"),
    ):
        np.savez(path, **arrays)
        with refused(words, InvalidFileError):
            read_arrays(str(path), ".npz")


def test_a_pickle_is_never_run(path, tmp_path):
    class Bad:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    np.savez(path, a=np.array([Bad()], dtype=object), allow_pickle=True)
    with refused("Python objects, which only a pickle holds", InvalidFileError):
        read_arrays(str(path), ".npz")
    assert not (tmp_path / "ran").exists()


def test_matlab(tmp_path):
    path = tmp_path / "table.mat"
    scipy.io.savemat(path, {"X": X, "y": np.array([[1], [2], [1]])}, do_compression=True)
    table = read_arrays(str(path), ".mat")
    assert table.frame.columns == ["X_0", "X_1", "y"]
    assert table.frame.get_column("y").to_list() == [1, 2, 1]
    assert np.array_equal(table.frame.select("X_0", "X_1").to_numpy(), X, equal_nan=True)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"y": "text"}, "y was text; it may be a full array of real numbers"),
        ({"y": {"a": 1}}, "y was a struct"),
        ({"y": np.array([[1j]])}, "y was complex"),
        ({"X": np.ones((3, 2)), "y": np.ones((1, 3))}, "the number of rows of 'y' was 1; it may be 3"),
    ],
)
def test_matlab_refused(tmp_path, variables, words):
    path = tmp_path / "table.mat"
    scipy.io.savemat(path, variables)
    with refused(words, InvalidFileError):
        read_arrays(str(path), ".mat")


def test_matlab_damaged(tmp_path):
    path = tmp_path / "table.mat"
    path.write_bytes(b"MATLAB 5.0" + bytes(200))
    with refused(f"in {str(path)!r}, ", InvalidFileError):
        read_arrays(str(path), ".mat")


TREE = {"name": "a", "kind": "numbers", "values": np.ones(2), "labels": []}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        [],
        [{}],
        [{"name": "a"}],
        [{**TREE, "name": 1}],
        [{**TREE, "values": "x"}],
        [{**TREE, "kind": "text", "values": np.array([0.0, 1.0]), "labels": ["x"]}],
        [{**TREE, "kind": "text", "values": np.array([0.0, 0.5]), "labels": ["x", "y"]}],
        [{**TREE, "kind": "text", "values": np.array([np.nan, 0.0]), "labels": ["x"]}],
        [{**TREE, "kind": "text", "values": np.array([0.0, 0.0]), "labels": [1]}],
        [{**TREE, "kind": "objects"}],
    ],
)
def test_a_child_that_lies(answer):
    with refused("the content made its reader answer with", InvalidFileError):
        frame_of(answer)


def test_memory_of_the_child(path, monkeypatch):
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("only Linux limits the memory")
    monkeypatch.setattr(module, "MEMORY", 32 << 20)
    np.savez_compressed(path, a=np.zeros(1 << 23))
    with refused("reading or running it needs more than 32 MB of memory", InvalidFileError):
        read_arrays(str(path), ".npz")
