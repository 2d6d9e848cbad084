"""Judging a formula with numbers put in: the arithmetic of what is printed, and the network's own number."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.network.formula import Formula, Function, Number, Quantity, children, rebuild
from chainrule.tutorials.audit.digits import decimals_of, is_exact, literals, printed_like, rounded_to
from chainrule.tutorials.audit.entry import Entry
from chainrule.tutorials.audit.reading import Reader, UnreadableError, Value

if TYPE_CHECKING:
    from chainrule.tutorials.audit.formulas import Formulas

PLAIN = re.compile(r"-?\d+\.?\d*")
SMALL = {0.0, 0.5, 1.0, 2.0}  # numbers that belong to the mathematics


class Substitutions:
    """Judges the formulas of a tutorial that have its numbers in them.

    Parameters
    ----------
    formulas : Formulas
        The tutorial's formulas.
    reader : Reader
        Reads at the tutorial's own numbers.
    """

    def __init__(self, formulas: "Formulas", reader: Reader) -> None:
        self.formulas, self.reader = formulas, reader

    def judge(self, entry: dict[str, Any], left: Formula, right: Formula, printed: str) -> Entry | None:
        """Return the entry of a formula with numbers; None for one without."""
        if entry["kind"] != "value" and not _has_numbers(right):
            return None
        if PLAIN.fullmatch(entry["rhs"].strip()):
            found = self._single(entry, left, printed)
            if found is not None:
                return found
        for reader, note in self._readings(left):
            found = self._compared(entry, reader, left, right, printed, note)
            if found is not None:
                return found
        return Entry(entry["id"], printed, "", "unexplained", "differs: to be explained")

    def _readings(self, left: Formula) -> list[tuple[Reader, str]]:
        """Return what a letter on the left side may mean: each weighted sum in turn."""
        if "x" not in _names(left):
            return [(self.reader, "")]
        sums = [name for name, quantity in self.reader.world.names.items() if quantity.name == "Z"]
        return [(self.reader.binding(x=self.reader.name(name)), f"x is {name}") for name in sums]

    def _single(self, entry: dict[str, Any], left: Formula, printed: str) -> Entry | None:
        """Return the entry of a quantity that is said to have a number; None where no quantity has it."""
        name = left.name if isinstance(left, Quantity) else None
        if name is None or self.reader.quantity(name) is None:
            return None
        digits = entry["rhs"].strip()
        value = float(self.reader.name(name).real)
        computed = f"{value:.12g}"
        if is_exact(value, digits):
            return Entry(entry["id"], printed, computed, "exact")
        if (how := printed_like(value, digits)) is not None:
            return Entry(entry["id"], printed, computed, "rounded", how)
        if decimals_of(digits) >= 6:
            for other, quantity in self.reader.world.names.items():
                if printed_like(float(self.reader.world.values[quantity].real), digits) == "":
                    note = f"it is {other}; {name} is {value:.10g}"
                    return Entry(entry["id"], printed, f"{other} = {digits}", "mislabelled", note)
        return self._as_a_number(entry, name, printed)

    def _as_a_number(self, entry: dict[str, Any], name: str, printed: str) -> Entry | None:
        """Return the entry of a number that is not right, as it is judged among the numbers."""
        tutorial = self.formulas.tutorial
        alike = [each for each in tutorial.numbers if each["printed"] == entry["rhs"].strip()]
        for each in alike:
            found = tutorial.judged_number(each)
            return Entry(entry["id"], printed, found.computed, found.verdict, found.note or f"as {found.id}")
        return None

    def _compared(
        self, entry: dict[str, Any], reader: Reader, left: Formula, right: Formula, printed: str, note: str
    ) -> Entry | None:
        """Return the entry of two sides with numbers; None where no rounding explains that they differ."""
        try:
            worth = [reader.value(left), reader.value(right)]
        except UnreadableError:
            return None
        if np.shape(worth[0]) != np.shape(worth[1]):
            return None
        digits = {**literals(entry["lhs"]), **literals(entry["rhs"])}
        off = np.abs(np.asarray(worth[0]) - worth[1])
        size = max(1.0, float(np.max(np.abs(worth[0]))))
        computed = _number(worth[0])
        if np.all(off <= 1e-15 * size):
            return Entry(entry["id"], printed, computed, "exact", note)
        own = self._room(reader, right, digits)
        if np.all(off <= own * (1 + 1e-9)):
            result = PLAIN.fullmatch(entry["rhs"].strip()) or self._only_results(right)
            said = "" if result else "the numbers put in are rounded"
            return Entry(entry["id"], printed, computed, "rounded", "; ".join(filter(None, (note, said))))
        if by_hand := self._by_hand(entry, reader, left):
            return Entry(entry["id"], printed, computed, "rounded along the way", by_hand)
        if np.all(off <= own + self._carried(reader, right)):
            said = "the numbers put in were rounded along the way"
            return Entry(entry["id"], printed, computed, "rounded along the way", said)
        if np.all(off <= (own + self._room(reader, left, digits)) * (1 + 1e-9)):
            meant = self._meant(entry, worth[0])
            said = f"the printed operands give {meant}; the result was computed from more digits"
            return Entry(entry["id"], printed, computed, "rounded along the way", said)
        if (slip := self._slip(entry, worth)) is not None:
            return Entry(entry["id"], printed, computed, *slip)
        return None

    def _meant(self, entry: dict[str, Any], value: Value) -> str:
        digits = entry["rhs"].strip()
        if PLAIN.fullmatch(digits):
            return rounded_to(float(np.real(value)), decimals_of(digits))
        return _number(value)

    def _only_results(self, right: Formula) -> bool:
        """Return whether a side is results alone: a matrix of numbers."""
        match right:
            case Function("Matrix", rows):
                return all(
                    isinstance(each, Number)
                    for row in rows
                    if isinstance(row, Function)
                    for each in row.arguments
                )
        return False

    def _room(self, reader: Reader, tree: Formula, digits: dict[float, int]) -> Any:
        """Return how far a side can be off because its numbers are printed with so many digits."""
        base, room = np.asarray(reader.value(tree)), 0.0
        own = {round(float(value.real), 13) for value in reader.world.values.values()}
        for number in dict.fromkeys(_numbers(tree)):
            if number in SMALL or round(number, 13) in own:
                continue
            half = 0.5 * 10.0 ** -digits.get(number, 15)
            moved = reader.value(_moved(tree, number, number + half))
            room = room + np.abs(np.asarray(moved) - base)
        return room + 1e-15

    def _carried(self, reader: Reader, tree: Formula) -> Any:
        """Return how far a side is off because of numbers that the tutorial had rounded on the way."""
        base, room = np.asarray(reader.value(tree)), 0.0
        for entry in self.formulas.tutorial.numbers:
            number = float(entry["printed"])
            if number in _numbers(tree):
                found = self.formulas.tutorial.judged_number(entry)
                if found.verdict == "rounded along the way":
                    moved = reader.value(_moved(tree, number, float(found.computed)))
                    room = room + np.abs(np.asarray(moved) - base)
        return room

    def _by_hand(self, entry: dict[str, Any], reader: Reader, left: Formula) -> str:
        """Return how a matrix product of printed numbers was rounded on the way; empty where it was not."""
        wanted = re.findall(r"\d+\.\d+", entry["rhs"])
        match left:
            case Function("MM", (rows, column)) if wanted:
                W, a = np.real(reader.value(rows)), np.real(reader.value(column))
                decimals = max(map(decimals_of, wanted))
                products = [
                    [float(rounded_to(w * x, decimals)) for w, x in zip(row, a[:, 0], strict=True)]
                    for row in W
                ]
                by_products = [rounded_to(sum(row), decimals) for row in products]
                by_results = [rounded_to(float(each), decimals) for each in (W @ a)[:, 0]]
                each = [
                    p in (printed, r) or r == printed
                    for p, r, printed in zip(by_products, by_results, wanted, strict=True)
                ]
                if all(each):
                    other = [w for w, r in zip(wanted, by_results, strict=True) if w != r]
                    return f"{', '.join(other)}: each product rounded to {decimals} decimals, then the sum"
        return ""

    def _slip(self, entry: dict[str, Any], worth: list[Value]) -> tuple[Any, str] | None:
        """Return the verdict of a result that a tutorial's own number explains: as it is judged there."""
        digits = entry["rhs"].strip()
        for each in self.formulas.tutorial.numbers:
            if PLAIN.fullmatch(digits) and each["printed"] == digits:
                found = self.formulas.tutorial.judged_number(each)
                return found.verdict, found.note
        return None


def _number(value: Value) -> str:
    flat = np.real(np.ravel(value))
    return ", ".join(f"{each:.10g}" for each in flat)


def _names(tree: Formula) -> set[str]:
    own = {tree.name} if isinstance(tree, Quantity) else set()
    return own.union(*(_names(child) for child in children(tree)))


def _numbers(tree: Formula) -> list[float]:
    if isinstance(tree, Number):
        return [float(tree.value)]
    return [number for child in children(tree) for number in _numbers(child)]


def _has_numbers(tree: Formula) -> bool:
    """Return whether numbers of a tutorial stand in a formula, not only those of the mathematics."""
    return any(number not in SMALL for number in _numbers(tree))


def _moved(tree: Formula, old: float, new: float) -> Formula:
    if isinstance(tree, Number):
        return Number(new) if tree.value == old else tree
    return rebuild(tree, lambda child: _moved(child, old, new))
