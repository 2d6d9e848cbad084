"""The skeleton of a MATLAB file, checked before SciPy's reader, which believes what it reads.

One flipped bit is enough to crash SciPy's reader. So types, sizes and counts are checked here
first, and SciPy is shown only variables that passed.

    file       a header of 128 bytes, then an element for each variable
    element    type and size in 8 bytes, content, padding to 8 bytes; or all in 8 bytes
    variable   an element, perhaps compressed, of elements: flags, dimensions, name, and then
               the numbers, or for a cell array a variable for each cell

Source: MathWorks, "MAT-File Format", chapter 1, Level 5.
"""

import math
import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from chainrule.errors import InvalidFileError, sentence, shown
from chainrule.files.matlab_numbers import WHAT_IT_MAY_BE

HEADER = 128  # bytes: 116 of text, 8 of offset, 2 of version, 2 that tell the byte order

INT8, INT32, UINT32, MATRIX, COMPRESSED, UTF8 = 1, 5, 6, 14, 15, 16  # types of elements
BYTES_OF_A_NUMBER = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}  # by type

CELL, OPAQUE = 1, 17  # classes of arrays
NUMBERS = range(6, 16)  # double, single, and eight kinds of whole numbers
OTHERS = {
    CELL: "a cell array",
    2: "a struct",
    3: "an object",
    4: "text",
    5: "a sparse matrix",
    16: "a function",
    OPAQUE: "an object",
}
CLASS, LOGICAL, COMPLEX = 0xFF, 0x200, 0x800  # in the flags

NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
NO_SUBSYSTEM = (bytes(8), b" " * 8)  # otherwise the variable with an empty name belongs to functions
ENOUGH_FOR_A_NAME = 4096  # bytes of a variable
LARGEST_VARIABLE = 1 << 30  # bytes
MOST_ENTRIES = LARGEST_VARIABLE // 8  # as many as fit into it as float64


class Element(NamedTuple):
    """A piece of a file: what it is, and its bytes."""

    kind: int
    content: memoryview


def damaged(what: str) -> InvalidFileError:
    """Build the error for a part of a file that cannot be what it says."""
    return InvalidFileError(f"{what} was damaged or cut off; it may be whole (save it again in MATLAB)")


def elements(content: memoryview, order: str, what: str) -> Iterator[Element]:
    """Yield the elements that lie one behind the other in some bytes.

    Parameters
    ----------
    content : memoryview
        The bytes.
    order : "<" or ">"
        The order of bytes in a number.
    what : str
        What these bytes are, for the error.
    """
    at = 0
    while at < len(content):
        if at + 8 > len(content):
            raise damaged(what)
        kind, size = struct.unpack_from(f"{order}II", content, at)
        start, following = at + 8, at + 8 + size
        if kind >> 16:  # a small element: size and type in the first four bytes, content after
            size, kind = kind >> 16, kind & 0xFFFF
            start, following = at + 4, at + 8
        elif kind != COMPRESSED:
            following += -size % 8
        if start + size > min(following, len(content)):
            raise damaged(what)
        yield Element(kind, content[start : start + size])
        at = following


def variables(data: bytes, order: str) -> dict[str, Element]:
    """Return the variables of a file by name, none of them looked into.

    Raises
    ------
    InvalidFileError
        If the file is damaged here, or has two variables of one name.
    """
    found: dict[str, Element] = {}
    for element in elements(memoryview(data)[HEADER:], order, "the content"):
        name = name_of(element, order)
        if not NAME.fullmatch(name) and (name or data[116:124] in NO_SUBSYSTEM):
            raise InvalidFileError(sentence("the name of a variable", name, "letters, digits and _"))
        if name in found:
            raise InvalidFileError(f"the variable {shown(name)} was there twice; it may be there once")
        found[name] = element
    return found


def name_of(variable: Element, order: str) -> str:
    """Return the name of a variable, without inflating more of it than that takes."""
    what = "the content"
    parts = list(islice(elements(inflated(variable, order, ENOUGH_FOR_A_NAME), order, what), 3))
    if len(parts) < 2:
        raise damaged(what)
    opaque = flag_bits(parts[0], order, what) & CLASS == OPAQUE
    if not opaque:
        lengths(parts[1], order, what)
    name = parts[1] if opaque else parts[-1]  # an opaque object has no dimensions
    if name.kind not in (INT8, UTF8):
        raise damaged(what)
    return bytes(name.content).decode("latin-1")


def inflated(variable: Element, order: str, most: int) -> memoryview:
    """Return the first bytes of a variable, at most so many."""
    if variable.kind == MATRIX:
        return variable.content[:most]
    if variable.kind != COMPRESSED:
        raise damaged("the content")
    unpacker = zlib.decompressobj()
    try:
        # Room for one byte more than there may be: zlib looks at its checksum only at the end.
        unpacked = memoryview(unpacker.decompress(variable.content, 8 + most + 1))
    except zlib.error:
        raise damaged("the content") from None
    if len(unpacked) < 8:
        raise damaged("the content")
    kind, size = struct.unpack_from(f"{order}II", unpacked)
    complete = unpacker.eof and not unpacker.unused_data and len(unpacked) == 8 + size
    if kind != MATRIX or (size <= most and not complete):
        raise damaged("the content")
    return unpacked[8 : 8 + most]


def sound_content(name: str, variable: Element, order: str, may_be_cells: bool) -> memoryview:
    """Return the content of a variable, inflated, once all of it has been checked.

    Parameters
    ----------
    name : str
        Its name, for the error.
    variable : Element
        As `variables` found it.
    order : "<" or ">"
        The order of bytes in a number.
    may_be_cells : bool
        Whether it may be a cell array of matrices; those may not be cell arrays again.

    Raises
    ------
    InvalidFileError
        If it is damaged, or anything but full arrays of real numbers.
    """
    content = inflated(variable, order, LARGEST_VARIABLE)
    require_sound(name, content, order, may_be_cells)
    return content


def require_sound(name: str, content: memoryview, order: str, may_be_cells: bool) -> None:
    """Refuse the content of a variable, or of a cell, unless it is numbers and exactly whole."""
    parts = list(elements(content, order, name))
    if len(parts) < 3 or parts[2].kind not in (INT8, UTF8):
        raise damaged(name)
    flags, dimensions, _, *contents = parts
    bits = flag_bits(flags, order, name)
    count = claimed_entries(name, lengths(dimensions, order, name))
    if bits & CLASS == CELL and may_be_cells:
        require_cells(name, contents, count, order)
    else:
        require_numbers(name, contents, count, bits)


def require_cells(name: str, cells: list[Element], count: int, order: str) -> None:
    """Refuse the cells of an array unless each is a sound matrix, and all are there."""
    if len(cells) != count or any(cell.kind != MATRIX for cell in cells):
        raise damaged(name)
    for number, cell in enumerate(cells, start=1):
        require_sound(f"{name}{{{number}}}", cell.content, order, may_be_cells=False)


def require_numbers(name: str, parts: list[Element], count: int, bits: int) -> None:
    """Refuse an array unless it is one of real numbers, and all are there."""
    kind = bits & CLASS
    if kind not in NUMBERS or bits & (LOGICAL | COMPLEX):
        flagged = "logical" if bits & LOGICAL else "complex" if bits & COMPLEX else None
        other = flagged or OTHERS.get(kind, "of no known class")
        raise InvalidFileError(f"{name} was {other}; it may be {WHAT_IT_MAY_BE}")
    size = BYTES_OF_A_NUMBER.get(parts[0].kind) if len(parts) == 1 else None
    if size is None or len(parts[0].content) != size * count:
        raise damaged(name)


def claimed_entries(name: str, shape: tuple[int, ...]) -> int:
    """Return how many entries an array says it has, unless no such array can be."""
    # A length of 0 must not hide the others: NumPy multiplies them too.
    if math.prod(max(1, length) for length in shape) > MOST_ENTRIES:
        claim = " by ".join(map(str, shape))
        raise InvalidFileError(f"{name} claimed {claim} entries; it may have at most {MOST_ENTRIES:,}")
    return math.prod(shape)


def flag_bits(flags: Element, order: str, what: str) -> int:
    """Return the flags of an array, its class among them."""
    if flags.kind != UINT32 or len(flags.content) != 8:
        raise damaged(what)
    bits: int = struct.unpack_from(f"{order}I", flags.content)[0]
    return bits


def lengths(dimensions: Element, order: str, what: str) -> tuple[int, ...]:
    """Return the lengths of an array along its axes, of which there are 2 to 32."""
    axes, rest = divmod(len(dimensions.content), 4)
    if dimensions.kind != INT32 or rest or not 2 <= axes <= 32:
        raise damaged(what)
    found = struct.unpack(f"{order}{axes}i", dimensions.content)
    if min(found) < 0:
        raise damaged(what)
    return found
