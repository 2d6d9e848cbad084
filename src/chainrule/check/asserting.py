"""For tests of a course: an assertion whose message is the diagnosis, as far as the teacher lets it."""

from collections.abc import Iterator, Mapping

import numpy.typing as npt

from chainrule.check.diagnose import diagnose
from chainrule.check.diagnosis import Diagnosis, in_layers
from chainrule.check.explanation import as_text, mistakes_in
from chainrule.check.numbers import check_numbers, require_hint
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.trace.step import Trace


def assert_gradients(
    network: Network,
    parameters: Parameters,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    mine: Parameters | Mapping[str, npt.ArrayLike],
    *,
    hint: int = 3,
    optimizer: str | Optimizer | None = None,
) -> None:
    """Do nothing when gradients are right, in any convention; else say which mistake is in them.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows and their targets.
    mine : Parameters, or mapping of str to array
        The gradients, as for `diagnose`.
    hint : int
        How much a failure gives away: 0 that there is a mistake, 1 which number goes wrong first, 2 the
        mistake and its layer, 3 the line as it is and as it should be.
    optimizer : Optimizer or str, optional
        As for `diagnose`.

    Raises
    ------
    AssertionError
        When the gradients are wrong.

    Examples
    --------
    >>> import chainrule as cr
    >>> net = cr.Network.dense([2, 3, 1], hidden="tanh")
    >>> parameters = cr.Parameters.initial(net, seed=1)
    >>> tape = cr.forward(net, parameters, [[0.5, -1]])
    >>> mine = cr.backward(net, parameters, tape, [[0.25]])
    >>> assert_gradients(net, parameters, [[0.5, -1]], [[0.25]], mine)
    >>> mine.b[1][...] = 0
    >>> assert_gradients(net, parameters, [[0.5, -1]], [[0.25]], mine, hint=2)
    Traceback (most recent call last):
    AssertionError: the gradients contain a mistake
    the first number that goes wrong is db[1], 0 times what it should be
    bias-never-updated (layer 1, BP3)
    """
    require_hint(hint)
    found = diagnose(network, parameters, X, Y, mine, optimizer=optimizer)
    if found.answer not in ("no mistake", "convention"):
        raise AssertionError("\n".join(_message(found, hint)))


def assert_step(trace: Trace, mine: Mapping[str, object], *, hint: int = 3) -> None:
    """Do nothing when numbers of a step are right, or right up to rounding; else say which are not.

    Parameters
    ----------
    trace : Trace
        The step.
    mine : mapping of str to number or text
        The numbers by their names, as for `check_numbers`.
    hint : int
        How much a failure gives away, 0 to 3, as for `check_numbers`.

    Raises
    ------
    AssertionError
        When a number is wrong.

    Examples
    --------
    >>> import chainrule as cr
    >>> assert_step(cr.tutorials.load("jain").trace(), {"out_o1": "0.7514"})
    """
    found = check_numbers(trace, mine, hint=hint)
    if not found.passed:
        raise AssertionError(f"not every number is right\n{found}")


def _message(found: Diagnosis, hint: int) -> Iterator[str]:
    yield "the gradients contain a mistake"
    if hint >= 1 and found.first_wrong:
        yield f"the first number that goes wrong is {found.first_wrong}"
    for explanation in found.explanations if hint >= 2 else ():
        yield as_text(explanation)
        for mistake, layers in mistakes_in(explanation) if hint >= 3 else ():
            yield f"is:        {in_layers(mistake.wrong, layers)}"
            yield f"should be: {in_layers(mistake.right, layers)}"
