"""What has to hold for tables and encoders, said once; `test_mistakes` shows that each check can fail."""

import csv
import io
import json
from contextlib import contextmanager

import numpy as np
import polars as pl
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from chainrule.errors import ChainruleError
from chainrule.files.tables import Encoder, fit_encoder
from chainrule.files.tables.lines import Lines
from chainrule.files.tables.separated import read_separated
from chainrule.files.tables.sieve import sieve


def examples(count):
    """Hypothesis with the same examples every time, however slow the machine is."""
    return settings(max_examples=count, deadline=None, derandomize=True, database=None)


@contextmanager
def refused(words, error=ChainruleError):
    """Expect an error that is one sentence, on one line, with these words in it."""
    with pytest.raises(error) as caught:
        yield
    message = str(caught.value)
    assert words in message
    assert "\n" not in message
    assert message.isprintable()
    assert len(message) < 1_000


def read(data, **options):
    """Read a CSV from text or bytes."""
    content = data.encode() if isinstance(data, str) else data
    return read_separated("table", io.BytesIO(content), **options)


def sieved(data, delimiter=None):
    """Return what a text is after the sieve."""
    out = io.StringIO()
    sieve(Lines(io.BytesIO(data)), out, delimiter)
    return out.getvalue()


def through_csv(text, delimiter):
    """Return the rows of a text as Python's csv module reads it, spaces around fields left out."""
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True, skipinitialspace=True)
    return [[field.strip() for field in row] for row in rows]


def check_sieve(text, delimiter):
    """The sieve's rows, and polars' after it, are those of the csv module."""
    header, *wanted = through_csv(text, delimiter)
    out = sieved(text.encode(), delimiter)
    assert through_csv(out, delimiter)[1:] == wanted
    frame = read(text, delimiter=delimiter, keep_as_text=header).frame
    missing = ("", "null", "nan")
    assert frame.columns == header
    assert frame.rows() == [tuple(None if f.lower() in missing else f for f in row) for row in wanted]


def check_classes(labels):
    """Labels come back exactly, of the kind they were."""
    frame = pl.DataFrame({"x": range(len(labels)), "y": labels})
    encoder = fit_encoder(frame, "y", task="class")
    Y = encoder.encode_target(frame)
    assert Y.dtype == np.float32
    assert Y.shape == (len(labels), len(set(labels)))
    assert (Y.sum(axis=1) == 1).all()
    assert encoder.decode(Y).get_column("y").to_list() == labels


def check_numbers(columns):
    """Targets of numbers come back to float32's rounding of their spread."""
    count = len(next(iter(columns.values())))
    frame = pl.DataFrame({"x": range(count), **columns})
    encoder = fit_encoder(frame, list(columns), task="number")
    Y = encoder.encode_target(frame)
    np.testing.assert_allclose(Y.mean(axis=0, dtype=np.float64), 0, atol=1e-5)
    np.testing.assert_allclose(Y.std(axis=0, dtype=np.float64), 1, rtol=1e-5)
    back = encoder.decode(Y)
    for name, values in columns.items():
        spread = np.abs(np.subtract(values, np.mean(values))).max()
        ulp = spread * 2.0**-23 + np.spacing(np.abs(values).max())
        np.testing.assert_allclose(back.get_column(name), values, rtol=0, atol=2 * ulp)


def check_plain_data(encoder):
    """An encoder comes back from JSON as it went."""
    assert Encoder.from_dict(json.loads(json.dumps(encoder.to_dict()))) == encoder


def check_unchanged(frame, use):
    """Whatever is done with a table, it is afterwards what it was before."""
    before = frame.clone()
    hashes = frame.hash_rows().to_list() if frame.width else []
    use(frame)
    assert frame.equals(before, null_equal=True)
    assert frame.schema == before.schema
    assert (frame.hash_rows().to_list() if frame.width else []) == hashes


def check_held_out(frame, target, learned):
    """What rows that are held out contain does not change what is learned."""
    index = pl.int_range(frame.height, eager=True)
    kept = index.is_in(learned)
    other = frame.with_columns(
        pl.when(kept).then(pl.col(name)).otherwise(pl.col(name).reverse()).alias(name)
        for name in frame.columns
        if name != target
    )
    first, second = (fit_encoder(each, target, rows=learned) for each in (frame, other))
    assert first == second
    alone = fit_encoder(frame.filter(kept), target)
    assert first.inputs == alone.inputs


NAMES = st.sampled_from(["^x$", "^.*$", "*", "0", "values"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64)


def columns_of_inputs(rows):
    """A strategy for an input column of so many rows."""
    kinds = [
        st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
        st.integers(-(2**62), 2**62),
        st.booleans(),
        st.sampled_from(["red", "green", "blue", "=1+1", "ü", "a,b", "NULL", " red ", "\0", "\x1b[2J\u202e"]),
    ]
    return st.one_of(
        [st.lists(st.none() | kind, min_size=rows, max_size=rows) for kind in kinds]
        + [st.lists(kind, min_size=rows, max_size=rows) for kind in kinds]
    )
