"""Numbers and dates in disguise are refused by row; categories that only resemble them are not."""

import polars as pl
import pytest
from table_checks import refused

from chainrule.errors import InvalidValueError
from chainrule.files.tables.column import column_of
from chainrule.files.tables.disguise import first_text
from chainrule.files.tables.disguise import refuse_disguise as refuse

NUMBERS = [
    "1,5", "-1,5", "1 234", "1\u00a0234,5", "1.234.567", "1,234,567.89", "1'234", "1’234.50", "1_000",
    "$5", "-$5", "$-5", "€ 1.234,56", "5 €", "£1", "¥100", "₹9", "50%", "12,5 %", "5‰", "(5)", "($1,234.50)",
    "−5", "１２", "٣", "1,5e3", ",5",
]  # fmt: skip
DATES = [
    "2024-01-31", "2024-1-3", "2024/01/31", "31/12/2024", "31.12.2024", "12-31-2024", "1/2/24",
    "2024-01-31T12:30:00Z", "2024-01-31 12:30:00.5", "2024-01-31 12:30:00+01:00", "12:30", "12:30:59",
    "1:05 pm",     "3 Jan 2024", "03-Jan-24", "January 3, 2024", "Sept 3 2024", "31/12/2024 10:30",
]  # fmt: skip
CATEGORIES = [
    "3+", "A1", "1-5", "5 kg", "red", "-", "%", "$", ".", "1.2.3", "12/2024 Q1", "room 12", "1:2:3:4",
    "Jan", "12 monkeys", "(a)", "+49 30 123", "e5", "1e",
]  # fmt: skip


def refuse_disguise(values, **options):
    refuse(column_of(pl.DataFrame({"^x$": pl.Series(values, dtype=pl.String)}), "^x$"), **options)


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text):
    with refused("the column '^x$' in row 4 was", InvalidValueError):
        refuse_disguise(["1", None, "NA", text, "2.5"])
    with refused("it may be a number such as 1234.5 (write it with a decimal point and nothing else)"):
        refuse_disguise([text])


@pytest.mark.parametrize("text", DATES)
def test_dates(text):
    with refused("a category (this is a date or a time: turn it into numbers", InvalidValueError):
        refuse_disguise([text, None, "N/A"])


@pytest.mark.parametrize("text", CATEGORIES)
def test_categories(text):
    refuse_disguise([text, "1"])
    refuse_disguise([text])


def test_plain_numbers_and_nothing_pass():
    refuse_disguise(["1", "-2.5e3", "inf", None])
    refuse_disguise([None, None])
    refuse_disguise(["1,5", "red"])
    refuse_disguise(["2024-01-31", "never"])


def test_what_else_can_be_done_is_said():
    with refused("nothing else, or leave it)"):
        refuse_disguise(["1,5"], or_else=", or leave it")


def test_first_text():
    assert first_text(pl.Series(["1", None, "x", "y"])) == 2
    assert first_text(pl.Series(["1", None])) is None
