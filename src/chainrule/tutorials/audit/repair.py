"""Looking for the nearest thing that is right: one name, sign, square, sum or transpose otherwise."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

from chainrule.network.formula import (
    Add,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    children,
    rebuild,
)

Place = tuple[int, ...]  # which child of which child a part is


class Repair(NamedTuple):
    """A formula with something in it changed.

    Parameters
    ----------
    tree : Formula
        The changed formula.
    said : str
        What was changed, in words.
    """

    tree: Formula
    said: str


def skeleton(name: str) -> str:
    """Return a name without its numbers: names of one kind have the same.

    Examples
    --------
    >>> skeleton("w_00_1"), skeleton("out_h1"), skeleton("net(y_1)")
    ('w_#_#', 'out_h#', 'net(y_#)')
    """
    return re.sub(r"\d+", "#", name)


def parts(tree: Formula, place: Place = ()) -> Iterator[tuple[Place, Formula]]:
    """Yield every part of a formula with its place; a neuron's net(n) and out(n) are one part."""
    yield place, tree
    if isinstance(tree, Function) and tree.name in ("net", "out"):
        return
    for number, child in enumerate(children(tree)):
        yield from parts(child, (*place, number))


def replaced(tree: Formula, place: Place, part: Formula) -> Formula:
    """Return a formula with another part at a place."""
    if not place:
        return part
    numbers = iter(range(len(children(tree))))

    def change(child: Formula) -> Formula:
        return replaced(child, place[1:], part) if next(numbers) == place[0] else child

    return rebuild(tree, change)


def leaf_name(tree: Formula) -> str | None:
    """Return the name of a part that is a name, or a neuron's net(n) or out(n)."""
    if isinstance(tree, Quantity):
        return tree.name
    if isinstance(tree, Function) and tree.name in ("net", "out") and isinstance(tree.arguments[0], Quantity):
        return f"{tree.name}({tree.arguments[0].name})"
    return None


def leaf(name: str) -> Formula:
    """Return the part that has a name."""
    if found := re.fullmatch(r"(net|out)\((\w+)\)", name):
        return Function(found[1], (Quantity(found[2]),))
    return Quantity(name)


def renamed_everywhere(tree: Formula, unknown: str, known: Iterable[str]) -> Iterator[Repair]:
    """Yield a formula with a name that is not there replaced wherever it stands, by one of its kind."""
    for name in known:
        if skeleton(name) == skeleton(unknown) and name != unknown:
            changed = tree
            for place, part in list(parts(tree)):
                if leaf_name(part) == unknown:
                    changed = replaced(changed, place, leaf(name))
            yield Repair(changed, f"{name} for {unknown}")


def renamed(tree: Formula, known: Sequence[str], changes: int) -> Iterator[Repair]:
    """Yield a formula with so many of its names replaced, each by another of its own kind, the nearest first.

    Of three or more changes only the nearest are tried: one index each.
    """
    places = [(place, name) for place, part in parts(tree) if (name := leaf_name(part)) is not None]
    others = {
        name: [each for each in known if skeleton(each) == skeleton(name) and each != name]
        for _, name in places
    }
    if changes > 2:
        others = {name: [each for each in of_it if _apart(name, each) == 1] for name, of_it in others.items()}
    tries = [
        (chosen, names)
        for chosen in combinations(places, changes)
        for names in product(*(others[name] for _, name in chosen))
    ]
    tries.sort(key=lambda each: sum(_apart(old, new) for (_, old), new in zip(*each, strict=True)))
    for chosen, names in tries:
        changed, said = tree, []
        for (place, old), new in zip(chosen, names, strict=True):
            changed = replaced(changed, place, leaf(new))
            said.append(f"{new} for {old}")
        yield Repair(changed, ", ".join(dict.fromkeys(said)))


def _apart(name: str, other: str) -> int:
    """Return how far two names of a kind are apart: another unit is nearer than another layer."""
    places = [place for place, (a, b) in enumerate(zip(name, other, strict=False)) if a != b]
    return sum(2 if place == len(name) - 1 else 1 for place in places) + abs(len(name) - len(other))


def with_other_bottoms(tree: Formula, known: Sequence[str]) -> Iterator[Repair]:
    """Yield a formula in which one derivative is by another quantity, of whatever kind."""
    for place, part in parts(tree):
        match part:
            case Function("D", (top, bottom)) if (old := leaf_name(bottom)) is not None:
                for name in known:
                    if name != old:
                        changed = replaced(tree, place, Function("D", (top, leaf(name))))
                        yield Repair(changed, f"by {name} instead of {old}")


def rebuilt(tree: Formula) -> Iterator[Repair]:
    """Yield a formula with one sign, square, sum sign or transpose otherwise."""
    for place, part in parts(tree):
        match part:
            case Add(terms):
                for number, term in enumerate(terms):
                    other = term.body if isinstance(term, Negate) else Negate(term)
                    flipped = Add((*terms[:number], other, *terms[number + 1 :]))
                    yield Repair(replaced(tree, place, flipped), "another sign")
                yield Repair(replaced(tree, place, Power(part, Number(2))), "the square")
            case Function("S", (body, *_)):
                yield Repair(replaced(tree, place, body), "no sum")
            case Function("MM", (left, right)):
                for pair in ((Function("T", (left,)), right), (left, Function("T", (right,)))):
                    yield Repair(replaced(tree, place, Function("MM", pair)), "a transpose")
                turned = Function("MM", (right, Function("T", (left,))))
                yield Repair(replaced(tree, place, turned), "the factors exchanged and one transposed")
            case Function("gprime" | "fprime" as name, arguments):
                other_name = "fprime" if name == "gprime" else "gprime"
                said = f"{other_name[0]}' for {name[0]}', the activation of that layer"
                yield Repair(replaced(tree, place, Function(other_name, arguments)), said)


def exchanged(tree: Formula) -> Formula:
    """Return a formula with the factors of every product of matrices exchanged, and one transposed."""
    if isinstance(tree, Function) and tree.name == "MM":
        left, right = map(exchanged, tree.arguments)
        return Function("MM", (right, Function("T", (left,))))
    return rebuild(tree, exchanged)


def with_a_factor_less(tree: Formula) -> Iterator[Repair]:
    """Yield a formula with one factor of a product left out."""
    for place, part in parts(tree):
        match part:
            case Multiply(factors):
                for number in range(len(factors)):
                    rest = (*factors[:number], *factors[number + 1 :])
                    fewer = rest[0] if len(rest) == 1 else Multiply(rest)
                    yield Repair(replaced(tree, place, fewer), "a factor less")
