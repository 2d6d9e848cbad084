"""A preset is ready to run, and running it changes nothing of it."""

import numpy as np
import pytest

import chainrule as cr
from chainrule.tutorials import GATES, SETS, TUTORIALS, load

ALL = [*TUTORIALS, *GATES, *SETS]


@pytest.mark.parametrize("name", ALL)
def test_training_leaves_the_start_as_it_was(name):
    preset = load(name)
    before = preset.parameters.theta.copy()
    preset.trained(epochs=2)
    np.testing.assert_array_equal(preset.parameters.theta, before)
    np.testing.assert_array_equal(preset.model.parameters.theta, before)


@pytest.mark.parametrize("name", ALL)
def test_training_twice_gives_the_same_bits(name):
    first, second = (load(name).trained(epochs=3).parameters.theta for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", TUTORIALS)
def test_it_trains_as_its_data_file_says(name, facts):
    preset, told = load(name), facts[name]
    assert preset.optimizer == cr.GradientDescent(told["optimizer"]["learning_rate"]["value"])
    assert preset.epochs == told["preset"]["training"]["epochs"]
    history = preset.trained(epochs=2).history
    assert len(history) == 2
    assert history.plan.shuffle is False
    assert history.plan.batch_rows == preset.batch_size == told["preset"]["training"]["batch_size"]


def test_a_training_may_be_asked_to_go_otherwise():
    preset = load("xor")
    chosen = preset.trained(epochs=5, batch_size=2, optimizer=cr.GradientDescent(0.3), shuffle=True, seed=4)
    assert chosen.history.optimizer == cr.GradientDescent(0.3)
    assert chosen.history.plan.batch_rows == 2
    assert chosen.history.plan.shuffle
    assert len(chosen.history) == 5


@pytest.mark.parametrize("name", ALL)
def test_the_loss_and_the_outputs_have_its_names(name):
    preset = load(name)
    written = str(preset.trace())
    assert f"  {preset.loss_name} = " in written
    assert len(preset.output_names) == preset.network.sizes[-1]
    for output in preset.output_names:
        assert f"  {output} = " in written


def test_names_of_the_loss_and_the_outputs():
    assert {name: load(name).loss_name for name in TUTORIALS} == {
        "jain": "E_total",
        "dustbunny": "C",
        "general-purpose": "E_total",
        "sadiya": "E",
        "kumar": "C",
    }
    assert load("sadiya").output_names == ["out(y_1)", "out(y_2)"]
    assert load("xor").output_names == ["A[2][0,0]"]


@pytest.mark.parametrize("name", ALL)
def test_the_step_it_explains_is_one_of_its_own_update_rule(name):
    preset = load(name)
    trace = preset.trace()
    assert trace.title == preset.title
    assert trace.optimizer == preset.optimizer
    after = cr.training_step(
        preset.network, preset.parameters, cr.Data.of(preset.network, preset.X, preset.Y), preset.optimizer,
        cr.Penalty(),
    ).parameters  # fmt: skip
    for l in range(1, preset.network.depth + 1):
        np.testing.assert_array_equal(trace.array("W_after", l), after.W[l])


def test_a_trained_model_is_explained_from_where_it_stands():
    preset = load("jain")
    model = preset.trained(epochs=3)
    np.testing.assert_array_equal(preset.trace(model).array("W", 1), model.parameters.W[1])
