"""Two moons: drawn from a seed, and learned."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.rows import order
from chainrule.tutorials import load
from chainrule.tutorials.moons import NOISE, moons, two_moons


def accuracy(model, X, Y):
    return (model.predict(X).round() == Y).mean()


def test_there_are_a_hundred_points_of_each_moon_in_turn():
    X, Y = moons()
    assert (X.shape, Y.shape) == ((200, 2), (200, 1))
    assert (X.dtype, Y.dtype) == (np.float64, np.float64)
    assert Y.ravel().tolist() == [0.0, 1.0] * 100
    assert not np.signbit(X[X == 0]).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_points_lie_on_two_half_circles_but_for_the_noise(seed):
    X, Y = moons(seed)
    middle = np.where(Y == 1, [0.5, 0.25], [-0.5, -0.25])
    away = np.hypot(*(X - middle).T) - 1
    assert abs(away).max() < 4.5 * NOISE
    assert away.std() == pytest.approx(NOISE, rel=0.2)
    outward = (X - middle)[:, 1] * np.where(Y == 1, -1, 1).ravel()
    assert (outward > -4 * NOISE).all()
    assert 1.3 < abs(X).max() < 2


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    np.testing.assert_array_equal(moons(3)[0], moons(3)[0])
    assert (moons(3)[0] != moons(4)[0]).any(axis=1).mean() > 0.9


def test_these_are_the_bits():
    assert moons(0)[0][:3].tolist() == [[-0.73, 0.67], [1.12, -0.64], [0.58, 0.27]]


def test_no_straight_line_parts_the_moons():
    X, Y = moons()
    straight = cr.Model(cr.Network.dense([2, 1], output="sigmoid", loss="binary_cross_entropy"))
    assert accuracy(straight.fit(X, Y, optimizer=cr.Adam(0.05), epochs=100), X, Y) < 0.93


def test_the_draw_of_the_angles_is_not_that_of_the_order_of_rows():
    """With one draw for both, an epoch that is shuffled would go along the moons."""
    X, _ = moons(0)
    along = X[order(0, 0, [200]), 0]
    assert abs(np.corrcoef(along, np.arange(200))[0, 1]) < 0.2


@pytest.mark.parametrize("seed", range(5))
def test_it_is_learned_as_the_preset_says_whatever_the_seed(seed):
    preset = two_moons(seed)
    X, Y = preset.training_rows()
    assert accuracy(preset.model, X, Y) < 0.9
    trained = preset.trained()
    assert accuracy(trained, X, Y) > 0.97
    assert trained.history.plan.batch_rows == 10
    assert len(trained.history) * trained.history.plan.steps_per_epoch == 800


@pytest.mark.parametrize("seed", range(3))
def test_it_is_learned_in_an_order_of_its_own_too(seed):
    preset = load("two-moons")
    assert accuracy(preset.trained(shuffle=True, seed=seed), *preset.training_rows()) > 0.97


def test_the_step_that_is_explained_has_a_row_of_each_moon():
    preset = load("two-moons")
    np.testing.assert_array_equal(preset.X, preset.training_rows()[0][:2])
    assert preset.Y.tolist() == [[0.0], [1.0]]
    assert str(preset.network) == "2-8-8-1, tanh then sigmoid, binary_cross_entropy"
    assert "drawn with seed 0" in str(preset.trace())


@pytest.mark.parametrize("seed", [-1, 0.5, 2**64, "0"])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(cr.InvalidValueError, match="the seed was"):
        moons(seed)
