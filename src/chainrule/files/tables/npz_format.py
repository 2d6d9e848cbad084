"""NumPy's archive of arrays (.npz), as the reading child opens it: never a pickle, never a path.

Everything that a member claims is compared with what is there before NumPy allocates for it.
"""

import io
import math
import stat
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidFileError, sentence, shown
from chainrule.files.tables.wording import described
from chainrule.files.wire import LARGEST_NUMBERS, Tree

LARGEST_CONTENT = 1 << 30  # bytes of all members, unpacked
MOST_NUMBERS = LARGEST_NUMBERS // 8  # as many as travel, in float64
MOST_MEMBERS = 10_000
MOST_LABELS = 10_000
LONGEST_LABELS = 100_000  # characters of all together: they travel in the description of the answer

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
ENCRYPTED = 0x1  # in a member's flags
LARGEST_EXACT_INTEGER = 2**53

KINDS = {
    "c": "complex numbers",
    "m": "durations",
    "M": "dates",
    "O": "Python objects, which only a pickle holds",
    "S": "bytes",
    "V": "records",
}
WHAT_IT_MAY_BE = "an array of real numbers, booleans or text"


def parse(data: bytes) -> list[Tree]:
    """Return the arrays of an archive.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    list of tables
        As `array_tree` makes them, in the order of the archive. Their shapes are as they come.

    Raises
    ------
    InvalidFileError
        If the bytes are no such archive, or a member is damaged, larger than it may be, or anything
        but real numbers, booleans or text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            check_members(members)
            return trees((name_of(member), array_of(archive, member)) for member in members)
    except zipfile.BadZipFile as error:
        raise InvalidFileError(f"the content was no whole .npz archive ({error}); it may be one") from None


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that no `numpy.savez` wrote, before any is unpacked."""
    if not 1 <= len(members) <= MOST_MEMBERS:
        raise InvalidFileError(sentence("the number of arrays", len(members), f"from 1 to {MOST_MEMBERS:,}"))
    names = set()
    for member in members:
        name = name_of(member)
        if name in names:
            raise InvalidFileError(f"the array {shown(name)} was there twice; it may be there once")
        names.add(name)
    content = sum(member.file_size for member in members)
    if content > LARGEST_CONTENT:
        was = f"{content:,} bytes unpacked"
        raise InvalidFileError(described("the content", was, f"at most {LARGEST_CONTENT:,} bytes"))


def name_of(member: zipfile.ZipInfo) -> str:
    """Return the name of the array that a member holds; refuse paths, links and locked members."""
    name = member.filename.removesuffix(".npy")
    if name == member.filename or not name or any(part in name for part in ("/", "\\", "..", "\0")):
        may_be = "a plain name that ends in .npy"
        raise InvalidFileError(sentence("the name of a member", member.filename, may_be))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise InvalidFileError(described(f"the member {shown(member.filename)}", "a link", "an array"))
    plain = member.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if member.flag_bits & ENCRYPTED or not plain:
        was = "encrypted, or packed in a way that NumPy does not use"
        raise InvalidFileError(described(f"the member {shown(member.filename)}", was, "an array"))
    return name


def array_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """Return the array of a member, once its size is what its header claims."""
    try:
        with archive.open(member) as file:
            shape, dtype = header_of(file)
            content = member.file_size - file.tell()
        if dtype.kind not in "biufU" or (dtype.kind != "U" and dtype.itemsize > 8):
            was = f"an array of {KINDS.get(dtype.kind, dtype)}"
            raise InvalidFileError(described(f"the member {shown(member.filename)}", was, WHAT_IT_MAY_BE))
        if math.prod(shape) * dtype.itemsize != content:
            raise ValueError(f"the shape {shape} does not go with {content:,} bytes")
        with archive.open(member) as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except InvalidFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        was = f"damaged, {shown(str(error) or type(error).__name__)}"
        raise InvalidFileError(
            described(f"the member {shown(member.filename)}", was, WHAT_IT_MAY_BE)
        ) from None


def header_of(file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape and the type that an array claims to have."""
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"version {version} of the format")
    shape, _, dtype = HEADERS[version](file)
    return shape, dtype


def trees(arrays: Iterable[tuple[str, NDArray[Any]]]) -> list[Tree]:
    """Return arrays, each with its name, in the form in which they travel; refuse too many numbers."""
    found: list[Tree] = []
    count = 0
    for name, array in arrays:
        count += array.size
        if count > MOST_NUMBERS:
            was = f"more than {MOST_NUMBERS:,} numbers"
            raise InvalidFileError(
                described("the content", was, "fewer", "Parquet and CSV have no such limit")
            )
        found.append(array_tree(name, array))
    return found


def array_tree(name: str, array: NDArray[Any]) -> Tree:
    """Return an array in the form in which it travels.

    Returns
    -------
    table
        ``name``; ``values`` in float64; ``kind``, "numbers", "booleans" or "text"; and for text the
        ``labels`` of which `values` are the places.
    """
    if array.dtype.kind == "U":
        labels, places = np.unique(array, return_inverse=True)
        check_labels(name, labels)
        values = places.reshape(array.shape).astype(np.float64)
        return {"name": name, "kind": "text", "values": values, "labels": labels.tolist()}
    whole = array.dtype.kind in "iu" and array.size
    if whole and max(int(array.max()), -int(array.min())) > LARGEST_EXACT_INTEGER:
        was = "a whole number beyond 2^53"
        raise InvalidFileError(f"{shown(name)} had {was}; it may have those that float64 holds")
    kind = "booleans" if array.dtype.kind == "b" else "numbers"
    return {"name": name, "kind": kind, "values": array.astype(np.float64), "labels": []}


def check_labels(name: str, labels: NDArray[np.str_]) -> None:
    """Refuse more text than a column of categories has."""
    if len(labels) > MOST_LABELS or labels.dtype.itemsize // 4 * len(labels) > LONGEST_LABELS:
        was = f"{len(labels):,} different texts, some of {labels.dtype.itemsize // 4:,} characters"
        raise InvalidFileError(f"{shown(name)} had {was}; it may have a few short ones")
    try:
        "".join(labels.tolist()).encode()
    except UnicodeEncodeError:
        raise InvalidFileError(f"{shown(name)} had half a character; it may have whole ones") from None
