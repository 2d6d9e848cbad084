"""An encoder with a table of later: what differs is said by name; and it survives its way through JSON."""

import copy
import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_checks import (
    FLOATS,
    NAMES,
    check_classes,
    check_numbers,
    check_plain_data,
    examples,
    read,
    refused,
)

from chainrule.errors import (
    InvalidFileError,
    InvalidTypeError,
    InvalidValueError,
    ShapeError,
    TooLargeError,
    UnknownNameError,
)
from chainrule.files.tables import Encoder, fit_encoder
from chainrule.network import accept

TRAINING = pl.DataFrame(
    {
        "age": [20.0, 30.0, None, 40.0, 50.0, 60.0],
        "size": [1, 2, 3, 4, 5, 6],
        "color": ["red", "green", "red", "green", "red", None],
        "zip": ["007", "12", "A1", "007", "12", "A1"],
        "smokes": [True, False, True, False, True, False],
        "same": [1] * 6,
        "y": ["no", "yes"] * 3,
    }
)
ENCODER = fit_encoder(TRAINING, "y")
ROW = {"age": [30.0], "size": [2], "color": ["red"], "zip": ["12"], "smokes": [True]}


# Targets.


@given(st.lists(NAMES, min_size=2, max_size=12))
@examples(100)
def test_text_labels_come_back(labels):
    labels = [f"label {label}".strip() for label in labels]
    if len(set(labels)) > 1:
        check_classes(labels)


@given(
    st.one_of(
        st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=12),
        st.lists(st.booleans(), min_size=2, max_size=12),
        st.lists(FLOATS.filter(lambda value: value % 1 != 0), min_size=2, max_size=12),
    ).filter(lambda labels: len(set(labels)) > 1)
)
@examples(150)
def test_other_labels_come_back(labels):
    check_classes(labels)


def test_whole_labels_that_came_as_floats_are_whole():
    frame = pl.DataFrame({"x": range(6), "y": [-1.0, 1.0] * 3})
    encoder = fit_encoder(frame, "y")
    predicted = encoder.decode(encoder.encode_target(frame))
    assert predicted.schema["y"] == pl.Int64
    assert predicted.get_column("y").to_list() == [-1, 1] * 3
    assert predicted.columns == ["y", "probability_-1", "probability_1"]


@given(
    st.integers(3, 10).flatmap(
        lambda n: st.lists(st.lists(st.floats(-1e300, 1e300), min_size=n, max_size=n), min_size=1, max_size=3)
    )
)
@examples(150)
def test_numbers_come_back(columns):
    named = {f"y{number}": values for number, values in enumerate(columns)}
    if all(np.ptp(np.array(values) / 4) > 1e-9 * np.abs(values).max() + 1e-300 for values in columns):
        check_numbers(named)


def test_decode():
    predicted = ENCODER.decode([[0.25, 0.75], [0.5, 0.5]])
    assert predicted.rows() == [("yes", 0.25, 0.75), ("no", 0.5, 0.5)]
    assert predicted.columns == ["y", "probability_no", "probability_yes"]
    with refused("the shape of the outputs was (1, 3); it may be (n, 2)", ShapeError):
        ENCODER.decode([[1, 2, 3]])
    with refused("the outputs at row 0, column 1 was nan; it may be a finite number", InvalidValueError):
        ENCODER.decode([[0, math.nan]])
    numbers = fit_encoder(pl.DataFrame({"x": [1, 2], "y": [-1e308, 1e308]}), "y")
    assert numbers.decode([[1.0], [-1.0]]).rows() == [(1e308,), (-1e308,)]
    with refused("the prediction of 'y' in row 2 was inf", InvalidValueError):
        numbers.decode([[0.0], [3.0]])


def test_names_of_predictions_are_all_different():
    frame = pl.DataFrame({"x": [1, 2], "probability_a": ["a", "b"]})
    encoder = fit_encoder(frame, "probability_a")
    predicted = encoder.decode([[1.0, 0.0]])
    assert predicted.columns == ["probability_a", "probability_a (2)", "probability_b"]


def test_targets_of_later():
    with refused("the target was 'y'; it may be one of the columns 'Y'", UnknownNameError):
        ENCODER.encode_target(pl.DataFrame({"Y": ["no"]}))
    with refused(
        "the column 'y' in row 2 was 'maybe'; it may be one of the classes of the training rows, 'no', 'yes'"
    ):
        ENCODER.encode_target(pl.DataFrame({"y": ["no", "maybe"]}))
    with refused("the target 'y' in row 1 was missing", InvalidValueError):
        ENCODER.encode_target(pl.DataFrame({"y": [None, "no"]}))
    whole = fit_encoder(pl.DataFrame({"x": range(6), "y": [1, 2] * 3}), "y")
    assert whole.encode_target(pl.DataFrame({"y": [2.0, 1.0]})).tolist() == [[0, 1], [1, 0]]
    with refused("was '1'; it may be one of the classes of the training rows, 1, 2", InvalidValueError):
        whole.encode_target(pl.DataFrame({"y": ["1"]}))
    numbers = fit_encoder(pl.DataFrame({"x": range(6), "y": range(6)}), "y")
    with refused("the column 'y' in row 1 was 1e+100; it may be nearer", InvalidValueError):
        numbers.encode_target(pl.DataFrame({"y": [1e100]}))


# Inputs of later.


def test_order_of_columns_and_others_do_not_matter():
    frame = TRAINING.with_columns(other=pl.lit("x"))
    shuffled = frame.select(reversed(frame.columns))
    assert np.array_equal(ENCODER.encode(shuffled), ENCODER.encode(TRAINING))
    assert ENCODER.remarks(TRAINING) == []
    assert ENCODER.remarks(shuffled) == ["columns that were not there in training are left alone: 'other'"]


def test_columns_that_differ_are_named():
    with refused(
        "the table had the columns 'size', 'color', 'zip', 'smokes', but not 'age'; it may have",
        InvalidValueError,
    ):
        ENCODER.encode(pl.DataFrame(ROW).drop("age"))
    with refused("('color' might be 'colour')", InvalidValueError):
        ENCODER.encode(pl.DataFrame(ROW).rename({"color": "colour"}))
    with refused("but not 'age', 'color';", InvalidValueError):
        ENCODER.encode(pl.DataFrame(ROW).drop("age", "color"))


def test_unseen_and_missing():
    frame = pl.DataFrame(
        {
            "age": [None, 35.0, math.nan],
            "size": [None, 2, 3],
            "color": ["violet", None, "red"],
            "zip": ["x", "y", None],
            "smokes": [None, True, False],
        }
    )
    X = ENCODER.encode(frame)
    assert ENCODER.columns == [
        "age", "age is missing", "size", "color=green", "color=red", "color is missing",
        "zip=007", "zip=12", "zip=A1", "smokes",
    ]  # fmt: skip
    assert X[0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0.5]
    assert X[1, 3:9].tolist() == [0, 0, 1, 0, 0, 0]
    assert ENCODER.remarks(frame) == [
        "rows without 'size', which every training row has: 1 (the mean, 3.5, stands for it)",
        "rows with a category of 'color' that no training row has: 1 ('violet')",
        "rows with a category of 'zip' that no training row has: 2 ('x', 'y')",
        "rows without 'zip', which every training row has: 1",
        "rows without 'smokes', which every training row has: 1 (the mean, 0.5, stands for it)",
    ]


def test_a_column_without_any_value_is_one_of_missing_values():
    for nothing in ([None], [""], [math.nan]):
        frame = pl.DataFrame(dict.fromkeys(ROW, nothing))
        assert np.isfinite(ENCODER.encode(frame)).all()


def test_digits_that_are_categories():
    text = "zip,age,size,color,smokes\n007,30,2,red,true\n"
    kept = read(text, keep_as_text=ENCODER.text_columns).frame
    assert ENCODER.encode(kept)[0, 6:9].tolist() == [1, 0, 0]
    assert ENCODER.remarks(kept) == []
    # Without that the zeros are lost, and it is said.
    assert "no training row has: 1 ('7')" in ENCODER.remarks(read(text).frame)[0]


@pytest.mark.parametrize(
    ("column", "words", "error"),
    [
        ({"size": ["x"]}, " in row 1 was 'x'; it may be numbers, as in training", InvalidTypeError),
        ({"size": ["7"]}, " in row 1 was '7'; it may be numbers, as in training", InvalidTypeError),
        ({"size": [True]}, " was true and false; it may be numbers, as in training", InvalidTypeError),
        ({"smokes": [1]}, " was numbers; it may be true and false, as in training", InvalidTypeError),
        ({"size": [math.inf]}, " in row 1 was inf; it may be a finite number", InvalidValueError),
        ({"size": [1e300]}, " in row 1 was 1e+300; it may be nearer to the numbers", InvalidValueError),
        ({"color": [[1]]}, " was of the type List(Int64)", InvalidTypeError),
    ],
)
def test_other_values_than_in_training(column, words, error):
    (name,) = column
    with refused(f"the column {name!r}{words}", error):
        ENCODER.encode(pl.DataFrame({**ROW, **column}))


def test_what_is_no_table():
    with refused("the table was a list; it may be a polars.DataFrame", InvalidTypeError):
        ENCODER.encode([1])
    with refused("the number of rows was 0", InvalidValueError):
        ENCODER.encode(TRAINING.clear())


def test_more_than_the_machine_holds(monkeypatch):
    monkeypatch.setattr(accept, "machine_memory", lambda: 100)
    with refused("of this machine", TooLargeError):
        ENCODER.encode(TRAINING)


def test_weights():
    encoder = fit_encoder(TRAINING, "y", weight="size")
    assert encoder.weights(TRAINING).tolist() == [1, 2, 3, 4, 5, 6]
    assert ENCODER.weights(TRAINING) is None
    with refused("the column of weights was 'size'", UnknownNameError):
        encoder.weights(TRAINING.drop("size"))


# Through JSON.

DATA = fit_encoder(TRAINING, "y", keep=["zip"], weight="size").to_dict()
NUMBERS = fit_encoder(TRAINING.drop("age"), "size").to_dict()


def test_json_and_back():
    for encoder in (ENCODER, Encoder.from_dict(DATA), Encoder.from_dict(NUMBERS)):
        check_plain_data(encoder)
        again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
        assert np.array_equal(again.encode(TRAINING), encoder.encode(TRAINING))
        assert np.array_equal(again.encode_target(TRAINING), encoder.encode_target(TRAINING))
        assert json.dumps(again.to_dict()) == json.dumps(encoder.to_dict())


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ((), None, "the encoder was None; it may be a table of inputs, target"),
        ((), {}, "the list of names in the encoder was "),
        (("more",), 1, "the list of names in the encoder was "),
        (("inputs",), [], "the list of inputs was a list of 0; it may be a list of 1 to"),
        (("inputs",), {}, "the list of inputs was {}"),
        (
            ("inputs", 0),
            7,
            "entry 1, was None; it may be number, boolean, category",
        ),
        (("inputs", 0, "kind"), "program", "the kind of the list of inputs, entry 1, was 'program'"),
        (("inputs", 0, "kind"), ["number"], "the kind of the list of inputs, entry 1, was ['number']"),
        (("inputs", 0, "name"), 7, "the name of the list of inputs, entry 1, was 7; it may be text"),
        (("inputs", 0, "name"), "\ud800", "the name of the list of inputs, entry 1, was"),
        (("inputs", 0, "name"), "color", "the list of inputs and targets was with 'color' twice"),
        (("inputs", 0, "center"), math.nan, "the center of the list of inputs, entry 1, was nan"),
        (("inputs", 0, "center"), 10**400, "it may be a finite number"),
        (("inputs", 0, "center"), True, "it may be a finite number"),
        (("inputs", 0, "scale"), -1.0, "the scale of the list of inputs, entry 1, was -1.0"),
        (("inputs", 0, "scale"), math.inf, "it may be a finite number"),
        (("inputs", 0, "fill"), "x", "the fill of the list of inputs, entry 1, was 'x'"),
        (
            ("inputs", 0, "missing"),
            1,
            "the missing flag of the list of inputs, entry 1, was 1",
        ),
        (("inputs", 2, "scale"), 2.0, "the scale of the list of inputs, entry 3, was 2.0"),
        (
            ("inputs", 1, "categories"),
            [],
            "of the list of inputs, entry 2, was a list of 0",
        ),
        (("inputs", 1, "categories"), ["a", "a"], "was with 'a' twice; it may be a list of different ones"),
        (("inputs", 1, "categories"), ["a"] * 1001, "was a list of 1,001"),
        (("inputs", 1, "categories"), [1], "entry 1, was 1; it may be text"),
        (("target",), None, "the kind of the target was None"),
        (("target", "name"), "age", "the list of inputs and targets was with 'age' twice"),
        (("target", "labels"), ["a"], "the list of labels was a list of 1; it may be a list of 2 to 1,000"),
        (("target", "labels"), ["a", 1], "the list of labels was of several kinds"),
        (("target", "labels"), [1, True], "twice; it may be a list of different ones"),
        (("target", "labels"), [None, "a"], "the list of labels, entry 1, was None"),
        (("target", "labels"), [math.inf, 1.0], "it may be a finite number"),
        (("weight",), 1, "the column of weights was 1; it may be text"),
        (("notes",), "x", "the list of notes was 'x'"),
        (("keep",), [None], "the list of columns to keep, entry 1, was None"),
    ],
)
def test_hostile_data(path, value, words):
    data = copy.deepcopy(DATA)
    with refused(words, InvalidFileError):
        Encoder.from_dict(changed(data, path, value))


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("target", "scales"), [0.0], "the list of scales, entry 1, was 0.0; it may be a number above 0"),
        (("target", "means"), [], "the list of means was a list of 0; it may be a list of 1 to 1"),
        (("target", "names"), [], "the list of targets was a list of 0"),
        (("target", "names"), ["a", "a"], "the list of targets was with 'a' twice"),
    ],
)
def test_hostile_data_of_numbers(path, value, words):
    with refused(words, InvalidFileError):
        Encoder.from_dict(changed(copy.deepcopy(NUMBERS), path, value))


def changed(data, path, value):
    if not path:
        return value
    part = data
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return data


@given(st.data())
@examples(200)
def test_any_other_data_is_refused_or_works(data):
    """Put anything anywhere: an InvalidFileError, or an encoder that encodes or refuses in a sentence."""
    plain = copy.deepcopy(data.draw(st.sampled_from([DATA, NUMBERS])))
    part, steps = plain, []
    while isinstance(part, dict | list) and part and (not steps or data.draw(st.booleans())):
        step = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        steps.append(step)
        part = part[step]
    anything = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.just([]), st.just({}),
        st.lists(st.text(max_size=2), max_size=3), st.lists(st.floats(), max_size=3),
    )  # fmt: skip
    changed(plain, steps, data.draw(anything))
    try:
        encoder = Encoder.from_dict(plain)
    except InvalidFileError:
        return
    frame = TRAINING.with_columns(pl.col("y").alias(name) for name in encoder.target.names)
    for use in (encoder.encode, encoder.encode_target):
        try:
            assert np.isfinite(use(frame)).all()
        except (InvalidValueError, InvalidTypeError) as error:
            assert str(error).isprintable()  # noqa: PT017 - either way is fine
