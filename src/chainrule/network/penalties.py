"""The penalties on large weights, added once to the loss of a batch and never divided by its rows."""

from dataclasses import dataclass

from chainrule.network import accept, formula
from chainrule.network.activations import magnitude
from chainrule.network.array import Array
from chainrule.network.formula import Add, Formula, Number, Quantity, absolute
from chainrule.network.losses import sign


@dataclass(frozen=True)
class Penalty:
    """l2 / 2 times the sum of the squared weights, plus l1 times the sum of their sizes.

    Biases and frozen weights are left alone.

    Parameters
    ----------
    l2, l1 : float
        How strong; 0 or above. The half is there so that the derivative of the first is l2 w.

    Examples
    --------
    >>> import numpy as np
    >>> Penalty(l2=0.1).derivative(np.array([2.0]))
    array([0.2])
    """

    l2: float = 0.0
    l1: float = 0.0

    def __post_init__(self) -> None:
        # Python floats: a NumPy one would lift float32 parameters to float64.
        object.__setattr__(self, "l2", accept.not_negative("the penalty l2", self.l2))
        object.__setattr__(self, "l1", accept.not_negative("the penalty l1", self.l1))

    def __bool__(self) -> bool:
        return self.l2 > 0 or self.l1 > 0

    @property
    def formula(self) -> Formula:
        """What one weight ``w`` contributes."""
        w = Quantity("w")
        return _added(self.l2 and self.l2 / 2 * w**2, self.l1 and self.l1 * absolute(w))

    @property
    def slope(self) -> Formula:
        """The derivative of `formula` by ``w``."""
        w = Quantity("w")
        return _added(self.l2 and self.l2 * w, self.l1 and self.l1 * formula.sign(w))

    def value(self, W: Array) -> Array:
        """Return what each weight contributes; same shape."""
        squared = self.l2 / 2 * W**2
        return squared + self.l1 * magnitude(W) if self.l1 else squared

    def derivative(self, W: Array) -> Array:
        """Return the derivative of `value`; at a weight of 0 the l1 part is 0."""
        return self.l2 * W + self.l1 * sign(W) if self.l1 else self.l2 * W


NO_PENALTY = Penalty()


def _added(*parts: Formula | float) -> Formula:
    """Return the sum of the parts that are formulas; a part that was left out is 0."""
    there = [part for part in parts if isinstance(part, Formula)]
    return Add(tuple(there)) if len(there) > 1 else there[0] if there else Number(0)
