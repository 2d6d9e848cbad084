import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf
from mpmath_oracle import (
    FROM_Z_SLOPES,
    FROM_Z_VALUES,
    LOSS_SLOPES,
    LOSS_VALUES,
    in_ulps,
)
from repeatable import examples, fingerprint

from chainrule.errors import InvalidValueError, ShapeError, UnknownNameError
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import evaluate
from chainrule.network.losses import LOSSES, check_targets, huber, loss, pinball, shortcut
from chainrule.network.network import Network

ALL = list(LOSSES)
FROM_Z = [(name, output) for name, row in LOSSES.items() for output in row.from_z]
PER_UNIT = [pair for pair in FROM_Z if pair[1] != "softmax"]
SIZES = st.floats(1e-3, 1e3)
SMALLEST = mpf(5e-324)
MPMATH_FUNCTIONS = {"log": mp.log, "abs": abs, "sign": mp.sign}


def outputs_of(name: str) -> st.SearchStrategy[float]:
    """Return the activations that the loss can see, away from the ends where it is infinite."""
    if name in ("cross_entropy", "binary_cross_entropy"):
        return st.floats(1e-6, 1 - 1e-6)
    return SIZES if name == "poisson" else st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-6)


def targets_of(name: str) -> st.SearchStrategy[float]:
    low, high = LOSSES[name].targets
    return st.floats(max(low, -1e3), min(high, 1e3), allow_subnormal=False)


def pairs_of(name: str) -> st.SearchStrategy[tuple[float, float]]:
    """Return an output and a target, never so close that a kink lies between rounding errors."""
    pairs = st.tuples(outputs_of(name), targets_of(name))
    return pairs.filter(lambda pair: abs(pair[0] - pair[1]) > 1e-6)


def as_rows(*numbers: float) -> np.ndarray:
    return np.array([numbers])


def test_every_row_has_an_oracle_here():
    assert set(LOSS_VALUES) == set(LOSS_SLOPES) == set(ALL)
    assert set(FROM_Z_VALUES) == set(FROM_Z_SLOPES) == set(PER_UNIT)
    assert set(FROM_Z) - set(PER_UNIT) == {("cross_entropy", "softmax")}


@pytest.mark.parametrize("name", ALL)
@examples(60)
@given(st.data())
def test_value_and_derivative_agree_with_mpmath(name, data):
    a, y = data.draw(pairs_of(name))
    row, A, Y = LOSSES[name], as_rows(a, 0.5), as_rows(y, 0.25)
    value = LOSS_VALUES[name](mpf(a), mpf(y), 2)
    slope = LOSS_SLOPES[name](mpf(a), mpf(y), 2)
    # log(1 - a) has the rounding of 1 - a in it, which counts as a term.
    rounding_of_one_minus_a = (mpf(1 - y), mpf(y - 1)) if name == "binary_cross_entropy" else ()
    assert in_ulps(row.terms(A, Y)[0, 0], value + rounding_of_one_minus_a) <= 4
    assert in_ulps(row.derivative(A, Y)[0, 0], slope) <= 4


@pytest.mark.parametrize("name", ALL)
@examples(60)
@given(st.data())
def test_the_formula_and_the_slope_say_what_the_functions_compute(name, data):
    a, y = map(mpf, data.draw(pairs_of(name)))
    row, values = LOSSES[name], {"a": a, "y": y, "d": 3}
    value, slope = sum(LOSS_VALUES[name](a, y, 3)), sum(LOSS_SLOPES[name](a, y, 3))
    assert abs(evaluate(row.formula, values, MPMATH_FUNCTIONS) - value) <= 1e-35 * (1 + abs(value))
    assert abs(evaluate(row.slope, values, MPMATH_FUNCTIONS) - slope) <= 1e-35 * (1 + abs(slope))


@pytest.mark.parametrize("name", ALL)
@examples(40)
@given(st.data())
def test_the_slope_is_the_derivative_of_the_formula(name, data):
    a, y = map(mpf, data.draw(pairs_of(name)))
    row = LOSSES[name]

    def value(at: mpf) -> mpf:
        return evaluate(row.formula, {"a": at, "y": y, "d": 3}, MPMATH_FUNCTIONS)

    slope = evaluate(row.slope, {"a": a, "y": y, "d": 3}, MPMATH_FUNCTIONS)
    assert abs(mp.diff(value, a, h=mpf("1e-18")) - slope) <= 1e-9 * (1 + abs(slope))


@pytest.mark.parametrize("name", ALL)
@examples(40)
@given(st.data())
def test_the_complex_step_of_the_value_is_the_derivative(name, data):
    a, y = data.draw(pairs_of(name))
    row, A, Y = LOSSES[name], as_rows(a, 0.5), as_rows(y, 0.25)
    step = row.terms(A + 1e-30j, Y).imag / 1e-30
    size = max(abs(term) for term in LOSS_SLOPES[name](mpf(a), mpf(y), 2))
    assert abs(step[0, 0] - row.derivative(A, Y)[0, 0]) <= 1e-14 * size
    assert np.allclose(row.terms(A + 0j, Y).real, row.terms(A, Y), rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex128])
def test_the_precision_that_goes_in_comes_out(name, dtype):
    row = LOSSES[name]
    A, Y = as_rows(0.25, 0.75).astype(dtype), as_rows(0, 1).astype(dtype).real
    assert row.terms(A, Y).dtype == dtype
    assert row.derivative(A, Y).dtype == dtype
    for output, both in row.from_z.items():
        assert both.terms(A, Y).dtype == dtype, output
        assert both.delta(A, A, Y).dtype == dtype, output


@pytest.mark.parametrize("row", [huber(np.float64(0.5)), pinball(np.float64(0.25)), pinball(0.25, 0.75)])
def test_a_parameter_of_numpy_does_not_change_the_precision(row):
    A, Y = np.array([[0.25, 3]], np.float32), np.array([[1, 0]], np.float32)
    assert row.terms(A, Y).dtype == np.float32
    assert row.derivative(A, Y).dtype == np.float32


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_changed_in_place(name):
    row, A, Y = LOSSES[name], as_rows(0.25, 0.75), as_rows(0.0, 1.0)
    for array in (A, Y):
        array.flags.writeable = False
    before = fingerprint(A), fingerprint(Y)
    row.terms(A, Y), row.derivative(A, Y)
    for both in row.from_z.values():
        both.terms(A, Y), both.delta(A, A, Y)
    assert (fingerprint(A), fingerprint(Y)) == before


@pytest.mark.parametrize("name", ALL)
def test_nan_in_an_output_shows_in_the_loss(name):
    row, A, Y = LOSSES[name], as_rows(np.nan, 0.5), as_rows(1.0, 0.0)
    assert np.isnan(row.terms(A, Y)[0, 0])
    for both in row.from_z.values():
        for y in (0.0, 1.0):
            assert np.isnan(both.terms(A, as_rows(y, 0.0))[0, 0])


@pytest.mark.parametrize("name", ["poisson", "cross_entropy", "binary_cross_entropy"])
def test_a_term_whose_factor_is_zero_is_left_out(name):
    row = LOSSES[name]
    with np.errstate(all="raise"):
        assert row.terms(as_rows(0.0, 0.5), as_rows(0.0, 0.5))[0, 0] == 0
        if name == "binary_cross_entropy":
            assert row.terms(as_rows(1.0, 0.5), as_rows(1.0, 0.5))[0, 0] == 0


# A loss and an output activation taken together.


def extremes_of(_name: str, output: str) -> list[float]:
    """Return z far out; not where exp(z) itself is infinite."""
    return [-1e4, -745.0, -40.0, -39.99, 39.99, 40.0, *([] if output == "exponential" else [745.0, 1e4])]


@pytest.mark.parametrize(("name", "output"), PER_UNIT)
@examples(100)
@given(z=st.one_of(st.floats(-50, 50), st.floats(-700, 700)), data=st.data())
def test_from_z_agrees_with_mpmath(name, output, z, data):
    y = data.draw(targets_of(name))
    Z, Y = as_rows(z, 0.0), as_rows(y, 1.0)
    both = LOSSES[name].from_z[output]
    value, slope = (table[name, output](mpf(z), mpf(y)) for table in (FROM_Z_VALUES, FROM_Z_SLOPES))
    # Where the terms nearly cancel, y z is what they are rounded to; log has the rounding of softplus in it.
    size = (mpf(y) * max(abs(mpf(z)), 1), -mpf(y) * max(abs(mpf(z)), 1))
    assert in_ulps(both.terms(Z, Y)[0, 0], value + size) <= 6
    assert in_ulps(both.delta(Z, ACTIVATIONS[output].value(Z), Y)[0, 0], slope) <= 6


@pytest.mark.parametrize(("name", "output", "z"), [(*pair, z) for pair in FROM_Z for z in extremes_of(*pair)])
def test_from_z_is_finite_where_the_general_rule_is_not(name, output, z):
    Z = as_rows(z, 0.0)
    both, A = LOSSES[name].from_z[output], ACTIVATIONS[output].value(Z)
    for Y in (as_rows(0.0, 1.0), as_rows(1.0, 0.0)):
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            assert np.isfinite(both.terms(Z, Y)).all()
            assert np.isfinite(both.delta(Z, A, Y)).all()


@pytest.mark.parametrize(
    ("name", "output", "z"), [(*pair, z) for pair in PER_UNIT for z in extremes_of(*pair)]
)
def test_from_z_is_right_at_the_extremes(name, output, z):
    both = LOSSES[name].from_z[output]
    for y in (0.0, 0.25, 1.0):
        value = sum(FROM_Z_VALUES[name, output](mpf(z), mpf(y)))
        slope = sum(FROM_Z_SLOPES[name, output](mpf(z), mpf(y)))
        Z = as_rows(z)
        got = both.terms(Z, as_rows(y))[0, 0]
        delta = both.delta(Z, ACTIVATIONS[output].value(Z), as_rows(y))[0, 0]
        assert abs(mpf(got) - value) <= 1e-15 * (abs(value) + abs(y * z)) + SMALLEST
        assert abs(mpf(delta) - slope) <= 1e-15 * (abs(slope) + abs(y)) + SMALLEST


@examples(60)
@given(
    st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=5),
    st.integers(0, 4),
)
def test_cross_entropy_from_z_is_log_sum_exp(z, chosen):
    Z, Y = np.array([z]), np.zeros((1, len(z)))
    Y[0, chosen % len(z)] = 1
    total = mp.log(sum(mp.exp(mpf(each)) for each in z))
    got = LOSSES["cross_entropy"].from_z["softmax"].terms(Z, Y)[0]
    assert got[Y[0] == 0].sum() == 0
    exact = total - mpf(z[chosen % len(z)])
    assert abs(mpf(got.sum()) - exact) <= 1e-15 * (1 + max(map(abs, z)) * 2)


@pytest.mark.parametrize(("name", "output"), FROM_Z)
@examples(60)
@given(data=st.data())
def test_from_z_equals_the_general_rule_away_from_saturation(name, output, data):
    moderate = st.floats(-5, 5, allow_subnormal=False)
    Z = np.array([data.draw(st.lists(moderate, min_size=3, max_size=3))])
    Y = np.array([data.draw(st.lists(st.floats(0, 1), min_size=3, max_size=3))])
    if name == "cross_entropy":
        Y = (Y + 1) / (Y + 1).sum()
    row, f = LOSSES[name], ACTIVATIONS[output]
    both, A = row.from_z[output], f.value(Z)
    general = f.pull_back(row.derivative(A, Y), Z, A)
    # Each term of dl/da times f' is at most max(1, y) times 1 / a or 1 / (1 - a).
    assert np.allclose(
        both.terms(Z, Y), row.terms(A, Y), rtol=0, atol=1e-13 * (1 + np.abs(Z).max() + A.max())
    )
    assert np.allclose(both.delta(Z, A, Y), general, rtol=0, atol=1e-13 * (1 + A.max()))


@examples(40)
@given(z=st.floats(-60, 30), y=st.floats(0, 50))
def test_poisson_of_a_softplus_is_safe_for_the_complex_step(z, y):
    both = LOSSES["poisson"].from_z["softplus"]
    Z, Y = as_rows(z), as_rows(y)
    step = both.terms(Z + 1e-30j, Y).imag[0, 0] / 1e-30
    size = max(abs(term) for term in FROM_Z_SLOPES["poisson", "softplus"](mpf(z), mpf(y)))
    assert abs(step - both.delta(Z, Z, Y)[0, 0]) <= 1e-14 * size


@pytest.mark.parametrize(("name", "output"), [pair for pair in FROM_Z if pair != ("poisson", "softplus")])
def test_the_shortcut_is_output_minus_target(name, output):
    A, Y = as_rows(0.7, 0.3), as_rows(0.0, 1.0)
    assert LOSSES[name].from_z[output].delta is shortcut
    assert np.array_equal(shortcut(A, A, Y), A - Y)


# Kinks, and the losses with a parameter.


@pytest.mark.parametrize("row", [LOSSES["absolute_error"], pinball(0.9)], ids=lambda row: row.name)
def test_the_derivative_on_a_tie_lies_between_those_of_both_sides(row):
    Y = as_rows(0.5, 0.5, 0.5)
    below, on, above = row.derivative(np.array([[0.4, 0.5, 0.6]]), Y)[0]
    assert below < 0 < above
    assert on == 0
    assert row.kinks == "where an output equals its target"


@examples(40)
@given(delta=SIZES, y=st.floats(-100, 100), off=st.floats(-3, 3))
def test_huber_is_quadratic_within_delta_and_linear_beyond(delta, y, off):
    a = y + off * delta
    size = abs(a - y)
    terms = huber(delta).terms(as_rows(a), as_rows(y))[0, 0]
    slope = huber(delta).derivative(as_rows(a), as_rows(y))[0, 0]
    assert terms == pytest.approx(size**2 / 2 if size <= delta else delta * (size - delta / 2), rel=1e-14)
    assert slope == pytest.approx(np.clip(a - y, -delta, delta), rel=1e-14)


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
def test_huber_and_its_derivative_do_not_jump_where_it_turns_linear(delta):
    row = huber(delta)
    near = np.array([[np.nextafter(delta, 0), delta, np.nextafter(delta, 9)]])
    for function in (row.terms, row.derivative):
        assert np.ptp(function(near, np.zeros((1, 3)))) <= 1e-15 * 4 * delta**2 + 1e-15


@pytest.mark.parametrize("delta", [0, -1, np.nan, np.inf, "1"])
def test_huber_wants_a_positive_delta(delta):
    with pytest.raises(InvalidValueError, match="delta of the Huber loss was"):
        huber(delta)


@examples(40)
@given(q=st.floats(0.01, 0.99), a=st.floats(-100, 100), y=st.floats(-100, 100))
def test_pinball_charges_too_little_by_q_and_too_much_by_one_minus_q(q, a, y):
    got = pinball(q).terms(as_rows(a), as_rows(y))[0, 0]
    assert got == pytest.approx(q * (y - a) if a < y else (1 - q) * (a - y), rel=1e-14, abs=1e-300)


def test_the_minimum_of_pinball_is_the_quantile():
    y = np.arange(1.0, 101)[:, np.newaxis]
    total = [pinball(0.9).terms(np.full_like(y, a), y).sum() for a in y[:, 0]]
    assert y[int(np.argmin(total)), 0] == pytest.approx(90, abs=1)


def test_pinball_takes_one_quantile_an_output():
    row = pinball(0.1, 0.9)
    A, Y = as_rows(0.0, 0.0), as_rows(1.0, 1.0)
    assert row.terms(A, Y).tolist() == [[0.1, 0.9]]
    assert row.derivative(A, Y).tolist() == [[-0.1, -0.9]]
    assert row.constants["q"].tolist() == [0.1, 0.9]


def test_as_many_quantiles_as_outputs_or_one_for_all():
    assert Network.dense([1, 2], loss=pinball(0.1, 0.9)).loss.name == "pinball"
    assert Network.dense([1, 2], loss=pinball(0.1)).loss.name == "pinball"
    for outputs in (1, 3):
        with pytest.raises(
            ShapeError, match=f"the number of quantiles of the loss pinball was 2.*1 or {outputs}"
        ):
            Network.dense([1, outputs], loss=pinball(0.1, 0.9))


@pytest.mark.parametrize("quantile", [0, 1, -0.5, 1.5, np.nan])
def test_a_quantile_lies_between_0_and_1(quantile):
    with pytest.raises(InvalidValueError, match=r"the quantile was .*above 0 and below 1"):
        pinball(0.5, quantile)


def test_mean_squared_error_divides_by_the_outputs_and_squared_error_does_not():
    A, Y = as_rows(1.0, 2.0, 3.0), as_rows(0.0, 0.0, 0.0)
    assert LOSSES["mean_squared_error"].terms(A, Y).sum() == pytest.approx(14 / 3)
    assert LOSSES["squared_error"].terms(A, Y).sum() == 14
    assert LOSSES["half_squared_error"].terms(A, Y).sum() == 7
    assert LOSSES["half_mean_squared_error"].terms(A, Y).sum() == pytest.approx(7 / 3)


# Targets and names.


@pytest.mark.parametrize(
    ("name", "bad", "range_"),
    [
        ("poisson", -0.5, "0 or above for poisson"),
        ("cross_entropy", 1.5, "from 0 to 1 for cross_entropy"),
        ("binary_cross_entropy", -1e-9, "from 0 to 1 for binary_cross_entropy"),
    ],
)
def test_a_target_without_a_meaning_is_named_with_its_place(name, bad, range_):
    Y = np.full((3, 2), 0.5)
    Y[2, 1] = bad
    with pytest.raises(
        InvalidValueError, match=f"the target at row 2, column 1 was {bad}; it may be {range_}"
    ):
        check_targets(LOSSES[name], Y)


def test_the_targets_of_a_row_of_classes_sum_to_one():
    Y = np.array([[0.5, 0.5], [0.5, 0.25]])
    with pytest.raises(
        InvalidValueError, match=r"the sum of the targets of row 1 was 0.75.*1 for cross_entropy"
    ):
        check_targets(LOSSES["cross_entropy"], Y)


@examples(40)
@given(st.integers(2, 1000), st.integers(0, 2**32 - 1))
def test_targets_rounded_to_float32_still_sum_to_one(classes, seed):
    Y = np.random.default_rng(seed).dirichlet(np.ones(classes), size=2).astype(np.float32)
    check_targets(LOSSES["cross_entropy"], Y)
    with pytest.raises(InvalidValueError, match="sum of the targets"):
        check_targets(LOSSES["cross_entropy"], np.append(Y, np.full((2, 1), 0.05, np.float32), axis=1))


@pytest.mark.parametrize("name", [name for name in ALL if LOSSES[name].targets != (-np.inf, np.inf)])
def test_a_target_may_lie_on_the_ends_of_the_range(name):
    low, high = LOSSES[name].targets
    check_targets(LOSSES[name], np.array([[low, min(high, 1.0)]]))


@pytest.mark.parametrize("name", [name for name in ALL if LOSSES[name].targets == (-np.inf, np.inf)])
def test_other_losses_take_any_target(name):
    check_targets(LOSSES[name], np.array([[-1e308, 0.0, 1e308]]))


@pytest.mark.parametrize("name", [name for name in ALL if LOSSES[name].admits])
def test_an_output_without_a_meaning_for_the_loss_is_refused_by_name(name):
    admitted = LOSSES[name].admits
    for output in ACTIVATIONS:
        if output in admitted:
            assert Network.dense([2, 2], output=output, loss=name).loss.name == name
        else:
            message = (
                f"the output activation for the loss {name} was '{output}'; it may be {' or '.join(admitted)}"
            )
            with pytest.raises(InvalidValueError, match=message):
                Network.dense([2, 2], output=output, loss=name)


@pytest.mark.parametrize("name", ALL)
def test_a_row_says_where_it_comes_from(name):
    row = LOSSES[name]
    assert row.name == name
    assert len(row.source) > 10
    assert set(row.admits) <= set(ACTIVATIONS)
    assert set(row.from_z) <= (set(row.admits) or set(ACTIVATIONS))


def test_every_name_finds_one_row():
    names = [name for row in LOSSES.values() for name in (row.name, *row.also)]
    assert len(set(names)) == len(names)
    for row in LOSSES.values():
        for name in (row.name, *row.also, row.name.upper(), row.name.replace("_", " ")):
            assert loss(name) is row


@pytest.mark.parametrize("row", [*LOSSES.values(), huber(2.0), pinball(0.1, 0.9)], ids=lambda row: row.name)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))])
def test_a_copy_of_a_row_is_the_row(row, duplicate):
    assert duplicate(row) is row


def test_the_same_settings_give_the_same_row():
    assert huber(1) is huber(1.0) is LOSSES["huber"]
    assert pinball() is pinball(0.5) is LOSSES["pinball"]
    assert huber(2) is not huber(3)


def test_only_the_tables_own_activation_is_computed_together_with_a_loss():
    impostor = replace(ACTIVATIONS["sigmoid"], value=lambda z: z)
    assert LOSSES["binary_cross_entropy"].paired(impostor) is None
    with pytest.raises(InvalidValueError, match="the output activation for the loss binary_cross_entropy"):
        Network.dense([1, 1], output=impostor, loss="binary_cross_entropy")


def test_a_loss_of_ones_own_stays_as_it_is():
    own = huber(3.0)
    assert loss(own) is own


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"the loss was 'crossentropy'.*did you mean cross_entropy"):
        loss("crossentropy")
