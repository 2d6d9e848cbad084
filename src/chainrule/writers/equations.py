"""The equations of backpropagation as formulas, to be printed above the numbers that they give."""

from typing import NamedTuple

from chainrule.network.formula import Formula, Function, Quantity, Sum


class Equation(NamedTuple):
    """An equation: as one line of text, as in `reference/equations.py`, and as two formulas of matrices."""

    text: str
    left: Formula
    right: Formula


def _matrix(name: str, layer: str = "l") -> Quantity:
    return Quantity(name, (layer,))


def _product(left: Formula, right: Formula) -> Formula:
    return Function("MM", (left, right))


def _hadamard(left: Formula, right: Formula) -> Formula:
    return Function("H", (left, right))


_A, _Z, _W, _delta = (_matrix(name) for name in ("A", "Z", "W", "delta"))
_before = _matrix("A", "l-1")
_slope_of = Function("f_l'", (_Z,))
_delta_of_row = Quantity("delta", ("l", "r"))
_theta = Quantity("theta")

EQUATIONS = {
    "F1": Equation("Z[l] = A[l-1] W[l] + b[l]", _Z, _product(_before, _W) + _matrix("b")),
    "F2": Equation("A[l] = f_l(Z[l])", _A, Function("f_l", (_Z,))),
    "BP1": Equation(
        "delta[L] = dLoss/dA[L] * f_L'(Z[L])",
        _matrix("delta", "L"),
        _hadamard(_matrix("dA", "L"), Function("f_L'", (_matrix("Z", "L"),))),
    ),
    "BP2": Equation(
        "delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])",
        _delta,
        _hadamard(_product(_matrix("delta", "l+1"), Function("T", (_matrix("W", "l+1"),))), _slope_of),
    ),
    "BP3": Equation(
        "db[l] = column sums of delta[l]", _matrix("db"), Sum(Quantity("delta", ("l", "r")), "r")
    ),
    "BP4": Equation("dW[l] = A[l-1]^T delta[l]", _matrix("dW"), _product(Function("T", (_before,)), _delta)),
    "U": Equation("theta <- theta - eta * dtheta", _theta, _theta - Quantity("eta") * Quantity("dtheta")),
}
