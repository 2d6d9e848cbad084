"""Where a number after training comes from that no rounding explains: a mistake, or a report off by one."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chainrule.check.diagnose import Placed, Tried
from chainrule.model import Model
from chainrule.network.formula import Formula
from chainrule.network.parameters import Parameters
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
    """

    def __init__(self, tutorial: "Tutorial", value: Callable[[Formula, Trace], float]) -> None:
        self.tutorial, self.value = tutorial, value
        self.trace_with = cache(self._trace_with)

    @cached_property
    def tried(self) -> Tried | None:
        """The catalogue of mistakes on the tutorial's network; None where it does not use plain descent."""
        tried = Tried.on(self.tutorial.trace())
        return None if tried.rate is None else tried

    @cached_property
    def mistakes(self) -> list[Placed]:
        """The mistakes that give a number after one round which is printed and not right."""
        if self.tried is None:
            return []
        first = [entry for entry in self.tutorial.numbers if entry.get("rounds") == 1]
        wrong = [entry for entry in first if not self._gives(entry, None, 1)]
        known = self.tried.places(convention=False)
        return [placed for placed in known if any(self._gives(entry, placed, 1) for entry in wrong)]

    def of(self, entry: dict[str, Any]) -> str:
        """Return in words where a number after training comes from; empty where nothing is found."""
        rounds = entry.get("rounds", 0)
        if not rounds or self.tried is None:
            return ""
        for other, when in ((rounds - 1, "early"), (rounds + 1, "late")):
            if self._gives(entry, None, other):
                return f"reported one update too {when}: it is that after {other:,} rounds"
        given = [placed for placed in self.mistakes if self._gives(entry, placed, rounds)]
        return f"the result of {' or '.join(map(str, given))}: {given[0].mistake.wrong}" if given else ""

    def _gives(self, entry: dict[str, Any], placed: Placed | None, rounds: int) -> bool:
        """Return whether so many rounds, with a mistake or without, give the printed digits."""
        value = self.value(parse(entry["expr"]), self.trace_with(placed, rounds))
        return printed_like(value, entry["printed"]) is not None

    def _trace_with(self, placed: Placed | None, rounds: int) -> Trace:
        """Return the step after so many rounds of training, with a mistake in it or without."""
        assert self.tried is not None
        after: Parameters = self.tried.after((placed,) if placed else (), rounds)
        return self.tutorial.trace(Model(self.tutorial.network, after))
