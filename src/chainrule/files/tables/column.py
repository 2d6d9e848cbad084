"""What an encoder sees of a column: numbers, booleans or text, what is missing, and nothing else."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainrule.errors import InvalidTypeError, InvalidValueError, sentence, shown
from chainrule.files.tables.optional import polars
from chainrule.files.tables.text_kinds import as_text
from chainrule.files.tables.wording import described, place
from chainrule.network.array import Array

if TYPE_CHECKING:
    import polars as pl

NUMBERS, BOOLEANS, TEXT, NOTHING = "numbers", "true and false", "text", "nothing"
LEAVE_OUT = "leave the column out with --drop"
NOT_A_DATE = "turn it into numbers, such as days since the first"


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        Its name.
    kind : {NUMBERS, BOOLEANS, TEXT, NOTHING}
        What it holds; NOTHING where every value is missing.
    values : polars.Series
        The values, null where they are missing, text without the spaces around it. The series is
        called "0": polars takes a name such as ``^x$`` for a pattern, even of a series that is alone.
    """

    name: str
    kind: str
    values: "pl.Series"

    def numbers(self) -> Array:
        """Return a column of numbers or booleans as float64, shape (n,), NaN where they are missing.

        Raises
        ------
        InvalidValueError
            If one is infinite; the column and the row, counted from 1, are named.
        """
        found: Array = self.values.cast(polars().Float64).to_numpy()
        infinite = np.flatnonzero(np.isinf(found))
        if len(infinite):
            index = int(infinite[0])
            raise InvalidValueError(sentence(place(self.name, index), found[index], "a finite number"))
        return found


def column_of(frame: "pl.DataFrame", name: str) -> Column:
    """Return a column of a table.

    Missing are null, NaN, and the empty text, "null" and "NaN", in capitals or not.

    Raises
    ------
    InvalidTypeError
        If it holds dates, times, lists or anything else.

    Examples
    --------
    >>> import polars as pl
    >>> column = column_of(pl.DataFrame({"color": ["red ", "", None]}), "color")
    >>> column.kind, column.values.to_list()
    ('text', ['red', None, None])
    """
    pl = polars()
    series = frame.get_column(name).alias("0")
    dtype = series.dtype
    if dtype.is_integer():  # these keep their type: float64 holds not all of them
        kind, values = NUMBERS, series
    elif dtype.is_numeric():
        kind, values = NUMBERS, series.cast(pl.Float64).fill_nan(None)
    elif dtype == pl.Boolean:
        kind, values = BOOLEANS, series
    elif dtype in (pl.String, pl.Categorical, pl.Enum):
        kind, values = TEXT, series.cast(pl.String).to_frame().select(as_text("0")).to_series()
    elif dtype == pl.Null:
        kind, values = NOTHING, series
    else:
        hint = f"{NOT_A_DATE}, or {LEAVE_OUT}" if dtype.is_temporal() else LEAVE_OUT
        thing, was = f"the column {shown(name)}", f"of the type {dtype}"
        raise InvalidTypeError(described(thing, was, "numbers, booleans or text", hint))
    return Column(name, NOTHING if values.null_count() == len(values) else kind, values)
