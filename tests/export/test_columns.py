"""A table's columns by name: filled, standardized and spread by the graph as by the encoder."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import InvalidValueError, Model, Network, TableModel, to_onnx
from chainrule.export.columns import MISSING_TEXTS, exact_powers
from chainrule.files.tables import Encoder, read_table
from chainrule.files.tables.category import Category
from chainrule.files.tables.class_target import Classes
from chainrule.files.tables.number_target import Numbers
from chainrule.files.tables.numeric import Numeric

# Probabilities are at most 1, and of float32: a few units of the last digit, 6e-8 each.
TOLERANCE = 1e-6


def compare(model, frame, opened, **options):
    """Compare a model of a table with its graph on all rows; return the largest difference there was."""
    graph = opened(to_onnx(model, **options))
    found = list(graph.of_table(frame, [column.name for column in model.encoder.inputs]).values())
    want = model.predict(frame)
    if model.encoder.task == "number":
        # Relative to the largest in a column, as float32 carried it.
        sizes = [np.abs(want[name].to_numpy()).max() for name in want.columns]
        off = [np.abs(a[:, 0] - want[c].to_numpy()).max() for a, c in zip(found, want.columns, strict=True)]
        assert all(array.dtype == np.float64 for array in found)
        worst = max(each / size for each, size in zip(off, sizes, strict=True))
    else:
        labels, probabilities = found
        off = np.abs(probabilities - want[:, 1:].to_numpy())
        worst = off.max()
        assert labels.tolist() == want[:, 0].to_list()
        assert len(set(labels.tolist())) > 1
    assert worst <= TOLERANCE
    return worst


@pytest.mark.parametrize(
    ("name", "target"),
    [("iris", "species"), ("diabetes", "progression"), ("digits", "digit"), ("wine", "cultivar")],
)
@pytest.mark.parametrize("number_type", ["float64", "float32"])
def test_a_bundled_table_is_the_same(name, target, number_type, fit, opened):
    frame = read_table(f"sklearn:{name}").frame
    compare(fit(frame, target), frame, opened, number_type=number_type)


@pytest.mark.parametrize("target", ["y", "even", "level", "numbers"])
def test_every_kind_of_column_and_of_label_is_the_same(target, every_kind, opened):
    frame, models = every_kind
    compare(models[target], frame, opened)


TEXTS = st.sampled_from(["red", "green", "dark  blüe", "purple", "Red", *MISSING_TEXTS[:5], None])
NUMBERS = st.one_of(st.none(), st.just(float("nan")), st.floats(-10, 10), st.integers(2010, 2030))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "label": NUMBERS,
                "color": TEXTS,
                "gaps": st.one_of(st.none(), st.floats(-0.01, 0.01)),
                "flag": st.sampled_from([True, False, None]),
                "plain": st.sampled_from([True, False, None]),
                "letter": st.sampled_from(["a", "b", "c", None, "NaN"]),
                "huge": st.one_of(st.none(), st.floats(-2e307, 2e307)),
                "tiny": st.one_of(st.none(), st.floats(-1e-317, 1e-317)),
                "once": st.one_of(st.none(), st.floats(-9, 9)),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_rows_with_gaps_and_unseen_categories_are_the_same(every_kind, opened, rows):
    trained, models = every_kind
    frame = pl.DataFrame(rows, schema=trained.schema, strict=False)
    graph = cached(opened, models["y"])
    labels, probabilities = graph.of_table(frame, trained.columns).values()
    want = models["y"].predict(frame)
    assert np.abs(probabilities - want[:, 1:].to_numpy()).max() <= TOLERANCE
    sure = np.abs(probabilities[:, 0] - probabilities[:, 1]) > 2 * TOLERANCE  # else either label will do
    assert labels[sure].tolist() == want[:, 0].filter(pl.Series(sure)).to_list()


GRAPHS = {}


def cached(opened, model):
    """Return the graph of a model, made once."""
    if id(model) not in GRAPHS:
        GRAPHS[id(model)] = opened(to_onnx(model))
    return GRAPHS[id(model)]


def test_the_encoded_table_is_the_encoders_to_the_bit(every_kind, opened):
    """The graph rounds as the encoder does: a network that does nothing gives its numbers as they are."""
    frame, models = every_kind
    encoder = models["y"].encoder
    width = len(encoder.columns)
    network = Network.dense([width, width], bias="none")
    model = Model(network, dtype=np.float32)
    model.parameters.theta[:] = np.eye(width, dtype=np.float32).ravel()
    names = tuple(f"out {k}" for k in range(width))
    through = TableModel(model, Encoder(encoder.inputs, Numbers(names, (0.0,) * width, (1.0,) * width)))
    found = opened(to_onnx(through)).of_table(frame, frame.columns)
    np.testing.assert_array_equal(np.hstack([found[name] for name in names]), encoder.encode(frame))


def test_powers_are_taken_near_the_ends_of_float64_only():
    assert exact_powers(np.array([1e-90, 1.0, 1e90])).tolist() == [1, 1, 1]
    scales = np.array([5e-324, 1e-310, 1e-200, 1e200, 1.7e308])
    near_one = scales * exact_powers(scales)
    assert ((near_one > 1e-16) & (near_one <= 1)).all()
    assert (near_one / exact_powers(scales) == scales).all()


def test_missing_text_has_all_spellings_that_a_tables_reader_takes():
    assert len(MISSING_TEXTS) == len(set(MISSING_TEXTS)) == 1 + 16 + 8
    assert {"", "NaN", "nan", "NULL", "null", "nUlL"} <= set(MISSING_TEXTS)


# --- Names ---

HOSTILE = [
    "label",
    "probabilities",
    "W1",
    "b1",
    "mul",
    "number 1",
    "scales",
    "labels",
    '=HYPERLINK("x")',
    "</script><img src=x onerror=1>",
    "\x1b[31mred",
    "two\nlines",
    "a/b:0",
    " ",
    "\u202eevil",
    "ü" * 1000,
    "",
    "column 17",
]


def named(names, target=None, scale=1.0):
    """Return a model of columns of these names."""
    columns = tuple(Numeric(name, False, 0.5, scale, 0.5, False) for name in names)
    target = target or Classes("y", ("\x1b[2J", '=1+"2"'))
    model = Model(Network.dense([len(names), target.outputs], output="identity"), seed=4, dtype=np.float32)
    return TableModel(model, Encoder(columns, target))


def test_hostile_names_are_only_names(opened):
    model = named(HOSTILE)
    frame = pl.DataFrame({name: np.random.default_rng(k).normal(size=40) for k, name in enumerate(HOSTILE)})
    graph = opened(to_onnx(model))
    assert graph.inputs == [*HOSTILE[:16], "column 17", "column 17 (2)"]
    assert graph.outputs == ["label_2", "probabilities_2"]
    compare(model, frame, opened)


def test_what_an_input_stands_for_is_said():
    told = {each.key: each.value for each in to_onnx(named(["", "é"])).metadata_props}
    assert json.loads(told["columns"]) == [
        {"input": "column 1", "column": "", "kind": "number"},
        {"input": "é", "column": "é", "kind": "number"},
    ]
    assert json.loads(told["classes"]) == ["\x1b[2J", '=1+"2"']
    assert json.loads(told["target"]) == ["y"]
    assert all(value.isascii() for value in told.values())


def test_a_target_may_be_called_as_a_part_of_the_graph(opened):
    model = named(["a", "scales"], Numbers(("W1", "", "mul"), (1.0, 2.0, 3.0), (1.0, 5.0, 0.1)))
    frame = pl.DataFrame({"a": [1.0, 2.0], "scales": [0.0, 4.0]})
    assert opened(to_onnx(model)).outputs == ["W1", "target", "mul"]
    compare(model, frame, opened)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_file_holds_is_refused(name):
    with pytest.raises(InvalidValueError, match=r"^the name of an input was"):
        to_onnx(named([name]))
    with pytest.raises(InvalidValueError, match=r"^the name of a target was"):
        to_onnx(named(["a"], Numbers((name,), (0.0,), (1.0,))))


def test_a_category_that_no_file_holds_is_refused():
    column = Category("c", ("a", "b\0"), missing=False)
    model = Model(Network.dense([2, 1]), dtype=np.float32)
    with pytest.raises(InvalidValueError, match=r"^a category of the column 'c' was"):
        to_onnx(TableModel(model, Encoder((column,), Numbers(("y",), (0.0,), (1.0,)))))


def test_a_category_alone_is_the_same(opened):
    column = Category("c", ("a", "b"), missing=True)
    model = TableModel(
        Model(Network.dense([3, 2], output="softmax", loss="cross_entropy"), seed=1, dtype=np.float32),
        Encoder((column,), Classes("y", (0, 1))),
    )
    compare(model, pl.DataFrame({"c": ["a", "b", None, "", "c", "NULL", "b"]}), opened)


@pytest.mark.parametrize("missing", [True, False])
def test_a_category_that_is_called_as_what_is_missing_is_missing(missing, opened):
    column = Category("c", ("NaN", "a"), missing=missing)
    bare = Model(Network.dense([2 + missing, 2]), dtype=np.float32)
    bare.parameters.theta[:] = np.arange(bare.parameters.theta.size) % 3
    model = TableModel(bare, Encoder((column,), Numbers(("u", "v"), (1.0, 2.0), (1.0, 1.0))))
    frame = pl.DataFrame({"c": ["a", "NaN", "nan", None, "b"]})
    compare(model, frame, opened)
    assert len(model.predict(frame).unique()) == 2 + missing


def test_a_network_of_float64_is_the_same(opened):
    model = named(["a", "b"])
    wide = TableModel(Model(model.model.network, model.model.parameters.astype(np.float64)), model.encoder)
    frame = pl.DataFrame({"a": [1.0, None, 1e6], "b": [0.1, 0.2, -7.0]})
    got = list(opened(to_onnx(wide)).of_table(frame, ["a", "b"]).values())[1]
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, wide.predict(frame)[:, 1:].to_numpy(), rtol=1e-14)
