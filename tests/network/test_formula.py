import math
import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from repeatable import examples

from chainrule.network.formula import (
    FUNCTIONS,
    Add,
    Cases,
    Divide,
    Formula,
    Function,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    Sum,
    absolute,
    at,
    children,
    erf,
    evaluate,
    exp,
    expand,
    factors_of,
    log,
    magnitude,
    quantities,
    rebuild,
    sign,
    sqrt,
    substitute,
    tanh,
    terms_of,
)

x, y, z = Quantity("x"), Quantity("y"), Quantity("z")
x_i, w_ij = Quantity("x", ("i",)), Quantity("w", ("i", "j"))
VALUES = {"x": 0.75, "y": -1.5, "z": 2.25}

# A tree beside the number that Python's own operators give: the two are built by the same steps.
Pair = tuple[Formula, float]
NAMES = st.sampled_from(sorted(VALUES))
LEAVES = st.one_of(
    NAMES.map(lambda name: (Quantity(name), VALUES[name])),
    st.integers(-3, 3).map(lambda number: (Number(number), number)),
)


def joined(operation: Callable) -> Callable[[tuple[Pair, Pair]], Pair]:
    return lambda pairs: (
        operation(pairs[0][0], pairs[1][0]),
        operation(pairs[0][1], pairs[1][1]),
    )


def larger(trees: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    two = st.tuples(trees, trees)
    return st.one_of(
        *(two.map(joined(operation)) for operation in (operator.add, operator.sub, operator.mul)),
        two.filter(lambda pairs: abs(pairs[1][1]) > 1e-3).map(joined(operator.truediv)),
        trees.map(lambda pair: (-pair[0], -pair[1])),
        trees.map(lambda pair: (pair[0] ** 2, pair[1] ** 2)),
        trees.map(lambda pair: (tanh(pair[0]), math.tanh(pair[1]))),
        trees.map(lambda pair: (absolute(pair[0]), abs(pair[1]))),
    )


TREES = st.recursive(LEAVES, larger, max_leaves=12)


@examples(200)
@given(TREES)
def test_a_tree_has_the_value_of_the_expression_that_built_it(pair):
    tree, value = pair
    # Terms and factors are chained from left to right, which rounds in another order.
    assert evaluate(tree, VALUES) == pytest.approx(value, rel=1e-9, abs=1e-9 * magnitude(tree, VALUES))


@examples(200)
@given(TREES)
def test_the_magnitude_is_never_below_the_value(pair):
    tree, _ = pair
    assert magnitude(tree, VALUES) >= abs(evaluate(tree, VALUES)) * (1 - 1e-12)


@examples(200)
@given(TREES)
def test_rebuilding_without_a_change_gives_the_same_tree(pair):
    tree, _ = pair
    assert rebuild(tree, lambda child: child) == tree
    assert substitute(tree, lambda quantity: quantity) == tree
    assert expand(tree, {}) == tree
    assert hash(substitute(tree, lambda quantity: quantity)) == hash(tree)


@examples(100)
@given(TREES, st.floats(-2, 2))
def test_substituting_a_number_is_evaluating_with_it(pair, number):
    tree, _ = pair
    put_in = substitute(tree, lambda quantity: Number(number) if quantity.name == "x" else quantity)
    assert "x" not in {quantity.name for quantity in quantities(put_in)}
    with np.errstate(all="ignore"):
        try:
            there = evaluate(tree, {**VALUES, "x": number})
        except (ZeroDivisionError, OverflowError):
            return
        assert evaluate(put_in, {"y": VALUES["y"], "z": VALUES["z"]}) == pytest.approx(there, nan_ok=True)


@examples(100)
@given(TREES)
def test_a_tree_takes_arrays_entry_by_entry(pair):
    tree, _ = pair
    arrays = {name: np.full((2, 3), value) for name, value in VALUES.items()}
    got = np.broadcast_to(evaluate(tree, arrays), (2, 3))
    assert np.allclose(got, evaluate(tree, VALUES), rtol=1e-9, atol=1e-9 * magnitude(tree, VALUES))


def test_the_operators_build_the_nodes():
    assert x + y == Add((x, y))
    assert x - y == Add((x, Negate(y)))
    assert x * y == Multiply((x, y))
    assert x / y == Divide(x, y)
    assert x**y == Power(x, y)
    assert -x == Negate(x)
    assert 1 + x == Add((Number(1), x))
    assert 1 - x == Add((Number(1), Negate(x)))
    assert 2 * x == Multiply((Number(2), x))
    assert 2 / x == Divide(Number(2), x)
    assert x**2 == Power(x, Number(2))


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (exp, "exp"),
        (log, "log"),
        (tanh, "tanh"),
        (erf, "erf"),
        (sqrt, "sqrt"),
        (absolute, "abs"),
        (sign, "sign"),
    ],
)
def test_every_function_has_a_value(function, name):
    assert function(x) == Function(name, (x,))
    exact = {"abs": abs, "sign": mp.sign}.get(name) or getattr(mp, name)
    assert evaluate(function(x), VALUES) == pytest.approx(float(exact(mpf(0.75))), rel=1e-15)
    assert name in FUNCTIONS


def test_sums_and_products_are_written_in_one_chain_and_keep_their_order():
    assert x + y + z == Add((x, y, z)) == x + (y + z)
    assert x * y * z == Multiply((x, y, z)) == x * (y * z)
    assert x * y != y * x
    assert terms_of(x - y) == (x, Negate(y))
    assert factors_of(x * y) == (x, y)
    assert terms_of(x * y) == (x * y,)
    assert factors_of(x + y) == (x + y,)


def test_the_terms_of_a_difference_stay_together():
    assert evaluate(x - (y + z), VALUES) == 0.75 - (-1.5 + 2.25)
    assert evaluate(x / (y / z), VALUES) == 0.75 / (-1.5 / 2.25)


def test_a_magnitude_is_the_value_if_no_two_terms_cancelled():
    values = {"x": 3.0, "y": 3.0, "z": 0.5}
    assert evaluate(x - y, values) == 0
    assert magnitude(x - y, values) == 6
    assert magnitude((x - y) * z, values) == 3
    assert magnitude((x - y) ** 2, values) == 36
    assert magnitude((x - y) / z, values) == 12
    assert magnitude(x * y + z, values) == evaluate(x * y + z, values)


def test_cases_choose_by_what_is_above_zero():
    tree = Cases(x, y, z)
    assert [evaluate(tree, {"x": test, "y": 1, "z": 2}) for test in (-1, 0, 0.0, 1e-300)] == [2, 2, 2, 1]
    tests = np.array([-1.0, 0, 2])
    assert evaluate(tree, {"x": tests, "y": 1, "z": -2}).tolist() == [-2, -2, 1]
    assert magnitude(tree, {"x": tests, "y": 1, "z": -2}).tolist() == [2, 2, 1]
    assert magnitude(tree, {"x": 0, "y": 1, "z": -2}) == 2


def test_a_case_that_is_not_chosen_is_not_computed_for_a_single_number():
    tree = Cases(x, log(x), Number(0))
    with np.errstate(all="raise"):
        assert evaluate(tree, {"x": -1.0}) == 0


def test_a_sum_is_written_out_term_by_term():
    tree = expand(Sum(x_i * w_ij, "i") + y, {"i": 3})
    assert len(terms_of(tree)) == 4
    assert list(quantities(tree))[:2] == [Quantity("x", (0,)), Quantity("w", (0, "j"))]
    w = np.arange(6.0).reshape(3, 2)
    values = {"x": np.array([1.0, 10, 100]), "w": w, "y": 0.5}
    for j in range(2):
        assert evaluate(at(tree, {"j": j}), values) == values["x"] @ w[:, j] + 0.5


def test_a_sum_in_a_sum_is_written_out_whole():
    tree = Sum(Sum(w_ij, "j"), "i")
    assert evaluate(expand(tree, {"i": 2, "j": 3}), {"w": np.arange(6.0).reshape(2, 3)}) == 15


def test_a_sum_over_one_index_is_its_only_term():
    assert expand(Sum(x_i, "i"), {"i": 1}) == Quantity("x", (0,))


def test_a_sum_in_another_node_is_found():
    tree = expand(1 / exp(Sum(x_i, "i")), {"i": 2})
    assert evaluate(tree, {"x": [0.5, 0.25]}) == pytest.approx(math.exp(-0.75))


def test_a_sum_has_to_be_written_out_before_it_has_a_value():
    with pytest.raises(TypeError, match="a formula cannot hold Sum"):
        evaluate(Sum(x_i, "i"), {"x": [1.0]})


def test_an_index_letter_that_is_not_asked_for_stays():
    assert at(w_ij, {"i": 2}) == Quantity("w", (2, "j"))


def test_children_and_quantities_come_in_the_order_in_which_they_are_written():
    assert children(Cases(x, y, z)) == (x, y, z)
    assert children(x) == ()
    assert children(Sum(x_i, "i")) == (x_i,)
    assert list(quantities(Cases(x, y / z, -(x**y)))) == [x, y, z, x, y]


def test_a_formula_computes_with_whatever_numbers_go_in():
    assert evaluate((x + y) * 2, {"x": mpf(1) / 3, "y": mpf(2) / 3}) == 2
    assert isinstance(evaluate(x * 2, {"x": mpf(1)}), mpf)
    assert evaluate(x * 2, {"x": np.float32(0.5)}).dtype == np.float32
