"""``chainrule explain``: one whole training step, every number of it."""

import typer

from chainrule.cli.numbers import whole
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT, WHAT


def explain(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    digits: int = typer.Option(10, parser=whole("--digits", 1, 17), help="Significant digits shown."),
    most: int = typer.Option(100, parser=whole("--most", 1), help="How many numbers of one kind are shown."),
    plain: bool = typer.Option(False, "--ascii", help="Keep to ASCII."),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    data: str | None = typer.Option(None, help="For a model of a table: the table."),
    row: int = typer.Option(1, parser=whole("--row", 1), help="For a model of a table: which row, from 1."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Show every number of one step.

    Forward pass, loss, backward pass and update of one training step: of each number the symbols, the
    numbers in their place, and the value, under the tutorial's own names. With --data, of a fitted model on
    a row of its table.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.cli.what import preset_of
    from chainrule.writers.text import as_dict, text

    if data is not None:
        from chainrule.cli.table import read_for

        model, frame = read_for(what, data)
        trace = model.trace(frame, row)
    else:
        trace = preset_of(what, hidden=hidden, output=output, loss=loss).trace()
    if as_json:
        say_json(as_dict(trace))
    else:
        say(text(trace, digits=digits, most=most, ascii_only=plain), end="")
