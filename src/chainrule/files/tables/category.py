"""An input column of text: a column of 0 and 1 for each category."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InvalidValueError, shown
from chainrule.files.tables import plain
from chainrule.files.tables.column import LEAVE_OUT, Column
from chainrule.files.tables.disguise import first_text, is_number, refuse_disguise
from chainrule.files.tables.optional import polars
from chainrule.files.tables.wording import described, listed, place
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl

MOST_CATEGORIES = 1_000
LONGEST_CATEGORY = 1_000  # characters; what is longer is prose


@dataclass(frozen=True)
class Category:
    """How a column of text becomes columns of 0 and 1.

    Parameters
    ----------
    name : str
        The column.
    categories : tuple of str
        Those of the training rows, sorted. A text that is none of them becomes zeros.
    missing : bool
        Whether a missing value is a category too: whether there were any in training.
    """

    name: str
    categories: tuple[str, ...]
    missing: bool

    @property
    def columns(self) -> list[str]:
        """The names of the columns that it becomes."""
        names = [f"{self.name}={each}" for each in self.categories]
        return names + [f"{self.name} is missing"] * self.missing

    def encode(self, column: Column, out: Array) -> None:
        """Write the column into `out`, float32, shape (n, len(self.columns)), which is all 0."""
        texts = column.values.cast(polars().String)  # a number stands for its digits
        known = codes(texts, self.categories)
        rows = np.flatnonzero(known >= 0)
        out[rows, known[rows]] = 1
        if self.missing:
            out[:, -1] = texts.is_null().to_numpy()

    def remarks(self, column: Column) -> list[str]:
        """Say how many rows have a category that was in no training row."""
        texts = column.values.cast(polars().String)  # a number stands for its digits
        unseen = texts.filter(np.asarray(codes(texts, self.categories) < 0)).drop_nulls()
        missing = 0 if self.missing else texts.null_count()
        remarks = []
        if len(unseen):
            count = f"{len(unseen):,} ({listed(unseen.unique().sort().to_list())})"
            remarks.append(f"rows with a category of {shown(self.name)} that no training row has: {count}")
        if missing:
            remarks.append(f"rows without {shown(self.name)}, which every training row has: {missing:,}")
        return remarks

    def to_dict(self) -> dict[str, Any]:
        """Return the column as plain data."""
        return {
            "kind": "category",
            "name": self.name,
            "categories": list(self.categories),
            "missing": self.missing,
        }

    @classmethod
    def from_dict(cls, thing: str, data: object) -> "Category":
        """Build the column from plain data that came out of a file."""
        _, name, categories, missing = plain.fields(thing, data, ("kind", "name", "categories", "missing"))
        named = f"the list of categories of {thing}"
        found = plain.several(named, categories, plain.text, 1, MOST_CATEGORIES)
        return cls(
            name=plain.text(f"the name of {thing}", name),
            categories=plain.different(named, found),
            missing=plain.flag(f"the missing flag of {thing}", missing),
        )


def fit_category(column: Column, learned: Array) -> tuple[Category, list[str]]:
    """Learn from the training rows which categories a column of text has.

    Parameters
    ----------
    column : Column
        All rows of it.
    learned : array of int
        The training rows, from 0.

    Returns
    -------
    category : Category
        Without categories if there is nothing to learn from it.
    notes : list of str
        What a person should know about it.

    Raises
    ------
    InvalidValueError
        If there are too many or too long categories, or the text is numbers or dates in disguise.
    """
    refuse_disguise(column, or_else=f", or {LEAVE_OUT}")
    refuse_prose(column)
    found = column.values.gather(learned)
    refuse_too_many(column.name, found)
    categories = tuple(found.drop_nulls().unique().sort().to_list())
    missing = found.null_count() > 0
    if len(categories) + missing < 2:
        return Category(column.name, (), missing=False), []
    return Category(column.name, categories, missing), remarks_on(column, found, len(categories))


def refuse_too_many(name: str, found: "pl.Series") -> None:
    """Refuse a column with more categories than one-hot columns make sense for."""
    count = found.drop_nulls().n_unique()
    if count > MOST_CATEGORIES:
        hint = f"text that is different everywhere says nothing of other rows; {LEAVE_OUT}"
        first = first_text(found)
        if first is not None and is_number(found).sum():
            hint = f"{shown(found[first])} is no number, others are; mend it, or {LEAVE_OUT}"
        raise InvalidValueError(
            described(
                f"the number of categories of the column {shown(name)}",
                f"{count:,}",
                f"at most {MOST_CATEGORIES:,}",
                hint,
            )
        )


def refuse_prose(column: Column) -> None:
    """Refuse a column in which a text is too long to be a category."""
    lengths = column.values.str.len_chars().fill_null(0).to_numpy()
    if lengths.max() > LONGEST_CATEGORY:
        index = int(np.argmax(lengths > LONGEST_CATEGORY))
        was = f"{lengths[index]:,} characters long"
        may_be = f"at most {LONGEST_CATEGORY:,} characters long"
        raise InvalidValueError(described(place(column.name, index), was, may_be, LEAVE_OUT))


def remarks_on(column: Column, found: "pl.Series", count: int) -> list[str]:
    """Say what makes a column of categories look as if it were meant as something else."""
    name, texts = shown(column.name), column.values
    digits = int(is_number(texts).sum())
    first = first_text(texts)
    if first is not None and 2 * digits > len(texts) - texts.null_count():
        return [
            f"{name} is taken as {count:,} categories, because {shown(texts[first])} in row {first + 1:,} "
            f"is no number, though {digits:,} others are"
        ]
    if count == len(found):
        return [f"{name} is different in every row: if it only names the rows, leave it out with --drop"]
    return []


def codes(texts: "pl.Series", categories: tuple[str, ...]) -> Array:
    """Return the place of each text among the categories, shape (n,); -1 for none, or missing."""
    places = range(len(categories))
    found: Array = texts.replace_strict(
        list(categories), list(places), default=-1, return_dtype=polars().Int32
    ).to_numpy()
    return found
