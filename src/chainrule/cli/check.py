"""``chainrule check``: whether the backward pass is the derivative of the loss."""

import typer

from chainrule.cli.what import WHAT


def check(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    hidden: str = typer.Option("tanh", help="For a .mat file: the hidden layers' activation."),
    output: str = typer.Option("sigmoid", help="For a .mat file: the output layer's activation."),
    loss: str = typer.Option("squared_error", help="For a .mat file: the loss."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Check every gradient.

    Beside the backward pass stand the one-sided difference, the central difference and the complex
    step. The exit status is 1 when a gradient is wrong.
    """
    import json

    from chainrule.check.text import as_rows, text
    from chainrule.cli.what import preset_of

    preset = preset_of(what, hidden, output, loss)
    report = preset.model.check_gradients(preset.X, preset.Y)
    if as_json:
        rows = as_rows(report, preset.naming.name)
        print(json.dumps({"passed": report.passed, "gradients": rows}, indent=2, ensure_ascii=False))
    else:
        print(text(report, preset.naming.name), end="")
    if not report.passed:
        raise typer.Exit(1)
