"""What a browser can ask for: each act answers, or refuses in one sentence, whatever it is asked with."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_states import Browser, every_number, lessons, opened, refusal, states

import chainrule as cr
from chainrule.page import acts as room
from chainrule.page.acts import ACTS, table_dropped
from chainrule.page.app import Page
from chainrule.page.asked import Asked
from chainrule.page.desk import Desk
from chainrule.page.link import link_of
from chainrule.page.state import State
from chainrule.page.view import Look, View
from chainrule.writers.lights import place_of

TABLE = b"height,weight,kind\n" + b"".join(
    f"{row},{row % 7},{'tall' if row > 15 else 'short'}\n".encode() for row in range(30)
)


class Tab:
    """A browser's tab: it remembers the state that is shown, as the page does."""

    def __init__(self, first, look=None):
        self.desk, self.look = Desk(), look or {}
        self.state = self.desk.put(first)

    def asks(self, act, **entries):
        answer = ACTS[act](self.desk, Asked({"state": self.state, **self.look, **entries}))
        json.dumps(answer, allow_nan=False)
        last = answer["frames"][-1] if "frames" in answer else answer
        self.state = last.get("state", self.state)
        return answer

    @property
    def there(self):
        return self.desk.state(self.state)


@pytest.fixture
def tab():
    return Tab(opened("jain"))


def valid(tab):
    """For every act entries that it answers."""
    numbers = [["out_o1", "0.7514"], ["delta_o1", "0.1385"]]
    return {
        "open": {"what": "kumar"},
        "change": {"hidden": "tanh", "names": "sadiya"},
        "link": {"link": link_of(opened("xor", 1), "W.1.0.0")},
        "share": {"chosen": "W.1.0.0"},
        "show": {"chosen": "W.1.0.0", "digits": 4},
        "why": {"chosen": "dW.1.0.0"},
        "edit": {"place": "W.2.0.0", "value": "0.45"},
        "rewind": {},
        "step": {"steps": 2, "frames": 2, "seconds": 0.1},
        "epoch": {"seconds": 0.1},
        "judge": {"numbers": numbers, "hint": 2},
        "diagnose": {"numbers": numbers},
        "matrices": {"digits": 4},
        "code": {},
        "command": {},
        "curve": {},
        "plane": {},
        "slice": {"first": "W.1.0.0", "second": "b.2.0"},
        "table": {"table": tab.desk.put_table(TABLE), "target": "kind", "inputs": [], "hidden": "3"},
    }


# --- What each act does ---


@pytest.mark.parametrize("act", ACTS)
def test_every_act_answers(tab, act):
    entries = valid(tab)
    assert set(entries) == set(ACTS)
    if act == "table":
        pytest.importorskip("polars")
    assert tab.asks(act, **entries[act])


def test_an_example_is_opened(tab):
    view = tab.asks("open", what="xor")["view"]
    assert view["about"]["title"] == "The XOR gate"
    assert tab.there.untouched


def test_other_names_keep_the_place_in_the_training_and_another_network_does_not(tab):
    tab.asks("step", steps=3, frames=1, seconds=0.2)
    before = tab.there
    view = tab.asks("change", names="sadiya")["view"]
    assert view["taken"] == 3
    assert "w_0_0_0" in view["names"]
    assert tab.there.parameters is before.parameters
    assert tab.asks("change", hidden="tanh")["view"]["taken"] == 0
    assert tab.asks("step", steps=1, frames=1, seconds=0.2)["frames"][0]["taken"] == 1
    assert tab.asks("change", rate="0.25")["view"]["taken"] == 0


def test_after_other_names_an_edited_input_can_still_be_taken_back(tab):
    tab.asks("edit", place="A.0.0.0", value="9")
    tab.asks("change", names="kumar")
    assert tab.there.trace.start.data.X[0, 0] == 9
    tab.asks("rewind")
    assert tab.there.trace.start.data.X[0, 0] == 0.05
    assert tab.there.lesson.names.notation == "kumar"


def test_a_link_opens_what_was_shared_where_it_was_looked_at(tab):
    shared = opened("xor", 4)
    view = tab.asks("link", link=link_of(shared, "dW.1.1.2"))["view"]
    assert (view["taken"], view["chosen"]) == (4, "dW.1.1.2")
    link = tab.asks("share", chosen="Z.2.3.0")["link"]
    other = Tab(opened("jain"))
    assert other.asks("link", link=link)["view"]["chosen"] == "Z.2.3.0"
    assert every_number(other.there.trace) == every_number(shared.trace)


def test_an_edit_says_what_was_there_before(tab):
    before = View(tab.there, Look())
    answer = tab.asks("edit", place="W.2.0.0", value="0.45")
    assert answer["changed"] == View(tab.there, Look()).changed(before)
    assert answer["changed"]["W.2.0.0"] == ("0.4", "0.4")
    assert tab.there.parameters.W[2][0, 0] == 0.45
    assert tab.asks("edit", place="W.2.0.0", value=0.5)["changed"]["W.2.0.0"] == ("0.45", "0.45")
    tab.asks("edit", place="W.2.0.0", value=" −1.5e-1 ")
    assert tab.there.parameters.W[2][0, 0] == -0.15


def test_steps_are_shown_frame_by_frame(tab):
    frames = tab.asks("step", steps=3, frames=4, seconds=1)["frames"]
    assert [frame["taken"] for frame in frames] == [3, 6, 9, 12]
    assert len({frame["state"] for frame in frames}) == 4
    for frame in frames:
        state = tab.desk.state(frame["state"])
        assert every_number(state.trace) == every_number(opened("jain", frame["taken"]).trace)
        assert frame["loss"] == f"{state.trace.array('loss', 2).item():.10g}"


def test_frames_end_where_training_diverges(tab):
    tab.asks("change", hidden="identity", output="identity")
    tab.asks("edit", place="eta.0", value="1e100")
    frames = tab.asks("step", steps=1, frames=20, seconds=1)["frames"]
    assert 1 <= len(frames) < 20
    assert frames[-1]["said"].startswith("training diverged")
    assert not any(frame["said"] for frame in frames[:-1])


def test_an_epoch_is_what_is_left_of_it():
    tab = Tab(opened("two-moons", 3))
    per_epoch = tab.there.lesson.plan.steps_per_epoch
    for _ in range(per_epoch):
        if not tab.asks("epoch", seconds=10)["left"]:
            break
    assert tab.there.taken == per_epoch
    np.testing.assert_array_equal(tab.there.parameters.theta, opened("two-moons", per_epoch).parameters.theta)


def test_no_request_trains_for_longer_than_a_stop_may_wait(tab, monkeypatch):
    allowed = []
    advanced = State.advanced
    monkeypatch.setattr(State, "advanced", lambda *of: allowed.append(of[2]) or advanced(*of))
    tab.asks("step", steps=1, frames=5, seconds=1000)
    tab.asks("step", steps=1, frames=2, seconds=0.125)
    tab.asks("epoch", seconds="1e300")
    assert allowed == [room.LONGEST_LOOK / 5] * 5 + [0.0625] * 2 + [room.LONGEST_LOOK]


def test_the_curve_ends_at_the_step_that_was_reached(tab):
    assert tab.asks("curve")["curve"] == ""
    tab.asks("step", steps=7, frames=1, seconds=1)
    assert "step 7</text>" in tab.asks("curve")["curve"]
    tab.asks("link", link=link_of(tab.there, ""))
    tab.asks("step", steps=2, frames=1, seconds=1)
    assert "step 9</text>" in tab.asks("curve")["curve"]


def test_ones_own_numbers_are_judged_and_their_mistake_is_named(tab):
    trace = tab.there.trace
    mine = {"out_o1": "0.7514", "delta_o1": "0.2385", "dE_total/dw5": "0.1415"}
    answer = tab.asks("judge", numbers=[[name, value] for name, value in mine.items()], hint=1)
    found = cr.check_numbers(trace, mine, hint=1)
    assert [each["verdict"] for each in answer["verdicts"]] == [str(each.verdict) for each in found.judgments]
    assert [each["place"] for each in answer["verdicts"]] == ["A.2.0.0", "delta.2.0.0", "dW.2.0.0"]
    assert answer["verdicts"][2]["because"] == ["delta_o1"]
    assert answer["first_wrong"] == "delta.2.0.0"
    assert answer["summary"] == "1 right, 1 follow-on, 1 wrong"
    missing = [["dE_total/dw1", "0.00181751532"], ["dE_total/dw5", "0.08216704056"]]
    assert "hidden-derivative-missing" in tab.asks("diagnose", numbers=missing)["diagnosis"]


def test_numbers_by_hand_are_judged_by_the_step_by_hand(tab):
    trace = tab.there.trace.rounded(cr.Rounding(decimals=2))
    numbers = [[trace.name(each.quantity), f"{each.value:.2f}"] for each in trace]
    verdicts = tab.asks("judge", numbers=numbers, by_hand=2)["verdicts"]
    assert {each["verdict"] for each in verdicts} == {"right"}


def test_the_matrices_and_the_lines_are_those_of_the_state(tab):
    tab.asks("edit", place="W.2.0.0", value="0.45")
    assert "0.45" in tab.asks("matrices")["text"]
    code = tab.asks("code")
    assert "w5 = 0.45" in code["lines"]
    assert code["command"] == "chainrule explain step.json -o step.py"
    assert tab.asks("command")["command"] == "chainrule explain step.json"
    tab.asks("rewind")
    assert tab.asks("command")["command"] == "chainrule explain jain"


def test_a_plane_is_of_the_parameters_of_now(tab):
    first = tab.asks("plane")["plane"]["pixels"]
    assert tab.asks("plane")["plane"]["pixels"] == first
    tab.asks("edit", place="W.1.0.0", value="20")
    assert tab.asks("plane")["plane"]["pixels"] != first
    answer = tab.asks("slice", first="W.1.0.0", second="W.2.0.0")
    assert answer["names"] == ["w1", "w5"]
    assert sum(answer["plane"]["x"]) / 2 == pytest.approx(20)


def test_a_table_is_learned_from_in_its_own_names():
    pytest.importorskip("polars")
    tab = Tab(opened("jain"))
    told = table_dropped(tab.desk, TABLE)
    assert (told["rows"], [each["name"] for each in told["columns"]]) == (30, ["height", "weight", "kind"])
    chosen = {"table": told["table"], "target": "kind", "inputs": ["height"], "hidden": "3-2"}
    view = tab.asks("table", **chosen)["view"]
    assert view["about"]["sizes"] == [1, 3, 2, 2]
    assert {"height[1]", "out_tall[1]"} <= set(view["names"])
    tab.asks("epoch", seconds=1)
    link = tab.asks("share", chosen="")["link"]
    assert "height[1]" in Tab(opened("jain")).asks("link", link=link)["view"]["names"]


def test_what_is_too_large_for_a_drawer_is_said(monkeypatch, tab):
    monkeypatch.setattr(room, "MOST_IN_DRAWER", 57)
    assert tab.asks("matrices")["text"] == "58 numbers are too many to be read in matrices."
    assert tab.asks("code")["lines"] == ["# 58 numbers are too many to be read as code"]
    numbers = [["out_o1", "0.7514"]]
    monkeypatch.setattr(room, "MOST_JUDGED", 57)
    for act in ("judge", "diagnose"):
        asked = Asked({"state": tab.state, "numbers": numbers})
        assert "how many numbers the step had was 58" in refusal(ACTS[act], tab.desk, asked)


# --- Whatever it is asked with ---

WRONG = [
    None,
    [],
    {},
    5,
    True,
    "",
    "1e999",
    "nan",
    -1,
    10**30,
    "-1",
    0.5,
    "x" * 100_000,
    "W.1.0.99",
    "../x",
    "1e-99999999999999999999",
    [[]],
    [["out_o1"]],
    [["out_o1", 5]],
    [["out_o1", "1e-99999999"]],
    [["nobody", "1"]],
    [[["out_o1"], "1"]],
    "\ud800\x00",
    "٣",
]


@pytest.mark.parametrize("act", ACTS)
def test_an_entry_of_the_wrong_kind_is_refused_in_a_sentence_or_harmless(tab, act):
    asked = valid(tab)[act] | ({"chosen": "W.1.0.0", "digits": 10, "by_hand": 4} if act == "show" else {})
    for entry in asked:
        for wrong in WRONG:
            answered_or_refused(act, tab.desk, {"state": tab.state} | asked | {entry: wrong})


def answered_or_refused(act, desk, entries):
    """Whether an act answers; where it does not, the one sentence is all."""
    try:
        json.dumps(ACTS[act](desk, Asked(dict(entries))), allow_nan=False)
    except cr.ChainruleError:
        refusal(ACTS[act], desk, Asked(dict(entries)))
        return False
    return True


def test_a_state_that_is_none_is_refused(tab):
    for act, entries in valid(tab).items():
        for wrong in (None, 5, [], "", "nobody", "x" * 300):
            if act not in ("open", "link", "table"):
                told = refusal(ACTS[act], tab.desk, Asked(entries | {"state": wrong}))
                assert told.startswith(("the state was ", "that step is not kept any more"))


@pytest.mark.parametrize(
    ("act", "entries", "words"),
    [
        ("open", {"what": "jian"}, "(did you mean jain?)"),
        ("open", {"what": None}, "the what was None; it may be text of at most 200 characters"),
        (
            "edit",
            {"place": "W.1.0.99", "value": 1},
            "the number asked for was 'W.1.0.99'; it may be one of this",
        ),
        ("edit", {"place": "W.1.0.0", "value": "1e999"}, "the value was '1e999'; it may be a finite number"),
        ("edit", {"place": "Z.1.0.0", "value": "1"}, "the number to be edited was net_h1"),
        ("why", {"chosen": "W.1.0"}, "the number asked for was 'W.1.0'"),
        (
            "step",
            {"steps": 0, "frames": 1, "seconds": 1},
            "the steps was 0; it may be a whole number from 1 to",
        ),
        ("step", {"steps": 1, "frames": 31, "seconds": 1}, "the frames was 31"),
        ("step", {"steps": 10**30, "frames": 1, "seconds": 1}, "the steps was 1000000000"),
        ("judge", {"numbers": []}, "what was given was no number at all"),
        ("judge", {"numbers": "out_o1"}, "the numbers was str; it may be a list of at most 5,000 entries"),
        ("judge", {"numbers": [["out_o1", "1e-99999999999999999999"]]}, "out_o1 was '1e-9999"),
        ("diagnose", {"numbers": [["eta", "0.5"]]}, "nothing to tell a mistake from"),
        ("slice", {"first": "W.1.0.0", "second": "W.1.0.0"}, "the second weight was"),
        ("slice", {"first": "W.1.0.0", "second": "Z.1.0.0"}, "the weight to be changed was"),
        ("show", {"digits": 18, "chosen": ""}, "the digits was 18; it may be a whole number from 1 to 17"),
        ("show", {"by_hand": 16, "chosen": ""}, "the by hand was 16; it may be a whole number from 0 to 15"),
        ("table", {"table": "nobody", "target": "y", "inputs": [], "hidden": "3"}, "that table is not kept"),
        ("change", {"batch": 2}, "the batch was 2; it may be a whole number from 1 to 1"),
        ("change", {"names": "kumra"}, "(did you mean kumar?)"),
    ],
)
def test_what_cannot_be_done_is_said(tab, act, entries, words):
    assert words in refusal(lambda: tab.asks(act, **entries))


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["0", "1", "2-3-1", "1e308", "-800", "W.1.0.0", "softmax", "poisson", "adam", "jain"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=5,
)
CHANGES = ("what", "sizes", "hidden", "output", "loss", "optimizer", "rate", "batch", "names", "seed", "link")


@settings(max_examples=12, deadline=None)
@given(data=st.data(), state=states())
def test_junk_is_refused_in_a_sentence_or_harmless(data, state):
    desk = Desk()
    trace, name = state.trace, desk.put(state)
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    place = st.sampled_from([place_of(each) for each in [*given, *(each.quantity for each in trace)]])
    names = st.sampled_from([trace.name(each.quantity) for each in trace])
    fine = {
        **dict.fromkeys(("chosen", "place", "first", "second"), place),
        "what": st.just("jain"),
        "value": st.floats(-10, 10) | st.sampled_from([1e308, -1e200, -800, 5e-324]),
        "steps": st.integers(1, 4),
        "frames": st.integers(1, 2),
        "seconds": st.just(0.05),
        "hint": st.integers(0, 3),
        "numbers": st.lists(st.tuples(names, st.floats().map(repr)).map(list), max_size=4),
        "link": st.just(link_of(state, "")),
    }
    asked = {"state": name} | {entry: data.draw(drawn) for entry, drawn in fine.items()}
    for entry in data.draw(st.lists(st.sampled_from([*fine, *CHANGES]), max_size=2)):
        asked[entry] = data.draw(JUNK)
    for act in data.draw(st.lists(st.sampled_from([*set(ACTS) - {"diagnose"}]), min_size=2, max_size=2)):
        answered_or_refused(act, desk, asked)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(data=st.data(), state=states())
def test_numbers_of_any_size_break_nothing(data, state):
    for _ in range(data.draw(st.integers(1, 3))):
        given = [
            each
            for kind, layer in state.trace.given
            if kind in ("W", "b", "A", "eta")
            for each in state.trace.entries(kind, layer)
        ]
        sizes = st.sampled_from([1e308, -1e308, 1e155, -800.0, 1e-320, 1e16, 5e-324])
        try:
            state = state.edited(data.draw(st.sampled_from(given)), data.draw(sizes))
        except cr.ChainruleError:
            continue
    desk = Desk()
    places = [place_of(each) for each in [*given, *(each.quantity for each in state.trace)]]
    asked = {
        "state": desk.put(state),
        "chosen": data.draw(st.sampled_from(places)),
        "first": places[0],
        "second": places[-1],
        "steps": 3,
        "frames": 2,
        "seconds": 1,
        "link": link_of(state, ""),
        "numbers": [[state.trace.name(each.quantity), "1e308"] for each in list(state.trace)[:3]],
    }
    if data.draw(st.booleans()):
        asked["by_hand"] = data.draw(st.integers(0, 15))
    for act in ("show", "why", "step", "judge", "diagnose", "matrices", "code", "plane", "slice", "link"):
        answered_or_refused(act, desk, asked)


# --- Over the application ---


@pytest.fixture
def page():
    return Page(opened("jain"), "dW.2.0.0", "the-token")


@pytest.fixture
def browser(page):
    return Browser(page)


def test_the_page_begins_with_the_first_state_every_time(page, browser):
    names = set()
    for _ in range(2):
        shown = browser.get("/").body.decode()
        assert 'data-token="the-token"' in shown
        assert 'data-at="dW.2.0.0"' in shown
        name = shown.partition('data-state="')[2].partition('"')[0]
        assert page.desk.state(name) is page.first
        names.add(name)
    assert len(names) == 2


def test_where_a_link_points_is_escaped_in_the_page():
    hostile = '"><script>alert(1)</script>'
    shown = Browser(Page(opened("jain"), hostile, "the-token")).get("/").body.decode()
    assert "<script>alert" not in shown
    assert 'data-at="&#34;&gt;&lt;script&gt;' in shown


def test_an_act_is_answered_as_json(page, browser):
    name = page.desk.put(page.first)
    answer = browser.post("/act/edit", {"state": name, "place": "W.2.0.0", "value": "0.45"})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert page.desk.state(answer.json()["state"]).parameters.W[2][0, 0] == 0.45
    assert answer.json()["view"]["names"]


def test_a_body_that_is_no_request_is_refused(browser):
    bodies = (b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff", b'{"a":1,"a":2}', b"[" * 10**5)
    for act in ACTS:
        for body in bodies:
            answer = browser.post(f"/act/{act}", body)
            assert answer.status == 400
            assert set(answer.json()) == {"refused"}
            assert "\n" not in answer.json()["refused"]


def test_nan_and_infinity_are_no_json(page, browser):
    name = page.desk.put(page.first).encode()
    for value in (b"NaN", b"Infinity", b"1e999"):
        body = b'{"state":"' + name + b'","place":"W.1.0.0","value":' + value + b"}"
        assert "it may be a finite number" in browser.post("/act/edit", body).json()["refused"]


@pytest.mark.parametrize(
    "path", ["/act/nothing", "/act/__class__", "/act/", "/act/open/x", "/acts", "/%2e%2e/x"]
)
def test_what_is_not_there_is_not_found(browser, path):
    assert browser.post(path).status == 404
    assert browser.get("/act/open").status == 405


def test_an_asset_is_one_of_the_list(browser):
    from chainrule.page.static_files import ASSETS

    for name, kind in ASSETS.items():
        answer = browser.get(f"/assets/{name}")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)
        assert answer.body
    for name in ("page.html", "why.html", "../acts.py", "..%2facts.py", "x", "", "statement.html"):
        assert browser.get(f"/assets/{name}").status == 404


def test_a_file_is_exported_to_be_kept_and_its_name_is_ours(page, browser):
    from chainrule.page.export import exported

    name = page.desk.put(page.first)
    answer = browser.get(f"/export/{name}/html")
    assert answer.status == 200
    assert answer.body == exported(page.first, ".html")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="step.html"'
    for path, words in [
        (f"/export/{name}/exe", "the suffix of the file was '.exe'"),
        ("/export/nobody/html", "that step is not kept any more"),
        (f'/export/{name}/x"\r\nx: y', "the suffix of the file was"),
    ]:
        answer = browser.get(path)
        assert answer.status == 400
        assert words in answer.body.decode()
        assert "content-disposition" not in answer.headers


def test_a_table_that_is_dropped_is_told_or_refused(browser):
    pytest.importorskip("polars")
    told = browser.post("/table", TABLE).json()
    assert [each["words"] for each in told["columns"]] == ["numbers", "numbers", "text, 2 categories"]
    answer = browser.post("/table", b"")
    assert answer.status == 400
    assert "the content was empty" in answer.json()["refused"]


def test_when_the_memory_is_not_enough_that_is_said(browser, monkeypatch):
    def opened(desk, asked):
        raise MemoryError

    monkeypatch.setattr("chainrule.page.app.ACTS", {"open": opened})
    answer = browser.post("/act/open")
    assert answer.status == 400
    assert answer.json()["refused"].startswith("the memory was not enough")


def test_a_mistake_of_ours_is_not_taken_for_the_readers(browser, monkeypatch):
    monkeypatch.setattr("chainrule.page.app.ACTS", {"open": lambda desk, asked: 1 / 0})
    with pytest.raises(ZeroDivisionError):
        browser.post("/act/open")


@settings(max_examples=6, deadline=None)
@given(lesson=lessons())
def test_every_network_can_be_opened_stepped_and_shown(lesson):
    tab = Tab(State.opened(lesson))
    places = tab.asks("show", chosen="")["view"]["places"]
    for place in places[:: max(1, len(places) // 8)]:
        assert tab.asks("why", chosen=place)["frame"]["chosen"] == place
    tab.asks("step", steps=1, frames=1, seconds=1)
    tab.asks("change", names="jain")
    assert tab.there.lesson.names.notation == "jain"
