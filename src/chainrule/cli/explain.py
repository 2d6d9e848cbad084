"""``chainrule explain``: one whole training step, every number of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from chainrule.cli import step
from chainrule.cli.numbers import TypedError, whole

if TYPE_CHECKING:
    from chainrule.trace.matrix import Biases, Slopes
    from chainrule.trace.step import Trace
    from chainrule.writers.options import Options


def explain(
    context: typer.Context,
    what: str = step.WHICH,
    out: Path | None = typer.Option(
        None,
        "-o",
        "--out",
        help="Write a file: .html, .tex, .ods, .xlsx, .ipynb, .py, .md, .json, .txt, .svg or .png.",
    ),
    force: bool = typer.Option(False, "--force", help="Replace that file if it exists."),
    digits: int = typer.Option(10, parser=whole("--digits", 1, 17), help="Significant digits shown."),
    decimals: int | None = typer.Option(
        None, parser=whole("--decimals", 0, 17), help="Digits shown after the point instead."
    ),
    most: int = typer.Option(100, parser=whole("--most", 1), help="How many numbers of one kind are shown."),
    rounds: int = typer.Option(
        200, parser=whole("--rounds", 0, 10_000), help="Rounds on a sheet of their own."
    ),
    names: str | None = step.NAMES,
    steps: int = typer.Option(1, parser=whole("--steps", 1, 1000), help="How many steps in a row."),
    round_to: int | None = step.DECIMALS,
    significant: int | None = step.SIGNIFICANT,
    each: str | None = step.EACH,
    half: str | None = step.HALF,
    matrix: bool = typer.Option(False, "--matrix", help="Show it in matrices, a statement for each layer."),
    diagonal: bool = typer.Option(False, "--diagonal", help="With --matrix: slopes as diagonal matrices."),
    bias_column: bool = typer.Option(
        False, "--bias-column", help="With --matrix: biases as a column of the weights."
    ),
    with_mistake: str | None = typer.Option(
        None,
        "--with-mistake",
        help="Beside the right step one with this mistake, such as hidden-delta-after-update; with :1 at its"
        " end in layer 1 only.",
    ),
    as_printed: bool = typer.Option(
        False, "--as-printed", help="With the mistake that a tutorial's own wrong numbers come from."
    ),
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
    """Show every number of one step.

    Forward pass, loss, backward pass and update of one training step: of each number the symbols, the
    numbers in their place, and the value, under the tutorial's own names or those you choose. With -o as a
    page, a sheet that computes, LaTeX, a notebook and more.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.writers.explain import explain as write
    from chainrule.writers.json_trace import as_dict
    from chainrule.writers.options import Options
    from chainrule.writers.text import text

    own = {"sizes": sizes, "inputs": inputs, "targets": targets, "learning_rate": learning_rate, "seed": seed}
    traces = step.steps_of(
        what,
        own=own,
        of_a_file={"hidden": hidden, "output": output, "loss": loss},
        data=data,
        row=row,
        names=names,
        rounding=step.rounding_of(round_to, significant, each, half),
        steps=steps,
    )
    origin = {"command": step.command_of(context)}
    _refuse_together(matrix, diagonal or bias_column, out is not None or as_json)
    if (with_mistake is not None or as_printed) and (out is not None or as_json or matrix):
        raise TypedError("a mistake was asked for with another form; it may be shown as text only")
    if out is not None:
        for target, trace in zip(step.targets_of(out, len(traces)), traces, strict=True):
            write(
                trace,
                target,
                digits=digits,
                decimals=decimals,
                most=most,
                rounds=rounds,
                overwrite=force,
                origin=origin,
            )
            print(f"chainrule: wrote {target}", file=sys.stderr)
        return
    options = Options(digits, decimals, most, origin)
    if with_mistake is not None or as_printed:
        say(beside_a_mistake(traces[0], what, with_mistake, options, steps=steps, plain=plain), end="")
        return
    if matrix:
        for trace in traces:
            say(in_matrices(trace, diagonal, bias_column, options, plain), end="\n" if steps > 1 else "")
        return
    if as_json:
        told = [as_dict(trace, options) for trace in traces]
        say_json(told[0] if steps == 1 else told)
        return
    for trace in traces:
        say(text(trace, options, ascii_only=plain), end="\n" if steps > 1 else "")


def _refuse_together(matrix: bool, of_matrices: bool, elsewhere: bool) -> None:
    """Refuse options that have no meaning together."""
    if of_matrices and not matrix:
        raise TypedError("--diagonal and --bias-column were given alone; they may come with --matrix")
    if matrix and elsewhere:
        raise TypedError("--matrix was given with a file or --json; it may be printed as text only")


def beside_a_mistake(
    trace: Trace, what: str | None, with_mistake: str | None, options: Options, *, steps: int, plain: bool
) -> str:
    """Return steps beside ones with a mistake: the one named, or that of the tutorial's wrong numbers."""
    from chainrule.check.mistaken import placed
    from chainrule.tutorials import Tutorial, load
    from chainrule.writers.mistaken_text import text

    if with_mistake is not None:
        name, colon, layer = with_mistake.rpartition(":")
        in_layer = whole("the layer of --with-mistake", 1)(layer) if colon else None
        found = placed(trace, name if colon else layer, in_layer, steps=steps)
        return text(trace, found, options, steps=steps, ascii_only=plain)
    tutorial = load(what or "")
    mistakes = tutorial.mistakes if isinstance(tutorial, Tutorial) else ()
    if not mistakes:
        raise TypedError(f"nothing that {what} prints comes from a known mistake; --with-mistake shows any")
    return text(trace, mistakes, options, steps=steps, ascii_only=plain)


def in_matrices(trace: Trace, diagonal: bool, bias_column: bool, options: Options, plain: bool) -> str:
    """Return a step in matrices, in the orientation of its names."""
    from chainrule.trace.matrix import Form
    from chainrule.writers.matrix_text import text

    slopes: Slopes = "diagonal" if diagonal else "hadamard"
    biases: Biases = "column" if bias_column else "vector"
    return text(trace, Form(trace.naming.orientation, slopes, biases), options, ascii_only=plain)
