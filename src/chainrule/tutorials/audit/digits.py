"""What printed digits say: how many there are, and what rounding gives them."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

LITERAL = re.compile(r"(?<![\w.])\d+\.?\d*(?:e-?\d+)?")
ROUNDINGS = {
    "": ROUND_HALF_UP,
    "with the half to the even digit": ROUND_HALF_EVEN,
    "cut off, not rounded": ROUND_DOWN,
}


def decimals_of(printed: str) -> int:
    """Return how many digits stand behind the point.

    Examples
    --------
    >>> decimals_of("0.5250"), decimals_of("-3"), decimals_of("0.0000351085")
    (4, 0, 10)
    """
    return max(0, -int(Decimal(printed).as_tuple().exponent))


def printed_like(value: float, printed: str) -> str | None:
    """Return how a value becomes the printed digits: "" for plain rounding, words for another, or None.

    Examples
    --------
    >>> printed_like(0.18681560180, "0.186815602"), printed_like(0.2999, "0.299")
    ('', 'cut off, not rounded')
    """
    exact = Decimal(repr(float(value)))
    step = Decimal(1).scaleb(-decimals_of(printed))
    for words, rounding in ROUNDINGS.items():
        if exact.quantize(step, rounding) == Decimal(printed):
            return words
    return None


def is_exact(value: float, printed: str) -> bool:
    """Return whether printed digits are the value itself, but for the last bits of a float."""
    return abs(value - float(printed)) <= 4e-16 * max(abs(value), 1e-300)


def rounded_to(value: float, decimals: int) -> str:
    """Return a value with so many decimals, a half away from zero."""
    exact = Decimal(repr(float(value)))
    return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def one_digit_off(printed: str, right: str) -> bool:
    """Return whether one string of digits becomes the other by one digit left out, doubled, changed or moved.

    Examples
    --------
    >>> one_digit_off("0.59326992", "0.593269992"), one_digit_off("0.51", "0.15"), one_digit_off("0.3", "0.4")
    (True, True, True)
    >>> one_digit_off("0.291027924", "0.291027774")
    False
    """
    if len(printed) == len(right):
        places = [i for i in range(len(right)) if printed[i] != right[i]]
        if len(places) == 2:
            i, j = places
            return j == i + 1 and printed[i] == right[j] and printed[j] == right[i]
        return len(places) == 1
    short, long = sorted((printed, right), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def literals(text: str) -> dict[float, int]:
    """Return the numbers in an expression, each with the most decimals that it is printed with.

    Examples
    --------
    >>> literals("0.5250*w_1 + 0.3*2")
    {0.525: 4, 0.3: 1, 2.0: 0}
    """
    found: dict[float, int] = {}
    for literal in LITERAL.findall(text):
        value = float(literal)
        found[value] = max(found.get(value, 0), decimals_of(literal))
    return found
