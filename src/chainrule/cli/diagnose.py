"""``chainrule diagnose``: which mistake a person's numbers of a step contain."""

import typer

from chainrule.cli import step
from chainrule.cli.code import code_of, examined, show
from chainrule.cli.numbers import TypedError, above_zero
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT


def diagnose(
    what: str = typer.Argument(
        metavar="WHAT",
        help="A tutorial, a gate, a file, or a step's .json. Or your own code: student.py, module:name.",
    ),
    numbers: str | None = typer.Argument(
        None,
        metavar="NUMBERS",
        help="The numbers of the step that you have: a .csv or .json file, by their names.",
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
        show(examined(code, hidden=hidden, output=output, loss=loss, learning_rate=learning_rate), as_json)
        return
    if numbers is None:
        raise TypedError("NUMBERS was missing; it may be a .csv or .json file with the numbers of the step")
    from chainrule.check.answers import read_numbers
    from chainrule.check.diagnose import diagnose_numbers
    from chainrule.cli.say import say, say_json

    of_a_file = {"hidden": hidden, "output": output, "loss": loss}
    (trace,) = step.steps_of(what, of_a_file=of_a_file, names=names)
    found = diagnose_numbers(trace, read_numbers(numbers))
    if as_json:
        say_json(found.to_dict())
    else:
        say(str(found))
    if found.answer not in ("no mistake", "convention"):
        raise typer.Exit(1)
