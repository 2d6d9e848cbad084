"""What a word on the command line means, and every file that is refused."""

import os
import pickle

import numpy as np
import pytest
import scipy.io

from chainrule.tutorials import GATES, SETS, TUTORIALS

COMMANDS = ("explain", "fit", "check")


def save(path, **variables):
    scipy.io.savemat(path, variables)


def cell(*matrices):
    column = np.empty((len(matrices), 1), dtype=object)
    for place, matrix in enumerate(matrices):
        column[place, 0] = matrix
    return column


def good(**changes):
    variables = {
        "weights": cell(np.ones((2, 3)), np.ones((3, 1))),
        "biases": cell(np.zeros((1, 3)), np.zeros((1, 1))),
        "inputs": np.array([[0.5, 0.25], [0.0, 1.0]]),
        "targets": np.array([[1.0], [0.0]]),
    }
    return {name: value for name, value in {**variables, **changes}.items() if value is not None}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_good_file_runs(run, tmp_path, command):
    save(tmp_path / "net.mat", **good())
    done = run(command, "net.mat")
    assert (done.status, done.err) == (0, "")
    assert "2-3-1, tanh then sigmoid, squared_error" in done.out or command == "check"


def test_the_activations_and_the_loss_are_those_that_are_said(run, tmp_path):
    save(tmp_path / "net.mat", **good())
    done = run("explain", "net.mat", "--hidden", "relu", "--output", "identity", "--loss", "huber")
    assert "2-3-1, relu then identity, huber" in done.out


def test_the_end_of_a_name_may_be_in_capitals(run, tmp_path):
    save(tmp_path / "NET.MAT", **good())
    assert run("check", "NET.MAT").status == 0


# A bare name is a tutorial only when no such file exists


@pytest.mark.parametrize("name", [*TUTORIALS, *GATES, *SETS, "mazur"])
def test_a_file_of_a_tutorials_name_is_the_file(run, refused, tmp_path, name):
    (tmp_path / name).write_text("mine")
    for command in COMMANDS:
        told = refused(command, name)
        hint = f"tutorial:{name} is the tutorial or gate of that name"
        assert told == f"the file was '{name}'; it may be a .mat file ({hint})"
    assert run("check", f"tutorial:{name}").status == 0


def test_a_folder_of_a_tutorials_name_is_the_folder(refused, tmp_path):
    (tmp_path / "jain").mkdir()
    assert refused("explain", "jain").startswith("the file was 'jain'; it may be a .mat file")


def test_tutorial_and_a_colon_is_always_the_tutorial(run, tmp_path):
    wanted = run("explain", "jain").out
    (tmp_path / "jain").write_text("mine")
    (tmp_path / "tutorial").mkdir()
    assert run("explain", "tutorial:jain").out == wanted


# Refused

HDF5 = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n" + bytes(512)


class Hostile:
    def __reduce__(self):
        return os.system, ("touch hacked",)


def write_bad_files(folder):
    """Write every bad file, and return what its sentence says."""
    save(folder / "whole.mat", **good())
    whole = (folder / "whole.mat").read_bytes()
    (folder / "empty.mat").write_bytes(b"")
    (folder / "header only.mat").write_bytes(whole[:128])
    (folder / "cut.mat").write_bytes(whole[: len(whole) // 2])
    (folder / "v7.3.mat").write_bytes(HDF5)
    (folder / "pickle.mat").write_bytes(pickle.dumps(Hostile()))
    (folder / "text.mat").write_text("weights = [1 2; 3 4]\n" * 100)
    (folder / "noise.mat").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "huge.mat").write_bytes(whole[:132] + b"\xff\xff\xff\x7f" + whole[136:])
    (folder / "folder.mat").mkdir()
    (folder / "loop.mat").symlink_to("loop.mat")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.mat")
    ones = np.ones
    changed = {
        "no chain.mat": good(weights=cell(ones((2, 3)), ones((4, 1)))),
        "transposed.mat": good(weights=cell(ones((3, 2)), ones((1, 3)))),
        "no weights.mat": good(weights=None),
        "no inputs.mat": good(inputs=None),
        "no targets.mat": good(targets=None),
        "nan.mat": good(inputs=np.array([[0.5, np.nan], [0.0, 1.0]])),
        "complex.mat": good(weights=cell(ones((2, 3)) * 1j, ones((3, 1)))),
        "letters.mat": good(weights="none"),
        "rows.mat": good(targets=ones((3, 1))),
        "bias.mat": good(biases=cell(np.zeros((1, 3)), np.zeros((1, 2)))),
        "wide.mat": good(inputs=ones((2, 3))),
    }
    for name, variables in changed.items():
        save(folder / name, **variables)


SAID = {
    "missing.mat": "cannot be read: No such file",
    "empty.mat": "empty",
    "header only.mat": "weights",
    "cut.mat": "",
    "v7.3.mat": "save('-v7')",
    "pickle.mat": "pickle",
    "text.mat": "",
    "noise.mat": "",
    "huge.mat": "",
    "folder.mat": "was a folder; it may be a plain file",
    "loop.mat": "cannot be read",
    "pipe.mat": "was a pipe; it may be a plain file",
    "no chain.mat": "(2, 3) and (4, 1)",
    "transposed.mat": "transpose",
    "no weights.mat": "weights",
    "no inputs.mat": "without inputs",
    "no targets.mat": "without targets",
    "nan.mat": "inputs",
    "complex.mat": "weights",
    "letters.mat": "weights",
    "rows.mat": "inputs had 2 rows and targets 3",
    "bias.mat": "biases",
    "wide.mat": "inputs had the shape (2, 3)",
}


@pytest.mark.parametrize("name", SAID)
def test_a_bad_file_is_refused_in_one_sentence_that_names_it(refused, tmp_path, name):
    write_bad_files(tmp_path)
    before = sorted(tmp_path.iterdir())
    command = COMMANDS[list(SAID).index(name) % 3]
    told = refused(command, name, *(("-o", "out.mat") if command == "fit" else ()))
    assert name in told
    assert SAID[name] in told
    assert sorted(tmp_path.iterdir()) == before


def test_a_child_that_reads_files_is_all_that_a_bad_one_can_harm(refused, tmp_path):
    (tmp_path / "pickle.mat").write_bytes(pickle.dumps(Hostile()))
    for command in COMMANDS:
        refused(command, "pickle.mat")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("name", ["net.txt", "net.mta", "nets/net", "./jain", "net.mat.bak"])
def test_a_file_that_is_not_there_is_no_tutorial_either(refused, name):
    assert refused("explain", name) == f"'{name}' was no file; it may be a .mat file, a tutorial or a gate"


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "jain\n", "\udcff", "../" * 30, " jain"])
def test_odd_names_are_shown_and_refused(refused, name):
    told = refused("explain", name)
    assert told.isprintable()
