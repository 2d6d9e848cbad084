"""A path that somebody gave: is it a file that can be read, and how an error names it."""

import contextlib
import os
import stat
from collections.abc import Iterator

from chainrule.errors import ChainruleError, InvalidFileError, sentence, shown

LARGEST_FILE = 256 << 20  # bytes

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def path_text(path: str | os.PathLike[str]) -> str:
    """Return a path as text.

    Raises
    ------
    InvalidFileError
        If it holds a NUL, at which an operating system would cut it.
    """
    text = os.fspath(path)
    if "\0" in text:
        raise InvalidFileError(sentence("the file name", text, "any text without a NUL character"))
    return text


def quoted(path: str) -> str:
    """Show a path inside a sentence, whole: its end is what tells files apart.

    Examples
    --------
    >>> quoted("nets/first.mat")
    "'nets/first.mat'"
    """
    return shown(path, longest=4096)


def require_regular(path: str, mode: int) -> None:
    """Refuse anything but a plain file: pipes hang, devices never end, folders hold no bytes.

    Raises
    ------
    InvalidFileError
        Saying what it is.
    """
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "no file")
        raise InvalidFileError(f"{quoted(path)} was {kind}; it may be a plain file")


def readable_file(path: str | os.PathLike[str], largest: int = LARGEST_FILE) -> str:
    """Return the absolute path of a file that is there, plain, readable and not too large.

    Parameters
    ----------
    path : str or path
        A file, or a link to one. Nothing is read from it.
    largest : int
        Bytes.

    Raises
    ------
    InvalidFileError
        For whatever cannot be read, without waiting for a pipe's other end.

    Examples
    --------
    >>> readable_file("nowhere.mat")
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: 'nowhere.mat' cannot be read: No such file or directory
    """
    text = path_text(path)
    try:
        status = os.stat(text)
        require_regular(text, status.st_mode)
        os.close(os.open(text, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)))
    except OSError as error:
        raise InvalidFileError(f"{quoted(text)} cannot be read: {error.strerror}") from None
    if status.st_size > largest:
        raise InvalidFileError(
            f"{quoted(text)} was {status.st_size:,} bytes long; it may be at most {largest:,} bytes"
        )
    return os.path.abspath(text)


@contextlib.contextmanager
def errors_about(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn every error about a file's content into an InvalidFileError that names the file.

    Examples
    --------
    >>> with errors_about("net.mat"):
    ...     raise InvalidFileError("the content was empty; it may be numbers")
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: in 'net.mat', the content was empty; it may be numbers
    """
    try:
        yield
    except ChainruleError as error:
        raise InvalidFileError(f"in {quoted(os.fspath(path))}, {error}") from None
