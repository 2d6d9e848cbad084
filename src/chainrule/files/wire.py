"""How the result of a reading child travels: a description in JSON, then plain numbers.

    8 bytes   the length of the description, little-endian
    JSON      ``{"result": tree}`` or ``{"error": sentence}``, canonical
    numbers   the arrays of the tree in the order of the description, little-endian float64

A tree is text, whole numbers, None, lists, tables and arrays. In the description an array is
``{"float64": shape}`` and a table ``{"table": {name: tree}}``, so no name that a hostile file
chose can be mistaken for either. Nothing here can name a Python object, which is why it is not
pickle: the child that read a hostile file is not trusted.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidFileError

Array: TypeAlias = NDArray[np.float64]
Tree: TypeAlias = int | str | Array | Sequence["Tree"] | Mapping[str, "Tree"] | None

LARGEST_DESCRIPTION = 1 << 20  # bytes
LARGEST_NUMBERS = 1 << 30  # bytes
DEEPEST = 16  # levels of lists and tables
MOST_AXES = 8


def send(stream: IO[bytes], result: Tree) -> None:
    """Write a result.

    Raises
    ------
    TypeError
        If something in it is none of the things a tree holds.
    """
    arrays: list[Array] = []
    send_description(stream, {"result": describe(result, arrays)})
    for array in arrays:
        stream.write(np.ascontiguousarray(array, dtype="<f8").reshape(-1).view(np.uint8).data)


def send_error(stream: IO[bytes], message: str) -> None:
    """Write the sentence that stands in place of a result."""
    send_description(stream, {"error": message})


def send_description(stream: IO[bytes], description: object) -> None:
    """Write the description of what follows, after its length."""
    text = canonical(description)
    stream.write(len(text).to_bytes(8, "little"))
    stream.write(text)


def canonical(description: object) -> bytes:
    """Return the one spelling of a description: keys sorted, no spaces, ASCII, no NaN."""
    return json.dumps(description, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def describe(tree: Tree, arrays: list[Array]) -> object:
    """Return the description of a tree, and append its arrays in the order of their mention."""
    if tree is None or isinstance(tree, int | str):
        return tree
    if isinstance(tree, np.ndarray):
        if tree.dtype != np.float64:
            raise TypeError(f"an array of {tree.dtype} does not travel; float64 does")
        arrays.append(tree)
        return {"float64": tree.shape}
    if isinstance(tree, Mapping):
        return {"table": {name: describe(tree[name], arrays) for name in sorted(tree)}}
    if isinstance(tree, Sequence):
        return [describe(each, arrays) for each in tree]
    raise TypeError(f"a {type(tree).__name__} does not travel")


def receive(stream: IO[bytes]) -> Tree:
    """Read a result, and believe nothing about it that was not checked.

    Every size is checked before it is allocated. The arrays are read-only.

    Raises
    ------
    InvalidFileError
        With the child's own sentence, or saying in which way the answer is malformed.
    EOFError
        If the child stopped before its answer was complete.
    """
    length = int.from_bytes(exactly(stream, 8), "little")
    if length > LARGEST_DESCRIPTION:
        raise malformed(f"a description of {length:,} bytes, and {LARGEST_DESCRIPTION:,} are allowed")
    match parse(exactly(stream, length)):
        case {"error": str(message), **others} if not others:
            raise InvalidFileError(printable(message))
        case {"result": description, **others} if not others:
            return receive_numbers(stream, description)
    raise malformed("neither a result nor an error")


def receive_numbers(stream: IO[bytes], description: object) -> Tree:
    """Read the arrays that a description announces, and put each in its place."""
    shapes = list(shapes_in(description, DEEPEST))
    count = sum(map(math.prod, shapes))
    if 8 * count > LARGEST_NUMBERS:
        raise malformed(f"{8 * count:,} bytes of numbers, and {LARGEST_NUMBERS:,} are allowed")
    numbers = np.frombuffer(exactly(stream, 8 * count), dtype="<f8").astype(np.float64, copy=False)
    numbers.setflags(write=False)
    if stream.read(1):
        raise malformed("more bytes than it describes")
    ends = np.cumsum([math.prod(shape) for shape in shapes], dtype=np.int64)
    pieces = np.split(numbers, ends[:-1]) if shapes else []
    return rebuild(description, (piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)))


def exactly(stream: IO[bytes], size: int) -> bytes:
    """Read `size` bytes, or raise EOFError."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def parse(text: bytes) -> object:
    """Parse a description, and refuse any spelling but the canonical one.

    That rules out repeated names, NaN and invisible differences at once.
    """
    try:
        description = json.loads(text)
        same = canonical(description) == text
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise malformed("a description that is not canonical JSON")
    return description


def shapes_in(description: object, depth: int) -> Iterator[tuple[int, ...]]:
    """Yield the shape of every array of a description, and check the description on the way."""
    if depth == 0:
        raise malformed(f"lists and tables more than {DEEPEST} deep")
    match description:
        case None | int() | str():
            return
        case {"float64": list(shape), **others} if not others:
            yield checked_shape(shape)
        case {"table": dict(table), **others} if not others:
            for each in table.values():
                yield from shapes_in(each, depth - 1)
        case list(items):
            for each in items:
                yield from shapes_in(each, depth - 1)
        case _:
            raise malformed("something that is no tree")


def checked_shape(shape: list[Any]) -> tuple[int, ...]:
    """Return a shape from outside, once each of its lengths is a possible one."""
    possible = len(shape) <= MOST_AXES and all(type(length) is int and length >= 0 for length in shape)
    # A length of 0 must not hide the others: NumPy multiplies them too.
    if not possible or math.prod(max(1, length) for length in shape) > LARGEST_NUMBERS:
        raise malformed("an array of an impossible shape")
    return tuple(shape)


def rebuild(description: Any, arrays: Iterator[Array]) -> Tree:
    """Return the tree of a checked description, with its arrays put in."""
    match description:
        case {"float64": _}:
            return next(arrays)
        case {"table": table}:
            return {name: rebuild(each, arrays) for name, each in table.items()}
        case list(items):
            return [rebuild(each, arrays) for each in items]
    return description


def printable(message: str, longest: int = 1000) -> str:
    r"""Return a message from outside as one line without control characters.

    Examples
    --------
    >>> printable("two\nlines and \x1b[31mred")
    'two lines and ?[31mred'
    """
    line = " ".join(message.split())[:longest]
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def malformed(how: str) -> InvalidFileError:
    """Build the error for an answer that the reader of this package would never give."""
    return InvalidFileError(f"the content made its reader answer with {how}")
