"""A formula as a spreadsheet computes it, with the few functions that all of them have."""

from collections.abc import Mapping
from dataclasses import dataclass

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.network.formula import Formula, Quantity
from chainrule.trace.rounding import Rounding
from chainrule.writers.printer import ATOM, FRACTION, POWER, PRODUCT, SIGN, SUM, Printer

FUNCTIONS: Mapping[str, str] = {
    "exp": "EXP",
    "log": "LN",
    "tanh": "TANH",
    "erf": "ERF",
    "sqrt": "SQRT",
    "abs": "ABS",
    "sign": "SIGN",
}


def sheet_number(value: float) -> str:
    """Return a number as a formula spells it, with all its digits.

    Examples
    --------
    >>> sheet_number(2.0), sheet_number(0.1), sheet_number(1e-8)
    ('2', '0.1', '1E-08')
    """
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value).upper()


@dataclass(frozen=True)
class SheetPrinter(Printer):
    """Prints formulas for spreadsheets, in OpenFormula's notation: see `book`.

    Parameters
    ----------
    leaf, number : callable
        As for every printer.
    rounding : Rounding, optional
        How the person rounds whose sheet it is.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity, exp
    >>> z = Quantity("z")
    >>> SheetPrinter(lambda quantity: quantity.name, sheet_number).text(1 / (1 + exp(-z)))
    '1/(1+EXP(-z))'
    """

    rounding: Rounding | None = None

    def _rounded(self, text: str, binds: int, *grains: str) -> tuple[str, int]:
        """Return a text, rounded where a person with this grain rounds."""
        if self.rounding is None or self.rounding.each not in grains:
            return text, binds
        return f"ROUND({text};{self.rounding.decimals})", ATOM

    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a+b-c."""
        rest = (f"{sign}{shown}" for sign, shown in self.signed(terms[1:]))
        return self._rounded(self.inside(terms[0], SUM) + "".join(rest), SUM, "sum", "product")

    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a*b."""
        first, *rest = factors
        shown = [self.inside(first, PRODUCT), *(self.inside(each, FRACTION) for each in rest)]
        return self._rounded("*".join(shown), PRODUCT, "product")

    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        """Return a/b."""
        return self._rounded(f"{self.inside(top, PRODUCT)}/{self.inside(bottom, POWER)}", PRODUCT, "product")

    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a^b, which binds less than a minus in front of it: so it is no atom."""
        return self._rounded(f"{self.inside(base, ATOM)}^{self.inside(exponent, ATOM)}", POWER, "product")

    def negate(self, body: Formula) -> tuple[str, int]:
        """Return -a; where a spreadsheet would square the minus too, with parentheses."""
        return f"-{self.inside(body, ATOM)}", SIGN

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return EXP(a) and the like."""
        if name not in FUNCTIONS:
            may_be = "one that chainrule has a name for, in a spreadsheet"
            was = Words("a function of your own")
            raise InvalidValueError(sentence("an activation of this network", was, may_be))
        return self._rounded(f"{FUNCTIONS[name]}({';'.join(map(self.text, arguments))})", ATOM, "product")

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Refuse: sums are written out before they are printed."""
        raise TypeError(f"a sum over {index} has to be written out first")

    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return IF(t>0;a;b)."""
        return f"IF({self.inside(test, SUM)}>0;{self.text(positive)};{self.text(otherwise)})", ATOM

    def result(self, tree: Formula) -> str:
        """Return the formula of a whole statement: its result is rounded, unless it is only copied."""
        text = self.text(tree)
        if self.rounding is None or isinstance(tree, Quantity):
            return text
        return f"ROUND({text};{self.rounding.decimals})"
