"""``chainrule fit``: train, and see the loss fall."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli.what import WHAT

if TYPE_CHECKING:
    from chainrule.model import Model
    from chainrule.tutorials import Preset


def fit(
    what: str = typer.Argument(metavar="WHAT", help=WHAT),
    epochs: int | None = typer.Option(None, help="How often every row is visited."),
    learning_rate: float | None = typer.Option(None, help="The length of a step."),
    batch_size: int | None = typer.Option(None, help="Rows of a step."),
    seed: int = typer.Option(0, help="Of the order of the rows."),
    shuffle: bool = typer.Option(False, help="Visit the rows of every epoch in an order of its own."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Write the trained network as a .mat file."),
    force: bool = typer.Option(False, help="Overwrite that file."),
    hidden: str = typer.Option("tanh", help="For a .mat file: the hidden layers' activation."),
    output: str = typer.Option("sigmoid", help="For a .mat file: the output layer's activation."),
    loss: str = typer.Option("squared_error", help="For a .mat file: the loss."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Train, and show the loss fall.

    A tutorial's network, a logic gate's, or one from a .mat file learns as the tutorial trains, unless
    the options say otherwise.
    """
    import json
    from dataclasses import replace

    from chainrule.cli.what import preset_of
    from chainrule.errors import InvalidValueError, sentence

    if out is not None and out.suffix.lower() != ".mat":
        raise InvalidValueError(sentence("the file to write", str(out), "one whose name ends in .mat"))
    preset = preset_of(what, hidden, output, loss)
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
    print(json.dumps(told, indent=2, ensure_ascii=False) if as_json else shown(preset, told))


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
