"""Whatever happens to a writer, one of the states that it saved is loaded, whole."""

import errno
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError
from chainrule.files import atomic, checkpoint, lock, opened, sealed
from chainrule.files.checkpoint import CHECKPOINT, CheckpointFolder, read_checkpoint

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def arrays_of(step, size=3):
    """Return the arrays of a training at a step: everything follows from the step."""
    theta = np.full(size, step, dtype=np.float32)
    return {"theta": theta, "m": theta / 2, "loss": np.arange(step + 1.0), "epochs": np.array([step])}


def state_of(step):
    return {"step": step, "seed": 2**64 - 1, "engine": "reference", "plan": {"rows": 10}, "note": "ü"}


def save(folder, step, size=3):
    folder.save(arrays_of(step, size), state_of(step))


def filled(path, steps=2, **options):
    """Return an open folder in which `steps` checkpoints were saved."""
    folder = CheckpointFolder(path, **options)
    for step in range(1, steps + 1):
        save(folder, step)
    return folder


def step_of(loaded, size=3):
    """Return which step a checkpoint is of, once it is sure that all of it is."""
    step = loaded.state["step"]
    expected = arrays_of(step, size)
    assert loaded.state == state_of(step)
    assert loaded.arrays.keys() == expected.keys()
    for name, array in loaded.arrays.items():
        assert array.dtype == expected[name].dtype
        assert array.tobytes() == expected[name].tobytes()
    return step


def file(path, number):
    return Path(path) / f"checkpoint-{number:06d}.safetensors"


def names(path):
    return sorted(os.listdir(path))


def kept(*numbers):
    return [".lock", *(f"checkpoint-{number:06d}.safetensors" for number in numbers)]


# Saving and loading


def test_the_newest_is_loaded_and_the_one_before_is_kept(tmp_path):
    with filled(tmp_path / "run" / "first", steps=5) as folder:
        loaded = folder.load_latest()
        assert (step_of(loaded), loaded.note) == (5, "")
        assert folder.generations == [4, 5]
    assert names(tmp_path / "run" / "first") == kept(4, 5)


@pytest.mark.parametrize("keep", [2, 3, 7])
def test_as_many_are_kept_as_asked_for(tmp_path, keep):
    with filled(tmp_path, steps=10, keep=keep) as folder:
        assert folder.generations == list(range(11 - keep, 11))


@pytest.mark.parametrize("keep", [1, 0, 2.5, None])
def test_fewer_than_two_are_never_kept(tmp_path, keep):
    with pytest.raises(InvalidValueError, match="the number of checkpoints to keep was"):
        CheckpointFolder(tmp_path, keep=keep)
    assert names(tmp_path) == []


def test_every_bit_comes_back(tmp_path):
    odd = np.frombuffer(np.uint64([0x7FF8DEADBEEF0001, 0xFFF0000000000000, 1]).tobytes(), dtype=np.float64)
    arrays = {"one": np.float32([1]), "history": odd, "none": np.empty((0, 3)), "scalar": np.array(2**63 - 1)}
    with CheckpointFolder(tmp_path) as folder:
        folder.save(arrays, {})
        loaded = folder.load_latest()
    assert {name: array.tobytes() for name, array in loaded.arrays.items()} == {
        name: array.tobytes() for name, array in arrays.items()
    }
    assert loaded.arrays["none"].shape == (0, 3)
    assert loaded.state == {}


def test_the_same_state_gives_the_same_file(tmp_path):
    filled(tmp_path / "a").close()
    filled(tmp_path / "b").close()
    for name in kept(1, 2)[1:]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_another_process_goes_on_counting(tmp_path):
    filled(tmp_path).close()
    with CheckpointFolder(tmp_path) as folder:
        assert step_of(folder.load_latest()) == 2
        save(folder, 3)
    assert names(tmp_path) == kept(2, 3)


def test_counting_goes_on_beyond_six_digits(tmp_path):
    filled(tmp_path, steps=1).close()
    for number in (999_999, 10**20):
        shutil.copy(file(tmp_path, 1), file(tmp_path, number))
    with CheckpointFolder(tmp_path) as folder:
        save(folder, 2)
        assert folder.generations == [10**20, 10**20 + 1]
        assert step_of(folder.load_latest()) == 2


def test_other_files_are_left_alone(tmp_path):
    others = [
        "notes.txt",
        "checkpoint-1.safetensors",
        "checkpoint-0000001.safetensors",
        "checkpoint-000001.pt",
        "checkpoint-٠٠٠٠٠١.safetensors",
        ".m.safetensors.0123456789abcdef.tmp",
        ".checkpoint-000001.safetensors.0123456789abcdeg.tmp",
    ]
    for name in others:
        (tmp_path / name).write_text("mine")
    with filled(tmp_path, steps=4) as folder:
        assert folder.generations == [3, 4]
    assert names(tmp_path) == sorted([*kept(3, 4), *others])


@pytest.mark.parametrize(
    ("arrays", "state", "error"),
    [
        ({"theta": np.ones(2, complex)}, {}, InvalidTypeError),
        ({"theta 1": np.ones(2)}, {}, InvalidValueError),
        ({}, {"rng": object()}, InvalidTypeError),
        ({}, {"loss": float("nan")}, InvalidValueError),
    ],
)
def test_what_cannot_be_saved_leaves_what_was(tmp_path, arrays, state, error):
    with filled(tmp_path) as folder:
        with pytest.raises(error):
            folder.save(arrays, state)
        assert step_of(folder.load_latest()) == 2
    assert names(tmp_path) == kept(1, 2)


# Damage


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-5])


def empty(path):
    path.write_bytes(b"")


def garbage(path):
    path.write_bytes(random.Random(0).randbytes(1000))


def folder_instead(path):
    path.unlink()
    path.mkdir()


def pipe_instead(path):
    path.unlink()
    os.mkfifo(path)


DAMAGES = [flip, cut, empty, garbage, folder_instead, pytest.param(pipe_instead, marks=posix)]


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_one_before_is_loaded_when_the_newest_is_damaged(tmp_path, damage):
    filled(tmp_path, steps=3).close()
    damage(file(tmp_path, 3))
    with CheckpointFolder(tmp_path) as folder:
        loaded = folder.load_latest()
        assert step_of(loaded) == 2
        assert loaded.note.startswith(
            "an earlier checkpoint, checkpoint-000002.safetensors, was loaded, because "
        )
        assert "checkpoint-000003.safetensors" in loaded.note
        assert "\n" not in loaded.note


@pytest.mark.parametrize("damage", [flip, cut, empty, garbage])
def test_two_good_ones_are_kept_beside_a_damaged_one(tmp_path, damage):
    filled(tmp_path, steps=3).close()
    damage(file(tmp_path, 3))
    with CheckpointFolder(tmp_path) as folder:
        folder.load_latest()
        save(folder, 4)
        assert folder.generations == [2, 4]
        damage(file(tmp_path, 4))
        assert step_of(folder.load_latest()) == 2


def test_when_none_can_be_read_each_reason_is_given(tmp_path):
    with filled(tmp_path) as folder:
        flip(file(tmp_path, 1))
        empty(file(tmp_path, 2))
        with pytest.raises(
            InvalidFileError, match=r"had no checkpoint that can be read: .*empty.*; .*altered"
        ):
            folder.load_latest()
        assert folder.generations == [1, 2]


def test_an_empty_folder_has_none(tmp_path):
    with CheckpointFolder(tmp_path) as folder:
        assert folder.generations == []
        with pytest.raises(
            InvalidFileError, match=rf"^the folder '{tmp_path}' had no checkpoint that can be read$"
        ):
            folder.load_latest()


def test_a_model_file_is_no_checkpoint(tmp_path):
    (tmp_path / "m").write_bytes(sealed.sealed(CHECKPOINT._replace(name="chainrule-model"), {}, {}))
    with pytest.raises(
        InvalidFileError, match="the format of the content was 'chainrule-model'; it may be chainrule-c"
    ):
        read_checkpoint(tmp_path / "m")


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data())
def test_random_damage_is_noticed(tmp_path_factory, data):
    good = sealed.sealed(CHECKPOINT, state_of(4), arrays_of(4))
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(bad)
    if bad != good:
        with pytest.raises(InvalidFileError):
            read_checkpoint(path)


def test_what_killed_writers_left_is_removed(tmp_path):
    left = [
        ".checkpoint-000002.safetensors.0123456789abcdef.tmp",
        ".checkpoint-1234567.safetensors.aaaaaaaaaaaaaaaa.tmp",
    ]
    for name in left:
        (tmp_path / name).write_bytes(b"half")
    filled(tmp_path, steps=1).close()
    assert names(tmp_path) == kept(1)


def test_the_temporary_names_are_those_of_the_atomic_write(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(atomic, "publish", lambda temporary, *_: seen.append(os.path.basename(temporary)))
    with CheckpointFolder(tmp_path) as folder:
        save(folder, 1)
    assert checkpoint.ORPHAN.fullmatch(seen[0])


# Two processes


HOLD = """
import sys
from chainrule.files.checkpoint import CheckpointFolder
folder = CheckpointFolder(sys.argv[1])
print(flush=True)
sys.stdin.read()
"""


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def python(script, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], env=environment(), **options
    )


def test_a_folder_in_use_is_refused_until_its_user_is_gone(tmp_path):
    with python(HOLD, tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        for _ in range(2):
            with pytest.raises(
                InvalidFileError,
                match=rf"^'{tmp_path}' was in use by process {process.pid}; it may be used by one",
            ):
                CheckpointFolder(tmp_path)
        process.kill()
        process.wait()
        filled(tmp_path).close()
    assert (tmp_path / ".lock").read_text() == str(os.getpid())


def test_one_process_uses_a_folder_once(tmp_path):
    with filled(tmp_path) as folder:
        with pytest.raises(InvalidFileError, match=f"in use by process {os.getpid()}"):
            CheckpointFolder(tmp_path)
        save(folder, 3)
    folder.close()
    filled(tmp_path).close()


def test_a_lock_file_of_the_past_is_no_lock(tmp_path):
    (tmp_path / ".lock").write_text("a very long text that is no number " * 10)
    filled(tmp_path).close()
    assert (tmp_path / ".lock").read_text() == str(os.getpid())


@pytest.mark.parametrize("text", ["", "no number", "٣", "\xff"])
def test_an_owner_without_a_name(tmp_path, text):
    with filled(tmp_path):
        (tmp_path / ".lock").write_text(text)
        with pytest.raises(InvalidFileError, match="in use by another process"):
            CheckpointFolder(tmp_path)


@pytest.mark.parametrize("number", sorted(lock.NO_LOCKS))
def test_a_file_system_without_locks(tmp_path, monkeypatch, number):
    monkeypatch.setattr(lock, "claim", lambda _: (_ for _ in ()).throw(OSError(number, "no locks")))
    with filled(tmp_path) as folder:
        assert step_of(folder.load_latest()) == 2


@posix
def test_a_link_planted_as_the_lock_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("old")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").symlink_to(tmp_path / "precious")
    with pytest.raises(InvalidFileError, match="run' cannot be written to: "):
        CheckpointFolder(tmp_path / "run")
    assert (tmp_path / "precious").read_text() == "old"


@posix
def test_a_folder_or_a_pipe_as_the_lock(tmp_path):
    for make in (os.mkdir, os.mkfifo):
        path = tmp_path / make.__name__
        path.mkdir()
        make(path / ".lock")
        with pytest.raises(InvalidFileError, match=r"cannot be written to: Is a directory|was a pipe"):
            CheckpointFolder(path)


# Folders that cannot be used


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "run").touch()
    for path in (tmp_path / "run", tmp_path / "run" / "first"):
        with pytest.raises(InvalidFileError, match=r"cannot be made: (File exists|Not a directory)"):
            CheckpointFolder(path)


def test_a_name_with_a_nul(tmp_path):
    with pytest.raises(InvalidFileError, match="without a NUL"):
        CheckpointFolder(f"{tmp_path}/a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_really_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InvalidFileError, match="cannot be written to: Permission denied"):
        CheckpointFolder(tmp_path)
    tmp_path.chmod(0o700)


def test_a_full_disk_does_not_hinder_the_loading(tmp_path, monkeypatch):
    filled(tmp_path).close()
    full = FailingSystem(None, errno.ENOSPC, "before")
    full.write = lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr(lock, "os", full)
    with CheckpointFolder(tmp_path) as folder:
        assert step_of(folder.load_latest()) == 2


# Failures of the operating system


class FailingSystem:
    """Stands for the module `os` everywhere: its n-th operation fails, before or after it was done."""

    OPERATIONS = (
        *("chmod", "close", "fstat", "fsync", "ftruncate", "link", "listdir", "lseek", "makedirs", "open"),
        *("read", "rename", "replace", "stat", "unlink", "write"),
    )

    def __init__(self, fail_at, number, moment):
        self.fail_at, self.number, self.moment = fail_at, number, moment
        self.done = []

    def __getattr__(self, name):
        real = getattr(os, name)
        return self.counted(name, real) if name in self.OPERATIONS else real

    def counted(self, name, real):
        def operation(*arguments, **options):
            self.done.append(name)
            fails = len(self.done) == self.fail_at
            if not fails or self.moment == "after" or name == "close":
                result = real(*arguments, **options)
            if fails:
                if name == "open" and self.moment == "after":
                    os.close(result)
                path = arguments[0] if isinstance(arguments[0], str) else None
                raise OSError(self.number, os.strerror(self.number), path)
            return result

        return operation


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0


def one_more_step(path):
    """Do what a resumed training does: open, load, save."""
    with CheckpointFolder(path) as folder:
        save(folder, folder.load_latest().state["step"] + 1)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_failure_of_the_nth_operation(tmp_path, number, moment):
    filled(tmp_path / "good").close()
    before = open_files()
    for nth in itertools.count(1):
        path = tmp_path / str(nth)
        shutil.copytree(tmp_path / "good", path)
        system = FailingSystem(nth, number, moment)
        with pytest.MonkeyPatch.context() as patch:
            for module in (atomic, checkpoint, lock, opened):
                patch.setattr(module, "os", system)
            try:
                one_more_step(path)
            except (OSError, InvalidFileError) as error:
                assert str(path) in str(error)  # noqa: PT017 - some operations may fail without harm
        assert open_files() == before
        with CheckpointFolder(path) as folder:
            assert step_of(folder.load_latest()) in (2, 3)
            assert len(folder.generations) >= 2
        one_more_step(path)
        assert len(names(path)) == 3
        if len(system.done) < nth:
            break
    assert nth > 20
    assert system.done.count("fsync") == 2
    assert system.done.index("fsync") < system.done.index("link") < system.done.index("unlink")


def test_a_file_that_cannot_be_removed_is_removed_the_next_time(tmp_path, monkeypatch):
    with filled(tmp_path) as folder:
        with monkeypatch.context() as patch:
            patch.setattr(folder, "_remove", lambda names: list(names))
            save(folder, 3)
        assert folder.generations == [1, 2, 3]
        save(folder, 4)
        assert folder.generations == [3, 4]


WRITE_FOR_EVER = """
import itertools, sys
import numpy as np
from test_checkpoint import SIZE, save
from chainrule.files.checkpoint import CheckpointFolder

folder = CheckpointFolder(sys.argv[1])
first = folder.load_latest().state["step"] + 1 if folder.generations else 1
for step in itertools.count(first):
    save(folder, step, SIZE)
    print(step, flush=True)
"""
SIZE = 300_000


@pytest.mark.slow
@posix
def test_kill_at_random_instants(tmp_path):
    instant = random.Random(1)
    here = {**environment(), "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    for _ in range(20):
        command = [sys.executable, "-c", WRITE_FOR_EVER, tmp_path]
        with subprocess.Popen(command, env=here, stdout=subprocess.PIPE) as process:
            said = [int(process.stdout.readline())]
            time.sleep(instant.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            said += map(int, process.stdout.read().split())
        with CheckpointFolder(tmp_path) as folder:
            loaded = folder.load_latest()
            assert step_of(loaded, SIZE) in (said[-1], said[-1] + 1)
            assert loaded.note == ""
            assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


FULL_DISK = """
import os, subprocess, sys
import numpy as np
from test_checkpoint import arrays_of, save, step_of
from chainrule.files.checkpoint import CheckpointFolder

subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", sys.argv[1]], check=True)
print("mounted", flush=True)
size = 10_000
with CheckpointFolder(sys.argv[1]) as folder:
    for step in (1, 2):
        save(folder, step, size)
    with open(os.path.join(sys.argv[1], "filler"), "wb") as filler:
        filler.write(bytes(400_000))
    before = sorted(os.listdir(sys.argv[1]))
    try:
        save(folder, 3, size)
    except OSError as error:
        print(error.errno, error, flush=True)
    assert sorted(os.listdir(sys.argv[1])) == before
    assert step_of(folder.load_latest(), size) == 2
    os.unlink(os.path.join(sys.argv[1], "filler"))
    save(folder, 3, size)
    assert step_of(folder.load_latest(), size) == 3
print("whole", flush=True)
"""


def test_a_disk_that_is_full(tmp_path):
    if not shutil.which("unshare"):
        pytest.skip("this system mounts nothing for a test: no unshare")
    here = {**environment(), "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", FULL_DISK, tmp_path]
    ended = subprocess.run(command, env=here, capture_output=True, text=True)
    if not ended.stdout.startswith("mounted"):
        pytest.skip(f"this system mounts nothing for a test: {ended.stderr.strip()[-100:]}")
    assert ended.returncode == 0, ended.stderr
    mounted, error, whole = ended.stdout.splitlines()
    assert error.startswith(f"{errno.ENOSPC} [Errno {errno.ENOSPC}] No space left on device: ")
    assert "checkpoint-000003.safetensors'" in error
    assert (mounted, whole) == ("mounted", "whole")
