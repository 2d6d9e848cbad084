"""What can go wrong, and the one way a sentence about it is built.

Every error that chainrule raises on purpose is a :class:`ChainruleError`, and every message is
one sentence: the thing, what it was, what it may be, and the nearest right name.
"""

import difflib
from collections.abc import Iterable, Mapping


class ChainruleError(Exception):
    """The root of every error that chainrule raises on purpose."""


class InvalidValueError(ChainruleError, ValueError):
    """A number, a name or an option that is not one of those allowed."""


class InvalidTypeError(ChainruleError, TypeError):
    """An object of a kind that cannot be used here."""


class ShapeError(InvalidValueError):
    """Two shapes that do not go together; the message shows both."""


class UnknownNameError(InvalidValueError):
    """A name that is in no table; the message gives the nearest one that is."""


class TooLargeError(InvalidValueError):
    """Something that would need more memory than this machine has; refused before it is allocated."""


class InvalidFileError(ChainruleError, ValueError):
    """A file that cannot be read as what it should be."""


class DivergenceError(ChainruleError, ArithmeticError):
    """Training met a number that is not finite; the message says where.

    Parameters
    ----------
    message : str
        The sentence.
    state : object
        The last good state of the training, so that nothing learned is lost.
    """

    def __init__(self, message: str, state: object = None) -> None:
        super().__init__(message)
        self.state = state


class Words(str):
    """A description in our own words, shown without quotes; text that was given is shown with them."""

    __slots__ = ()


def sentence(thing: str, was: object, may_be: str, hint: str = "") -> str:
    """Build the message of an error.

    Parameters
    ----------
    thing : str
        What is wrong, in the words of the person who gave it: "the learning rate".
    was : object
        What it was. Text is quoted and shortened, anything else shown with `str`.
    may_be : str
        What it may be.
    hint : str
        What to do instead, a clause of its own.

    Examples
    --------
    >>> sentence("the learning rate", -0.5, "a positive number")
    'the learning rate was -0.5; it may be a positive number'
    """
    message = f"{thing} was {shown(was)}; it may be {may_be}"
    return f"{message} ({hint})" if hint else message


def shown(value: object, longest: int = 80) -> str:
    r"""Show a value inside a sentence: text quoted, all of it on one line and printable, nothing over-long.

    Examples
    --------
    >>> shown("relu\n")
    "'relu\\n'"
    """
    quoted = isinstance(value, str) and not isinstance(value, Words)
    whole = str(value)
    begun = whole[: 100 * longest]  # of a long one no more is looked at
    text = repr(begun) if quoted else " ".join(begun.split())
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    short = len(text) <= longest and len(begun) == len(whole)
    return text if short else f"{text[: longest - 3]}..."


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` most likely means, or None.

    Examples
    --------
    >>> nearest("sigmod", ["relu", "sigmoid", "tanh"])
    'sigmoid'
    """
    by_lower = {each.lower(): each for each in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def unknown_name(
    kind: str, name: object, known: Iterable[str], also: Mapping[str, str] | None = None
) -> UnknownNameError:
    """Build the error for a name that is in no table.

    Parameters
    ----------
    kind : str
        What the table holds: "activation".
    name : object
        What was given.
    known : iterable of str
        The names in the table.
    also : mapping of str to str, optional
        Other common names, each with the one it stands for; not listed, but tried for the hint.

    Examples
    --------
    >>> print(unknown_name("activation", "sigmod", ["relu", "sigmoid", "tanh"]))
    the activation was 'sigmod'; it may be relu, sigmoid, tanh (did you mean sigmoid?)
    """
    known = list(known)
    stands_for = {**{each: each for each in known}, **(also or {})}
    close = nearest(name, stands_for) if isinstance(name, str) else None
    close = stands_for[close] if close else None
    hint = f"did you mean {close}?" if close else ""
    return UnknownNameError(sentence(f"the {kind}", name, ", ".join(known), hint))
