"""A test that cannot fail shows nothing: with each of these mistakes planted, its check fails."""

import itertools
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from table_checks import (
    check_classes,
    check_held_out,
    check_numbers,
    check_plain_data,
    check_sieve,
    check_unchanged,
    read,
    refused,
)

from chainrule.errors import ChainruleError
from chainrule.files.tables import (
    Encoder,
    category,
    disguise,
    fit,
    fit_encoder,
    number_target,
    numeric,
    sieve,
    task,
    text_kinds,
)
from chainrule.files.tables.class_target import Classes
from chainrule.files.tables.number_target import Numbers
from chainrule.files.tables.records import Records
from chainrule.files.tables.standard import mean_and_scale, standardized

FRAME = pl.DataFrame(
    {
        "x": [1.0, 2.0, 4.0, 8.0, 16.0, 900.0],
        "c": ["r", "g", "r", "g", "r", "b"],
        "h": [1.0, None, 3.0, 4.0, None, 7.0],
        "y": [0.5, 1.5, 2.5, 9.0, 7.5, 8.5],
    }
)
LEARNED = [0, 1, 2, 3]

# The checks.


def check_quotes():
    check_sieve('a,b\n1,"x, ""y"""\n"",5" pipe\n', ",")


def check_spaces():
    check_sieve("a,b\nx , y\n", ",")


def check_ragged():
    with refused("line 3 had 1 field"):
        read("a,b\n1,2\n3\n")


def check_text_kinds():
    frame = read("a,b,c\n1,True,NA\nNA,false,x\n").frame
    assert frame.rows() == [(1, True, "NA"), (None, False, "x")]


def check_training_rows():
    check_held_out(FRAME, "y", LEARNED)


def check_encoding():
    X = fit_encoder(FRAME, "y").encode(FRAME)
    np.testing.assert_allclose(X[:, 0].mean(dtype=float), 0, atol=1e-6)
    np.testing.assert_allclose(X[:, 0].std(dtype=float), 1, rtol=1e-5)
    assert X[:, 1:4].tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert X[:, 5].tolist() == [0, 1, 0, 0, 1, 0]
    assert X[[1, 4], 4].tolist() == [0, 0]


def check_unseen():
    encoder = fit_encoder(FRAME, "y", rows=LEARNED)
    assert encoder.encode(FRAME)[5, 1:3].tolist() == [0, 0]


def check_extremes():
    frame = pl.DataFrame({"x": [1e308, -1e308] * 2, "y": [1.5, 2.5, 3.5, 4.5]})
    assert fit_encoder(frame, "y").encode(frame).tolist() == [[1], [-1]] * 2


def check_disguise():
    with refused("'1,5'"):
        fit_encoder(pl.DataFrame({"x": ["1,5", "2"], "y": [1.5, 2.5]}), "y")


def check_many_whole_numbers():
    frame = pl.DataFrame({"x": range(75), "y": [*range(25)] * 3})
    assert fit_encoder(frame, "y").task == "number"


def check_rare_whole_numbers():
    frame = pl.DataFrame({"x": range(8), "y": [0, 0, 0, 0, 1, 1, 1, 2]})
    assert fit_encoder(frame, "y").task == "number"


def check_text_labels():
    check_classes(["a", "b", "c", "a"])


def check_whole_labels():
    check_classes([3, 1, 2])


def check_units():
    check_numbers({"y": [1.0, 5.0, 7.0]})


def check_saved_classes():
    check_plain_data(fit_encoder(FRAME, "c"))


def check_saved_numbers():
    check_plain_data(fit_encoder(FRAME, "y"))


def check_frame():
    check_unchanged(FRAME.clone(), fit_encoder(FRAME, "y").encode)


# The mistakes: what is planted where, and the check that has to see it.

MISTAKES = [
    pytest.param(
        text_kinds, "MISSING", ("", "null", "nan", "na"), check_text_kinds, id="NA is always missing"
    ),
    pytest.param(
        text_kinds, "MISSING_NUMBER", ("", "null", "nan"), check_text_kinds, id="NA is never missing"
    ),
    pytest.param(text_kinds, "BOOLEANS", ("yes", "no"), check_text_kinds, id="True is text"),
    pytest.param(disguise, "DISGUISED_NUMBER", "^$", check_disguise, id="disguises pass"),
    pytest.param(task, "MOST_WHOLE_NUMBERS", 1000, check_many_whole_numbers, id="many values are classes"),
    pytest.param(task, "FEWEST_ROWS_EACH", 1, check_rare_whole_numbers, id="rare values are classes"),
]


def instead_of(owner, name, check):
    """Plant a function in the place of `owner.name`."""

    def plant(mistake):
        MISTAKES.append(pytest.param(owner, name, mistake, check, id=mistake.__name__))
        return mistake

    return plant


@instead_of(Records, "__iter__", check_quotes)
def quotes_are_not_read(self):
    for line in itertools.chain([self._first], self._lines):
        yield line.rstrip("\n").split(self.delimiter), line


@instead_of(sieve.csv, "writer", check_quotes)
class QuotesAreNotWritten:
    def __init__(self, out, **_):
        self.out = out

    def writerow(self, row):
        self.out.write(",".join(map(str, row)) + "\n")


records = Records.__iter__


@instead_of(Records, "__iter__", check_ragged)
def short_rows_are_filled(self):
    for fields, text in records(self):
        yield fields + [""] * (len(self.names) - len(fields)), text


@instead_of(text_kinds, "stripped", check_spaces)
def spaces_stay(column):
    return pl.col(column)


@instead_of(fit, "training_rows", check_training_rows)
def all_rows_are_learned_from(count, rows):
    return np.arange(count)


fit_numeric, fit_category, fit_numbers = fit.fit_numeric, fit.fit_category, fit.fit_numbers


@instead_of(fit, "fit_numeric", check_training_rows)
def means_of_all_rows(column, learned):
    return fit_numeric(column, np.arange(len(column.values)))


@instead_of(fit, "fit_category", check_training_rows)
def categories_of_all_rows(column, learned):
    return fit_category(column, np.arange(len(column.values)))


@instead_of(numeric, "mean_and_scale", check_encoding)
def deviation_of_a_sample(values):
    return mean_and_scale(values)[0], float(values.std(ddof=1))


@instead_of(numeric, "mean_and_scale", check_encoding)
def variance_for_the_deviation(values):
    return mean_and_scale(values)[0], float(values.var())


@instead_of(numeric, "mean_and_scale", check_extremes)
def sums_that_overflow(values):
    with np.errstate(all="ignore"):
        return float(values.mean()), float(values.std())


@instead_of(numeric, "standardized", check_encoding)
def center_is_forgotten(values, center, scale):
    return standardized(values, 0.0, scale)


@instead_of(fit, "fit_numeric", check_encoding)
def missing_values_become_zeros(column, learned):
    fitted, notes = fit_numeric(column, learned)
    return replace(fitted, fill=0.0), notes


codes = category.codes


@instead_of(category, "codes", check_encoding)
def categories_are_shifted(texts, categories):
    return (codes(texts, categories) + 1) % len(categories)


@instead_of(category, "codes", check_unseen)
def unseen_categories_are_the_first(texts, categories):
    return np.maximum(codes(texts, categories), 0)


@instead_of(Classes, "decode", check_text_labels)
def smallest_output_wins(self, outputs):
    return pl.DataFrame({self.name: [self.labels[c] for c in np.argmin(outputs, axis=1)]})


@instead_of(task, "labels_of", check_whole_labels)
def labels_become_text(column):
    return tuple(map(str, column.values.unique().sort()))


@instead_of(number_target, "restored", check_units)
def numbers_stay_standardized(values, mean, scale):
    return values


@instead_of(number_target, "restored", check_units)
def mean_and_scale_are_mixed_up(values, mean, scale):
    return values * mean + scale


@instead_of(Classes, "to_dict", check_saved_classes)
def labels_are_saved_backwards(self):
    return {"kind": "classes", "name": self.name, "labels": list(self.labels)[::-1]}


@instead_of(Numbers, "to_dict", check_saved_numbers)
def scales_are_rounded(self):
    scales = [float(f"{scale:.12g}") for scale in self.scales]
    return {"kind": "numbers", "names": list(self.names), "means": list(self.means), "scales": scales}


@instead_of(Encoder, "encode", check_frame)
def frame_is_changed(self, frame):
    frame.insert_column(0, pl.Series("new", [0] * frame.height))


@pytest.mark.parametrize(("owner", "name", "mistake", "check"), MISTAKES)
def test_planted(owner, name, mistake, check, monkeypatch):
    check()
    monkeypatch.setattr(owner, name, mistake)
    with pytest.raises((AssertionError, TypeError, ChainruleError, pytest.fail.Exception)):
        check()
