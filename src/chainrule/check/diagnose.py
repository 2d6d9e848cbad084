"""Which mistake a backward pass contains: every line of the catalogue is tried wherever it can sit."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chainrule.check.agreement import EVERY_DIGIT, agreement, digits_of
from chainrule.check.diagnosis import Answer, Diagnosis
from chainrule.check.explanation import Explanation, Placed, lines_of, together
from chainrule.check.lines import Numbers, Place, numbers_of, stepped
from chainrule.check.mistakes import MISTAKES
from chainrule.check.numbers import by_quantity
from chainrule.errors import (
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    Words,
    sentence,
    unknown_name,
)
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Parameters, require_parameters
from chainrule.network.program import Data
from chainrule.trace.step import Trace

ENOUGH = 2.5  # digits in which an explanation has to agree, however few the numbers have
AS_GOOD = 1.5  # digits fewer than the best, and an explanation agrees as well


def diagnose(
    network: Network,
    parameters: Parameters,
    X: npt.ArrayLike,
    Y: npt.ArrayLike,
    given: Parameters | Mapping[str, npt.ArrayLike],
    *,
    learning_rate: float | None = None,
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
    given : Parameters, or mapping of str to array
        The gradients; or any numbers of the step by their names, such as ``dW[1]``, ``db[2]``, ``delta[1]``,
        ``W_after[1]``, ``b_after[1]``, in the orientation of our weights, [from, to]. What is not known in an
        array is NaN.
    learning_rate : float, optional
        What the step was taken with; needed for what comes after the update, and to find a mistake in the
        order of updates.

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
    is:        delta[l] = delta[l+1] W[l+1]^T
    should be: delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])
    """
    require_parameters(parameters)
    exact = parameters.astype(np.float64)
    data = Data.of(network, X, Y)
    rate = None if learning_rate is None else accept.positive("the learning rate", learning_rate)
    tried = Tried(network, exact, data, rate)
    return tried.diagnosis(_numbers(given, tried.right, rate))


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
        As `check_numbers`; when there is no number that a mistake could be told from; and when the step has a
        penalty or dropout, which the catalogue does not know.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> print(diagnose_numbers(trace, {"dE_total/dw1": 0.00181751532, "dE_total/dw5": 0.08216704056}))
    The mistake (10 digits agree):
    hidden-derivative-missing (layer 1, BP2)
    is:        delta[l] = delta[l+1] W[l+1]^T
    should be: delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])
    """
    tried = Tried.on(trace)
    given: Numbers = {}
    for quantity, typed in by_quantity(trace, mine).items():
        layer, *entry = quantity.indices
        place = (quantity.name, int(layer))
        if place in tried.right and (tried.rate is not None or not quantity.name.endswith("_after")):
            array = given.setdefault(place, np.full(tried.right[place].shape, np.nan))
            array[tuple(map(int, entry))] = typed.value
    if not given:
        may_be = "some of the step's sums, outputs, deltas, gradients or new weights"
        raise InvalidValueError(sentence("what is given", Words("nothing to tell a mistake from"), may_be))
    return tried.diagnosis(given)


class Agreement(NamedTuple):
    """How well an explanation agrees with the numbers.

    Parameters
    ----------
    beyond : float
        How many digits more than they were written with, where that is fewest; below 0 it is less.
    digits : float
        In how many digits, where that is most.
    """

    beyond: float
    digits: float


NONE = Agreement(-EVERY_DIGIT, 0.0)


class Tried:
    """The explanations that are tried on one network and its rows.

    Parameters
    ----------
    network, parameters, data : Network, Parameters, Data
        The network, in float64, and its rows.
    rate : float, optional
        The learning rate, where it is known.
    """

    def __init__(self, network: Network, parameters: Parameters, data: Data, rate: float | None) -> None:
        self.network, self.parameters, self.data, self.rate = network, parameters, data, rate
        self.right = self.numbers(())

    @classmethod
    def on(cls, trace: Trace) -> "Tried":
        """Return the explanations on the network and rows of a step.

        Raises
        ------
        InvalidValueError
            When the step has a penalty or dropout: its gradients have terms that no line here has.
        """
        start = trace.start
        if start.penalty:
            raise InvalidValueError(sentence("the penalty of a step to diagnose", start.penalty, "none"))
        if start.masks is not None:
            raise InvalidValueError(sentence("the step to diagnose", Words("one with dropout"), "without"))
        rate = start.optimizer.learning_rate if isinstance(start.optimizer, GradientDescent) else None
        return cls(start.network, start.parameters, start.data, rate)

    def numbers(self, explanation: Explanation) -> Numbers:
        """Return every number of a step with these lines in it."""
        with np.errstate(all="ignore"):
            return numbers_of(
                self.network, self.parameters, self.data, self.rate or 0.0, lines_of(explanation)
            )

    def after(self, explanation: Explanation, rounds: int) -> Parameters:
        """Return the parameters after so many steps of gradient descent with these lines in each."""
        lines, parameters = lines_of(explanation), self.parameters
        for _ in range(rounds):
            parameters = stepped(self.network, parameters, self.data, self.rate or 0.0, lines)
        return parameters

    def places(self, *, convention: bool) -> list[Placed]:
        """Return every line in every layer where it can sit."""
        return [
            Placed(mistake, layer)
            for mistake in MISTAKES
            for layer in range(1, self.network.depth + 1)
            if mistake.convention == convention
            and mistake.fits(self.network, layer)
            and (self.rate is not None or not mistake.needs_rate)
        ]

    def explanations(self) -> Iterator[list[Explanation]]:
        """Yield the explanations, the simplest ones first."""
        conventions, mistakes = self.places(convention=True), self.places(convention=False)
        # Whatever is two conventions can be one mistake of the same ratio: both are named.
        of_conventions = [*((each,) for each in conventions), *combinations(conventions, 2)]
        yield [()]
        yield [*of_conventions, *((each,) for each in mistakes)]
        yield [pair for pair in product(conventions, mistakes) if together(*pair)]
        yield [pair for pair in combinations(mistakes, 2) if together(*pair)]

    def diagnosis(self, given: Numbers) -> Diagnosis:
        """Return the simplest explanations that agree with the numbers as well as any does."""
        written = {place: digits_of(values) for place, values in given.items()}
        for explanations in self.explanations():
            scored = [(self._agreement(each, given, written), each) for each in explanations]
            best = max((score for score, _ in scored), default=NONE)
            if best.digits >= ENOUGH and best.beyond >= -AS_GOOD:
                found = [each for score, each in scored if score.beyond >= best.beyond - AS_GOOD]
                simplest = _simplest(found)
                answer = _answer(simplest)
                first = "" if answer == "no mistake" else self._first_wrong(given)
                return Diagnosis(answer, simplest, best.digits, first)
        return Diagnosis("not in the catalogue", (), 0.0, self._first_wrong(given))

    def _agreement(
        self, explanation: Explanation, given: Numbers, written: Mapping[Place, float]
    ) -> "Agreement":
        """Return how well an explanation agrees with the numbers, which have so many digits."""
        found = agreement(self.numbers(explanation), given, self.right)
        return Agreement(min(found[place] - written[place] for place in given), max(found.values()))

    def _first_wrong(self, given: Numbers) -> str:
        """Say which number goes wrong first, in the order of the step, and by what ratio."""
        for place, right in self.right.items():
            if place in given and self._is_off(place, given[place]):
                with np.errstate(all="ignore"):
                    ratios = (given[place] / right)[~np.isnan(given[place])]
                steady = np.isfinite(ratios).all() and np.ptp(ratios) <= 1e-3 * abs(ratios).max()
                said = f"{ratios.mean():.6g} times what it should be" if steady else "in no constant ratio"
                return f"{place[0]}[{place[1]}], {said}"
        return "none of them by itself"

    def _is_off(self, place: Place, values: Array) -> bool:
        agreed = agreement(self.right, {place: values}, self.right)[place]
        return agreed < digits_of(values) - AS_GOOD


def _simplest(found: list[Explanation]) -> tuple[Explanation, ...]:
    """Leave out two conventions where one explains the same."""
    one = any(len(each) == 1 and each[0].mistake.convention for each in found)
    return tuple(each for each in found if not (one and len(each) == 2))


def _answer(found: Sequence[Explanation]) -> Answer:
    if not found[0]:
        return "no mistake"
    if all(each.mistake.convention for explanation in found for each in explanation):
        return "convention"
    return "mistake" if len(found) == 1 else "cannot be told apart"


def _numbers(given: Parameters | Mapping[str, npt.ArrayLike], right: Numbers, rate: float | None) -> Numbers:
    """Return the given numbers by their places."""
    if isinstance(given, Parameters):
        given = {
            **{f"dW[{l}]": W for l, W in enumerate(given.W, 1)},
            **{f"db[{l}]": b for l, b in enumerate(given.b, 1) if b is not None},
        }
    if not isinstance(given, Mapping) or not given:
        raise InvalidTypeError(sentence("what is given", given, "gradients, or arrays by their names"))
    known = {
        f"{name}[{l}]": (name, l) for name, l in right if rate is not None or not name.endswith("_after")
    }
    found: Numbers = {}
    for name, values in given.items():
        if name not in known:
            raise unknown_name("name of a number", name, known)
        array = np.asarray(values, np.float64)
        if array.shape != right[known[name]].shape:
            raise ShapeError(sentence(f"the shape of {name}", array.shape, f"{right[known[name]].shape}"))
        found[known[name]] = array
    return found
