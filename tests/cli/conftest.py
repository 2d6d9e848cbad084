"""Running the command: in this process, or as a process of its own."""

import os
import subprocess
import sys
from typing import NamedTuple

import pytest

from chainrule.cli import main


class Run(NamedTuple):
    """What a command left: its exit status, results and complaints."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _buffered(monkeypatch):
    """Let a process keep its output back as Python does by itself: errors then come at its end."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Run(status, *capsys.readouterr())

    return run


@pytest.fixture
def refused(run):
    """Run a command that is refused: nothing on standard output, one sentence on standard error."""

    def refused(*arguments, status=2):
        done = run(*arguments)
        assert done.status == status
        assert done.out == ""
        return sentence_in(done.err)

    return refused


@pytest.fixture
def process(tmp_path):
    """Run a command as a process of its own."""

    def process(*arguments, options=(), code=None, surroundings=None, without=(), cwd=tmp_path, **choices):
        start = ["-c", code] if code else ["-m", "chainrule"]
        command = [sys.executable, *options, *start, *arguments]
        environment = {**os.environ, **(surroundings or {})}
        for name in without:
            environment.pop(name, None)
        choices = {"capture_output": True, "timeout": 120, **choices}
        done = subprocess.run(command, env=environment, cwd=cwd, check=False, **choices)
        return Run(done.returncode, done.stdout.decode(), done.stderr.decode())

    return process


def sentence_in(err):
    """Return the one sentence of a complaint."""
    assert err.startswith("chainrule: ")
    assert err.endswith("\n")
    told = err.removeprefix("chainrule: ").removesuffix("\n")
    assert "\n" not in told
    assert 10 < len(told) < 400
    assert "Traceback" not in told
    assert not told.endswith(".") or told.endswith(" ...")
    return told


@pytest.fixture
def sentence():
    return sentence_in
