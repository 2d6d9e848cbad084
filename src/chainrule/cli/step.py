"""The step that a command shows: of a tutorial, a gate, a file, or a network of the reader's own sizes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli.numbers import above_zero, rows, sizes_of_all, whole
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT, WHAT

if TYPE_CHECKING:
    from chainrule.model import Model
    from chainrule.trace.rounding import Rounding
    from chainrule.trace.step import Trace

TYPED = "chainrule.typed"  # where the context keeps the words of the command

# The options that say which step, the same for every command that shows one.
WHICH = typer.Argument(None, metavar="WHAT", help=f"{WHAT} Or leave it out and give --sizes.")
SIZES = typer.Option(None, parser=sizes_of_all, help="Your own network instead: its sizes, such as 2,3,1.")
INPUTS = typer.Option(
    None, parser=rows("--inputs"), help="With --sizes or a model: a row, 0.05,0.1; more with a ; between."
)
TARGETS = typer.Option(None, parser=rows("--targets"), help="The targets of those rows, 0.01,0.99.")
RATE = typer.Option(None, parser=above_zero("--learning-rate"), help="With --sizes: the learning rate, 0.5.")
SEED = typer.Option(0, parser=whole("--seed", 0), help="With --sizes: of the weights that are drawn.")
HIDDEN_ = typer.Option(None, "--hidden", help=f"{HIDDEN} With --sizes: sigmoid.")
OUTPUT_ = typer.Option(None, "--output", help=OUTPUT)
LOSS_ = typer.Option(None, "--loss", help=f"{LOSS} With --sizes: half_squared_error.")
TABLE = typer.Option(None, "--data", help="For a model of a table: the table.")
ROW = typer.Option(1, "--row", parser=whole("--row", 1), help="For a model of a table: which row, from 1.")
NAMES = typer.Option(
    None, "--names", help="Whose names: ours, jain, dustbunny, general-purpose, sadiya or kumar."
)
DECIMALS = typer.Option(
    None,
    "--round",
    parser=whole("--round", 0, 15),
    help="By hand: round to so many decimals on the way.",
)
SIGNIFICANT = typer.Option(
    None,
    "--significant",
    parser=whole("--significant", 1, 15),
    help="By hand: to so many significant digits.",
)
EACH = typer.Option(None, "--each", help="What is rounded then: result, sum or product.")
HALF = typer.Option(None, "--half", help="Where a half goes then: away (from zero) or even.")


# What may be typed of a network and rows of one's own, and is not.
NOTHING = dict.fromkeys(("sizes", "inputs", "targets", "learning_rate", "seed"))


def steps_of(
    what: str | None,
    *,
    own: dict[str, Any] | None = None,
    of_a_file: dict[str, str | None],
    data: str | None = None,
    row: int = 1,
    names: str | None = None,
    rounding: Rounding | None = None,
    steps: int = 1,
) -> list[Trace]:
    """Return the steps that are meant by what was typed.

    Parameters
    ----------
    what : str, optional
        A tutorial, gate or file; None with sizes of one's own.
    own : dict, optional
        `sizes`, `inputs`, `targets`, `learning_rate`, `seed` as typed.
    of_a_file : dict
        `hidden`, `output`, `loss` as typed.
    data, row
        For a model of a table, the table and which of its rows.
    names : str, optional
        The notation.
    rounding : Rounding, optional
        How a person rounds on the way.
    steps : int
        How many in a row.
    """
    from dataclasses import replace

    from chainrule.trace.build import trace_steps
    from chainrule.trace.notations import notation

    trace = _first(what, {**NOTHING, **(own or {})}, of_a_file, data, row)
    naming = trace.naming if names is None else notation(names, trace.network, len(trace.start.data.X))
    found = [
        replace(each, marks=trace.marks if number == 0 else {}, ours=trace.ours)
        for number, each in enumerate(trace_steps(trace.start, steps, naming, trace.title))
    ]
    return found if rounding is None else [each.rounded(rounding) for each in found]


def is_worksheet(what: str) -> bool:
    """Return whether a word on the command line is a worksheet, by its name."""
    return Path(what).suffix.lower() in (".ods", ".xlsx")


def command_of(context: typer.Context) -> str:
    """Return the command that was typed, without where it writes: what makes the same file again."""
    words, kept = iter(context.meta[TYPED]), []
    for word in words:
        if word in ("-o", "--out"):
            next(words, None)
        elif word != "--force" and not word.startswith(("--out=", "-o")):
            kept.append(word)
    return shlex.join(["chainrule", *kept])


def targets_of(out: Path, steps: int) -> list[Path]:
    """Return a file for each step: with several, step.html becomes step-1.html and so on."""
    if steps == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{step}{out.suffix}") for step in range(1, steps + 1)]


def rounding_of(
    decimals: int | None, significant: int | None, each: str | None, half: str | None
) -> Rounding | None:
    """Return how a person rounds on the way, or None where nothing was typed about it."""
    from chainrule.cli.numbers import TypedError
    from chainrule.trace.rounding import Rounding

    if decimals is None and significant is None:
        for option, typed in (("--each", each), ("--half", half)):
            if typed is not None:
                raise TypedError(f"{option} was given alone; it may come with --round or --significant")
        return None
    return Rounding(decimals, significant, each or "result", half or "away")  # type: ignore[arg-type]


def _first(
    what: str | None, own: dict[str, Any], of_a_file: dict[str, str | None], data: str | None, row: int
) -> Trace:
    """Return the first step."""
    from chainrule.cli.numbers import TypedError
    from chainrule.cli.what import preset_of
    from chainrule.errors import sentence

    typed = {name: value for name, value in {**own, **of_a_file}.items() if value is not None}
    if own["sizes"] is not None:
        if what is not None:
            raise TypedError(sentence("WHAT", what, "left out where --sizes says what the network is"))
        from chainrule.tutorials.own import own as own_preset

        return own_preset(typed.pop("sizes"), **typed).trace()
    if what is None:
        raise TypedError("WHAT was missing; it may be a tutorial, a gate, a file, or --sizes 2,3,1")
    if data is not None:
        from chainrule.cli.table import read_for

        model, frame = read_for(what, data)
        return model.trace(frame, row)
    if Path(what).suffix == ".safetensors":
        return _of_model(what, own)
    if Path(what).suffix == ".json":
        from chainrule.writers.json_trace import read_trace

        return read_trace(what)
    for name in ("inputs", "targets", "learning_rate"):
        if own[name] is not None:
            option = f"--{name.replace('_', '-')}"
            raise TypedError(f"{option} was given with {what}; it may come with --sizes or a model file")
    return preset_of(what, **of_a_file).trace()


def _of_model(what: str, own: dict[str, Any]) -> Trace:
    """Return a step of a model file on rows that were typed."""
    from chainrule.network.optimizers import GradientDescent

    model = model_at_rows(what, own["inputs"], own["targets"])
    rule = GradientDescent(own["learning_rate"] or 0.5)
    return model.trace(own["inputs"], own["targets"], optimizer=rule, title=f"One step of {what}")


def model_at_rows(what: str, inputs: Any, targets: Any) -> Model:
    """Return the model of a file, for which rows have to be typed; one of a table needs its table instead."""
    from chainrule.cli.numbers import TypedError
    from chainrule.model import Model
    from chainrule.tables.table_model import load

    model = load(what)
    if not isinstance(model, Model):
        raise TypedError("the table was missing; it may be given with --data, for a model of a table")
    if inputs is None or targets is None:
        raise TypedError("the rows were missing; they may be given with --inputs 0.5,0.1 and --targets 1")
    return model
