"""``chainrule fit``: train, and see the loss fall."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli.config import as_toml, from_file
from chainrule.cli.numbers import above_zero, part, sizes, whole
from chainrule.cli.record import write_record
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT, WHAT

if TYPE_CHECKING:
    from chainrule.model import Model
    from chainrule.tutorials import Preset


def fit(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    epochs: int | None = typer.Option(
        None, parser=whole("the number of epochs", 0), help="How often every row is visited."
    ),
    learning_rate: float | None = typer.Option(
        None, "--learning-rate", "--lr", parser=above_zero("the learning rate"), help="The length of a step."
    ),
    batch_size: int | None = typer.Option(None, parser=whole("the batch size", 1), help="Rows of a step."),
    seed: int = typer.Option(0, parser=whole("the seed", 0, 2**64 - 1), help="Of the order of the rows."),
    shuffle: bool = typer.Option(False, help="Visit the rows of every epoch in an order of its own."),
    out: Path | None = typer.Option(
        None, "--out", "-o", help="Write what was learned: .mat, of a table .safetensors."
    ),
    force: bool = typer.Option(False, help="Overwrite that file."),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    target: str | None = typer.Option(None, help="The column of a table to predict, or several with commas."),
    task: str = typer.Option("auto", help="For a table: class, number, or auto to see by the target."),
    layers: str = typer.Option("64", help="For a table: units of each hidden layer, as 64,32."),
    drop: list[str] = typer.Option([], help="For a table: a column to leave out; may be given again."),
    keep: list[str] = typer.Option([], help="For a table: a column that goes into predictions; again."),
    weight: str | None = typer.Option(None, help="For a table: the column of row weights."),
    groups: str | None = typer.Option(None, help="For a table: a column whose equal values stay together."),
    time: str | None = typer.Option(None, help="For a table: a column whose latest rows are held out."),
    test: float = typer.Option(0.2, parser=part("the part held out"), help="For a table: the part held out."),
    run: Path | None = typer.Option(None, help="For a table: a folder for checkpoints and the record."),
    config: Path | None = typer.Option(
        None, is_eager=True, callback=from_file, help="Take what is not typed from this TOML file."
    ),
    print_config: bool = typer.Option(False, help="Print the options as such a file, and stop."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Train, and show the loss fall.

    The network of a tutorial, a logic gate or two-moons, or one from a .mat file, learns as the tutorial
    trains, unless the options say otherwise. With --target a network is made for a table and judged on rows
    held out.
    """
    options = {name: value for name, value in locals().items() if name not in ("config", "print_config")}
    if print_config:
        from chainrule.cli.say import say

        say(as_toml(options))
        return
    if target is not None:
        from chainrule.cli.table import fit_data, recipe_of

        if run is not None:
            write_record(run, options)
        recipe = recipe_of(
            epochs=epochs, learning_rate=learning_rate, batch_size=batch_size, seed=seed, layers=sizes(layers)
        )
        columns = {"drop": tuple(drop), "keep": tuple(keep), "weight": weight, "groups": groups, "time": time}
        fit_data(
            what,
            target,
            out,
            force=force,
            recipe=recipe,
            as_json=as_json,
            task=task,
            test=test,
            run=run,
            **columns,
        )
        return
    from dataclasses import replace

    from chainrule.cli.say import say, say_json
    from chainrule.cli.what import preset_of, with_rows

    preset = with_rows(preset_of(what, hidden=hidden, output=output, loss=loss))
    if out is not None:
        check_target(out, preset, overwrite=force)
    choices: dict[str, Any] = {"seed": seed, "shuffle": shuffle}
    if epochs is not None:
        choices["epochs"] = epochs
    if batch_size is not None:
        choices["batch_size"] = batch_size
    if learning_rate is not None:
        choices["optimizer"] = replace(preset.optimizer, learning_rate=learning_rate)
    model = preset.trained(progress=True, **choices)
    if out is not None:
        from chainrule.tutorials.mat import write_model

        write_model(out, model, *preset.training_rows(), overwrite=force)
    told = tell(preset, model)
    if as_json:
        say_json(told)
    else:
        say(shown(preset, told))


def check_target(out: Path, preset: Preset, *, overwrite: bool) -> None:
    """Refuse, before anything was learned, a file that could not be written after it."""
    from chainrule.errors import InvalidFileError, InvalidValueError, sentence
    from chainrule.files.atomic import require_writable
    from chainrule.files.source import path_text, quoted

    if out.suffix.lower() != ".mat":
        raise InvalidValueError(sentence("the file to write", str(out), "one whose name ends in .mat"))
    if any(layer.bias == "shared" for layer in preset.network.layers):
        raise InvalidFileError(
            f"{preset.id} has layers whose units share one bias; a .mat file may have one for each unit"
        )
    if out.exists() and not overwrite:
        raise InvalidFileError(f"{quoted(str(out))} exists already; it may be overwritten with --force")
    require_writable(os.path.realpath(path_text(out)), overwrite)


def tell(preset: Preset, model: Model) -> dict[str, Any]:
    """Return what a training told: settings, losses, and the outputs of every row beside its target."""
    X, Y = preset.training_rows()
    history = model.history
    assert history is not None  # a model that was fitted has one
    return {
        "id": preset.id,
        "network": str(preset.network),
        "optimizer": str(history.optimizer),
        "rows": len(X),
        "batch_size": history.plan.batch_rows,
        "epochs": len(history),
        "engine": history.engine,
        "loss_name": preset.loss_name,
        "loss_before": preset.model.loss(X, Y),
        "loss_after": model.loss(X, Y),
        "loss": history.loss.tolist(),
        "inputs": X.tolist(),
        "targets": Y.tolist(),
        "outputs": model.predict(X).tolist(),
    }


def shown(preset: Preset, told: dict[str, Any]) -> str:
    """Return what a training told as text: the loss along the way, then every row."""
    lines = [
        f"{preset.id}: {preset.title}",
        f"network {told['network']}",
        f"{told['optimizer']}, {told['epochs']:,} epochs, {told['batch_size']} of {told['rows']} rows a step",
        "",
        f"{'epoch':>9}  {told['loss_name']}",
    ]
    lines += [f"{epoch:>9,}  {value:.10g}" for epoch, value in milestones(told)]
    if told["rows"] > 1:
        lines.append("The lines between are means over an epoch's rows as they were visited.")
    lines += ["", "row  inputs -> outputs (targets)"]
    for number, (x, a, y) in enumerate(zip(told["inputs"], told["outputs"], told["targets"], strict=True), 1):
        ins, outs, wanted = (", ".join(f"{value:.6g}" for value in values) for values in (x, a, y))
        lines.append(f"{number:>3}  {ins} -> {outs} ({wanted})")
    return "\n".join(lines)


def milestones(told: dict[str, Any]) -> list[tuple[int, float]]:
    """Return the loss before epochs 1, 2, 5, 10, 20, 50 ..., and the loss at the end."""
    epochs = told["epochs"]
    early = [digit * 10**power for power in range(12) for digit in (1, 2, 5)]
    chosen = [(epoch, told["loss"][epoch]) for epoch in early if epoch < epochs]
    return [(0, told["loss_before"]), *chosen, (epochs, told["loss_after"])]
