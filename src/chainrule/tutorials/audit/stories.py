"""Where a number after training comes from that no rounding explains: a mistake, or a report off by one."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chainrule.check.explanation import Placed
from chainrule.check.tried import Tried
from chainrule.model import Model
from chainrule.network.formula import Formula
from chainrule.trace.step import Trace
from chainrule.tutorials.audit.digits import printed_like
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


class Stories:
    """What a tutorial's training gives with a mistake in it.

    Parameters
    ----------
    tutorial : Tutorial
        The tutorial.
    value : callable
        An expression and a step to what it is worth there.
    trace_after : callable
        So many rounds of right training to the step that comes then.
    """

    def __init__(
        self,
        tutorial: "Tutorial",
        value: Callable[[Formula, Trace], float],
        trace_after: Callable[[int], Trace],
    ) -> None:
        self.tutorial, self.value, self.trace_after = tutorial, value, trace_after
        self.mistaken_after = cache(self._mistaken_after)

    @cached_property
    def tried(self) -> Tried:
        """The catalogue of mistakes on the tutorial's network."""
        return Tried.on(self.trace_after(0))

    @cached_property
    def mistakes(self) -> list[Placed]:
        """The mistakes that give a number after one round which is printed and not right."""
        first = [entry for entry in self.tutorial.numbers if entry.get("rounds") == 1]
        wrong = [entry for entry in first if not self._gives(entry, None, 1)]
        known = self.tried.places(convention=False)
        return [placed for placed in known if any(self._gives(entry, placed, 1) for entry in wrong)]

    def of(self, entry: dict[str, Any]) -> str:
        """Return in words where a number after training comes from; empty where nothing is found."""
        rounds = entry.get("rounds", 0)
        if not rounds:
            return ""
        for other, when in ((rounds - 1, "early"), (rounds + 1, "late")):
            if self._gives(entry, None, other):
                return f"reported one update too {when}: it is that after {other:,} rounds"
        given = [placed for placed in self.mistakes if self._gives(entry, placed, rounds)]
        return f"the result of {' or '.join(map(str, given))}: {given[0].mistake.wrong}" if given else ""

    def _gives(self, entry: dict[str, Any], placed: Placed | None, rounds: int) -> bool:
        """Return whether so many rounds, with a mistake or without, give the printed digits."""
        trace = self.mistaken_after(placed, rounds) if placed else self.trace_after(rounds)
        return printed_like(self.value(parse(entry["expr"]), trace), entry["printed"]) is not None

    def _mistaken_after(self, placed: Placed, rounds: int) -> Trace:
        """Return the step after so many rounds of training with a mistake in it."""
        return self.tutorial.trace(Model(self.tutorial.network, self.tried.after((placed,), rounds)))
