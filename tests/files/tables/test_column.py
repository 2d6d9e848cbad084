"""A column is numbers, booleans, text or nothing; what is missing is null."""

import datetime
import decimal
import math

import numpy as np
import polars as pl
import pytest
from table_checks import refused

from chainrule.errors import InvalidTypeError, InvalidValueError
from chainrule.files.tables.column import BOOLEANS, NOTHING, NUMBERS, TEXT, column_of


@pytest.mark.parametrize(
    ("series", "kind", "values"),
    [
        (pl.Series([1, None, 3]), NUMBERS, [1, None, 3]),
        (pl.Series([1.5, float("nan"), None]), NUMBERS, [1.5, None, None]),
        (pl.Series([1.5, float("nan")], dtype=pl.Float32), NUMBERS, [1.5, None]),
        (pl.Series([decimal.Decimal("1.5"), None]), NUMBERS, [1.5, None]),
        (pl.Series([2**64 - 1], dtype=pl.UInt64), NUMBERS, [2**64 - 1]),
        (pl.Series([True, None]), BOOLEANS, [True, None]),
        (pl.Series(["a ", "", "NULL", "nan", None, "NA"]), TEXT, ["a", None, None, None, None, "NA"]),
        (pl.Series(["a", "b"], dtype=pl.Categorical), TEXT, ["a", "b"]),
        (pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])), TEXT, ["a", "b"]),
        (pl.Series([None, None]), NOTHING, [None, None]),
        (pl.Series([float("nan")]), NOTHING, [None]),
        (pl.Series(["", " "]), NOTHING, [None, None]),
        (pl.Series([None], dtype=pl.Boolean), NOTHING, [None]),
    ],
)
def test_kinds(series, kind, values):
    for name in ("x", "^x$", "*", "count", ""):
        column = column_of(pl.DataFrame({"y": series, name: series}), name)
        assert (column.name, column.kind) == (name, kind)
        assert column.values.to_list() == values


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            [datetime.date(2024, 1, 1)],
            "was of the type Date; it may be numbers, booleans or text (turn it into",
        ),
        ([datetime.datetime(2024, 1, 1)], "days since the first, or leave the column out with --drop"),
        ([datetime.time(1)], "was of the type Time"),
        ([datetime.timedelta(1)], "was of the type Duration"),
        (
            [[1]],
            "was of the type List(Int64); it may be numbers, booleans or text (leave the column out with",
        ),
        ([{"a": 1}], "was of the type Struct"),
        ([b"x"], "was of the type Binary"),
        ([object()], "was of the type Object"),
    ],
)
def test_refused(values, words):
    with refused(words, InvalidTypeError):
        column_of(pl.DataFrame({"x": pl.Series(values)}), "x")


def test_numbers():
    frame = pl.DataFrame({"x": [1.0, None, math.inf], "y": [1, None, 2], "z": [True, False, None]})
    np.testing.assert_array_equal(column_of(frame, "y").numbers(), [1, math.nan, 2])
    np.testing.assert_array_equal(column_of(frame, "z").numbers(), [1, 0, math.nan])
    for sign, infinite in ((1, "inf"), (-1, "-inf")):
        with refused(f"the column 'x' in row 3 was {infinite}; it may be a finite number", InvalidValueError):
            column_of(frame.with_columns(pl.col("x") * sign), "x").numbers()
