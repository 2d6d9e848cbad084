"""What fitting accepts, guesses, notes and refuses: every input that the contract names."""

import datetime
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import (
    check_held_out,
    check_plain_data,
    check_unchanged,
    columns_of_inputs,
    examples,
    read,
    refused,
)

from chainrule.errors import InvalidTypeError, InvalidValueError, UnknownNameError
from chainrule.files.tables import fit_encoder, target_classes

N = 12
COUNT = list(range(N))
LETTERS = ["a", "b"] * 6


def table(**columns):
    return pl.DataFrame({"x": COUNT, **columns})


# What a target is taken as.


@pytest.mark.parametrize(
    ("target", "classes", "why"),
    [
        (LETTERS, ("a", "b"), "because it is text"),
        ([True, False] * 6, (False, True), "because it is true and false"),
        ([1, -1] * 6, (-1, 1), "because it is 2 whole numbers with 3 rows or more each"),
        ([1.0, 2.0, 3.0] * 4, (1, 2, 3), "because it is 3 whole numbers"),
        ([0, 1, 2, 3] * 3, (0, 1, 2, 3), "(--task number takes it as a number)"),
        (
            [0, 1, 2, 3, 4, 5] * 2,
            None,
            "because it is not 20 or fewer whole numbers with 3 rows or more each",
        ),
        ([0.5, 1.5] * 6, None, "taken as a number"),
        (COUNT, None, "taken as a number"),
        ([0.0] * 11 + [1e300], None, "taken as a number"),
    ],
)
def test_guess(target, classes, why):
    encoder = fit_encoder(table(y=target), "y")
    assert encoder.classes == classes
    assert encoder.task == ("number" if classes is None else "class")
    assert why in encoder.notes[0]
    assert [type(each) for each in encoder.classes or ()] == [type(each) for each in classes or ()]


def test_twenty_values_are_classes_and_twenty_one_are_not():
    for count, task in ((20, "class"), (21, "number")):
        frame = pl.DataFrame({"x": range(3 * count), "y": [*range(count)] * 3})
        assert fit_encoder(frame, "y").task == task


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        (COUNT, "class", tuple(COUNT)),
        ([0.5, 1.5] * 6, "class", (0.5, 1.5)),
        ([1, 2] * 6, "number", None),
        ([True, False] * 6, "number", None),
    ],
)
def test_task_decides(target, task, classes):
    encoder = fit_encoder(table(y=target), "y", task=task)
    assert encoder.classes == classes
    assert f"because the task is {task}" in encoder.notes[0]


def test_labels_beyond_64_bits():
    with refused("a class of 'y' was 9223372036854775809; it may be a number of 64 bits", InvalidValueError):
        fit_encoder(table(y=[1, 2**63 + 1] * 6), "y")


def test_classes_for_a_stratified_split():
    assert target_classes(table(y=LETTERS), "y").tolist() == [0, 1] * 6
    assert target_classes(table(y=COUNT), "y") is None
    assert target_classes(table(y=COUNT, z=COUNT), ["y", "z"]) is None
    assert target_classes(table(y=COUNT), "y", task="class").tolist() == COUNT
    with refused("the number of targets was 0", InvalidValueError):
        target_classes(table(), [])
    with refused("the target was 'y'; it may be one of the columns 'x'", UnknownNameError):
        target_classes(table(), "y")


def test_several_targets_are_numbers():
    frame = pl.DataFrame({"x": COUNT, "y": [0, 1] * 6, "z": [True, False] * 6})
    encoder = fit_encoder(frame, ["y", "z"])
    assert encoder.task == "number"
    assert encoder.outputs == 2
    assert "2 targets are taken as numbers" in encoder.notes[0]
    assert encoder.decode(encoder.encode_target(frame)).rows() == [(0, 1), (1, 0)] * 6


# What becomes of the columns.


def test_columns():
    frame = pl.DataFrame(
        {
            "id": [f"p{number}" for number in COUNT],
            "number": [1.0, 3.0] * 6,
            "holes": [2.0, None, 4.0] * 4,
            "truth": [True, False, False] * 4,
            "perhaps": [True, None, False, False] * 3,
            "color": ["red", "blue", "red"] * 4,
            "mood": ["good", None] * 6,
            "weight": [1.0, 2.0] * 6,
            "same": [7] * N,
            "void": [None] * N,
            "word": ["x"] * N,
            "gone": [None, None, 5.0] * 4,
            "y": LETTERS,
        }
    )
    encoder = fit_encoder(frame, "y", keep=["id"], weight="weight")
    assert encoder.columns == [
        "number", "holes", "holes is missing", "truth", "perhaps", "perhaps is missing",
        "color=blue", "color=red", "mood=good", "mood is missing", "gone is missing",
    ]  # fmt: skip
    X = encoder.encode(frame)
    assert X.dtype == np.float32
    assert X[:3].tolist() == [
        [-1, -1, 0, 1, 1, 0, 0, 1, 1, 0, 1],
        [1, 0, 1, 0, np.float32(1 / 3), 1, 1, 0, 0, 1, 1],
        [-1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0],
    ]
    assert encoder.notes[1:] == (
        "rows without 'holes': 4 (the mean, 3, stands for it)",
        "rows without 'perhaps': 3 (the mean, 0.333333, stands for it)",
        "rows without 'gone': 8 (the mean, 5, stands for it)",
        "left out, since they are the same in every row to learn from: 'same', 'void', 'word'",
    )
    assert encoder.weights(frame).tolist() == [1, 2] * 6
    assert encoder.text_columns == ["color", "mood", "y", "id"]
    check_plain_data(encoder)


def test_notes_on_columns_that_may_be_meant_otherwise():
    frame = pl.DataFrame(
        {
            "name": [f"n{number}" for number in COUNT],
            "almost": ["1"] * 10 + ["2", "unknown"],
            "grade": ["1", "2", "3+"] * 4,
            "y": LETTERS,
        }
    )
    notes = fit_encoder(frame, "y").notes
    assert notes[1:] == (
        "'name' is different in every row: if it only names the rows, leave it out with --drop",
        "'almost' is taken as 3 categories, because 'unknown' in row 12 is no number, though 11 others are",
        "'grade' is taken as 3 categories, because '3+' in row 3 is no number, though 8 others are",
    )


def test_names_of_columns_are_all_different():
    frame = pl.DataFrame(
        {"a": [1, None, 3] * 4, "a is missing": COUNT, "a is missing (2)": COUNT[::-1], "y": LETTERS}
    )
    names = ["a", "a is missing", "a is missing (2)", "a is missing (2) (2)"]
    assert fit_encoder(frame, "y").columns == names


@pytest.mark.parametrize("scale", [1e308, 1e-320, 1e-300, 1.0])
def test_extreme_numbers(scale):
    frame = pl.DataFrame({"x": [scale, -scale, 0.0, -0.0] * 3, "y": LETTERS})
    X = fit_encoder(frame, "y").encode(frame)
    np.testing.assert_allclose(X[:4, 0], [math.sqrt(2), -math.sqrt(2), 0, 0], rtol=1e-3)


def test_constant_in_the_training_rows_only():
    frame = pl.DataFrame({"x": COUNT, "z": [1, 1, 1, 1] + [2] * 8, "y": LETTERS})
    encoder = fit_encoder(frame, "y", rows=[0, 1, 2, 3])
    assert encoder.columns == ["x"]


def test_class_that_no_training_row_has():
    frame = table(y=["a", "b"] * 5 + ["c", "c"])
    encoder = fit_encoder(frame, "y", rows=range(10))
    assert encoder.classes == ("a", "b", "c")
    assert "no row to learn from has the class 'c'" in encoder.notes


# What is refused.


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"y": ["a"] * N},
            "the target 'y' was 'a' in every row to learn from; it may have two or more values",
        ),
        ({"y": [7] * N}, "the target 'y' was 7 in every row to learn from"),
        ({"y": [0.5] * N}, "the target 'y' was 0.5 in every row to learn from"),
        ({"y": [True] * N}, "the target 'y' was True in every row to learn from"),
        ({"y": [None, *LETTERS[1:]]}, "the target 'y' in row 1 was missing; it may be missing in no row"),
        ({"y": ["", *LETTERS[1:-1], "NaN"]}, "the target 'y' in row 1 was missing, as in 2 rows in all"),
        ({"y": [0.5, math.nan] * 6}, "the target 'y' in row 2 was missing, as in 6 rows in all"),
        ({"y": [None] * N}, "the target 'y' in row 1 was missing, as in 12 rows in all"),
        ({"y": [0.5, math.inf] * 6}, "the column 'y' in row 2 was inf; it may be a finite number"),
        ({"y": ["1,5", "2,5"] * 6}, "the column 'y' in row 1 was '1,5'; it may be a number such as 1234.5"),
        ({"y": ["2024-01-31"] * N}, "this is a date or a time"),
        ({"y": [datetime.date(2024, 1, 1)] * N}, "the column 'y' was of the type Date"),
        (
            {"z": [1.0, math.inf] * 6, "y": LETTERS},
            "the column 'z' in row 2 was inf; it may be a finite number",
        ),
        (
            {"z": ["1,5", "2"] * 6, "y": LETTERS},
            "the column 'z' in row 1 was '1,5'; it may be a number such as",
        ),
        ({"z": ["$5"] * N, "y": LETTERS}, "nothing else, or leave the column out with --drop"),
        ({"z": ["12:30"] * N, "y": LETTERS}, "days since the first, or leave the column out with --drop"),
        ({"z": [datetime.date(2024, 1, 1)] * N, "y": LETTERS}, "the column 'z' was of the type Date"),
        (
            {"z": ["x" * 1001, *LETTERS[1:]], "y": LETTERS},
            "the column 'z' in row 1 was 1,001 characters long",
        ),
        (
            {"x": [1] * N, "y": LETTERS},
            "no column was left as an input: left out, since they are the same in every",
        ),
        ({"x" * 10_000: COUNT, "y": LETTERS}, "the name of column 2 was 10,000 characters long"),
    ],
)
def test_refused(columns, words):
    with refused(words):
        fit_encoder(table(**columns), "y")


@pytest.mark.parametrize("count", [1_001, 10_000])
def test_too_many_categories(count):
    frame = pl.DataFrame(
        {
            "x": range(count),
            "z": [f"n{i}" for i in range(count)],
            "y": [0, 1] * (count // 2) + [1] * (count % 2),
        }
    )
    words = f"the number of categories of the column 'z' was {count:,}; it may be at most 1,000"
    with refused(words, InvalidValueError):
        fit_encoder(frame, "y")
    with refused("leave the column out with --drop", InvalidValueError):
        fit_encoder(frame, "y")
    assert fit_encoder(frame, "y", drop=["z"]).columns == ["x"]
    with refused(f"the number of classes of the target 'z' was {count:,}; it may be at most 1,000"):
        fit_encoder(frame, "z")


def test_a_thousand_categories_are_not_too_many():
    frame = pl.DataFrame({"z": [f"n{i}" for i in range(1000)], "y": [0, 1] * 500})
    assert len(fit_encoder(frame, "y").columns) == 1000


def test_too_many_categories_because_of_a_word_among_numbers():
    frame = pl.DataFrame({"z": [*map(str, range(1500)), "?"], "y": [0] * 700 + [1] * 801})
    with refused("'?' is no number, others are; mend it, or leave the column out with --drop"):
        fit_encoder(frame, "y")


def test_rows():
    with refused("the number of rows was 0", InvalidValueError):
        fit_encoder(table(y=LETTERS).clear(), "y")
    with refused("the number of rows to learn from was 1; it may be 2 or above", InvalidValueError):
        fit_encoder(table(y=LETTERS)[:1], "y")
    with refused("the target 'y' was 'a' in every row to learn from", InvalidValueError):
        fit_encoder(table(y=LETTERS), "y", rows=[0, 2, 4])
    with refused("the target 'y' was 1.5 in every row to learn from", InvalidValueError):
        fit_encoder(table(y=[1.5] * 6 + [2.5] * 6), "y", rows=[0, 1, 2])
    with refused(
        "the range of the training rows was from 3 to 12; it may be from 0 to 11", InvalidValueError
    ):
        fit_encoder(table(y=LETTERS), "y", rows=[3, 12])
    with refused("the list of training rows was an array of float64", InvalidTypeError):
        fit_encoder(table(y=LETTERS), "y", rows=[0.5, 1.5])


@pytest.mark.parametrize(
    ("roles", "words", "error"),
    [
        (
            {"target": "Y2"},
            "the target was 'Y2'; it may be one of the columns 'x', 'y' (did you mean 'y'?)",
            UnknownNameError,
        ),
        ({"target": "y", "drop": ["z"]}, "the column to drop was 'z'", UnknownNameError),
        ({"target": "y", "keep": ["z"]}, "the column to keep was 'z'", UnknownNameError),
        ({"target": "y", "weight": "z"}, "the column of weights was 'z'", UnknownNameError),
        (
            {"target": "y", "drop": ["y"]},
            "the column to drop was 'y'; it may be another column than the target",
            InvalidValueError,
        ),
        (
            {"target": "y", "weight": "y"},
            "the column of weights was 'y'; it may be another",
            InvalidValueError,
        ),
        (
            {"target": ["y", "y"]},
            "the target was 'y'; it may be another column than the target",
            InvalidValueError,
        ),
        ({"target": []}, "the number of targets was 0", InvalidValueError),
        (
            {"target": "y", "drop": ["x"]},
            "no column was left as an input in a table of 'x', 'y'",
            InvalidValueError,
        ),
        (
            {"target": "y", "task": "clas"},
            "the task was 'clas'; it may be auto, class, number (did you mean class?)",
            UnknownNameError,
        ),
        (
            {"target": "y", "task": "number"},
            "the target 'y' was text; it may be a column of numbers",
            InvalidTypeError,
        ),
        ({"target": ["x", "y"]}, "no column was left as an input", InvalidValueError),
    ],
)
def test_roles(roles, words, error):
    with refused(words, error):
        fit_encoder(table(y=LETTERS), **roles)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1, -1] * 6, "the weight in the column 'w' in row 2 was -1; it may be 0 or above"),
        ([1, None] * 6, "the weight in the column 'w' in row 2 was missing; it may be 0 or above"),
        ([0.0] * N, "the sum of the weights was 0; it may be above 0"),
        ([1.0, math.inf] * 6, "the column 'w' in row 2 was inf"),
        (LETTERS, "the column of weights 'w' was text; it may be numbers"),
    ],
)
def test_weights(weights, words):
    with refused(words):
        fit_encoder(table(y=LETTERS, w=weights), "y", weight="w")


def test_several_targets_are_no_classes():
    with refused("the number of targets of the task class was 2; it may be 1", InvalidValueError):
        fit_encoder(table(y=LETTERS, z=LETTERS), ["y", "z"], task="class")
    with refused("the target 'z' was text; it may be a column of numbers", InvalidTypeError):
        fit_encoder(table(y=COUNT, z=LETTERS), ["y", "z"])


def test_what_is_no_table():
    with refused("the table was a dict; it may be a polars.DataFrame (polars.from_pandas", InvalidTypeError):
        fit_encoder({"x": [1, 2]}, "x")


def test_a_dropped_column_may_hold_anything():
    frame = table(y=LETTERS, z=[math.inf] * N, d=[datetime.date(2024, 1, 1)] * N, t=["1,5"] * N)
    assert fit_encoder(frame, "y", drop=["z", "d", "t"]).columns == ["x"]


# From a file on.


def test_from_a_file_on():
    frame = read(
        "Größe;farbe;=HYPERLINK(1);y\n1;rot;True;ja\n;blau;False;nein\n3;;True;ja\n4;rot;False;nein\n"
    ).frame
    encoder = fit_encoder(frame, "y")
    assert encoder.columns[:2] == ["Größe", "Größe is missing"]
    assert encoder.encode(frame).shape == (4, 6)


# What holds whatever the table.


@given(
    st.integers(4, 9).flatmap(
        lambda n: st.tuples(st.lists(columns_of_inputs(n), min_size=1, max_size=4), st.permutations(range(n)))
    )
)
@examples(60)
def test_properties(drawn):
    columns, order = drawn
    count = len(order)
    named = {f"c{number}": pl.Series(values, strict=False) for number, values in enumerate(columns)}
    frame = pl.DataFrame({**named, "x": range(count), "y": [number * 1.5 for number in range(count)]})
    learned = sorted(order[: max(3, count // 2)])
    encoder = fit_encoder(frame, "y", rows=learned)
    check_plain_data(encoder)
    check_unchanged(frame, lambda each: (fit_encoder(each, "y"), encoder.encode(each), encoder.remarks(each)))
    check_held_out(frame, "y", learned)
    X = encoder.encode(frame)
    assert X.shape == (count, len(encoder.columns))
    assert np.isfinite(X).all()
    # Rows do not depend on their neighbors, nor columns on their order.
    shuffled = frame.select(reversed(frame.columns))[list(order)]
    assert np.array_equal(encoder.encode(shuffled), X[list(order)])
