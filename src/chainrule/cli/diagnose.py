"""``chainrule diagnose``: which mistake a person's numbers of a step contain."""

import typer

from chainrule.cli import step
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT


def diagnose(
    what: str = typer.Argument(metavar="WHAT", help="A tutorial, a gate, a file, or a step's .json."),
    numbers: str = typer.Argument(
        metavar="NUMBERS", help="The numbers of the step that you have: a .csv or .json file, by their names."
    ),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    names: str | None = step.NAMES,
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Name the mistake in your numbers.

    Gradients, deltas, new weights, the loss after: whatever you have of a step. Every known mistake is put
    in every layer where it can sit, and the one that gives your numbers is named. The exit status is 1 when
    there is one.
    """
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
