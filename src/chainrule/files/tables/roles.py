"""Which column of a table is what: targets, weight, kept, dropped, and the rest as inputs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chainrule.errors import InvalidValueError, sentence
from chainrule.files.tables.names import check_names, unknown_column
from chainrule.files.tables.wording import listed


@dataclass(frozen=True)
class Roles:
    """What each column is.

    Parameters
    ----------
    targets, inputs, drop, keep : tuple of str
        Names of columns; none is in two of `targets`, `inputs` and `drop`.
    weight : str or None
        The column of row weights.
    """

    targets: tuple[str, ...]
    inputs: tuple[str, ...]
    drop: tuple[str, ...]
    keep: tuple[str, ...]
    weight: str | None


def roles_of(
    names: Sequence[str],
    target: str | Sequence[str],
    drop: Collection[str],
    keep: Collection[str],
    weight: str | None,
) -> Roles:
    """Give every column its role.

    Raises
    ------
    UnknownNameError
        If a column is named that is not there; the nearest one is given.
    InvalidValueError
        If a column has two roles, or no input is left.

    Examples
    --------
    >>> roles_of(["id", "age", "sick"], "sick", drop=[], keep=["id"], weight=None).inputs
    ('age',)
    """
    check_names(names)
    targets = targets_of(target)
    named = {
        "the target": targets,
        "the column to drop": tuple(drop),
        "the column of weights": () if weight is None else (weight,),
        "the column to keep": tuple(keep),
    }
    taken: dict[str, str] = {}
    for role, columns in named.items():
        for name in columns:
            if name not in names:
                raise unknown_column(role, name, names)
            if name in taken:
                raise InvalidValueError(sentence(role, name, f"another column than {taken[name]}"))
            taken[name] = role
    inputs = tuple(name for name in names if name not in taken)
    if not inputs:
        was = f"a table of {listed(names)}"
        raise InvalidValueError(f"no column was left as an input in {was}; there may be one or more")
    return Roles(targets, inputs, tuple(drop), tuple(keep), weight)


def targets_of(target: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of the targets, of which there is at least one."""
    targets = (target,) if isinstance(target, str) else tuple(target)
    if not targets:
        raise InvalidValueError(sentence("the number of targets", 0, "1 or above"))
    return targets
