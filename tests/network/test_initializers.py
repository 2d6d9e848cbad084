import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeatable import examples

from chainrule.errors import UnknownNameError
from chainrule.network.initializers import INITIALIZERS, Initializer, initializer

ALL = list(INITIALIZERS)
RANDOM = [name for name in ALL if name != "zeros"]
INPUTS, UNITS = 300, 200

# The variances that the papers state, for a layer of 300 inputs and 200 units.
VARIANCES = {
    "uniform": 1 / 3,
    "normal": 1,
    "glorot_uniform": 2 / 500,
    "glorot_normal": 2 / 500,
    "he_uniform": 2 / 300,
    "he_normal": 2 / 300,
    "lecun_uniform": 1 / 300,
    "lecun_normal": 1 / 300,
}


# Layer 1 of two inputs and one unit, seed 0.
GOLDEN = {
    "uniform": [-0.6480963233856537, -0.6233633577274352],
    "glorot_uniform": [-0.9165466102561308, -0.8815689147845702],
    "lecun_uniform": [-0.7937526482343243, -0.763461075390117],
    "he_normal": [-0.9309031274520924, -0.8841103580062745],
}


def test_every_row_is_tested_here():
    assert set(RANDOM) == set(VARIANCES)


@pytest.mark.parametrize("name", RANDOM)
def test_mean_and_variance_are_those_of_the_paper(name):
    weights, variance = INITIALIZERS[name].draw(INPUTS, UNITS, 0, 1), VARIANCES[name]
    n = weights.size
    fourth = 9 / 5 if INITIALIZERS[name].shape == "uniform" else 3  # kurtosis
    assert weights.mean() == pytest.approx(0, abs=5 * np.sqrt(variance / n))
    assert weights.var() == pytest.approx(variance, abs=5 * variance * np.sqrt((fourth - 1) / n))


@pytest.mark.parametrize("name", [name for name in RANDOM if INITIALIZERS[name].shape == "uniform"])
def test_a_uniform_one_reaches_to_the_root_of_three_variances_and_no_further(name):
    weights, reach = INITIALIZERS[name].draw(INPUTS, UNITS, 0, 1), np.sqrt(3 * VARIANCES[name])
    assert np.abs(weights).max() <= reach
    assert np.abs(weights).max() == pytest.approx(reach, rel=1e-3)


def test_zeros_are_zeros():
    weights = INITIALIZERS["zeros"].draw(3, 2, 0, 1)
    assert weights.shape == (3, 2)
    assert not weights.any()


@pytest.mark.parametrize("name", ALL)
@examples(20)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**64 - 1), st.integers(1, 100))
def test_the_same_arguments_give_the_same_bits(name, inputs, units, seed, layer):
    first, second = (INITIALIZERS[name].draw(inputs, units, seed, layer) for _ in range(2))
    assert first.shape == (inputs, units)
    assert first.dtype == np.float64
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("name", RANDOM)
def test_seed_and_layer_change_the_weights(name):
    row = INITIALIZERS[name]
    drawn = {row.draw(3, 2, seed, layer).tobytes() for seed in range(3) for layer in (1, 2)}
    assert len(drawn) == 6


@pytest.mark.parametrize(("name", "golden"), GOLDEN.items())
def test_golden_weights(name, golden):
    assert INITIALIZERS[name].draw(2, 1, 0, 1).ravel().tolist() == pytest.approx(golden, rel=1e-14)


@pytest.mark.parametrize("name", ALL)
def test_a_row_says_where_it_comes_from(name):
    row = INITIALIZERS[name]
    assert row.name == name
    assert len(row.source) > 10
    assert row.shape in ("zeros", "uniform", "normal")


def test_every_name_finds_one_row():
    names = [name for row in INITIALIZERS.values() for name in (row.name, *row.also)]
    assert len(set(names)) == len(names)
    for row in INITIALIZERS.values():
        for name in (row.name, *row.also):
            assert initializer(name) is row


def test_one_of_ones_own_stays_as_it_is():
    own = Initializer("own", "uniform", lambda inputs, units: 1e-4, "this test")
    assert initializer(own) is own
    assert np.abs(own.draw(5, 5, 0, 1)).max() <= np.sqrt(3e-4)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"the initializer was 'he_unifrom'.*did you mean he_uniform"):
        initializer("he_unifrom")
