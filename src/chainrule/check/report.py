"""What a check of somebody's gradient found, as text and as data."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chainrule.check.verdict import Verdict
from chainrule.display import Drawn

WORST = 5  # rows shown of those that do not pass
WORDS = {Verdict.PASS: "right", Verdict.FAIL: "WRONG", Verdict.UNDECIDED: "undecided"}


class Row(NamedTuple):
    """One derivative with its verdict.

    Parameters
    ----------
    name : str
        What it is by: an entry of the point, or a direction.
    analytic : float
        The derivative that was to be checked.
    numeric : float
        The one from the function's values.
    bar : float
        How far the true one may be from that.
    verdict : Verdict
        "pass", "fail" or "undecided".
    note : str
        Why, where that is not plain.
    """

    name: str
    analytic: float
    numeric: float
    bar: float
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True)
class FunctionCheck(Drawn):
    """What a check of somebody's gradient found.

    Parameters
    ----------
    rows : tuple of Row
        The derivatives that were checked: of each entry, or along each direction and then of the entries that
        were found to be wrong.
    entries : int
        How many entries the point has.
    directions : int
        How many random directions were checked; 0 when every entry was.
    way : str
        Where the derivatives that decide come from.
    """

    rows: tuple[Row, ...]
    entries: int
    directions: int
    way: str

    @property
    def passed(self) -> bool:
        """Whether all are right: not one is wrong, nor undecided."""
        return all(row.verdict is Verdict.PASS for row in self.rows)

    @property
    def failed(self) -> bool:
        """Whether one is wrong."""
        return any(row.verdict is Verdict.FAIL for row in self.rows)

    def count(self, verdict: str) -> int:
        """Return how many derivatives have a verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def resolution(self) -> float:
        """The largest error bar: no smaller error is sure to be seen.

        As a part of a derivative where each entry was checked; along directions that of one entry, in parts
        of 1 for a number as large as 1.
        """
        rows = [row for row in self.rows if np.isfinite(row.bar)]
        if self.directions:
            return max((row.bar for row in rows), default=np.inf)
        return max((row.bar / abs(row.numeric) for row in rows if row.numeric), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "passed": self.passed,
            "entries": self.entries,
            "directions": self.directions,
            "way": self.way,
            "resolution": self.resolution,
            "rows": [{**row._asdict(), "verdict": str(row.verdict)} for row in self.rows],
        }

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        shown = self._shown()
        width = max([5, *(len(row.name) for row in shown)])
        yield f"{'':{width}}  {'the gradient':>22}  {'from the function':>22}  error bar"
        for row in shown:
            said = WORDS[row.verdict] + (f", {row.note}" if row.note else "")
            yield f"{row.name:{width}}  {row.analytic:22.15g}  {row.numeric:22.15g}  {row.bar:9.1e}  {said}"
        if len(shown) < len(self.rows):
            yield f"({len(self.rows) - len(shown):,} more not shown)"
        yield ""
        yield from textwrap.wrap(self.summary, 80)

    def _shown(self) -> list[Row]:
        """Return the rows worth looking at: what does not pass, or else those that agree least."""
        doubtful = [row for row in self.rows if row.verdict is not Verdict.PASS]
        if doubtful:
            return sorted(doubtful, key=lambda row: row.verdict is not Verdict.FAIL)[:WORST]
        return sorted(self.rows, key=lambda row: -abs(row.analytic - row.numeric))[:WORST]

    @property
    def summary(self) -> str:
        """What was found, in a sentence or two."""
        what = (
            f"{self.directions} random direction{'s' * (self.directions > 1)} of {self.entries:,} entries"
            if self.directions
            else f"{self.entries:,} of {self.entries:,} entries"
        )
        counts = [(self.count(verdict), word) for verdict, word in WORDS.items()]
        told = ", ".join(f"{count:,} {word}" for count, word in counts if count)
        of = "in a single entry" if self.directions else "of a derivative"
        return (
            f"{what} checked against {self.way}: {told}. An error of {self.resolution:.0e} {of}"
            " would have been seen."
        )
