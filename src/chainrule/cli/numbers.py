"""Numbers as they are typed: read, or refused in a sentence of ours."""

from collections.abc import Callable

from chainrule.errors import ChainruleError, sentence


class TypedError(ChainruleError):
    """What was typed is not such a number; no ValueError, which the parser would put in its own words."""


def whole(thing: str, least: int, most: int | None = None) -> Callable[[str], int]:
    """Return a reader of whole numbers, for an option's `parser`.

    Parameters
    ----------
    thing : str
        What the number is, for the error: "the number of digits".
    least, most : int
        Its range; without `most` it has no end.

    Examples
    --------
    >>> whole("the number of digits", 1, 17)("10")
    10
    """
    may_be = f"a whole number, {least} or above" if most is None else f"a whole number from {least} to {most}"

    def integer(typed: str) -> int:
        try:
            value = int(typed)
        except ValueError:
            raise TypedError(sentence(thing, typed, may_be)) from None
        if value < least or (most is not None and value > most):
            raise TypedError(sentence(thing, value, may_be))
        return value

    return integer


def above_zero(thing: str) -> Callable[[str], float]:
    """Return a reader of finite numbers above 0, for an option's `parser`.

    Examples
    --------
    >>> above_zero("the learning rate")("1e-3")
    0.001
    """

    def number(typed: str) -> float:
        try:
            value = float(typed)
        except ValueError:
            value = 0.0
        if not 0 < value < float("inf"):
            raise TypedError(sentence(thing, typed, "a finite number above 0"))
        return value

    return number


def part(thing: str) -> Callable[[str], float]:
    """Return a reader of numbers between 0 and 1, for an option's `parser`.

    Examples
    --------
    >>> part("the part held out")("0.25")
    0.25
    """

    def number(typed: str) -> float:
        try:
            value = float(typed)
        except ValueError:
            value = 0.0
        if not 0 < value < 1:
            raise TypedError(sentence(thing, typed, "a number above 0 and below 1"))
        return value

    return number


def sizes(typed: str) -> tuple[int, ...]:
    """Read the sizes of hidden layers, for an option's `parser`; none is "0".

    Examples
    --------
    >>> sizes("64,32"), sizes("0")
    ((64, 32), ())
    """
    if typed == "0":
        return ()
    try:
        return tuple(whole("the units of a hidden layer", 1)(each) for each in typed.split(","))
    except TypedError:
        raise TypedError(sentence("the list of layers", typed, "whole numbers such as 64,32")) from None


def sizes_of_all(typed: str) -> tuple[int, ...]:
    """Read the sizes of a whole network, for an option's `parser`.

    Examples
    --------
    >>> sizes_of_all("2,3,1")
    (2, 3, 1)
    """
    try:
        found = tuple(whole("a size", 1)(each) for each in typed.split(","))
    except TypedError:
        found = ()
    if len(found) < 2:
        raise TypedError(sentence("the list of sizes", typed, "two whole numbers or more, such as 2,3,1"))
    return found


def rows(thing: str) -> Callable[[str], list[list[float]]]:
    """Return a reader of rows of numbers, for an option's `parser`.

    Examples
    --------
    >>> rows("--inputs")("0.05,0.1; 1,2")
    [[0.05, 0.1], [1.0, 2.0]]
    """

    def numbers(typed: str) -> list[list[float]]:
        try:
            found = [[float(each) for each in row.split(",")] for row in typed.split(";")]
        except ValueError:
            found = []
        if len({len(row) for row in found}) != 1:
            raise TypedError(sentence(thing, typed, "numbers such as 0.05,0.1, rows with a ; between"))
        return found

    return numbers
