"""Whatever a reader does, the parent gets its result or one sentence, and soon."""

import os
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from chainrule.errors import InvalidFileError
from chainrule.files import child
from chainrule.files.child import read_in_child

READERS = """
    import ctypes, os, sys, time
    import numpy as np
    from chainrule.errors import InvalidFileError, ShapeError

    def letters(data):
        print("a library prints", flush=True)
        os.write(1, b"noise")
        return {"counts": np.bincount(np.frombuffer(data, np.uint8)).astype(float), "text": [data.decode()]}

    def refuse(data):
        raise ShapeError("W1 had\\tno \\x1b rows")

    def mistake(data):
        raise KeyError("secret")

    def sleep(data):
        time.sleep(60)

    def spin(data):
        while True:
            pass

    def abort(data):
        os.abort()

    def segfault(data):
        ctypes.string_at(0)

    def fall(data):
        os.kill(os.getpid(), 9)

    def leave(data):
        os._exit(3)

    def silent(data):
        os.close(3), os.closerange(3, 100)
        time.sleep(60)

    def hoard(data):
        return np.ones(10**9)

    def hoard_a_little_at_a_time(data):
        pieces = []
        while True:
            pieces.append(bytes(1 << 20))

    def forget(data):
        return object()

    def write(data):
        with open(data.decode(), "w") as file:
            file.write("x")

    def surroundings(data):
        sys.stdin.read()
        return {"path": sys.path, "flags": sys.flags.isolated, "threads": os.environ["OMP_NUM_THREADS"]}

    def large(data):
        return [np.arange(2_000_000.0), np.ones((3, 0))]
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "hostile_readers.py").write_text(textwrap.dedent(READERS))
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "file"

    def run(name, data=b"abca", **limits):
        file.write_bytes(data)
        return read_in_child(f"hostile_readers:{name}", file, **limits)

    return run


def test_result_arrives_and_prints_do_not_disturb_it(run):
    result = run("letters")
    assert result["text"] == ["abca"]
    assert result["counts"][ord("a") :].tolist() == [2, 1, 1]


def test_large_result(run):
    numbers, nothing = run("large")
    assert np.array_equal(numbers, np.arange(2_000_000.0))
    assert nothing.shape == (3, 0)


def test_surroundings_of_the_child(run):
    result = run("surroundings")
    assert result["flags"] == 1
    assert result["threads"] == "1"
    assert "" not in result["path"]
    assert all(map(os.path.isabs, result["path"]))


@pytest.mark.parametrize(
    ("reader", "sentence"),
    [
        ("refuse", r"W1 had no \? rows"),
        ("mistake", "the content cannot be read: its reader failed with KeyError"),
        ("abort", r"reading or running it crashed \(SIGABRT\)"),
        ("segfault", r"reading or running it crashed \(SIGSEGV\)"),
        ("fall", "reading or running it was killed from outside, perhaps because memory ran out"),
        ("leave", "reading or running it ended with code 3, without an answer"),
        ("forget", "reading or running it ended with code 1, without an answer"),
    ],
)
def test_endings(run, reader, sentence):
    with pytest.raises(InvalidFileError, match=rf"^in '.*file', {sentence}$"):
        run(reader)


@pytest.mark.parametrize("reader", ["sleep", "spin", "silent"])
def test_too_long(run, reader):
    start = time.monotonic()
    with pytest.raises(InvalidFileError, match=r"more than 0\.7 seconds, so it was stopped$"):
        run(reader, seconds=0.7)
    assert time.monotonic() - start < 5


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="only Linux limits the memory")
@pytest.mark.parametrize("reader", ["hoard", "hoard_a_little_at_a_time"])
def test_too_much_memory(run, reader):
    with pytest.raises(InvalidFileError, match=r"reading or running it needs more than 128 MB of memory$"):
        run(reader, memory=128 << 20)


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="only Linux limits the memory")
def test_memory_is_counted_beyond_the_imports(run):
    # 16 MB of numbers, sent without a second copy, fit into 24 MB; NumPy itself maps far more.
    assert run("large", memory=24 << 20)[0][-1] == 1_999_999


def test_reader_writes_into_no_file(run, tmp_path):
    pytest.importorskip("resource")
    with pytest.raises(InvalidFileError, match=r"its reader failed with OSError$"):
        run("write", data=os.fsencode(tmp_path / "planted"))
    assert not (tmp_path / "planted").read_bytes()


def test_unknown_reader(run):
    with pytest.raises(InvalidFileError, match=r"its reader failed with AttributeError$"):
        run("nowhere")


def test_nothing_is_left_behind(run):
    before = threading.active_count()
    for reader in ("letters", "leave"):
        try:
            run(reader)
        except InvalidFileError:
            continue
    deadline = time.monotonic() + 2
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_interrupt_ends_the_child(run, monkeypatch):
    def interrupt(stream):
        raise KeyboardInterrupt

    monkeypatch.setattr(child, "receive", interrupt)
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run("sleep")
    assert time.monotonic() - start < 5


def test_no_child_for_what_is_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(InvalidFileError, match="cannot be read: No such file"):
        read_in_child("hostile_readers:letters", tmp_path / "missing")
    with pytest.raises(InvalidFileError, match="was a folder"):
        read_in_child("hostile_readers:letters", tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(InvalidFileError, match="was a pipe"):
            read_in_child("hostile_readers:letters", tmp_path / "pipe")


def test_file_name_of_undecodable_bytes(run, tmp_path):
    run("letters")
    try:
        name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
        os.replace(tmp_path / "file", name)
    except (OSError, UnicodeError):
        pytest.skip("this file system has only names that are text")
    assert read_in_child("hostile_readers:letters", name)["text"] == ["abca"]
