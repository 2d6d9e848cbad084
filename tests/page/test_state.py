"""A page's states: an edit gives the step of a fresh model, and training gives the bits of Model.fit."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import called, every_number, lessons, opened, refusal, states

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import menu
from chainrule.page import state as room
from chainrule.page.asked import Asked
from chainrule.page.names import Names
from chainrule.page.state import Losses, State
from chainrule.trace.build import trace_step


def bits(state):
    """Everything that training changes."""
    return (
        state.taken,
        state.parameters.theta.tobytes(),
        {name: slot.tobytes() for name, slot in state.slots.items()},
    )


def given_of(trace, kinds=room.EDITABLE):
    """Every number of these kinds that came in."""
    return [each for kind, layer in trace.given if kind in kinds for each in trace.entries(kind, layer)]


# --- Editing ---


@pytest.mark.parametrize("name", ["w1", "w5", "b1", "i2", "target_o1", "eta"])
def test_an_edited_number_gives_the_step_of_a_fresh_model_with_that_number(name):
    jain = cr.tutorials.load("jain")
    weights, biases = ([of[l].copy() for l in (1, 2)] for of in (jain.parameters.W, jain.parameters.b))
    X, Y, rate = jain.X.copy(), jain.Y.copy(), jain.optimizer.learning_rate
    match name:
        case "w1":
            weights[0][0, 0] = 0.45
        case "w5":
            weights[1][0, 0] = 0.45
        case "b1":
            biases[0][:] = 0.45
        case "i2":
            X[0, 1] = 0.45
        case "target_o1":
            Y[0, 0] = 0.45
        case "eta":
            rate = 0.45
    parameters = cr.Parameters.from_arrays(jain.network, weights, biases, orientation="from_to")
    fresh = cr.Model(jain.network, parameters).trace(
        X, Y, optimizer=cr.GradientDescent(rate), naming=jain.naming
    )
    edited = opened("jain").edited(called("jain")[name], 0.45)
    assert every_number(edited.trace) == every_number(fresh)
    assert every_number(edited.trace) != every_number(jain.trace())


@settings(max_examples=20, deadline=None)
@given(data=st.data(), state=states())
def test_an_edit_is_that_number_and_what_follows_from_it(data, state):
    quantity = data.draw(st.sampled_from(given_of(state.trace, ("W", "b", "A", "eta"))))
    value = data.draw(st.floats(0.25, 1.5))
    edited = state.edited(quantity, value)
    before, after = state.trace, edited.trace
    for key, array in before.given.items():
        changed = array.copy()
        if key == (quantity.name, quantity.indices[0]):
            changed[quantity.indices[1:]] = value
        np.testing.assert_array_equal(after.given[key], changed)
    start = after.start
    fresh = trace_step(*list(vars(start).values())[:5], slots=state.slots, t=state.taken + 1)
    assert every_number(after) == every_number(fresh)
    assert every_number(state.trace) == every_number(before)
    assert edited.rewound() is state.rewound()


def test_in_a_shuffled_epoch_the_row_that_is_edited_is_the_one_of_the_step():
    state = opened("two-moons", 3)
    edited = state.edited(Quantity("A", (0, 4, 1)), 7.5)
    row = state.lesson.rows_of(3)[4]
    moved = np.argwhere(edited.lesson.data.X != state.lesson.data.X)
    assert moved.tolist() == [[row, 1]]
    assert edited.trace.value(Quantity("A", (0, 4, 1))) == 7.5


def test_what_is_computed_cannot_be_edited():
    state = opened("jain")
    may_be = "it may be a weight, a bias, an input, a target or the learning rate"
    for statement in state.trace:
        told = refusal(state.edited, statement.quantity, 1.0)
        assert told == f"the number to be edited was {state.trace.name(statement.quantity)}; {may_be}"


def test_what_the_update_rule_remembers_cannot_be_edited():
    state = opened("xor", 2)
    for quantity in given_of(state.trace, ("t", "m_W", "v_W", "m_b", "v_b")):
        assert refusal(state.edited, quantity, 1.0).startswith("the number to be edited was ")


@pytest.mark.parametrize(
    ("word", "quantity", "value", "words"),
    [
        ("jain", Quantity("eta", (0,)), 0.0, "the learning rate was 0.0; it may be a finite number above 0"),
        ("jain", Quantity("eta", (0,)), -1.0, "the learning rate was -1.0"),
        ("xor", Quantity("Y", (2, 0, 0)), 2.0, "was 2.0; it may be"),
        ("jain", Quantity("A", (0, 0, 0)), float("nan"), "was nan; it may be a finite number"),
    ],
)
def test_a_number_without_a_meaning_there_is_refused(word, quantity, value, words):
    assert words in refusal(opened(word).edited, quantity, value)


def test_an_edit_leaves_the_state_before_it_alone():
    state = opened("jain")
    before = every_number(state.trace), state.lesson.start.theta.tobytes()
    for quantity in given_of(state.trace):
        state.edited(quantity, 0.77).advanced(2)
    assert (every_number(state.trace), state.lesson.start.theta.tobytes()) == before


# --- Back to the start ---


def test_rewinding_brings_back_every_number_that_was_edited():
    first = opened("jain")
    names = called("jain")
    state = first.edited(names["i1"], 9.0).advanced(2).edited(names["w5"], -1.0)
    state = state.edited(names["eta"], 2.0).edited(names["target_o2"], 0.5)
    assert not state.untouched
    assert state.rewound() is first
    assert first.rewound() is first
    assert first.untouched


def test_other_names_leave_the_numbers_alone_and_those_of_the_start_too():
    first = opened("jain")
    state = first.edited(called("jain")["i1"], 9.0).advanced(1).under(Names("sadiya"))
    assert state.trace.name(Quantity("W", (1, 0, 0))) == state.rewound().trace.name(Quantity("W", (1, 0, 0)))
    assert state.trace.name(Quantity("W", (1, 0, 0))) == "w_0_0_0"
    assert state.trace.start.data.X[0, 0] == 9.0
    assert every_number(state.rewound().trace) == every_number(first.trace)


def test_where_a_number_is_from_is_said_only_of_the_first_step():
    first = opened("dustbunny")
    assert first.trace.marks == cr.tutorials.load("dustbunny").marks != {}
    assert first.advanced(1).trace.marks == {}
    assert first.edited(Quantity("W", (1, 0, 0)), 0.5).trace.marks == {}
    assert first.advanced(1).rewound().trace.marks == first.trace.marks


# --- Training ---


@pytest.mark.parametrize("word", [*cr.tutorials.TUTORIALS, "xor", "two-moons"])
def test_training_gives_the_bits_of_fit(word):
    preset, epochs = cr.tutorials.load(word), 3
    lesson = opened(word).lesson
    state = State.opened(lesson).advanced(epochs * lesson.plan.steps_per_epoch)
    X, Y = preset.training_rows() if word == "two-moons" else (preset.X, preset.Y)
    model = preset.model.fit(
        X,
        Y,
        optimizer=preset.optimizer,
        epochs=epochs,
        batch_size=lesson.batch,
        shuffle=word == "two-moons",
    )
    assert state.parameters.theta.tobytes() == model.parameters.theta.tobytes()
    assert state.taken == epochs * -(-len(X) // lesson.batch)
    per_epoch = state.losses.values.reshape(epochs, -1)
    np.testing.assert_allclose(per_epoch.mean(axis=1), model.history.loss, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(lesson=lessons(), steps=st.integers(1, 5))
def test_every_step_of_training_is_the_one_that_the_trace_shows(lesson, steps):
    state = State.opened(lesson)
    for _ in range(steps):
        shown, state = state.trace, state.advanced(1)
        if state.said:
            return
        for l in range(1, lesson.network.depth + 1):
            np.testing.assert_array_equal(shown.array("W_after", l), state.parameters.W[l])
        assert state.losses.values[-1] == shown.array("loss", lesson.network.depth).item()


@settings(max_examples=40, deadline=None)
@given(state=states(), steps=st.integers(2, 10))
def test_as_many_steps_one_by_one_are_the_same(state, steps):
    at_once, one_by_one = state.advanced(steps), state
    for _ in range(steps):
        one_by_one = one_by_one.advanced(1) if not one_by_one.said else one_by_one
    assert bits(at_once) == bits(one_by_one)
    assert at_once.said == one_by_one.said
    np.testing.assert_array_equal(at_once.losses.values, one_by_one.losses.values)


def test_every_epoch_visits_every_row_once_and_each_in_an_order_of_its_own():
    lesson = opened("two-moons").lesson
    plan, orders = lesson.plan, []
    for epoch in range(3):
        steps = range(epoch * plan.steps_per_epoch, (epoch + 1) * plan.steps_per_epoch)
        orders.append(np.concatenate([lesson.rows_of(step) for step in steps]).tolist())
    assert all(sorted(order) == list(range(plan.rows)) for order in orders)
    assert orders[0] != orders[1] != orders[2]
    assert State.opened(lesson).advanced(1).trace.start.data.X.shape == (10, 2)


def without_bounds():
    """Jain's network without its sigmoids: its numbers may grow as they like."""
    return State.opened(
        menu.changed(opened("jain").lesson, Asked({"hidden": "identity", "output": "identity"}))
    )


def test_training_stops_where_it_diverges_and_keeps_what_was_good():
    first = without_bounds().edited(Quantity("eta", (0,)), 1e30)
    state = first.advanced(1000)
    assert 0 < state.taken < 1000
    assert state.said.startswith("training diverged in epoch ")
    assert "try a smaller learning rate" in state.said
    assert "\n" not in state.said
    assert bits(state) == bits(first.advanced(state.taken))
    assert not first.advanced(state.taken).said
    assert len(state.losses.values) == state.taken
    assert np.isfinite(state.losses.values).all()
    again = state.advanced(5)
    assert bits(again) == bits(state)
    assert again.said == state.said
    assert first.advanced(1).edited(Quantity("eta", (0,)), 0.1).advanced(1).taken == 2


def test_what_was_said_of_a_divergence_is_gone_after_an_edit():
    state = without_bounds().edited(Quantity("eta", (0,)), 1e30).advanced(100)
    assert state.said
    assert not state.edited(Quantity("eta", (0,)), 0.1).said


def test_without_time_it_is_still_one_step():
    assert opened("xor").advanced(1000, 0.0).taken == 1
    assert opened("xor").advanced(1000, -5.0).taken == 1


def test_time_that_is_over_ends_it_between_two_pieces(monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr(room.time, "monotonic", lambda: next(seconds))
    state = opened("xor").advanced(100_000, 12.0)
    assert 1 < state.taken < 100
    monkeypatch.undo()
    assert bits(state) == bits(opened("xor").advanced(state.taken))


def test_a_step_from_the_middle_of_a_training_goes_on_there():
    """As a step that was written after some others is: the update rule remembers, and t goes on."""
    xor = opened("xor", 4)
    begun = State.at(xor.lesson, xor.trace.start)
    assert begun.untouched
    assert begun.taken == 4
    begun = replace(begun, parameters=xor.parameters)
    assert bits(begun.advanced(3)) == bits(opened("xor", 7))


# --- The losses ---


@given(chunks=st.lists(st.integers(0, 40), max_size=12))
def test_of_many_losses_every_few_are_kept_and_the_right_ones(chunks):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(room, "MOST_LOSSES", 8)
        losses, every_loss = Losses(np.empty(0)), np.arange(float(sum(chunks)))
        for chunk in chunks:
            losses = losses.and_then(every_loss[losses.seen : losses.seen + chunk])
            assert len(losses.values) <= 8
    assert losses.values.tolist() == every_loss[:: losses.every].tolist()
    assert losses.seen == len(every_loss)
    assert losses.every == 1 or len(losses.values) > 4


def test_a_long_training_keeps_two_thousand_losses():
    state = opened("jain", 4500)
    assert room.MOST_LOSSES == 2000
    assert len(state.losses.values) == 1125
    assert state.losses.every == 4
    np.testing.assert_array_equal(state.losses.values[:100], opened("jain", 400).losses.values[::4])


def test_what_it_takes_to_keep_is_counted():
    state = opened("xor", 10)
    assert state.nbytes == 8 * (3 * state.parameters.theta.size + 10)
