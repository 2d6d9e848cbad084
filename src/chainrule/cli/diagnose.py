"""``chainrule diagnose``: which mistake a person's numbers of a step contain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from chainrule.cli import step
from chainrule.cli.code import code_of, examined, show
from chainrule.cli.numbers import TypedError, above_zero
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT

if TYPE_CHECKING:
    from chainrule.trace.step import Trace


def diagnose(
    what: str = typer.Argument(
        metavar="WHAT",
        help="A tutorial, a gate, a file, or a step's .json; a worksheet that you filled in; or your own"
        " code: student.py, module:name.",
    ),
    numbers: str | None = typer.Argument(
        None,
        metavar="NUMBERS",
        help="The numbers of the step that you have, by their names: a .csv, .json, .ods or .xlsx file. A"
        " worksheet and a step's .json have their own.",
    ),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    names: str | None = step.NAMES,
    learning_rate: float | None = typer.Option(
        None, parser=above_zero("--learning-rate"), help="For your own code: where it does not say it."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Name the mistake in your numbers, or in your code.

    Gradients, deltas, new weights, the loss after: whatever you have of a step. Every known mistake is put
    in every layer where it can sit, and the one that gives your numbers is named. Your code is called on a
    small network first. The exit status is 1 when there is a mistake.
    """
    if (code := code_of(what)) is not None:
        if numbers is not None:
            raise TypedError(f"NUMBERS was {numbers}; it may be left out where your own code is diagnosed")
        show(examined(code, hidden=hidden, output=output, loss=loss, learning_rate=learning_rate), as_json)
        return
    from chainrule.check.diagnose import diagnose_numbers
    from chainrule.cli.say import say, say_json

    of_a_file = {"hidden": hidden, "output": output, "loss": loss}
    found = diagnose_numbers(*_numbers(what, numbers, of_a_file, names))
    if as_json:
        say_json(found.to_dict())
    else:
        say(str(found))
    if found.answer not in ("no mistake", "convention"):
        raise typer.Exit(1)


def _numbers(
    what: str, numbers: str | None, of_a_file: dict[str, str | None], names: str | None
) -> tuple[Trace, Mapping[str, object]]:
    """Return the step that is meant, and the numbers of it that somebody has."""
    from chainrule.check.answers import read_numbers

    if numbers is None and step.is_worksheet(what):
        from chainrule.writers.worksheet import read_worksheet

        return read_worksheet(what)
    if numbers is None and what.endswith(".json"):
        from chainrule.writers.json_trace import read_numbers_of

        return read_numbers_of(what)
    if numbers is None:
        raise TypedError("NUMBERS was missing; it may be a .csv, .json, .ods or .xlsx file with your numbers")
    (trace,) = step.steps_of(what, of_a_file=of_a_file, names=names)
    return trace, read_numbers(numbers)
