"""Numbers come through exactly; whatever is not a real finite number is named."""

import numpy as np
import pytest
from scipy import sparse

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError
from chainrule.files.matlab_numbers import finite_float64

MATRIX = np.array([[1.0, -2.0, 0.0], [5e-324, 1e308, -0.0]])


@pytest.mark.parametrize(
    "value",
    [
        MATRIX,
        np.asfortranarray(MATRIX),
        MATRIX[:, ::-1],
        MATRIX.astype(">f8"),
        MATRIX.astype("<f8"),
        np.array([[1.5, 2.5]], dtype=np.float32),
        np.array([[-128, 127]], dtype=np.int8),
        np.array([[2**53, -(2**53)]]),
        np.array([[2**53]], dtype=np.uint64),
    ],
)
def test_numbers_come_through_exactly(value):
    before = value.tobytes()
    numbers = finite_float64("W1", value, axes=2)
    assert numbers.dtype == np.float64
    assert numbers.dtype.isnative
    assert numbers.flags.c_contiguous
    assert numbers.tobytes() == np.array(value.tolist(), dtype=np.float64).tobytes()
    assert not np.shares_memory(numbers, value)
    assert value.tobytes() == before


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (np.array([[True]]), "logical"),
        (np.array([[1 + 0j]]), "complex"),
        (np.array([["1"]]), "text"),
        (np.array([[b"1"]]), "text"),
        (np.array([[None]]), "a cell array"),
        (np.zeros((1, 1), dtype=[("a", "f8")]), "a struct or an object"),
        (np.zeros((1, 1), dtype="M8[s]"), "of type datetime64[s]"),
        pytest.param(
            np.zeros((1, 1), dtype=np.longdouble),
            f"of type {np.dtype(np.longdouble)}",
            marks=pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="no longer double"),
        ),
        (np.ma.masked_array([[1.0]], mask=[[True]]), "a MaskedArray"),
        (sparse.csc_array(np.eye(2)), "a sparse matrix"),
        (sparse.coo_matrix(np.eye(2)), "a sparse matrix"),
        ([[1.0]], "a list"),
        ("Read error: broken", "a str"),
    ],
)
def test_other_kinds(value, kind):
    with pytest.raises(InvalidTypeError) as caught:
        finite_float64("weights{2}", value, axes=2)
    assert str(caught.value) == f"weights{{2}} was {kind}; it may be a full array of real numbers"


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 2, 2)])
def test_other_shapes_than_a_matrix(shape):
    with pytest.raises(ShapeError, match=r"^W1 had the shape \(.*\); it may have rows and columns$"):
        finite_float64("W1", np.ones(shape), axes=2)


@pytest.mark.parametrize("shape", [(), (1, 3), (0,)])
def test_other_shapes_than_a_vector(shape):
    with pytest.raises(ShapeError, match=r"^b1 had the shape \(.*\); it may have entries$"):
        finite_float64("b1", np.ones(shape), axes=1)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_not_finite(wrong):
    matrix = np.ones((3, 4), dtype=np.float32)
    matrix[1, 2] = matrix[2, 0] = wrong
    with pytest.raises(
        InvalidValueError, match=rf"^W1, row 2, column 3, was {wrong}; it may be a finite number$"
    ):
        finite_float64("W1", matrix, axes=2)
    with pytest.raises(InvalidValueError, match=rf"^b1, entry 3, was {wrong}; it may be"):
        finite_float64("b1", matrix[1], axes=1)


@pytest.mark.parametrize(
    ("integer", "kind"), [(2**53 + 1, "i8"), (-(2**53) - 1, "i8"), (-(2**63), "i8"), (2**64 - 1, "u8")]
)
def test_integers_that_float64_skips(integer, kind):
    with pytest.raises(InvalidValueError, match=r"^W1 had a whole number beyond 2\^53"):
        finite_float64("W1", np.array([[0, integer]], dtype=kind), axes=2)
