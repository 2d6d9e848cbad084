"""Fitting an encoder: what every column is, and what the training rows say about it."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidTypeError, InvalidValueError, sentence
from chainrule.files.tables.category import fit_category
from chainrule.files.tables.class_target import Classes
from chainrule.files.tables.column import TEXT, Column, column_of
from chainrule.files.tables.encoder import Encoder, Input, require_rows, weights_of
from chainrule.files.tables.number_target import fit_numbers
from chainrule.files.tables.numeric import fit_numeric
from chainrule.files.tables.roles import roles_of, targets_of
from chainrule.files.tables.target_column import constant
from chainrule.files.tables.task import classes_of
from chainrule.files.tables.wording import described, listed
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl


def target_classes(frame: "pl.DataFrame", target: str | Sequence[str], *, task: str = "auto") -> Array | None:
    """Return the class of each row, which a stratified split asks for before an encoder is fitted.

    Parameters
    ----------
    frame : polars.DataFrame
        All rows.
    target : str or sequence of str
        The column to predict, or several.
    task : {"auto", "class", "number"}
        As for `fit_encoder`.

    Returns
    -------
    array of int, shape (n,), or None
        None if the target is a number.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        As `fit_encoder`, for what concerns the target.

    Examples
    --------
    >>> import polars as pl
    >>> target_classes(pl.DataFrame({"size": ["small", "large", "small"]}), "size")
    array([1, 0, 1])
    """
    require_rows(frame)
    classes, _ = classes_of(frame, targets_of(target), task)
    return None if classes is None else classes.codes(frame)


def fit_encoder(
    frame: "pl.DataFrame",
    target: str | Sequence[str],
    *,
    task: str = "auto",
    drop: Collection[str] = (),
    weight: str | None = None,
    keep: Collection[str] = (),
    rows: npt.ArrayLike | None = None,
) -> Encoder:
    """Learn from a table how it becomes numbers.

    Every row is looked at for what is refused, so that an error names its row in the table; means,
    scales and categories come from the training rows alone.

    Parameters
    ----------
    frame : polars.DataFrame
        The table; it is not changed.
    target : str or sequence of str
        The column to predict, or several columns of numbers.
    task : {"auto", "class", "number"}
        What the target is. Not said, text and booleans are classes; whole numbers are if they have
        at most 20 values with 3 rows or more each; all else is a number.
    drop : collection of str
        Columns that are left out.
    weight : str, optional
        The column of row weights.
    keep : collection of str
        Columns, such as an ID, that are no inputs but go into tables of predictions.
    rows : array of int, optional
        The training rows, from 0; not given, all.

    Returns
    -------
    Encoder
        Its notes say what was guessed and what was imputed or left out.

    Raises
    ------
    InvalidTypeError
        If a column holds dates, lists or what else is no number, boolean or text.
    InvalidValueError
        If a column is not there (the nearest name is given), is numbers or dates in disguise, has an
        infinite number or too many categories; if the target is constant or has missing values; if
        no input is left, or there is only one row.

    Examples
    --------
    >>> import polars as pl
    >>> frame = pl.DataFrame({"age": [1, 3, None], "color": ["red", "blue", "red"], "size": [1.5, 2.5, 3.5]})
    >>> encoder = fit_encoder(frame, "size")
    >>> encoder.columns
    ['age', 'age is missing', 'color=blue', 'color=red']
    >>> encoder.encode(frame)
    array([[-1.,  0.,  0.,  1.],
           [ 1.,  0.,  1.,  0.],
           [ 0.,  1.,  0.,  1.]], dtype=float32)
    """
    require_rows(frame)
    roles = roles_of(frame.columns, target, drop, keep, weight)
    learned = training_rows(frame.height, rows)
    classes, note = classes_of(frame, roles.targets, task)
    notes = [note]
    if classes is not None:
        notes += remarks_on_classes(classes, frame, learned)
    if weight is not None:
        weights_of(frame, weight)
    inputs: list[Input] = []
    empty = []
    for name in roles.inputs:
        fitted, remarks = fit_input(column_of(frame, name), learned)
        notes += remarks
        if fitted.columns:
            inputs.append(fitted)
        else:
            empty.append(name)
    if empty:
        notes.append(f"left out, since they are the same in every row to learn from: {listed(empty)}")
    if not inputs:
        raise InvalidValueError(f"no column was left as an input: {notes[-1]}; there may be one or more")
    return Encoder(
        inputs=tuple(inputs),
        target=classes or fit_numbers(frame, roles.targets, learned),
        set_aside=(*roles.drop, *empty),
        keep=roles.keep,
        weight=roles.weight,
        notes=tuple(notes),
    )


def training_rows(count: int, rows: npt.ArrayLike | None) -> Array:
    """Return the numbers of the training rows, from 0; refuse fewer than two."""
    learned = np.arange(count) if rows is None else np.asarray(rows)
    if learned.ndim != 1 or learned.dtype.kind not in "iu":
        was = f"an array of {learned.dtype} with the shape {learned.shape}"
        raise InvalidTypeError(described("the list of training rows", was, "whole numbers in one line"))
    if len(learned) < 2:
        raise InvalidValueError(sentence("the number of rows to learn from", len(learned), "2 or above"))
    if not 0 <= learned.min() <= learned.max() < count:
        was = f"from {learned.min()} to {learned.max()}"
        raise InvalidValueError(described("the range of the training rows", was, f"from 0 to {count - 1}"))
    return learned


def remarks_on_classes(classes: Classes, frame: "pl.DataFrame", learned: Array) -> list[str]:
    """Say which classes no training row has; refuse training rows of one class."""
    seen = np.unique(classes.codes(frame)[learned])
    if len(seen) == 1:
        raise constant(classes.name, classes.labels[int(seen[0])])
    unseen = [classes.labels[c] for c in range(classes.outputs) if c not in seen]
    return [f"no row to learn from has the class {listed(unseen)}"] if unseen else []


def fit_input(column: Column, learned: Array) -> tuple[Input, list[str]]:
    """Learn from the training rows how an input column becomes numbers, by what it holds."""
    return fit_category(column, learned) if column.kind == TEXT else fit_numeric(column, learned)
