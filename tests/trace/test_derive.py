"""The chain-rule product of every weight: all paths are there, and they add up to the gradient."""

import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.network.formula import Quantity, evaluate
from chainrule.trace.derive import meaning, number, symbol


def parameters_of(trace) -> list[Quantity]:
    return [each for kind, layer in trace.given if kind in ("W", "b") for each in trace.entries(kind, layer)]


def leaves(term) -> list[tuple]:
    """Return every path as its factors, from the loss to the parameter."""
    if not term.terms:
        return [term.factors]
    return [(*path, *term.factors) for each in term.terms for path in leaves(each)]


def worth(term) -> float:
    """Compute a product from its factors alone."""
    total = sum(map(worth, term.terms)) if term.terms else 1.0
    return total * math.prod(factor.value for factor in term.factors)


def size(term) -> float:
    total = sum(map(size, term.terms)) if term.terms else 1.0
    return total * math.prod(abs(factor.value) for factor in term.factors)


def assert_adds_up(trace) -> None:
    for parameter in parameters_of(trace):
        derivation = trace.derive(trace.name(parameter))
        told = trace.value(Quantity(f"d{parameter.name}", parameter.indices))
        assert derivation.value == told
        assert abs(worth(derivation.product) - told) <= 1e-11 * size(derivation.product) + 1e-300
        assert len(leaves(derivation.product)) == derivation.product.paths


def test_the_paths_of_every_weight_of_a_tutorial_add_up(tutorial):
    assert_adds_up(tutorial.trace())


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_paths_of_every_weight_of_a_random_step_add_up(data, steps):
    assert_adds_up(data.draw(steps).trace())


def test_a_sum_that_lacks_a_path_is_found(monkeypatch):
    trace = tutorials.load("jain").trace()
    right = trace.derive("w1").product
    monkeypatch.setattr(type(right), "terms", property(lambda self: self.branches()[:1]))
    with pytest.raises(AssertionError):
        assert_adds_up(trace)


JAIN = {
    "w5": ["∂E_total/∂out_o1", "∂out_o1/∂net_o1", "∂net_o1/∂w5"],
    "w8": ["∂E_total/∂out_o2", "∂out_o2/∂net_o2", "∂net_o2/∂w8"],
    "b2": ["∂E_total/∂out_o1", "∂out_o1/∂net_o1", "∂net_o1/∂b2"],
}


@pytest.mark.parametrize(("name", "names"), JAIN.items())
def test_an_output_weight_of_jain_is_the_product_that_it_prints(name, names):
    product_of = tutorials.load("jain").trace().derive(name).product
    first = product_of if not product_of.terms else product_of.terms[0]
    assert [factor.name for factor in first.factors] == names


def test_a_hidden_weight_of_jain_has_two_paths_and_their_common_end():
    w1 = tutorials.load("jain").trace().derive("w1")
    assert [term.label for term in w1.product.terms] == ["out_o1", "out_o2"]
    assert [term.value for term in w1.product.terms] == [
        w1.trace.value(Quantity("path", (1, 0, 0, k))) for k in (0, 1)
    ]
    assert [factor.name for factor in w1.product.factors] == ["∂out_h1/∂net_h1", "∂net_h1/∂w1"]


def test_a_shared_bias_is_the_sum_over_its_units():
    b2 = tutorials.load("jain").trace().derive("b2")
    assert [term.label for term in b2.product.terms] == ["net_o1", "net_o2"]


def test_the_24_paths_of_an_early_weight_come_in_four_groups_of_six():
    net = cr.Network.dense([3, 4, 4, 6], hidden="tanh", output="sigmoid")
    trace = cr.Model(net, seed=0).trace([[0.1, 0.2, 0.3]], [[0, 0, 0, 1, 1, 1]])
    whole = trace.derive("W[1][0,0]").product
    assert whole.paths == 24
    assert [(len(group.terms), group.paths) for group in whole.terms] == [(6, 6)] * 4
    routes = {tuple(factor.name for factor in path) for path in leaves(whole)}
    wanted = {
        (
            f"∂loss/∂A[3][0,{o}]",
            f"∂A[3][0,{o}]/∂Z[3][0,{o}]",
            f"∂Z[3][0,{o}]/∂A[2][0,{k}]",
            f"∂A[2][0,{k}]/∂Z[2][0,{k}]",
            f"∂Z[2][0,{k}]/∂A[1][0,0]",
            "∂A[1][0,0]/∂Z[1][0,0]",
            "∂Z[1][0,0]/∂W[1][0,0]",
        )
        for k, o in product(range(4), range(6))
    }
    assert routes == wanted


def test_factors_telescope(tutorial):
    """The bottom of each factor is the top of the next one: dE/da, da/dz, dz/dw."""
    trace = tutorial.trace()
    for parameter in parameters_of(trace):
        for path in leaves(trace.derive(trace.name(parameter)).product):
            ends = [factor.name.removeprefix("∂").split("/∂") for factor in path]
            assert all(one[1] == other[0] for one, other in pairwise(ends))
            assert ends[-1][1] == trace.name(parameter)


def test_through_softmax_every_output_is_a_path():
    net = cr.Network.dense([2, 3], output="softmax", loss="cross_entropy")
    w = cr.Model(net, seed=0).trace([[0.5, 0.25]], [[0, 1, 0]]).derive("W[1][0,0]")
    assert w.product.paths == 3
    assert [term.factors[1].quantity for term in w.product.terms] == [
        Quantity("jacobian", (1, 0, k, 0)) for k in range(3)
    ]


def test_a_penalty_is_a_path_of_its_own():
    model = cr.Model(cr.Network.dense([1, 1], bias="none"), seed=0)
    w = model.trace([[1.0]], [[0.0]], penalty=cr.Penalty(l2=0.5)).derive("W[1][0,0]")
    assert [term.label for term in w.product.terms] == ["Z[1][0,0]", "penalty"]


def test_every_factor_links_to_where_its_number_comes_from(tutorial):
    trace = tutorial.trace()
    for parameter in parameters_of(trace):
        for factor in trace.derive(trace.name(parameter)).product.every_factor():
            if factor.quantity != parameter:  # the derivative by a bias is 1, of itself
                assert trace.value(factor.quantity) == factor.value


def test_symbols_meanings_and_numbers_are_the_same_product():
    w5 = tutorials.load("jain").trace().derive("w5")
    names = {factor.name: factor.value for factor in w5.product.factors}
    assert evaluate(w5.product.formula(symbol), names) == pytest.approx(w5.value, rel=1e-15)
    assert evaluate(w5.product.formula(number), {}) == pytest.approx(w5.value, rel=1e-15)
    known = {"A": {(2, 0, 0): w5.trace.value(Quantity("A", (2, 0, 0))), (1, 0, 0): 0.5932699921071872}}
    known["Y"] = {(2, 0, 0): 0.01}
    assert evaluate(w5.product.formula(meaning), known) == pytest.approx(w5.value, rel=1e-15)


def test_a_wide_network_has_more_paths_than_anybody_makes():
    net = cr.Network.dense([2, 60, 60, 60, 60, 3], hidden="tanh")
    w = cr.Model(net, seed=0).trace([[0.5, 0.25]], [[0, 1, 0]]).derive("W[1][0,0]")
    assert w.product.paths == 60**3 * 3
    assert len(w.product.terms) == 60


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("w55", "the weight or bias was 'w55'; it may be w1, w2, w3, w4, b1, w5, w6, w7, w8, b2 "),
        ("W5", "(did you mean w5?)"),
        ("net_h1", "the weight or bias was 'net_h1'"),
        ("", "the weight or bias was ''"),
    ],
)
def test_a_wrong_name_gets_the_nearest(name, told):
    with pytest.raises(cr.UnknownNameError) as error:
        tutorials.load("jain").trace().derive(name)
    assert told in str(error.value)


def test_a_gradient_by_its_name_is_found_too():
    trace = tutorials.load("jain").trace()
    assert trace.derive("∂E_total/∂w5").parameter == trace.derive("w5").parameter


def test_by_hand_the_products_are_those_of_the_paper():
    trace = tutorials.load("jain").trace().rounded(cr.Rounding(decimals=4))
    w5 = trace.derive("w5")
    assert w5.value == trace.value(Quantity("dW", (2, 0, 0)))
    assert [factor.value for factor in w5.product.factors] == [0.7414, 0.1868, 0.5933]


def test_a_gradient_of_zeros_has_its_paths():
    net = cr.Network.dense([1, 1, 1], hidden="relu", bias="none")
    params = cr.Parameters.from_arrays(net, [[[-1.0]], [[1.0]]], orientation="from_to")
    w = cr.Model(net, params).trace([[1.0]], [[1.0]]).derive("W[1][0,0]")
    assert w.value == 0
    assert np.prod([factor.value for factor in leaves(w.product)[0]]) == 0
