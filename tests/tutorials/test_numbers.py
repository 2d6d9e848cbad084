"""Each of the 54 numbers that the tutorials print, beside our own run's, to the digits printed."""

import json
from decimal import Decimal
from functools import cache

import pytest

from chainrule.network.formula import Formula, Function, Quantity, evaluate
from chainrule.trace.step import Trace
from chainrule.tutorials import TUTORIALS, load
from chainrule.tutorials.grammar import parse
from chainrule.tutorials.tutorial import DATA

FACTS = {name: json.loads((DATA / f"{name}.json").read_text("utf-8")) for name in TUTORIALS}
NUMBERS = {entry["id"]: {**entry, "of": name} for name in TUTORIALS for entry in FACTS[name]["numbers"]}

# Printed and computed, to one digit more than printed. Why they differ is told elsewhere.
NOT_TO_THE_DIGITS = {
    "jain-n03": ("0.59326992", "0.593269992"),
    "jain-n23": ("-0.019049119", "-0.0190491183"),
    "jain-n33": ("0.291027924", "0.2910277737"),
    "jain-n34": ("0.0000351085", "0.00003510188"),
    "jain-n35": ("0.015912196", "0.0159136204"),
    "jain-n36": ("0.984065734", "0.9840642735"),
    "general-purpose-n11": ("1.7448", "1.74474"),
    "general-purpose-n15": ("0.9441", "0.94398"),
}

STEP = 1e-30


@cache
def trace_after(name: str, rounds: int) -> Trace:
    """Return the trace of a tutorial's step, at its start or after some rounds of training."""
    tutorial = load(name)
    return tutorial.trace(tutorial.trained(epochs=rounds) if rounds else None)


@cache
def by_name(trace_of: tuple[str, int]) -> dict[str, Quantity]:
    trace = trace_after(*trace_of)
    given = [each for key in trace.given for each in trace.entries(*key)]
    return {trace.name(each): each for each in [*given, *(statement.quantity for statement in trace)]}


def derivative(trace: Trace, of: Quantity, by: Quantity) -> float:
    """Differentiate by a complex step through the trace's own formulas, `by` taken as given."""
    numbers: dict[str, dict] = {}

    def put(quantity: Quantity, value: complex) -> None:
        indices = quantity.indices if len(quantity.indices) > 1 else quantity.indices[0]
        numbers.setdefault(quantity.name, {})[indices] = value

    for name, layer in trace.given:
        for each in trace.entries(name, layer):
            put(each, trace.value(each))
    put(by, trace.value(by) + STEP * 1j)
    for statement in trace:
        if statement.tree is not None and statement.quantity != by:
            value = evaluate(statement.tree, numbers)
            put(statement.quantity, value)
            if statement.quantity == of:
                return complex(value).imag / STEP
    raise AssertionError(f"{trace.name(of)} does not come after {trace.name(by)}")


def computed(name: str, tree: Formula, rounds: int) -> float:
    """Return our own value of an expression that a number is printed for."""
    trace, quantities = trace_after(name, rounds), by_name((name, rounds))

    def meant(each: Formula) -> Quantity:
        assert isinstance(each, Quantity)
        return quantities[each.name.replace("_plus", "+")]

    if isinstance(tree, Function):
        assert tree.name == "D"
        return derivative(trace, *map(meant, tree.arguments))
    return trace.value(meant(tree))


def beside(identity: str, more_digits: int = 0) -> tuple[Decimal, Decimal]:
    """Return a number as printed, and as computed, rounded to the digits printed or more of them."""
    entry = NUMBERS[identity]
    printed = Decimal(entry["printed"])
    ours = Decimal(computed(entry["of"], parse(entry["expr"]), entry.get("rounds", 0)))
    return printed, round(ours, -printed.as_tuple().exponent + more_digits)


def test_there_are_54():
    assert len(NUMBERS) == sum(len(FACTS[name]["numbers"]) for name in TUTORIALS) == 54


@pytest.mark.parametrize("identity", [each for each in NUMBERS if each not in NOT_TO_THE_DIGITS])
def test_it_is_right_to_the_digits_printed(identity):
    printed, ours = beside(identity)
    assert ours == printed


@pytest.mark.parametrize("identity", NOT_TO_THE_DIGITS)
def test_it_is_listed_because_it_really_differs(identity):
    printed, ours = beside(identity)
    assert ours != printed
    assert (NUMBERS[identity]["printed"], f"{beside(identity, 1)[1]:f}") == NOT_TO_THE_DIGITS[identity]
