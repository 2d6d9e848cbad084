"""Plain JSON: the only form in which a file says anything but numbers, and how it is read back.

Text, numbers, true, false, null, and lists and tables of those; nothing in it can name a Python
object, and nothing in it is so deep, so large or so odd that reading it could do harm.
"""

import json
import math
from typing import Any, NamedTuple

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError, shown

DEEPEST = 16  # levels of lists and tables
LARGEST_INTEGER = 2**64 - 1  # a seed has 64 bits
LONGEST_NAME = 80  # characters of a name, in an error

WHAT_IT_MAY_BE = "text, a number, true, false, null, or a list or table of those"


def require_plain(thing: str, value: object) -> None:
    """Refuse anything that JSON would lose, change, or not hold at all.

    Parameters
    ----------
    thing : str
        What the value is, for the error.
    value : object
        What may be plain JSON.

    Raises
    ------
    InvalidTypeError
        For an object of another kind, such as an array or a tuple; its place is named.
    InvalidValueError
        For NaN, infinity, a number beyond 64 bits, or too many levels.

    Examples
    --------
    >>> require_plain("training", {"epochs": 10, "rates": [0.1, (0.2, 0.3)]})
    Traceback (most recent call last):
    chainrule.errors.InvalidTypeError: training.rates[1] was (0.2, 0.3); it may be text, a number, ...
    """
    flaw = _flaw(value, DEEPEST)
    if flaw is not None:
        raise flaw.error(f"{thing}{flaw.place} {flaw.message}")


class Flaw(NamedTuple):
    """What is not plain JSON: where, from the outermost value on, and why."""

    error: type[InvalidTypeError | InvalidValueError]
    message: str
    place: str = ""


def _flaw(value: object, levels: int) -> Flaw | None:
    """Return the first flaw of a value; its place is put together only where there is one."""
    if not isinstance(value, list | dict):
        return _flaw_of_one(value)
    if levels == 0:
        return Flaw(InvalidValueError, f"had more than {DEEPEST} levels of lists and tables")
    named = isinstance(value, dict)
    for name, each in value.items() if isinstance(value, dict) else enumerate(value):
        if named and not isinstance(name, str):
            return Flaw(InvalidTypeError, f"had the name {shown(name)}; a name may be text")
        flaw = _flaw(each, levels - 1)
        if flaw is not None:
            here = f".{str(name)[:LONGEST_NAME]}" if named else f"[{name}]"
            return flaw._replace(place=here + flaw.place)
    return None


def _flaw_of_one(value: object) -> Flaw | None:
    """Return the flaw of a value that is neither a list nor a table."""
    if value is None or isinstance(value, str | bool):
        return None
    if isinstance(value, int):
        fits = abs(value) <= LARGEST_INTEGER
        return None if fits else Flaw(InvalidValueError, "was beyond 64 bits; it may be a smaller number")
    if isinstance(value, float):
        finite = math.isfinite(value)
        return None if finite else Flaw(InvalidValueError, f"was {value}; it may be a finite number")
    return Flaw(InvalidTypeError, f"was {shown(value)}; it may be {WHAT_IT_MAY_BE}")


def parsed(thing: str, text: bytes | str) -> Any:
    r"""Read JSON from outside, and refuse what `require_plain` refuses, and repeated names.

    Parameters
    ----------
    thing : str
        What the text is, for the error.
    text : bytes or str
        The JSON, in UTF-8; whoever calls has limited its length.

    Raises
    ------
    InvalidFileError
        Saying what is wrong with it.

    Examples
    --------
    >>> parsed("the header", b'{"a": [1, 2.5, "\\u00fc"]}')
    {'a': [1, 2.5, 'ü']}
    >>> parsed("the header", b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    chainrule.errors.InvalidFileError: the header had the name 'a' twice; it may have each name once
    """
    try:
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(text, object_pairs_hook=_table)
    except InvalidFileError as error:
        raise InvalidFileError(f"{thing} had {error}") from None
    except (ValueError, RecursionError):
        raise InvalidFileError(
            f"{thing} was no JSON; the file was cut or altered, or is no such file"
        ) from None
    try:
        require_plain(thing, value)
    except (InvalidTypeError, InvalidValueError) as error:
        raise InvalidFileError(str(error)) from None
    return value


def _table(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make a table of the pairs that the reader found; which of two values counts is never guessed."""
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidFileError(f"the name {twice[:LONGEST_NAME]!r} twice; it may have each name once")
    return table
