"""A network of which every two shapes go together, or the two that do not."""

import numpy as np
import pytest

from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError
from chainrule.files.matlab_network import MatNetwork


def network(*shapes, **others):
    return MatNetwork(weights=tuple(map(np.ones, shapes)), **others)


def ones(*lengths):
    return tuple(map(np.ones, lengths))


def test_sizes():
    assert network((2, 3), (3, 4), (4, 1)).sizes == (2, 3, 4, 1)
    assert network((5, 1)).sizes == (5, 1)


def test_arrays_are_copies_that_cannot_be_changed():
    weight, bias, data = np.ones((2, 3)), np.ones(3), np.ones((4, 2))
    made = MatNetwork(weights=[weight], biases=[bias], inputs=data, targets=np.ones((4, 3)))
    weight[:] = bias[:] = data[:] = 7
    for array in (*made.weights, *made.biases, made.inputs, made.targets):
        assert not array.flags.writeable
        assert (array == 1).all()
    assert type(made.weights) is type(made.biases) is tuple


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: network(), "the list of weights was empty; it may have a matrix for each layer"),
        (
            lambda: network((2, 3), (4, 1)),
            "the weights of layers 1 and 2 had the shapes (2, 3) and (4, 1); "
            "the second may have as many rows as the first has columns",
        ),
        (
            lambda: network((2, 3), (3, 4), (5, 2)),
            "the weights of layers 2 and 3 had the shapes (3, 4) and (5, 2); "
            "the second may have as many rows as the first has columns",
        ),
        (
            lambda: network((3, 2), (4, 3), (1, 4)),
            "the weights of layers 1 and 2 had the shapes (3, 2) and (4, 3); "
            "the second may have as many rows as the first has columns "
            "(they fit only when transposed: here rows are inputs and columns are neurons, "
            "so transpose each with .' in MATLAB)",
        ),
        (
            lambda: network((2, 3), (3, 1), biases=ones(3)),
            "there were 2 weights and 1 biases; there may be as many of each",
        ),
        (
            lambda: network((2, 3), (3, 1), biases=()),
            "there were 2 weights and 0 biases; there may be as many of each",
        ),
        (
            lambda: network((2, 3), (3, 1), biases=ones(3, 2)),
            "the weights of layer 2 had the shape (3, 1) and its biases (2,); "
            "the biases may be 1, one for each column",
        ),
        (
            lambda: network((3, 2), biases=ones(3)),
            "the weights of layer 1 had the shape (3, 2) and its biases (3,); "
            "the biases may be 2, one for each column "
            "(they fit only when transposed: here rows are inputs and columns are neurons, "
            "so transpose each with .' in MATLAB)",
        ),
        (
            lambda: network((2, 3), inputs=np.ones((5, 3))),
            "inputs had the shape (5, 3); it may have 2 columns, one for each unit",
        ),
        (
            lambda: network((2, 3), inputs=np.ones((2, 5))),
            "inputs had the shape (2, 5); it may have 2 columns, one for each unit "
            "(each example is a row; transpose with .' first)",
        ),
        (
            lambda: network((2, 3), targets=np.ones((5, 2))),
            "targets had the shape (5, 2); it may have 3 columns, one for each unit",
        ),
        (
            lambda: network((2, 3), inputs=np.ones((5, 2)), targets=np.ones((4, 3))),
            "inputs had 5 rows and targets 4; they may have the same number, one row for each example",
        ),
        (lambda: network((2,)), "weights{1} had the shape (2,); it may have rows and columns"),
        (lambda: network((2, 3), biases=ones((1, 3))), "biases{1} had the shape (1, 3); it may have entries"),
        (
            lambda: network((2, 3), inputs=np.ones(2)),
            "inputs had the shape (2,); it may have rows and columns",
        ),
    ],
)
def test_shapes_that_do_not_go_together(make, sentence):
    with pytest.raises(ShapeError) as caught:
        make()
    assert str(caught.value) == sentence


def test_square_weights_are_taken_as_they_are():
    matrices = (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]]))
    assert [each.tolist() for each in MatNetwork(matrices).weights] == [each.tolist() for each in matrices]


def test_numbers_are_named_by_cell():
    with pytest.raises(InvalidValueError, match=r"^weights\{2\}, row 1, column 2, was nan"):
        MatNetwork((np.ones((2, 2)), np.array([[1, np.nan]] * 2)))
    with pytest.raises(InvalidValueError, match=r"^biases\{1\}, entry 2, was inf"):
        MatNetwork((np.ones((1, 2)),), biases=(np.array([0, np.inf]),))
    with pytest.raises(InvalidTypeError, match=r"^targets was logical"):
        MatNetwork((np.ones((1, 2)),), targets=np.ones((1, 2), dtype=bool))
