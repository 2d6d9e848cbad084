"""When there is a `partial_fit`."""

from typing import Any

from chainrule.estimators import rules
from chainrule.network.optimizers import LBFGS


def takes_steps(estimator: Any) -> bool:
    """Return whether the solver learns step by step, so that `partial_fit` has a meaning.

    Raises
    ------
    AttributeError
        When it does not: then there is no such method.
    """
    if isinstance(rules.optimizer(estimator), LBFGS):
        raise AttributeError("partial_fit is for solvers that take single steps; lbfgs sees all rows at once")
    return True
