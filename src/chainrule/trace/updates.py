"""The update rules as formulas: what each optimizer does to one parameter, in the order it does it.

The arithmetic that training uses is `reference/update.py`; a test holds the two together.
"""

from collections.abc import Mapping

from chainrule.network.formula import Formula, FormulaLike, Number, Quantity, sqrt
from chainrule.network.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Optimizer,
    RMSprop,
)


def rule(optimizer: Optimizer, t: FormulaLike, decays: bool) -> Mapping[str, Formula]:
    """Return the formula of each new slot, then of the new parameter ``theta``.

    Parameters
    ----------
    optimizer : Optimizer
        The rule; its numbers other than the learning rate are written out.
    t : int or Formula
        Which step this is, from 1; a formula where it is to stay open.
    decays : bool
        Whether AdamW's decay takes hold of this parameter: it does of weights.

    Returns
    -------
    mapping
        In the quantities ``theta``, ``dtheta``, ``eta``, and for a slot ``m`` its old value ``m``
        and its new one ``m_after``.

    Examples
    --------
    >>> list(rule(Momentum(0.1), t=1, decays=True))
    ['v', 'theta']
    """
    theta, g, eta = Quantity("theta"), Quantity("dtheta"), Quantity("eta")
    match optimizer:
        case GradientDescent():
            return {"theta": theta - eta * g}
        case Momentum(momentum=mu, nesterov=ahead):
            v = Quantity("v_after")
            along = g + mu * v if ahead else v
            return {"v": mu * Quantity("v") + g, "theta": theta - eta * along}
        case RMSprop(decay=decay, epsilon=epsilon):
            s = Quantity("s_after")
            mean = decay * Quantity("s") + (1 - Number(decay)) * g**2
            return {"s": mean, "theta": theta - eta * (g / (sqrt(s) + epsilon))}
        case Adagrad(epsilon=epsilon):
            s = Quantity("s_after")
            return {"s": Quantity("s") + g**2, "theta": theta - eta * (g / (sqrt(s) + epsilon))}
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            m, v = Quantity("m_after"), Quantity("v_after")
            m_hat, v_hat = m / (1 - Number(beta1) ** t), v / (1 - Number(beta2) ** t)
            along = m_hat / (sqrt(v_hat) + epsilon)
            if isinstance(optimizer, AdamW) and decays:
                along = along + optimizer.weight_decay * theta
            return {
                "m": beta1 * Quantity("m") + (1 - Number(beta1)) * g,
                "v": beta2 * Quantity("v") + (1 - Number(beta2)) * g**2,
                "theta": theta - eta * along,
            }
    raise TypeError(f"no formulas for {optimizer!r}")
