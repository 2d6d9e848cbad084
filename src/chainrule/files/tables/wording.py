"""How errors and notes speak of a table."""

from collections.abc import Collection

from chainrule.errors import shown

LISTED = 5  # names in a sentence, before it says how many more there are


def described(thing: str, was: str, may_be: str, hint: str = "") -> str:
    """Build the message of an error, as `chainrule.errors.sentence`, where `was` is a description.

    Examples
    --------
    >>> described("the content", "empty", "a header and rows")
    'the content was empty; it may be a header and rows'
    """
    message = f"{thing} was {was}; it may be {may_be}"
    return f"{message} ({hint})" if hint else message


def listed(names: Collection[object]) -> str:
    """Name some columns, categories or labels in a sentence: the first few, and how many more there are.

    Examples
    --------
    >>> listed(["age", "weight"])
    "'age', 'weight'"
    """
    few = ", ".join(shown(name) for name in list(names)[:LISTED])
    return f"{few} and {len(names) - LISTED:,} more" if len(names) > LISTED else few


def place(name: str, index: int) -> str:
    """Name a place in a table: the column and the row, which people count from 1.

    Examples
    --------
    >>> place("age", 0)
    "the column 'age' in row 1"
    """
    return f"the column {shown(name)} in row {index + 1:,}"
