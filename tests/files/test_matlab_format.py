"""All that a MATLAB file may hold: the numbers exactly, and everything else by its name."""

import io
import os
import pickle
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import numpy as np
import pytest
import scipy.io
from scipy import sparse

from chainrule.errors import ChainruleError
from chainrule.files.matlab_format import DESCRIPTION, build, parse

W1, W2 = (
    np.array([[0.21, -0.34, 0.55], [0.13, 0.47, -0.26]]),
    np.array([[0.38, -0.18], [-0.52, 0.29], [0.14, 0.63]]),
)
B1, B2 = np.array([[0.07, -0.09, 0.16]]), np.array([[-0.05, 0.11]])

# The format's numbers for kinds of elements and classes of arrays.
INT8, UINT8, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED = 1, 2, 5, 6, 9, 14, 15
CELL_CLASS, DOUBLE_CLASS, FUNCTION_CLASS = 1, 6, 16


def column(*values):
    cells = np.empty((len(values), 1), dtype=object)
    for index, value in enumerate(values):
        cells[index, 0] = value
    return cells


def saved(compress=False, **variables):
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, do_compression=compress)
    return stream.getvalue()


def element(kind, data, order="<"):
    padding = b"" if kind == COMPRESSED else bytes(-len(data) % 8)
    return struct.pack(f"{order}II", kind, len(data)) + data + padding


def variable(name, kind, shape, *contents, order="<"):
    """Return one variable as MATLAB writes it: flags, dimensions, name, contents."""
    parts = (
        element(UINT32, struct.pack(f"{order}II", kind, 0), order),
        element(INT32, struct.pack(f"{order}{len(shape)}i", *shape), order),
        element(INT8, name.encode(), order),
        *contents,
    )
    return element(MATRIX, b"".join(parts), order)


def doubles(name, matrix, order="<"):
    numbers = element(DOUBLE, matrix.astype(f"{order}f8").tobytes("F"), order)
    return variable(name, DOUBLE_CLASS, matrix.shape, numbers, order=order)


def file(*variables, order="<"):
    version = b"\x00\x01IM" if order == "<" else b"\x01\x00MI"
    return b"MATLAB 5.0 MAT-file".ljust(124) + version + b"".join(variables)


def bits(matrices):
    return [matrix.tobytes() for matrix in matrices]


@pytest.mark.parametrize(
    "data",
    [
        saved(weights=column(W1, W2), biases=column(B1, B2)),
        saved(weights=column(W1, W2).T, biases=column(B1, B2).T),
        saved(compress=True, weights=column(W1, W2), biases=column(B1, B2)),
        saved(W1=W1, W2=W2, b1=B1, b2=B2),
        saved(b2=B2, weights2=W2, weights1=W1, b1=B1, note="text", s={"a": 1}, eta=0.1),
        saved(W=column(W1, W2), b=column(B1, B2), X=np.ones((1, 2)), y=np.ones((1, 2)))[: -0 or None],
        file(doubles("W1", W1), doubles("W2", W2), doubles("b1", B1), doubles("b2", B2)),
        file(
            *(doubles(*each, order=">") for each in (("W1", W1), ("W2", W2), ("b1", B1), ("b2", B2))),
            order=">",
        ),
    ],
)
def test_forms_of_the_same_network(data):
    found = parse(data)
    assert bits(found["weights"]) == bits([W1, W2])
    assert bits(found["biases"]) == bits([B1, B2])


def test_inputs_and_targets():
    found = parse(saved(W=W1, input=np.array([[1, 2]], dtype=np.int16), u=np.float32([[0.5, 0.25, 1]])))
    assert [each.tolist() for each in found["inputs"]] == [[[1, 2]]]
    assert [each.tolist() for each in found["targets"]] == [[[0.5, 0.25, 1]]]
    assert all(each.dtype == np.float64 for each in (*found["inputs"], *found["targets"]))


def test_doubles_that_matlab_stores_as_bytes():
    small = variable("W1", DOUBLE_CLASS, (2, 2), element(UINT8, bytes([1, 2, 3, 200])))
    unpadded = variable("W2", DOUBLE_CLASS, (2, 1), element(UINT8, bytes([4, 5]))[:-6])[:-6]
    for data in (file(small, unpadded), file(small, element(COMPRESSED, zlib.compress(unpadded)))):
        assert [each.tolist() for each in parse(data)["weights"]] == [[[1, 3], [2, 200]], [[4], [5]]]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"weights": np.array([[True]])}, "weights was logical; it may be a full array"),
        ({"W1": "text"}, "W1 was text; it may be"),
        ({"W": sparse.csc_array(np.eye(2))}, "W was a sparse matrix; it may be"),
        ({"W": {"a": 1}}, "W was a struct; it may be"),
        ({"W": W1, "b": 1j * B1}, "b was complex; it may be"),
        ({"W": np.float32(W1) * 1j}, "W was complex; it may be"),
        ({"weights": column(W1, W2 * 1j)}, "weights{2} was complex; it may be"),
        ({"weights": column(W1, W2 > 0)}, "weights{2} was logical; it may be"),
        ({"weights": column(W1, 1j * W2, W2 > 0)}, "weights{2} was complex; it may be"),
        ({"weights": column("text")}, "weights{1} was text; it may be"),
        ({"weights": column(column(W1))}, "weights{1} was a cell array; it may be"),
        ({"weights": column({"a": 1})}, "weights{1} was a struct; it may be"),
        ({"weights": column(sparse.csc_array(np.eye(2)))}, "weights{1} was a sparse matrix; it may be"),
        (
            {"weights": column(np.zeros((0, 0)))},
            "weights{1} had the shape (0, 0); it may have rows and columns",
        ),
        ({"weights": column(np.ones((2, 2, 2)))}, "weights{1} had the shape (2, 2, 2); it may have"),
        (
            {"weights": column(W1, W1, W1, W1).reshape(2, 2)},
            "weights had (2, 2) cells; it may have one row or one",
        ),
        ({"weights": np.empty((0, 0), dtype=object)}, "weights had (0, 0) cells; it may have one row or one"),
        ({"W1": column(W1)}, "W1 was a cell array; it may be"),
        ({"W": W1, "inputs": column(W1)}, "inputs was a cell array; it may be"),
        (
            {"W": np.array([[1, 2, 3], [4, np.inf, np.nan]])},
            "W, row 2, column 2, was inf; it may be a finite number",
        ),
        ({"weights": column(W1, W2 * np.nan)}, "weights{2}, row 1, column 1, was nan; it may be"),
        ({"W": W1, "X": np.array([[2**53 + 1]])}, "X had a whole number beyond 2^53; it may"),
        ({"eta": 1.0}, "the list of variables was 'eta'; it may be any that holds weights"),
        ({"W": W1, "bias": B1}, "the name of a variable was 'bias'; it may be one of biases, b"),
    ],
)
def test_refusals_name_variable_and_cell(variables, sentence):
    with pytest.raises(ChainruleError) as caught:
        parse(saved(**variables))
    assert sentence in str(caught.value)


def test_variables_that_are_not_needed_may_be_anything():
    sparse_like = variable("S", 5, (2**30, 2**30), numbers(1))
    assert bits(
        parse(file(sparse_like, variable("f", FUNCTION_CLASS, (1, 1)), doubles("W", W1)))["weights"]
    ) == bits([W1])


def test_variable_that_is_there_twice():
    with pytest.raises(ChainruleError, match="the variable 'W' was there twice; it may be there once"):
        parse(file(doubles("W", W1), doubles("b", B1), doubles("W", W1)))


def numbers(*values):
    return element(DOUBLE, np.array(values, dtype="<f8").tobytes())


CELL_OF_NEGATIVE_LENGTH = variable("W", CELL_CLASS, (1, 1), variable("", DOUBLE_CLASS, (-1, -1), numbers(1)))
OPAQUE = element(MATRIX, element(UINT32, struct.pack("<II", 17, 0)) + element(INT8, b"W") + numbers(1))
PACKED = zlib.compress(doubles("W", W1))


@pytest.mark.parametrize(
    ("hostile", "sentence"),
    [
        (variable("W", DOUBLE_CLASS, (2**30, 2**30), numbers(1)), "W claimed "),
        (variable("W", DOUBLE_CLASS, (0, *[2**31 - 1] * 9), numbers()), "W claimed "),
        (variable("W", DOUBLE_CLASS, (-1, 1), numbers(1)), "the content was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (-1, -1), numbers(1)), "the content was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1,), numbers(1)), "the content was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1,) * 33, numbers(1)), "the content was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1,) * 32, numbers(1)), "W had the shape (1, 1, 1, 1"),
        (variable("W", DOUBLE_CLASS, (2, 2), numbers(1, 2, 3)), "W was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (2, 1), numbers(1, 2, 3)), "W was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (2, 1)), "W was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1, 1), numbers(1), numbers(1)), "W was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1, 1), element(MATRIX, bytes(8))), "W was damaged or cut off"),
        (variable("W", DOUBLE_CLASS, (1, 1), element(0, bytes(8))), "W was damaged or cut off"),
        (variable("W", 99, (1, 1), numbers(1)), "W was of no known class"),
        (variable("W", FUNCTION_CLASS, (1, 1)), "W was a function"),
        (variable("W", CELL_CLASS, (2**31 - 1, 1)), "W claimed "),
        (variable("W", CELL_CLASS, (2**20, 1)), "W was damaged or cut off"),
        (variable("W", CELL_CLASS, (1, 1), numbers(1)), "W was damaged or cut off"),
        (variable("W", CELL_CLASS, (1, 1), element(MATRIX, b"")), "W{1} was damaged or cut off"),
        (variable("W", CELL_CLASS, (1, 1), variable("", FUNCTION_CLASS, (1, 1))), "W{1} was a function"),
        (variable("W", CELL_CLASS, (1, 1), variable("", CELL_CLASS, (0, 0))), "W{1} was a cell array"),
        (CELL_OF_NEGATIVE_LENGTH, "W{1} was damaged or cut off"),
        (variable("W\0", DOUBLE_CLASS, (1, 1), numbers(1)), r"the name of a variable was 'W\x00'; it may be"),
        (variable("", DOUBLE_CLASS, (1, 1), numbers(1)), "the name of a variable was ''; it may be letters"),
        (OPAQUE, "W was damaged or cut off"),
        (element(COMPRESSED, b"no zlib"), "the content was damaged or cut off"),
        (element(COMPRESSED, PACKED[:-1]), "the content was damaged or cut off"),
        (element(COMPRESSED, PACKED[:-1] + b"!"), "the content was damaged or cut off"),
        (element(COMPRESSED, PACKED + b"!"), "the content was damaged or cut off"),
        (element(COMPRESSED, zlib.compress(doubles("W", W1) + b"!")), "the content was damaged or cut off"),
        (
            element(COMPRESSED, zlib.compress(element(COMPRESSED, PACKED))),
            "the content was damaged or cut off",
        ),
        (
            element(COMPRESSED, zlib.compress(b"\x0d" + doubles("W", W1)[1:])),
            "the content was damaged or cut off",
        ),
        (element(COMPRESSED, zlib.compress(b"")), "the content was damaged or cut off"),
        (element(99, bytes(8)), "the content was damaged or cut off"),
        (element(MATRIX, b""), "the content was damaged or cut off"),
        (struct.pack("<II", MATRIX, 2**32 - 1), "the content was damaged or cut off"),
        (struct.pack("<HHI", INT8, 5, 0), "the content was damaged or cut off"),
    ],
)
def test_hostile_variables(hostile, sentence):
    with pytest.raises(ChainruleError) as caught:
        parse(file(hostile))
    assert str(caught.value).startswith(sentence)


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("W.npy", "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"w1 = [0.15, 0.20]\n" * 40, "text"),
        (b"short text", "text"),
        (b"# Created by Octave 8.4.0\n# name: weights\n", "text"),
        (pickle.dumps({"weights": [1.0] * 100}), "a pickle, which could run any program"),
        (zipped(), "a zip archive"),
        (b"\x1f\x8b" + bytes(200), "a gzip archive"),
        (b"\x93NUMPY\x01\x00" + bytes(200), "a NumPy array"),
        (b"\x89HDF\r\n\x1a\n" + bytes(200), "an HDF5 file"),
        (
            b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(384) + b"\x89HDF\r\n\x1a\n",
            "a MATLAB file of version 7.3 (HDF5)",
        ),
        (saved(W=W1)[:100], "cut off after 100 bytes"),
        (struct.pack("<5i", 0, 2, 3, 0, 2) + b"W\0" + W1.tobytes("F"), "perhaps a MATLAB file of version 4"),
        (bytes(4) + saved(W=W1)[4:], "perhaps a MATLAB file of version 4"),
        (bytes(range(255, 0, -1)), "of an unknown format"),
    ],
)
def test_other_formats(data, what):
    with pytest.raises(ChainruleError) as caught:
        parse(data)
    advice = "save it again in MATLAB with save('-v7')"
    assert str(caught.value) == f"the content was {what}; it may be a MATLAB file ({advice})"


def test_built_bytes_hold_no_date(monkeypatch):
    matrices = {"targets": [], "inputs": [np.ones((1, 2))], "biases": [B1], "weights": [W1]}
    first = build(matrices)
    monkeypatch.setattr(time, "asctime", lambda: "Mon Jan  1 00:00:00 2001")
    assert build(matrices) == first
    assert first[:116] == DESCRIPTION
    assert len(DESCRIPTION) == 116
    assert scipy.io.whosmat(io.BytesIO(first)) == [
        ("inputs", (1, 2), "double"),
        ("biases", (1, 1), "cell"),
        ("weights", (1, 1), "cell"),
    ]


# In a process of its own: if SciPy's reader crashes on one of the variants, this fails instead of
# taking the tests down.
SWEEP = """
import sys
from chainrule.errors import InvalidFileError
from chainrule.files.inside import limit
from chainrule.files.matlab import network_of
from chainrule.files.matlab_format import parse
from chainrule.files.source import errors_about

whole, bits = bytes.fromhex(sys.argv[1]), sys.argv[2]
limit(memory=256 << 20, seconds=500)

def read(data):
    try:
        with errors_about("net.mat"):
            return network_of(parse(data))
    except (InvalidFileError, MemoryError) as error:  # the child makes a sentence of both
        assert str(error).count("\\n") == 0
        return None

def form(network):
    return network.sizes, network.biases is None, network.inputs is None, network.targets is None

intact = form(read(whole))
read_while_cut = sum(read(whole[:length]) is not None for length in range(len(whole)))
refused = other_form = 0
for position in range(len(whole)):
    for bit in range(8) if bits == "all" else [position % 8]:
        data = bytearray(whole)
        data[position] ^= 1 << bit
        network = read(bytes(data))
        refused += network is None
        other_form += network is not None and form(network) != intact
print(read_while_cut, other_form, refused)
"""


def sweep(data, bits):
    ended = subprocess.run(
        [sys.executable, "-c", SWEEP, data.hex(), bits],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return map(int, ended.stdout.split())


@pytest.mark.parametrize("bits", ["one", pytest.param("all", marks=pytest.mark.slow)])
def test_every_cut_and_flipped_bits(bits):
    """Version 5 has no checksum: a flipped bit may change a number, but never the network's form."""
    data = build({"targets": [W2[:1]], "inputs": [W2[1:2]], "biases": [B1, B2], "weights": [W1, W2]})
    read_while_cut, other_form, refused = sweep(data, bits)
    assert (read_while_cut, other_form) == (0, 0)
    assert refused > len(data) // 4


@pytest.mark.parametrize("bits", ["one", pytest.param("all", marks=pytest.mark.slow)])
def test_every_cut_and_flipped_bits_of_a_compressed_file(bits):
    """Compressed variables carry zlib's checksum, which is looked at."""
    data = saved(compress=True, b1=B1, b2=B2, W1=W1, W2=W2)
    read_while_cut, other_form, refused = sweep(data, bits)
    assert (read_while_cut, other_form) == (0, 0)
    assert refused > len(data) // 2
