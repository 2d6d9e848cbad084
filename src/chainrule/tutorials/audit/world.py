"""A tutorial's network at one point: every number of a step under its name, at its own values or others."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from chainrule.network.formula import FUNCTIONS, Formula, Quantity, evaluate
from chainrule.trace.step import Statement, Trace

STEP = 1e-30  # of the complex step, which subtracts nothing and so may be as small as this


class World:
    """Every number of a step, computed from the trace's own formulas.

    Parameters
    ----------
    trace : Trace
        The step, with the names of the tutorial.
    random : numpy.random.Generator, optional
        Draws the numbers that come in; without it they are the tutorial's own.
    """

    def __init__(self, trace: Trace, random: np.random.Generator | None = None) -> None:
        self.trace = trace
        given = [each for key in trace.given for each in trace.entries(*key)]
        self.given: dict[Quantity, complex] = {
            each: trace.value(each) if random is None else float(random.uniform(0.2, 0.9)) for each in given
        }
        self.statements = [each for each in trace if each.tree is not None]
        self._stepped: dict[Quantity, Mapping[Quantity, complex]] = {}
        self.names = {trace.name(each): each for each in given}
        self.names |= {trace.name(each.quantity): each.quantity for each in self.statements}

    @cached_property
    def values(self) -> Mapping[Quantity, complex]:
        """Every number of the step."""
        return self.with_moved({})

    def stepped(self, quantity: Quantity) -> Mapping[Quantity, complex]:
        """Return every number when one has taken a complex step, whatever its formula says."""
        if quantity not in self._stepped:
            self._stepped[quantity] = self.with_moved({quantity: self.values[quantity] + STEP * 1j})
        return self._stepped[quantity]

    def with_moved(self, moved: Mapping[Quantity, complex]) -> Mapping[Quantity, complex]:
        """Return every number when some have other values, whatever their formulas say."""
        numbers: dict[Quantity, complex] = {**self.given, **moved}
        for statement in self.statements:
            if statement.quantity not in moved:
                numbers[statement.quantity] = self._computed(statement, numbers)
        return numbers

    def _computed(self, statement: Statement, numbers: Mapping[Quantity, complex]) -> complex:
        assert statement.tree is not None
        return complex(evaluate(statement.tree, _Known(numbers), FUNCTIONS))

    def depends(self, top: Quantity, bottom: Quantity) -> bool:
        """Return whether one quantity is computed from another, directly or on the way."""
        return self.stepped(bottom)[top].imag != 0 or top == bottom

    def definition(self, quantity: Quantity) -> Formula | None:
        """Return the formula of a quantity; None for one that came in."""
        statement = self.trace.statement(quantity)
        return None if statement is None else statement.tree


class _Known(dict[str, "_Entries"]):
    """Numbers by name, then by indices, as `evaluate` asks for them."""

    def __init__(self, numbers: Mapping[Quantity, complex]) -> None:
        super().__init__()
        self.numbers = numbers

    def __missing__(self, name: str) -> "_Entries":
        return _Entries(self.numbers, name)


class _Entries:
    """The numbers of one name."""

    def __init__(self, numbers: Mapping[Quantity, complex], name: str) -> None:
        self.numbers, self.name = numbers, name

    def __getitem__(self, indices: int | tuple[int, ...]) -> complex:
        place = indices if isinstance(indices, tuple) else (indices,)
        return self.numbers[Quantity(self.name, place)]
