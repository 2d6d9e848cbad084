"""The activations: one rule, one row.

To add one is to add a row to `ACTIVATIONS`: its formula and its derivative as people write them,
and the two functions that compute them safely. Everything else (engine, trace, text, check,
tests) reads the row.

The functions take arrays of any real or complex precision. Complex ones carry a tiny imaginary
part through (the complex step), so decisions look at the real part only, and NaN is let through
everywhere. The derivatives come from ``exp(-|z|)``: 1 - a^2 and a (1 - a) have lost their digits
where a function saturates.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from chainrule.network.array import Array
from chainrule.network.formula import (
    Cases,
    Formula,
    Function,
    Number,
    Quantity,
    Sum,
    absolute,
    erf,
    exp,
    log,
    sqrt,
    tanh,
)
from chainrule.network.lookup import find, table

REALS = (-np.inf, np.inf)


@dataclass(frozen=True, eq=False, repr=False)
class Activation:
    """An activation that treats every unit by itself: a = f(z).

    Parameters
    ----------
    name : str
        Our name for it.
    formula : Formula
        f as people write it, in the quantity ``z``.
    slope : Formula
        f' as people write it, in ``z`` and ``a``.
    value : callable
        f, safe for every finite z: array Z of any shape to an array of that shape and precision.
    derivative : callable
        f', safe likewise, of two arrays: Z and A = f(Z).
    source : str
        Who defined it, and where.
    also : tuple of str
        Other common names, accepted and answered with ours.
    domain, range : (float, float)
        Between which numbers z and a lie.
    kinks : tuple of float
        Where f has no derivative; there `derivative` gives the one from below.
    initializer : str
        The initializer that suits a layer with this activation.
    """

    name: str
    formula: Formula
    slope: Formula
    value: Callable[[Array], Array]
    derivative: Callable[[Array, Array], Array]
    source: str
    also: tuple[str, ...] = ()
    domain: tuple[float, float] = REALS
    range: tuple[float, float] = REALS
    kinks: tuple[float, ...] = ()
    initializer: str = "glorot_uniform"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def pull_back(self, upstream: Array, Z: Array, A: Array) -> Array:
        """Return dLoss/dZ, given `upstream` = dLoss/dA: each entry times its own derivative."""
        return upstream * self.derivative(Z, A)

    @property
    def in_table(self) -> bool:
        """Whether it is a row of the table, and not one's own."""
        return ACTIVATIONS.get(self.name) is self

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Copy and pickle a row of the table by its name: it stays the same row."""
        return (activation, (self.name,)) if self.in_table else super().__reduce__()


@dataclass(frozen=True, eq=False, repr=False)
class RowActivation(Activation):
    """An activation in which every unit of a row depends on all of them, as in softmax.

    `formula` gives ``a[j]`` and `slope` the Jacobian's entry da[j]/dz[k], in the quantities
    ``z[j]``, ``a[j]``, ``a[k]`` and ``same[j, k]`` (1 where j = k, else 0). `derivative` gives its
    diagonal.

    Parameters
    ----------
    jacobian : callable
        Z and A, both (n, d), to the whole Jacobian of each row, (n, d, d): ``[r, j, k]`` is
        da[j]/dz[k].
    jacobian_product : callable
        dLoss/dA and A, both (n, d), to dLoss/dZ, (n, d): what the backward pass needs, without
        making the Jacobian.
    """

    jacobian: Callable[[Array, Array], Array] = field(kw_only=True)
    jacobian_product: Callable[[Array, Array], Array] = field(kw_only=True)

    def pull_back(self, upstream: Array, Z: Array, A: Array) -> Array:
        """Return dLoss/dZ, given `upstream` = dLoss/dA: each row times the whole Jacobian."""
        return self.jacobian_product(upstream, A)


def magnitude(z: Array) -> Array:
    """Return |z|; a complex z keeps its imaginary part, with the sign that the real part lost."""
    return np.where(z.real < 0, -z, z)


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)) without ever taking exp of a positive number."""
    decay = np.exp(-magnitude(z))
    return np.where(z.real < 0, decay, 1) / (1 + decay)


def sigmoid_derivative(z: Array, _a: Array) -> Array:
    """Return exp(-|z|) / (1 + exp(-|z|))^2, which is a (1 - a) with all its digits."""
    decay = np.exp(-magnitude(z))
    return decay / (1 + decay * (2 + decay))  # the square multiplied out, which rounds less


@np.errstate(over="ignore")  # where 2 z is infinite, exp(-2|z|) is 0
def tanh_derivative(z: Array, _a: Array) -> Array:
    """Return 4 exp(-2|z|) / (1 + exp(-2|z|))^2, which is 1 - a^2 with all its digits."""
    return 4 * sigmoid_derivative(2 * z, z)


def relu(z: Array) -> Array:
    """Return z above zero and 0 below; NaN stays NaN."""
    return np.where(z.real <= 0, 0, z)


def relu_derivative(z: Array, _a: Array) -> Array:
    """Return 1 above zero and 0 at and below it."""
    return np.where(z.real <= 0, 0, one(z))


def one(z: Array) -> Array:
    """Return 1 for each z, and NaN for NaN."""
    return np.where(np.isnan(z.real), z, 1)


LEAK = 0.01


def leaky_relu(z: Array) -> Array:
    """Return z above zero and 0.01 z below."""
    return np.where(z.real <= 0, LEAK * z, z)


def leaky_relu_derivative(z: Array, _a: Array) -> Array:
    """Return 1 above zero and 0.01 at and below it."""
    return np.where(z.real <= 0, LEAK, one(z))


def not_above_zero(z: Array) -> Array:
    """Return z where it is not above zero, else 0: what may safely go into exp. NaN stays NaN."""
    return np.where(z.real > 0, 0, z)


def elu(z: Array) -> Array:
    """Return z above zero and exp(z) - 1 below."""
    return np.where(z.real <= 0, np.expm1(not_above_zero(z)), z)


def elu_derivative(z: Array, _a: Array) -> Array:
    """Return 1 above zero and exp(z) below."""
    return np.exp(not_above_zero(z))


SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def selu(z: Array) -> Array:
    """Return the scaled ELU that keeps mean 0 and variance 1."""
    return SELU_SCALE * np.where(z.real <= 0, SELU_ALPHA * np.expm1(not_above_zero(z)), z)


def selu_derivative(z: Array, _a: Array) -> Array:
    """Return the scale above zero and scale times alpha times exp(z) at and below it."""
    return SELU_SCALE * np.where(z.real <= 0, SELU_ALPHA * np.exp(not_above_zero(z)), one(z))


ROOT_TWO_PI = math.sqrt(2 * math.pi)


def normal_cdf(z: Array) -> Array:
    """Return the normal distribution function; SciPy's knows no longdouble, so that has double's digits."""
    if z.dtype == np.longdouble:
        return special.ndtr(z.astype(np.float64)).astype(z.dtype)
    cdf: Array = special.ndtr(z)
    return cdf


def gelu(z: Array) -> Array:
    """Return z times the normal distribution function of z."""
    return z * normal_cdf(z)


@np.errstate(over="ignore")  # where z z is infinite, the density is 0
def gelu_derivative(z: Array, _a: Array) -> Array:
    """Return the normal distribution function plus z times the normal density."""
    return normal_cdf(z) + z * np.exp(-0.5 * z * z) / ROOT_TWO_PI


def silu(z: Array) -> Array:
    """Return z times the sigmoid of z."""
    return z * sigmoid(z)


def silu_derivative(z: Array, a: Array) -> Array:
    """Return s + z s', s the sigmoid of z."""
    return sigmoid(z) + z * sigmoid_derivative(z, a)


def tanh_of_softplus(z: Array) -> tuple[Array, Array]:
    """Return tanh(log(1 + exp(z))) and 1 minus it, both from exp(-|z|)."""
    decay = np.exp(-magnitude(z))
    negative = z.real < 0
    rest = np.where(negative, 2, 2 * decay * decay)
    part = np.where(negative, decay * (decay + 2), 1 + 2 * decay)
    return part / (part + rest), rest / (part + rest)


def mish(z: Array) -> Array:
    """Return z times tanh of the softplus of z."""
    return z * tanh_of_softplus(z)[0]


def mish_derivative(z: Array, _a: Array) -> Array:
    """Return t + z t', with t = tanh(softplus(z)) and t' = (1 - t)(1 + t) sigmoid(z)."""
    t, rest = tanh_of_softplus(z)
    return t + z * rest * (1 + t) * sigmoid(z)


def log1p(x: Array) -> Array:
    """Return log(1 + x), for a complex x with all digits of a small real part, which NumPy's loses."""
    if not np.iscomplexobj(x):
        return np.log1p(x)
    size = np.log1p(x.real * (2 + x.real) + x.imag**2) / 2
    return size + 1j * np.arctan2(x.imag, 1 + x.real)


def softplus(z: Array) -> Array:
    """Return log(1 + exp(z)) without ever taking exp of a positive number."""
    return np.where(z.real < 0, 0, z) + log1p(np.exp(-magnitude(z)))


def softsign(z: Array) -> Array:
    """Return z / (1 + |z|)."""
    return z / (1 + magnitude(z))


def softsign_derivative(z: Array, _a: Array) -> Array:
    """Return 1 / (1 + |z|)^2."""
    return (1 / (1 + magnitude(z))) ** 2


@np.errstate(over="ignore")  # where z is infinitely far below the largest, its exp is 0
def softmax(z: Array) -> Array:
    """Return exp(z) over its sum along each row; the largest z of the row is taken off first."""
    raised = np.exp(z - z.real.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def softmax_jacobian(_z: Array, a: Array) -> Array:
    """Return a_j ([j = k] - a_k) for each j and k."""
    return a[..., np.newaxis] * (np.eye(a.shape[-1], dtype=a.dtype) - a[..., np.newaxis, :])


def softmax_jacobian_product(upstream: Array, a: Array) -> Array:
    """Return sum_j upstream_j a_j ([j = k] - a_k) for each k: the product with da_j/dz_k."""
    return a * (upstream - (upstream * a).sum(axis=-1, keepdims=True))


_z, _a = Quantity("z"), Quantity("a")
_zj, _zk = Quantity("z", ("j",)), Quantity("z", ("k",))
_aj, _ak, _same = Quantity("a", ("j",)), Quantity("a", ("k",)), Quantity("same", ("j", "k"))
_sigmoid = 1 / (1 + exp(-_z))
_normal_cdf = (1 + erf(_z / sqrt(Number(2)))) / 2
_tanh_of_softplus = tanh(log(1 + exp(_z)))

ACTIVATIONS = table(
    Activation(
        name="identity",
        formula=_z,
        slope=Number(1),
        value=lambda z: z,
        derivative=lambda z, a: np.ones_like(z),
        also=("linear", "none"),
        source="a = z: the unit of a linear model",
    ),
    Activation(
        name="sigmoid",
        formula=_sigmoid,
        slope=_a * (1 - _a),
        value=sigmoid,
        derivative=sigmoid_derivative,
        also=("logistic", "expit"),
        range=(0, 1),
        source="Verhulst 1845, the logistic function; Rumelhart, Hinton & Williams 1986 for networks",
    ),
    Activation(
        name="tanh",
        formula=tanh(_z),
        slope=1 - _a**2,
        value=np.tanh,
        derivative=tanh_derivative,
        range=(-1, 1),
        source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.4",
    ),
    Activation(
        name="relu",
        formula=Cases(_z, _z, Number(0)),
        slope=Cases(_z, Number(1), Number(0)),
        value=relu,
        derivative=relu_derivative,
        also=("rectifier",),
        range=(0, np.inf),
        kinks=(0,),
        initializer="he_uniform",
        source="Nair & Hinton 2010, Rectified Linear Units Improve Restricted Boltzmann Machines",
    ),
    Activation(
        name="leaky_relu",
        formula=Cases(_z, _z, LEAK * _z),
        slope=Cases(_z, Number(1), Number(LEAK)),
        value=leaky_relu,
        derivative=leaky_relu_derivative,
        also=("leakyrelu", "lrelu"),
        kinks=(0,),
        initializer="he_uniform",
        source="Maas, Hannun & Ng 2013, Rectifier Nonlinearities, with their slope 0.01",
    ),
    Activation(
        name="elu",
        formula=Cases(_z, _z, exp(_z) - 1),
        slope=Cases(_z, Number(1), exp(_z)),
        value=elu,
        derivative=elu_derivative,
        range=(-1, np.inf),
        initializer="he_uniform",
        source="Clevert, Unterthiner & Hochreiter 2016, ELU, with alpha = 1",
    ),
    Activation(
        name="selu",
        formula=SELU_SCALE * Cases(_z, _z, SELU_ALPHA * (exp(_z) - 1)),
        slope=SELU_SCALE * Cases(_z, Number(1), SELU_ALPHA * exp(_z)),
        value=selu,
        derivative=selu_derivative,
        range=(-SELU_SCALE * SELU_ALPHA, np.inf),
        kinks=(0,),
        initializer="lecun_normal",
        source="Klambauer et al. 2017, Self-Normalizing Neural Networks, equation 2",
    ),
    Activation(
        name="gelu",
        formula=_z * _normal_cdf,
        slope=_normal_cdf + _z * exp(-(_z**2) / 2) / sqrt(Number(2 * math.pi)),
        value=gelu,
        derivative=gelu_derivative,
        range=(-0.16997120747990369, np.inf),
        initializer="he_uniform",
        source="Hendrycks & Gimpel 2016, GELU, the exact form with erf",
    ),
    Activation(
        name="silu",
        formula=_z / (1 + exp(-_z)),
        slope=_a + (1 - _a) / (1 + exp(-_z)),
        value=silu,
        derivative=silu_derivative,
        also=("swish",),
        range=(-0.27846454276107380, np.inf),
        initializer="he_uniform",
        source="Elfwing, Uchibe & Doya 2018, SiLU; Ramachandran et al. 2017, Swish",
    ),
    Activation(
        name="mish",
        formula=_z * _tanh_of_softplus,
        slope=_tanh_of_softplus + _z * (1 - _tanh_of_softplus**2) / (1 + exp(-_z)),
        value=mish,
        derivative=mish_derivative,
        range=(-0.30884341301725043, np.inf),
        initializer="he_uniform",
        source="Misra 2019, Mish: A Self Regularized Non-Monotonic Activation Function",
    ),
    Activation(
        name="softplus",
        formula=log(1 + exp(_z)),
        slope=_sigmoid,
        value=softplus,
        derivative=lambda z, a: sigmoid(z),
        range=(0, np.inf),
        source="Dugas et al. 2001, Incorporating Second-Order Functional Knowledge",
    ),
    Activation(
        name="softsign",
        formula=_z / (1 + absolute(_z)),
        slope=1 / (1 + absolute(_z)) ** 2,
        value=softsign,
        derivative=softsign_derivative,
        range=(-1, 1),
        source="Turian, Bergstra & Bengio 2009, Quadratic Features and Deep Architectures",
    ),
    Activation(
        name="exponential",
        formula=exp(_z),
        slope=_a,
        value=np.exp,
        derivative=lambda z, a: a,
        also=("exp",),
        range=(0, np.inf),
        source="Nelder & Wedderburn 1972: the inverse of the log link, for counts",
    ),
    RowActivation(
        name="softmax",
        formula=exp(_zj) / Sum(exp(_zk), "k"),
        slope=_aj * (_same - _ak),
        value=softmax,
        derivative=lambda z, a: a * (1 - a),
        range=(0, 1),
        source="Bridle 1990, Probabilistic Interpretation of Feedforward Network Outputs",
        jacobian=softmax_jacobian,
        jacobian_product=softmax_jacobian_product,
    ),
)


def activation(
    given: str | Activation | tuple[Callable[[Array], Array], Callable[[Array], Array]],
) -> Activation:
    """Return an activation by its name, or make one of a pair of functions of z: value and derivative.

    Raises
    ------
    UnknownNameError
        When no activation has that name; the nearest one is given.

    Examples
    --------
    >>> activation("logistic").name
    'sigmoid'
    >>> activation((lambda z: z**3, lambda z: 3 * z**2)).name
    'own'
    """
    if isinstance(given, Activation):
        return given
    if isinstance(given, tuple) and len(given) == 2 and all(map(callable, given)):
        value, derivative = given
        return Activation(
            name="own",
            formula=Function("f", (_z,)),
            slope=Function("f'", (_z,)),
            value=value,
            derivative=lambda z, a: derivative(z),
            source="given as a pair of functions",
        )
    return find("activation", given, ACTIVATIONS)  # type: ignore[arg-type]
