"""What a column of text holds: numbers, whole numbers, booleans, or text after all.

A column is numbers when every field of it is one that is not missing. polars would guess from the
first rows, and knows neither ``True`` nor ``NA``.
"""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from chainrule.files.tables.optional import polars

if TYPE_CHECKING:
    import polars as pl

MISSING = ("", "null", "nan")  # in any column, in capitals or not
MISSING_NUMBER = (*MISSING, "na", "n/a")  # among numbers; in a column of text these are text
BOOLEANS = ("true", "false")


def typed(texts: "pl.LazyFrame", names: list[str], keep_as_text: Collection[str]) -> "pl.DataFrame":
    """Return a table of text with every column as what it holds.

    Parameters
    ----------
    texts : polars.LazyFrame
        Columns of text, called "0", "1", ...; what polars makes of a name of somebody's own that
        looks like a pattern, ``^a$``, would be another column.
    names : list of str
        What they are called at last.
    keep_as_text : collection of str
        Names of columns that stay text, whatever is in them.

    Returns
    -------
    polars.DataFrame
        Int64 for whole numbers, Float64, Boolean or String, missing fields as null, or as NaN where
        they say so; a column without any field is one of Float64. The text passes by two or three
        times and is never held as a whole.
    """
    columns = [str(number) for number in range(len(names))]
    kinds = kinds_of(texts, columns)
    found = texts.select(
        as_text(column) if name in keep_as_text else as_kind(column, kinds[column])
        for name, column in zip(names, columns, strict=True)
    ).collect(engine="streaming")
    found.columns = names
    return found


def kinds_of(texts: "pl.LazyFrame", columns: list[str]) -> dict[str, Any]:
    """Return which of polars' types each column of text is one of."""
    pl = polars()
    counts = counted(texts, columns, count_numbers)
    # Words take longer to look at than numbers, and few columns have any.
    with_words = [each for each in columns if counts[f"{each} fields"] > counts[f"{each} numbers"]]
    counts |= counted(texts, with_words, count_words)
    kinds = {}
    for column in columns:
        numbers, whole = counts[f"{column} numbers"], counts[f"{column} whole"]
        if not counts.get(f"{column} words"):
            kinds[column] = pl.Int64 if 0 < numbers == whole else pl.Float64
        elif counts[f"{column} words"] == counts[f"{column} booleans"] and not counts[f"{column} numerals"]:
            kinds[column] = pl.Boolean
        else:
            kinds[column] = pl.String
    return kinds


def counted(
    texts: "pl.LazyFrame", columns: list[str], counts_of: "Callable[[str], dict[str, pl.Expr]]"
) -> dict[str, int]:
    """Count something in each of some columns; the counts are called "column what"."""
    counts = [
        expression.sum().alias(f"{column} {what}")
        for column in columns
        for what, expression in counts_of(column).items()
    ]
    return texts.select(counts).collect(engine="streaming").row(0, named=True) if counts else {}


def count_numbers(column: str) -> "dict[str, pl.Expr]":
    """Return what tells numbers; NaN is one of them here."""
    pl = polars()
    field = stripped(column)
    return {
        "fields": field.is_not_null(),
        "numbers": field.cast(pl.Float64, strict=False).is_not_null(),
        "whole": field.cast(pl.Int64, strict=False).is_not_null(),
    }


def count_words(column: str) -> "dict[str, pl.Expr]":
    """Return what tells words that mean something, booleans among them, and numbers that are no NaN."""
    field = stripped(column)
    number = field.cast(polars().Float64, strict=False)
    word = field.filter(number.is_null()).str.to_lowercase()
    return {
        "words": ~word.is_in(MISSING_NUMBER),
        "booleans": word.is_in(BOOLEANS),
        "numerals": number.is_not_nan(),
    }


def as_kind(column: str, kind: Any) -> "pl.Expr":
    """Return a column of text as one of polars' types; what is none of its values is missing."""
    pl = polars()
    if kind == pl.String:
        return as_text(column)
    if kind == pl.Boolean:
        word = stripped(column).str.to_lowercase()
        return pl.when(word.is_in(BOOLEANS)).then(word == "true").alias(column)
    return stripped(column).cast(kind, strict=False)


def as_text(column: str) -> "pl.Expr":
    """Return a column as text, its missing fields as null."""
    field = stripped(column)
    return polars().when(~field.str.to_lowercase().is_in(MISSING)).then(field).alias(column)


def stripped(column: str) -> "pl.Expr":
    """Return a column's fields without the spaces around them."""
    field: pl.Expr = polars().col(column).str.strip_chars()
    return field
