"""The progress bar: on a terminal epochs and loss, anywhere else nothing."""

import contextlib
import io
import os
import re
import sys
import threading

import pytest

import chainrule as cr
from chainrule.reference import program
from chainrule.reference.program import prepare
from chainrule.train import engines

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]

HIDE_CURSOR, SHOW_CURSOR, CLEAR_LINE = "\x1b[?25l", "\x1b[?25h", "\x1b[2K"
COLOR = re.compile(r"\x1b\[[0-9;]*\b(3[0-8]|9[0-7])[0-9;]*m")


def fit(epochs, **choices):
    net = cr.Network.dense([2, 4, 1], hidden="tanh")
    return cr.Model(net).fit(X, Y, epochs=epochs, batch_size=4, **choices)


class Stopped:
    """A program that is interrupted in its first piece."""

    def __init__(self, *given):
        prepared = prepare(*given)
        self.start, self.engine, self.stride = prepared.start, prepared.engine, prepared.stride

    def run(self, *given):
        raise KeyboardInterrupt


class Terminal:
    """A pseudo-terminal as standard error inside a `with` block; `text` is what was shown there."""

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.delenv("NO_COLOR", raising=False)

    def __enter__(self):
        self.ours, theirs = pytest.importorskip("pty").openpty()
        self.stream = os.fdopen(theirs, "w", encoding="utf-8")
        self.pieces = []
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.before = sys.stderr
        self.monkeypatch.setattr(sys, "stderr", self.stream)
        return self

    def read(self):
        with contextlib.suppress(OSError):  # when the other end is closed
            while piece := os.read(self.ours, 4096):
                self.pieces.append(piece)

    def __exit__(self, *error):
        self.monkeypatch.setattr(sys, "stderr", self.before)
        self.stream.close()
        self.reader.join()
        os.close(self.ours)
        self.text = b"".join(self.pieces).decode("utf-8")


@pytest.fixture
def terminal(monkeypatch):
    return Terminal(monkeypatch)


def test_a_terminal_shows_epochs_and_loss(terminal, monkeypatch, capsys):
    monkeypatch.setattr(program, "MOST_STEPS_BETWEEN_LOOKS", 10)
    with terminal:
        model = fit(60, progress=True)
    assert "epoch" in terminal.text
    assert "60/60" in terminal.text
    assert f"loss {model.history.step_loss[-1]:.6g}" in terminal.text
    assert capsys.readouterr().out == ""


def test_the_bar_is_gone_at_the_end(terminal):
    with terminal:
        fit(60, progress=True)
    assert terminal.text.endswith(CLEAR_LINE)


def test_the_bar_is_gone_and_the_cursor_back_after_an_interrupt(terminal, monkeypatch):
    monkeypatch.setattr(engines, "prepare_reference", Stopped)
    with terminal, pytest.raises(KeyboardInterrupt):
        fit(60, progress=True)
    assert terminal.text.rfind(SHOW_CURSOR) > terminal.text.rfind(HIDE_CURSOR) >= 0
    assert terminal.text.endswith(CLEAR_LINE)


@pytest.mark.parametrize("asked", [True, False])
def test_no_color_is_honored(terminal, monkeypatch, asked):
    if asked:
        monkeypatch.setenv("NO_COLOR", "1")
    with terminal:
        fit(60, progress=True)
    assert bool(COLOR.search(terminal.text)) is not asked


def test_a_terminal_shows_nothing_unless_asked(terminal):
    with terminal:
        fit(60)
    assert terminal.text == ""


def test_the_bar_changes_no_bit(terminal):
    with terminal:
        shown = fit(60, progress=True)
    assert shown.parameters.theta.tobytes() == fit(60).parameters.theta.tobytes()


def test_what_is_no_terminal_shows_nothing(capsys, monkeypatch):
    fit(60, progress=True)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    fit(60, progress=True)
    assert sys.stderr.getvalue() == ""


def test_a_program_without_standard_error_trains_all_the_same(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert len(fit(5, progress=True).history) == 5
