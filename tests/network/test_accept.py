from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from repeatable import examples, fingerprint

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, TooLargeError
from chainrule.network import accept

NOT_NUMBERS = [np.nan, "1", None, 1j, [1], 10**400, -(10**400)]


@pytest.mark.parametrize("value", [1, 0.5, 5e-324, 1.7e308, np.float32(0.25), np.int8(3), Fraction(1, 4)])
def test_a_positive_number_becomes_a_float(value):
    for check in (accept.positive, accept.not_negative):
        got = check("the rate", value)
        assert type(got) is float
        assert got == value


@pytest.mark.parametrize("value", [0, -0.0, -1, np.inf, -np.inf, *NOT_NUMBERS])
def test_what_is_not_positive_is_refused(value):
    with pytest.raises(InvalidValueError, match=r"^the rate was .*; it may be a finite number above 0$"):
        accept.positive("the rate", value)


@pytest.mark.parametrize("value", [-5e-324, -1, np.inf, *NOT_NUMBERS])
def test_what_is_negative_is_refused(value):
    with pytest.raises(InvalidValueError, match=r"^the rate was .*; it may be a finite number, 0 or above$"):
        accept.not_negative("the rate", value)
    assert accept.not_negative("the rate", 0) == 0


@pytest.mark.parametrize("value", [-1e-9, 1, 1.0, 2, np.inf, *NOT_NUMBERS])
def test_a_fraction_is_from_0_up_to_below_1(value):
    with pytest.raises(InvalidValueError, match=r"the part was .*from 0 up to, but not including, 1"):
        accept.fraction("the part", value)
    assert [accept.fraction("the part", each) for each in (0, 0.5, np.nextafter(1, 0))][1] == 0.5


@pytest.mark.parametrize("value", [0, -1, 1.5, 2.0, True, np.True_, "3", None, np.nan])
def test_a_count_is_a_whole_number_of_1_or_more(value):
    with pytest.raises(InvalidValueError, match=r"the number of rows was .*a whole number, 1 or above"):
        accept.count("the number of rows", value)


@pytest.mark.parametrize("value", [1, 10**9, 10**30, np.int8(3), np.uint64(2**63)])
def test_a_count_becomes_an_int(value):
    got = accept.count("the number of rows", value)
    assert type(got) is int
    assert got == value


@pytest.mark.parametrize("value", [0, 1, 2**64 - 1])
def test_a_seed_fits_into_64_bits(value):
    assert accept.seed(value) == value


@pytest.mark.parametrize("value", [-1, 2**64, 10**30, 0.5, True, None])
def test_another_seed_is_refused(value):
    with pytest.raises(InvalidValueError, match="the seed was"):
        accept.seed(value)


# Arrays.

KINDS = ["bool", "int8", "uint64", "float16", "float32", "float64", "longdouble"]


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_real_numbers_come_back_as_they_are(kind):
    array = np.array([[0, 1], [1, 0]], dtype=kind)
    assert accept.real_array("X", array) is array


def laid_out(how: str) -> np.ndarray:
    plain = np.array([[1.0, 2.0], [3.0, 4.0]])
    if how == "read-only":
        plain.flags.writeable = False
        return plain
    return {
        "Fortran order": np.asfortranarray(plain),
        "other endian": plain.astype(plain.dtype.newbyteorder()),
        "every second": np.repeat(plain, 2, axis=1)[:, ::2],
        "backwards": plain[::-1][::-1],
        "matrix": np.asmatrix(plain) if hasattr(np, "asmatrix") else plain,
    }[how]


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    "how", ["read-only", "Fortran order", "other endian", "every second", "backwards", "matrix"]
)
def test_every_layout_is_accepted_and_left_alone(how):
    given_ = laid_out(how)
    before = fingerprint(given_)
    got = accept.rows("X", given_, 2, np.float64)
    assert type(got) is np.ndarray
    assert got.dtype == np.dtype(np.float64)
    assert got.dtype.isnative
    assert got.tolist() == [[1, 2], [3, 4]]
    assert fingerprint(given_) == before


def test_a_memory_map_is_accepted(tmp_path):
    np.array([[1.0, 2.0]]).tofile(tmp_path / "numbers")
    mapped = np.memmap(tmp_path / "numbers", dtype=float, mode="r", shape=(1, 2))
    assert accept.rows("X", mapped, 2, np.float32).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (np.array(["1", "2"]), "text"),
        (np.array([1j]), "complex numbers"),
        (np.array([None, 1]), "Python objects"),
        (np.array(["2026-01-01"], dtype="datetime64[D]"), "dates"),
        (np.array([1], dtype="timedelta64[s]"), "lengths of time"),
        (np.array([b"1"]), "bytes"),
        ([10**400], "Python objects"),
        (np.array([(1, 2.0)], dtype="i4,f8"), "Python objects"),
    ],
)
def test_what_is_not_real_numbers_is_refused_with_its_kind(bad, kind):
    with pytest.raises(InvalidTypeError, match=f"X was an array of {kind}; it may be an array of real"):
        accept.real_array("X", bad)


def test_masked_entries_are_refused():
    with pytest.raises(InvalidTypeError, match="a masked array"):
        accept.real_array("X", np.ma.array([1.0, 2.0], mask=[False, True]))


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match="rows of different lengths"):
        accept.real_array("X", [[1.0], [1.0, 2.0]])


@examples(80)
@given(
    st.data(),
    arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-1e300, 1e300)),
    st.sampled_from([np.nan, np.inf, -np.inf]),
)
def test_the_first_number_that_is_not_finite_is_named_with_its_place(data, array, bad):
    row = data.draw(st.integers(0, len(array) - 1))
    column = data.draw(st.integers(0, len(array[0]) - 1))
    array[row, column] = array[-1, -1] = bad
    place = f"X at row {row}, column {column} was {bad}; it may be a finite number"
    with pytest.raises(InvalidValueError) as error:
        accept.real_array("X", array)
    assert str(error.value) == place


@pytest.mark.parametrize(
    ("array", "place"),
    [
        (np.array([1, np.nan]), "at index 1"),
        (np.array(np.inf), "b was inf"),
        (np.full((1, 1, 1), np.nan), "index 0"),
    ],
)
def test_places_in_arrays_of_other_dimensions(array, place):
    with pytest.raises(InvalidValueError, match=place):
        accept.real_array("b", array)


def test_one_row_may_come_without_its_brackets():
    assert accept.rows("X", [1, 2, 3], 3, np.float64).tolist() == [[1, 2, 3]]
    assert accept.rows("X", [7], 1, np.float64).tolist() == [[7]]


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 1), (1, 2, 1), ()])
def test_another_shape_is_refused_and_both_are_shown(shape):
    with pytest.raises(ShapeError) as error:
        accept.rows("X", np.zeros(shape), 2, np.float64)
    assert str(error.value) == f"the shape of X was {shape}; it may be (n, 2)"


def test_no_rows_at_all_are_refused():
    with pytest.raises(ShapeError, match="the number of rows of X was 0"):
        accept.rows("X", np.zeros((0, 2)), 2, np.float64)


def test_a_number_too_large_for_the_precision_is_named():
    with pytest.raises(InvalidValueError, match="X in float32 at row 1, column 0 was inf"):
        accept.rows("X", np.array([[1.0], [1e300]]), 1, np.float32)


@pytest.mark.parametrize("value", [1e308, -1e308, 1e-320, -0.0])
def test_the_ends_of_double_are_numbers(value):
    got = accept.rows("X", [[value]], 1, np.float64)[0, 0]
    assert got == value
    assert np.signbit(got) == np.signbit(value)


@pytest.mark.parametrize(
    ("dtype", "real"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.complex64, np.float32),
        (np.complex128, np.float64),
        (np.clongdouble, np.longdouble),
    ],
)
def test_the_real_precision_of_a_complex_one(dtype, real):
    assert accept.real_precision(dtype) == real


def test_weights_of_rows_are_taken_as_they_are():
    got = accept.row_weights([0, 1, 2.5], 3, np.float32)
    assert got.dtype == np.float32
    assert got.tolist() == [0, 1, 2.5]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 2], r"the shape of row_weights was \(2,\); it may be \(3,\)"),
        ([[1, 2, 3]], r"the shape of row_weights was \(1, 3\); it may be \(3,\)"),
        ([1, -0.5, 1], "the weight of row 1 was -0.5; it may be 0 or above"),
        ([0, 0, 0], r"the sum of row_weights was 0\.0; it may be a finite number above 0"),
        ([1, np.nan, 1], "row_weights at index 1 was nan"),
    ],
)
def test_weights_without_a_meaning_are_refused(weights, message):
    with pytest.raises(InvalidValueError, match=message):
        accept.row_weights(weights, 3, np.float64)


def test_as_many_rows_each():
    accept.same_rows(np.zeros((2, 1)), np.zeros((2, 3)), "X and Y")
    with pytest.raises(ShapeError, match=r"the shapes of X and Y were \(2, 1\) and \(3, 1\)"):
        accept.same_rows(np.zeros((2, 1)), np.zeros((3, 1)), "X and Y")


def test_what_is_larger_than_the_machine_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr(accept, "machine_memory", lambda: 2**30)
    accept.refuse_too_large("the network", 2**30)
    with pytest.raises(TooLargeError, match=r"the network would need about 2\.0 GiB.*fits into the 1\.0 GiB"):
        accept.refuse_too_large("the network", 2**31)


def test_a_machine_that_does_not_tell_its_memory_refuses_nothing(monkeypatch):
    monkeypatch.setattr(accept.os, "sysconf", lambda _: (_ for _ in ()).throw(ValueError()), raising=False)
    assert accept.machine_memory() is None
    accept.refuse_too_large("the network", 2**100)
