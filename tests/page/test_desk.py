"""A running page's memory: states under names that nobody guesses, the latest of them, from any thread."""

import threading

import pytest
from page_states import opened, refusal

from chainrule.page import desk as room
from chainrule.page.desk import Desk


@pytest.fixture
def desk():
    return Desk()


def kept(desk, names):
    """Which of some states are still there."""
    found = []
    for name in names:
        try:
            desk.state(name)
        except ValueError:
            continue
        found.append(name)
    return found


def test_a_state_is_found_under_its_name(desk):
    first, second = opened("jain"), opened("xor")
    names = [desk.put(first), desk.put(second), desk.put(first)]
    assert [desk.state(name) for name in names] == [first, second, first]


def test_names_cannot_be_guessed(desk):
    state = opened("jain")
    names = {desk.put(state) for _ in range(200)}
    assert len(names) == 200
    assert {len(name) for name in names} == {16}


@pytest.mark.parametrize("name", ["", "nobody", "x" * 1000, "../x"])
def test_what_is_not_kept_is_said(desk, name):
    told = "that step is not kept any more; it may be reached again from the start"
    assert refusal(desk.state, name) == told
    assert refusal(desk.table, name) == "that table is not kept any more; it may be dropped here again"


def test_the_oldest_states_make_room(desk, monkeypatch):
    monkeypatch.setattr(room, "MOST_STATES", 5)
    names = [desk.put(opened("jain")) for _ in range(9)]
    assert kept(desk, names) == names[4:]


def test_a_state_that_was_looked_at_is_not_the_oldest(desk, monkeypatch):
    monkeypatch.setattr(room, "MOST_STATES", 3)
    names = [desk.put(opened("jain")) for _ in range(3)]
    desk.state(names[0])
    names += [desk.put(opened("jain")), desk.put(opened("jain"))]
    assert kept(desk, names) == [names[0], *names[3:]]


def test_large_states_make_room_by_their_bytes(desk, monkeypatch):
    state = opened("xor", 3)
    monkeypatch.setattr(room, "MOST_BYTES", 4 * state.nbytes)
    names = [desk.put(state) for _ in range(10)]
    assert kept(desk, names) == names[6:]
    small = [desk.put(opened("jain")) for _ in range(6)]
    assert len(kept(desk, names)) == 4 - -(-6 * opened("jain").nbytes // state.nbytes)
    assert kept(desk, small) == small


def test_two_states_are_kept_however_large_they_are(desk, monkeypatch):
    """The one that is shown, and the one before it, which an edit is compared with."""
    monkeypatch.setattr(room, "MOST_BYTES", 0)
    names = [desk.put(opened("jain")) for _ in range(4)]
    assert kept(desk, names) == names[2:]


def test_the_last_tables_are_kept(desk):
    names = [desk.put_table(bytes([number])) for number in range(7)]
    assert [desk.table(name) for name in names[3:]] == [bytes([number]) for number in range(3, 7)]
    for name in names[:3]:
        refusal(desk.table, name)


def test_many_threads_at_once_lose_nothing(desk, monkeypatch):
    monkeypatch.setattr(room, "MOST_STATES", 40)
    state, failed = opened("jain"), []

    def works():
        try:
            for _ in range(100):
                assert desk.state(desk.put(state)) is state
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=works) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(desk._states) == 40
    assert desk._bytes == 40 * state.nbytes
