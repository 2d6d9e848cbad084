"""``chainrule tutorials``: all five systems run before the reader's eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from chainrule.tutorials import Tutorial


def tutorials(
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Run all five tutorials.

    Each with its network, the loss before and after training as the tutorial trains, and what to try
    next.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.cli.what import with_rows
    from chainrule.tutorials import TUTORIALS, load

    told = []
    for name in TUTORIALS:
        told.append(run(with_rows(load(name))))  # type: ignore[arg-type]
        if not as_json:
            say(shown(told[-1]))
    if as_json:
        say_json(told)


def run(tutorial: Tutorial) -> dict[str, Any]:
    """Train a tutorial's network as the tutorial trains, and tell what came of it."""
    X, Y = tutorial.training_rows()
    start, model = tutorial.model, tutorial.trained()
    outputs = {
        name: float(value)
        for name, value in zip(tutorial.output_names, model.predict(tutorial.X)[0], strict=True)
    }
    return {
        "id": tutorial.id,
        "title": tutorial.title,
        "author": tutorial.author,
        "network": str(tutorial.network),
        "optimizer": str(tutorial.optimizer),
        "rows": len(X),
        "epochs": tutorial.epochs,
        "loss_name": tutorial.loss_name,
        "loss_before": start.loss(X, Y),
        "loss_after": model.loss(X, Y),
        "outputs_after": outputs,
        "targets": tutorial.Y[0].tolist(),
        "ours": list(tutorial.ours),
    }


def shown(told: dict[str, Any]) -> str:
    """Return what a tutorial's run told, as a few lines of at most 80 columns."""
    import textwrap

    rows = "1 row" if told["rows"] == 1 else f"{told['rows']} rows, one by one"
    targets = (f"{target:g}" for target in told["targets"])
    outputs = ", ".join(
        f"{name} = {value:.6g} (target {target})"
        for (name, value), target in zip(told["outputs_after"].items(), targets, strict=True)
    )
    lines = {
        "network": told["network"],
        "training": f"{told['optimizer']}, {told['epochs']:,} epochs of {rows}",
        told["loss_name"]: f"{told['loss_before']:.9g} before, {told['loss_after']:.9g} after",
        "outputs": outputs,
        "ours": "; ".join(told["ours"]),
        "next": f"chainrule explain {told['id']}",
    }
    text = textwrap.wrap(f"{told['id']}: {told['title']} ({told['author']})", 80, subsequent_indent="  ")
    for head, line in lines.items():
        if line:
            lead = f"  {head:9} "
            text += textwrap.wrap(line, 80, initial_indent=lead, subsequent_indent=" " * len(lead))
    return "\n".join(text) + "\n"
