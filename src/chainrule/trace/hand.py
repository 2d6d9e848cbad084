"""A step computed by hand: the same formulas, evaluated on decimals and rounded on the way."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Context, Decimal, localcontext

import numpy as np

from chainrule.network.activations import Activation
from chainrule.network.formula import (
    Add,
    Cases,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
)
from chainrule.trace.rounding import Rounding
from chainrule.trace.step import Family, Trace

# Far more digits than are kept, and no number that stops the pencil: 1 / 0 is infinite, 0 / 0 is NaN.
PENCIL = Context(prec=50, Emax=10**6, Emin=-(10**6), traps=[])

ROOT_PI = Decimal("1.7724538509055160272981674833411451827975494561223871")


def tanh(x: Decimal) -> Decimal:
    """Return the hyperbolic tangent of a decimal, from the exponential that does not overflow."""
    small = -x.adjusted() if x.is_finite() and x else 0
    with localcontext(PENCIL, prec=PENCIL.prec + max(0, small)):  # 1 - decay is as small as x
        decay = (-2 * abs(x)).exp()
        return ((1 - decay) / (1 + decay)).copy_sign(x)


def erf(x: Decimal) -> Decimal:
    """Return the error function of a decimal, by its series; beyond 12 it is 1 to sixty digits."""
    if not x.is_finite() or abs(x) > 12:
        return x if x.is_nan() else Decimal(1).copy_sign(x)
    with localcontext(PENCIL, prec=PENCIL.prec + int(x * x) + 10):  # the terms grow to exp(x^2) first
        term, total, n = x, x, 0
        while abs(term) > Decimal(10) ** -PENCIL.prec:
            n += 1
            term = -term * x * x / n
            total += term / (2 * n + 1)
        return 2 * total / ROOT_PI


FUNCTIONS: Mapping[str, Callable[[Decimal], Decimal]] = {
    "exp": Decimal.exp,
    "log": Decimal.ln,
    "sqrt": Decimal.sqrt,
    "tanh": tanh,
    "erf": erf,
    "abs": abs,
    "sign": lambda x: Decimal(0) if x == 0 else Decimal(1).copy_sign(x),
}


def rounded(trace: Trace, rounding: Rounding) -> Trace:
    """Compute a step once more as a person does, who rounds and carries the rounded numbers on.

    Parameters
    ----------
    trace : Trace
        The exact step.
    rounding : Rounding
        What is rounded, and how.

    Returns
    -------
    Trace
        The same statements with the numbers by hand; its `exact` is the step that was given.
    """
    sheet = Sheet(trace)
    families = tuple(_by_hand(family, sheet, trace, rounding) for family in trace.families)
    return replace(trace, families=families, exact=trace.exact or trace, rounding=rounding)


class Sheet(dict[Quantity, Decimal]):
    """The numbers on the paper: those that came in as they are written, and each result so far."""

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __missing__(self, quantity: Quantity) -> Decimal:
        return written(self.trace.value(quantity))


def written(value: float) -> Decimal:
    """Return a float as the decimal that a person reads: 0.1 and not 0.1000000000000000055."""
    return Decimal(repr(float(value)))


def _by_hand(family: Family, sheet: Sheet, trace: Trace, rounding: Rounding) -> Family:
    """Return a family with its values by hand, which are put on the sheet."""
    activation = trace.network.layer(int(family.quantity.indices[0])).activation if family.tree else None
    arithmetic = Arithmetic(sheet, rounding, {**FUNCTIONS, **_own(activation)})
    values = np.empty(family.shape)
    with localcontext(PENCIL):
        for position in np.ndindex(*family.shape):
            statement = family.statement(*position)
            if statement.tree is None:
                number = written(statement.value)
            elif isinstance(statement.tree, Quantity):
                number = sheet[statement.tree]  # a number that is only copied is not rounded
            else:
                number = rounding.of(arithmetic.value(statement.tree))
            sheet[statement.quantity] = number
            values[position] = float(number)
    return replace(family, numbers=values)


def _own(activation: Activation | None) -> Mapping[str, Callable[[Decimal], Decimal]]:
    """Return the functions of an activation of one's own, which know no decimals."""
    if activation is None:
        return {}

    def f(x: Decimal) -> Decimal:
        return written(float(activation.value(np.array(float(x)))))

    def slope(x: Decimal) -> Decimal:
        z = np.array(float(x))
        return written(float(activation.derivative(z, activation.value(z))))

    return {"f": f, "f'": slope}


class Arithmetic:
    """Evaluates a formula whose sums are written out, rounding as often as the person does."""

    def __init__(
        self, sheet: Sheet, rounding: Rounding, functions: Mapping[str, Callable[[Decimal], Decimal]]
    ) -> None:
        self.sheet, self.functions = sheet, functions
        self.sum = rounding.of if rounding.each in ("sum", "product") else _kept
        self.operation = rounding.of if rounding.each == "product" else _kept

    def value(self, tree: Formula) -> Decimal:
        """Return the value of a formula."""
        match tree:
            case Number(value):
                return written(value)
            case Quantity():
                return self.sheet[tree]
            case Add(terms):
                return self.sum(sum(map(self.value, terms), start=Decimal(0)))
            case Multiply(factors):
                return self.operation(self._product([self.value(each) for each in factors]))
            case Divide(top, bottom):
                return self.operation(self.value(top) / self.value(bottom))
            case Power(base, exponent):
                return self.operation(self.value(base) ** self.value(exponent))
            case Negate(body):
                return -self.value(body)
            case Function(name, (argument,)):
                return self.operation(self.functions[name](self.value(argument)))
            case Cases(test, positive, otherwise):
                return self.value(positive if self.value(test) > 0 else otherwise)
        raise TypeError(f"a formula cannot hold {tree!r} here")

    def _product(self, factors: list[Decimal]) -> Decimal:
        """Return a product; on paper 0 times anything is 0, as in y log a where both are 0."""
        return Decimal(0) if Decimal(0) in factors else math.prod(factors, start=Decimal(1))


def _kept(value: Decimal) -> Decimal:
    """Return a number that is carried on with all its digits."""
    return value
