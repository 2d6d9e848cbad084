"""Fitting a network to a table: hold rows out, learn from the others, judge on those held out."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidValueError
from chainrule.files.model_file import versions
from chainrule.files.tables import Table, fit_encoder, target_classes
from chainrule.files.tables.names import unknown_column
from chainrule.files.tables.wording import described, place
from chainrule.network.array import Array
from chainrule.network.description import describe_optimizer
from chainrule.tables.recipe import Fitted, Recipe, follow, network_for
from chainrule.tables.table_model import Scores, TableModel
from chainrule.train.splits import hold_out
from chainrule.train.training import Look

if TYPE_CHECKING:
    import polars as pl
    from polars._typing import RankMethod


@dataclass(frozen=True)
class TableFit:
    """What came of fitting a table.

    Parameters
    ----------
    model : TableModel
        The model.
    fitted : Fitted
        How it was trained.
    learned, held : int
        How many rows it learned from, and how many were held out.
    scores : Scores
        On the rows held out.
    """

    model: TableModel
    fitted: Fitted
    learned: int
    held: int
    scores: Scores


def fit_table(
    table: Table,
    target: str | list[str],
    *,
    recipe: Recipe,
    task: str = "auto",
    drop: tuple[str, ...] = (),
    weight: str | None = None,
    keep: tuple[str, ...] = (),
    groups: str | None = None,
    time: str | None = None,
    test: float = 0.2,
    callbacks: tuple[Look, ...] = (),
    run: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> TableFit:
    """Fit a network to a table: hold rows out, learn from the others, and judge on those held out.

    Parameters
    ----------
    table : Table
        The table.
    target : str or list of str
        The column to predict, or several columns of numbers.
    recipe : Recipe
        How to make and train the network.
    task : {"auto", "class", "number"}
        What the target is.
    drop, keep : tuple of str
        Columns to leave out; columns that are no inputs but go into predictions.
    weight : str, optional
        The column of row weights.
    groups, time : str, optional
        A column whose equal values stay on one side of the split; a column whose latest rows are held
        out. Neither is an input.
    test : float
        The part of the rows held out, above 0 and below 1.
    callbacks : tuple of callable
        As for `Model.fit`.
    run : str or path, optional
        A folder for checkpoints: the same call with the same folder goes on from there.
    progress : bool
        Whether to show bars.
    """
    frame = table.frame
    aside = tuple(name for name in (groups, time) if name is not None)
    learned, held = hold_out(
        frame.height,
        test,
        recipe.seed,
        classes=target_classes(frame, target, task=task),
        groups=ranks(frame, "the column of groups", groups, "dense"),
        times=ranks(frame, "the column of times", time, "ordinal"),
    )
    encoder = fit_encoder(
        frame, target, task=task, drop=(*drop, *aside), weight=weight, keep=keep, rows=learned
    )
    learning = frame[learned.tolist()]
    X, Y, weights = encoder.encode(learning), encoder.encode_target(learning), encoder.weights(learning)
    network = network_for(len(encoder.columns), encoder.outputs, encoder.task, recipe)
    fitted = follow(recipe, network, X, Y, weights, callbacks=callbacks, run=run, progress=progress)
    average = np.average(Y, axis=0, weights=weights)
    training = {
        "optimizer": describe_optimizer(recipe.optimizer),
        "penalty": {"l2": fitted.penalty.l2, "l1": fitted.penalty.l1},
        "epochs": fitted.epochs,
        "batch_size": recipe.batch_size,
        "seed": recipe.seed,
        "engine": fitted.history.engine,
        "rows": len(learned),
        "baseline": [float(value) for value in average],
    }
    provenance = {**versions(), "data": table.sha256}
    model = TableModel(fitted.model, encoder, training, provenance)
    return TableFit(model, fitted, len(learned), len(held), model.evaluate(frame[held.tolist()]))


def ranks(frame: "pl.DataFrame", thing: str, name: str | None, method: "RankMethod") -> Array | None:
    """Return the ranks of a column's values, refused where there is none or one is missing."""
    if name is None:
        return None
    if name not in frame.columns:
        raise unknown_column(thing, name, frame.columns)
    column = frame.get_column(name)
    if column.null_count():
        where = place(name, int(column.is_null().arg_max() or 0))
        raise InvalidValueError(described(where, "missing", "missing in no row"))
    return column.rank(method).to_numpy()
