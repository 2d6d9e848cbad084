"""From a MATLAB file to a network and back, through the child process."""

import os
import pickle
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
import scipy.io

from chainrule.errors import InvalidFileError, TooLargeError
from chainrule.files import matlab
from chainrule.files.child import read_in_child
from chainrule.files.matlab import READER, MatNetwork, network_of, read_mat, write_mat

W1 = np.array([[0.21, -0.34, 0.55], [0.13, 0.47, -0.26]])
W2 = np.array([[0.38, -0.18], [-0.52, 0.29], [0.14, 0.63]])
B1, B2 = np.array([0.07, -0.09, 0.16]), np.array([-0.05, 0.11])
SADIYA = MatNetwork((W1, W2), (B1, B2), np.array([[0.8, -0.3]]), np.array([[0.9, 0.2]]))


def column(*values):
    cells = np.empty((len(values), 1), dtype=object)
    for index, value in enumerate(values):
        cells[index, 0] = value
    return cells


def bits(network):
    arrays = [*network.weights, *(network.biases or ()), network.inputs, network.targets]
    return [None if array is None else (array.shape, array.tobytes()) for array in arrays]


@pytest.fixture
def save(tmp_path):
    def save(**variables):
        scipy.io.savemat(tmp_path / "net.mat", variables)
        return tmp_path / "net.mat"

    return save


@pytest.mark.parametrize(
    "network",
    [
        SADIYA,
        MatNetwork((W1,)),
        MatNetwork((W1, W2), inputs=np.ones((5, 2))),
        MatNetwork((np.array([[-0.0, 5e-324], [1e308, np.nextafter(1, 2)]]),), (np.array([-0.0, 1 / 3]),)),
        MatNetwork((np.ones((1, 1)),), (np.ones(1),), np.ones((4, 1)), np.ones((4, 1))),
    ],
)
def test_round_trip_is_bit_exact(tmp_path, network):
    write_mat(tmp_path / "net.mat", network)
    assert bits(read_mat(tmp_path / "net.mat")) == bits(network)


def test_same_network_same_bytes(tmp_path, monkeypatch):
    write_mat(tmp_path / "a", SADIYA)
    monkeypatch.setattr(time, "asctime", lambda: "Mon Jan  1 00:00:00 2001")
    write_mat(tmp_path / "b", SADIYA)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_written_file_as_the_tutorial_reads_it(tmp_path):
    write_mat(tmp_path / "net.mat", SADIYA)
    loaded = scipy.io.loadmat(tmp_path / "net.mat")
    for k, (weight, bias) in enumerate(zip(SADIYA.weights, SADIYA.biases, strict=True)):
        assert np.array_equal(loaded["weights"][k][0], weight)
        assert np.array_equal(loaded["biases"][k][0], bias.reshape(1, -1))
    assert np.array_equal(loaded["inputs"], SADIYA.inputs)


def test_existing_file_is_kept_unless_asked(tmp_path):
    path = tmp_path / "net.mat"
    path.write_bytes(b"mine")
    with pytest.raises(InvalidFileError, match="exists already"):
        write_mat(path, SADIYA)
    assert path.read_bytes() == b"mine"
    write_mat(path, SADIYA, overwrite=True)
    assert bits(read_mat(path)) == bits(SADIYA)


def test_file_that_could_not_be_read_again_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(matlab, "LARGEST_FILE", 500)
    with pytest.raises(TooLargeError, match=r"the file would have 760 bytes; it may have at most 500$"):
        write_mat(tmp_path / "net.mat", SADIYA)
    assert not list(tmp_path.iterdir())


def test_biases_as_rows_and_columns(save):
    path = save(W1=W1, W2=W2, b1=B1.reshape(-1, 1), b2=B2.reshape(1, -1))
    assert bits(read_mat(path))[2:4] == bits(SADIYA)[2:4]


@pytest.mark.parametrize(
    ("shape", "read"),
    [((2, 1), (1, 2)), ((1, 2), (1, 2)), ((2, 2), (2, 2)), ((1, 1), None), ((3, 1), None), ((2, 3), None)],
)
def test_one_example_may_be_a_column(shape, read):
    answer = {"weights": [W1], "biases": [], "inputs": [np.ones(shape)], "targets": []}
    if read:
        assert network_of(answer).inputs.shape == read
    else:
        with pytest.raises(ValueError, match="it may have 2 columns"):
            network_of(answer)


def test_column_is_many_examples_of_one_input():
    answer = {"weights": [W1[:1]], "biases": [], "inputs": [np.ones((4, 1))], "targets": [np.ones((3, 1))]}
    with pytest.raises(ValueError, match="inputs had 4 rows and targets 1"):
        network_of(answer)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        (
            {"W1": W1.T, "W2": np.ones((4, 3))},
            "the weights of layers 1 and 2 had the shapes (3, 2) and (4, 3); the second may have as many "
            "rows as the first has columns (they fit only when transposed: here rows are inputs and "
            "columns are neurons, so transpose each with .' in MATLAB)",
        ),
        ({"W": W1, "b": np.ones((2, 2))}, "biases{1} had the shape (2, 2); it may be one row or one column"),
        (
            {"W": W1, "b": B2},
            "the weights of layer 1 had the shape (2, 3) and its biases (2,); the biases may be 3",
        ),
        ({"W1": W1, "W2": W2, "b1": B1}, "there were 2 weights and 1 biases; there may be as many of each"),
        (
            {"weights": column(W1, W2 * np.nan)},
            "weights{2}, row 1, column 1, was nan; it may be a finite number",
        ),
    ],
)
def test_refusals_name_the_file(save, variables, sentence):
    path = save(**variables)
    with pytest.raises(InvalidFileError) as caught:
        read_mat(path)
    assert str(caught.value).startswith(f"in '{path}', {sentence}")


def test_what_chains_both_ways_is_taken_as_it_is(save):
    assert read_mat(save(weights=column(W1.T, W2.T))).sizes == (3, 2, 3)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "the content was empty;"),
        (b"0.15 0.20\n", "the content was text;"),
        (pickle.dumps(print), "the content was a pickle, which could run any program;"),
        (
            b"MATLAB 7.3".ljust(124) + b"\0\2IM" + bytes(500),
            "the content was a MATLAB file of version 7.3 (HDF5);",
        ),
    ],
)
def test_other_formats(tmp_path, data, what):
    (tmp_path / "net.mat").write_bytes(data)
    with pytest.raises(InvalidFileError) as caught:
        read_mat(tmp_path / "net.mat")
    assert str(caught.value).startswith(f"in '{tmp_path / 'net.mat'}', {what}")


def test_sample_of_cuts_through_the_child(tmp_path):
    write_mat(tmp_path / "net.mat", SADIYA)
    whole = (tmp_path / "net.mat").read_bytes()
    for length in (127, 128, 200, len(whole) // 2, len(whole) - 1):
        (tmp_path / "net.mat").write_bytes(whole[:length])
        with pytest.raises(InvalidFileError):
            read_mat(tmp_path / "net.mat")


HEADER = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"


def words(*numbers):
    return np.array(numbers, dtype="<u4").tobytes()


def nested(depth):
    """Return cells inside cells: each level is a tag, flags, dimensions 1 by 1, and a name or none."""
    inner = words(6, 8, 1, 0, 5, 8, 1, 1, 1, 0)
    levels = [words(14, (depth - level) * (8 + len(inner)) - 8) + inner for level in range(1, depth)]
    name = words(1, 1) + b"W".ljust(8, b"\0")
    top = words(6, 8, 1, 0, 5, 8, 1, 1) + name
    return HEADER + words(14, len(top) + sum(map(len, levels))) + top + b"".join(levels)


@pytest.mark.parametrize("depth", [2, 1_000, 100_000])
def test_nested_cells(tmp_path, depth):
    (tmp_path / "net.mat").write_bytes(nested(depth))
    with pytest.raises(
        InvalidFileError, match=r"W\{1\} was a cell array; it may be a full array of real numbers$"
    ):
        read_mat(tmp_path / "net.mat")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="only Linux limits the memory")
def test_compressed_bomb(tmp_path):
    count = 16 << 20
    numbers = words(6, 8, 6, 0, 5, 8, count, 1, 1, 1) + b"W".ljust(8, b"\0") + words(9, 8 * count)
    packer = zlib.compressobj(1)
    packed = packer.compress(words(14, len(numbers) + 8 * count) + numbers)
    packed += b"".join(packer.compress(bytes(1 << 20)) for _ in range(8 * count >> 20)) + packer.flush()
    (tmp_path / "net.mat").write_bytes(HEADER + words(15, len(packed)) + packed)
    assert len(packed) < 1 << 20
    with pytest.raises(InvalidFileError, match="reading or running it needs more than 64 MB of memory"):
        read_in_child(READER, tmp_path / "net.mat", memory=64 << 20)


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"weights": [W1]}, {"weights": [B1], "biases": [], "inputs": [], "targets": []}]
    + [{"weights": [each], "biases": [], "inputs": [], "targets": []} for each in ("text", None, [W1], 3)]
    + [{"weights": W1, "biases": [], "inputs": [], "targets": []}],
)
def test_answers_that_no_honest_child_gives(answer):
    with pytest.raises(InvalidFileError, match="the content made its reader answer with"):
        network_of(answer)


def test_importing_is_light():
    script = (
        "import sys, chainrule.files; assert 'numpy' not in sys.modules;"
        "import chainrule.files.matlab; assert 'scipy' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
