"""The activations as ONNX writes them: one rule, one row.

To add an activation is to add its row to `WRITTEN`; a test names the one that is missing. A row is
given a pen and the name of Z, and returns the name of A. The operators are those that ONNX Runtime
has for float32 and float64 alike, which rules out Elu, Selu, LeakyRelu, Softplus and Softsign.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from chainrule.errors import InvalidValueError, Words, sentence, shown
from chainrule.export.graph import Graph
from chainrule.network.activations import LEAK, SELU_ALPHA, SELU_SCALE, Activation


@dataclass(frozen=True)
class Pen:
    """What writes nodes into a graph; a number among their inputs becomes a constant.

    Parameters
    ----------
    graph : Graph
        Where they go.
    dtype : dtype
        The precision of all numbers.

    Examples
    --------
    >>> write = Pen(Graph(), np.dtype(np.float32))
    >>> write("Mul", 0.5, "z")
    'mul'
    >>> write.graph.nodes[0].inputs
    ('number 0.5', 'z')
    """

    graph: Graph
    dtype: np.dtype[Any]

    def __call__(self, op: str, *inputs: str | float, **attributes: Any) -> str:
        """Write an operation, and return the name of what it gives."""
        names = [each if isinstance(each, str) else self.graph.constant(each, self.dtype) for each in inputs]
        return self.graph.node(op, *names, **attributes)


Row: TypeAlias = Callable[[Pen, str], str]


def leaky_relu(write: Pen, z: str) -> str:
    """Return the larger of z and 0.01 z."""
    return write("Max", z, write("Mul", LEAK, z))


def raised_below(write: Pen, z: str) -> str:
    """Return exp(z) - 1 below zero, and 0 above."""
    return write("Sub", write("Exp", write("Min", z, 0)), 1)


def elu(write: Pen, z: str) -> str:
    """Return z above zero and exp(z) - 1 below."""
    return write("Add", write("Max", z, 0), raised_below(write, z))


def selu(write: Pen, z: str) -> str:
    """Return the scaled ELU."""
    below = write("Mul", SELU_ALPHA, raised_below(write, z))
    return write("Mul", SELU_SCALE, write("Add", write("Max", z, 0), below))


# Of erfc(u) exp(u^2) (1 + 2 u) in t = (u - 3) / (u + 3), highest power first: SciPy's erfcx interpolated
# at Chebyshev's points, for all u from 0 on within 5e-12.
COMPLEMENT = (
    5.50799297741345e-08,
    1.6946729136230566e-06,
    -3.401137813437605e-07,
    -1.7412224205306527e-05,
    4.639146633190584e-06,
    0.00012277867965636947,
    -0.00010501015992617262,
    -0.0007786553542208983,
    0.0018886479396578683,
    0.0025290477131388964,
    -0.023770508397163773,
    0.06830808122007606,
    -0.11927366387304573,
    0.129645154889773,
    -0.04756229434390859,
    -0.13562110604544722,
    1.2530080582697285,
)


def gelu(write: Pen, z: str) -> str:
    """Return z times the normal distribution function: z (1 + erf(z / sqrt 2)) / 2.

    ONNX Runtime has no erf of float64, so there it is max(z, 0) - |z| erfc(|z| / sqrt 2) / 2 with
    a polynomial.
    """
    if write.dtype != np.float64:
        erf = write("Erf", write("Mul", math.sqrt(0.5), z))
        return write("Mul", z, write("Mul", 0.5, write("Add", 1, erf)))
    size = write("Abs", z)
    part = write("Mul", write("Mul", 0.5, size), complement_of_erf(write, write("Mul", math.sqrt(0.5), size)))
    return write("Sub", write("Max", z, 0), part)


def complement_of_erf(write: Pen, u: str) -> str:
    """Return 1 - erf(u) for u of 0 or above."""
    t = write("Div", write("Sub", u, 3), write("Add", u, 3))
    first, *rest = COMPLEMENT
    sum_so_far: str | float = first
    for coefficient in rest:
        sum_so_far = write("Add", write("Mul", sum_so_far, t), coefficient)
    decay = write("Exp", write("Neg", write("Mul", u, u)))
    return write("Mul", decay, write("Div", sum_so_far, write("Add", 1, write("Mul", 2, u))))


def silu(write: Pen, z: str) -> str:
    """Return z / (1 + exp(-z)); where exp(-z) is infinite, that is 0 as it should be.

    ONNX Runtime 1.19 makes one operator of z times Sigmoid(z), which it has not for float64.
    """
    return write("Div", z, write("Add", 1, write("Exp", write("Neg", z))))


def mish(write: Pen, z: str) -> str:
    """Return z n / (n + 2), n = e^z (e^z + 2), which is z tanh(log(1 + e^z)).

    From z = 20 on the fraction is 1 to the last digit, so that e^20 does for all of them.
    """
    raised = write("Exp", write("Min", z, 20))
    n = write("Mul", raised, write("Add", raised, 2))
    return write("Mul", z, write("Div", n, write("Add", n, 2)))


def softplus(write: Pen, z: str) -> str:
    """Return log(1 + exp(z)), as max(z, 0) + log(1 + exp(-|z|))."""
    decay = write("Exp", write("Neg", write("Abs", z)))
    return write("Add", write("Max", z, 0), write("Log", write("Add", 1, decay)))


WRITTEN: dict[str, Row] = {
    "identity": lambda write, z: z,
    "sigmoid": lambda write, z: write("Sigmoid", z),
    "tanh": lambda write, z: write("Tanh", z),
    "relu": lambda write, z: write("Relu", z),
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "mish": mish,
    "softplus": softplus,
    "softsign": lambda write, z: write("Div", z, write("Add", 1, write("Abs", z))),
    "exponential": lambda write, z: write("Exp", z),
    "softmax": lambda write, z: write("Softmax", z, axis=-1),
}


def row_of(activation: Activation) -> Row:
    """Return how an activation is written.

    Raises
    ------
    InvalidValueError
        If it is one of the user's own: what it computes is known to Python only.
    """
    if not activation.in_table or activation.name not in WRITTEN:
        whose = "in no table of ours" if not activation.in_table else "not written yet"
        was = Words(f"{shown(activation.name)}, which is {whose}")
        raise InvalidValueError(sentence("the activation of a layer", was, f"one of {', '.join(WRITTEN)}"))
    return WRITTEN[activation.name]
