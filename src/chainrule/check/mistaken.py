"""A step with a known mistake in it, beside the right one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from chainrule.check.diagnose import Tried
from chainrule.check.explanation import Explanation, Placed
from chainrule.check.mistakes import MISTAKES
from chainrule.errors import InvalidValueError, sentence, unknown_name
from chainrule.network.formula import Quantity
from chainrule.trace.step import Trace

SAME = 1e-12  # of a number: what the order of a sum may change


class Pair(NamedTuple):
    """A number of the right step and of the mistaken one.

    Parameters
    ----------
    quantity : Quantity
        What it is.
    right, mistaken : float
        Its two values.
    """

    quantity: Quantity
    right: float
    mistaken: float

    @property
    def differs(self) -> bool:
        """Whether the mistake changed it."""
        return abs(self.right - self.mistaken) > SAME * max(abs(self.right), abs(self.mistaken))


def placed(trace: Trace, name: str, layer: int | None = None) -> Explanation:
    """Return a mistake of the catalogue in every layer of a step where it can sit, or in one.

    Parameters
    ----------
    trace : Trace
        The step, of plain gradient descent.
    name : str
        What the mistake is called.
    layer : int, optional
        The layer.

    Raises
    ------
    UnknownNameError
        When there is no mistake of that name; the nearest one is given.
    InvalidValueError
        When it cannot sit there.

    Examples
    --------
    >>> import chainrule as cr
    >>> [str(each) for each in placed(cr.tutorials.load("jain").trace(), "hidden-delta-after-update")]
    ['hidden-delta-after-update (layer 1, BP2)']
    """
    known = [mistake.name for mistake in MISTAKES]
    if name not in known:
        raise unknown_name("mistake", name, known)
    tried = of_trace(trace)
    everywhere = [*tried.places(convention=False), *tried.places(convention=True)]
    fitting = [each for each in everywhere if each.mistake.name == name]
    found = tuple(each for each in fitting if layer is None or each.layer == layer)
    if not found:
        may_be = " or ".join(str(each.layer) for each in fitting) or "in another network: here it is none"
        raise InvalidValueError(sentence(f"the layer of {name}", "any" if layer is None else layer, may_be))
    return found


def of_trace(trace: Trace) -> Tried:
    """Return the catalogue on the network and rows of a step."""
    tried = Tried.on(trace)
    if tried.rate is None:
        was = trace.start.optimizer
        raise InvalidValueError(sentence("the optimizer", was, "GradientDescent, to show a mistake"))
    return tried


def side_by_side(trace: Trace, mistakes: Sequence[Placed]) -> Iterator[Pair]:
    """Yield every number of a step, right and with mistakes in it, in the order of the reader's names.

    Parameters
    ----------
    trace : Trace
        The step.
    mistakes : sequence of Placed
        The mistakes, from `placed`.
    """
    tried = of_trace(trace)
    mistaken = tried.numbers(tuple(mistakes))
    for (name, layer), right in tried.right.items():
        wrong = np.asarray(mistaken[name, layer])
        for place in trace.naming.in_order(name, right.shape):
            yield Pair(Quantity(name, (layer, *place)), float(right[place]), float(wrong[place]))
