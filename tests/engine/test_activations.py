import math

import numpy as np
import pytest

from chainrule.engine import activations
from chainrule.network.activations import ACTIVATIONS

SAMPLES = np.concatenate(
    [
        np.linspace(-40, 40, 20_001),
        np.random.default_rng(0).normal(size=2_000) * 3,
        [0.0, -0.0, 1e-300, -1e-300, 1e-9, -1e-9, 700, -700, 1e4, -1e4, 1e300, -1e300],
    ]
)
# In units of the last place of the largest term of each formula. In gelu's tail the rounding of z / sqrt(2)
# grows by z^2, and SciPy's own function is off by 1,300.
ROUGH = {"gelu": 10_000, "silu": 60, "mish": 60}


def apply(name, z, keeps_slope=True):
    Z, slope = z.copy(), np.full_like(z, np.nan)
    routine = activations.routine(name, z.dtype, keeps_slope)
    if routine != activations.NOTHING:
        routines(routine, Z, slope)
    return Z, slope


def routines(routine, Z, slope):
    from numba import njit

    from chainrule.engine.activations import activate

    njit(lambda routine, Z, slope: activate(routine, Z, slope))(routine, Z, slope)


def test_every_row_has_a_kernel():
    assert {*activations.KERNELS, "softmax"} == set(ACTIVATIONS)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", activations.KERNELS)
def test_value_and_slope_are_the_rows(name, dtype):
    row = ACTIVATIONS[name]
    with np.errstate(over="ignore"):
        z = SAMPLES.astype(dtype)
    z = z[np.isfinite(z)]
    if name == "exponential":
        z = z[z < (700 if dtype is np.float64 else 85)]
    with np.errstate(over="ignore", under="ignore"):
        wanted = row.value(z.astype(np.float64))
        slope = row.derivative(z.astype(np.float64), wanted)
    found, found_slope = apply(name, z)
    eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
    with np.errstate(over="ignore", invalid="ignore"):
        # What cancels: z times a function of z, and for slopes the two parts of a product's derivative.
        terms = np.abs(wanted) + tiny
        slope_terms = np.abs(slope) + np.minimum(1, np.abs(wanted)) + tiny
    bound = ROUGH.get(name, 4) * eps
    ok = np.abs(found - wanted) <= bound * terms + 64 * tiny
    assert ok[np.isfinite(wanted)].all(), z[~ok][:5]
    ok = np.abs(found_slope - slope) <= 4 * max(1, ROUGH.get(name, 1)) * eps * slope_terms + 64 * tiny
    assert ok.all(), z[~ok][:5]
    alone, _ = apply(name, z, keeps_slope=False)
    assert np.allclose(alone, found, rtol=4 * eps, atol=0)


@pytest.mark.parametrize("name", activations.KERNELS)
def test_nan_is_let_through(name):
    found, slope = apply(name, np.array([np.nan, 1.0]))
    assert math.isnan(found[0])
    assert not math.isnan(found[1])
    assert not math.isnan(slope[1])


@pytest.mark.parametrize("name", set(activations.KERNELS) - {"gelu", "silu", "mish"})
def test_infinity_saturates(name):
    row = ACTIVATIONS[name]
    found, _ = apply(name, np.array([np.inf, -np.inf]))
    with np.errstate(invalid="ignore"):
        wanted = row.value(np.array([np.inf, -np.inf]))
    assert np.array_equal(found[~np.isnan(wanted)], wanted[~np.isnan(wanted)])


def test_what_the_output_tells_needs_no_slope():
    assert set(activations.KERNELS) >= activations.TOLD_BY_OUTPUT
    for name in activations.TOLD_BY_OUTPUT:
        z = np.linspace(-3, 3, 13)
        a, slope = apply(name, z)
        for sign in (a > 0, a <= 0):
            assert len(set(slope[sign])) <= 1
