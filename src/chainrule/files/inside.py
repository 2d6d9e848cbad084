"""What runs inside the reading child: limits on itself, one reader, one answer."""

import importlib
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chainrule.errors import ChainruleError
from chainrule.files.wire import Tree, send, send_error


def main(request: Mapping[str, Any]) -> None:
    """Read one file with one reader, and write the answer to what was standard output.

    Parameters
    ----------
    request : mapping
        ``reader`` ("module:function"), ``path``, ``memory`` (bytes), ``seconds``, and
        the reader's ``options``.
    """
    with os.fdopen(os.dup(1), "wb") as answer:
        os.dup2(2, 1)  # what a library prints must never be taken for the answer
        try:
            reader = find(request["reader"])
            limit(request["memory"], request["seconds"])
            result = reader(Path(request["path"]).read_bytes(), **request["options"])
        except MemoryError:
            megabytes = request["memory"] >> 20
            send_error(answer, f"reading or running it needs more than {megabytes:,} MB of memory")
        except ChainruleError as error:
            send_error(answer, str(error))
        except Exception as error:
            send_error(answer, f"the content cannot be read: its reader failed with {type(error).__name__}")
        else:
            send(answer, result)


def find(reader: str) -> Callable[..., Tree]:
    """Return the function that "module:function" names, with all that it imports."""
    module, _, name = reader.partition(":")
    function: Callable[..., Tree] = getattr(importlib.import_module(module), name)
    return function


def limit(memory: int, seconds: float) -> None:
    """Set what this process may still use, where the operating system has such limits.

    Parameters
    ----------
    memory : int
        Bytes of address space beyond what is mapped already.
    seconds : float
        Of computing. The parent's clock comes first; this one holds if the parent is gone.
    """
    try:
        import resource
    except ImportError:
        return  # Windows has none: there the parent's clock is the only limit
    lower(resource.RLIMIT_CPU, math.ceil(seconds) + 1)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)  # a reader writes into no file
    mapped = mapped_bytes()
    if mapped is not None:
        lower(resource.RLIMIT_AS, mapped + memory)


def lower(kind: int, most: int) -> None:
    """Lower one limit for good; one that is lower already stays."""
    import resource

    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(kind, (most, most))


def mapped_bytes() -> int | None:
    """Return the size of this process's address space, or None where nothing tells it."""
    try:
        pages = Path("/proc/self/statm").read_text().split()[0]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
