"""A file of numbers and a description that shows whether anybody altered one bit of it.

It is a safetensors file, which other programs read too, with more promised than that format does:

    8 bytes   the length of the header, little-endian
    header    canonical JSON, filled with spaces to a multiple of 8 bytes: for each tensor its
              type, shape and bytes, and one metadata entry, ``chainrule``, again canonical JSON:
              ``format``, ``version``, ``content`` (what the tensors mean), ``numbers_sha256``, and
              ``sha256``, that of the length and the header with 64 zeros in its own place
    numbers   the tensors, little-endian, one right behind the other

So the same content gives the same bytes, and a header is checked by writing it once more: what
was understood must give what was read. It is written here and not by the safetensors library,
which neither spells a header canonically nor notices a flipped bit, a repeated name or NaN; the
tests have that library read our files. Opening needs no code but this, NumPy and hashlib.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chainrule.errors import InvalidFileError, InvalidValueError, sentence
from chainrule.files.foreign import ENOUGH, refuse_foreign
from chainrule.files.opened import Stream, fill
from chainrule.files.plain_json import parsed, require_plain
from chainrule.files.tensors import (
    Tensor,
    entries_of,
    size_of,
    tensors_for,
    tensors_in,
)
from chainrule.files.wire import canonical
from chainrule.network import accept
from chainrule.network.array import Array

LARGEST_HEADER = 1 << 20  # bytes
NOT_YET = "0" * 64  # what stands in the place of the hash while it is computed
OURS = "chainrule"


class Form(NamedTuple):
    """What a file is: its format, and the newest version of it that is known here."""

    name: str
    version: int


@dataclass(frozen=True)
class Header:
    """What a file says about its numbers."""

    form: Form  # with the version of the file
    content: Mapping[str, Any]
    tensors: tuple[Tensor, ...]
    numbers_sha256: str


def sealed(form: Form, content: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Return the bytes of a file: a pure function of what is in it.

    Parameters
    ----------
    form : Form
        What the file is.
    content : mapping
        Plain JSON: what the arrays mean.
    arrays : mapping of str to array
        Of float32, float64 or int64; they lie in the file in this order.

    Raises
    ------
    InvalidValueError, InvalidTypeError
        If something in it is not what a file may hold, or its description is too long.
    """
    require_plain(f"the description of a {form.name}", {"content": content})
    tensors = tensors_for(arrays)
    pieces = [little_endian(array) for array in arrays.values()]
    numbers = hashlib.sha256()
    for piece in pieces:
        numbers.update(piece)
    header = spelled(Header(form, content, tensors, numbers.hexdigest()))
    if len(header) > LARGEST_HEADER:
        raise InvalidValueError(
            f"the description of a {form.name} was {len(header):,} bytes long; it may be at most "
            f"{LARGEST_HEADER:,}"
        )
    return b"".join([header, *pieces])


def little_endian(array: Array) -> memoryview:
    """Return the bytes of an array in C order; it is copied only where it is anything else."""
    flat = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(-1)
    return flat.view(np.uint8).data


def spelled(header: Header) -> bytes:
    """Return the one spelling of a header, its length before it and its hash in it."""
    return _spelled(header, hashlib.sha256(_spelled(header, NOT_YET)).hexdigest())


def _spelled(header: Header, sha256: str) -> bytes:
    stamp = {
        "format": header.form.name,
        "version": header.form.version,
        "content": header.content,
        "numbers_sha256": header.numbers_sha256,
        "sha256": sha256,
    }
    metadata = {OURS: canonical(stamp).decode("ascii")}
    text = canonical({"__metadata__": metadata, **entries_of(header.tensors)})
    text += b" " * (-len(text) % 8)  # numbers that start at a multiple of 8 need no copy
    return len(text).to_bytes(8, "little") + text


def read_header(stream: Stream, size: int, form: Form) -> Header:
    """Read the header of a file, and believe nothing that was not checked.

    Parameters
    ----------
    stream : Stream
        The file, from its first byte; afterwards it stands at the numbers.
    size : int
        How many bytes the file has.
    form : Form
        What it should be.

    Returns
    -------
    Header
        Unaltered since it was written, and fitting the size of the file. What its content means
        is for the caller to check.

    Raises
    ------
    InvalidFileError
        If it is anything else; at most `LARGEST_HEADER` bytes were read then.
    """
    text = header_text(stream, size)
    header = understood(text[8:], form)
    if spelled(header) != text:
        raise altered()
    whole = len(text) + size_of(header.tensors)
    if size != whole:
        cut = "cut short" if size < whole else "followed by more"
        raise InvalidFileError(f"the content was {cut}: it was {size:,} bytes, and its header says {whole:,}")
    return header


def header_text(stream: Stream, size: int) -> bytes:
    """Read the header with its length; other programs' files are refused by their first bytes."""
    if not size:
        raise InvalidFileError("the content was empty; it may be a file that chainrule wrote")
    first = bytearray(min(ENOUGH, size))
    fill(stream, memoryview(first))
    # Every header of ours begins with a brace, and hardly another format has one at its ninth byte.
    if first[8:9] != b"{":
        refuse_foreign(bytes(first))
        raise InvalidFileError("the content was cut before its header, or is no file that chainrule wrote")
    end = 8 + int.from_bytes(first[:8], "little")
    if end > 8 + LARGEST_HEADER:
        raise InvalidFileError(
            f"the content claimed a header of {end - 8:,} bytes; it may have at most {LARGEST_HEADER:,}"
        )
    if not ENOUGH <= end <= size:
        raise InvalidFileError(f"the content was cut: it was {size:,} bytes, and its header ends at {end:,}")
    text = bytearray(end)
    text[:ENOUGH] = first
    fill(stream, memoryview(text)[ENOUGH:])
    return bytes(text)


def understood(text: bytes, form: Form) -> Header:
    """Return what a header says, once all of it is of the right kind; its hash is not looked at."""
    entries = parsed("the header", text)
    match entries:
        case {"__metadata__": {"chainrule": str(stamp)}}:
            del entries["__metadata__"]
        case _:
            raise InvalidFileError("the content was not written by chainrule; it may be a file that was")
    match parsed("the description", stamp):
        case {"format": str(name), "version": int(version), **others}:
            require_form(name, version, form)
        case _:
            raise altered()
    match others:
        case {"content": dict(content), "numbers_sha256": str(numbers), "sha256": str()}:
            return Header(Form(name, version), content, tensors_in(entries), numbers)
    raise altered()


def require_form(name: str, version: int, form: Form) -> None:
    """Refuse a file of another format, or of a version that is not known here."""
    if name != form.name:
        raise InvalidFileError(sentence("the format of the content", name, form.name))
    if version > form.version:
        hint = "it was written by a newer chainrule: update this one to read it"
        raise InvalidFileError(
            sentence("the format version of the content", version, f"1 to {form.version}", hint)
        )
    if type(version) is not int or version < 1:
        raise altered()


def read_numbers(stream: Stream, header: Header) -> Array:
    """Read the numbers of a file whose header was read, and make sure that they are unaltered.

    Returns
    -------
    array of uint8, shape (bytes,)
        The bytes of all tensors; `Tensor.view` gives each as what it is.

    Raises
    ------
    InvalidFileError
        If they are not the numbers that were written.
    TooLargeError
        If they do not fit into this machine's memory; nothing was allocated.
    """
    size = size_of(header.tensors)
    accept.refuse_too_large("the content", size)
    numbers = np.empty(size, dtype=np.uint8)
    fill(stream, numbers.data)
    if hashlib.sha256(numbers.data).hexdigest() != header.numbers_sha256:
        raise altered()
    return numbers


def altered() -> InvalidFileError:
    """Build the error for a file that is not what was written."""
    return InvalidFileError("the content was altered since it was written, as its SHA-256 shows")
