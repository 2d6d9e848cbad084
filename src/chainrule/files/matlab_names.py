"""Which variable of a MATLAB file holds what."""

import difflib
import re
from collections.abc import Collection, Mapping

from chainrule.errors import InvalidFileError, Words, sentence

ALIASES: Mapping[str, tuple[str, ...]] = {
    "weights": ("weights", "W"),
    "biases": ("biases", "b"),
    "inputs": ("inputs", "input", "X", "x"),
    "targets": ("targets", "target", "Y", "y", "u"),
}
ONE_FOR_EACH_LAYER = ("weights", "biases")  # these may also be numbered: W1, W2, ...


def variables_by_role(names: Collection[str]) -> dict[str, list[str]]:
    """Say which variables hold the weights, the biases, the inputs and the targets.

    Parameters
    ----------
    names : collection of str
        The names of all variables of a file; those that mean nothing here are left out.

    Returns
    -------
    dict
        For every role its variables in the order of the layers: one, several, or none.

    Raises
    ------
    InvalidFileError
        If a role has two candidates, if a number is missing, if there are no weights, or if a
        role is empty while a variable's name all but says that it was meant.

    Examples
    --------
    >>> variables_by_role(["b1", "b2", "epochs", "W1", "W2", "X"])
    {'weights': ['W1', 'W2'], 'biases': ['b1', 'b2'], 'inputs': ['X'], 'targets': []}
    """
    roles = {role: variables_of(role, names) for role in ALIASES}
    for role, found in roles.items():
        if not found:
            refuse_near_miss(role, names)
    if not roles["weights"]:
        raise InvalidFileError(
            sentence(
                "the list of variables",
                ", ".join(names) or Words("empty"),
                "any that holds weights, or W1, W2, ...",
            )
        )
    return roles


def variables_of(role: str, names: Collection[str]) -> list[str]:
    """Return the variables of one role: one name alone, or W1, W2, ... without a gap."""
    found = [[alias] for alias in ALIASES[role] if alias in names]
    if role in ONE_FOR_EACH_LAYER:
        numbered = [numbered_variables(alias, names) for alias in ALIASES[role]]
        found += [each for each in numbered if each]
    if len(found) > 1:
        first, second = found[0][0], found[1][0]
        raise InvalidFileError(f"the {role} were in both {first} and {second}; they may be in one of them")
    return found[0] if found else []


def numbered_variables(alias: str, names: Collection[str]) -> list[str]:
    """Return alias1, alias2, ... in the order of their numbers, which must not skip one."""
    pattern = re.compile(re.escape(alias) + "([1-9][0-9]{0,5})")
    numbers = {int(match[1]) for match in map(pattern.fullmatch, names) if match}
    for number in range(1, len(numbers) + 1):
        if number not in numbers:
            raise InvalidFileError(f"the variable {alias}{number} was missing before {alias}{max(numbers)}")
    return [f"{alias}{number}" for number in sorted(numbers)]


def refuse_near_miss(role: str, names: Collection[str]) -> None:
    """Refuse ``bias`` or ``Biases`` where there are no biases: to leave it out would be a guess."""
    known = {alias for aliases in ALIASES.values() for alias in aliases}
    for name in names:
        meant = nearly(name, ALIASES[role]) if name not in known else None
        if meant:
            may_be = f"one of {', '.join(ALIASES[role])}"
            raise InvalidFileError(sentence("the name of a variable", name, may_be, f"did you mean {meant}?"))


def nearly(name: str, aliases: Collection[str]) -> str | None:
    """Return the alias that a name abbreviates, or differs from in one letter or in capitals.

    Examples
    --------
    >>> nearly("bias1", ("biases", "b"))
    'biases'
    """
    stem = name.rstrip("0123456789").lower()
    by_lower = {alias.lower(): alias for alias in aliases}
    close = [lower for lower in by_lower if len(stem) > 1 and lower.startswith(stem)]
    close += difflib.get_close_matches(stem, by_lower, n=1, cutoff=0.8)
    return by_lower[close[0]] if close else None
