"""Judging a printed number: against the network's own, to the digits printed."""

from collections.abc import Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chainrule.network.formula import Formula, Function, Quantity
from chainrule.trace.hand import FUNCTIONS, Arithmetic, Sheet, written
from chainrule.trace.rounding import GRAINS, Rounding
from chainrule.trace.step import Trace
from chainrule.tutorials.audit.digits import (
    decimals_of,
    is_exact,
    one_digit_off,
    printed_like,
    rounded_to,
)
from chainrule.tutorials.audit.entry import Entry
from chainrule.tutorials.audit.reading import Reader
from chainrule.tutorials.audit.stories import Stories
from chainrule.tutorials.audit.world import World
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


class Numbers:
    """The printed numbers of one tutorial, and what each is worth.

    Parameters
    ----------
    tutorial : Tutorial
        The tutorial.
    """

    def __init__(self, tutorial: "Tutorial") -> None:
        self.tutorial = tutorial
        self.trace_after = cache(self._trace_after)
        self.by_hand = cache(self._by_hand)
        self.stories = Stories(tutorial, self.value, self.trace_after)

    def _trace_after(self, rounds: int) -> Trace:
        """Return the step at the start, or after some rounds of training."""
        return self.tutorial.trace(self.tutorial.trained(epochs=rounds) if rounds else None)

    @cached_property
    def printed(self) -> dict[str, list[dict[str, Any]]]:
        """The numbers at the start under their expressions, to see which are printed more than once."""
        found: dict[str, list[dict[str, Any]]] = {}
        for entry in self.tutorial.numbers:
            if not entry.get("rounds"):
                found.setdefault(entry["expr"], []).append(entry)
        return found

    def value(self, tree: Formula, trace: Trace) -> float:
        """Return what an expression is worth in a step."""
        return float(Reader(World(trace)).value(tree).real)

    def judge(self, entry: dict[str, Any]) -> Entry:
        """Return the entry of a printed number."""
        printed, tree = entry["printed"], parse(entry["expr"])
        value = self.value(tree, self.trace_after(entry.get("rounds", 0)))
        of = f"{entry['quantity']} = {printed}"
        computed = f"{value:.12g}"
        if label := entry.get("label"):
            other = self.value(parse(label), self.trace_after(0))
            if printed_like(value, printed) is not None and printed_like(other, printed) is None:
                note = f"printed as {label}, which is {other:.10g}; it is {entry['expr']}"
                return Entry(entry["id"], f"{label} = {printed}", computed, "mislabelled", note)
        if is_exact(value, printed):
            return Entry(entry["id"], of, computed, "exact")
        if (how := printed_like(value, printed)) is not None:
            return Entry(entry["id"], of, computed, "rounded", how)
        if note := self._along_the_way(entry, tree):
            return Entry(entry["id"], of, computed, "rounded along the way", note)
        return self._wrong(entry, of, value)

    def _wrong(self, entry: dict[str, Any], of: str, value: float) -> Entry:
        """Return the entry of a number that no rounding explains."""
        computed, printed = f"{value:.12g}", entry["printed"]
        others = [
            each
            for each in self.printed.get(entry["expr"], ())
            if each["id"] != entry["id"] and not entry.get("rounds")
        ]
        right = [each for each in others if printed_like(value, each["printed"]) is not None]
        elsewhere = "".join(f"; {each['id']} prints {each['printed']}, which is right" for each in right)
        for decimals in (decimals_of(printed) + 1, decimals_of(printed)):
            meant = rounded_to(value, decimals)
            # A short number is one digit off many others: only a long one tells a slip of a digit.
            slipped = len(printed) >= 9 and one_digit_off(printed, meant)
            if slipped and (right or decimals > decimals_of(printed)):
                note = f"a digit is lost: {meant}{elsewhere}"
                return Entry(entry["id"], of, computed, "misprint", note)
        if right:
            return Entry(entry["id"], of, computed, "contradiction", elsewhere.removeprefix("; "))
        if story := self.stories.of(entry):
            return Entry(entry["id"], of, computed, "mistake", story)
        note = f"differs: to be explained (off by {abs(float(printed) - value) / abs(value):.1g} of it)"
        return Entry(entry["id"], of, computed, "unexplained", note)

    def _along_the_way(self, entry: dict[str, Any], tree: Formula) -> str:
        """Return in words how rounding on the way gives the printed digits; empty where it does not."""
        printed = entry["printed"]
        for decimals in dict.fromkeys([decimals_of(printed), *self._declared()]):
            for each in GRAINS:
                for half in ("away", "even"):
                    for found, said in self._candidates(entry, tree, Rounding(decimals, None, each, half)):
                        if found is not None and printed_like(found, printed) == "":
                            return said
        return ""

    def _declared(self) -> list[int]:
        """Return the decimals to which the tutorial says that it rounds."""
        said = self.tutorial.facts.get("rounding") or ""
        return [int(word) for word in said.split() if word.isdigit()]

    def _candidates(
        self, entry: dict[str, Any], tree: Formula, rounding: Rounding
    ) -> Iterator[tuple[float | None, str]]:
        """Yield what a person gets who rounds in this way: the whole step, or from the printed numbers."""
        if entry.get("rounds"):
            return
        words = f"every {rounding.each} rounded to {rounding.decimals} decimals"
        quantity = self._quantity(tree)
        if quantity is not None:
            yield self.by_hand(rounding).value(quantity), f"{words} and carried on"
            yield self._from_printed(quantity, rounding), f"from the printed numbers, {words}"

    def _by_hand(self, rounding: Rounding) -> Trace:
        return self.trace_after(0).rounded(rounding)

    def _quantity(self, tree: Formula) -> Quantity | None:
        """Return the quantity of the step that an expression names; a derivative has a name of its own."""
        reader = Reader(World(self.trace_after(0)))
        match tree:
            case Quantity(name):
                return reader.quantity(name)
            case Function("D", (Quantity(top), Quantity(bottom))):
                return reader.quantity(f"∂{top}/∂{bottom}")
        return None

    def _from_printed(self, quantity: Quantity, rounding: Rounding) -> float | None:
        """Return a number by hand from the numbers that the tutorial prints for what it is made of."""
        trace = self.trace_after(0)
        statement = trace.statement(quantity)
        if statement is None or statement.tree is None:
            return None
        sheet = Sheet(trace)
        for expr, entries in self.printed.items():
            if (known := self._quantity(parse(expr))) is not None:
                sheet[known] = written(float(entries[0]["printed"]))
        return float(rounding.of(Arithmetic(sheet, rounding, FUNCTIONS).value(statement.tree)))
