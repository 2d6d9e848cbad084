"""`chainrule page` serves a step to this machine's browser, and says in one sentence what it cannot open."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

import chainrule as cr
from chainrule.cli import page as command
from chainrule.page import menu
from chainrule.page.app import Page
from chainrule.page.export import exported
from chainrule.page.link import MARK, link_of
from chainrule.page.serve import listening
from chainrule.page.state import State

DEADLINE = 60  # seconds, for what takes a moment


def opened(word, steps=0):
    state = State.opened(menu.opened(word))
    return state.advanced(steps) if steps else state


@pytest.fixture
def first(run, monkeypatch):
    """What is open when a browser comes, of a command that would serve it."""
    pages = []
    monkeypatch.setattr("chainrule.page.app.Page", lambda *first: pages.append(Page(*first)) or pages[-1])
    monkeypatch.setattr("chainrule.page.serve.serve", lambda app, listener, started: listener.close())

    def first(*arguments):
        assert run("page", *arguments) == (0, "", "")
        page = pages.pop()
        return page.first, page.at

    return first


# --- What is opened ---


def test_without_a_word_it_is_the_first_of_the_menu(first):
    state, at = first()
    assert (state.lesson.title, at) == (cr.tutorials.load("jain").title, "")


@pytest.mark.parametrize("word", ["kumar", "XOR", "gate:xor", "tutorial:jain", "two-moons"])
def test_a_word_is_what_the_menu_opens(first, word):
    state, _ = first(word)
    assert state.lesson.title == menu.opened(word).title
    assert state.lesson.batch == menu.opened(word).batch


def test_a_link_opens_its_state_as_it_was(first, tmp_path):
    shared = opened("xor", 3)
    link = link_of(shared, "dW.1.0.2")
    (tmp_path / "shared.txt").write_text(f"http://127.0.0.1:1/#{link}\n")
    for given in (link, f"http://127.0.0.1:8123/?x=1#{link}", "shared.txt"):
        state, at = first(given)
        assert (state.taken, at) == (3, "dW.1.0.2")
        assert state.parameters.theta.tobytes() == shared.parameters.theta.tobytes()


def test_a_steps_json_opens_where_it_stands(first, tmp_path):
    shared = opened("xor", 3)
    (tmp_path / "step.json").write_bytes(exported(shared, ".json"))
    state, _ = first("step.json")
    assert state.taken == 3
    assert state.trace.start.t == 4
    assert [each.value for each in state.trace] == [each.value for each in shared.trace]
    after = shared.advanced(2).parameters.theta.tobytes()
    assert state.advanced(2).parameters.theta.tobytes() == after


def test_ones_own_sizes_are_opened(first):
    state, _ = first("--sizes", "2,3,1", "--seed", "4", "--learning-rate", "0.25")
    assert state.lesson.network.sizes == (2, 3, 1)
    assert state.lesson.optimizer == cr.GradientDescent(0.25)


def test_a_model_is_opened_at_the_rows_that_are_typed(first, tmp_path):
    opened_model = cr.tutorials.load("jain").model
    opened_model.save(tmp_path / "model.safetensors")
    state, _ = first("model.safetensors", "--inputs", "0.5,0.25", "--targets", "1,0")
    assert state.trace.start.data.X.tolist() == [[0.5, 0.25]]
    assert state.parameters.theta.tobytes() == opened_model.parameters.theta.tobytes()


def test_a_file_of_that_name_goes_before_the_example(refused, tmp_path, monkeypatch):
    monkeypatch.setattr("chainrule.page.serve.serve", lambda app, listener, started: listener.close())
    (tmp_path / "xor").write_text("mine")
    told = refused("page", "xor", "--no-browser")
    assert told.startswith("the file was 'xor'; it may be a .mat file")


# --- Refused ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["jian"], "the tutorial or gate was 'jian'"),
        (["step.json"], "step.json"),
        (["missing.txt"], "missing.txt"),
        ([f"{MARK}1.AAAA"], "the link was cut or changed on its way"),
        ([f"{MARK}9.AAAA"], "the version of the link was '9'"),
        ([f"http://127.0.0.1/#{MARK}"], "the version of the link was ''"),
        (["jain", "--port", "0"], "--port was 0; it may be a whole number from 1 to 65535"),
        (["jain", "--port", "65536"], "--port was 65536"),
        (["jain", "--port", "x"], "--port was 'x'"),
        (["jain", "--hidden", "relu"], "--hidden was 'relu'; it may be given for a .mat file only"),
        (["jain", "--sizes", "2,2"], "WHAT was 'jain'; it may be left out"),
        (["--sizes", "2,0"], "it may be"),
        (["jain", "--prot", "80"], "(did you mean --port?)"),
        (["jain", "xor"], "got unexpected extra argument (xor)"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(refused, arguments, words):
    assert words in refused("page", *arguments, "--no-browser")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the link was ''; it may be one that Share gives"),
        (b"hello", "the link was 'hello'; it may be one that Share gives"),
        ("größe".encode(), "the file was 'link.txt'; it may be one that Share saved"),
        (b"\x00\x01", "the link was '\\x00\\x01'"),
        (link_of(opened("jain"), "").encode()[:-20], "the link was cut or"),
    ],
)
def test_a_file_that_holds_no_link_is_one_sentence(refused, tmp_path, content, words):
    (tmp_path / "link.txt").write_bytes(content)
    assert words in refused("page", "link.txt", "--no-browser")


def test_a_file_too_large_for_a_link_is_not_read(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(command, "LARGEST_LINK", 100)
    (tmp_path / "link.txt").write_text(link_of(opened("jain"), ""))
    assert "link.txt" in refused("page", "link.txt", "--no-browser")


def test_a_network_with_dropout_is_one_sentence(refused, tmp_path):
    from chainrule.network.layers import Dense

    network = cr.Network([Dense(2, 3, "tanh", dropout=0.5), Dense(3, 1)])
    cr.Model(network, seed=0).save(tmp_path / "model.safetensors")
    told = refused("page", "model.safetensors", "--inputs", "1,2", "--targets", "1", "--no-browser")
    assert told == "a step for the page was one with dropout; it may be one without"


def test_a_port_that_is_taken_is_one_sentence(refused):
    with listening(None) as taken:
        port = taken.getsockname()[1]
        told = refused("page", "jain", "--port", port, "--no-browser")
    assert (
        told == f"the port was {port}; it may be another one, or left out (a program listens there already)"
    )


# --- Served ---


class Served:
    """A page that a process of its own serves."""

    def __init__(self, *arguments, cwd):
        command = [sys.executable, "-m", "chainrule", "page", *arguments, "--no-browser"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=cwd, text=True, **pipes)
        self.timer = threading.Timer(DEADLINE, self.process.kill)
        self.timer.start()

    def said(self):
        """What it says once it answers: one line, or with --json a table."""
        said = self.process.stdout.readline()
        while said.startswith("{") and not said.endswith("}\n"):
            said += self.process.stdout.readline()
        return said

    def asks(self, method, path, body=None, **headers):
        """Ask for something, as a browser does that keeps its cookie."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def enters(self, address):
        """Open the address that was printed; return the page, and how the browser is known from then on."""
        parts = urlsplit(address)
        self.port = parts.port
        entered = self.asks("GET", f"{parts.path}?{parts.query}")
        self.known = {"Cookie": entered.getheader("set-cookie").partition(";")[0]}
        return self.asks("GET", entered.getheader("location") or "/", **self.known)

    def acts(self, name, token, **entries):
        """Ask for an act, as the page itself does."""
        own_page = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "X-Chainrule-Token": token,
            "Content-Type": "application/json",
        }
        return self.asks("POST", f"/act/{name}", json.dumps(entries), **self.known, **own_page)

    def interrupted(self):
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, out, err


@contextmanager
def serving(*arguments, cwd):
    served = Served(*arguments, cwd=cwd)
    try:
        yield served
    finally:
        served.timer.cancel()
        served.process.kill()
        served.process.communicate()


def in_page(page, name):
    return re.search(rf'data-{name}="([^"]*)"', page)[1]


def test_the_page_is_served_to_who_has_its_address_until_ctrl_c(tmp_path):
    with serving("jain", "--json", cwd=tmp_path) as served:
        address = json.loads(served.said())["address"]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", address)
        served.port = urlsplit(address).port
        assert served.asks("GET", "/").status == 403
        assert served.asks("GET", "/?token=wrong").status == 403
        page = served.enters(address)
        assert page.status == 200
        assert "<title>chainrule</title>" in page.text
        assert served.asks("GET", "/assets/main.js", **served.known).status == 200
        state, token = in_page(page.text, "state"), in_page(page.text, "token")
        assert served.acts("show", "wrong", state=state, chosen="").status == 403
        told = json.loads(served.acts("edit", token, state=state, place="W.2.0.0", value="0.45").text)
        assert told["changed"]["A.2.0.0"] == ["0.7513650696", "0.7514"]
        exported_text = served.asks("GET", f"/export/{state}/md", **served.known).text
        assert exported_text == exported(opened("jain"), ".md").decode()
        assert served.interrupted() == (0, "", "")


@pytest.mark.slow
def test_a_link_on_the_command_line_is_what_is_served(tmp_path):
    link = link_of(opened("xor", 3), "dW.1.0.2")
    with serving(link, cwd=tmp_path) as served:
        said, address = served.said().strip().rsplit(" ", 1)
        assert said == "the page is at"
        page = served.enters(address).text
        assert in_page(page, "at") == "dW.1.0.2"
        told = served.acts("show", in_page(page, "token"), state=in_page(page, "state"), chosen="dW.1.0.2")
        view = json.loads(told.text)["view"]
        assert (view["taken"], view["chosen"], view["about"]["title"]) == (3, "dW.1.0.2", "The XOR gate")
        status, out, err = served.interrupted()
        assert (status, out) == (0, "")
        assert err == "chainrule: it is open to this machine only; Ctrl-C ends it\n"


def test_the_browser_is_opened_at_the_address_unless_it_is_not_wanted(run, monkeypatch):
    opened_at = []
    monkeypatch.setattr("webbrowser.open", opened_at.append)
    monkeypatch.setattr(
        "chainrule.page.serve.serve", lambda app, listener, started: (started(), listener.close())
    )
    done = run("page", "jain", "--json")
    assert done.status == 0
    assert opened_at == [json.loads(done.out)["address"]]
    done = run("page", "jain", "--no-browser")
    assert done.out.startswith("the page is at http://127.0.0.1:")
    assert len(opened_at) == 1
