"""Somebody's file, run: its functions, its classes, and what they say that they return."""

import ast
import errno
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from chainrule.check.student.usual import Meaning, meaning, plain
from chainrule.errors import InvalidFileError, Words, shown

MOST_CONSTANTS = 8  # numbers of a file that may be its learning rate


class Code:
    """A file of Python that was run.

    Parameters
    ----------
    text : bytes
        What is in it.
    path : str
        Its name, for its own imports and for errors.

    Raises
    ------
    InvalidFileError
        When it is no Python, or running it raises something.
    """

    def __init__(self, text: bytes, path: str) -> None:
        self.path = path
        self.module = ModuleType("student")
        self.module.__file__ = path
        sys.modules["student"] = self.module  # a dataclass looks its module up
        try:
            tree = ast.parse(text, path)
            exec(compile(tree, path, "exec"), vars(self.module))
        except SyntaxError as error:
            raise InvalidFileError(f"line {error.lineno} was no Python: {error.msg}") from None
        except OSError as error:
            writes = error.errno == errno.EFBIG
            hint = ", for it wrote a file, which it may not do here" if writes else ""
            raise InvalidFileError(f"running it {raised(error, path)}{hint}") from None
        except (Exception, SystemExit) as error:
            raise InvalidFileError(f"running it {raised(error, path)}") from None
        self.returned = dict(_returned(tree))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        names |= {value for value in constants if isinstance(value, str)}
        numbers = [value for value in constants if isinstance(value, float)]
        self.constants = list(dict.fromkeys(each for each in numbers if 1e-6 <= each < 10))[:MOST_CONSTANTS]
        self.from_zero = any(found.layer == 0 for name in names if (found := meaning(name)))
        self.names, self.words = names, {plain(name) for name in names}

    def meaning(self, name: str) -> Meaning | None:
        """Return what a name means, layers counted from 1."""
        found = meaning(name)
        if found is None or found.layer is None:
            return found
        return found._replace(layer=found.layer + self.from_zero)

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Return the functions that are defined in it, by their names."""
        return {
            name: each for name, each in vars(self.module).items() if inspect.isfunction(each) and _own(each)
        }

    def classes(self) -> dict[str, type]:
        """Return the classes that are defined in it, by their names."""
        return {
            name: each for name, each in vars(self.module).items() if inspect.isclass(each) and _own(each)
        }

    def constant(self, kind: str) -> float | None:
        """Return a number at the top of the file whose name means something; None where there is none."""
        for name, value in vars(self.module).items():
            if isinstance(value, int | float) and (found := meaning(name)) and found.kind == kind:
                return float(value)
        return None


def raised(error: BaseException, path: str) -> str:
    """Say what was raised, and in which line of a file."""
    lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == path]
    where = f" (line {lines[-1]})" if lines else ""
    return f"raised {type(error).__name__}: {shown(Words(error))}{where}"


def _own(thing: Any) -> bool:
    return bool(thing.__module__ == "student")


def _returned(tree: ast.AST) -> Iterator[tuple[str, list[str]]]:
    """Yield each function's name with the names in its last return; "" for what has none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            returns = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            if returns:
                last = returns[-1]
                parts = last.elts if isinstance(last, ast.Tuple | ast.List) else [last]
                yield node.name, [_name(part) for part in parts]


def _name(part: ast.expr) -> str:
    """Return what a returned expression is called: a variable, or an attribute."""
    return part.id if isinstance(part, ast.Name) else part.attr if isinstance(part, ast.Attribute) else ""
