"""The explanations that are tried on somebody's numbers, the simplest ones first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, groupby, product
from typing import NamedTuple, TypeAlias

import numpy as np

from chainrule.check.agreement import EVERY_DIGIT, agreement, digits_of
from chainrule.check.diagnosis import Answer, Diagnosis
from chainrule.check.explanation import Explanation, Placed, lines_of, mistakes_in, reported, together
from chainrule.check.lines import Numbers, Result, Setting, numbers_of, stepped
from chainrule.check.mistakes import MISTAKES
from chainrule.check.telling import telling
from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.network.array import Array
from chainrule.network.parameters import Parameters
from chainrule.trace.step import Trace

ENOUGH = 2.5  # digits in which an explanation has to agree, however few the numbers have
AS_GOOD = 1.5  # digits fewer than the best, and an explanation agrees as well

Entry: TypeAlias = tuple[int, ...]
Called: TypeAlias = Callable[[Result, Entry], str]


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
    setting : Setting
        The network, its rows, and what is known of the steps.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.right = self.numbers(())

    @classmethod
    def on(cls, trace: Trace, *, steps: int = 1, loss_known: bool = False) -> "Tried":
        """Return the explanations on the network and rows of a step, or of several from there.

        Raises
        ------
        InvalidValueError
            When the step has dropout: it has terms that no line here has.
        """
        start = trace.start
        if start.masks is not None:
            raise InvalidValueError(sentence("the step to diagnose", Words("one with dropout"), "without"))
        return cls(
            Setting(
                start.network,
                start.parameters,
                start.data,
                start.optimizer,
                start.penalty,
                start.slots,
                start.t,
                steps,
                loss_known,
            )
        )

    def numbers(self, explanation: Explanation) -> Numbers:
        """Return every number of the steps with these lines in them."""
        return _numbers_of(self.setting, explanation)

    def after(self, explanation: Explanation, steps: int) -> Parameters:
        """Return the parameters after so many steps with these lines in each."""
        return stepped(self.setting._replace(steps=steps), lines_of(explanation))

    def places(self, *, convention: bool) -> list[Placed]:
        """Return every line in every layer where it can sit."""
        return [
            Placed(mistake, layer)
            for mistake in MISTAKES
            for layer in range(1, self.setting.network.depth + 1)
            if mistake.convention == convention and mistake.fits(self.setting, layer)
        ]

    def fitting(self, name: str) -> list[Placed]:
        """Return the line of a name in every layer where it can sit."""
        everywhere = [*self.places(convention=False), *self.places(convention=True)]
        return [placed for placed in everywhere if placed.mistake.name == name]

    def explanations(self) -> Iterator[list[Explanation]]:
        """Yield the explanations, the simplest ones first."""
        conventions = self._everywhere(convention=True)
        alone: list[Explanation] = [(placed,) for placed in self.places(convention=False)]
        mistakes = [*alone, *(each for each in self._everywhere(convention=False) if len(each) > 1)]
        yield [()]
        yield conventions
        # Whatever is two conventions can be one mistake of the same ratio: both are named.
        meant = list(_both(combinations(conventions, 2)))
        yield [*meant, *mistakes]
        yield list(_both(product([*conventions, *meant], mistakes)))
        yield list(_both(combinations(mistakes, 2)))

    def diagnosis(self, given: Numbers, called: Called | None = None) -> Diagnosis:
        """Return the simplest explanations that agree with the numbers as well as any does.

        Parameters
        ----------
        given : dict of Result to array
            The numbers.
        called : callable, optional
            What their reader calls one of them.
        """
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # they may be of any size
            found = next(filter(None, self.levels(given, called)), None)
            return found or Diagnosis("not in the catalogue", (), 0.0, self._first_wrong(given, called))

    def levels(self, given: Numbers, called: Called | None = None) -> Iterator[Diagnosis | None]:
        """Yield what is found among the explanations of each complexity; None where none agrees."""
        written = {result: digits_of(values) for result, values in given.items()}
        for explanations in self.explanations():
            scored = [(self._agreement(each, given, written), each) for each in explanations]
            best = max((score for score, _ in scored), default=NONE)
            if best.digits >= ENOUGH and best.beyond >= -AS_GOOD:
                found = _simplest([each for score, each in scored if score.beyond >= best.beyond - AS_GOOD])
                answer = _answer(found)
                first = "" if answer == "no mistake" else self._first_wrong(given, called)
                apart = telling(self.setting, found, list(given), _numbers_of) if len(found) > 1 else ""
                yield Diagnosis(answer, found, best.digits, first, apart)
            else:
                yield None

    def _everywhere(self, *, convention: bool) -> list[Explanation]:
        """Return each line in all the layers at once where it can sit, as code with a loop has it."""
        by_mistake = groupby(self.places(convention=convention), key=lambda placed: placed.mistake)
        return [tuple(where) for _, where in by_mistake]

    def _agreement(
        self, explanation: Explanation, given: Numbers, written: Mapping[Result, float]
    ) -> Agreement:
        """Return how well an explanation agrees with the numbers, which have so many digits."""
        beyond, digits = EVERY_DIGIT, 0.0
        numbers = self.numbers(explanation)
        for result, values in given.items():
            agreed = agreement(numbers[result], values, self.right[result])
            beyond, digits = min(beyond, agreed - written[result]), max(digits, agreed)
            if beyond < -2 * AS_GOOD:  # it can no longer be found
                return NONE
        return Agreement(beyond, digits)

    def _first_wrong(self, given: Numbers, called: Called | None) -> str:
        """Say which number goes wrong first, in the order of the step, and by what ratio."""
        for result, right in self.right.items():
            if result in given and self._is_off(result, given[result]):
                values = np.asarray(given[result])
                right = np.broadcast_to(right, values.shape)
                if called is None:
                    known = ~np.isnan(values)
                    return f"{result}, {_ratio(values[known], right[known])}"
                off = np.nan_to_num(np.abs(values - right), nan=0.0)
                entry = tuple(map(int, np.argwhere(off >= off.max() / 1e3)[0]))
                return f"{called(result, entry)}, {_ratio(values[entry], right[entry])}"
        return "none of them by itself"

    def agreed(self, result: Result, values: Array) -> float:
        """Return in how many digits numbers agree with the right ones."""
        return agreement(self.right[result], values, self.right[result])

    def _is_off(self, result: Result, values: Array) -> bool:
        return self.agreed(result, values) < digits_of(values) - AS_GOOD


def _numbers_of(setting: Setting, explanation: Explanation) -> Numbers:
    """Return every number of some steps with the lines of an explanation in them."""
    with np.errstate(all="ignore"):
        return reported(numbers_of(setting, lines_of(explanation)), explanation)


def _both(pairs: Iterator[tuple[Explanation, Explanation]]) -> Iterator[Explanation]:
    """Yield two explanations as one, where both can stand in one step."""
    return (one + other for one, other in pairs if together(one, other))


def _ratio(values: Array, right: Array) -> str:
    """Say how many times as large numbers are as they should be."""
    with np.errstate(all="ignore"):
        ratios = np.asarray(values / right)
    steady = np.isfinite(ratios).all() and np.ptp(ratios) <= 1e-3 * np.abs(ratios).max()
    return f"{ratios.mean():.6g} times what it should be" if steady else "in no constant ratio"


def _simplest(found: list[Explanation]) -> tuple[Explanation, ...]:
    """Leave out what has more in it than another one that explains the same."""
    kept = [each for each in found if not any(set(other) < set(each) for other in found)]
    conventions = [each for each in kept if all(placed.mistake.convention for placed in each)]
    one = any(len(mistakes_in(each)) == 1 for each in conventions)
    return tuple(each for each in kept if not (one and len(mistakes_in(each)) == 2))


def _answer(found: Sequence[Explanation]) -> Answer:
    if not found[0]:
        return "no mistake"
    if all(placed.mistake.convention for explanation in found for placed in explanation):
        return "convention"
    return "mistake" if len(found) == 1 else "cannot be told apart"
