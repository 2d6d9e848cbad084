"""A link carries a state with all its bits, and whatever else is in one is refused in a sentence."""

import base64
import json
import tracemalloc
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import every_number, opened, refusal, states

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import link as room
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.lesson import of_trace
from chainrule.page.link import MARK, is_link, link_of, state_of
from chainrule.page.state import State
from chainrule.page.view import Look, View
from chainrule.tutorials import TUTORIALS


def told_in(link):
    """What a link holds."""
    packed = link.removeprefix(f"{MARK}1.")
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))))


def link_with(told):
    """A link that holds something: data, or text that may be none."""
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    return f"{MARK}1.{base64.urlsafe_b64encode(zlib.compress(text)).decode().rstrip('=')}"


def altered(*path, to, word="jain", steps=2):
    """The link of a state, with something else at one of its entries."""
    told = inside = told_in(link_of(opened(word, steps), "W.1.0.0"))
    for each in path[:-1]:
        inside = inside[each]
    inside[path[-1]] = to
    return link_with(told)


def packed(*values):
    return base64.b64encode(np.array(values, "<f8").tobytes()).decode()


def assert_same(there, state):
    """Two states are the same in all that a link carries, and so are the ones they began with."""
    for a, b in ((there, state), (there.rewound(), state.rewound())):
        assert a.taken == b.taken
        assert a.parameters.theta.tobytes() == b.parameters.theta.tobytes()
        assert {name: slot.tobytes() for name, slot in a.slots.items()} == {
            name: slot.tobytes() for name, slot in b.slots.items()
        }
        for ours, theirs in zip(a.lesson.data, b.lesson.data, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for entry in ("network", "optimizer", "penalty", "batch", "shuffle", "names", "title"):
            assert getattr(a.lesson, entry) == getattr(b.lesson, entry)
        assert a.lesson.start.theta.tobytes() == b.lesson.start.theta.tobytes()
        assert {q: a.trace.name(q) for q in every_number(a.trace)} == {
            q: b.trace.name(q) for q in every_number(b.trace)
        }
        assert every_number(a.trace) == every_number(b.trace)
    assert there.untouched == state.untouched


# --- There and back ---

REST = [word for word, _ in menu.EXAMPLES if word not in (*TUTORIALS, "xor")]


@pytest.mark.parametrize(
    "word", [*TUTORIALS, "xor", *(pytest.param(word, marks=pytest.mark.slow) for word in REST)]
)
def test_every_example_comes_back_after_some_steps_and_an_edit(word):
    state = opened(word, 3).edited(Quantity("W", (1, 0, 0)), 0.123456789).advanced(2)
    there, at = state_of(link_of(state, "dW.2.0.0"))
    assert at == "dW.2.0.0"
    assert_same(there, state)


@settings(max_examples=12, deadline=None)
@given(state=states())
def test_any_state_comes_back(state):
    there, at = state_of(f"http://127.0.0.1:8123/#{link_of(state, '')}\n")
    assert at == ""
    assert_same(there, state)
    after = state.advanced(2)
    assert there.advanced(2).parameters.theta.tobytes() == after.parameters.theta.tobytes()


def test_an_edited_input_is_shared_and_so_is_what_it_was_at_first():
    state = opened("jain").edited(Quantity("A", (0, 0, 0)), 9.0).edited(Quantity("eta", (0,)), 0.25)
    there, _ = state_of(link_of(state, ""))
    assert (there.lesson.data.X[0, 0], there.rewound().lesson.data.X[0, 0]) == (9.0, 0.05)
    assert there.rewound().lesson.optimizer.learning_rate == 0.5


def test_rows_that_were_not_changed_are_said_once():
    state = opened("two-moons", 2)
    assert told_in(link_of(state, ""))["first"]["rows"] is None
    edited = state.edited(Quantity("A", (0, 0, 0)), 9.0)
    assert told_in(link_of(edited, ""))["first"]["rows"] is not None


def test_a_step_in_the_middle_of_a_training_comes_back_there():
    start = opened("xor", 5).trace.start
    state = State.at(of_trace(opened("xor", 5).trace), start)
    for each in (state, state.advanced(3)):
        there, _ = state_of(link_of(each, ""))
        assert_same(there, each)
    assert there.rewound().taken == 5


def test_a_link_is_told_from_other_words():
    link = link_of(opened("jain"), "")
    assert is_link(link)
    assert is_link(f"https://example.org/page#{link}")
    assert not any(map(is_link, ["jain", "", "#", "step.json", f"x{MARK}"]))


def test_a_link_is_plain_letters():
    """So that a chat, a mail and a file system pass it on as it is."""
    link = link_of(opened("jain", 2), "")
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert len(link) < 2000


def test_what_is_too_long_for_a_link_is_refused_and_not_cut(monkeypatch):
    monkeypatch.setattr(room, "LONGEST", 500)
    told = refusal(link_of, opened("two-moons"), "")
    assert told.startswith("the number of letters of the link was ")
    monkeypatch.undo()
    monkeypatch.setattr(room, "MOST_PARAMETERS", 7)
    assert "8 parameters" in refusal(link_of, State.opened(of_sizes("2-2-1")), "")
    monkeypatch.undo()
    monkeypatch.setattr(room, "MOST_NUMBERS", 11)
    assert "4 rows" in refusal(link_of, opened("xor"), "")


def of_sizes(sizes):
    return menu.changed(menu.opened("jain"), Asked({"sizes": sizes}))


# --- Names and titles of others ---

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</svg><script>",
    "{{ 7 * 7 }}",
    "{unit.__class__}",
    "{0.__init__}",
    "\x1b[31m\u202e\x00",
    "\ud800",
    "javascript:alert(1)",
    "w1",
    "x" * 3000,
]


class Tags(HTMLParser):
    """Collects the tags of a page, and every attribute that could run something."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.handlers = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        runs = [n for n, v in attributes if n.startswith("on") or n in ("src", "action", "style", "srcdoc")]
        self.handlers += runs + [v for n, v in attributes if n.endswith("href") and not v.startswith("#")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name):
    told = told_in(link_of(opened("jain", 1), ""))
    told |= {"title": name, "at": name}
    told["names"] = {"notation": "jain", "inputs": [name, "b"], "outputs": [name, name]}
    state, at = state_of(link_with(told))
    assert len(state.lesson.title) <= 200
    assert len(at) <= 60
    view = View(state, Look())
    for quantity in (("A", 0, 0, 0), ("Z", 2, 0, 0), ("dW", 2, 0, 1), ("W", 1, 0, 0), ("loss", 2)):
        shown = view.whole(".".join(map(str, quantity)))
        for text in (shown["why"], shown["picture"]):
            parsed = Tags(text)
            assert parsed.handlers == []
            assert not parsed.tags & {"script", "img", "iframe", "style", "object", "embed", "form"}
        json.dumps(shown)
        assert all(each.isprintable() for each in shown["names"])
    assert_same(state_of(link_of(state, ""))[0], state)


def test_the_names_of_a_table_come_along_and_no_more():
    told = told_in(link_of(opened("jain"), ""))
    told["names"] = {"notation": "jain", "inputs": ["age", "h" * 100], "outputs": ["no", "yes"]}
    trace = state_of(link_with(told))[0].trace
    assert [trace.name(Quantity("A", (0, 0, i))) for i in (0, 1)] == ["age", "h" * 60]
    assert trace.name(Quantity("A", (2, 0, 1))) == "out_yes"


# --- Refused ---

LAYER = {"inputs": 2, "units": 2, "activation": "sigmoid"}
SAID = {
    "another notation": (("names", "notation"), "jian", "the notation was 'jian'"),
    "a notation that is no text": (("names", "notation"), {}, "the notation was '{}'"),
    "too few names": (("names", "inputs"), ["a"], "what the inputs had was 1 names; it may be a list of 2"),
    "names that are no list": (("names", "outputs"), "ab", "what the outputs had was no list"),
    "no names": (("names",), None, "damaged"),
    "a batch of 0": (("batch",), 0, "the number of rows of a step was 0"),
    "a batch of more rows": (
        ("batch",),
        2,
        "the number of rows of a step was 2; it may be a whole number from 1",
    ),
    "a batch of half a row": (("batch",), 0.5, "the number of rows of a step was 0.5"),
    "a batch that is true": (("batch",), True, "the number of rows of a step was True"),
    "steps beyond counting": (("now", "taken"), 2**60, "the number of steps that were taken was"),
    "steps beyond 64 bits": (("now", "taken"), 2**80, "beyond 64 bits"),
    "steps below 0": (("now", "taken"), -1, "the number of steps that were taken was -1"),
    "a weight that is none": (("now", "theta"), packed(*[float("nan")] * 10), "one of the weights was nan"),
    "an infinite weight": (("now", "theta"), packed(*[0.0] * 9, float("inf")), "one of the weights was inf"),
    "a weight too few": (
        ("now", "theta"),
        packed(*[0.0] * 9),
        "how many weights there were was 9; it may be 10",
    ),
    "half a weight": (("now", "theta"), packed(*[0.0] * 10)[:-8], "damaged"),
    "weights that are a list": (("now", "theta"), [0.0] * 10, "what stands for the weights was [0.0"),
    "an input too many": (("now", "rows"), [packed(1, 2, 3), packed(1, 2)], "damaged"),
    "no rows": (("now", "rows"), ["", ""], "the number of rows of X was 0"),
    "rows that are none": (("now", "rows"), None, "damaged"),
    "a target that is none": (
        ("now", "rows"),
        [packed(1, 2), packed(1, float("nan"))],
        "one of the targets was",
    ),
    "a rate below 0": (
        ("now", "optimizer"),
        {"name": "momentum", "learning_rate": -1},
        "the learning rate was -1",
    ),
    "an unknown rule": (("now", "optimizer"), {"name": "sdg"}, "the optimizer was 'sdg'"),
    "a rule without its memory": (
        ("now", "optimizer"),
        {"name": "adam"},
        "an entry of the memory of the update",
    ),
    "memory that nobody has": (("now", "slots"), {"m": packed(1)}, "an entry of the memory of the update"),
    "no layers": (("network", "layers"), [], "layer"),
    "a layer below 0": (("network", "layers"), [LAYER | {"units": -2}], "was -2"),
    "a million units": (
        ("network", "layers"),
        [LAYER | {"units": 10**6}],
        "was 3,000,000; it may be at most",
    ),
    "units beyond all bounds": (("network", "layers"), [LAYER | {"units": 10**18}], "it may be"),
    "layers that do not fit": (("network", "layers"), [LAYER, LAYER | {"inputs": 3}], "layer"),
    "a layer with dropout": (
        ("network", "layers", 0),
        LAYER | {"bias": "shared", "dropout": 0.5},
        "with dropout",
    ),
    "an unknown activation": (("network", "layers", 0), LAYER | {"activation": "os.system"}, "os.system"),
    "an unknown loss": (("network", "loss"), {"name": "sqared_error"}, "did you mean squared_error?"),
    "a penalty below 0": (("penalty",), {"l2": -1}, "was -1"),
    "an unknown penalty": (("penalty",), {"l3": 1}, "l3"),
    "an entry nobody knows": (("run",), "rm", "an entry of the link was 'run'; it may be those of version 1"),
    "a first place that is none": (("first",), 5, "damaged"),
    "weights of rows below 0": (("row_weights",), packed(-1), "the weight of row 0 was -1"),
    "too many weights of rows": (
        ("row_weights",),
        packed(1, 1),
        "how many weights of the rows there were was 2",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_cannot_be_is_refused_in_a_sentence(name):
    path, to, words = SAID[name]
    told = refusal(state_of, altered(*path, to=to))
    assert words in told
    assert "Error" not in told


def test_every_entry_is_needed():
    told = told_in(link_of(opened("xor", 1), ""))
    for entry in room.ENTRIES:
        missing = {name: value for name, value in told.items() if name != entry}
        assert f"an entry of the link was '{entry}'" in refusal(state_of, link_with(missing))
    for entry in room.OF_A_PLACE:
        for where in ("now", "first"):
            place = {name: value for name, value in told[where].items() if name != entry}
            said = refusal(state_of, link_with(told | {where: place}))
            assert f"an entry of a place in the training was '{entry}'" in said


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=6,
)


@st.composite
def places_in(draw, value):
    """The place of some entry in a link, however deep."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    if not keys:
        return ()
    key = draw(st.sampled_from(list(keys)))
    return (key, *(draw(places_in(value[key])) if draw(st.booleans()) else ()))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_junk_anywhere_in_a_link_is_refused_or_harmless(data):
    word, steps = data.draw(st.sampled_from([("jain", 0), ("jain", 2), ("xor", 2)]))
    path = data.draw(places_in(told_in(link_of(opened(word, steps), ""))))
    state = opened_or_refused(altered(*path, to=data.draw(JUNK), word=word, steps=steps))
    if state is not None:
        json.dumps(View(state, Look()).whole(""))


def opened_or_refused(link):
    """The state of a link; None where it is refused in one sentence, without Python's words."""
    try:
        return state_of(link)[0]
    except cr.ChainruleError:
        told = refusal(state_of, link)
        assert "Error" not in told
        return None


def test_a_link_that_was_cut_anywhere_is_refused():
    link = link_of(opened("jain", 1), "")
    for length in range(len(link)):
        refusal(state_of, link[:length])


def test_a_link_with_any_letter_changed_is_refused():
    state = opened("jain", 1)
    link = link_of(state, "")
    for place in range(len(link)):
        other = "A" if link[place] != "A" else "B"
        there = opened_or_refused(link[:place] + other + link[place + 1 :])
        if there is not None:
            assert_same(there, state)  # a letter may have bits that mean nothing


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("", "the link was ''; it may be one that Share gives"),
        ("https://example.org/", "it may be one that Share gives"),
        (f"{MARK}", "the version of the link was ''; it may be 1"),
        (f"{MARK}2.abc", "the version of the link was '2'; it may be 1"),
        (f"{MARK}01.abc", "the version of the link was '01'; it may be 1"),
        (f"{MARK}1.", "cut or"),
        (f"{MARK}1.ä", "cut or changed on its way"),
        (f"{MARK}1.AAAA", "cut or changed on its way"),
        (link_with(b"null"), "what the link holds was None; it may be a table"),
        (link_with(b"[1]"), "what the link holds was [1]; it may be a table"),
        (link_with(b"{"), "the link was no JSON"),
        (link_with(b"\xff"), "the link was no JSON"),
        (link_with(b'{"a":1,"a":2}'), "the link had the name 'a' twice"),
        (link_with(b'{"taken":NaN}'), "taken was nan"),
        (link_with(b'{"taken":1e999}'), "taken was inf"),
        (link_with(b'{"a":' + b"[" * 50 + b"]" * 50 + b"}"), "levels of lists"),
    ],
)
def test_what_is_no_link_is_refused(link, words):
    assert words in refusal(state_of, link)


BOMBS = {
    "text": b"x" * (room.LARGEST + 1),
    "depth": b"[" * 30_000_000,
    "empty tables": b"[" + b"{}," * 10_000_000 + b"{}]",
    "numbers": b'{"title":[' + b"0," * 15_000_000 + b"0]}",
    "a long name": b'{"names":"' + b"<" * 30_000_000 + b'","network":1}',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_link_never_becomes_a_large_thing(name):
    link = link_with(BOMBS[name])
    assert len(link) < 200_000
    tracemalloc.start()
    try:
        refusal(state_of, link)
        assert tracemalloc.get_traced_memory()[1] < 4 * room.LARGEST
    finally:
        tracemalloc.stop()


def test_a_link_is_unpacked_no_farther_than_it_may_be(monkeypatch):
    monkeypatch.setattr(room, "LARGEST", 1 << 20)
    link = link_with(b"x" * (50 << 20))
    tracemalloc.start()
    try:
        assert refusal(state_of, link) == "the link was cut or too large; it may be copied again, whole"
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_a_link_beyond_all_bounds_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(room.zlib, "decompressobj", lambda: 1 / 0)
    told = refusal(state_of, f"{MARK}1.{'A' * room.LONGEST}")
    assert told.startswith("the link's length was ")


def test_a_step_of_more_numbers_than_a_page_can_show_is_refused():
    """Each of its parts is allowed, and so is their number in the link; the step would fill the memory."""
    told = told_in(link_of(opened("jain"), ""))
    ends = [(1, 300), (300, 300), (300, 1)]
    told["network"]["layers"] = [{"inputs": inputs, "units": units} for inputs, units in ends]
    size = sum((inputs + 1) * units for inputs, units in ends)
    told["now"] |= {"theta": packed(*np.zeros(size)), "rows": [packed(*np.zeros(10**5))] * 2}
    told["batch"] = 10**5
    assert "how many numbers a step had was 9,090,200,000" in refusal(state_of, link_with(told))
    told["batch"] = 10
    assert state_of(link_with(told))[0].lesson.plan.steps_per_epoch == 10**4


def test_nothing_of_a_link_is_ever_run(monkeypatch):
    """A link is read with everything taken away that could run a text."""
    import builtins
    import pickle

    link = link_of(opened("xor", 2), "")
    told = link_with(told_in(link) | {"title": "__import__('os').abort()", "at": "__import__('os').abort()"})
    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(builtins, name, lambda *_: pytest.fail("something was run"))
    monkeypatch.setattr(pickle, "loads", lambda *_: pytest.fail("something was run"))
    state, at = state_of(told)
    assert (state.lesson.title, at) == ("__import__('os').abort()",) * 2
