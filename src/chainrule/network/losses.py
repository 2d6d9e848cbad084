"""The losses: one rule, one row, each with its constants and their source.

A loss is stated for one output, in the quantities ``a`` (what the network gives) and ``y`` (the
target); a row's loss is the sum over its outputs, the loss of a batch the mean over its rows.

Where a loss and an output activation belong together (softmax with cross-entropy, sigmoid with
binary cross-entropy), both value and delta come straight from Z, where no digit is lost; the
general rule, derivative times Jacobian, gives the same numbers and a test proves it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from chainrule.errors import InvalidValueError, sentence
from chainrule.network import accept, formula
from chainrule.network.activations import Activation, magnitude, sigmoid, softplus
from chainrule.network.array import Array
from chainrule.network.formula import Cases, Formula, Number, Quantity, absolute, log
from chainrule.network.lookup import find, table


@dataclass(frozen=True)
class FromZ:
    """A loss and an output activation taken together, computed from Z.

    Parameters
    ----------
    terms : callable
        Z and Y, both (n, d), to each output's loss, (n, d).
    delta : callable
        Z, A and Y, all (n, d), to dLoss/dZ of each row, (n, d).
    """

    terms: Callable[[Array, Array], Array]
    delta: Callable[[Array, Array, Array], Array]


@dataclass(frozen=True, eq=False, repr=False)
class Loss:
    """A loss: what one output contributes, and its derivative.

    Parameters
    ----------
    name : str
        Our name for it.
    formula, slope : Formula
        One output's loss and its derivative by ``a``, in ``a``, ``y`` and ``d`` (how many outputs).
    terms : callable
        A and Y, both (n, d), to each output's loss, (n, d).
    derivative : callable
        A and Y, both (n, d), to dLoss/dA of each row, (n, d).
    source : str
        Who states it in this form, and whose the constants are.
    also : tuple of str
        Other common names, accepted and answered with ours.
    admits : tuple of str
        The output activations it has a meaning for; empty means all.
    targets : (float, float)
        Between which numbers a target lies.
    targets_sum_to_one : bool
        Whether the targets of a row are probabilities of classes.
    kinks : str
        Where it has no derivative, in words; empty means nowhere.
    from_z : mapping of str to FromZ
        The output activations with which it is computed from Z.
    constants : mapping of str to array
        The values of the other quantities in its formulas: ``q``, the quantiles, one an output.
    settings : mapping of str to float or tuple of float
        What it was made with, so that it can be made again; empty for a loss without choices.
    """

    name: str
    formula: Formula
    slope: Formula
    terms: Callable[[Array, Array], Array]
    derivative: Callable[[Array, Array], Array]
    source: str
    also: tuple[str, ...] = ()
    admits: tuple[str, ...] = ()
    targets: tuple[float, float] = (-np.inf, np.inf)
    targets_sum_to_one: bool = False
    kinks: str = ""
    from_z: Mapping[str, FromZ] = field(default_factory=lambda: MappingProxyType({}))
    constants: Mapping[str, Array] = field(default_factory=lambda: MappingProxyType({}))
    settings: Mapping[str, float | tuple[float, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __repr__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return f"Loss({self.name!r}{settings})"

    def paired(self, output: Activation) -> FromZ | None:
        """Return how it is computed together with this output activation from Z, where it is."""
        return self.from_z.get(output.name) if output.in_table else None

    @property
    def in_table(self) -> bool:
        """Whether it is a row of the table, with settings of its own or without, and not one's own."""
        return self.name in LOSSES and with_settings(self.name, self.settings) is self

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Copy and pickle a row of the table by its name and settings: it stays the same row."""
        return (with_settings, (self.name, dict(self.settings))) if self.in_table else super().__reduce__()


def check_targets(loss: Loss, Y: Array) -> None:
    """Raise InvalidValueError when a target has no meaning for the loss; the first one's place is named."""
    low, high = loss.targets
    if (low > -np.inf and Y.min() < low) or (high < np.inf and Y.max() > high):
        outside = np.argwhere((low > Y) | (high < Y))
        row, column = map(int, outside[0])
        range_ = f"{low:g} or above" if high == np.inf else f"from {low:g} to {high:g}"
        raise InvalidValueError(
            sentence(f"the target at row {row}, column {column}", Y[row, column], f"{range_} for {loss.name}")
        )
    if loss.targets_sum_to_one:
        total = Y.sum(axis=1, dtype=np.float64)
        # Targets given in float32 add up to 1 only to float32's digits.
        off = np.flatnonzero(np.abs(total - 1) > 8 * len(Y[0]) * np.finfo(np.float32).eps)
        if len(off):
            thing = f"the sum of the targets of row {int(off[0])}"
            raise InvalidValueError(sentence(thing, total[off[0]], f"1 for {loss.name}"))


def mean_squared_error(A: Array, Y: Array) -> Array:
    """Return (a - y)^2 / d for each of the d outputs."""
    return (A - Y) ** 2 / A.shape[-1]


def mean_squared_error_derivative(A: Array, Y: Array) -> Array:
    """Return 2 (a - y) / d."""
    return 2 * (A - Y) / A.shape[-1]


def sign(x: Array) -> Array:
    """Return the sign of the real part: -1, 0 or 1."""
    return np.sign(x.real).astype(x.dtype)


def poisson(A: Array, Y: Array) -> Array:
    """Return a - y log a, and a where y is 0."""
    return A - Y * np.log(np.where(Y == 0, 1, A))


def log_softplus(Z: Array) -> Array:
    """Return the logarithm of softplus(z), which is z itself far below zero."""
    far = Z.real < -40
    return np.where(far, Z, np.log(softplus(np.where(far, 0, Z))))


def sigmoid_over_softplus(Z: Array) -> Array:
    """Return sigmoid(z) / softplus(z), which is 1 far below zero."""
    far = Z.real < -40
    near = np.where(far, 0, Z)
    return np.where(far, 1, sigmoid(near) / softplus(near))


def cross_entropy(A: Array, Y: Array) -> Array:
    """Return -y log a, and 0 where y is 0."""
    return -Y * np.log(np.where(Y == 0, 1, A))


def cross_entropy_from_z(Z: Array, Y: Array) -> Array:
    """Return y (log(sum of exp(z)) - z); the largest z of the row is taken off first."""
    shifted = Z - Z.real.max(axis=-1, keepdims=True)
    return Y * (np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted)


def binary_cross_entropy(A: Array, Y: Array) -> Array:
    """Return -y log a - (1 - y) log(1 - a), leaving out a term whose factor is 0."""
    return -Y * np.log(np.where(Y == 0, 1, A)) - (1 - Y) * np.log(np.where(Y == 1, 1, 1 - A))


def shortcut(_Z: Array, A: Array, Y: Array) -> Array:
    """Return A - Y: for these pairs the derivative of the activation cancels.

    Sigmoid with binary cross-entropy: dl/da = (a - y) / (a (1 - a)) and f' = a (1 - a).
    Softmax with cross-entropy: dl/da_j = -y_j / a_j, so dl/dz_k = sum_j -y_j ([j = k] - a_k)
    = a_k sum_j y_j - y_k, and the targets of a row sum to 1.
    Exponential with poisson: dl/da = 1 - y / a and f' = a.
    """
    return A - Y


_a, _y, _d = Quantity("a"), Quantity("y"), Quantity("d")


def huber(delta: float = 1.0) -> Loss:
    """Make the Huber loss: half the squared error up to `delta` off the target, linear beyond.

    Parameters
    ----------
    delta : float
        Where it turns linear; above 0, in the target's units.

    Examples
    --------
    >>> huber(2.0).terms(np.array([[3.0]]), np.array([[0.0]]))
    array([[4.]])
    """
    return _huber(accept.positive("delta of the Huber loss", delta))


@cache  # the same settings give the same row, so that networks can be compared
def _huber(delta: float) -> Loss:
    def terms(A: Array, Y: Array) -> Array:
        off = magnitude(A - Y)
        return np.where(off.real <= delta, off**2 / 2, delta * (off - delta / 2))

    def derivative(A: Array, Y: Array) -> Array:
        return np.where(magnitude(A - Y).real <= delta, A - Y, delta * sign(A - Y))

    beyond = absolute(_a - _y) - delta
    return Loss(
        name="huber",
        formula=Cases(beyond, delta * (absolute(_a - _y) - delta / 2), (_a - _y) ** 2 / 2),
        slope=Cases(beyond, delta * formula.sign(_a - _y), _a - _y),
        terms=terms,
        derivative=derivative,
        settings={"delta": delta},
        source="Huber 1964, Robust Estimation of a Location Parameter",
    )


def pinball(*quantiles: float) -> Loss:
    """Make the pinball loss, whose minimum is a quantile of the targets.

    Parameters
    ----------
    *quantiles : float
        One for all outputs, or one for each, between 0 and 1; 0.5 when none is given.

    Raises
    ------
    InvalidValueError
        When a quantile is not between 0 and 1.

    Examples
    --------
    >>> pinball(0.9).terms(np.array([[1.0]]), np.array([[3.0]]))
    array([[1.8]])
    """
    quantiles = quantiles or (0.5,)
    for quantile in quantiles:
        if not 0 < accept.as_float(quantile) < 1:
            raise InvalidValueError(sentence("the quantile", quantile, "above 0 and below 1"))
    return _pinball(tuple(map(float, quantiles)))


@cache  # as for the Huber loss
def _pinball(quantiles: tuple[float, ...]) -> Loss:
    q = np.array(quantiles)

    def slope_of(A: Array, Y: Array) -> Array:
        return np.where(A.real < Y.real, -q, 1 - q).astype(A.dtype)

    _q = Number(quantiles[0]) if len(quantiles) == 1 else Quantity("q", ("j",))
    return Loss(
        name="pinball",
        formula=Cases(_y - _a, _q * (_y - _a), (1 - _q) * (_a - _y)),
        slope=Cases(_y - _a, -_q, Cases(_a - _y, 1 - _q, Number(0))),
        terms=lambda A, Y: slope_of(A, Y) * (A - Y),
        derivative=lambda A, Y: np.where(A.real == Y, 0, slope_of(A, Y)),
        also=("quantile",),
        constants={"q": q},
        settings={"quantiles": quantiles},
        kinks="where an output equals its target",
        source="Koenker & Bassett 1978, Regression Quantiles",
    )


LOSSES = table(
    Loss(
        name="half_squared_error",
        formula=(_a - _y) ** 2 / 2,
        slope=_a - _y,
        terms=lambda A, Y: (A - Y) ** 2 / 2,
        derivative=lambda A, Y: A - Y,
        also=("half_sse",),
        source="Rumelhart, Hinton & Williams 1986; the 1/2 is theirs, and cancels the 2",
    ),
    Loss(
        name="squared_error",
        formula=(_a - _y) ** 2,
        slope=2 * (_a - _y),
        terms=lambda A, Y: (A - Y) ** 2,
        derivative=lambda A, Y: 2 * (A - Y),
        also=("sse", "sum_squared_error"),
        source="Legendre 1805, least squares; summed over the outputs, without a 1/2",
    ),
    Loss(
        name="mean_squared_error",
        formula=(_a - _y) ** 2 / _d,
        slope=2 * (_a - _y) / _d,
        terms=mean_squared_error,
        derivative=mean_squared_error_derivative,
        also=("mse", "l2"),
        source="as squared_error, divided by the number of outputs (Keras and PyTorch do so)",
    ),
    Loss(
        name="half_mean_squared_error",
        formula=(_a - _y) ** 2 / (2 * _d),
        slope=(_a - _y) / _d,
        terms=lambda A, Y: (A - Y) ** 2 / (2 * A.shape[-1]),
        derivative=lambda A, Y: (A - Y) / A.shape[-1],
        source="as mean_squared_error, halved (what scikit-learn's MLP states as its squared error)",
    ),
    Loss(
        name="absolute_error",
        formula=absolute(_a - _y),
        slope=formula.sign(_a - _y),
        terms=lambda A, Y: magnitude(A - Y),
        derivative=lambda A, Y: sign(A - Y),
        also=("l1",),
        kinks="where an output equals its target",
        source="Laplace 1793, least absolute deviations; summed over the outputs",
    ),
    huber(),
    pinball(),
    Loss(
        name="poisson",
        formula=_a - _y * log(_a),
        slope=1 - _y / _a,
        terms=poisson,
        derivative=lambda A, Y: 1 - Y / A,
        also=("poisson_nll",),
        admits=("exponential", "softplus"),
        targets=(0, np.inf),
        from_z={
            "exponential": FromZ(terms=lambda Z, Y: np.exp(Z) - Y * Z, delta=shortcut),
            "softplus": FromZ(
                terms=lambda Z, Y: softplus(Z) - Y * log_softplus(Z),
                delta=lambda Z, A, Y: sigmoid(Z) - Y * sigmoid_over_softplus(Z),
            ),
        },
        source="McCullagh & Nelder 1989: minus the log-likelihood, without log(y!)",
    ),
    Loss(
        name="cross_entropy",
        formula=-(_y * log(_a)),
        slope=-(_y / _a),
        terms=cross_entropy,
        derivative=lambda A, Y: -Y / A,
        also=("categorical_cross_entropy", "log_loss", "nll"),
        admits=("softmax",),
        targets=(0, 1),
        targets_sum_to_one=True,
        from_z={"softmax": FromZ(terms=cross_entropy_from_z, delta=shortcut)},
        source="Bridle 1990; natural logarithm, summed over the classes",
    ),
    Loss(
        name="binary_cross_entropy",
        formula=-(_y * log(_a)) - (1 - _y) * log(1 - _a),
        slope=(_a - _y) / (_a * (1 - _a)),
        terms=binary_cross_entropy,
        derivative=lambda A, Y: (A - Y) / (A * (1 - A)),
        also=("bce", "binary_log_loss"),
        admits=("sigmoid",),
        targets=(0, 1),
        from_z={"sigmoid": FromZ(terms=lambda Z, Y: softplus(Z) - Y * Z, delta=shortcut)},
        source="Cox 1958, logistic regression; natural logarithm, summed over the outputs",
    ),
)


def loss(given: str | Loss) -> Loss:
    """Return a loss by its name; a Loss of one's own stays as it is.

    Raises
    ------
    UnknownNameError
        When no loss has that name; the nearest one is given.

    Examples
    --------
    >>> loss("mse").name
    'mean_squared_error'
    """
    return given if isinstance(given, Loss) else find("loss", given, LOSSES)


def with_settings(name: str, settings: Mapping[str, Any]) -> Loss:
    """Return the loss of that name, made with these settings."""
    if name == "huber" and settings:
        return huber(settings["delta"])
    if name == "pinball" and settings:
        return pinball(*settings["quantiles"])
    return LOSSES[name]
