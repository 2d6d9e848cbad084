"""Each equation against its statement, entry by entry, with Python's own sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from problems import LOSSES_AND_OUTPUTS, examples, targets

from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES
from chainrule.reference import equations

SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
BY_UNIT = [name for name in ACTIVATIONS if name != "softmax"]


def drawn(shapes, *of_arrays):
    """Return irregular arrays; a shape names its sizes by the letters n, i, j."""
    n, i, j, seed = shapes
    numbers, sizes = np.random.default_rng(seed), {"n": n, "i": i, "j": j}
    return [numbers.normal(size=[sizes[letter] for letter in letters]) for letters in of_arrays]


def close(got, expected):
    return got.shape == np.shape(expected) and np.allclose(got, expected, rtol=1e-13, atol=1e-14)


@examples(40)
@given(SHAPES, st.sampled_from(["per_unit", "shared", "none"]))
def test_F1_is_a_weighted_sum_and_a_bias(shapes, bias):
    A, W, b = drawn(shapes, "ni", "ij", "j")
    b = {"per_unit": b, "shared": b[:1], "none": None}[bias]
    of_unit = np.zeros(W.shape[1]) if b is None else np.broadcast_to(b, W.shape[1])
    expected = [
        [sum(a[i] * W[i, j] for i in range(len(W))) + of_unit[j] for j in range(W.shape[1])] for a in A
    ]
    assert close(equations.F1(A, W, b), expected)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_F2_is_the_activation(name):
    (Z,) = drawn((3, 4, 1, 0), "ni")
    f = ACTIVATIONS[name]
    assert np.array_equal(equations.F2(f, Z), f.value(Z))


@pytest.mark.parametrize(("loss", "output"), LOSSES_AND_OUTPUTS)
def test_BP1_is_the_loss_derivative_through_every_output_of_the_row(loss, output):
    row, f, step = LOSSES[loss], ACTIVATIONS[output], 1e-30
    numbers = np.random.default_rng(3)
    Z = numbers.normal(size=(3, 4))
    Y, A = targets(row, (3, 4), numbers), f.value(Z)
    both = row.from_z.get(output)
    delta = equations.BP1(row, f, Z, A, Y)
    for i in range(3):
        for j in range(4):
            moved = Z.astype(complex)
            moved[i, j] += step * 1j
            terms = both.terms(moved, Y) if both else row.terms(f.value(moved), Y)
            assert terms.sum().imag / step == pytest.approx(delta[i, j], rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("name", BY_UNIT)
@pytest.mark.parametrize("masked", [False, True])
def test_BP2_sums_over_the_next_layer_and_multiplies_by_the_derivative(name, masked):
    f = ACTIVATIONS[name]
    delta, W, Z, mask = drawn((3, 2, 4, 5), "nj", "ij", "ni", "ni")
    A, mask = f.value(Z), np.where(mask > 0, 2.0, 0.0)
    slope = f.derivative(Z, A)
    expected = [
        [
            sum(delta[n, j] * W[i, j] for j in range(4)) * (mask[n, i] if masked else 1) * slope[n, i]
            for i in range(2)
        ]
        for n in range(3)
    ]
    assert close(equations.BP2(delta, W, f, Z, A, mask if masked else None), expected)


def test_BP2_of_softmax_takes_the_whole_jacobian():
    f = ACTIVATIONS["softmax"]
    delta, W, Z = drawn((3, 2, 4, 5), "nj", "ij", "ni")
    A = f.value(Z)
    upstream = delta @ W.T
    expected = [u @ (np.diag(a) - np.outer(a, a)) for u, a in zip(upstream, A, strict=True)]
    assert close(equations.BP2(delta, W, f, Z, A), expected)


@examples(40)
@given(SHAPES)
def test_BP3_is_the_column_sums_and_for_a_shared_bias_the_sum_of_everything(shapes):
    (delta,) = drawn(shapes, "nj")
    columns = [sum(delta[n, j] for n in range(len(delta))) for j in range(delta.shape[1])]
    assert close(equations.BP3(delta, "per_unit"), columns)
    assert close(equations.BP3(delta, "shared"), [sum(columns)])


@examples(40)
@given(SHAPES)
def test_BP4_is_the_sum_over_the_rows_of_input_times_delta(shapes):
    A, delta = drawn(shapes, "ni", "nj")
    expected = [
        [sum(A[n, i] * delta[n, j] for n in range(len(A))) for j in range(delta.shape[1])]
        for i in range(A.shape[1])
    ]
    assert close(equations.BP4(A, delta), expected)


@examples(40)
@given(SHAPES, st.floats(1e-6, 10))
def test_U_is_a_step_against_the_gradient(shapes, eta):
    theta, dtheta = drawn(shapes, "i", "i")
    expected = [t - eta * d for t, d in zip(theta.tolist(), dtheta.tolist(), strict=True)]
    assert equations.U(theta, eta, dtheta).tolist() == expected


@pytest.mark.parametrize("name", ["F1", "F2", "BP1", "BP2", "BP3", "BP4", "U"])
def test_an_equation_says_what_it_returns(name):
    equation = getattr(equations, name)
    assert equation.__doc__.startswith("Return ")
    assert f"    {name} " in equations.__doc__


def test_no_equation_changes_what_came_in():
    A, W, b, Z, delta, Y = drawn((3, 2, 4, 1), "ni", "ij", "j", "nj", "nj", "nj")
    f, loss = ACTIVATIONS["tanh"], LOSSES["half_squared_error"]
    arrays = [A, W, b, Z, delta, Y]
    before = [array.tobytes() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    equations.F1(A, W, b), equations.F2(f, Z), equations.BP1(loss, f, Z, delta, Y)
    equations.BP2(delta, W, f, A, A, A), equations.BP3(delta, "shared"), equations.BP3(delta, "per_unit")
    equations.BP4(A, delta), equations.U(b, 0.5, b)
    assert [array.tobytes() for array in arrays] == before
