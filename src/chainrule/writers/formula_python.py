"""A formula as Python, on plain numbers or on arrays of NumPy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chainrule.errors import InvalidValueError, sentence
from chainrule.network.formula import Formula
from chainrule.writers.printer import ATOM, CASES, FRACTION, POWER, PRODUCT, SIGN, SUM, Printer

# On plain numbers, with the standard library's `math`. An exponential that overflows is infinite there,
# as it is on paper, and no error.
MATH: Mapping[str, str] = {
    "exp": "exp",
    "log": "log",
    "tanh": "math.tanh",
    "erf": "math.erf",
    "sqrt": "math.sqrt",
    "abs": "abs",
    "sign": "sign",
}

NUMPY: Mapping[str, str] = {
    "exp": "np.exp",
    "log": "np.log",
    "tanh": "np.tanh",
    "erf": "erf",
    "sqrt": "np.sqrt",
    "abs": "np.abs",
    "sign": "np.sign",
}


@dataclass(frozen=True)
class PythonPrinter(Printer):
    """Prints formulas as Python expressions.

    Parameters
    ----------
    leaf, number : callable
        As for every printer.
    functions : mapping of str to str
        What each function is called.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity, exp
    >>> z = Quantity("z")
    >>> PythonPrinter(lambda quantity: quantity.name, repr).text(1 / (1 + exp(-z)))
    '1 / (1 + exp(-z))'
    """

    functions: Mapping[str, str] = field(default_factory=lambda: MATH)

    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a + b - c."""
        rest = (f" {sign} {shown}" for sign, shown in self.signed(terms[1:]))
        return self.inside(terms[0], SUM) + "".join(rest), SUM

    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a * b."""
        first, *rest = factors
        shown = [self.inside(first, PRODUCT), *(self.inside(each, FRACTION) for each in rest)]
        return " * ".join(shown), PRODUCT

    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        """Return a / b."""
        return f"{self.inside(top, PRODUCT)} / {self.inside(bottom, POWER)}", PRODUCT

    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a**b."""
        return f"{self.inside(base, ATOM)}**{self.inside(exponent, ATOM)}", POWER

    def negate(self, body: Formula) -> tuple[str, int]:
        """Return -a."""
        return f"-{self.inside(body, PRODUCT)}", SIGN

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return f(a)."""
        if name not in self.functions:
            thing = "an activation of this network"
            raise InvalidValueError(sentence(thing, "one of your own", "one with a name, for a program"))
        return f"{self.functions[name]}({', '.join(map(self.text, arguments))})", ATOM

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Refuse: sums are written out, or made products of matrices, before they are printed."""
        raise TypeError(f"a sum over {index} has to be written out first")

    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return a if t > 0 else b; on arrays np.where."""
        asked = f"{self.inside(test, SUM)} > 0"
        if self.functions is NUMPY:
            return f"np.where({asked}, {self.text(positive)}, {self.text(otherwise)})", ATOM
        return f"{self.inside(positive, SUM)} if {asked} else {self.inside(otherwise, SUM)}", CASES
