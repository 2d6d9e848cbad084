"""Somebody's own function, named on the command line as module:name or file.py:name."""

import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from chainrule.cli.numbers import TypedError
from chainrule.errors import Words, nearest, sentence, shown


def thing_named(option: str, typed: str) -> Any:
    """Return what a module or file of Python calls by a name.

    Parameters
    ----------
    option : str
        The option it was typed for, for the error.
    typed : str
        "module:name", with the module in the folder where the command is run or installed, or "file.py:name".
    """
    place, colon, name = typed.rpartition(":")
    if not (place and colon and name.isidentifier()):
        raise TypedError(sentence(option, typed, "module:name or file.py:name"))
    module = _module(option, place)
    try:
        return getattr(module, name)
    except AttributeError:
        close = nearest(name, [each for each in vars(module) if not each.startswith("_")])
        hint = f"did you mean {close}?" if close else ""
        raise TypedError(sentence(option, typed, f"the name of something in {place}", hint)) from None


def callable_named(option: str, typed: str) -> Callable[..., Any]:
    """Return a function by its name, as `thing_named`; what it raises becomes a sentence that names it."""
    function = thing_named(option, typed)
    if not callable(function):
        raise TypedError(sentence(option, typed, "the name of a function"))

    def called(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (Exception, SystemExit) as error:
            raise TypedError(f"{typed} {_raised(error)}") from error

    return called


def _module(option: str, place: str) -> ModuleType:
    """Import a module by its name or from its file."""
    if (here := os.getcwd()) not in sys.path:
        sys.path.insert(0, here)
    try:
        if not place.endswith(".py"):
            return importlib.import_module(place)
        if not Path(place).is_file():
            raise TypedError(sentence(f"the file of {option}", place, "one that exists"))
        spec = importlib.util.spec_from_file_location(Path(place).stem, place)
        assert spec is not None and spec.loader is not None  # noqa: PT018
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except TypedError:
        raise
    except ModuleNotFoundError as error:
        if error.name and place.startswith(error.name):
            raise TypedError(
                sentence(f"the module of {option}", place, "one that can be imported here")
            ) from error
        raise TypedError(f"{place} {_raised(error)}") from error
    except (Exception, SystemExit) as error:
        raise TypedError(f"{place} {_raised(error)}") from error


def _raised(error: BaseException) -> str:
    """Say what was raised, and in which line."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f" ({Path(last.filename).name}, line {last.lineno})" if last.lineno else ""
    return f"raised {type(error).__name__}: {shown(Words(error))}{where}"
