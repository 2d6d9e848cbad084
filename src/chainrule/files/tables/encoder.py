"""The encoder: a table's columns into the numbers a network takes, and its outputs into what they mean."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import (
    InvalidFileError,
    InvalidTypeError,
    InvalidValueError,
    nearest,
    sentence,
    shown,
)
from chainrule.files.tables import plain
from chainrule.files.tables.category import Category
from chainrule.files.tables.class_target import Classes, Label
from chainrule.files.tables.column import TEXT, column_of
from chainrule.files.tables.names import all_different, unknown_column
from chainrule.files.tables.number_target import Numbers
from chainrule.files.tables.numeric import Numeric
from chainrule.files.tables.wording import described, listed, place
from chainrule.network.accept import refuse_too_large
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl

Input = Numeric | Category
Target = Classes | Numbers

INPUT_KINDS: dict[str, type[Input]] = {"number": Numeric, "boolean": Numeric, "category": Category}
TARGET_KINDS: dict[str, type[Target]] = {"classes": Classes, "numbers": Numbers}


@dataclass(frozen=True)
class Encoder:
    """What was learned from the training rows about how a table becomes numbers.

    `chainrule.files.tables.fit_encoder` makes it. It never changes a table.

    Parameters
    ----------
    inputs : tuple
        How each input column becomes numbers, in their order.
    target : Classes or Numbers
        How the target does, and what outputs mean.
    set_aside : tuple of str
        Columns of the training table that are neither: dropped, constant, or without values.
    keep : tuple of str
        Columns that go into tables of predictions as they are.
    weight : str or None
        The column of row weights.
    notes : tuple of str
        What was guessed, and what a person should know, a clause for each.
    """

    inputs: tuple[Input, ...]
    target: Target
    set_aside: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    weight: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns of X, all different."""
        return all_different(name for column in self.inputs for name in column.columns)

    @property
    def task(self) -> str:
        """What the target is: "class" or "number"."""
        return "class" if isinstance(self.target, Classes) else "number"

    @property
    def classes(self) -> tuple[Label, ...] | None:
        """The labels of the classes in the order of the outputs, None for numbers."""
        return self.target.labels if isinstance(self.target, Classes) else None

    @property
    def outputs(self) -> int:
        """How many outputs a network has for the target."""
        return self.target.outputs

    @property
    def text_columns(self) -> list[str]:
        """The columns that `read_table` is to keep as text: categories, labels, and what is kept.

        A category 007 must not become the number 7 because a table happens to have no other.
        """
        inputs = [column.name for column in self.inputs if isinstance(column, Category)]
        targets = self.target.names if self.target.is_text else ()
        return [*inputs, *targets, *self.keep]

    def encode(self, frame: "pl.DataFrame") -> Array:
        """Return the inputs of a table.

        Parameters
        ----------
        frame : polars.DataFrame
            With the input columns, in any order; others are left alone.

        Returns
        -------
        array of float32, shape (n, len(self.columns))

        Raises
        ------
        InvalidTypeError
            If it is no such table, or a column holds another kind of values than in training.
        InvalidValueError
            If columns are missing, or a number is infinite or beyond float32; row and column are named.
        TooLargeError
            If the array would not fit into this machine; nothing is allocated then.
        """
        require_rows(frame)
        self._require_columns(frame.columns)
        width = sum(len(column.columns) for column in self.inputs)
        refuse_too_large("the encoded table", 4 * frame.height * width)
        X = np.zeros((frame.height, width), dtype=np.float32)
        start = 0
        for column in self.inputs:
            end = start + len(column.columns)
            column.encode(column_of(frame, column.name), X[:, start:end])
            start = end
        return X

    def encode_target(self, frame: "pl.DataFrame") -> Array:
        """Return the target of a table.

        Returns
        -------
        array of float32, shape (n, self.outputs)
            Classes one-hot, numbers standardized.

        Raises
        ------
        InvalidTypeError, InvalidValueError
            If it is not there, has missing or infinite values, or a class that is not known.
        """
        require_rows(frame)
        return self.target.encode(frame)

    def decode(self, outputs: object) -> "pl.DataFrame":
        """Return what outputs of a network mean.

        Parameters
        ----------
        outputs : array, shape (n, self.outputs)

        Returns
        -------
        polars.DataFrame
            For classes the label, in the column of the target's name, and ``probability_LABEL`` for
            each; for numbers each target in its own units.

        Raises
        ------
        InvalidValueError
            If the shape is another one, or an output is not finite.
        """
        return self.target.decode(outputs)

    def weights(self, frame: "pl.DataFrame") -> Array | None:
        """Return the weights of a table's rows, float64, shape (n,); None if there is no such column.

        Raises
        ------
        InvalidValueError
            If one is missing, infinite or below 0, or all are 0.
        """
        if self.weight is None:
            return None
        return weights_of(frame, self.weight)

    def remarks(self, frame: "pl.DataFrame") -> list[str]:
        """Say what is unusual about a table in the light of the training rows.

        Returns
        -------
        list of str
            A clause for each: categories that no training row had, with their number; missing
            values where there was none; columns that were not there.
        """
        remarks = [
            remark for column in self.inputs for remark in column.remarks(column_of(frame, column.name))
        ]
        known = {*self._input_names, *self.target.names, *self.set_aside, *self.keep, self.weight}
        others = [name for name in frame.columns if name not in known]
        if others:
            remarks.append(f"columns that were not there in training are left alone: {listed(others)}")
        return remarks

    @property
    def _input_names(self) -> list[str]:
        return [column.name for column in self.inputs]

    def _require_columns(self, names: list[str]) -> None:
        """Refuse a table without all of the input columns; say the difference by name."""
        lacking = [name for name in self._input_names if name not in names]
        if not lacking:
            return
        others = [name for name in names if name not in self._input_names]
        close = nearest(lacking[0], others)
        hint = f" ({shown(lacking[0])} might be {shown(close)})" if close else ""
        there = f"the columns {listed(names)}"
        raise InvalidValueError(
            f"the table had {there}, but not {listed(lacking)}; it may have every input of the training{hint}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the encoder as plain data: dicts, lists, text, numbers and booleans, ready for JSON."""
        return {
            "inputs": [column.to_dict() for column in self.inputs],
            "target": self.target.to_dict(),
            "set_aside": list(self.set_aside),
            "keep": list(self.keep),
            "weight": self.weight,
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, data: object) -> "Encoder":
        """Build an encoder from what `to_dict` gave; nothing in it is believed unchecked.

        Raises
        ------
        InvalidFileError
            If it is anything else, with the part that is wrong.
        """
        names = ("inputs", "target", "set_aside", "keep", "weight", "notes")
        inputs, target, set_aside, keep, weight, notes = plain.fields("the encoder", data, names)
        encoder = cls(
            inputs=plain.several("the list of inputs", inputs, input_from_dict, 1),
            target=kind_of("the target", target, TARGET_KINDS).from_dict(target),
            set_aside=plain.several("the list of columns set aside", set_aside, plain.text),
            keep=plain.several("the list of columns to keep", keep, plain.text),
            weight=None if weight is None else plain.text("the column of weights", weight),
            notes=plain.several("the list of notes", notes, plain.text),
        )
        plain.different("the list of inputs and targets", (*encoder._input_names, *encoder.target.names))
        return encoder


def input_from_dict(thing: str, data: object) -> Input:
    """Build an input column from plain data that came out of a file."""
    return kind_of(thing, data, INPUT_KINDS).from_dict(thing, data)


def kind_of(thing: str, data: object, kinds: dict[str, Any]) -> Any:
    """Return the class that plain data says it belongs to."""
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise InvalidFileError(sentence(f"the kind of {thing}", kind, ", ".join(kinds)))
    return kinds[kind]


def require_rows(frame: object) -> None:
    """Refuse what is no polars table, or one without rows."""
    height = getattr(frame, "height", None)
    if not isinstance(height, int):
        hint = "polars.from_pandas makes one of a pandas table"
        raise InvalidTypeError(
            described("the table", f"a {type(frame).__name__}", "a polars.DataFrame", hint)
        )
    if height == 0:
        raise InvalidValueError(sentence("the number of rows", 0, "1 or above"))


def weights_of(frame: "pl.DataFrame", name: str) -> Array:
    """Return a column of row weights, each 0 or above and not all 0."""
    if name not in frame.columns:
        raise unknown_column("the column of weights", name, frame.columns)
    column = column_of(frame, name)
    if column.kind == TEXT:
        raise InvalidTypeError(described(f"the column of weights {shown(name)}", "text", "numbers"))
    found = column.numbers()
    wrong = np.flatnonzero(~(found >= 0))
    if len(wrong):
        was = "missing" if np.isnan(found[wrong[0]]) else f"{found[wrong[0]]:g}"
        raise InvalidValueError(described(f"the weight in {place(name, int(wrong[0]))}", was, "0 or above"))
    if not found.any():
        raise InvalidValueError(sentence("the sum of the weights", 0, "above 0"))
    return found
