"""L-BFGS: full batches, and SciPy chooses every step."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from chainrule.errors import DivergenceError
from chainrule.network.array import Array
from chainrule.network.optimizers import LBFGS
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data, Program
from chainrule.reference.backward import add_penalty
from chainrule.reference.forward import penalty_loss

NO_BETTER_STEP = "L-BFGS found no better step"


def descend(
    program: Program,
    parameters: Parameters,
    data: Data,
    penalty: Penalty,
    optimizer: LBFGS,
    iterations: int,
    look: Callable[[Array, float, float], bool],
) -> str:
    """Minimize the loss of all rows by L-BFGS (Liu & Nocedal 1989), through SciPy, in float64.

    Parameters
    ----------
    program : Program
        Computes losses and gradients.
    parameters : Parameters
        Where it starts; frozen ones stay.
    data, penalty : Data, Penalty
        The rows, and the penalty on the trained weights.
    optimizer : LBFGS
        Its numbers.
    iterations : int
        How many at most.
    look : callable
        Is shown theta, its loss and the length of its gradient after every iteration; it ends the
        search by returning True.

    Returns
    -------
    str
        Why it ended, in words.

    Raises
    ------
    DivergenceError
        When the loss is not finite where it starts.
    """
    network, dtype = parameters.layout.network, parameters.theta.dtype
    trained = parameters.layout.trained
    chosen: Array | slice = slice(None) if trained is None else trained

    def whole(part: Array) -> Array:
        theta = parameters.theta.astype(dtype, copy=True)
        theta[chosen] = part
        return theta

    def loss_and_gradient(part: Array) -> tuple[float, Array]:
        here = parameters.like(whole(part))
        dtheta, total = program.gradient(here.theta, data)
        gradient = here.like(dtheta)
        add_penalty(network, here, gradient, penalty)
        loss = total / data.normalizer + float(penalty_loss(network, here, penalty))
        return loss, gradient.theta[chosen].astype(np.float64)

    latest: dict[bytes, tuple[float, Array]] = {}

    def at(part: Array) -> tuple[float, Array]:
        """Return loss and gradient; what was asked for last is not computed again."""
        if part.tobytes() not in latest:
            found = loss_and_gradient(part)
            latest.clear()
            latest[part.tobytes()] = found
        return latest[part.tobytes()]

    start = parameters.theta[chosen].astype(np.float64)
    if not np.isfinite(at(start)[0]):
        raise DivergenceError(
            "the loss where L-BFGS starts is not finite; try smaller weights or scaled inputs"
        )

    def after_iteration(intermediate_result: OptimizeResult) -> None:
        part = intermediate_result.x
        loss, gradient = at(part)
        if look(whole(part), loss, float(np.linalg.norm(gradient))):
            raise StopIteration

    options = {
        "maxiter": iterations,
        "maxcor": optimizer.memory,
        "gtol": optimizer.tolerance,
        "ftol": optimizer.reduction,
        "maxfun": optimizer.evaluations or 20 * max(1, iterations),
    }
    found = minimize(at, start, jac=True, method="L-BFGS-B", callback=after_iteration, options=options)
    return NO_BETTER_STEP if found.status == 0 else "L-BFGS used up its iterations or evaluations"
