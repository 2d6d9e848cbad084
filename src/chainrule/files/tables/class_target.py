"""A target of classes: one output for each, and the label of the largest on the way back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InvalidFileError, InvalidValueError, sentence
from chainrule.files.tables import plain
from chainrule.files.tables.category import MOST_CATEGORIES
from chainrule.files.tables.names import all_different
from chainrule.files.tables.optional import polars
from chainrule.files.tables.target_column import checked_outputs, target_column
from chainrule.files.tables.wording import described, listed, place
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl

Label = str | bool | int | float

WHOLE_LABELS = range(-(2**63), 2**63)  # what an Int64 holds
KINDS_OF_LABELS: dict[str, tuple[type, ...]] = {"text": (str,), "boolean": (bool,), "number": (int, float)}


@dataclass(frozen=True)
class Classes:
    """A target of classes: one output for each.

    Parameters
    ----------
    name : str
        The column.
    labels : tuple of str, bool, or of whole numbers and floats
        What its values are, sorted; two or more.
    """

    name: str
    labels: tuple[Label, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it is made of."""
        return (self.name,)

    @property
    def outputs(self) -> int:
        """How many outputs a network has for it."""
        return len(self.labels)

    @property
    def is_text(self) -> bool:
        """Whether the labels are text."""
        return isinstance(self.labels[0], str)

    def codes(self, frame: "pl.DataFrame") -> Array:
        """Return the place of each row's label, int, shape (n,).

        Raises
        ------
        InvalidValueError
            If a row has none, or one that is not known.
        """
        values = target_column(frame, self.name).values
        if self.is_text:
            values = values.cast(polars().String)
        # A dictionary, since in Python 1 == 1.0, which polars' types keep apart.
        places = {label: index for index, label in enumerate(self.labels)}
        found = values.unique()
        of_found = [places.get(value, -1) for value in found.to_list()]
        codes: Array = values.replace_strict(found, of_found, return_dtype=polars().Int64).to_numpy()
        unknown = np.flatnonzero(codes < 0)
        if len(unknown):
            index = int(unknown[0])
            may_be = f"one of the classes of the training rows, {listed(self.labels)}"
            raise InvalidValueError(sentence(place(self.name, index), values[index], may_be))
        return codes

    def encode(self, frame: "pl.DataFrame") -> Array:
        """Return the target one-hot: float32, shape (n, outputs)."""
        codes = self.codes(frame)
        Y = np.zeros((len(codes), self.outputs), dtype=np.float32)
        Y[np.arange(len(codes)), codes] = 1
        return Y

    def decode(self, outputs: object) -> "pl.DataFrame":
        """Return the label with the largest output of each row, and every output as a probability."""
        pl = polars()
        A = checked_outputs(outputs, self.outputs)
        labels = pl.Series(self.labels).gather(A.argmax(axis=1))
        names = all_different([self.name, *(f"probability_{each}" for each in self.labels)])
        return pl.DataFrame([*map(pl.Series, names, [labels, *A.T.astype(np.float64)])])

    def to_dict(self) -> dict[str, Any]:
        """Return the target as plain data."""
        return {"kind": "classes", "name": self.name, "labels": list(self.labels)}

    @classmethod
    def from_dict(cls, data: object) -> "Classes":
        """Build the target from plain data that came out of a file."""
        _, name, labels = plain.fields("the target", data, ("kind", "name", "labels"))
        thing = "the list of labels"
        found = plain.different(thing, plain.several(thing, labels, label, 2, MOST_CATEGORIES))
        if not any(all(type(each) in types for each in found) for types in KINDS_OF_LABELS.values()):
            raise InvalidFileError(described(thing, "of several kinds", "text, numbers or booleans"))
        return cls(plain.text("the name of the target", name), found)


def label(thing: str, value: object) -> Label:
    """Return a label that came out of a file."""
    if isinstance(value, str):
        return plain.text(thing, value)
    if isinstance(value, float) or not isinstance(value, bool | int):
        return plain.finite(thing, value)
    if value not in WHOLE_LABELS:
        raise InvalidFileError(sentence(thing, value, "a whole number of 64 bits"))
    return value
