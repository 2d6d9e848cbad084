"""Rounding as people do it with a pencil: on decimals, and as often as they do."""

import decimal
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from chainrule.errors import InvalidValueError, Words, sentence, unknown_name
from chainrule.network import accept

Grain: TypeAlias = Literal["result", "sum", "product"]
Half: TypeAlias = Literal["away", "even"]

GRAINS: tuple[Grain, ...] = ("result", "sum", "product")
HALVES = {"away": decimal.ROUND_HALF_UP, "even": decimal.ROUND_HALF_EVEN}
MOST_DIGITS = 15  # a float carries any decimal of so many digits, and shows it as it was


@dataclass(frozen=True)
class Rounding:
    """How a person rounds on the way: the rounded number is the one that is carried on.

    Parameters
    ----------
    decimals : int, optional
        Digits kept after the point, 0 to 15.
    significant : int, optional
        Digits kept from the first that is not 0, 1 to 15; either this or `decimals`.
    each : {"result", "sum", "product"}
        What is rounded: "result" what a statement gives (each net, each out, each gradient);
        "sum" every sum inside a statement too; "product" also every product, quotient, power and
        value of a function, that is the result of every single operation.
    half : {"away", "even"}
        Where a half goes: away from zero, as at school, or to the even digit.

    Raises
    ------
    InvalidValueError
        When neither or both of `decimals` and `significant` are given, or one is out of its range.
    UnknownNameError
        When `each` or `half` is none of the words above.

    Examples
    --------
    >>> Rounding(decimals=4).of(Decimal("1.74475"))
    Decimal('1.7448')
    >>> Rounding(decimals=4, half="even").of(Decimal("1.74465"))
    Decimal('1.7446')
    >>> Rounding(significant=2).of(Decimal("0.0005678"))
    Decimal('0.00057')
    """

    decimals: int | None = None
    significant: int | None = None
    each: Grain = "result"
    half: Half = "away"

    def __post_init__(self) -> None:
        if (self.decimals is None) == (self.significant is None):
            given = Words(f"decimals={self.decimals}, significant={self.significant}")
            raise InvalidValueError(sentence("what a Rounding keeps", given, "one of the two as a number"))
        for kind, digits, least in (
            ("decimals", self.decimals, 0),
            ("significant digits", self.significant, 1),
        ):
            thing = f"the number of {kind}"
            if digits is not None and accept.count(thing, digits, least=least) > MOST_DIGITS:
                may_be = f"at most {MOST_DIGITS}, which a float carries"
                raise InvalidValueError(sentence(thing, digits, may_be))
        if self.each not in GRAINS:
            raise unknown_name("grain of a Rounding", self.each, GRAINS)
        if self.half not in HALVES:
            raise unknown_name("direction of a half", self.half, HALVES)

    def of(self, value: Decimal) -> Decimal:
        """Return a number rounded; what is not finite stays."""
        if not value.is_finite() or value == 0:
            return value
        last = -self.decimals if self.decimals is not None else value.adjusted() + 1 - (self.significant or 0)
        return value.quantize(Decimal((0, (1,), last)), rounding=HALVES[self.half])

    def __str__(self) -> str:
        of = {"decimals": self.decimals, "significant digits": self.significant}
        kept, digits = next((name, digits) for name, digits in of.items() if digits is not None)
        half = "away from zero" if self.half == "away" else "to even"
        return f"every {self.each} rounded to {digits} {kept}, halves {half}, and carried on"
