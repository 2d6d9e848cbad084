r"""Text that is something else in disguise: ``1,5``, ``$5``, ``31/12/2024``.

As categories they would be nonsense that trains. Patterns are those of Rust's regex, in which \d
is every digit of every script.
"""

from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidValueError, sentence
from chainrule.files.tables.column import NOT_A_DATE, Column
from chainrule.files.tables.optional import polars
from chainrule.files.tables.text_kinds import MISSING_NUMBER
from chainrule.files.tables.wording import place

if TYPE_CHECKING:
    import polars as pl

GROUPED = r"\d{1,3}(?:[.,'’_\s]\d{3})+"  # 1 234, 1.234.567
NUMBER = rf"(?:(?:{GROUPED}|\d+)(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?"
SIGN = r"[+\-−]?"
# Sc are the signs of currencies.
DISGUISED_NUMBER = rf"^\(?{SIGN}\s*\p{{Sc}}?\s*{SIGN}\s*{NUMBER}\s*[%‰\p{{Sc}}]?\)?$"

TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?(?:Z|\s?[+-]\d{2}:?\d{2})?"
MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DAY = "|".join(
    (
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}",
        r"\d{1,2}/\d{1,2}/\d{2}",
        rf"\d{{1,2}}[-\s]{MONTH}[-\s,]+\d{{2,4}}",
        rf"{MONTH}\s\d{{1,2}},?\s\d{{4}}",
    )
)
DATE = rf"^(?:(?:{DAY})(?:[T\s]\s?{TIME})?|{TIME})$"

A_NUMBER = "a number such as 1234.5"
NOT_A_NUMBER = "write it with a decimal point and nothing else"


def refuse_disguise(column: Column, or_else: str = "") -> None:
    """Refuse a column of text that is all numbers in disguise, or all dates.

    Parameters
    ----------
    column : Column
        One of text.
    or_else : str
        What else can be done about it, for the hint.

    Raises
    ------
    InvalidValueError
        Naming the column, the first row that shows it, and what to do.

    Examples
    --------
    >>> import polars as pl
    >>> from chainrule.files.tables.column import column_of
    >>> refuse_disguise(column_of(pl.DataFrame({"price": ["2", "1,5"]}), "price"))
    Traceback (most recent call last):
    chainrule.errors.InvalidValueError: the column 'price' in row 2 was '1,5'; it may be a number ...
    """
    texts = column.values
    missing = texts.is_null() | texts.str.to_lowercase().is_in(MISSING_NUMBER)
    number = is_number(texts)
    disguised = texts.str.contains(DISGUISED_NUMBER) & ~number
    date = texts.str.contains(DATE)
    for found, others, may_be, hint in (
        (disguised, number, A_NUMBER, NOT_A_NUMBER),
        (date, missing, "a number or a category", f"this is a date or a time: {NOT_A_DATE}"),
    ):
        if found.any() and (found | others | missing).all():
            index = int(np.argmax(found.fill_null(False).to_numpy()))
            raise InvalidValueError(sentence(place(column.name, index), texts[index], may_be, hint + or_else))


def is_number(texts: "pl.Series") -> "pl.Series":
    """Return which texts are plain numbers."""
    return texts.cast(polars().Float64, strict=False).is_not_null()


def first_text(texts: "pl.Series") -> int | None:
    """Return the first row, from 0, whose text is no number; None if all are numbers or missing."""
    others = (~is_number(texts) & texts.is_not_null()).to_numpy()
    return int(np.argmax(others)) if others.any() else None
