"""A step with a known mistake in it, beside the right one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from chainrule.check.explanation import Explanation, Placed
from chainrule.check.mistakes import MISTAKES
from chainrule.check.tried import Tried
from chainrule.errors import InvalidValueError, sentence, unknown_name
from chainrule.network.formula import Quantity
from chainrule.trace.step import Trace

SAME = 1e-12  # of a number: what the order of a sum may change


class Pair(NamedTuple):
    """A number of the right step and of the mistaken one.

    Parameters
    ----------
    step : int
        Of which step, from 1.
    quantity : Quantity
        What it is.
    right, mistaken : float
        Its two values.
    """

    step: int
    quantity: Quantity
    right: float
    mistaken: float

    @property
    def differs(self) -> bool:
        """Whether the mistake changed it."""
        return abs(self.right - self.mistaken) > SAME * max(abs(self.right), abs(self.mistaken))


def placed(trace: Trace, name: str, layer: int | None = None, *, steps: int = 1) -> Explanation:
    """Return a mistake of the catalogue in every layer of a step where it can sit, or in one.

    Parameters
    ----------
    trace : Trace
        The first step.
    name : str
        What the mistake is called.
    layer : int, optional
        The layer.
    steps : int
        How many steps are taken: some mistakes show in the second one.

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
    tried = Tried.on(trace, steps=steps, loss_known=True)
    fitting = tried.fitting(name)
    found = tuple(each for each in fitting if layer is None or each.layer == layer)
    if not fitting and steps == 1 and Tried.on(trace, steps=2, loss_known=True).fitting(name):
        raise InvalidValueError(sentence(f"the number of steps for {name}", 1, "2 or more: it shows later"))
    if not found:
        may_be = " or ".join(str(each.layer) for each in fitting) or "in another network: here it is none"
        raise InvalidValueError(sentence(f"the layer of {name}", "any" if layer is None else layer, may_be))
    return found


def side_by_side(trace: Trace, mistakes: Sequence[Placed], *, steps: int = 1) -> Iterator[Pair]:
    """Yield every number of a step, right and with mistakes in it, in the order of the reader's names.

    Parameters
    ----------
    trace : Trace
        The step.
    mistakes : sequence of Placed
        The mistakes, from `placed`.
    steps : int
        How many steps are taken, on the same rows.
    """
    tried = Tried.on(trace, steps=steps)
    mistaken = tried.numbers(tuple(mistakes))
    for result, right in tried.right.items():
        wrong = np.broadcast_to(mistaken[result], np.broadcast_shapes(mistaken[result].shape, right.shape))
        for place in trace.naming.in_order(result.name, right.shape):
            quantity = Quantity(result.name, (result.layer, *place))
            yield Pair(result.step, quantity, float(right[place]), float(wrong[place]))
