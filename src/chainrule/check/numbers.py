"""Somebody's numbers of a step beside the step's own: right, rounded, following on, or wrong."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from functools import cache
from typing import NamedTuple

import numpy as np

from chainrule.display import Drawn, as_text
from chainrule.errors import (
    InvalidTypeError,
    InvalidValueError,
    UnknownNameError,
    Words,
    nearest,
    sentence,
)
from chainrule.network import accept
from chainrule.network.formula import Formula, Number, Quantity, evaluate, quantities, substitute
from chainrule.trace.step import Trace

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
SLACK = 1e-12  # of a number: what a float's arithmetic may do to it
MOST_HINT = 3


class NumberVerdict(StrEnum):
    """What is said of one number."""

    RIGHT = "right"
    ROUNDED = "right up to rounding"
    FOLLOW_ON = "follow-on"
    WRONG = "wrong"


class Typed(NamedTuple):
    """A number as it was given.

    Parameters
    ----------
    text : str
        As it was written.
    value : float
        Its value.
    half : float
        Half a unit of its last decimal: what it stands for lies no farther away. A whole number stands for
        itself.
    """

    text: str
    value: float
    half: float

    @classmethod
    def of(cls, name: str, given: object) -> "Typed":
        """Read a number that was given as a number or as text, with the digits it has.

        Examples
        --------
        >>> Typed.of("out_o1", "0.7514")
        Typed(text='0.7514', value=0.7514, half=5e-05)
        """
        text = str(given).strip()
        if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal | np.number):
            raise InvalidTypeError(sentence(name, given, "a number"))
        if not NUMBER.fullmatch(text):
            raise InvalidValueError(sentence(name, text, "a number, such as 0.7514"))
        with localcontext(Context(traps=[])):  # an exponent beyond all bounds gives no number
            number = Decimal(text)
        if not math.isfinite(float(number)):
            raise InvalidValueError(sentence(name, text, "a finite number"))
        exponent = int(number.as_tuple().exponent)
        return cls(text, float(number), float(f"5e{exponent - 1}") if exponent < 0 else 0.0)


@dataclass(frozen=True)
class Judgment:
    """One number with its verdict.

    Parameters
    ----------
    name : str
        What the reader calls it.
    quantity : Quantity
        What it is.
    typed : Typed
        As it was given.
    verdict : NumberVerdict
        What is said of it.
    because : tuple of str
        Of a follow-on, the names of the numbers given before that are not right, from which it follows.
    """

    name: str
    quantity: Quantity
    typed: Typed
    verdict: NumberVerdict
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class NumbersCheck(Drawn):
    """What a check of somebody's numbers found.

    Parameters
    ----------
    trace : Trace
        The step.
    judgments : tuple of Judgment
        The numbers that were given, in the order of the step.
    hint : int
        How much is given away when it is shown: 0 the verdicts, 1 which number is the first wrong one, 2 its
        formula too, 3 the numbers that belong in it, and its value.
    """

    trace: Trace
    judgments: tuple[Judgment, ...]
    hint: int

    @property
    def passed(self) -> bool:
        """Whether every number is right, or right up to rounding."""
        return all(each.verdict in (NumberVerdict.RIGHT, NumberVerdict.ROUNDED) for each in self.judgments)

    @property
    def first_wrong(self) -> Judgment | None:
        """The first number of the step that is wrong by itself."""
        return next((each for each in self.judgments if each.verdict is NumberVerdict.WRONG), None)

    def counts(self) -> dict[str, int]:
        """Return how many numbers have each verdict."""
        found = [each.verdict for each in self.judgments]
        return {str(verdict): found.count(verdict) for verdict in NumberVerdict if verdict in found}

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return as_text(self)


def check_numbers(trace: Trace, mine: Mapping[str, object], *, hint: int = MOST_HINT) -> NumbersCheck:
    """Judge somebody's numbers of a step, each to the digits that it was given with.

    Parameters
    ----------
    trace : Trace
        The step, under the names that the numbers have.
    mine : mapping of str to number or text
        The numbers by their names; text keeps the digits as they were written ("0.50" has two). Not all of
        the step need be there. ∂ may be written d.
    hint : int
        How much is given away, 0 to 3; see `NumbersCheck`.

    Returns
    -------
    NumbersCheck
        A verdict for each number: right to its digits; right up to rounding, when the numbers that it comes
        from were rounded before; follow-on, when it is what its formula gives with a wrong number that was
        given before; or wrong.

    Raises
    ------
    UnknownNameError
        When the step has no number of a name; the nearest name is given.
    InvalidValueError, InvalidTypeError
        When something is no number, there is none, or the hint is none of the four.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> found = check_numbers(trace, {"out_o1": "0.7514", "delta_o1": "0.2385", "dE_total/dw5": "0.1415"})
    >>> [str(each.verdict) for each in found.judgments]
    ['right', 'wrong', 'follow-on']
    >>> found.first_wrong.name
    'delta_o1'
    """
    require_hint(hint)
    if not mine:
        raise InvalidValueError(
            sentence("what was given", Words("no number at all"), "one or more of the step's, by their names")
        )
    judge = _Judge(trace, by_quantity(trace, mine))
    return NumbersCheck(trace, tuple(judge.judgments()), hint)


def require_hint(hint: int) -> None:
    """Refuse what is no level of hints."""
    if accept.count("the level of hints", hint, least=0) > MOST_HINT:
        raise InvalidValueError(sentence("the level of hints", hint, "0, 1, 2 or 3"))


def plain(name: str) -> str:
    """Return a name as it is compared: without spaces, and in letters that every keyboard has.

    Examples
    --------
    >>> plain("∂E_total / ∂w5")
    'dE_total/dw5'
    """
    for letter, spelled in (("∂", "d"), ("δ", "delta"), ("η", "eta")):
        name = name.replace(letter, spelled)
    return "".join(name.split())


def by_quantity(trace: Trace, mine: Mapping[str, object]) -> dict[Quantity, Typed]:
    """Return the given numbers under what they are, in the order of the step."""
    wanted = {plain(str(name)): (str(name), given) for name, given in mine.items()}
    known: dict[str, Quantity] = {}
    for quantity in _of_the_step(trace):
        known.setdefault(plain(trace.name(quantity)), quantity)
    for name, (written, _) in wanted.items():
        if name not in known:
            close = nearest(name, list(known)[:10_000])
            hint = f"did you mean {trace.name(known[close])}?" if close else ""
            raise UnknownNameError(sentence("the name of a number", written, "one of the step's", hint))
    return {known[name]: Typed.of(*wanted[name]) for name in known if name in wanted}


def _of_the_step(trace: Trace) -> Iterator[Quantity]:
    for name, layer in trace.given:
        yield from trace.entries(name, layer)
    yield from (statement.quantity for statement in trace)


class Carried(NamedTuple):
    """A number that is carried on.

    Parameters
    ----------
    value : float
        What it is.
    because : tuple of str
        The names of wrong numbers, given before, that it comes from.
    own : bool
        Whether it comes from any number that was given, and not from the step alone.
    """

    value: float
    because: tuple[str, ...] = ()
    own: bool = False


class _Judge:
    """Judges numbers in the order of the step, each by those that came before.

    Parameters
    ----------
    trace : Trace
        The step.
    typed : dict of Quantity to Typed
        The numbers that were given.
    """

    def __init__(self, trace: Trace, typed: dict[Quantity, Typed]) -> None:
        self.trace, self.typed = trace, typed
        self.found: dict[Quantity, Judgment] = {}
        self.carried = cache(self._carried)

    def judgments(self) -> Iterator[Judgment]:
        """Yield the judgment of each number."""
        for quantity, typed in self.typed.items():
            verdict, because = self._verdict(quantity, typed)
            self.found[quantity] = Judgment(self.trace.name(quantity), quantity, typed, verdict, because)
            yield self.found[quantity]

    def _verdict(self, quantity: Quantity, typed: Typed) -> tuple[NumberVerdict, tuple[str, ...]]:
        exact = self.trace.value(quantity)
        if abs(typed.value - exact) <= typed.half + SLACK * abs(exact):
            return NumberVerdict.RIGHT, ()
        statement = self.trace.statement(quantity)
        if statement is None or statement.tree is None:
            return NumberVerdict.WRONG, ()
        parts = list(dict.fromkeys(quantities(statement.tree)))
        values = {part: self.carried(part).value for part in parts}
        follows = _value(statement.tree, values)
        if not abs(typed.value - follows) <= typed.half + self._rounding(statement.tree, values, typed.half):
            return NumberVerdict.WRONG, ()
        because = tuple(dict.fromkeys(name for part in parts for name in self.carried(part).because))
        return (NumberVerdict.FOLLOW_ON, because) if because else (NumberVerdict.ROUNDED, ())

    def _carried(self, quantity: Quantity) -> "Carried":
        """Return what a part of a formula is worth in these hands: as given, or as it follows from that."""
        if (typed := self.typed.get(quantity)) is not None:
            judged = self.found[quantity]
            off = judged.verdict in (NumberVerdict.WRONG, NumberVerdict.FOLLOW_ON)
            return Carried(typed.value, (judged.name,) if off else (), own=True)
        statement = self.trace.statement(quantity)
        if statement is None or statement.tree is None:
            return Carried(self.trace.value(quantity))
        parts = {part: self.carried(part) for part in quantities(statement.tree)}
        if not any(part.own for part in parts.values()):
            return Carried(self.trace.value(quantity))
        because = tuple(dict.fromkeys(name for part in parts.values() for name in part.because))
        value = _value(statement.tree, {part: of.value for part, of in parts.items()})
        return Carried(value, because, own=True)

    def _rounding(self, tree: Formula, values: dict[Quantity, float], half: float) -> float:
        """Return how far a result may move when each part moves by half a unit of its last digit.

        A part that was given has its own digits, and one that was not those of the result; what came into the
        step was not computed, so it was not rounded.
        """
        here, moved = _value(tree, values), 0.0
        for part, value in values.items():
            typed = self.typed.get(part)
            given = (part.name, part.indices[0]) in self.trace.given
            by = typed.half if typed is not None else 0.0 if given else half
            aside = [_value(tree, {**values, part: value + sign * by}) for sign in (-1, 1)] if by else [here]
            moved += max(abs(each - here) for each in aside)
        return moved + SLACK * abs(here)


def _value(tree: Formula, values: Mapping[Quantity, float]) -> float:
    """Return what a formula is worth with some numbers in it; NumPy's divide by 0, which Python's do not."""
    with np.errstate(all="ignore"):
        return float(evaluate(substitute(tree, lambda each: Number(np.float64(values[each]))), {}))
