"""What was found in somebody's numbers: the answer, and what explains them, as text and as data."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from chainrule.check.explanation import Explanation, as_text, mistakes_in

Answer: TypeAlias = Literal[
    "no mistake", "convention", "mistake", "cannot be told apart", "not in the catalogue", "not recognized"
]


NOT_RECOGNIZED = (
    "Not recognized, so nothing is said of it: what it gives is neither a step of gradient descent on these"
    " rows nor one with a known mistake. Code that takes several steps, draws its rows or its weights, or has"
    " another activation, loss or update rule than were tried cannot be judged; a function that returns its"
    " gradients can."
)


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Parameters
    ----------
    answer : str
        "no mistake", "convention", "mistake", "cannot be told apart" or "not in the catalogue"; and of code
        that is something else than it was taken for, "not recognized".
    explanations : tuple of tuple of Placed
        What gives the numbers, each one or more lines in their layers; several when they cannot be told
        apart.
    digits : float
        In how many digits the numbers agree with that.
    first_wrong : str
        The first of the numbers that is not as it should be, and by what ratio; empty when all are.
    apart : str
        What would tell several explanations apart; empty for one, and where nothing was found.
    """

    answer: Answer
    explanations: tuple[Explanation, ...]
    digits: float
    first_wrong: str = ""
    apart: str = ""

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
                        "layers": layers,
                        "equation": mistake.equation,
                        "is": in_layers(mistake.wrong, layers),
                        "should_be": in_layers(mistake.right, layers),
                    }
                    for mistake, layers in mistakes_in(explanation)
                ]
                for explanation in self.explanations
            ],
            "first_wrong": self.first_wrong,
            "apart": self.apart,
        }

    def __str__(self) -> str:
        return "\n".join(line for each in self._paragraphs() for line in textwrap.wrap(each, 80))

    def _paragraphs(self) -> Iterator[str]:
        digits = f"{min(self.digits, 15):.0f} digits agree"
        if self.answer == "no mistake":
            yield f"No mistake: {digits}."
        elif self.answer == "not recognized":
            yield NOT_RECOGNIZED
        elif self.answer == "not in the catalogue":
            yield f"No mistake that is known. The first number that goes wrong is {self.first_wrong}."
        else:
            lead = {"convention": "A convention, not a mistake", "mistake": "The mistake"}.get(
                self.answer, ""
            )
            several = "one of these, which cannot be told apart" if len(self.explanations) > 1 else ""
            said = ": ".join(filter(None, (lead, several)))
            yield f"{said[0].upper()}{said[1:]} ({digits}):"
            for explanation in self.explanations:
                yield as_text(explanation)
                for mistake, layers in mistakes_in(explanation):
                    yield f"is:        {in_layers(mistake.wrong, layers)}"
                    right = "ours is:  " if mistake.convention else "should be:"
                    yield f"{right} {in_layers(mistake.right, layers)}"
            if self.apart:
                yield f"What would tell them apart: {self.apart}."


def in_layers(line: str, layers: Sequence[int]) -> str:
    """Return a line with the number of its layer in it; with l left where it stands in several.

    Examples
    --------
    >>> in_layers("delta[l] = (delta[l+1] W[l+1]^T) * f_l'(Z[l])", [1])
    "delta[1] = (delta[2] W[2]^T) * f_1'(Z[1])"
    """
    if len(layers) > 1:
        return line
    (l,) = layers
    for letter, number in (("l+1", l + 1), ("l-1", l - 1), ("l", l), ("L", l)):
        line = line.replace(f"[{letter}]", f"[{number}]").replace(f"f_{{{letter}}}'", f"f_{number}'")
    return line.replace("f_l", f"f_{l}").replace("f_L", f"f_{l}")
