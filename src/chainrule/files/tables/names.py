"""The names of a table's columns: which are refused, and how an error speaks of them."""

from collections.abc import Collection, Iterable, Sequence

from chainrule.errors import (
    InvalidFileError,
    TooLargeError,
    UnknownNameError,
    nearest,
    sentence,
    shown,
)
from chainrule.files.tables.lines import NO_CHARACTER
from chainrule.files.tables.wording import described, listed

LONGEST_NAME = 1_000  # characters
MOST_COLUMNS = 100_000


def check_names(names: Sequence[str]) -> None:
    """Refuse names that no table should have.

    Raises
    ------
    InvalidFileError
        If there is none, if one is empty, too long, holds a NUL, or is there twice; the column is
        said, counted from 1.
    TooLargeError
        If there are too many.
    """
    if not names:
        raise InvalidFileError(sentence("the number of columns", 0, "1 or above"))
    if len(names) > MOST_COLUMNS:
        raise TooLargeError(
            described("the number of columns", f"{len(names):,}", f"at most {MOST_COLUMNS:,}")
        )
    first: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        check_name(f"the name of column {number}", name)
        if name in first:
            was = f"{shown(name)}, as that of column {first[name]}"
            raise InvalidFileError(f"the name of column {number} was {was}; it may be one of its own")
        first[name] = number


def check_name(thing: str, name: str) -> None:
    """Refuse a name that is empty, too long, or holds a NUL."""
    if not name:
        raise InvalidFileError(
            sentence(thing, name, "any text", "an index that pandas wrote: save with index=False")
        )
    if len(name) > LONGEST_NAME:
        raise InvalidFileError(
            described(thing, f"{len(name):,} characters long", f"at most {LONGEST_NAME:,} characters long")
        )
    if NO_CHARACTER.search(name):
        raise InvalidFileError(sentence(thing, name, "any text without NUL and half characters"))


def all_different(names: Iterable[str]) -> list[str]:
    """Return names of which no two are the same: one that comes again gets a number.

    Examples
    --------
    >>> all_different(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    found: dict[str, None] = {}
    for name in names:
        number, free = 1, name
        while free in found:
            number, free = number + 1, f"{name} ({number + 1})"
        found[free] = None
    return list(found)


def unknown_column(thing: str, name: str, names: Collection[str]) -> UnknownNameError:
    """Build the error for a column that a table does not have.

    Examples
    --------
    >>> print(unknown_column("the target", "specie", ["petal", "species"]))
    the target was 'specie'; it may be one of the columns 'petal', 'species' (did you mean 'species'?)
    """
    close = nearest(name, names)
    hint = f"did you mean {shown(close)}?" if close else ""
    return UnknownNameError(sentence(thing, name, f"one of the columns {listed(names)}", hint))
