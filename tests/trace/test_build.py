"""The trace tells the truth: each formula gives the number beside it, and the numbers are the reference's."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.network import formula
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Negate, Quantity
from chainrule.network.losses import LOSSES
from chainrule.network.penalties import NO_PENALTY
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.trace import build
from chainrule.trace.build import trace_step

PLAIN = cr.GradientDescent(0.5)


def step_of(network: cr.Network, X=((0.5, -1.0), (0.25, 0.75)), Y=((0.2, 0.8), (0.7, 0.3))):
    """Return a trace of plain gradient descent; the targets mean something for every loss."""
    Y = np.array(Y)[:, : network.sizes[-1]]
    return trace_step(network, cr.Parameters.initial(network, 1), Data.of(network, X, Y), PLAIN, NO_PENALTY)


def test_every_tree_of_a_tutorial_gives_the_value_beside_it(tutorial, misfits):
    assert misfits(tutorial.trace()) == []


@pytest.mark.parametrize("name", [*tutorials.GATES, *tutorials.SETS])
def test_every_tree_of_a_gate_or_set_gives_the_value_beside_it(name, misfits):
    assert misfits(tutorials.load(name).trace()) == []


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_tree_is_right_with_every_activation_and_every_loss(hidden, loss, misfits):
    for output in LOSSES[loss].admits or (hidden,):
        assert misfits(step_of(cr.Network.dense([2, 3, 2], hidden=hidden, output=output, loss=loss))) == []


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_tree_of_a_random_step_gives_the_value_beside_it(data, steps, misfits):
    assert misfits(data.draw(steps).trace()) == []


KINKED = [name for name, row in ACTIVATIONS.items() if row.kinks]


@pytest.mark.parametrize("loss", [name for name, row in LOSSES.items() if not row.admits])
@pytest.mark.parametrize("output", KINKED)
def test_at_a_kink_the_tree_gives_what_the_backward_pass_takes(output, loss, misfits):
    network = cr.Network.dense([2, 1, 1], output=output, loss=loss)
    assert misfits(step_of(network, X=[[0.0, 0.0]], Y=[[0.0]])) == []


def test_an_activation_of_ones_own_is_traced(monkeypatch, misfits):
    own = (lambda z: z**3, lambda z: 3 * z**2)
    monkeypatch.setitem(formula.FUNCTIONS, "f", own[0])
    monkeypatch.setitem(formula.FUNCTIONS, "f'", own[1])
    assert misfits(step_of(cr.Network.dense([2, 2, 1], hidden=own))) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_derivative_of_every_weight_and_bias_is_that_of_backward(data, steps):
    step = data.draw(steps)
    trace = step.trace()
    network, parameters, (X, Y, row_weights) = step.network, step.parameters, step.data
    grads = cr.backward(network, parameters, cr.forward(network, parameters, X, step.masks), Y, row_weights)
    for l, layer in enumerate(network.layers, start=1):
        pulled = step.penalty.derivative(parameters.W[l]) if step.penalty and layer.train_weights else 0
        np.testing.assert_array_equal(trace.array("dW", l), grads.W[l] + pulled)
        np.testing.assert_array_equal(trace.array("delta", l), grads.delta[l])
        if layer.biases:
            np.testing.assert_array_equal(trace.array("db", l), grads.b[l])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_what_it_ends_with_is_what_a_training_step_leaves(data, steps):
    step = data.draw(steps)
    trace = step.trace()
    taken = cr.training_step(*step[:5], slots=step.slots, t=step.t, masks=step.masks)
    for l, layer in enumerate(step.network.layers, start=1):
        np.testing.assert_array_equal(trace.array("W_after", l), taken.parameters.W[l])
        if layer.biases:
            np.testing.assert_array_equal(trace.array("b_after", l), taken.parameters.b[l])
        for name, slot in taken.slots.items():
            if layer.train_weights:
                np.testing.assert_array_equal(
                    trace.array(f"{name}_W_after", l), step.parameters.like(slot).W[l]
                )
    L = step.network.depth
    assert trace.value(Quantity("loss", (L,))) == pytest.approx(float(taken.loss), rel=1e-14)
    again = trace_step(*step[:1], taken.parameters, *step[2:5], slots=taken.slots, masks=step.masks)
    assert trace.value(Quantity("loss_after", (L,))) == pytest.approx(again.value(Quantity("loss", (L,))))


def derivatives_of_the_forward_formulas(trace, replay) -> dict[Quantity, float]:
    """Differentiate the loss by each weight with a complex step through the forward formulas alone."""
    L = trace.network.depth
    found = {}
    for name, layer in trace.given:
        if name in "Wb":
            for parameter in trace.entries(name, layer):
                moved = replay(trace, {parameter: trace.value(parameter) + 1e-30j})
                found[parameter] = moved[Quantity("loss", (L,))].imag / 1e-30
    return found


def assert_differentiates(trace, replay):
    for parameter, slope in derivatives_of_the_forward_formulas(trace, replay).items():
        told = trace.value(replace(parameter, name=f"d{parameter.name}"))
        assert slope == pytest.approx(told, rel=1e-12, abs=1e-17)


def test_the_backward_part_of_a_tutorial_differentiates_its_forward_part(tutorial, replay):
    assert_differentiates(tutorial.trace(), replay)


def test_the_backward_part_differentiates_the_forward_part_through_softmax(small_step, replay):
    assert_differentiates(small_step.trace(), replay)


def plant(monkeypatch, module, name, change):
    monkeypatch.setattr(module, name, change(getattr(module, name)))


WRONG_TREES = {
    "a sum that loses its sign": lambda m: plant(
        m, build, "Sum", lambda f: lambda body, i: Negate(f(body, i))
    ),
    "an update without eta": lambda m: plant(
        m, build, "rule", lambda f: lambda *a, **k: {**f(*a, **k), "theta": Quantity("theta")}
    ),
    "the slope of another layer": lambda m: plant(
        m, build, "in_layer", lambda f: lambda tree, l, *after: f(tree, max(1, l - 1), *after)
    ),
    "a Jacobian without its diagonal": lambda m: plant(
        m, build, "swapped", lambda f: lambda tree: f(build.put(tree, same=formula.Number(0)))
    ),
    "one row only": lambda m: plant(m, build._Step, "_share_of_row", lambda f: lambda self, tree: tree),
}


@pytest.mark.parametrize("mistake", WRONG_TREES)
def test_a_wrong_tree_is_found(mistake, monkeypatch, small_step, misfits):
    assert misfits(small_step.trace()) == []
    WRONG_TREES[mistake](monkeypatch)
    assert misfits(small_step.trace()) != []


WRONG_EQUATIONS = {
    "F1": lambda f: lambda A, W, b: f(A, W, None),
    "F2": lambda f: lambda row, Z: 1.0001 * f(row, Z),
    "BP1": lambda f: lambda *a: -f(*a),
    "BP2": lambda f: lambda *a: 1.0001 * f(*a),
    "BP3": lambda f: lambda delta, bias: f(delta, bias) / 2,
    "BP4": lambda f: lambda A, delta: f(A[::-1], delta),
    "U": lambda f: lambda theta, eta, dtheta: f(theta, -eta, dtheta),
}


@pytest.mark.parametrize("equation", WRONG_EQUATIONS)
def test_a_wrong_equation_is_found_because_the_trees_are_written_apart(
    equation, monkeypatch, small_step, misfits
):
    biased = small_step.parameters.like(small_step.parameters.theta + 0.125)
    step = small_step._replace(parameters=biased)
    assert misfits(step.trace()) == []
    plant(monkeypatch, equations, equation, WRONG_EQUATIONS[equation])
    assert misfits(step.trace()) != []


def test_parts_come_in_the_order_of_computation_and_no_update_before_the_last_gradient(small_step):
    parts = [family.part for family in small_step.trace().families]
    order = ["forward", "loss", "backward", "update", "after"]
    assert list(dict.fromkeys(parts)) == order
    assert parts == sorted(parts, key=order.index)


def test_no_formula_uses_a_number_that_comes_later(small_step):
    trace = small_step.trace()
    known = {each for name, layer in trace.given for each in trace.entries(name, layer)}
    for statement in trace:
        if statement.tree is not None:
            assert set(formula.quantities(statement.tree)) <= known
        known.add(statement.quantity)


def test_parameters_of_any_precision_are_traced_in_float64(small_step):
    single = small_step._replace(parameters=small_step.parameters.astype(np.float32))
    double = small_step._replace(parameters=single.parameters.astype(np.float64))
    for one, other in zip(single.trace(), double.trace(), strict=True):
        assert one == other


def test_frozen_parameters_are_shown_and_stay(misfits):
    network = cr.Network.dense([2, 2, 1], train_weights=False, train_bias=False, bias="shared")
    trace = step_of(network)
    for l in (1, 2):
        for letter in "Wb":
            np.testing.assert_array_equal(trace.array(f"{letter}_after", l), trace.array(letter, l))
            assert trace.array(f"d{letter}", l).any()
    assert {family.equation for family in trace.families if family.part == "update"} == {"frozen"}


def test_a_step_that_diverges_is_traced_without_a_warning():
    network = cr.Network.dense([1, 1, 1], hidden="exponential", bias="none")
    params = cr.Parameters.from_arrays(network, [[[0.5]], [[1.0]]], orientation="from_to")
    data = Data.of(network, [[1.0]], [[1e6]])
    trace = trace_step(network, params, data, cr.GradientDescent(1.0), NO_PENALTY)
    assert trace.value(Quantity("loss_after", (2,))) == np.inf


def test_its_length_counts_its_statements(small_step):
    trace = small_step.trace()
    assert len(trace) == len(list(trace)) == sum(len(list(family)) for family in trace.families)


def test_nothing_that_came_in_is_changed(small_step):
    before = [array.copy() for array in (small_step.parameters.theta, *small_step.data[:2])]
    small_step.trace()
    for was, is_ in zip(before, (small_step.parameters.theta, *small_step.data[:2]), strict=True):
        np.testing.assert_array_equal(was, is_)


def test_a_step_that_overflows_is_traced_without_a_warning():
    """Its paths too, which are computed only when they are looked at."""
    network = cr.Network.dense([1, 2, 2], hidden="identity", bias="none")
    params = cr.Parameters.from_arrays(network, [[[0.0, 0.0]], [[1e200] * 2] * 2], orientation="from_to")
    data = Data.of(network, [[1.0]], [[1e200, 1e200]])
    values = {each.quantity.name: each.value for each in trace_step(network, params, data, PLAIN, NO_PENALTY)}
    assert values["path"] == -np.inf
