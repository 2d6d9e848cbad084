"""What was found in somebody's numbers: the answer, and what explains them, as text and as data."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from chainrule.check.explanation import Explanation

Answer: TypeAlias = Literal[
    "no mistake", "convention", "mistake", "cannot be told apart", "not in the catalogue"
]


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Parameters
    ----------
    answer : str
        "no mistake", "convention", "mistake", "cannot be told apart" or "not in the catalogue".
    explanations : tuple of tuple of Placed
        What gives the numbers, each one or more lines in their layers; several when they cannot be told
        apart.
    digits : float
        In how many digits the numbers agree with that.
    first_wrong : str
        The first of the numbers that is not as it should be, and by what ratio; empty when all are.
    """

    answer: Answer
    explanations: tuple[Explanation, ...]
    digits: float
    first_wrong: str = ""

    @property
    def names(self) -> set[tuple[tuple[str, int], ...]]:
        """The explanations as names and layers."""
        return {tuple((each.mistake.name, each.layer) for each in one) for one in self.explanations}

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "answer": self.answer,
            "digits": self.digits,
            "explanations": [
                [
                    {
                        "mistake": mistake.name,
                        "layer": layer,
                        "equation": mistake.equation,
                        "is": mistake.wrong,
                        "should_be": mistake.right,
                    }
                    for mistake, layer in explanation
                ]
                for explanation in self.explanations
            ],
            "first_wrong": self.first_wrong,
        }

    def __str__(self) -> str:
        return "\n".join(line for each in self._paragraphs() for line in textwrap.wrap(each, 80))

    def _paragraphs(self) -> Iterator[str]:
        digits = f"{min(self.digits, 15):.0f} digits agree"
        if self.answer == "no mistake":
            yield f"No mistake: {digits}."
        elif self.answer == "not in the catalogue":
            yield f"No mistake that is known. The first number that goes wrong is {self.first_wrong}."
        else:
            lead = {"convention": "A convention, not a mistake", "mistake": "The mistake"}.get(
                self.answer, ""
            )
            several = (
                "one of these, which cannot be told apart on this data" if len(self.explanations) > 1 else ""
            )
            yield f"{': '.join(filter(None, (lead, several)))} ({digits}):"
            for explanation in self.explanations:
                yield " and ".join(map(str, explanation))
                for mistake, _ in explanation:
                    yield f"is:        {mistake.wrong}"
                    yield f"should be: {mistake.right}"
