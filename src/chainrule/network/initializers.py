"""The initializers: how the weights of a layer are drawn, one row each. Biases start at 0."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chainrule.network import draws
from chainrule.network.array import Array
from chainrule.network.lookup import find, table


@dataclass(frozen=True, eq=False)
class Initializer:
    """A distribution around 0, and how wide it is for a layer.

    Parameters
    ----------
    name : str
        Our name for it.
    shape : {"zeros", "uniform", "normal"}
        The kind of distribution; a uniform one reaches to sqrt(3 variance).
    variance : callable
        Inputs and units of the layer to the variance of its weights.
    source : str
        Who proposed it, and where.
    also : tuple of str
        Other common names, accepted and answered with ours.
    """

    name: str
    shape: Literal["zeros", "uniform", "normal"]
    variance: Callable[[int, int], float]
    source: str
    also: tuple[str, ...] = ()

    def draw(self, inputs: int, units: int, seed: int, layer: int) -> Array:
        """Return weights, float64, shape (inputs, units): a pure function of the arguments."""
        spread = np.sqrt(self.variance(inputs, units))
        if self.shape == "zeros":
            weights = np.zeros(inputs * units)
        elif self.shape == "uniform":
            weights = np.sqrt(3) * spread * (2 * draws.uniform(inputs * units, seed, "weights", layer) - 1)
        else:
            weights = spread * draws.normal(inputs * units, seed, "weights", layer)
        return weights.reshape(inputs, units)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Copy and pickle a row of the table by its name: it stays the same row."""
        in_table = INITIALIZERS.get(self.name) is self
        return (initializer, (self.name,)) if in_table else super().__reduce__()


_GLOROT = "Glorot & Bengio 2010, Understanding the Difficulty of Training, equation 16"
_HE = "He, Zhang, Ren & Sun 2015, Delving Deep into Rectifiers, equation 10"
_LECUN = "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.6"

INITIALIZERS = table(
    Initializer("zeros", "zeros", lambda i, u: 0.0, "every unit of a layer then stays like the others"),
    Initializer("uniform", "uniform", lambda i, u: 1 / 3, "between -1 and 1, whatever the layer"),
    Initializer("normal", "normal", lambda i, u: 1.0, "standard normal, whatever the layer"),
    Initializer("glorot_uniform", "uniform", lambda i, u: 2 / (i + u), _GLOROT, ("xavier_uniform", "glorot")),
    Initializer("glorot_normal", "normal", lambda i, u: 2 / (i + u), _GLOROT, ("xavier_normal",)),
    Initializer("he_uniform", "uniform", lambda i, u: 2 / i, _HE, ("kaiming_uniform", "he")),
    Initializer("he_normal", "normal", lambda i, u: 2 / i, _HE, ("kaiming_normal",)),
    Initializer("lecun_uniform", "uniform", lambda i, u: 1 / i, _LECUN, ("lecun",)),
    Initializer("lecun_normal", "normal", lambda i, u: 1 / i, _LECUN),
)


def initializer(given: str | Initializer) -> Initializer:
    """Return an initializer by its name; one of one's own stays as it is.

    Raises
    ------
    UnknownNameError
        When no initializer has that name; the nearest one is given.

    Examples
    --------
    >>> initializer("xavier_uniform").name
    'glorot_uniform'
    """
    return given if isinstance(given, Initializer) else find("initializer", given, INITIALIZERS)
