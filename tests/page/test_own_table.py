"""A table that somebody drops on the page: shown for what it is, learned from, or refused in a sentence."""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.formula import Quantity

pl = pytest.importorskip("polars")

from chainrule.files.tables import fit_encoder, read_table  # noqa: E402 - needs polars
from chainrule.page import own_table as room  # noqa: E402
from chainrule.page.own_table import columns, preset_of_table  # noqa: E402
from chainrule.writers.json_trace import document, trace_from  # noqa: E402

IRIS = Path(__file__).parents[2] / "examples" / "data" / "iris.csv"
TWO = b"height,weight,kind\n" + b"".join(
    f"{row / 10},{row % 7},{'tall' if row > 15 else 'short'}\n".encode() for row in range(30)
)
HOSTILE = [
    "=HYPERLINK('http://evil')",
    "<script>alert(1)</script>",
    "^.*$",
    "../../etc/passwd",
    "{unit.__class__}",
    "{0}",
    "%s",
    "\\input{secret}",
    "\u202eevil",
    "\x1b[31mred",
    "w1",
    "E_total",
    "eta",
    "-1+cmd|' /C calc'!A0",
]


@pytest.fixture(scope="module")
def iris() -> bytes:
    return IRIS.read_bytes()


def table(names, rows, quote='"'):
    """A CSV with these names and rows, every field quoted."""

    def line(fields):
        return ",".join(quote + str(field).replace('"', '""') + quote for field in fields)

    return "\n".join(map(line, [names, *rows])).encode()


def refused(data, *arguments, error=cr.InvalidValueError):
    """The sentence with which a table or a choice is refused: one line, no path, no option."""
    with pytest.raises(error) as caught:
        preset_of_table(data, *(arguments or ("y", None, [3], 0)))
    told = str(caught.value)
    assert "\n" not in told
    assert "--" not in told
    assert tempfile.gettempdir() not in told
    return told


# --- What is there ---


def test_the_columns_of_iris(iris):
    found = columns(iris)
    assert (found.rows, found.notes) == (150, ())
    assert [each.name for each in found.columns] == [
        *("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)", "species"),
    ]
    assert [each.words for each in found.columns] == ["numbers"] * 4 + ["text, 3 categories"]
    assert found.columns[-1] == ("species", "text", 3, 0, "text, 3 categories")
    json.dumps([each._asdict() for each in found.columns])


def test_every_kind_of_column():
    found = columns(b"a;b;c;d;e\n1;true;x;;1\n;False;;;2\n3;;;;3\n")
    assert [each.words for each in found.columns] == [
        "numbers, missing in 1 row",
        "true and false, missing in 1 row",
        "text, 1 category, missing in 2 rows",
        "nothing",
        "numbers",
    ]
    assert [(each.different, each.missing) for each in found.columns] == [
        (2, 1),
        (2, 1),
        (1, 2),
        (0, 3),
        (3, 0),
    ]
    assert found.notes == ("the fields are separated by semicolons",)


# --- A network for it ---


def test_a_network_for_iris(iris):
    preset = preset_of_table(iris, "species", None, [8], 0)
    assert str(preset.network) == "4-8-3, relu then softmax, cross_entropy"
    assert (preset.optimizer, preset.batch_size) == (cr.Adam(0.01), 10)
    assert preset.output_names == ["out_setosa", "out_versicolor", "out_virginica"]
    assert preset.naming.name(Quantity("A", (0, 0, 2))) == "petal length (cm)"
    assert "the target 'species' is taken as 3 classes, because it is text" in preset.ours
    X, Y = preset.training_rows()
    frame = read_table(IRIS).frame
    encoder = fit_encoder(frame, "species")
    np.testing.assert_array_equal(X, encoder.encode(frame))
    np.testing.assert_array_equal(Y, encoder.encode_target(frame))
    assert (X.dtype, Y.dtype, X.shape, Y.shape) == (np.float64, np.float64, (150, 4), (150, 3))
    np.testing.assert_array_equal(preset.X, X[:1])
    np.testing.assert_array_equal(preset.Y, Y[:1])
    trained = preset.trained(epochs=60, shuffle=True)
    assert (trained.predict(X).argmax(axis=1) == Y.argmax(axis=1)).mean() > 0.96
    assert "out_virginica" in str(preset.trace())


def test_the_inputs_are_those_that_were_picked(iris):
    preset = preset_of_table(iris, "species", ["petal width (cm)", "petal length (cm)"], [], 0)
    assert preset.network.sizes == (2, 3)
    assert preset.naming.tables["units"][0] == ["petal length (cm)", "petal width (cm)"]


def test_the_seed_draws_the_weights(iris):
    first, again, other = (preset_of_table(iris, "species", None, [4, 3], seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.parameters.theta, again.parameters.theta)
    assert (first.parameters.theta != other.parameters.theta).any()
    assert first.network.sizes == (4, 4, 3, 3)


def test_two_classes():
    preset = preset_of_table(TWO, "kind", None, [4], 0)
    assert str(preset.network) == "2-4-2, relu then softmax, cross_entropy"
    assert preset.output_names == ["out_short", "out_tall"]
    X, Y = preset.training_rows()
    assert (preset.trained().predict(X).round() == Y).all()


def test_a_number_as_target():
    preset = preset_of_table(TWO, "height", ["weight", "kind"], [4], 0)
    assert str(preset.network) == "3-4-1, relu then identity, half_squared_error"
    assert preset.output_names == ["out_height"]
    assert preset.naming.tables["units"][0] == ["weight", "kind=short", "kind=tall"]
    Y = preset.training_rows()[1]
    assert Y.mean() == pytest.approx(0, abs=1e-6)
    assert Y.std() == pytest.approx(1, abs=1e-6)


def test_truth_and_whole_numbers_as_targets():
    data = b"x,truth,digit\n" + b"".join(f"{n},{n % 2 == 0},{n % 3}\n".encode() for n in range(12))
    assert preset_of_table(data, "truth", ["x"], [2], 0).output_names == ["out_False", "out_True"]
    digit = preset_of_table(data, "digit", ["x"], [2], 0)
    assert digit.output_names == ["out_0", "out_1", "out_2"]
    assert not any("--task" in each for each in digit.ours)


def test_three_rows():
    preset = preset_of_table(b"x,y\n1,a\n2,b\n3,a\n", "y", None, [2], 0)
    assert (preset.batch_size, len(preset.training_rows()[0])) == (3, 3)
    preset.trained(epochs=2)


def test_a_table_in_utf_16():
    data = "größe,art\n1,klein\n2,groß\n3,groß\n".encode("utf-16")
    assert columns(data).notes == ("the text is UTF-16",)
    preset = preset_of_table(data, "art", None, [2], 0)
    assert preset.naming.tables["units"][0] == ["größe"]
    assert preset.output_names == ["out_groß", "out_klein"]


# --- Hostile names ---


def test_hostile_names_are_data():
    rows = [[(7 * row + place) % 11 for place in range(len(HOSTILE))] for row in range(12)]
    rows = [[*row, HOSTILE[n % 2]] for n, row in enumerate(rows)]
    data = table([*HOSTILE, "class"], rows)
    assert [each.name for each in columns(data).columns] == [*HOSTILE, "class"]
    preset = preset_of_table(data, "class", None, [2], 0)
    names = preset.naming.tables["units"][0]
    assert names[:10] == HOSTILE[:10]
    assert preset.output_names == [f"out_{each}" for each in sorted(HOSTILE[:2])]
    trace = preset.trace()
    every = [trace.name(quantity) for name, layer in trace.given for quantity in trace.entries(name, layer)]
    assert len(set(every)) == len(every)
    assert trace.derive("w1").value == trace.value(Quantity("dW", (1, 0, 0)))
    assert "\x1b" not in str(trace)
    assert "<script>" not in trace._repr_html_()
    assert str(trace_from(json.loads(document(trace)))) == str(trace)


@pytest.mark.parametrize("target", HOSTILE)
def test_a_hostile_target_is_data(target):
    data = table(["x", target], [[n, n * n] for n in range(6)])
    preset = preset_of_table(data, target, None, [2], 0)
    assert preset.output_names == [f"out_{target}"]
    assert preset.title.isprintable()
    str(preset.trace())


def test_nothing_is_left_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    preset_of_table(table(["../x", "y"], [["../a", 1], ["/b", 2], ["../a", 3]]), "y", None, [2], 0)
    refused(b"../x,y\n1\n", error=cr.InvalidFileError)
    assert list(tmp_path.iterdir()) == []


# --- Refused ---

BROKEN = {
    "empty": (b"", "in the table, the content was empty; it may be a header and at least one row"),
    "blank": (b" \n\n", "in the table, the content was empty; it may be a header and at least one row"),
    "a header alone": (b"x,y\n", "in the table, the number of rows below the header was 0; it may be 1 or"),
    "a ragged row": (b"x,y\n1,2\n3\n", "in the table, line 3 had 1 field; it may have 2, one for each"),
    "too many fields": (b"x,y\n1,2,3\n", "in the table, line 2 had 3 fields; it may have 2"),
    "an open quote": (b'x,y\n1,"2\n3,4\n', "line 2, column 'y', had a quote (\") that is never closed"),
    "UTF-16 without its mark": ("x,y\n1,2\n".encode("utf-16-le"), "held a NUL"),
    "no UTF-8": (b"x,y\n1,\xe4\n", "line 2, column 'y', held the byte 0xe4, which is no UTF-8"),
    "a name twice": (b"x,y,x\n1,2,3\n", "the name of column 3 was 'x', as that of column 1"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(100), "the content was a zip archive or a spreadsheet"),
    "a pickle": (b"\x80\x04\x95" + bytes(50), "the content was a pickle, which could run any program"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_table_is_refused_with_its_place(name):
    data, said = BROKEN[name]
    told = refused(data, error=cr.InvalidFileError)
    assert told.startswith("in the table, ")
    assert said in told
    with pytest.raises(cr.InvalidFileError) as caught:
        columns(data)
    assert str(caught.value) == told


def test_a_wrong_target_gets_the_nearest_name(iris):
    told = refused(iris, "specis", None, [3], 0, error=cr.UnknownNameError)
    assert told.startswith("the target was 'specis'; it may be one of the columns 'sepal length (cm)', ")
    assert told.endswith("(did you mean 'species'?)")
    assert "the target was ''" in refused(iris, "", ["petal width (cm)"], [3], 0, error=cr.UnknownNameError)


def test_a_wrong_input_gets_the_nearest_name(iris):
    told = refused(iris, "species", ["petal length"], [3], 0, error=cr.UnknownNameError)
    assert told.startswith("an input was 'petal length'; it may be one of the columns ")
    assert told.endswith("(did you mean 'petal length (cm)'?)")


@pytest.mark.parametrize(
    ("data", "arguments", "said"),
    [
        (TWO, ("kind", ["kind"], [3], 0), "an input was 'kind'; it may be another column than the target"),
        (TWO, ("kind", ["weight", "weight"], [3], 0), "an input was 'weight'; it may be there once"),
        (
            TWO,
            ("kind", [], [3], 0),
            "no column was left as an input in a table of 'height', 'weight', 'kind'",
        ),
        (TWO, ("kind", None, [0], 0), "the number of units of a layer was 0"),
        (TWO, ("kind", None, [2.5], 0), "the number of units of a layer was 2.5"),
        (TWO, ("kind", None, [3], -1), "the seed was -1"),
        (b"x,y\n1,a\n2,a\n3,a\n", (), "the target 'y' was 'a' in every row to learn from; it may have two"),
        (b"x,y\n1,2.5\n2,2.5\n", (), "the target 'y' was 2.5 in every row to learn from"),
        (b"x,y\n1,a\n2,\n3,b\n", (), "the target 'y' in row 2 was missing; it may be missing in no row"),
        (b"x,y\n1,2\n", (), "the number of rows to learn from was 1; it may be 2 or above"),
        (b"x,y\n5,a\n5,b\n", (), "no column was left as an input"),
        (b"x,y\ninf,a\n2,b\n", (), "the column 'x' in row 1 was inf; it may be a finite number"),
        (
            b'x,y\n"1,5",a\n"2,5",b\n',
            (),
            "the column 'x' in row 1 was '1,5'; it may be a number such as 1234.5",
        ),
        (b"x,y\n2024-01-02,a\n2024-01-03,b\n", (), "this is a date or a time"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_its_reason(data, arguments, said):
    assert said in refused(data, *arguments)


def test_an_option_of_the_command_line_is_never_the_advice():
    names = table(["name", "y"], [[f"person {row}", row % 2] for row in range(1100)])
    told = refused(names)
    assert told.startswith("the number of categories of the column 'name' was 1,100; it may be at most 1,000")
    assert told.endswith("leave the column out)")


def test_more_hidden_units_than_a_page_can_show_are_refused():
    told = refused(TWO, "kind", None, [10**6], 0, error=cr.TooLargeError)
    assert told == "the number of weights and biases was 5,000,002; it may be at most 1,000,000 on the page"
    refused(TWO, "kind", None, [10**12, 10**12], 0, error=cr.TooLargeError)
    assert preset_of_table(TWO, "kind", None, [1000, 100], 0).parameters.theta.size > 100_000


def test_more_than_a_page_can_take_is_refused(monkeypatch):
    monkeypatch.setattr(room, "MOST_NUMBERS", 119)  # two inputs and two outputs for each of 30 rows
    told = refused(TWO, "kind", None, [3], 0, error=cr.TooLargeError)
    assert told == "the number of numbers was 120; it may be at most 119 on the page"
    monkeypatch.setattr(room, "MOST_COLUMNS", 2)
    with pytest.raises(
        cr.TooLargeError, match="the number of columns was 3; it may be at most 2 on the page"
    ):
        columns(TWO)


def test_without_polars_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    for ask in (lambda: columns(TWO), lambda: preset_of_table(TWO, "kind", None, [3], 0)):
        with pytest.raises(cr.ChainruleError, match=r"needs polars, .* pip install \"chainrule\[ml\]\""):
            ask()
