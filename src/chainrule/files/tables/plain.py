"""Plain data that comes back from a file: checked value by value, and believed only then.

Every function takes what the value is called and the value, and returns it, or raises an
InvalidFileError.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chainrule.errors import InvalidFileError, sentence, shown
from chainrule.files.tables.lines import HALF_A_CHARACTER
from chainrule.files.tables.wording import described, listed
from chainrule.network.accept import as_float

Checked = TypeVar("Checked")


def fields(thing: str, data: object, names: Sequence[str]) -> list[Any]:
    """Return the values of a table that has exactly these names, in their order."""
    if not isinstance(data, dict):
        raise InvalidFileError(sentence(thing, data, f"a table of {', '.join(names)}"))
    if sorted(map(str, data)) != sorted(names):
        was = listed([str(name) for name in data]) or "empty"
        raise InvalidFileError(described(f"the list of names in {thing}", was, ", ".join(names)))
    return [data[name] for name in names]


def text(thing: str, value: object) -> str:
    """Return text that can be written."""
    if not isinstance(value, str) or HALF_A_CHARACTER.search(value):
        raise InvalidFileError(sentence(thing, value, "text"))
    return value


def flag(thing: str, value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise InvalidFileError(sentence(thing, value, "true or false"))
    return value


def finite(thing: str, value: object) -> float:
    """Return a finite number."""
    number = math.nan if isinstance(value, bool) else as_float(value)
    if not math.isfinite(number):
        raise InvalidFileError(sentence(thing, value, "a finite number"))
    return number


def positive(thing: str, value: object) -> float:
    """Return a finite number above 0."""
    if finite(thing, value) <= 0:
        raise InvalidFileError(sentence(thing, value, "a number above 0"))
    return finite(thing, value)


def several(
    thing: str, value: object, each: Callable[[str, object], Checked], least: int = 0, most: int = 100_000
) -> tuple[Checked, ...]:
    """Return a list of values that each pass a check, as a tuple."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        was = f"a list of {len(value):,}" if isinstance(value, list) else shown(value)
        raise InvalidFileError(described(thing, was, f"a list of {least:,} to {most:,}"))
    return tuple(each(f"{thing}, entry {number},", item) for number, item in enumerate(value, start=1))


def different(thing: str, values: tuple[Checked, ...]) -> tuple[Checked, ...]:
    """Return values of which no two are the same."""
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise InvalidFileError(described(thing, f"with {shown(twice)} twice", "a list of different ones"))
    return values
