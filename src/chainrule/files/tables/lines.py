"""Bytes become lines of text: decoded, counted, hashed, and none of them endless.

UTF-8 is read, and with its mark (BOM) also UTF-16 and UTF-32. Memory stays bounded whatever
comes: a line of 1 GB is refused when its first part is too long.
"""

import codecs
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from chainrule.errors import InvalidFileError, shown
from chainrule.files.tables.wording import described

LONGEST_LINE = 1 << 24  # characters
READ_AT_ONCE = 1 << 16  # bytes

# By its mark: the codec, how it deals with bytes that are no text, and what people call it. UTF-32's
# mark begins with that of UTF-16, so it comes first.
ENCODINGS = {
    codecs.BOM_UTF32_LE: ("utf-32", "surrogatepass", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "surrogatepass", "UTF-32"),
    codecs.BOM_UTF8: ("utf-8-sig", "surrogateescape", "UTF-8 with a mark (BOM)"),
    codecs.BOM_UTF16_LE: ("utf-16", "surrogatepass", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "surrogatepass", "UTF-16"),
}
NO_MARK = ("utf-8", "surrogateescape", "UTF-8")

NOT_TEXT = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"PAR1": "a Parquet file",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF": "a PDF document",
    **{bytes((0x80, protocol)): "a pickle, which could run any program" for protocol in range(2, 6)},
}

# A lone surrogate is half a character of UTF-16, and stands for a byte that could not be decoded.
HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")
NO_CHARACTER = re.compile("[\0\ud800-\udfff]")


class Hashed(io.RawIOBase):
    """A stream of bytes that are hashed as they pass.

    Parameters
    ----------
    source : binary stream
        Where they come from; it is read, never closed.
    """

    def __init__(self, source: BinaryIO) -> None:
        self.source = source
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        """Say that this stream can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, and return how many bytes."""
        data = self.source.read(len(buffer))
        self.sha256.update(data)
        buffer[: len(data)] = data
        return len(data)


class Lines:
    r"""The lines of a stream, each with its end as ``\n``.

    Parameters
    ----------
    source : binary stream
        What is read, once, from where it stands.

    Attributes
    ----------
    number : int
        The number of the line that was given last, from 1.
    encoding : str
        What people call the encoding.

    Raises
    ------
    InvalidFileError
        If the first bytes are those of a format that is no text. Iterating: if a line is too long,
        or the text is cut within a character.

    Examples
    --------
    >>> list(Lines(io.BytesIO("a,b\r\n1,2".encode("utf-16"))))
    ['a,b\n', '1,2']
    """

    def __init__(self, source: BinaryIO) -> None:
        self._hashed = Hashed(source)
        buffered = io.BufferedReader(self._hashed, READ_AT_ONCE)
        codec, errors, self.encoding = encoding_of(buffered.peek(READ_AT_ONCE))
        # Universal newlines: "\r\n" and "\r" become "\n".
        self._text = io.TextIOWrapper(buffered, encoding=codec, errors=errors, newline=None)
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._next():
            self.number += 1
            if len(line) > LONGEST_LINE:
                raise too_long(self.number)
            yield line

    def _next(self) -> str:
        try:
            return self._text.readline(LONGEST_LINE + 1)
        except UnicodeDecodeError as error:
            raise InvalidFileError(
                f"after line {self.number} there was no {self.encoding} ({error.reason})"
            ) from None

    @property
    def notes(self) -> list[str]:
        """What is unusual about the text: its encoding, if that is not plain UTF-8."""
        return [] if self.encoding == "UTF-8" else [f"the text is {self.encoding}"]

    @property
    def sha256(self) -> str:
        """The SHA-256, in hexadecimal, of the bytes that were read: of all, after the last line."""
        return self._hashed.sha256.hexdigest()


def encoding_of(first_bytes: bytes) -> tuple[str, str, str]:
    """Return the codec of a text, how it treats errors, and its name, from its first bytes."""
    for beginning, kind in NOT_TEXT.items():
        if first_bytes.startswith(beginning):
            raise InvalidFileError(f"the content was {kind}; it may be text")
    for mark, encoding in ENCODINGS.items():
        if first_bytes.startswith(mark):
            return encoding
    return NO_MARK


def too_long(first: int, last: int | None = None) -> InvalidFileError:
    """Build the error for a line, or a record of several lines, that is too long."""
    where = f"line {first}" if last in (None, first) else f"the row in lines {first} to {last}"
    return InvalidFileError(
        described(where, f"longer than {LONGEST_LINE:,} characters", f"at most {LONGEST_LINE:,}")
    )


def no_character(line: str) -> tuple[int, str] | None:
    r"""Return where a line holds what is no character, and a clause that says so; None if it does not.

    Examples
    --------
    >>> no_character("a\0b")
    (1, 'held a NUL; it may be text (UTF-16 without its mark? save it as UTF-8)')
    """
    if line.isascii() and "\0" not in line:
        return None
    found = NO_CHARACTER.search(line)
    if not found:
        return None
    if found[0] == "\0":
        return found.start(), "held a NUL; it may be text (UTF-16 without its mark? save it as UTF-8)"
    code = ord(found[0])
    escaped = 0xDC80 <= code <= 0xDCFF  # how Python keeps a byte that is no UTF-8
    what = f"the byte 0x{code - 0xDC00:02x}" if escaped else f"half a character, {shown(found[0])}"
    return found.start(), f"held {what}, which is no UTF-8; it may be text (save it as UTF-8)"
