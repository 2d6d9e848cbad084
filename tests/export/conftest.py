"""Running an ONNX graph in ONNX Runtime, and tables of every kind of column."""

import numpy as np
import onnxruntime
import polars as pl
import pytest

from chainrule.files.tables import Table
from chainrule.tables.fit import fit_table
from chainrule.tables.recipe import Recipe

ERRORS_ONLY = 3


class Graph:
    """An ONNX model in ONNX Runtime."""

    def __init__(self, proto):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = ERRORS_ONLY
        self.session = onnxruntime.InferenceSession(
            proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def __call__(self, feeds):
        return dict(zip(self.outputs, self.session.run(None, feeds), strict=True))

    def of_table(self, frame, columns):
        """Run it on a table: a missing number is NaN, a missing text empty."""
        feeds = {}
        for value, column in zip(self.session.get_inputs(), columns, strict=True):
            series = frame[column]
            if value.type == "tensor(string)":
                found = np.array(series.fill_null("").to_list(), dtype=object)
            else:
                dtype = np.float64 if value.type == "tensor(double)" else np.float32
                found = series.cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(dtype)
            feeds[value.name] = found.reshape(-1, 1)
        return self(feeds)


@pytest.fixture(scope="session")
def opened():
    """What opens an ONNX model."""
    return Graph


def rows_of_every_kind(n=120):
    """Return a table of numbers with and without gaps, near the ends of float64, text and booleans."""
    draw = np.random.default_rng(7)
    year = draw.normal(2020, 3, n).round(2)
    flag = draw.random(n) < 0.4
    gap = draw.random(n) < 0.1
    return pl.DataFrame(
        {
            "label": year,
            "color": pl.Series(draw.choice(["red", "green", "dark  blüe", None], n).tolist()),
            "gaps": np.where(gap, np.nan, 1e-3 * draw.normal(size=n)),
            "flag": [None if missing else bool(yes) for missing, yes in zip(gap, flag, strict=True)],
            "plain": draw.random(n) < 0.5,
            "letter": pl.Series(draw.choice(["a", "b"], n).tolist()),
            "huge": 1e307 * draw.normal(size=n),
            "tiny": 1e-318 * draw.normal(size=n),
            "once": pl.Series([None if k % 7 == 0 else 3.5 for k in range(n)]),
            "y": np.where((year > 2020) ^ flag, "yes", "no"),
            "even": year.astype(int) % 2 == 0,
            "level": 1.5 * (draw.random(n) < 0.5),
            "tall": 1e4 * year + 5,
            "wide": 1e-9 * year - draw.normal(size=n),
        }
    )


TARGETS = ("y", "even", "level", "tall", "wide")


def fitted(frame, target, **choices):
    """Return a model of a table, quickly."""
    return fit_table(Table("t", frame, "0" * 64, ()), target, recipe=Recipe(epochs=5), **choices).model


@pytest.fixture(scope="session")
def fit():
    """What makes a model of a table, quickly."""
    return fitted


@pytest.fixture(scope="session")
def every_kind():
    """A table of every kind of column, without targets, and its models by target."""
    frame = rows_of_every_kind()
    models = {
        target: fitted(frame.drop(*(each for each in TARGETS if each != target)), target, task="class")
        for target in ("y", "even", "level")
    }
    others = [each for each in TARGETS if each not in ("tall", "wide")]
    models["numbers"] = fitted(frame.drop(*others), ["tall", "wide"])
    return frame.drop(*TARGETS), models
