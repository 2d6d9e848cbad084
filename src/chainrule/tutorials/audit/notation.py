"""What the tutorials' own ways of writing mean: matrices, spellings, the functions that they define."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chainrule.network.formula import Formula, Function, Number, Quantity
from chainrule.trace.step import Trace
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial

Definitions = Mapping[str, tuple[tuple[str, ...], Formula]]


def matrices_of(tutorial: "Tutorial", trace: Trace) -> dict[str, Formula]:
    """Return every matrix that the tutorial's notation has a name for, written out in its own names.

    `W__2` and the like are weights with the bias as a last column, `w__2` without; `A__1` has the unit
    that is always 1, `a__1` has not; `D__1` holds the derivatives of the activation on its diagonal.
    """
    found: dict[str, Formula] = {}
    layers = tutorial.facts["notation"]["weights"]
    letters = list(layers) if isinstance(layers, dict) else []
    for l, layer in enumerate(trace.network.layers, start=1):
        weights = [
            [Quantity(trace.name(Quantity("W", (l, i, j)))) for i in range(layer.inputs)]
            for j in range(layer.units)
        ]
        places = [Quantity("b", (l, j)) for j in range(layer.biases)]
        biases: list[Formula] = [Quantity(trace.name(each)) for each in places]
        found |= {f"w__{l}": _matrix(weights), f"w_{l}": _matrix(weights)}
        if len(letters) >= l:
            found[letters[l - 1]] = _matrix(weights)
        if layer.bias == "per_unit":
            found[f"W__{l}"] = _matrix([[*row, bias] for row, bias in zip(weights, biases, strict=True)])
        if biases:
            found[f"b__{l}"] = _matrix([[each] for each in biases])
    for l in range(trace.network.depth + 1):
        units = range(trace.network.sizes[l])
        outputs: list[Formula] = [Quantity(trace.name(Quantity("A", (l, 0, j)))) for j in units]
        found |= {
            f"a__{l}": _matrix([[each] for each in outputs]),
            f"A__{l}": _matrix([[*outputs, Number(1)]]),
        }
        if l:
            deltas = [Quantity(trace.name(Quantity("delta", (l, 0, j)))) for j in units]
            found[f"delta__{l}"] = _matrix([[each] for each in deltas])
            slopes = [Quantity(trace.name(Quantity("slope", (l, 0, j)))) for j in units]
            found[f"D__{l}"] = _matrix(
                [[s if i == j else Number(0) for j in units] for i, s in enumerate(slopes)]
            )
    L = trace.network.depth
    ends = [Quantity(trace.name(Quantity("dA", (L, 0, j)))) for j in range(trace.network.sizes[-1])]
    found["c"] = _matrix([[each] for each in ends])
    return {name: tree for name, tree in found.items() if name not in _scalars(trace)}


def _scalars(trace: Trace) -> set[str]:
    """Return the names of single numbers, which no matrix may take."""
    return {trace.name(each) for key in trace.given for each in trace.entries(*key)}


def _matrix(rows: Any) -> Formula:
    return Function("Matrix", tuple(Function("row", tuple(row)) for row in rows))


def spellings_of(tutorial: "Tutorial", trace: Trace) -> dict[str, str]:
    """Return other spellings of names that the tutorial uses, each with the usual one."""
    found = {}
    for said in tutorial.facts["notation"].get("spellings", {}).values():
        if also := re.match(r"(\w+), .*\bbeside (\w+)$", said):
            found[also[1]] = also[2]
        elif odd := re.match(r"(\w+), the only one with a capital", said):
            found[odd[1]] = odd[1].lower()
    for place, word in enumerate(("first", "second")):
        if place < trace.network.sizes[-1]:
            term = Quantity("loss_term", (trace.network.depth, 0, place))
            found[f"{word}_term_of_{tutorial.loss_name}"] = trace.name(term)
    return found


def definitions_of(formulas: list[dict[str, Any]], known: set[str]) -> list[Definitions]:
    """Return for each formula the functions that are defined around it: f(sigma) = ..., h(w, ...) = ...

    A table that begins with the name of a whole, in words, brings definitions of its own.
    """
    starts = [
        place for place, entry in enumerate(formulas) if "lhs_in_words" in entry and entry["kind"] == "table"
    ]
    bounds = [0, *starts, len(formulas)]
    found: list[Definitions] = []
    before: dict[str, tuple[tuple[str, ...], Formula]] = {}
    for low, high in pairwise(bounds):
        before = {**before, **dict(_defined(formulas[low:high], known))}
        found += [before] * (high - low)
    return found


def _defined(
    formulas: list[dict[str, Any]], known: set[str]
) -> Iterator[tuple[str, tuple[tuple[str, ...], Formula]]]:
    for entry in formulas:
        left = parse(entry["lhs"])
        if defines(left, known):
            assert isinstance(left, Function)
            letters = tuple(each.name for each in left.arguments if isinstance(each, Quantity))
            yield left.name, (letters, parse(entry["rhs"]))


def defines(left: Formula, known: set[str]) -> bool:
    """Return whether the left side of a formula introduces a function by its name."""
    if not isinstance(left, Function) or left.name in known or len(left.name) > 1:
        return False
    return all(isinstance(each, Quantity) for each in left.arguments) and left.name not in "DST"
