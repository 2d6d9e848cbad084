"""``chainrule worksheet``: a step for a person to compute, to fill in or to print, with a key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli import step
from chainrule.cli.numbers import TypedError, whole

if TYPE_CHECKING:
    from chainrule.trace.step import Trace


def worksheet(
    context: typer.Context,
    what: str = step.WHICH,
    out: Path = typer.Option(
        ..., "-o", "--out", help="The file: .ods or .xlsx to fill in, .html to print.", show_default=False
    ),
    key: Path | None = typer.Option(
        None, "--key", help="Write the key too: the same with its numbers, .ods, .xlsx or .html."
    ),
    copies: int = typer.Option(
        1,
        parser=whole("--copies", 1, 1000),
        help="With --sizes: so many exercises, each another one, into sheet-1.ods, sheet-2.ods and so on.",
    ),
    digits: int = typer.Option(10, parser=whole("--digits", 1, 17), help="Digits of a printed key."),
    force: bool = typer.Option(False, "--force", help="Replace files that exist."),
    names: str | None = step.NAMES,
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
    as_json: bool = typer.Option(False, "--json", help="Print the files that were written as JSON."),
) -> None:
    """Make a worksheet of one step, and its key.

    A tutorial's or your own step, or with --sizes an exercise whose numbers are drawn so that they can be
    computed by hand; each seed is another exercise. What is filled in, check judges and diagnose explains.
    """
    from chainrule.cli.say import say_json
    from chainrule.errors import sentence
    from chainrule.writers.worksheet import SAID, SUFFIXES
    from chainrule.writers.worksheet import worksheet as write

    if sizes is None and copies > 1:
        raise TypedError(f"--copies was {copies}; it may come with --sizes, whose numbers are drawn")
    suffixes = [path.suffix.lower() for path in (out, key) if path is not None]
    for suffix in suffixes:
        if suffix not in SUFFIXES:
            raise TypedError(sentence("the suffix of a worksheet", suffix, SAID))
    if key is not None and key.resolve() == out.resolve():
        raise TypedError(f"--key was {key}, where the worksheet goes; it may be another file")
    typed = {"inputs": inputs, "targets": targets, "learning_rate": learning_rate}
    of_a_file = {"hidden": hidden, "output": output, "loss": loss}
    origin = {"command": step.command_of(context)}
    written = []
    keys = step.targets_of(key, copies) if key is not None else [None] * copies
    for place, (target, its_key) in enumerate(zip(step.targets_of(out, copies), keys, strict=True)):
        if sizes is None:
            own = {**typed, "sizes": None, "seed": seed}
            (trace,) = step.steps_of(what, own=own, of_a_file=of_a_file, data=data, row=row, names=names)
        else:
            trace = _exercise(what, sizes, seed + place, names, {**typed, **of_a_file})
        made = {**origin, "seed": str(seed + place)} if sizes is not None else origin
        for path, filled in ((target, False), (its_key, True)):
            if path is not None:
                write(trace, path, key=filled, digits=digits, overwrite=force, origin=made)
                print(f"chainrule: wrote {path}", file=sys.stderr)
                written.append(str(path))
    if as_json:
        say_json({"written": written})


def _exercise(what: str | None, sizes: Any, seed: int, names: str | None, typed: dict[str, Any]) -> Trace:
    """Return the step of an exercise, under the names asked for."""
    from dataclasses import replace

    from chainrule.errors import sentence
    from chainrule.trace.notations import notation
    from chainrule.tutorials.exercise import exercise

    if what is not None:
        raise TypedError(sentence("WHAT", what, "left out where --sizes says what the network is"))
    said = {name: value for name, value in typed.items() if value is not None}
    trace = exercise(sizes, seed=seed, **said).trace()
    if names is None:
        return trace
    return replace(trace, naming=notation(names, trace.network, len(trace.start.data.X)))
