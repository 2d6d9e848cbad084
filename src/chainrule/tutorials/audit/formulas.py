"""Judging a printed formula: as mathematics, at random points of its own network, and by the shapes."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.network.formula import Formula, Function, Quantity
from chainrule.tutorials.audit.code import judge_code
from chainrule.tutorials.audit.entry import Entry, Verdict
from chainrule.tutorials.audit.lists import judge_list
from chainrule.tutorials.audit.notation import defines, definitions_of, matrices_of, spellings_of
from chainrule.tutorials.audit.printing import shown
from chainrule.tutorials.audit.reading import (
    GENERIC,
    Reader,
    UnknownError,
    UnreadableError,
    Value,
    at_index,
)
from chainrule.tutorials.audit.repair import (
    Repair,
    exchanged,
    leaf_name,
    parts,
    rebuilt,
    renamed,
    renamed_everywhere,
    with_a_factor_less,
    with_other_bottoms,
)
from chainrule.tutorials.audit.substitutions import Substitutions
from chainrule.tutorials.audit.symbolic import same_for_sympy
from chainrule.tutorials.audit.world import World
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial

POINTS = 3
MOST_TRIES = 20_000  # changes that are looked through before a formula is left unexplained
CLOSE = 1e-9
INDICES = "ijkl"
LETTERS = ("x", "sigma", "h", "m", "k")  # that stand for any number, or for one of the network's


class Formulas:
    """The printed formulas of one tutorial, and what each is worth.

    Parameters
    ----------
    tutorial : Tutorial
        The tutorial.
    """

    def __init__(self, tutorial: "Tutorial") -> None:
        self.tutorial = tutorial
        self.trace = tutorial.trace()
        self.matrices = matrices_of(tutorial, self.trace)
        self.spelled = spellings_of(tutorial, self.trace)
        self.own = World(self.trace)
        self.repaired: dict[Formula, Formula] = {}
        self.worlds = [World(self.trace, np.random.default_rng(seed)) for seed in range(POINTS)]
        self.known = [*self.own.names]
        self.definitions = definitions_of(tutorial.formulas, set(self.own.names))

    @cached_property
    def random(self) -> np.random.Generator:
        """Draws what letters stand for."""
        return np.random.default_rng(7)

    def readers(self, place: int) -> list[Reader]:
        """Return a reader for each point, with the functions that are defined around a formula."""
        functions = self.definitions[place] if place < len(self.definitions) else {}
        return [Reader(world, self.matrices, functions, spelled=self.spelled) for world in self.worlds]

    def judge(self, place: int, entry: dict[str, Any]) -> Entry:
        """Return the entry of a printed formula."""
        printed = f"{shown(parse(entry['lhs']))} = {shown(parse(entry['rhs']))}"
        left, right = parse(entry["lhs"]), parse(entry["rhs"])
        reader = Reader(self.own, self.matrices, self.definitions[place], spelled=self.spelled)
        found = (
            judge_code(entry, reader)
            or judge_list(entry, reader, printed, self.tutorial)
            or self._definition(entry, left, printed)
            or Substitutions(self, reader).judge(entry, left, right, printed)
        )
        return found or self._mathematics(place, entry, left, right, printed)

    def _definition(self, entry: dict[str, Any], left: Formula, printed: str) -> Entry | None:
        """Return the entry of a formula that defines a function by its name."""
        if not defines(left, set(self.own.names)):
            return None
        assert isinstance(left, Function)
        return Entry(
            entry["id"], printed, printed, "exact", f"defines {left.name}; what is made of it is judged below"
        )

    # --- Does it hold? ---

    def _mathematics(
        self, place: int, entry: dict[str, Any], left: Formula, right: Formula, printed: str
    ) -> Entry:
        """Return the entry of a formula between quantities of the network, or letters for any number."""
        readers = self.readers(place)
        left = self._new_side(entry, left, right)
        note = self.holds(readers, left, right)
        if note is None:
            return self._repaired(entry, readers, left, right, printed)
        if "display" in entry and (wrong := self._display(entry, readers)):
            return Entry(
                entry["id"],
                wrong,
                printed,
                "misprint",
                "spread over a fraction; as members of one equation it is right",
            )
        said = [note, self._also(entry, left, right)]
        if entry.get("times"):
            said.append(f"the same member stands {entry['times'] + 1} times in a row")
        return Entry(entry["id"], printed, printed, "exact", "; ".join(each for each in said if each))

    def _new_side(self, entry: dict[str, Any], left: Formula, right: Formula) -> Formula:
        """Return the left side of an update, which is the new value though it has the old name."""
        names = {leaf_name(part) for _, part in parts(right)}
        if entry["kind"] != "update" or leaf_name(left) not in names:
            return left
        assert isinstance(left, Quantity)
        return Quantity(f"{left.name}_new")

    def _also(self, entry: dict[str, Any], left: Formula, right: Formula) -> str:
        """Return what SymPy says of an identity between letters; empty where it is not asked."""
        names = {leaf_name(part) for _, part in parts(left)} | {leaf_name(part) for _, part in parts(right)}
        if names - {None, *LETTERS} or not names & set(LETTERS):
            return ""
        bodies = {name: body for name, (letters, body) in self.definitions[0].items() if len(letters) == 1}
        return "for SymPy too" if same_for_sympy(left, right, bodies) else ""

    def _display(self, entry: dict[str, Any], readers: list[Reader]) -> str:
        """Return the display of a formula as it is printed, where that does not hold."""
        left, right = parse(entry["display"]["lhs"]), parse(entry["display"]["rhs"])
        return "" if self.holds(readers, left, right) is not None else f"{shown(left)} = {shown(right)}"

    def holds(self, readers: list[Reader], left: Formula, right: Formula) -> str | None:
        """Return why a formula holds, in words that may be empty; None where it does not."""
        for bound, said in self._meanings(readers, left, right):
            try:
                if all(
                    self._same(reader, each_left, each_right)
                    for number, reader in enumerate(readers)
                    for reader, each_left, each_right in bound(number)
                ):
                    return said
            except UnreadableError:
                continue
        return None

    def _meanings(self, readers: list[Reader], left: Formula, right: Formula) -> Iterator[tuple[Any, str]]:
        """Yield what the letters of a formula may mean: at each point, what must hold for whom."""
        letters = self._free(left, right)
        indices = [each for each in INDICES if _has_index(left, each) or _has_index(right, each)]
        generic = letters & set(GENERIC)
        if indices:
            yield lambda n: self._instances(readers[n], left, right, indices), "for every index"
        if not letters:
            yield lambda n: [(readers[n], left, right)], ""
            return
        if generic == letters:
            yield lambda n: [(each, left, right) for each in readers[n].of_each_output()], "for every output"
            for j, unit in enumerate(self.trace.naming.tables.get("units", [[]])[-1]):
                if str(leaf_name(left)).endswith(f"_{unit}"):

                    def of_unit(n: int, j: int = j) -> list[tuple[Reader, Formula, Formula]]:
                        return [(readers[n].of_each_output()[j], left, right)]

                    yield of_unit, f"with {', '.join(sorted(generic))} of {unit}"
        drawn = [{each: complex(self.random.uniform(0.2, 0.9)) for each in letters} for _ in readers]
        yield lambda n: [(readers[n].binding(**drawn[n]), left, right)], "for any number"
        free = sorted(letters)
        if len(free) <= 3 and not generic:
            for names in product(self._candidates(), repeat=len(free)):
                said = ", ".join(f"{letter} is {name}" for letter, name in zip(free, names, strict=True))

                def at(n: int, names: tuple[str, ...] = names) -> list[tuple[Reader, Formula, Formula]]:
                    values = {letter: readers[n].name(name) for letter, name in zip(free, names, strict=True)}
                    return [(readers[n].binding(**values), left, right)]

                yield at, said

    def _candidates(self) -> list[str]:
        """Return the names of weighted sums and outputs, one of which a letter may mean."""
        kinds = {"Z", "A"}
        return [
            name
            for name, quantity in self.own.names.items()
            if quantity.name in kinds and quantity.indices[0]
        ]

    def _free(self, left: Formula, right: Formula) -> set[str]:
        """Return the letters of a formula that are no names of the network."""
        names = {name for side in (left, right) for _, part in parts(side) if (name := leaf_name(part))}
        return {name for name in names & {*LETTERS, *GENERIC} if name not in self.own.names}

    def _instances(
        self, reader: Reader, left: Formula, right: Formula, indices: list[str]
    ) -> list[tuple[Reader, Formula, Formula]]:
        """Return a formula with every number that its index letters can be."""
        found = []
        for numbers in product(map(str, range(4)), repeat=len(indices)):
            sides = [left, right]
            for letter, number in zip(indices, numbers, strict=True):
                sides = [at_index(side, letter, number) for side in sides]
            if reader.readable(sides[0]):
                found.append((reader, sides[0], sides[1]))
        if not found:
            raise UnreadableError("no index fits")
        return found

    def _same(self, reader: Reader, left: Formula, right: Formula) -> bool:
        """Return whether two expressions are worth the same at a point; a product also by its factors."""
        values: list[Value] = [reader.value(left), reader.value(right)]
        shapes = [np.shape(each) for each in values]
        if shapes[0] != shapes[1]:
            return False
        scale = max(1e-3, float(np.max(np.abs(values[0]))))
        close = bool(np.all(np.abs(np.asarray(values[0]) - values[1]) <= CLOSE * scale))
        return close and all(self._is_edge(reader, part) for _, part in parts(right))

    def _is_edge(self, reader: Reader, part: Formula) -> bool:
        """Return whether a derivative is one along the network: by something that its top depends on."""
        match part:
            case Function("D", (Quantity(top), Quantity(bottom))):
                pair = reader.quantity(top), reader.quantity(bottom)
                if pair[0] is None or pair[1] is None:
                    return True
                return reader.world.depends(pair[0], pair[1])
        return True

    # --- What would hold? ---

    def _repaired(
        self, entry: dict[str, Any], readers: list[Reader], left: Formula, right: Formula, printed: str
    ) -> Entry:
        """Return the entry of a formula that does not hold, with the nearest one that does."""
        why = self._why(readers[0], left, right)
        for other, said in self._other_lefts(readers, left, right):
            right_one = f"{shown(other)} = {shown(right)}"
            return Entry(entry["id"], printed, right_one, "mislabelled", f"{said}{why}")
        for verdict, said, sides in self._repairs(readers, left, right):
            self.repaired |= {left: sides[0], right: sides[1]}
            note = f"right with {said}{why}"
            return Entry(entry["id"], printed, f"{shown(sides[0])} = {shown(sides[1])}", verdict, note)
        return Entry(entry["id"], printed, "", "unexplained", f"differs: to be explained{why}")

    def _why(self, reader: Reader, left: Formula, right: Formula) -> str:
        """Return what is wrong where that can be said: a name that is not there, shapes that do not fit."""
        for side in (left, right):
            try:
                reader.value(side)
            except UnreadableError as error:
                return (
                    f"; {error}"
                    if self._free(left, right) == set() or not isinstance(error, UnknownError)
                    else ""
                )
        return ""

    def _other_lefts(
        self, readers: list[Reader], left: Formula, right: Formula
    ) -> Iterator[tuple[Formula, str]]:
        """Yield other left sides for which a formula holds: another weight, another function."""
        match left:
            case Function("D", (Quantity(top), Quantity(bottom))):
                same = [name for name in self.known if name != bottom and _kind(name) == _kind(bottom)]
                functions = [name for name in readers[0].functions if name != top]
                others: list[tuple[Formula, str]] = [
                    (
                        Function("D", (Quantity(top), Quantity(name))),
                        f"it is the derivative by {name}, not by {bottom}",
                    )
                    for name in same
                ]
                others += [
                    (
                        Function("D", (Quantity(name), Quantity(bottom))),
                        f"it is the derivative of {name}, not of {top}",
                    )
                    for name in functions
                ]
            case _:
                return
        for other, said in others:
            if self.holds(readers, other, right) is not None:
                yield other, said

    def _repairs(
        self, readers: list[Reader], left: Formula, right: Formula
    ) -> Iterator[tuple[Verdict, str, tuple[Formula, Formula]]]:
        """Yield what would make a formula hold, the smallest change first."""
        if self.holds([reader.from_one() for reader in readers], left, right) is not None:
            yield "convention", "weights, biases and units counted from 1 instead of from 0", (left, right)
        if left in self.repaired and self.holds(readers, self.repaired[left], right) is not None:
            yield "misprint", "the same change as above", (self.repaired[left], right)
        turned = exchanged(left), exchanged(right)
        if turned != (left, right) and self.holds(readers, *turned) is not None:
            yield "misprint", "the factors of each product exchanged and one transposed", turned
        for repair, side in islice(self._changes(readers, left, right), MOST_TRIES):
            sides = (repair.tree, right) if side == 0 else (left, repair.tree)
            if self.holds(readers, *sides) is not None and not self._is_nothing(readers[0], sides[0]):
                yield "misprint", repair.said, sides

    def _is_nothing(self, reader: Reader, side: Formula) -> bool:
        """Return whether a side is 0 whatever the numbers are: then everything would be right."""
        return reader.readable(side) and not np.any(reader.value(side))

    def _changes(self, readers: list[Reader], left: Formula, right: Formula) -> Iterator[tuple[Repair, int]]:
        """Yield changed formulas of either side."""
        both = ((right, 1), (left, 0))
        for tree, side in both:
            for name in dict.fromkeys(leaf_name(part) for _, part in parts(tree)):
                if name and not readers[0].readable(Quantity(name)) and name not in (*LETTERS, *GENERIC):
                    yield from ((each, side) for each in renamed_everywhere(tree, name, self.known))
        for tree, side in both:
            yield from ((each, side) for each in rebuilt(tree))
            yield from ((each, side) for each in renamed(tree, self.known, 1))
            yield from ((each, side) for each in with_other_bottoms(tree, self._bottoms(tree)))
        for tree, side in both:
            yield from ((each, side) for each in self._twice(tree))
            yield from ((each, side) for each in renamed(tree, self.known, 2))
        for tree, side in both:
            yield from ((each, side) for each in with_a_factor_less(tree))
        for tree, side in both:
            yield from ((each, side) for each in renamed(tree, self.known, 3))

    def _twice(self, tree: Formula) -> Iterator[Repair]:
        """Yield formulas with two changes of different kinds: a square and no sum, for instance."""
        for first in chain(rebuilt(tree), with_other_bottoms(tree, self._bottoms(tree))):
            for second in chain(rebuilt(first.tree), renamed(first.tree, self.known, 1)):
                yield Repair(second.tree, f"{first.said}, {second.said}")

    def _bottoms(self, tree: Formula) -> list[str]:
        """Return the names that stand in a formula, and the weighted sums: what a derivative may be by."""
        names = {name for _, part in parts(tree) if (name := leaf_name(part)) is not None}
        sums = [name for name, quantity in self.own.names.items() if quantity.name == "Z"]
        return [*names, *sums]


def _kind(name: str) -> str:
    """Return a name without its digits: names of one kind have the same."""
    return re.sub(r"\d+", "#", name)


def _has_index(tree: Formula, letter: str) -> bool:
    """Return whether an index letter stands free in a formula: in a name, and not summed over."""
    match tree:
        case Quantity(name):
            return letter in name.split("_")[1:]
        case Function("S", (body, Quantity(index), *_)):
            return index != letter and _has_index(body, letter)
        case Function("net" | "out", _):
            return False
    from chainrule.network.formula import children

    return any(_has_index(child, letter) for child in children(tree))
