"""``chainrule explain``: one whole training step, every number of it."""

import typer

from chainrule.cli.what import WHAT


def explain(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    digits: int = typer.Option(10, min=1, max=17, help="Significant digits shown."),
    most: int = typer.Option(100, min=1, help="How many numbers of one kind are shown."),
    plain: bool = typer.Option(False, "--ascii", help="Keep to ASCII."),
    hidden: str = typer.Option("tanh", help="For a .mat file: the hidden layers' activation."),
    output: str = typer.Option("sigmoid", help="For a .mat file: the output layer's activation."),
    loss: str = typer.Option("squared_error", help="For a .mat file: the loss."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Show every number of one step.

    Forward pass, loss, backward pass and update of one training step: of each number the symbols, the
    numbers in their place, and the value, under the tutorial's own names.
    """
    import json

    from chainrule.cli.what import preset_of
    from chainrule.trace.text import as_dict, text

    trace = preset_of(what, hidden, output, loss).trace()
    if as_json:
        print(json.dumps(as_dict(trace), indent=2, ensure_ascii=False))
    else:
        print(text(trace, digits=digits, most=most, ascii_only=plain), end="")
