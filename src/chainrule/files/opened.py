"""A file opened once, by a person's path: what is checked is what is read."""

import contextlib
import io
import os
from collections.abc import Iterator
from typing import Protocol

from chainrule.errors import InvalidFileError
from chainrule.files.source import errors_about, path_text, quoted, require_regular

# Opening a pipe without this would wait for its other end; for a plain file it means nothing.
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Stream(Protocol):
    """What bytes are read from, in order: an open file, or bytes in memory."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a part of `buffer` from its start; return how many bytes, 0 at the end."""


@contextlib.contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[tuple[Stream, int]]:
    """Open a plain file for reading, and give errors about it its name.

    Its kind and size are asked of the open file, so that nobody can put another one in its
    place between the look and the reading.

    Parameters
    ----------
    path : str or path
        A file, or a link to one.

    Yields
    ------
    stream : Stream
        Its bytes, from the first.
    size : int
        How many there are.

    Raises
    ------
    InvalidFileError
        If it is missing, unreadable or not a plain file, and for every error about its content.

    Examples
    --------
    >>> with opened("nowhere.safetensors"):
    ...     pass
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: 'nowhere.safetensors' cannot be read: No such file or directory
    """
    text = path_text(path)
    try:
        with _open(text) as file:
            size = os.fstat(file.fileno()).st_size
            with errors_about(text):
                yield file, size
    except OSError as error:
        raise InvalidFileError(f"{quoted(text)} cannot be read: {error.strerror}") from None


def _open(text: str) -> io.FileIO:
    number = os.open(text, FLAGS)
    try:
        require_regular(text, os.fstat(number).st_mode)
        return io.FileIO(number)
    except BaseException:
        os.close(number)
        raise


def fill(stream: Stream, buffer: memoryview) -> None:
    """Read exactly as many bytes as the buffer holds.

    Raises
    ------
    InvalidFileError
        If the stream ends before.

    Examples
    --------
    >>> fill(io.BytesIO(b"ab"), memoryview(bytearray(3)))
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: the content was cut short while it was read
    """
    while buffer:
        count = stream.readinto(buffer)
        if not count:
            raise InvalidFileError("the content was cut short while it was read")
        buffer = buffer[count:]
