"""``chainrule derive``: the chain-rule product of one weight or bias."""

import typer

from chainrule.cli import step
from chainrule.cli.numbers import TypedError, whole


def derive(
    context: typer.Context,
    words: list[str] = typer.Argument(
        metavar="WHAT WEIGHT", help="A tutorial, a gate or a file, and the weight or bias by its name."
    ),
    digits: int = typer.Option(10, parser=whole("--digits", 1, 17), help="Significant digits shown."),
    decimals: int | None = typer.Option(
        None, parser=whole("--decimals", 0, 17), help="Digits shown after the point instead."
    ),
    most: int = typer.Option(100, parser=whole("--most", 1), help="How many paths of one group are shown."),
    names: str | None = step.NAMES,
    round_to: int | None = step.DECIMALS,
    significant: int | None = step.SIGNIFICANT,
    each: str | None = step.EACH,
    half: str | None = step.HALF,
    sizes: str | None = step.SIZES,
    inputs: str | None = step.INPUTS,
    targets: str | None = step.TARGETS,
    learning_rate: float | None = step.RATE,
    seed: int = step.SEED,
    hidden: str | None = step.HIDDEN_,
    output: str | None = step.OUTPUT_,
    loss: str | None = step.LOSS_,
    data: str | None = step.TABLE,
    row: int = step.ROW,
    plain: bool = typer.Option(False, "--ascii", help="Keep to ASCII."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Derive one weight: every path to the loss.

    The derivative of the loss by a weight or bias as the chain rule gives it: symbols, what they are equal
    to, numbers, and the value; a hidden weight as the sum over all its paths, grouped layer by layer.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.writers.derivation_text import as_dict, text
    from chainrule.writers.options import Options

    wanted = 1 if sizes is not None else 2
    if len(words) != wanted:
        may_be = "WEIGHT alone with --sizes" if sizes is not None else "WHAT WEIGHT, such as jain w5"
        raise TypedError(f"what to derive was {' '.join(words)!r}; it may be {may_be}")
    own = {"sizes": sizes, "inputs": inputs, "targets": targets, "learning_rate": learning_rate, "seed": seed}
    (trace,) = step.steps_of(
        None if sizes is not None else words[0],
        own=own,
        of_a_file={"hidden": hidden, "output": output, "loss": loss},
        data=data,
        row=row,
        names=names,
        rounding=step.rounding_of(round_to, significant, each, half),
    )
    derivation = trace.derive(words[-1])
    options = Options(digits, decimals, most, {"command": step.command_of(context)})
    if as_json:
        say_json(as_dict(derivation, options))
    else:
        say(text(derivation, options, ascii_only=plain), end="")
