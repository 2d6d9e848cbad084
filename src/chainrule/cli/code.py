"""Somebody's code on the command line: a file of Python, or a module, and perhaps a name in it."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import typer

from chainrule.cli.numbers import TypedError

if TYPE_CHECKING:
    from chainrule.check.student.examine import Examination


class Code(NamedTuple):
    """What was typed.

    Parameters
    ----------
    path : str
        The file.
    name : str
        The function or class in it; empty where none was named.
    """

    path: str
    name: str


def code_of(what: str) -> Code | None:
    """Return the file and the name that are meant by file.py, file.py:name or module:name; else None.

    A module is found, not imported.
    """
    if what.endswith(".py"):
        return Code(what, "")
    place, colon, name = what.rpartition(":")
    if not colon or not name.isidentifier() or place == "tutorial":
        return None
    if place.endswith(".py"):
        return Code(place, name)
    if (here := os.getcwd()) not in sys.path:
        sys.path.insert(0, here)
    try:
        spec = importlib.util.find_spec(place)
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise TypedError(f"the module {place} was not found here; it may be one of Python's files")
    return Code(spec.origin, name)


def examined(
    code: Code, *, hidden: str | None, output: str | None, loss: str | None, learning_rate: float | None
) -> Examination:
    """Return what is found in somebody's code."""
    from chainrule.check.student.examine import examine

    return examine(code.path, code.name, hidden=hidden, output=output, loss=loss, learning_rate=learning_rate)


def show(found: Examination, as_json: bool) -> None:
    """Print what was found, and end with 1 where there is a mistake, with 2 where nothing can be said."""
    from chainrule.cli.say import say, say_json

    if as_json:
        say_json(found.to_dict())
    else:
        say(str(found))
    if found.diagnosis.answer == "not recognized":
        raise typer.Exit(2)
    if not found.passed:
        raise typer.Exit(1)
