"""What a page can be opened with, and what becomes of rows and weights when the network is changed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import called, lessons, opened, refusal

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES
from chainrule.network.optimizers import OPTIMIZERS
from chainrule.network.program import Data
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.names import Names
from chainrule.page.state import State


def changed(lesson, **asked):
    return menu.changed(lesson, Asked(asked))


@pytest.fixture
def jain():
    return opened("jain").lesson


@pytest.fixture
def xor():
    return opened("xor").lesson


# --- The menu ---


def test_the_menu_has_every_example_and_each_can_be_opened():
    words = [word for word, _ in menu.EXAMPLES]
    assert words == [*cr.tutorials.TUTORIALS, "and", "or", "nand", "xor", "two-moons"]
    assert all(map(menu.knows, words))
    assert menu.FIRST in words
    for word, title in menu.EXAMPLES:
        lesson = menu.opened(word)
        assert lesson.names.notation == (word if word in cr.tutorials.TUTORIALS else "ours")
        assert word.replace("-", " ") in title or word in title


@pytest.mark.parametrize("word", ["jain", "JAIN", "tutorial:jain", "gate:xor", "mazur", "swap", "two-moons"])
def test_a_word_is_known_as_the_command_line_knows_it(word):
    assert menu.knows(word)
    assert menu.opened(word).title == cr.tutorials.load(word).title


@pytest.mark.parametrize("word", ["", "jian", "x.mat", "step.json", "tutorial:", "own"])
def test_another_word_is_not(word):
    assert not menu.knows(word)


def test_a_wrong_word_gets_the_nearest():
    assert refusal(menu.opened, "two-moon").endswith("(did you mean two-moons?)")


def test_an_example_explains_its_rows_and_a_set_takes_turns():
    assert (opened("xor").lesson.batch, opened("xor").lesson.shuffle) == (4, False)
    assert (opened("two-moons").lesson.batch, opened("two-moons").lesson.shuffle) == (10, True)


def test_what_can_be_chosen_is_what_there_is(jain):
    assert menu.CHOICES["activations"] == list(ACTIVATIONS)
    assert menu.CHOICES["losses"] == list(LOSSES)
    assert menu.CHOICES["optimizers"] == list(OPTIMIZERS)
    for name in menu.CHOICES["activations"]:
        assert changed(jain, hidden=name).network.layers[0].activation is ACTIVATIONS[name]
    for name in menu.CHOICES["optimizers"]:
        State.opened(changed(jain, optimizer=name)).advanced(1)
    for name in menu.CHOICES["notations"]:
        assert changed(jain, names=name).naming


# --- Sizes ---


@pytest.mark.parametrize("text", ["2-3-1", "2,3,1", " 2 - 3 - 1 ", "02-3-1", "2 ,3-1"])
def test_sizes_are_typed_with_lines_or_commas(text):
    assert menu.of_sizes(text) == [2, 3, 1]


@given(sizes=st.lists(st.integers(1, 50), min_size=2, max_size=31))
def test_any_sizes_come_back_from_what_is_typed(sizes):
    assert menu.of_sizes("-".join(map(str, sizes))) == sizes


@pytest.mark.parametrize(
    "text",
    ["", "2", "-", "2-", "-2", "2--1", "2-0-1", "2-x-1", "2.5-1", "2-1e3", "2-½", "2-²", "1-" * 40 + "1"],
)
def test_what_is_no_sizes_is_refused(text):
    told = refusal(menu.of_sizes, text)
    assert told.startswith("the sizes was '")
    assert told.endswith("it may be 2 to 31 whole numbers above 0, such as 2-3-1")


@pytest.mark.parametrize("text", ["10000-10000", "99999999-99999999", "-".join(["5000"] * 31)])
def test_more_than_a_page_can_show_is_refused_before_anything_is_made(text):
    told = refusal(menu.of_sizes, text)
    assert told.startswith(f"the number of parameters of {text} was ")
    assert told.endswith("it may be at most 20,000,000 on the page")


@given(text=st.text(max_size=20))
def test_any_text_is_sizes_or_refused(text):
    try:
        assert len(menu.of_sizes(text)) >= 2
    except cr.InvalidValueError as error:
        assert "\n" not in str(error)  # noqa: PT017 - or it was not refused


# --- Another network ---


def test_another_activation_keeps_rows_and_weights(jain):
    other = changed(jain, hidden="tanh", output="identity")
    assert (
        str(other.network)
        == "2-2-2, tanh then identity, half_squared_error, bias shared, b[1] frozen, b[2] frozen"
    )
    assert other.start.theta.tobytes() == jain.start.theta.tobytes()
    np.testing.assert_array_equal(other.data.X, jain.data.X)
    np.testing.assert_array_equal(other.data.Y, jain.data.Y)
    assert (other.title, other.word, other.marks) == (jain.title, "", {})


def test_other_hidden_units_keep_the_rows_and_draw_the_weights_anew(xor):
    other = changed(xor, sizes="2-3-1")
    np.testing.assert_array_equal(other.data.X, xor.data.X)
    np.testing.assert_array_equal(other.data.Y, xor.data.Y)
    assert (other.batch, other.shuffle, other.title) == (4, False, "The XOR gate")
    assert other.network.loss is xor.network.loss
    assert other.network.layers[0].activation.name == "tanh"
    assert (other.start.theta.round(2) == other.start.theta).all()
    assert (other.start.theta != 0).all()


def test_other_inputs_or_outputs_draw_rows_that_fit(xor):
    for sizes in ("3-8-1", "2-8-2"):
        other = changed(xor, sizes=sizes)
        assert other.data.X.shape == (1, int(sizes[0]))
        assert other.data.Y.shape == (1, int(sizes[-1]))
        assert (other.batch, other.shuffle) == (1, False)
        assert other.title == f"One step of a {sizes} network"
        State.opened(other).advanced(2)


def test_a_seed_draws_other_weights_and_the_same_seed_the_same(jain):
    first, again, other = (changed(jain, seed=seed) for seed in (5, "5", 6))
    assert first.start.theta.tobytes() == again.start.theta.tobytes() != other.start.theta.tobytes()
    assert first.start.theta.tobytes() != jain.start.theta.tobytes()
    np.testing.assert_array_equal(first.data.X, jain.data.X)


def test_an_edited_row_and_its_weight_stay_when_the_network_is_changed(jain):
    edited = State.opened(jain).edited(called("jain")["i1"], 9.0)
    assert changed(edited.lesson, hidden="tanh").data.X[0, 0] == 9.0


def test_the_names_of_a_tables_columns_are_gone_with_its_inputs():
    lesson = replace(opened("jain").lesson, names=Names("jain", ("age", "size"), ("no", "yes")))
    assert changed(lesson, sizes="2-4-2").names.inputs == ("age", "size")
    assert changed(lesson, sizes="3-4-2").names == Names("jain")


def test_weights_of_rows_stay_when_the_network_is_changed():
    xor = opened("xor").lesson
    lesson = replace(xor, data=Data.of(xor.network, xor.data.X, xor.data.Y, [1, 2, 3, 4]))
    assert changed(lesson, hidden="relu").data.row_weights.tolist() == [1, 2, 3, 4]


# --- Another way to learn ---


def test_a_new_rule_has_its_own_rate_and_the_same_rule_keeps_its_numbers(xor):
    assert changed(xor, optimizer="momentum").optimizer == cr.Momentum()
    assert changed(xor, optimizer="adam").optimizer == cr.Adam(0.05)
    assert changed(xor, rate="0.25").optimizer == cr.Adam(0.25)
    assert changed(xor, optimizer="momentum", rate="0.25").optimizer == cr.Momentum(0.25)
    assert changed(xor, optimizer="momentum").start is xor.start


def test_fewer_rows_in_a_step_take_turns(xor):
    assert (changed(xor, batch=2).batch, changed(xor, batch=2).shuffle) == (2, True)
    assert (changed(xor, batch="4").batch, changed(xor, batch="4").shuffle) == (4, False)
    assert changed(xor, batch=4).word == "xor"
    assert changed(xor, batch=2).word == ""


def test_what_was_not_asked_for_stays_as_it_was(jain):
    assert changed(jain) is jain
    assert changed(jain, sizes="", hidden=None, rate="") is jain


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"hidden": "sigmod"}, "(did you mean sigmoid?)"),
        ({"output": "sofmax"}, "(did you mean softmax?)"),
        ({"loss": "cross_entropi"}, "(did you mean cross_entropy?)"),
        ({"optimizer": "adm"}, "(did you mean adam?)"),
        ({"names": "sadya"}, "(did you mean sadiya?)"),
        ({"output": "relu", "loss": "binary_cross_entropy"}, "relu"),
        ({"loss": "cross_entropy"}, "softmax"),
        ({"output": "softmax", "loss": "cross_entropy", "sizes": "2-2-2"}, None),
        ({"loss": "poisson"}, "poisson"),
        ({"rate": "0"}, "the learning rate was 0.0; it may be a finite number above 0"),
        ({"rate": "much"}, "the rate was 'much'"),
        ({"batch": 0}, "the batch was 0; it may be a whole number from 1 to 1"),
        ({"batch": 2}, "the batch was 2; it may be a whole number from 1 to 1"),
        ({"seed": -1}, "the seed was -1; it may be a whole number from 0"),
        ({"sizes": 5}, "the sizes was 5; it may be text"),
        ({"hidden": ["relu"]}, "the hidden was ['relu']; it may be text"),
    ],
)
def test_what_does_not_go_together_is_refused(jain, asked, words):
    if words is None:
        changed(jain, **asked)
    else:
        assert words in refusal(lambda: changed(jain, **asked))


def test_targets_that_a_loss_cannot_take_are_refused(jain):
    edited = State.opened(jain).edited(called("jain")["target_o1"], 2.0).lesson
    assert "2.0" in refusal(lambda: changed(edited, loss="binary_cross_entropy"))


def test_a_step_of_more_numbers_than_a_page_can_show_is_refused(xor, monkeypatch):
    monkeypatch.setattr("chainrule.page.lesson.MOST_NUMBERS", 300)
    changed(xor, sizes="2-6-6-1")
    told = refusal(lambda: changed(xor, sizes="2-8-8-1"))
    assert told.startswith("how many numbers a step had was ")
    assert told.endswith("it may be at most 300 on the page (fewer rows)")


@settings(max_examples=30, deadline=None)
@given(
    lesson=lessons(),
    asked=st.fixed_dictionaries(
        {},
        optional={
            "sizes": st.sampled_from(["1-1", "2-3-1", "3-2", "1-2-3-2"]),
            "hidden": st.sampled_from(list(ACTIVATIONS)),
            "output": st.sampled_from(list(ACTIVATIONS)),
            "loss": st.sampled_from(list(LOSSES)),
            "optimizer": st.sampled_from(list(OPTIMIZERS)),
            "rate": st.floats(0.001, 1),
            "batch": st.integers(0, 5),
            "seed": st.integers(0, 9),
            "names": st.sampled_from(menu.CHOICES["notations"]),
        },
    ),
)
def test_any_change_is_a_lesson_that_learns_or_one_sentence(lesson, asked):
    try:
        other = changed(lesson, **asked)
    except cr.ChainruleError:
        refusal(lambda: changed(lesson, **asked))
        return
    assert State.opened(other).trace.name(called("jain")["w1"])
    State.opened(other).advanced(2)
