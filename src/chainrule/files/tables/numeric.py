"""An input column of numbers, or of booleans: standardized, its missing values filled."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import InvalidFileError, InvalidTypeError, InvalidValueError, sentence, shown
from chainrule.files.tables import plain
from chainrule.files.tables.column import BOOLEANS, NOTHING, NUMBERS, TEXT, Column
from chainrule.files.tables.disguise import first_text
from chainrule.files.tables.standard import mean_and_scale, standardized
from chainrule.files.tables.wording import described, place
from chainrule.network.array import Array


@dataclass(frozen=True)
class Numeric:
    """How a column of numbers or booleans becomes one or two columns of numbers.

    Parameters
    ----------
    name : str
        The column.
    boolean : bool
        Whether it is true and false; then `center` is 0 and `scale` 1.
    center, scale : float
        What is subtracted, and what it is divided by then. A scale of 0 is that of a constant
        column, which becomes no number.
    fill : float
        What stands for a missing value, in the column's own units: the mean.
    missing : bool
        Whether another column says where values are missing: whether there were any in training.
    """

    name: str
    boolean: bool
    center: float
    scale: float
    fill: float
    missing: bool

    @property
    def kind(self) -> str:
        """What the column holds."""
        return BOOLEANS if self.boolean else NUMBERS

    @property
    def columns(self) -> list[str]:
        """The names of the columns that it becomes."""
        return [self.name] * (self.scale > 0) + [f"{self.name} is missing"] * self.missing

    def encode(self, column: Column, out: Array) -> None:
        """Write the column into `out`, float32, shape (n, len(self.columns)).

        Raises
        ------
        InvalidTypeError
            If it does not hold what it held in training.
        InvalidValueError
            If a number is infinite, or too far from the others for float32.
        """
        if column.kind not in (self.kind, NOTHING):
            raise self.other_kind(column)
        found = column.numbers()
        missing = np.isnan(found)
        if self.scale > 0:
            filled = np.where(missing, self.fill, found)
            with np.errstate(over="ignore"):
                out[:, 0] = standardized(filled, self.center, self.scale)
            refuse_too_far(self.name, out[:, 0], found)
        if self.missing:
            out[:, -1] = missing

    def other_kind(self, column: Column) -> InvalidTypeError:
        """Build the error for a column that held something else in training."""
        thing, was = f"the column {shown(self.name)}", column.kind
        if column.kind == TEXT:
            index = first_text(column.values) or 0  # text that is all digits is still text
            thing, was = place(self.name, index), shown(column.values[index])
        return InvalidTypeError(described(thing, was, f"{self.kind}, as in training"))

    def remarks(self, column: Column) -> list[str]:
        """Say what is unusual about a column in the light of the training rows."""
        missing = column.values.null_count()
        if not missing or self.missing:
            return []
        return [
            f"rows without {shown(self.name)}, which every training row has: {missing:,} "
            f"(the mean, {self.fill:g}, stands for it)"
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the column as plain data."""
        return {
            "kind": "boolean" if self.boolean else "number",
            "name": self.name,
            "center": self.center,
            "scale": self.scale,
            "fill": self.fill,
            "missing": self.missing,
        }

    @classmethod
    def from_dict(cls, thing: str, data: object) -> "Numeric":
        """Build the column from plain data that came out of a file."""
        names = ("kind", "name", "center", "scale", "fill", "missing")
        kind, name, center, scale, fill, missing = plain.fields(thing, data, names)
        column = cls(
            name=plain.text(f"the name of {thing}", name),
            boolean=kind == "boolean",
            center=plain.finite(f"the center of {thing}", center),
            scale=plain.finite(f"the scale of {thing}", scale),
            fill=plain.finite(f"the fill of {thing}", fill),
            missing=plain.flag(f"the missing flag of {thing}", missing),
        )
        plain_boolean = (column.center, column.scale in (0, 1)) == (0, True)
        if column.scale < 0 or not column.columns or (column.boolean and not plain_boolean):
            raise InvalidFileError(sentence(f"the scale of {thing}", scale, "one that goes with the rest"))
        return column


def fit_numeric(column: Column, learned: Array) -> tuple[Numeric, list[str]]:
    """Learn from the training rows how a column of numbers or booleans becomes numbers.

    Parameters
    ----------
    column : Column
        All rows of it.
    learned : array of int
        The training rows, from 0.

    Returns
    -------
    numeric : Numeric
        Without columns if there is nothing to learn from it.
    notes : list of str
        What a person should know about it.
    """
    found = column.numbers()[learned]
    missing = np.isnan(found)
    present = found[~missing]
    mean, scale = mean_and_scale(present) if len(present) else (0.0, 0.0)
    center, boolean = mean, column.kind == BOOLEANS
    if boolean:
        center, scale = 0.0, float(scale > 0)
    numeric = Numeric(column.name, boolean, center, scale, mean, bool(missing.any() and len(present)))
    if not numeric.missing:
        return numeric, []
    note = f"rows without {shown(column.name)}: {missing.sum():,} (the mean, {mean:g}, stands for it)"
    return numeric, [note]


def refuse_too_far(name: str, encoded: Array, values: Array) -> None:
    """Refuse a number that is so far from the training rows that float32 cannot say how far."""
    beyond = np.flatnonzero(~np.isfinite(encoded))
    if len(beyond):
        was = f"{values[beyond[0]]:g}"
        raise InvalidValueError(
            described(place(name, int(beyond[0])), was, "nearer to the numbers of the training rows")
        )
