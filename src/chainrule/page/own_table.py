"""A table of the reader's own, as the bytes of a dropped CSV: what its columns are, and a network for it.

The bytes are read where they are. A file's name never comes from a browser, and nothing is written under one.
"""

import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainrule.errors import (
    ChainruleError,
    InvalidFileError,
    InvalidValueError,
    TooLargeError,
    sentence,
    shown,
)
from chainrule.files.tables import Encoder, fit_encoder
from chainrule.files.tables.column import TEXT, column_of
from chainrule.files.tables.names import all_different, unknown_column
from chainrule.files.tables.separated import read_separated
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam
from chainrule.network.parameters import Layout, Parameters
from chainrule.page.names import Names
from chainrule.tables.recipe import Recipe, network_for
from chainrule.trace.naming import Naming
from chainrule.tutorials.preset import Preset

if TYPE_CHECKING:
    import polars as pl

MOST_COLUMNS = 10_000
MOST_PARAMETERS = 1_000_000  # each has a name of its own
MOST_NUMBERS = 20_000_000  # of all rows, encoded
BATCH = 10  # rows of a step, at most
# What the messages of a table say to people at a command line.
OPTIONS = (" with --drop", " (--task number takes it as a number)")


class Column(NamedTuple):
    """What a column of a table is.

    Parameters
    ----------
    name : str
        Its name.
    kind : str
        What it holds: "numbers", "true and false", "text", or "nothing".
    different : int
        How many different values it has.
    missing : int
        How many rows have none.
    words : str
        All of that, as a person is told.
    """

    name: str
    kind: str
    different: int
    missing: int
    words: str


class Columns(NamedTuple):
    """What a table holds.

    Parameters
    ----------
    rows : int
        How many.
    columns : tuple of Column
        What each column is, in their order.
    notes : tuple of str
        What was accepted although it is unusual, a clause for each.
    """

    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def columns(data: bytes) -> Columns:
    r"""Return what a table holds, from which a person picks a target and inputs.

    Parameters
    ----------
    data : bytes
        The content of a CSV file, its fields separated by commas, semicolons or tabs.

    Raises
    ------
    InvalidFileError
        When it is no such table; the message names line and column.
    TooLargeError
        When it has too many columns.
    ChainruleError
        When polars is not installed, with the command that installs it.

    Examples
    --------
    >>> found = columns(b"size,color\n1.5,red\n,blue\n2.5,red\n")
    >>> found.rows, [f"{each.name}: {each.words}" for each in found.columns]
    (3, ['size: numbers, missing in 1 row', 'color: text, 2 categories'])
    """
    frame, notes = _read(data)
    return Columns(frame.height, tuple(_column(frame, name) for name in frame.columns), notes)


def preset_of_table(
    data: bytes, target: str, inputs: Sequence[str] | None, sizes_of_hidden: Sequence[int], seed: int
) -> Preset:
    r"""Return a network for a table as a preset: it learns from all rows, and explains the first.

    Parameters
    ----------
    data : bytes
        The content of a CSV file.
    target : str
        The column to predict: classes where it is text, true and false, or a few whole numbers, else a
        number.
    inputs : sequence of str, optional
        The columns to predict it from; all others if not given.
    sizes_of_hidden : sequence of int
        Units of each hidden layer.
    seed : int
        Of the weights.

    Raises
    ------
    UnknownNameError
        When there is no such column; the nearest one is given.
    InvalidFileError, InvalidTypeError, InvalidValueError
        When something of the table cannot be learned from.
    TooLargeError
        When the table or the network is more than a page can show.
    ChainruleError
        When polars is not installed.

    Examples
    --------
    >>> preset = preset_of_table(b"size,color\n1,red\n2,blue\n4,red\n", "color", None, [3], seed=0)
    >>> print(preset.network, preset.output_names)
    1-3-2, relu then softmax, cross_entropy ['out_blue', 'out_red']
    >>> X, Y = preset.training_rows()
    >>> X.round(3).ravel().tolist(), Y.tolist()
    ([-1.069, -0.267, 1.336], [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    """
    frame, _ = _read(data)
    with _without_options():
        encoder = fit_encoder(frame, target, drop=_left_out(frame.columns, target, inputs))
        _refuse_too_many(frame.height * (len(encoder.columns) + encoder.outputs), "numbers", MOST_NUMBERS)
        X, Y = (part.astype(np.float64) for part in (encoder.encode(frame), encoder.encode_target(frame)))
    recipe = Recipe(hidden=tuple(sizes_of_hidden), optimizer=Adam(0.01), seed=seed)
    network = network_for(len(encoder.columns), encoder.outputs, encoder.task, recipe)
    _refuse_too_many(Layout(network).size, "weights and biases", MOST_PARAMETERS)
    return Preset(
        id="own-table",
        title=f"A table of your own: {shown(target)}",
        network=network,
        parameters=Parameters.initial(network, seed),
        X=X[:1],
        Y=Y[:1],
        training_rows=lambda: (X, Y),
        optimizer=recipe.optimizer,
        epochs=recipe.epochs,
        batch_size=min(BATCH, len(X)),
        naming=_naming(network, encoder),
        ours=_ours(encoder, seed),
    )


def _read(data: bytes) -> "tuple[pl.DataFrame, tuple[str, ...]]":
    """Return a table, and what is unusual about it."""
    try:
        table = read_separated("the table", io.BytesIO(data))
    except InvalidFileError as error:
        raise InvalidFileError(f"in the table, {error}") from None
    _refuse_too_many(table.frame.width, "columns", MOST_COLUMNS)
    return table.frame, table.notes


def _column(frame: "pl.DataFrame", name: str) -> Column:
    """Return what a column is."""
    column = column_of(frame, name)
    missing = column.values.null_count()
    different = column.values.drop_nulls().n_unique()
    words = [column.kind]
    if column.kind == TEXT:
        words.append("1 category" if different == 1 else f"{different:,} categories")
    if 0 < missing < frame.height:
        words.append(f"missing in {missing:,} row{'s' * (missing > 1)}")
    return Column(name, column.kind, different, missing, ", ".join(words))


def _left_out(names: Sequence[str], target: str, inputs: Sequence[str] | None) -> list[str]:
    """Return the columns that are neither the target nor an input."""
    if inputs is None:
        return []
    there, taken = set(names), {target}
    for name in inputs:
        if name not in there:
            raise unknown_column("an input", name, names)
        if name in taken:
            may_be = "another column than the target" if name == target else "there once"
            raise InvalidValueError(sentence("an input", name, may_be))
        taken.add(name)
    return [name for name in names if name not in taken]


def _refuse_too_many(count: int, of_what: str, most: int) -> None:
    if count > most:
        thing = f"the number of {of_what}"
        raise TooLargeError(f"{thing} was {count:,}; it may be at most {most:,} on the page")


def _naming(network: Network, encoder: Encoder) -> Naming:
    """Return jain's names with those of the columns and classes; none is a name that something else has."""
    usual = Names("jain").naming(network)
    taken = [usual.templates["loss"], usual.templates["eta"]]
    taken += [name for of_layer in usual.tables["W"] for of_input in of_layer for name in of_input]
    taken += [name for of_layer in usual.tables["b"] for name in of_layer]
    own = all_different([*taken, *encoder.columns])[len(taken) :]
    classes = encoder.target.names if encoder.classes is None else encoder.classes
    return Names("jain", tuple(own), tuple(map(str, classes))).naming(network)


def _ours(encoder: Encoder, seed: int) -> tuple[str, ...]:
    """Return what was chosen here."""
    notes = [_plain(note) for note in encoder.notes]
    return (
        "the scale of columns of numbers: each less its mean, divided by its standard deviation",
        f"the weights, drawn with seed {seed}",
        *notes,
    )


def _plain(message: str) -> str:
    """Return what a table's message says, without the options of a command line."""
    for option in OPTIONS:
        message = message.replace(option, "")
    return message


@contextlib.contextmanager
def _without_options() -> Iterator[None]:
    """Leave the options of a command line out of errors."""
    try:
        yield
    except ChainruleError as error:
        raise type(error)(_plain(str(error))) from None
