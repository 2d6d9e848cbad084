"""What an audit finds: one entry for each thing that a tutorial prints, with a verdict."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from chainrule.writers.lines import wrapped

Verdict: TypeAlias = Literal[
    "exact",
    "rounded",
    "rounded along the way",
    "mislabelled",
    "misprint",
    "contradiction",
    "mistake",
    "convention",
    "unexplained",
]

# What each verdict means, from right to wrong.
MEANINGS: dict[Verdict, str] = {
    "exact": "right",
    "rounded": "right to the digits printed",
    "rounded along the way": "right with numbers that were rounded before they were carried on",
    "convention": "right in another convention, or a choice that the network really has",
    "mislabelled": "right under another name",
    "misprint": "wrong; the nearest thing that is right is given",
    "contradiction": "against something else that the tutorial says",
    "mistake": "the result of a known mistake",
    "unexplained": "differs: to be explained",
}
WRONG: tuple[Verdict, ...] = ("mislabelled", "misprint", "contradiction", "mistake", "unexplained")


@dataclass(frozen=True)
class Entry:
    """One thing that a tutorial prints, and what came of it.

    Parameters
    ----------
    id : str
        As in the data file: "jain-n01" a number, "jain-01" a formula, "jain-c01" a claim.
    printed : str
        What the tutorial prints.
    computed : str
        What its network gives.
    verdict : str
        One of `MEANINGS`.
    note : str
        Why, in words; empty where there is nothing to say.
    """

    id: str
    printed: str
    computed: str
    verdict: Verdict
    note: str = ""

    @property
    def kind(self) -> str:
        """Whether it is a number, a formula or a claim."""
        letter = self.id.rpartition("-")[2][0]
        return {"n": "number", "c": "claim"}.get(letter, "formula")


@dataclass(frozen=True)
class Audit:
    """The audit of one tutorial.

    Parameters
    ----------
    tutorial : str
        Its id.
    title : str
        Its title.
    entries : tuple of Entry
        Every number, then every formula, then every claim, in the tutorial's order.
    """

    tutorial: str
    title: str
    entries: tuple[Entry, ...]

    @property
    def wrong(self) -> tuple[Entry, ...]:
        """The entries that are not right."""
        return tuple(each for each in self.entries if each.verdict in WRONG)

    def counts(self, kind: str) -> dict[str, int]:
        """Return how many entries of a kind have each verdict, from right to wrong."""
        found = Counter(each.verdict for each in self.entries if each.kind == kind)
        return {verdict: found[verdict] for verdict in MEANINGS if found[verdict]}

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as plain data."""
        return {
            "tutorial": self.tutorial,
            "title": self.title,
            "entries": [
                {
                    "id": each.id,
                    "printed": each.printed,
                    "computed": each.computed,
                    "verdict": each.verdict,
                    "note": each.note,
                }
                for each in self.entries
            ],
        }

    def __str__(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        head = wrapped("", f"Audit of {self.tutorial}: {self.title}", "  ")
        yield from [*head, "=" * max(map(len, head))]
        for kind in ("number", "formula", "claim"):
            if counts := self.counts(kind):
                said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
                yield from wrapped(f"{kind}s: ", said, "  ")
        for each in self.entries:
            yield ""
            yield from wrapped(f"{each.id}  ", each.verdict + (f": {each.note}" if each.note else ""), "    ")
            yield from wrapped("    printed   ", each.printed, " " * 14)
            if each.computed and each.computed != each.printed:
                yield from wrapped("    computed  ", each.computed, " " * 14)
