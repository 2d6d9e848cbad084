"""Which mistake a backward pass contains: every line of the catalogue is tried wherever it can sit."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from chainrule.check.diagnosis import Diagnosis
from chainrule.check.lines import Numbers, Result, Setting
from chainrule.check.numbers import by_quantity
from chainrule.check.tried import Tried
from chainrule.errors import (
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    Words,
    sentence,
    unknown_name,
)
from chainrule.network import accept, optimizers
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Orientation, Parameters, check_orientation, require_parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.trace.step import Trace

MAY_BE_GIVEN = Words("gradients, or arrays by their names")

Given: TypeAlias = Parameters | Mapping[str, npt.ArrayLike]


def diagnose(
    network: Network,
    parameters: Parameters,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    given: Given | Sequence[Given],
    *,
    optimizer: str | Optimizer | None = None,
    penalty: Penalty = NO_PENALTY,
    orientation: Orientation = "from_to",
) -> Diagnosis:
    """Name the mistake that a backward pass contains, from the numbers that it gives.

    Every line of the catalogue is put in the place of the right one, in every layer where it can sit, and
    what the step then gives is compared with all of the numbers. Conventions come before mistakes, one
    mistake before two.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows and their targets.
    given : Parameters, or mapping of str to array, or a sequence of these
        The gradients; or any numbers of the step by their names: ``Z[1]``, ``A[1]``, ``loss``, ``delta[1]``,
        ``dW[1]``, ``db[2]``, and of what comes after the update ``W_after[1]``, ``b_after[1]``,
        ``Z_after[1]``, ``A_after[1]``, ``loss_after``. What is not known in an array is NaN. A sequence has
        those of several steps in a row, on the same rows; of a step of which nothing is known, {}.
    optimizer : Optimizer or str, optional
        What the steps were taken with; needed for what comes after the update, and to find a mistake in it
        or in the order of updates.
    penalty : Penalty
        On the weights; by default none.
    orientation : {"from_to", "to_from"}
        How the weights and their gradients are given: rows are inputs, as ours are, or rows are units.

    Raises
    ------
    UnknownNameError, ShapeError, InvalidTypeError
        When the step has no number of a name, or it has another shape.

    Examples
    --------
    >>> import chainrule as cr
    >>> jain = cr.tutorials.load("jain")
    >>> tape = cr.forward(jain.network, jain.parameters, jain.X)
    >>> mine = cr.backward(jain.network, jain.parameters, tape, jain.Y)
    >>> diagnose(jain.network, jain.parameters, jain.X, jain.Y, mine).answer
    'no mistake'
    >>> mine.W[1][...] /= tape.A[1] * (1 - tape.A[1])
    >>> print(diagnose(jain.network, jain.parameters, jain.X, jain.Y, {"dW[1]": mine.W[1]}))
    The mistake (15 digits agree):
    hidden-derivative-missing (layer 1, BP2)
    is:        delta[1] = delta[2] W[2]^T
    should be: delta[1] = (delta[2] W[2]^T) * f_1'(Z[1])
    """
    require_parameters(parameters)
    check_orientation(orientation)
    steps = [given] if isinstance(given, Parameters | Mapping) else given
    if not isinstance(steps, Sequence) or not steps:
        raise InvalidTypeError(sentence("what is given", given, MAY_BE_GIVEN))
    setting = Setting(
        network,
        parameters.astype(np.float64),
        Data.of(network, X, Y),
        None if optimizer is None else optimizers.optimizer(optimizer),
        penalty,
        steps=len(steps),
        loss_known=any(
            isinstance(each, Mapping) and any("loss" in str(name) for name in each) for each in steps
        ),
    )
    tried = Tried(setting)
    found: Numbers = {}
    for step, each in enumerate(steps, 1):
        found |= _numbers(network, each, step, tried.right, orientation)
    if not found:
        raise InvalidTypeError(sentence("what is given", given, MAY_BE_GIVEN))
    return tried.diagnosis(found)


def diagnose_numbers(trace: Trace, mine: Mapping[str, object]) -> Diagnosis:
    """Name the mistake in somebody's numbers of a step, given by the reader's names.

    Parameters
    ----------
    trace : Trace
        The step: its network, rows and learning rate, under the names that the numbers have.
    mine : mapping of str to number or text
        As for `check_numbers`; weighted sums, outputs, deltas, gradients and new weights count.

    Raises
    ------
    UnknownNameError, InvalidValueError, InvalidTypeError
        As `check_numbers`; when there is no number that a mistake could be told from; and when the step has
        dropout, which the catalogue does not know.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> print(diagnose_numbers(trace, {"dE_total/dw1": 0.00181751532, "dE_total/dw5": 0.08216704056}))
    The mistake (10 digits agree):
    hidden-derivative-missing (layer 1, BP2)
    is:        delta[1] = delta[2] W[2]^T
    should be: delta[1] = (delta[2] W[2]^T) * f_1'(Z[1])
    """
    by_what = by_quantity(trace, mine)
    tried = Tried.on(trace, loss_known=any(quantity.name.startswith("loss") for quantity in by_what))
    given: Numbers = {}
    for quantity, typed in by_what.items():
        layer, *entry = quantity.indices
        result = Result(quantity.name, int(layer))
        if result in tried.right:
            array = given.setdefault(result, np.full(tried.right[result].shape, np.nan))
            array[tuple(map(int, entry))] = typed.value
    if not given:
        may_be = "some of the step's sums, outputs, deltas, gradients or new weights"
        raise InvalidValueError(sentence("what is given", Words("nothing to tell a mistake from"), may_be))
    return tried.diagnosis(
        given, lambda result, entry: trace.name(Quantity(result.name, (result.layer, *entry)))
    )


def _numbers(network: Network, given: Given, step: int, right: Numbers, orientation: Orientation) -> Numbers:
    """Return the given numbers of a step by what they are."""
    if isinstance(given, Parameters):
        given = {
            **{f"dW[{l}]": W for l, W in enumerate(given.W, 1)},
            **{f"db[{l}]": b for l, b in enumerate(given.b, 1) if b is not None},
        }
        orientation = "from_to"
    if not isinstance(given, Mapping):
        raise InvalidTypeError(sentence("what is given", given, MAY_BE_GIVEN))
    known = {str(result._replace(step=1)): result for result in right if result.step == step}
    found: Numbers = {}
    for name, values in given.items():
        if name not in known:
            raise unknown_name("name of a number", name, known)
        result = known[name]
        array = accept.real_array(name, values).astype(np.float64)
        turned = orientation == "to_from" and result.name in ("dW", "W_after")
        found[result] = array.T if turned and array.ndim == 2 else array
        shape = right[result].shape
        of_each_unit = shape == (1,) and array.shape == network.sizes[result.layer : result.layer + 1]
        if found[result].shape != shape and not of_each_unit:
            hint = 'orientation="to_from" takes its transpose' if array.shape == shape[::-1] else ""
            may_be = f"{shape[::-1] if turned else shape}"
            raise ShapeError(sentence(f"the shape of {name}", array.shape, may_be, hint))
    return found
