"""A target of numbers: standardized for the network, and given back in its own units."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InvalidTypeError, InvalidValueError, sentence, shown
from chainrule.files.tables import plain
from chainrule.files.tables.column import TEXT
from chainrule.files.tables.numeric import refuse_too_far
from chainrule.files.tables.optional import polars
from chainrule.files.tables.standard import mean_and_scale, restored, standardized
from chainrule.files.tables.target_column import checked_outputs, constant, target_column
from chainrule.files.tables.wording import described
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Numbers:
    """A target of one or more columns of numbers: standardized, and given back in their own units.

    Parameters
    ----------
    names : tuple of str
        The columns.
    means, scales : tuple of float
        Of the training rows.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    is_text = False

    @property
    def outputs(self) -> int:
        """How many outputs a network has for it."""
        return len(self.names)

    def encode(self, frame: "pl.DataFrame") -> Array:
        """Return the target standardized: float32, shape (n, outputs)."""
        Y = np.empty((frame.height, self.outputs), dtype=np.float32)
        for c, name in enumerate(self.names):
            found = target_numbers(frame, name)
            with np.errstate(over="ignore"):
                Y[:, c] = standardized(found, self.means[c], self.scales[c])
            refuse_too_far(name, Y[:, c], found)
        return Y

    def decode(self, outputs: object) -> "pl.DataFrame":
        """Return outputs in the units of the target, in float64."""
        pl = polars()
        A = checked_outputs(outputs, self.outputs)
        columns = [restored(A[:, c], self.means[c], self.scales[c]) for c in range(self.outputs)]
        for name, column in zip(self.names, columns, strict=True):
            beyond = np.flatnonzero(~np.isfinite(column))
            if len(beyond):
                thing = f"the prediction of {shown(name)} in row {int(beyond[0]) + 1:,}"
                raise InvalidValueError(sentence(thing, column[beyond[0]], "a number that float64 holds"))
        return pl.DataFrame([pl.Series(name, each) for name, each in zip(self.names, columns, strict=True)])

    def to_dict(self) -> dict[str, Any]:
        """Return the target as plain data."""
        return {
            "kind": "numbers",
            "names": list(self.names),
            "means": list(self.means),
            "scales": list(self.scales),
        }

    @classmethod
    def from_dict(cls, data: object) -> "Numbers":
        """Build the target from plain data that came out of a file."""
        _, names, means, scales = plain.fields("the target", data, ("kind", "names", "means", "scales"))
        thing = "the list of targets"
        called = plain.different(thing, plain.several(thing, names, plain.text, 1))
        count = len(called)
        return cls(
            called,
            plain.several("the list of means", means, plain.finite, count, count),
            plain.several("the list of scales", scales, plain.positive, count, count),
        )


def fit_numbers(frame: "pl.DataFrame", names: tuple[str, ...], learned: Array) -> Numbers:
    """Learn the mean and the scale of each target from the training rows.

    Raises
    ------
    InvalidTypeError
        If a target is text.
    InvalidValueError
        If a target is constant in the training rows, or has missing or infinite values anywhere.
    """
    fitted = []
    for name in names:
        mean, scale = mean_and_scale(target_numbers(frame, name)[learned])
        if scale == 0:
            raise constant(name, mean)
        fitted.append((mean, scale))
    means, scales = zip(*fitted, strict=True)
    return Numbers(names, means, scales)


def target_numbers(frame: "pl.DataFrame", name: str) -> Array:
    """Return a target of numbers as float64, shape (n,)."""
    column = target_column(frame, name)
    if column.kind == TEXT:
        raise InvalidTypeError(described(f"the target {shown(name)}", "text", "a column of numbers"))
    return column.numbers()
