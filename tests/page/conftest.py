"""Serves the page in this process, and opens it in a real browser."""

import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from chainrule.page import menu
from chainrule.page.app import Page
from chainrule.page.guard import Guard, Keys
from chainrule.page.serve import Server, configured, listening
from chainrule.page.state import State

# Lets the tests of this room import their helpers: `page_states`, and `traced_steps` beside all rooms.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

SCREEN = {"width": 1366, "height": 768}


@contextmanager
def served(first, at=""):
    """Serve a page on a free port; yield the address that opens it, and the page's program."""
    listener = listening(None)
    keys = Keys.fresh(listener.getsockname()[1])
    answers = threading.Event()
    program = Page(first, at, keys.token)
    server = Server(configured(Guard(program.application(), keys)), answers.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    assert answers.wait(20)
    try:
        yield keys.address, program
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


class Reader:
    """What a person does with a page: looks, types, clicks."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.errors.append(said.text))

    def opens(self, address):
        self.page.goto(address)
        self.page.wait_for_selector("#picture svg")
        self.settles()

    def settles(self):
        """Wait until nothing that was asked for is still under way."""
        while self.page.evaluate("document.body.dataset.asking !== '0'"):
            self.page.wait_for_timeout(10)

    def presses(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
        self.settles()

    def text(self, selector):
        return self.page.inner_text(selector)

    @property
    def said(self):
        return self.text("#said")

    @property
    def why(self):
        return " ".join(self.text("#why").split())

    def chooses(self, place):
        """Click the node or line of a number."""
        self.page.locator(f"#picture [data-place='{place}'][role='button']").last.dispatch_event("click")
        self.settles()

    def types(self, place, value):
        """Change a number in the picture, by keyboard."""
        self.page.locator(f"#picture [data-place='{place}'][role='button']").last.focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(value)
        self.page.keyboard.press("Enter")
        self.settles()

    def opens_drawer(self, name):
        if self.page.get_attribute(f"#tab-{name}", "aria-selected") != "true":
            self.page.click(f"#tab-{name}")
        self.settles()

    def table(self):
        """Return every number of the table drawer: name, value, value before the edit."""
        self.opens_drawer("table")
        cells = self.page.eval_on_selector_all(
            "#drawer tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
        )
        return {name: (value, was) for name, _, value, was in cells}


@pytest.fixture
def opened(browser):
    """Open what a word stands for, or a state, as a reader would; of a size and theme if asked."""
    closing = []

    def open_it(what, **context):
        first = what if isinstance(what, State) else State.opened(menu.opened(what))
        serving = served(first)
        address, program = serving.__enter__()
        around = browser.new_context(**{"viewport": SCREEN, **context})
        closing.append((serving, around))
        reader = Reader(around.new_page())
        reader.program = program
        reader.opens(address)
        return reader

    yield open_it
    for serving, around in closing:
        around.close()
        serving.__exit__(None, None, None)
