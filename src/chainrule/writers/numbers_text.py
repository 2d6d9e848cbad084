"""A check of somebody's numbers as text and as plain data: no more than its level of hints gives away."""

from collections.abc import Iterator
from typing import Any

from chainrule.check.numbers import Judgment, NumbersCheck
from chainrule.trace.step import Statement
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.lines import wrapped
from chainrule.writers.options import Options

FIRST, FORMULA, NUMBERS = 1, 2, 3  # from which level on it is said


def text(found: NumbersCheck) -> str:
    """Write a check of somebody's numbers as a table, and below it the hint.

    Parameters
    ----------
    found : NumbersCheck
        What was found, and how much of it is said.
    """
    return "\n".join(_lines(found)) + "\n"


def as_dict(found: NumbersCheck) -> dict[str, Any]:
    """Return the same as plain data."""
    told: dict[str, Any] = {
        "passed": found.passed,
        "counts": found.counts(),
        "numbers": [
            {"name": each.name, "given": each.typed.text, "verdict": str(each.verdict)}
            | ({"because": list(each.because)} if found.hint >= FIRST and each.because else {})
            for each in found.judgments
        ],
    }
    wrong = found.first_wrong
    if wrong is None or found.hint < FIRST:
        return told
    told["first_wrong"] = {"name": wrong.name, "where": _where(found, wrong)}
    statement = found.trace.statement(wrong.quantity)
    if found.hint >= FORMULA and statement is not None and statement.tree is not None:
        told["first_wrong"]["formula"] = _symbols(found, statement)
        if found.hint >= NUMBERS:
            told["first_wrong"]["numbers"] = _numbers(found, statement)
    if found.hint >= NUMBERS:
        told["first_wrong"]["value"] = found.trace.value(wrong.quantity)
    return told


def _lines(found: NumbersCheck) -> Iterator[str]:
    names = max([4, *(len(each.name) for each in found.judgments)])
    numbers = max([5, *(len(each.typed.text) for each in found.judgments)])
    for each in found.judgments:
        given = f", given {', '.join(each.because)}" if found.hint >= FIRST and each.because else ""
        yield f"{each.name:{names}}  {each.typed.text:>{numbers}}  {each.verdict}{given}"
    yield ""
    yield from said(found)


def said(found: NumbersCheck) -> Iterator[str]:
    """Yield what is said below the table: the counts, and the hint."""
    told = ", ".join(f"{count} {verdict}" for verdict, count in found.counts().items())
    yield from wrapped("", f"{len(found.judgments)} numbers: {told}.", "")
    wrong = found.first_wrong
    if wrong is None or found.hint < FIRST:
        return
    yield from wrapped("", f"The first wrong one is {wrong.name}, {_where(found, wrong)}.", "")
    statement = found.trace.statement(wrong.quantity)
    lead, later = f"  {wrong.name} = ", " " * (len(wrong.name) + 3) + "= "
    if found.hint >= FORMULA and statement is not None and statement.tree is not None:
        yield from wrapped(lead, _symbols(found, statement), " " * len(lead))
        lead = later
        if found.hint >= NUMBERS:
            yield from wrapped(later, _numbers(found, statement), " " * len(lead))
    if found.hint >= NUMBERS:
        yield f"{lead}{Options().value(found.trace, wrong.quantity)}"


def _where(found: NumbersCheck, wrong: Judgment) -> str:
    """Say which equation of which layer gives a number."""
    family = found.trace.by_kind.get((wrong.quantity.name, wrong.quantity.indices[0]))
    if family is None:
        return "which is given"
    return (
        f"layer {wrong.quantity.indices[0]}, {family.equation}"
        if family.equation
        else f"of the {family.part}"
    )


def _symbols(found: NumbersCheck, statement: Statement) -> str:
    assert statement.tree is not None
    return TextPrinter(found.trace.name).text(statement.tree)


def _numbers(found: NumbersCheck, statement: Statement) -> str:
    assert statement.tree is not None
    options = Options()
    return TextPrinter(lambda quantity: options.value(found.trace, quantity)).text(statement.tree)
