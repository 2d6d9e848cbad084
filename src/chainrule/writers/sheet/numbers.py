"""The numbers of a step as a formula asks for them, and whether a spreadsheet can compute it from them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chainrule.network import formula
from chainrule.network.formula import Formula, Index, Quantity, evaluate
from chainrule.trace.step import Trace

MOST_OF_EXP = 709.0  # beyond it EXP is no number, where NumPy's is infinite and 1 / (1 + exp) still 0


def _exp(argument: np.float64) -> Any:
    return np.exp(argument) if argument <= MOST_OF_EXP else np.nan


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {**formula.FUNCTIONS, "exp": _exp}


class Numbers(dict[str, Any]):
    """The numbers of a trace by name and then by indices, as `evaluate` looks them up.

    Parameters
    ----------
    trace : Trace
        The step.

    Examples
    --------
    >>> import chainrule as cr
    >>> numbers = Numbers(cr.tutorials.load("jain").trace())
    >>> float(numbers["W"][1, 0, 0])
    0.15
    """

    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace
        self.known: dict[Quantity, float] = {}

    def __missing__(self, name: str) -> "_OfOneName":
        self[name] = _OfOneName(self, name)
        return self[name]

    def value(self, tree: Formula) -> float:
        """Return what a spreadsheet makes of a formula; not finite where that is an error."""
        with np.errstate(all="ignore"):
            return float(evaluate(tree, self, FUNCTIONS))


class _OfOneName:
    """The numbers of one name; as NumPy's, which divide by zero without an exception."""

    def __init__(self, numbers: Numbers, name: str) -> None:
        self.numbers, self.name = numbers, name

    def __getitem__(self, indices: Index | tuple[Index, ...]) -> np.float64:
        quantity = Quantity(self.name, indices if isinstance(indices, tuple) else (indices,))
        known = self.numbers.known.get(quantity)
        return np.float64(self.numbers.trace.value(quantity) if known is None else known)
