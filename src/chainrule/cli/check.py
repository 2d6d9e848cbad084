"""``chainrule check``: whether the backward pass is the derivative of the loss."""

import typer

from chainrule.cli.what import HIDDEN, LOSS, OUTPUT, WHAT


def check(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Check every gradient.

    Beside the backward pass stand the one-sided difference, the central difference and the complex
    step. The exit status is 1 when a gradient is wrong.
    """
    from chainrule.check.text import as_rows, text
    from chainrule.cli.say import say, say_json
    from chainrule.cli.what import preset_of

    preset = preset_of(what, hidden=hidden, output=output, loss=loss)
    report = preset.model.check_gradients(preset.X, preset.Y)
    if as_json:
        rows = as_rows(report, preset.naming.name)
        say_json({"passed": report.passed, "gradients": rows})
    else:
        say(text(report, preset.naming.name), end="")
    if not report.passed:
        raise typer.Exit(1)
