"""The gradient check passes what is right, fails what is wrong, and its three ways err as theory says."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import tutorials
from chainrule.check.gradients import MOST_PARAMETERS, check_directions, check_gradients, differences
from chainrule.check.text import text
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Quantity
from chainrule.network.layers import BIASES
from chainrule.network.losses import LOSSES
from chainrule.reference import equations
from chainrule.reference.forward import forward_pass

X = [[0.5, -1.0], [0.25, 0.75]]
Y = [[0.2, 0.8], [0.7, 0.3]]  # these mean something for every loss
PENALTIES = [cr.Penalty(), cr.Penalty(l2=0.3), cr.Penalty(l1=0.2), cr.Penalty(l2=0.1, l1=0.4)]


def check(network, X=X, Y=Y, seed=1, **options):
    return check_gradients(network, cr.Parameters.initial(network, seed), X, Y, **options)


def sadiya() -> cr.GradientCheck:
    tutorial = tutorials.load("sadiya")
    return tutorial.model.check_gradients(tutorial.X, tutorial.Y)


def test_all_17_gradients_of_sadiya_are_right():
    report = sadiya()
    assert report.right.tolist() == [True] * 17
    assert report.passed
    assert bool(report) is True


@pytest.mark.parametrize("name", [*tutorials.TUTORIALS, *tutorials.GATES, *tutorials.SETS])
def test_every_gradient_of_every_preset_is_right(name):
    preset = tutorials.load(name)
    assert preset.model.check_gradients(*preset.training_rows()).passed


@pytest.mark.parametrize("name", ["sadiya", "jain", "dustbunny"])
def test_the_three_ways_err_as_theory_says(name):
    preset = tutorials.load(name)
    report = preset.model.check_gradients(preset.X, preset.Y)
    assert 1e-9 < np.median(report.errors(report.one_sided)) < 1e-6
    assert 1e-12 < np.median(report.errors(report.central)) < 1e-9
    assert report.errors(report.analytic).max() < 1e-13
    assert not report.errors(report.complex_step).any()


def test_the_differences_are_those_of_a_function_whose_derivative_is_known():
    theta = np.array([0.7, -1.3, 2.1])
    one_sided, central = differences(lambda t: (t**3).sum(), theta)
    np.testing.assert_allclose(one_sided, 3 * theta**2, rtol=1e-7)
    np.testing.assert_allclose(central, 3 * theta**2, rtol=1e-9)
    assert (np.abs(one_sided - 3 * theta**2) > 1e-10).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_activation_and_every_loss_passes(hidden, loss):
    for output in LOSSES[loss].admits or (hidden,):
        assert check(cr.Network.dense([2, 3, 2], hidden=hidden, output=output, loss=loss)).passed


@settings(max_examples=250, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_random_network_passes(data, tasks):
    task = data.draw(tasks(spread=0.6))
    with np.errstate(over="ignore", invalid="ignore"):
        tape = forward_pass(task.network, task.parameters, task.data.X)
    assume(max(np.abs(Z).max() for Z in tape.Z) < 6)  # not exp of exp, where the forward pass loses digits
    report = check_gradients(task.network, task.parameters, *task.data, penalty=task.penalty)
    assert report.passed, text(report, str)


@pytest.mark.parametrize("bias", BIASES)
@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_biases_of_every_kind_and_frozen_parameters_are_checked_too(bias, trained, penalty):
    network = cr.Network.dense([2, 3, 2], hidden="tanh", bias=bias, train_bias=trained, train_weights=trained)
    report = check(network, penalty=penalty, row_weights=[0.5, 2.0])
    assert report.passed
    assert len(report.right) == 12 + {"per_unit": 5, "shared": 2, "none": 0}[bias]
    assert (report.analytic.theta != 0).all()


def test_weights_of_rows_and_the_penalty_count():
    network = cr.Network.dense([2, 3, 2], hidden="tanh")
    plain = check(network).analytic.theta
    for option in ({"row_weights": [0.5, 2.0]}, {"penalty": cr.Penalty(l2=0.1)}):
        assert (check(network, **option).analytic.theta != plain).any()


def test_float32_parameters_are_checked_in_float64():
    network = cr.Network.dense([2, 3, 2], hidden="tanh")
    single = cr.Parameters.initial(network, 1, np.float32)
    report = check_gradients(network, single, X, Y)
    assert report.passed
    for way in (report.analytic, report.one_sided, report.central, report.complex_step, report.scale):
        assert way.theta.dtype == np.float64
    exact = check_gradients(network, single.astype(np.float64), X, Y)
    np.testing.assert_array_equal(report.analytic.theta, exact.analytic.theta)


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if row.kinks])
@pytest.mark.parametrize("offset", [0.0, 1e-300, -1e-300, 1e-12, -1e-12, 5e-7, -5e-7])
def test_at_and_beside_a_kink_a_right_gradient_passes(name, offset):
    network = cr.Network.dense([1, 2, 1], hidden=name, output=name)
    parameters = cr.Parameters.from_arrays(
        network, [[[1.0, -1.0]], [[1.0], [1.0]]], [[offset, offset], [0.0]], orientation="from_to"
    )
    assert check_gradients(network, parameters, [[0.0], [1.0], [-1.0]], [[1.0], [2.0], [3.0]]).passed


@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if not row.admits and not row.kinks])
def test_where_an_output_equals_its_target_a_right_gradient_passes(name):
    network = cr.Network.dense([1, 1], loss=name)
    parameters = cr.Parameters.from_arrays(network, [[[1.0]]], [[0.0]], orientation="from_to")
    assert check_gradients(network, parameters, [[1.0]], [[1.0]]).passed


def test_a_difference_where_the_gradient_is_exactly_0_is_infinitely_wrong_and_can_be_printed():
    network = cr.Network.dense([1, 1, 1], hidden="relu", bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[-1e-9]], [[1.0]]], orientation="from_to")
    report = check_gradients(network, parameters, [[1.0]], [[1.0]])
    assert report.passed
    assert report.scale.theta.tolist() == report.errors(report.analytic).tolist() == [0.0, 0.0]
    assert report.errors(report.one_sided)[0] == np.inf
    assert "inf" in text(report, str)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
@pytest.mark.parametrize("z", [15.0, 27.6, 30.0, 36.0, 40.0, 300.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_where_a_unit_is_saturated_a_right_gradient_passes(name, z, y):
    network = cr.Network.dense([1, 2, 2], hidden=name, output=name, loss="squared_error")
    parameters = cr.Parameters.from_arrays(
        network, [[[z, -z]], [[z, -z], [0.5, 0.25]]], [[0.0, 0.1], [0.2, 0.3]], orientation="from_to"
    )
    assert check_gradients(network, parameters, [[1.0]], [[y, 1 - y]]).passed


@pytest.mark.parametrize(
    ("name", "z"),
    [("gelu", -0.7517915246935645), ("silu", -1.2784645427610738), ("mish", -1.1924312145154035)],
)
def test_where_a_slope_passes_through_0_a_right_gradient_passes(name, z):
    network = cr.Network.dense([1, 1], output=name)
    steps = np.geomspace(1e-16, 1e-2, 100)
    for place in (z, *(z + steps), *(z - steps)):
        parameters = cr.Parameters.from_arrays(network, [[[place]]], [[0.0]], orientation="from_to")
        assert check_gradients(network, parameters, [[1.0]], [[1.0]]).passed


def test_a_gradient_that_is_no_number_fails_and_is_shown_as_what_it_is():
    network = cr.Network.dense([1, 1, 1], hidden="exponential", bias="none")
    parameters = cr.Parameters.from_arrays(network, [[[1000.0]], [[1.0]]], orientation="from_to")
    report = check_gradients(network, parameters, [[1.0]], [[1.0]])
    assert not report.right.any()
    assert not np.isfinite(report.errors(report.analytic)).any()
    assert "2 WRONG" in text(report, str)


MISTAKES = {
    "BP1": [lambda f: lambda *a: 2 * f(*a), lambda f: lambda loss, g, Z, A, Y: A - Y],
    "BP2": [
        lambda f: lambda delta, W, g, Z, A, mask=None: delta @ W.T,
        lambda f: lambda delta, W, g, Z, A, mask=None: f(delta, W[::-1], g, Z, A, mask),
        lambda f: lambda *a: (1 + 1e-8) * f(*a),
    ],
    "BP3": [lambda f: lambda delta, bias: f(delta[:1], bias), lambda f: lambda *a: -f(*a)],
    "BP4": [
        lambda f: lambda A, delta: f(A, delta) / len(A),
        lambda f: lambda A, delta: f(A[::-1], delta),
        lambda f: lambda A, delta: 1.0005 * f(A, delta),
    ],
}


@pytest.mark.parametrize(("equation", "mistake"), [(e, m) for e in MISTAKES for m in MISTAKES[e]])
def test_a_planted_mistake_fails_and_the_table_says_so(equation, mistake, monkeypatch):
    network = cr.Network.dense([2, 2, 2], hidden="tanh", output="sigmoid")
    assert check(network).passed
    monkeypatch.setattr(equations, equation, mistake(getattr(equations, equation)))
    report = check(network)
    assert not report.passed
    assert "WRONG" in text(report, str)


def test_one_wrong_entry_is_the_one_that_is_named(monkeypatch):
    right = equations.BP4

    def off_in_one_entry(A, delta):
        dW = right(A, delta)
        dW[-1, -1] *= 1 + 1e-9
        return dW

    network = cr.Network.dense([2, 2], bias="none")
    monkeypatch.setattr(equations, "BP4", off_in_one_entry)
    assert check(network).right.tolist() == [True, True, True, False]


def test_the_quantities_are_those_of_theta_in_its_order():
    network = cr.Network.dense([2, 2, 1], bias="shared")
    told = list(check(network, Y=[[1.0], [0.5]]).quantities())
    assert told == [
        *(Quantity("W", (1, i, j)) for i in range(2) for j in range(2)),
        Quantity("b", (1, 0)),
        *(Quantity("W", (2, i, 0)) for i in range(2)),
        Quantity("b", (2, 0)),
    ]


def test_more_parameters_than_differences_can_be_taken_of_are_checked_by_the_complex_step_alone():
    report = check(cr.Network.dense([MOST_PARAMETERS, 1]), X=np.ones((1, MOST_PARAMETERS)), Y=[[1.0]])
    assert report.passed
    with pytest.raises(cr.TooLargeError, match="parameters was 20001; it may be at most 20,000"):
        _ = report.one_sided


def test_what_does_not_fit_the_network_is_refused():
    network = cr.Network.dense([2, 2])
    with pytest.raises(cr.ShapeError, match=r"shape of X was \(1, 3\); it may be \(n, 2\)"):
        check(network, X=[[1.0, 2.0, 3.0]])
    with pytest.raises(cr.InvalidValueError, match="Y at row 1, column 0 was nan"):
        check(network, Y=[[0.2, 0.8], [np.nan, 0.3]])


WIDE = cr.Network.dense([200, 100, 10], hidden="tanh", output="softmax", loss="cross_entropy")


def directions(network=WIDE, seed=1, **options):
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(3, network.sizes[0])), np.eye(network.sizes[-1])[:3]
    return check_directions(network, cr.Parameters.initial(network, seed), X, Y, **options)


def test_a_right_backward_pass_passes_along_every_direction():
    report = directions()
    assert report.passed
    assert (len(report.rows), report.entries) == (3, 21_110)
    assert directions(penalty=cr.Penalty(l2=0.1), row_weights=[1.0, 0.0, 2.0]).passed


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_random_network_passes_along_directions(data, tasks):
    task = data.draw(tasks(spread=0.6))
    with np.errstate(over="ignore", invalid="ignore"):
        tape = forward_pass(task.network, task.parameters, task.data.X)
    assume(max(np.abs(Z).max() for Z in tape.Z) < 6)
    X, Y, row_weights = task.data
    report = check_directions(
        task.network, task.parameters, X, Y, row_weights=row_weights, penalty=task.penalty
    )
    assert report.passed, str(report)


@pytest.mark.parametrize("size", [1e-6, 1.0])
def test_one_wrong_entry_of_twenty_thousand_is_found_and_named(monkeypatch, size):
    right = equations.BP4

    def mistaken(A_before, delta):
        dW = right(A_before, delta)
        if dW.shape == (200, 100):
            dW[17, 42] += size
        return dW

    monkeypatch.setattr(equations, "BP4", mistaken)
    report = directions(directions=1)
    assert [row.name for row in report.rows] == ["direction 1", "W[1][17,42]"]
    assert report.rows[1].analytic - report.rows[1].numeric == pytest.approx(size, rel=1e-6)
    assert report.resolution < 1e-6


@pytest.mark.parametrize("count", [0, -1, 1.5, "three"])
def test_a_number_of_directions_that_is_none_is_refused(count):
    with pytest.raises(cr.ChainruleError, match="the number of directions was"):
        directions(directions=count)
