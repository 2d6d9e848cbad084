"""Tables on the command line: ``fit DATA --target COLUMN``, ``predict``, ``evaluate`` and ``info``."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import polars as pl

    from chainrule.tables.fit import TableFit
    from chainrule.tables.recipe import Recipe
    from chainrule.tables.table_model import Scores

MODEL = "A model file that chainrule fit wrote."
DATA = "A .csv, .tsv, .parquet, .jsonl, .npz or .mat file, - for standard input, or sklearn:NAME."


def fit_data(
    data: str, target: str, out: Path | None, *, force: bool, recipe: Recipe, as_json: bool, **choices: Any
) -> None:
    """Fit a network to a table, print what came of it, and write the model where one was asked for."""
    from chainrule.cli.say import say, say_json
    from chainrule.files.tables import read_table
    from chainrule.tables.fit import fit_table

    if out is not None:
        refuse_target(out, overwrite=force)
    table = read_table(data)
    for note in table.notes:
        print(f"chainrule: note: {note}", file=sys.stderr)
    started = time.perf_counter()
    names = [name.strip() for name in target.split(",")] if target not in table.frame.columns else target
    fit = fit_table(table, names, recipe=recipe, progress=True, **choices)
    seconds = time.perf_counter() - started
    if out is not None:
        fit.model.save(out, overwrite=force)
    told = tell(data, fit, seconds)
    if as_json:
        say_json(told)
    else:
        say(shown(told, fit.scores))
    if fit.fitted.interrupted:
        raise typer.Exit(130)


def recipe_of(
    *,
    epochs: int | None,
    learning_rate: float | None,
    batch_size: int | None,
    seed: int,
    layers: tuple[int, ...],
) -> Recipe:
    """Return the recipe for a table, with what was typed in the place of its own choices."""
    from chainrule.network.optimizers import Adam
    from chainrule.tables.recipe import Recipe

    typed: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "seed": seed, "hidden": layers}
    if learning_rate is not None:
        typed["optimizer"] = Adam(learning_rate)
    return Recipe(**{name: value for name, value in typed.items() if value is not None})


def refuse_target(out: Path, *, overwrite: bool) -> None:
    """Refuse, before anything was learned, a model file that could not be written after it."""
    from chainrule.errors import InvalidFileError, sentence

    if out.suffix.lower() != ".safetensors":
        raise InvalidFileError(sentence("the model file", str(out), "one whose name ends in .safetensors"))
    if out.exists() and not overwrite:
        raise InvalidFileError(sentence("the model file", str(out), "a new one", "--force overwrites it"))
    if not out.absolute().parent.is_dir():
        raise InvalidFileError(sentence("the folder of the model file", str(out.parent), "one that exists"))


def tell(data: str, fit: TableFit, seconds: float) -> dict[str, Any]:
    """Return what a fit told, as plain data."""
    encoder, scores = fit.model.encoder, fit.scores
    return {
        "data": data,
        "target": list(encoder.target.names),
        "task": encoder.task,
        "classes": None if encoder.classes is None else list(encoder.classes),
        "rows": fit.learned + fit.held,
        "learned": fit.learned,
        "held_out": fit.held,
        "inputs": encoder.columns,
        "network": str(fit.model.model.network),
        "optimizer": str(fit.fitted.history.optimizer),
        "l2": fit.fitted.penalty.l2,
        "epochs": fit.fitted.epochs,
        "engine": fit.fitted.history.engine,
        "scores": scores.metrics,
        "baseline": scores.baseline,
        "seconds": seconds,
        "notes": list(encoder.notes),
    }


def shown(told: dict[str, Any], scores: Scores) -> str:
    """Return what a fit told, as a small table of at most 80 columns."""
    import textwrap

    classes = f"{len(told['classes'])} classes" if told["classes"] else "a number"
    rows = f"{told['rows']:,}: {told['learned']:,} to learn from, {told['held_out']:,} held out"
    lines = {
        "data": told["data"],
        "target": f"{', '.join(told['target'])}, {classes}",
        "rows": rows,
        "network": told["network"],
        "training": f"{told['optimizer']}, l2 {told['l2']:g}, {told['epochs']:,} epochs",
        "seconds": f"{told['seconds']:.1f}",
    }
    text = []
    for head, line in lines.items():
        lead = f"{head:10}"
        text += textwrap.wrap(line, 80, initial_indent=lead, subsequent_indent=" " * len(lead))
    for note in told["notes"]:
        text += textwrap.wrap(note, 80, initial_indent="note      ", subsequent_indent=" " * 10)
    baseline = "most frequent class" if told["classes"] else "mean"
    return "\n".join([*text, "", *score_table(scores, baseline)])


def score_table(scores: Scores, baseline: str) -> list[str]:
    """Return the scores beside those of the baseline, a line for each metric."""
    width = max(map(len, scores.metrics))
    head = f"{'':{width}}  {'this model':>12}  {baseline:>20}"
    rows = [
        f"{name:{width}}  {value:12.6g}  {scores.baseline[name]:20.6g}"
        for name, value in scores.metrics.items()
    ]
    return [f"on {scores.rows:,} rows:", head, *rows]


def read_for(model_path: str, data: str) -> tuple[Any, pl.DataFrame]:
    """Return a model and a table read for it; what is unusual about the table is said."""
    from chainrule.files.tables import read_table
    from chainrule.tables.table_model import load_table_model

    model = load_table_model(model_path)
    table = read_table(data, keep_as_text=model.encoder.text_columns)
    model.encoder.encode(table.frame.head(1))  # refuses other columns, which remarks take to be there
    for note in (*table.notes, *model.encoder.remarks(table.frame)):
        print(f"chainrule: note: {note}", file=sys.stderr)
    return model, table.frame


def predict(
    model: str = typer.Argument(metavar="MODEL", help=MODEL),
    data: str = typer.Argument(metavar="DATA", help=DATA),
    out: Path | None = typer.Option(None, "--out", "-o", help="Write the predictions as a .csv file."),
    force: bool = typer.Option(False, help="Overwrite that file."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of CSV."),
) -> None:
    """Predict the rows of a table.

    Prints CSV: the columns that were to be kept, the prediction, and for classes the probability of
    each.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.files.atomic import write_atomically

    fitted, frame = read_for(model, data)
    predicted = fitted.predict(frame)
    if out is not None:
        write_atomically(out, predicted.write_csv().encode("utf-8"), overwrite=force)
    elif as_json:
        say_json(predicted.to_dicts())
    else:
        say(predicted.write_csv(), end="")


def evaluate(
    model: str = typer.Argument(metavar="MODEL", help=MODEL),
    data: str = typer.Argument(metavar="DATA", help=DATA),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Judge a model on rows with targets.

    Prints every metric beside that of the baseline, and for classes how many rows of each were said to
    be of each.
    """
    from chainrule.cli.say import say, say_json

    fitted, frame = read_for(model, data)
    scores = fitted.evaluate(frame)
    classes = fitted.encoder.classes
    if as_json:
        told = {"rows": scores.rows, "scores": scores.metrics, "baseline": scores.baseline}
        if scores.confusion is not None:
            told |= {"classes": list(classes), "confusion": scores.confusion.tolist()}
        say_json(told)
        return
    baseline = "most frequent class" if classes else "mean"
    lines = score_table(scores, baseline)
    if scores.confusion is not None:
        lines += ["", *confusion_table([str(label) for label in classes], scores.confusion)]
    say("\n".join(lines))


def confusion_table(labels: list[str], counts: Any) -> list[str]:
    """Return how many rows of each class were said to be of each, with each class's own scores."""
    from chainrule.errors import shown

    names = [shown(label, 20).strip("'") for label in labels]
    width = max(9, *map(len, names))
    said = "".join(f"  {name:>{max(6, len(name))}}" for name in names)
    lines = [f"{'true class':{width + 1}}{said}  {'recall':>7}  {'precision':>9}"]
    for c, name in enumerate(names):
        row = "".join(f"  {counts[c, d]:{max(6, len(names[d]))}}" for d in range(len(names)))
        recall = counts[c, c] / max(1, counts[c].sum())
        precision = counts[c, c] / max(1, counts[:, c].sum())
        lines.append(f"{name:{width + 1}}{row}  {recall:7.3f}  {precision:9.3f}")
    return lines


def info(
    model: str = typer.Argument(metavar="MODEL", help=MODEL),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Say what a model file holds."""
    from chainrule.cli.say import say, say_json
    from chainrule.files.model_file import load_model
    from chainrule.files.tables import Encoder

    file = load_model(model)
    encoder = None if file.encoder is None else Encoder.from_dict(file.encoder)
    told: dict[str, Any] = {
        "network": str(file.network),
        "parameters": int(file.parameters.theta.size),
        "precision": str(file.parameters.theta.dtype),
        "inputs": None if encoder is None else encoder.columns,
        "target": None if encoder is None else list(encoder.target.names),
        "training": file.training,
        "provenance": file.provenance,
    }
    if as_json:
        say_json(told)
    else:
        say("\n".join(f"{head:10} {line_of(value)}" for head, value in told.items() if value is not None))


def line_of(value: Any) -> str:
    """Return plain data as one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {line_of(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(line_of, value))
    return str(value)
