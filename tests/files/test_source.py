"""What is no plain readable file is refused by name, and at once."""

import os
import socket

import pytest

from chainrule.errors import InvalidFileError, ShapeError
from chainrule.files.source import errors_about, readable_file


def test_plain_file_and_link(tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert readable_file(tmp_path / "a") == str(tmp_path / "a")
    assert readable_file(str(tmp_path / "link")) == str(tmp_path / "link")


def test_relative_path_becomes_absolute(tmp_path, monkeypatch):
    (tmp_path / "a").touch()
    monkeypatch.chdir(tmp_path)
    assert readable_file("a") == str(tmp_path / "a")


def test_missing(tmp_path):
    with pytest.raises(InvalidFileError, match=r"a' cannot be read: No such file or directory$"):
        readable_file(tmp_path / "a")


def test_folder(tmp_path):
    with pytest.raises(InvalidFileError, match="was a folder; it may be a plain file"):
        readable_file(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipe_device_and_socket(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidFileError, match="was a pipe"):
        readable_file(tmp_path / "pipe")
    with pytest.raises(InvalidFileError, match="was a device"):
        readable_file("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)
        listener.bind("socket")  # relative: a socket's path may have 107 bytes only
        with pytest.raises(InvalidFileError, match="was a socket"):
            readable_file(tmp_path / "socket")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_unreadable(tmp_path):
    (tmp_path / "a").touch(mode=0o000)
    with pytest.raises(InvalidFileError, match="cannot be read: Permission denied"):
        readable_file(tmp_path / "a")


def test_unreadable_as_the_system_says_it(tmp_path, monkeypatch):
    def refuse(path, flags):
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "a").touch()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InvalidFileError, match="cannot be read: Permission denied"):
        readable_file(tmp_path / "a")


def test_too_large(tmp_path):
    with open(tmp_path / "a", "wb") as file:
        file.truncate((256 << 20) + 1)  # sparse: it takes no space
    with pytest.raises(
        InvalidFileError, match="was 268,435,457 bytes long; it may be at most 268,435,456 bytes"
    ):
        readable_file(tmp_path / "a")


def test_nul_in_the_name():
    with pytest.raises(InvalidFileError, match="without a NUL"):
        readable_file("a\0b")


def test_hostile_name_is_shown_not_sent():
    with pytest.raises(InvalidFileError, match=r"^'no\\x1b\[2Jwhere\\n' cannot be read"):
        readable_file("no\x1b[2Jwhere\n")


def test_errors_about_a_file():
    with pytest.raises(InvalidFileError, match=r"^in 'net\.mat', W1 had no rows$"), errors_about("net.mat"):
        raise ShapeError("W1 had no rows")
    with pytest.raises(KeyError), errors_about("net.mat"):
        raise KeyError  # a mistake of ours is not blamed on the file
