"""Finding a row of a table by its name, by another common name, or by the row itself."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from chainrule.errors import unknown_name


class Row(Protocol):
    """What every table's rows have: a name of their own, and other names they are known by."""

    @property
    def name(self) -> str:
        """Our name for it."""

    @property
    def also(self) -> tuple[str, ...]:
        """Other common names, accepted and answered with ours."""


AnyRow = TypeVar("AnyRow", bound=Row)


def table(*rows: AnyRow) -> dict[str, AnyRow]:
    """Collect rows under their names."""
    return {row.name: row for row in rows}


def find(kind: str, name: str, rows: Mapping[str, AnyRow]) -> AnyRow:
    """Return the row of that name.

    Parameters
    ----------
    kind : str
        What the table holds, for the error: "activation".
    name : str
        Our name or another common one; a hyphen or a space counts as an underscore.
    rows : mapping
        The table.

    Raises
    ------
    UnknownNameError
        When no row has that name; the nearest one is given.
    """
    if isinstance(name, str):
        wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
        for row in rows.values():
            if wanted == row.name or wanted in row.also:
                return row
    also = {other: row.name for row in rows.values() for other in row.also}
    raise unknown_name(kind, name, rows, also)
