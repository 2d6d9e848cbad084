"""Each seed is an exercise of its own, whose numbers can be computed by hand."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.tutorials.exercise import KINK, LARGEST_SUM, SMALLEST, exercise


@pytest.mark.parametrize("sizes", [[2, 2, 1], [3, 2], [2, 3, 2, 1]])
@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu"])
def test_numbers_are_moderate_and_short(sizes, hidden):
    for seed in range(5):
        preset = exercise(sizes, seed=seed, hidden=hidden)
        trace = preset.trace()
        for values in (preset.parameters.theta, preset.X, preset.Y):
            np.testing.assert_array_equal(values, np.round(values, 2))
        for statement in trace:
            size = abs(statement.value)
            if statement.quantity.name == "Z":
                assert KINK <= size <= LARGEST_SUM
            if statement.quantity.name == "delta":
                assert size == 0 or size >= SMALLEST


def test_each_seed_is_another_one_and_always_the_same():
    drawn = [exercise([2, 2, 1], seed=seed).parameters.theta for seed in range(30)]
    assert len({each.tobytes() for each in drawn}) == 30
    np.testing.assert_array_equal(exercise([2, 2, 1], seed=3).parameters.theta, drawn[3])


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(cr.InvalidValueError, match="numbers vanish or saturate whatever is drawn"):
        exercise([2, 2, 1], inputs=[[1e6, 1e6]])
