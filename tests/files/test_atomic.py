"""Whatever fails, and whenever: the old file or the new one, whole, and nothing left over."""

import errno
import itertools
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from chainrule.errors import InvalidFileError
from chainrule.files import atomic
from chainrule.files.atomic import write_atomically

OLD, NEW = b"old " * 700_000, b"new!" * 800_000  # some chunks each


class FailingSystem:
    """Stands for the module `os`: its n-th operation fails, before or after it was carried out."""

    OPERATIONS = (
        *("chmod", "close", "fsync", "link", "lseek", "open", "read"),
        *("rename", "replace", "stat", "unlink", "write"),
    )

    def __init__(self, fail_at, number, moment):
        self.fail_at, self.number, self.moment = fail_at, number, moment
        self.done = []

    def __getattr__(self, name):
        real = getattr(os, name)
        return self.counted(name, real) if name in self.OPERATIONS else real

    def counted(self, name, real):
        def operation(*arguments):
            self.done.append(name)
            fails = len(self.done) == self.fail_at
            # A file that fails to close is closed all the same.
            if not fails or self.moment == "after" or name == "close":
                result = real(*arguments)
            if fails:
                if name == "open" and self.moment == "after":
                    os.close(result)
                raise OSError(self.number, os.strerror(self.number))
            return result

        return operation


def error_of_writing(target, overwrite):
    try:
        write_atomically(target, NEW, overwrite=overwrite)
    except OSError as error:
        return error


def open_files():
    return len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("existing", [True, False])
def test_failure_of_the_nth_operation(tmp_path, monkeypatch, existing, number, moment):
    target = tmp_path / "net.mat"
    before = open_files()
    for nth in itertools.count(1):
        target.unlink(missing_ok=True)
        if existing:
            target.write_bytes(OLD)
        system = FailingSystem(nth, number, moment)
        monkeypatch.setattr(atomic, "os", system)
        error = error_of_writing(target, overwrite=existing)
        if error is None:
            assert target.read_bytes() == NEW
        else:
            assert error.errno == number
            assert str(target) in str(error)
            assert not existing or target.read_bytes() in (OLD, NEW)
            assert existing or not target.exists() or target.read_bytes() == NEW
        assert os.listdir(tmp_path) == ["net.mat"] * target.exists()
        assert open_files() == before
        if len(system.done) < nth:
            break
    # Several chunks were written and read back, and the folder was flushed after the renaming.
    assert nth > 15
    assert system.done.count("write") > 3
    assert system.done.count("fsync") == 2
    assert system.done.index("fsync") < system.done.index("replace" if existing else "link")


def test_failure_before_publishing_keeps_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "net.mat"
    target.write_bytes(OLD)
    monkeypatch.setattr(atomic, "publish", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "no")))
    with pytest.raises(OSError, match="no"):
        write_atomically(target, NEW, overwrite=True)
    assert target.read_bytes() == OLD


@pytest.mark.parametrize("data", [b"", b"\0", NEW])
def test_content_is_exact(tmp_path, data):
    write_atomically(tmp_path / "a", data)
    assert (tmp_path / "a").read_bytes() == data


def test_writes_that_take_only_some_bytes(tmp_path, monkeypatch):
    def write(file, data):
        return os.write(file, data[:3])

    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "write": write}))
    write_atomically(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_what_the_disk_changed_is_noticed(tmp_path, monkeypatch):
    def write(file, data):
        return os.write(file, bytes(data).replace(b"5", b"6"))

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "write": write}))
    with pytest.raises(OSError, match="read back differs"):
        write_atomically(tmp_path / "a", b"0123456789", overwrite=True)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(file):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "fsync": interrupt}))
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", b"new")
    assert os.listdir(tmp_path) == []


def test_a_link_planted_under_the_temporary_name_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "precious").write_bytes(b"old")
    (tmp_path / ".a.guessed.tmp").symlink_to(tmp_path / "precious")
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda _: "guessed")
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "precious").read_bytes() == b"old"


def test_existing_file_is_kept(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(InvalidFileError, match=r"a' exists already, and overwriting it was not asked for$"):
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_file_that_appears_at_the_last_instant_is_kept(tmp_path, monkeypatch, links):
    fill = atomic.fill

    def slow_fill(*arguments):
        fill(*arguments)
        (tmp_path / "a").write_bytes(b"somebody else's")

    monkeypatch.setattr(atomic, "fill", slow_fill)
    if not links:
        monkeypatch.setattr(atomic, "link", lambda *_: False)
    with pytest.raises(InvalidFileError, match="exists already"):
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"somebody else's"
    assert os.listdir(tmp_path) == ["a"]


def test_of_many_writers_one_wins(tmp_path):
    outcomes = []

    def write(data):
        try:
            write_atomically(tmp_path / "a", data)
            outcomes.append(data)
        except InvalidFileError:
            outcomes.append(None)

    threads = [threading.Thread(target=write, args=(bytes([i]) * 100_000,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [data for data in outcomes if data]
    assert len(outcomes) == 8
    assert (tmp_path / "a").read_bytes() == winner
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("number", sorted(atomic.NO_HARD_LINKS))
def test_without_hard_links(tmp_path, monkeypatch, number):
    def no_links(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "link": no_links}))
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


def test_system_that_knows_neither_links_nor_open_folders(tmp_path, monkeypatch):
    poor = {name: value for name, value in vars(os).items() if name not in ("link", "O_DIRECTORY")}
    monkeypatch.setattr(atomic, "os", SimpleNamespace(**poor))
    write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize(("number", "fails"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_folder_that_cannot_be_flushed(tmp_path, monkeypatch, number, fails):
    def fsync(file):
        if stat.S_ISDIR(os.fstat(file).st_mode):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "fsync": fsync}))
    if fails:
        with pytest.raises(OSError, match="Input/output error"):
            write_atomically(tmp_path / "a", b"new")
    else:
        write_atomically(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_missing_folder(tmp_path):
    with pytest.raises(InvalidFileError, match=r"the folder of '.*nowhere/a' was missing"):
        write_atomically(tmp_path / "nowhere" / "a", b"new")


def test_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidFileError, match="was missing"):
        write_atomically(tmp_path / "file" / "a", b"new")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_read_only_folder(tmp_path, monkeypatch, number):
    def refuse(path, *_):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(atomic, "os", SimpleNamespace(**{**vars(os), "open": refuse}))
    with pytest.raises(
        InvalidFileError, match=rf"^the folder '{tmp_path}' was read-only; it may be one you can"
    ):
        write_atomically(tmp_path / "a", b"new")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_really_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InvalidFileError, match="was read-only"):
        write_atomically(tmp_path / "a", b"new")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("overwrite", [True, False])
def test_folder_as_target(tmp_path, overwrite):
    with pytest.raises(InvalidFileError, match="was a folder; it may be a plain file"):
        write_atomically(tmp_path, b"new", overwrite=overwrite)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipe_and_device_as_targets(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidFileError, match="was a pipe; it may be a plain file"):
        write_atomically(tmp_path / "pipe", b"new", overwrite=True)
    with pytest.raises(InvalidFileError, match="was a device; it may be a plain file"):
        write_atomically("/dev/null", b"new", overwrite=True)


def test_nul_in_the_name(tmp_path):
    with pytest.raises(InvalidFileError, match="without a NUL"):
        write_atomically(f"{tmp_path}/a\0b", b"new")


def test_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", b"new", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_longest_name(tmp_path):
    name = "é" * 127
    write_atomically(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_permissions(tmp_path, umask):
    earlier = os.umask(umask)
    try:
        write_atomically(tmp_path / "fresh", b"new")
        (tmp_path / "kept").write_bytes(b"old")
        (tmp_path / "kept").chmod(0o640)
        write_atomically(tmp_path / "kept", b"new", overwrite=True)
    finally:
        os.umask(earlier)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o640


def test_disk_that_really_is_full(tmp_path):
    pytest.importorskip("resource")
    (tmp_path / "a").write_bytes(b"old")
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000));"
        "from chainrule.files.atomic import write_atomically;"
        "write_atomically(sys.argv[1], bytes(10_000), overwrite=True)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "a"], env=environment(), capture_output=True, text=True
    )
    assert f"File too large: '{tmp_path / 'a'}'" in ended.stderr
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


WRITE_FOR_EVER = """
import itertools, sys
from chainrule.files.atomic import write_atomically
contents = [letter * 3_000_000 for letter in (b"a", b"b")]
for content in itertools.cycle(contents):
    write_atomically(sys.argv[1], content, overwrite=True)
    print(flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_kill_at_random_instants(tmp_path):
    target = tmp_path / "a"
    instant = random.Random(0)
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, target], env=environment(), stdout=subprocess.PIPE
        ) as process:
            process.stdout.readline()  # it has written once
            time.sleep(instant.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        assert target.read_bytes() in (b"a" * 3_000_000, b"b" * 3_000_000)


WRITER = """
import sys
from chainrule.files.atomic import write_atomically

for _ in range(60):
    write_atomically(sys.argv[1], sys.argv[2].encode() * 50_000, overwrite=True)
"""


def test_two_writers_on_one_file_leave_the_whole_of_one(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"a" * 50_000)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, path, letter]) for letter in "ab"]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(path.read_bytes())
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen | {path.read_bytes()} <= {b"a" * 50_000, b"b" * 50_000}
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
