"""What no number changes: the groups of the timeline in the order of the step, and the picture."""

import pytest
from hypothesis import given, settings
from page_states import lessons, opened

from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.scene import MOST, part_title, scene_of
from chainrule.page.state import State
from chainrule.writers.options import Options


def scene(word, **asked):
    state = State.opened(menu.changed(opened(word).lesson, Asked(asked)))
    return state.trace, scene_of(state.trace, Options(digits=4))


def titles(word, **asked):
    return [(group.part, group.title) for group in scene(word, **asked)[1].groups]


def test_the_groups_of_jain_are_the_step_in_its_order():
    told = titles("jain")
    given = [title for part, title in told if part == "given"]
    assert given == ["inputs", "targets", "rate", "W 1", "b 1", "W 2", "b 2"]
    assert [title for part, title in told if part in ("forward", "loss")] == [
        *("net 1", "out 1", "net 2", "out 2", "losses 2", "loss"),
    ]
    backward = [title for part, title in told if part == "backward"]
    assert backward == [
        *("∂/∂out 2", "slope 2", "δ 2", "dW 2", "db 2"),
        *("paths 1", "∂/∂out 1", "slope 1", "δ 1", "dW 1", "db 1"),
    ]
    update = [number for number, (part, _) in enumerate(told) if part == "update"]
    last_backward = max(number for number, (part, _) in enumerate(told) if part == "backward")
    assert min(update) > last_backward  # the update comes after ALL deltas
    assert [told[number][1] for number in update] == ["new W 1", "new b 1", "new W 2", "new b 2"]
    assert [title for part, title in told if part == "after"] == [
        *("net 1′", "out 1′", "net 2′", "out 2′", "losses 2′", "loss′"),
    ]


def test_what_a_rule_remembers_and_a_softmax_have_groups():
    told = [title for _, title in titles("jain", optimizer="adam", output="softmax", loss="cross_entropy")]
    assert {"step", "m W 1", "v b 2", "m W new 1", "slopes 2"} <= set(told)
    assert len(told) == len(set(told))


@settings(max_examples=10, deadline=None)
@given(lesson=lessons())
def test_every_number_has_one_place_in_one_group(lesson):
    trace = State.opened(lesson).trace
    found = scene_of(trace, Options(digits=4))
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    everything = [*given, *(each.quantity for each in trace)]
    assert list(found.quantities) == everything
    assert len(set(found.places)) == len(found.places)
    assert [group.left_out for group in found.groups] == [0] * len(found.groups)
    assert [found.name_of[each] for each in everything] == list(found.names)
    parts = list(dict.fromkeys(group.part for group in found.groups))
    assert parts == ["given", "forward", "loss", "backward", "update", "after"]
    assert all(map(part_title, parts))
    assert all(group.title and group.title.isprintable() for group in found.groups)


def test_of_many_numbers_the_first_in_the_readers_order_are_shown_and_the_rest_is_counted():
    trace, found = scene("jain", sizes="20-10-2")
    by_kind = {(group.kind, group.layer): group for group in found.groups}
    for kind in ("W", "dW", "W_after"):
        group = by_kind[kind, 1]
        assert (len(group.quantities), group.left_out) == (MOST, 200 - MOST)
        wanted = list(trace.entries(kind, 1))[:MOST]
        assert list(group.quantities) == wanted
    assert by_kind["W", 1].quantities[1].indices == (1, 1, 0)  # jain counts unit by unit
    assert by_kind["W", 2].left_out == 0


@pytest.mark.parametrize("sizes", ["2-2-2", "20-10-2", "1-1"])
def test_the_picture_is_alone_in_no_document(sizes):
    _, found = scene("jain", sizes=sizes)
    assert found.picture.startswith("<svg")
    assert found.picture.rstrip().endswith("</svg>")
    assert "<script" not in found.picture
    assert "<?xml" not in found.picture


def test_what_stands_in_the_picture_is_known_with_the_weights_that_follow():
    _, found = scene("jain")
    places = [".".join(map(str, (each.name, *each.indices))) for each in found.in_picture]
    assert {"A.0.0.0", "Z.1.0.0", "delta.2.0.1", "W.1.0.0", "dW.1.0.0", "b.1.0", "W_after.1.0.0"} <= set(
        places
    )
    assert len(places) == len(set(places))
    _, folded = scene("jain", sizes="20-10-2")
    assert not any(each.name == "W" for each in folded.in_picture)
