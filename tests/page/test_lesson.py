"""What a page was opened with: rows, a network, and what a step is; the same as everywhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from page_states import every_number, lessons, opened, refusal

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.network.layers import Dense
from chainrule.page import lesson as room
from chainrule.page.lesson import of_table, of_trace, of_training
from chainrule.page.state import State


@pytest.mark.parametrize("word", [*cr.tutorials.TUTORIALS, "xor"])
def test_an_example_is_the_step_that_the_command_explains(word):
    trace, preset = opened(word).trace, cr.tutorials.load(word).trace()
    assert every_number(trace) == every_number(preset)
    assert (trace.title, trace.marks, trace.ours) == (preset.title, preset.marks, preset.ours)
    assert [trace.name(each.quantity) for each in trace] == [preset.name(each.quantity) for each in preset]


def test_a_step_that_was_traced_elsewhere_is_opened_where_it_stands():
    model = cr.tutorials.load("jain").model
    weights = [1.0, 3.0]
    trace = model.trace(
        [[0.1, 0.2], [0.3, 0.4]],
        [[0, 1], [1, 0]],
        optimizer=cr.Momentum(0.3),
        row_weights=weights,
        penalty=cr.Penalty(l2=0.1),
    )
    lesson = of_trace(trace)
    state = State.at(lesson, trace.start)
    assert every_number(state.trace) == every_number(trace)
    assert lesson.title == "One training step"
    assert (lesson.batch, lesson.shuffle, lesson.penalty) == (2, False, cr.Penalty(l2=0.1))
    fitted = model.fit(
        [[0.1, 0.2], [0.3, 0.4]],
        [[0, 1], [1, 0]],
        optimizer=cr.Momentum(0.3),
        row_weights=weights,
        penalty=cr.Penalty(l2=0.1),
        epochs=5,
        batch_size=2,
        shuffle=False,
    )
    assert state.advanced(5).parameters.theta.tobytes() == fitted.parameters.theta.tobytes()


@pytest.mark.parametrize("dropout_seed", [None, 0])
def test_a_network_with_dropout_is_refused(dropout_seed):
    """Without masks too: its training would drop what the step that is shown does not."""
    network = cr.Network([Dense(2, 3, "tanh", dropout=0.5), Dense(3, 1)])
    trace = cr.Model(network, seed=0).trace([[1, 2]], [[1]], dropout_seed=dropout_seed)
    assert refusal(of_trace, trace) == "a step for the page was one with dropout; it may be one without"


def test_a_step_of_too_many_numbers_is_refused(monkeypatch):
    network = cr.Network([Dense(2, 3, "softmax"), Dense(3, 2)])
    trace = cr.Model(network, seed=0).trace(np.ones((5, 2)), np.ones((5, 2)))
    of_a_row = 2 + 3 + 2 + 3 * 2 + 3 * 3
    assert room.numbers_of_a_row(network) == of_a_row
    monkeypatch.setattr(room, "MOST_NUMBERS", 5 * of_a_row)
    of_trace(trace)
    monkeypatch.setattr(room, "MOST_NUMBERS", 5 * of_a_row - 1)
    may_be = f"it may be at most {5 * of_a_row - 1} on the page (fewer rows)"
    assert refusal(of_trace, trace) == f"how many numbers a step had was {5 * of_a_row}; {may_be}"


def test_training_on_all_rows_at_once_is_still_the_example():
    xor = cr.tutorials.load("xor")
    assert (of_training(xor, 4).word, of_training(xor, 4).shuffle) == ("xor", False)
    assert (of_training(xor, 99).batch, of_training(xor, 3).word, of_training(xor, 3).shuffle) == (
        4,
        "",
        True,
    )


def test_a_table_has_its_own_names_and_rows():
    pytest.importorskip("polars")
    from chainrule.page.own_table import preset_of_table

    rows = "\n".join(f"{n},{'ab'[n % 2]}" for n in range(30))
    preset = preset_of_table(f"size,kind\n{rows}\n".encode(), "kind", None, [3], 0)
    lesson = of_table(preset)
    assert (len(lesson.data.X), lesson.batch, lesson.shuffle, lesson.word) == (30, 10, True, "")
    assert lesson.naming.name(Quantity("A", (0, 0, 0))) == "size"
    assert lesson.naming.name(Quantity("A", (2, 0, 1))) == "out_b"
    state = State.opened(lesson).advanced(3 * 6)
    fitted = preset.trained(epochs=6, shuffle=True)
    assert state.parameters.theta.tobytes() == fitted.parameters.theta.tobytes()


@settings(max_examples=30, deadline=None)
@given(lesson=lessons())
def test_a_number_of_the_step_is_put_where_the_step_takes_it_from(lesson):
    for step in range(lesson.plan.steps_per_epoch + 1):
        rows = lesson.rows_of(step)
        other = lesson.with_number(Quantity("A", (0, len(rows) - 1, 0)), 0.125, step)
        moved = lesson.data.X.copy()
        moved[rows[-1], 0] = 0.125
        np.testing.assert_array_equal(other.data.X, moved)
        assert other.data.X is not lesson.data.X
        np.testing.assert_array_equal(other.data.Y, lesson.data.Y)
        assert (other.data.row_weights is None) == (lesson.data.row_weights is None)


def test_a_notation_that_is_none_is_refused():
    assert refusal(opened("jain").lesson.named, "kumra").endswith("(did you mean kumar?)")
