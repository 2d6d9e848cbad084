import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from mpmath import mp, mpf
from mpmath_oracle import SLOPES, VALUES, Terms, exactly, in_ulps
from repeatable import examples, fingerprint

from chainrule.errors import UnknownNameError
from chainrule.network.activations import ACTIVATIONS, REALS, Activation, RowActivation, activation
from chainrule.network.formula import at, evaluate, expand
from chainrule.network.initializers import INITIALIZERS

BY_UNIT = [name for name, row in ACTIVATIONS.items() if not isinstance(row, RowActivation)]
ALL = list(ACTIVATIONS)
REAL_PRECISIONS = [np.float32, np.float64, np.longdouble]

# Kinks, denormals, where 1 - a^2 and a (1 - a) lose their digits, and where exp ends in each precision.
SPECIAL = np.array(
    [
        *(0.0, 5e-324, 1e-320, 1e-308, 1e-45, 1e-40, 1e-20, 1e-8, 0.5, 1, 2),
        *(9, 19, 27.6, 36, 37.6, 38.5, 40, 44, 88, 104, 355, 372, 373, 700, 708.4, 709.7, 744, 745, 746),
        *(1e4, 1e30, 1e38, 1e154, 1.4e154, 1e308),
    ]
)


def special(dtype: type) -> np.ndarray:
    """Return the special values that the precision can hold, of both signs."""
    both = np.concatenate([SPECIAL, -SPECIAL])
    return both[np.abs(both) <= np.finfo(dtype).max].astype(dtype)


def sample(dtype: type, count: int) -> np.ndarray:
    """Return points over all magnitudes and over the stretches where something happens."""
    numbers, limits = np.random.default_rng(0), np.finfo(dtype)
    n = count // 4
    decades = numbers.uniform(np.log10(float(limits.smallest_subnormal)), np.log10(float(limits.max)), n)
    far = 750 if dtype == np.float64 else 110
    everywhere = 10 ** np.minimum(decades, 308) * numbers.choice([-1, 1], n)
    stretches = [numbers.uniform(-reach, reach, n) for reach in (6, 40, far)]
    return np.concatenate([everywhere, *stretches]).astype(dtype)


def points_for(name: str, dtype: type, count: int) -> np.ndarray:
    """Return special and sampled points, without those where the activation itself leaves the precision."""
    z = np.concatenate([special(dtype), sample(dtype, count)])
    if name == "exponential":
        z = z[z < np.log(np.finfo(dtype).max)]
    return z[np.abs(z) < np.finfo(dtype).max / 2] if name == "selu" else z


def computed(name: str, what: str, z: np.ndarray) -> np.ndarray:
    row = ACTIVATIONS[name]
    a = row.value(z)
    return a if what == "value" else row.derivative(z, a)


def terms_of(name: str, what: str, z: np.floating) -> Terms:
    return (VALUES if what == "value" else SLOPES)[name](exactly(z))


def ulps_allowed(name: str, what: str, dtype: type) -> float:
    """Return the bar: 4 ulp of the largest term in float64.

    NumPy's exp is itself wrong by 2.4 ulp in float32, so 6 there; mish' is a product of five
    rounded factors and reaches 5.5 in six million points.
    """
    return 6 if dtype == np.float32 or (name, what) == ("mish", "derivative") else 4


def lost_to_underflow(name: str, z: np.floating) -> mpf:
    """Return what may be lost where a factor is denormal: its last digit, times z.

    SciPy's normal distribution gives 0 where it is denormal.
    """
    limits = np.finfo(z.dtype)
    if name == "gelu":
        return exactly(limits.tiny)
    return min(abs(exactly(z)), 1000) * exactly(limits.smallest_subnormal)


def gelu_tail(name: str, terms: Terms) -> mpf:
    """Return what gelu's tail may lose: exp(-z^2/2) multiplies the rounding of z^2 by up to 700."""
    return mpf("1e-12") * max(abs(term) for term in terms) if name == "gelu" else mpf(0)


def assert_agrees_with_mpmath(name: str, what: str, z: np.ndarray) -> None:
    bar = ulps_allowed(name, what, z.dtype)
    for point, got in zip(z, computed(name, what, z), strict=True):
        terms = terms_of(name, what, point)
        error = in_ulps(got, terms)
        if error > bar:
            excused = lost_to_underflow(name, point)
            excused += gelu_tail(name, terms) * (2**29 if z.dtype == np.float32 else 1)
            assert abs(exactly(got) - sum(terms)) <= excused, (
                f"{name}: the {what} at {point!r} is {got!r}, {error:.3g} ulp away"
            )


def test_every_row_has_an_oracle_here():
    assert set(VALUES) == set(SLOPES) == set(BY_UNIT)
    assert set(ALL) == {*BY_UNIT, "softmax"}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("what", ["value", "derivative"])
@pytest.mark.parametrize("name", BY_UNIT)
def test_agrees_with_mpmath(name, what, dtype):
    assert_agrees_with_mpmath(name, what, points_for(name, dtype, 2000))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("what", ["value", "derivative"])
@pytest.mark.parametrize("name", BY_UNIT)
def test_agrees_with_mpmath_at_20000_points(name, what, dtype):
    assert_agrees_with_mpmath(name, what, points_for(name, dtype, 20_000))


@pytest.mark.parametrize("what", ["value", "derivative"])
@pytest.mark.parametrize("name", BY_UNIT)
def test_longdouble_agrees_with_mpmath(name, what):
    z = np.concatenate([special(np.float64), sample(np.float64, 300)]).astype(np.longdouble)
    z = z[np.abs(z) < 700]
    # gelu has double's digits: SciPy has no longdouble.
    ulp = np.finfo(np.float64 if name == "gelu" else np.longdouble).eps
    for point, got in zip(z, computed(name, what, z), strict=True):
        terms = terms_of(name, what, point)
        bar = 8 * exactly(ulp) * max(abs(term) for term in terms) + gelu_tail(name, terms)
        assert abs(exactly(got) - sum(terms)) <= bar + lost_to_underflow("gelu", np.float64(point)), point


@pytest.mark.parametrize("z", np.linspace(-37.5, -5, 66))
def test_gelu_keeps_its_tail_to_1e_12(z):
    (exact,) = VALUES["gelu"](mpf(z))
    assert abs(mpf(ACTIVATIONS["gelu"].value(np.array([z]))[0]) / exact - 1) < 1e-12


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
@pytest.mark.parametrize("z", [9.0, 19.0, 27.6, 36.0, 40.0, 300.0])
def test_a_saturated_derivative_keeps_the_digits_that_its_activation_lost(name, z):
    for side in (z, -z):
        got = computed(name, "derivative", np.array([side]))[0]
        assert got > 0
        assert in_ulps(got, terms_of(name, "derivative", np.float64(side))) <= 4
    a = ACTIVATIONS[name].value(np.array([z]))[0]
    if z >= 40:
        assert a == 1.0  # where 1 - a would be 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", BY_UNIT)
def test_no_finite_number_raises_a_floating_point_flag(name, dtype):
    z = np.concatenate([points_for(name, dtype, 4000), np.array([-np.finfo(dtype).max], dtype)])
    if name not in ("exponential", "selu"):
        z = np.append(z, np.finfo(dtype).max)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(computed(name, "value", z)).all()
        assert np.isfinite(computed(name, "derivative", z)).all()


def test_only_exponential_overflows_and_says_so():
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert ACTIVATIONS["exponential"].value(np.array([710.0])) == np.inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
@pytest.mark.parametrize("name", ALL)
def test_the_precision_that_goes_in_comes_out(name, dtype):
    z = np.array([[-1.5, 0.25], [0.0, 3.0]], dtype=dtype)
    assert computed(name, "value", z).dtype == dtype
    assert computed(name, "derivative", z).dtype == dtype
    assert ACTIVATIONS[name].pull_back(z, z, computed(name, "value", z)).dtype == dtype


@pytest.mark.parametrize("name", ALL)
@examples(10)
@given(z=arrays(np.float64, array_shapes(min_dims=1, max_dims=2, max_side=5), elements=st.floats(-700, 700)))
def test_the_shape_is_kept_and_nothing_is_changed_in_place(name, z):
    a = computed(name, "value", z)
    z.flags.writeable = a.flags.writeable = False
    before = fingerprint(z), fingerprint(a)
    assert ACTIVATIONS[name].value(z).shape == z.shape
    assert ACTIVATIONS[name].derivative(z, a).shape == z.shape
    assert ACTIVATIONS[name].pull_back(z, z, a).shape == z.shape
    assert (fingerprint(z), fingerprint(a)) == before


@pytest.mark.parametrize("dtype", [*REAL_PRECISIONS, np.complex128])
@pytest.mark.parametrize("name", BY_UNIT)
def test_nan_goes_through_and_touches_nothing_else(name, dtype):
    with np.errstate(invalid="ignore"):  # NumPy's complex division says that it saw a NaN
        a = computed(name, "value", np.array([[np.nan, 1.5]], dtype=dtype))
    assert np.isnan(a[0, 0])
    assert a[0, 1] == computed(name, "value", np.array([[1.5]], dtype=dtype))[0, 0]


@pytest.mark.parametrize("name", [name for name in BY_UNIT if name != "identity"])
def test_nan_goes_through_the_derivative_too(name):
    slope = computed(name, "derivative", np.array([[np.nan, 1.5]]))
    assert np.isnan(slope[0, 0])
    assert slope[0, 1] == computed(name, "derivative", np.array([[1.5]]))[0, 0]


@pytest.mark.parametrize("name", BY_UNIT)
def test_a_complex_number_on_the_real_line_gives_the_real_value(name):
    z = points_for(name, np.float64, 8000)
    real, along = computed(name, "value", z), computed(name, "value", z + 0j).real
    error = np.abs(along - real)
    if name == "gelu":  # SciPy computes the complex error function in its own way
        assert (error <= 1e-13 * np.abs(z)).all()
    else:
        assert (error <= 4 * np.spacing(np.abs(real))).all(), f"{name} at {z[error.argmax()]!r}"


@pytest.mark.parametrize("name", BY_UNIT)
def test_the_complex_step_of_the_value_is_the_derivative(name):
    z = points_for(name, np.float64, 3000)
    # Not on a kink, and where 1e-30 times the derivative is not denormal.
    z = z[~np.isin(z, ACTIVATIONS[name].kinks) & (np.abs(z) < 300)]
    step = computed(name, "value", z + 1e-30j).imag / 1e-30
    slope = computed(name, "derivative", z)
    size = np.array([float(max(map(abs, terms_of(name, "derivative", point)))) for point in z])
    # softsign's complex quotient subtracts z from 1 + z; a complex gelu has SciPy's 1e-13.
    bar = {"softsign": 4e-16 * np.abs(z), "gelu": 1e-12}.get(name, 0) + 8 * np.finfo(np.float64).eps
    seen = size > 1e-250
    assert (np.abs(step - slope) <= bar * size)[seen].all(), name
    assert seen.sum() > 500


MPMATH_FUNCTIONS = {
    "exp": mp.exp,
    "log": mp.log,
    "tanh": mp.tanh,
    "erf": mp.erf,
    "sqrt": mp.sqrt,
    "abs": abs,
    "sign": mp.sign,
}
MODERATE = [mpf(x) for x in (-20.5, -7.25, -3, -1.1, -0.75, -0.3, -1e-6, 1e-6, 0.2, 0.9, 1.7, 4, 11.5, 21)]


@pytest.mark.parametrize("z", MODERATE, ids=lambda z: f"z={float(z):g}")
@pytest.mark.parametrize("name", BY_UNIT)
def test_the_formula_and_the_slope_say_what_the_functions_compute(name, z):
    row = ACTIVATIONS[name]
    a = sum(VALUES[name](z))
    slope = sum(SLOPES[name](z))
    said = evaluate(row.formula, {"z": z}, MPMATH_FUNCTIONS)
    said_slope = evaluate(row.slope, {"z": z, "a": a}, MPMATH_FUNCTIONS)
    # gelu's slope holds the number 2 pi as a double, the others no constant that is rounded.
    assert abs(said - a) <= 1e-35 * (1 + abs(z)), f"the formula of {name}"
    assert abs(said_slope - slope) <= (1e-16 if name == "gelu" else 1e-35) * (1 + abs(z)), (
        f"the slope of {name}"
    )


@pytest.mark.parametrize("name", BY_UNIT)
def test_the_slope_is_the_derivative_of_the_formula(name):
    row = ACTIVATIONS[name]

    def value(z: mpf) -> mpf:
        return evaluate(row.formula, {"z": z}, MPMATH_FUNCTIONS)

    for z in MODERATE:
        slope = evaluate(row.slope, {"z": z, "a": value(z)}, MPMATH_FUNCTIONS)
        # A one-sided difference of mpmath stays on the side of the kink on which z lies.
        assert abs(mp.diff(value, z, h=mpf("1e-20")) - slope) <= 1e-15 * (1 + abs(z)), f"{name} at {z}"


@pytest.mark.parametrize("name", ALL)
def test_a_row_says_where_it_comes_from(name):
    row = ACTIVATIONS[name]
    assert row.name == name
    assert len(row.source) > 10
    assert row.initializer in INITIALIZERS
    assert row.domain == REALS


@pytest.mark.parametrize("name", ALL)
def test_the_range_holds_and_is_no_wider_than_needed(name):
    low, high = ACTIVATIONS[name].range
    z = np.concatenate([np.linspace(-30, 30, 60_001), [-1e8], [1e8] if high < np.inf else []])
    a = ACTIVATIONS[name].value(z[:, np.newaxis] * [1, 0])
    if low > -np.inf:
        assert a.min() == pytest.approx(low, abs=1e-7)
        assert a.min() >= low - 2 * np.spacing(abs(low))
    if high < np.inf:
        assert a.max() == pytest.approx(high, abs=1e-7)
        assert a.max() <= high
    if (low, high) == REALS:
        assert a.min() < -0.25 < 25 < a.max()


@pytest.mark.parametrize("name", BY_UNIT)
def test_the_derivative_jumps_at_the_kinks_and_nowhere_else(name):
    row = ACTIVATIONS[name]
    for z in np.linspace(-3, 3, 25):
        near = np.array([np.nextafter(z, -4), z, np.nextafter(z, 4)])
        below, on, above = row.derivative(near, row.value(near))
        jumps = abs(above - below) > 1e-6
        assert jumps == (z in row.kinks), f"{name} at {z}"
        assert abs(on - below) < 1e-6  # on a kink: the derivative from below


@pytest.mark.parametrize("name", BY_UNIT)
def test_pull_back_multiplies_each_entry_by_its_own_derivative(name):
    z = np.array([[-1.5, 0.25, 2.0], [0.75, -0.1, -3.0]])
    upstream = np.array([[0.3, -0.7, 1.1], [2.0, 0.05, -0.6]])
    row, a = ACTIVATIONS[name], computed(name, "value", z)
    assert np.array_equal(row.pull_back(upstream, z, a), upstream * row.derivative(z, a))


def test_every_name_finds_one_row():
    names = [name for row in ACTIVATIONS.values() for name in (row.name, *row.also)]
    assert len(set(names)) == len(names)
    for row in ACTIVATIONS.values():
        for name in (row.name, *row.also, row.name.upper(), row.name.replace("_", "-")):
            assert activation(name) is row


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"the activation was 'sofmax'.*did you mean softmax"):
        activation("sofmax")


@pytest.mark.parametrize("given_", [None, 3, (np.sin,), (np.sin, "cos"), np.sin])
def test_what_is_neither_a_name_nor_a_pair_is_refused(given_):
    with pytest.raises(UnknownNameError, match="the activation was"):
        activation(given_)


def test_a_pair_of_functions_becomes_a_row():
    row = activation((np.sin, np.cos))
    z = np.array([[0.3, -2.0]])
    assert isinstance(row, Activation)
    assert np.array_equal(row.value(z), np.sin(z))
    assert np.array_equal(row.derivative(z, row.value(z)), np.cos(z))
    assert activation(row) is row


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))])
def test_a_copy_of_a_row_is_the_row(name, duplicate):
    assert duplicate(ACTIVATIONS[name]) is ACTIVATIONS[name]


# Softmax: every unit of a row depends on all of them.

ROWS = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.floats(-700, 700))
softmax = ACTIVATIONS["softmax"]


def softmax_exactly(row: np.ndarray) -> list[mpf]:
    raised = [mp.exp(mpf(float(z))) for z in row]
    return [each / sum(raised) for each in raised]


@examples(60)
@given(ROWS)
def test_softmax_agrees_with_mpmath(z):
    # z - max is rounded by half an ulp of up to 1400, which exp turns into a relative error.
    bar = 8 * np.finfo(np.float64).eps * (1 + np.ptp(z, axis=1))
    for row, got, relative in zip(z, softmax.value(z), bar, strict=True):
        for each, exact in zip(got, softmax_exactly(row), strict=True):
            assert abs(mpf(each) - exact) <= relative * exact + mpf("1e-307")


@examples(60)
@given(ROWS)
def test_a_row_of_softmax_sums_to_one(z):
    assert np.allclose(softmax.value(z).sum(axis=1), 1, rtol=0, atol=1e-15 * 8)


def test_softmax_stands_any_finite_number():
    z = np.array([[1e308, -1e308, 0.0], [-1e308, -1e308, -1e308], [1e-320, 0.0, -0.0], [745, 0, -745]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = softmax.value(z)
    assert np.array_equal(a[0], [1, 0, 0])
    assert np.allclose(a[1:3], 1 / 3, rtol=1e-15)
    assert a[3, 0] == 1
    assert a[3, 1] == pytest.approx(np.exp(-745.0))


def test_nan_poisons_its_own_row_of_softmax_and_no_other():
    a = softmax.value(np.array([[np.nan, 1.0], [2.0, 1.0]]))
    assert np.isnan(a[0]).all()
    assert np.isfinite(a[1]).all()


@examples(40)
@given(ROWS, st.integers(0, 2**32 - 1))
def test_pull_back_of_softmax_is_the_product_with_its_whole_jacobian(z, seed):
    upstream = np.random.default_rng(seed).normal(size=z.shape)
    a = softmax.value(z)
    got = softmax.pull_back(upstream, z, a)
    for i, row in enumerate(a):
        jacobian = np.diag(row) - np.outer(row, row)  # da_j / dz_k
        assert np.allclose(softmax.jacobian(z, a)[i], jacobian, rtol=1e-15, atol=1e-16)
        size = np.abs(upstream[i]) * row + row * (np.abs(upstream[i]) @ row)
        assert (np.abs(got[i] - upstream[i] @ jacobian) <= 1e-14 * size).all()
        assert np.allclose(np.diag(jacobian), softmax.derivative(z, a)[i], rtol=0, atol=1e-16)


@examples(40)
@given(arrays(np.float64, (2, 3), elements=st.floats(-5, 5)))
def test_the_complex_step_of_softmax_is_its_jacobian(z):
    a = softmax.value(z)
    for k in range(3):
        moved = z.astype(complex)
        moved[:, k] += 1e-30j
        column = softmax.value(moved).imag / 1e-30  # da_j / dz_k
        for j in range(3):
            upstream = np.zeros((2, 3))
            upstream[:, j] = 1
            assert np.allclose(softmax.pull_back(upstream, z, a)[:, k], column[:, j], rtol=0, atol=1e-15)


def test_the_formulas_of_softmax_say_what_it_computes():
    z = np.array([0.3, -1.2, 2.5])
    exact = softmax_exactly(z)
    written = expand(softmax.formula, {"k": 3})
    jacobian = np.diag(softmax.value(z)) - np.outer(softmax.value(z), softmax.value(z))
    for j in range(3):
        value = evaluate(at(written, {"j": j}), {"z": [mpf(each) for each in z]}, MPMATH_FUNCTIONS)
        assert abs(value - exact[j]) < 1e-40
        for k in range(3):
            entry = at(softmax.slope, {"j": j, "k": k})
            values = {"a": softmax.value(z), "same": np.eye(3)}
            assert evaluate(entry, values) == pytest.approx(jacobian[j, k], abs=1e-16)
