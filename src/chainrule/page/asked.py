"""What a browser asks for, entry by entry: each of its kind and in its range, or refused in a sentence."""

import math
from typing import Any

from chainrule.check.numbers import NUMBER
from chainrule.errors import InvalidValueError, Words, sentence


class Asked:
    """The entries of one request.

    Parameters
    ----------
    entries : object
        What came in as JSON.

    Raises
    ------
    InvalidValueError
        Here and in every method, when an entry is not what it may be.
    """

    def __init__(self, entries: object) -> None:
        if not isinstance(entries, dict):
            raise InvalidValueError(sentence("the request", entries, "a table of names and values"))
        self.entries: dict[str, Any] = entries

    def has(self, name: str) -> bool:
        """Return whether an entry is there, and not empty."""
        return self.entries.get(name) not in (None, "")

    def text(self, name: str, longest: int = 200) -> str:
        """Return an entry that is text."""
        value = self.entries.get(name)
        if not isinstance(value, str) or len(value) > longest:
            raise InvalidValueError(sentence(_called(name), value, f"text of at most {longest:,} characters"))
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """Return an entry that is a whole number."""
        value = self.entries.get(name)
        if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            may_be = f"a whole number from {least:,} to {most:,}"
            raise InvalidValueError(sentence(_called(name), value, may_be))
        return value

    def number(self, name: str) -> float:
        """Return an entry that is a finite number, as a number or as text."""
        value = self.entries.get(name)
        written = str(value).strip().replace("−", "-")
        found = float(written) if NUMBER.fullmatch(written) and len(written) < 60 else math.nan
        if not math.isfinite(found):
            raise InvalidValueError(sentence(_called(name), value, "a finite number, such as 0.45"))
        return found

    def items(self, name: str, most: int) -> list[Any]:
        """Return an entry that is a list."""
        value = self.entries.get(name)
        if not isinstance(value, list) or len(value) > most:
            raise InvalidValueError(
                sentence(_called(name), Words(type(value).__name__), f"a list of at most {most:,} entries")
            )
        return value


def _called(name: str) -> str:
    """Return what an entry is called in a sentence."""
    return f"the {name.replace('_', ' ')}"
