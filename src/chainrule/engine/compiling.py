"""How the kernels are compiled: once for an installation, kept in a folder of our own.

Numba finds a changed kernel by the date of its file, and does not see that a function it calls
has changed. So the folder is named by a hash of every file of the engine, of Numba's version and
of the processor.
"""

import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core import config
from numba.extending import register_jitable

from chainrule.display import say_once

# Sums may be regrouped and a product may be fused into a sum, so that loops become vectors; NaN and
# infinity stay what they are.
REGROUPED = {"reassoc", "contract", "nsz"}
FUSED = {"contract"}


@cache
def folder() -> Path | None:
    """Return the folder for compiled kernels, made if it is not there; None where none can be written."""
    place = Path(config.CACHE_DIR) if config.CACHE_DIR else user_cache() / "chainrule"
    found = place / f"engine-{fingerprint()}"
    try:
        found.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return found if os.access(found, os.W_OK) else None


def user_cache() -> Path:
    """Return where programs keep what they can make again, on this kind of system."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))


def fingerprint() -> str:
    """Return a hash of everything that compiled kernels depend on."""
    found = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        found.update(source.read_bytes())
    found.update(f"{version('numba')} {version('llvmlite')} {sys.version} {platform.machine()}".encode())
    return found.hexdigest()[:16]


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function when it is first called from Python, and keep it for the next process."""
    with _kept_here():
        return numba.njit(nogil=True, error_model="numpy", cache=folder() is not None)(function)


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function into every kernel that calls it; from Python it stays what it is."""
    return register_jitable(error_model="numpy", fastmath=FUSED, forceinline=True)(function)


def sums(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a part whose sums may be regrouped: the same way each time, whatever the threads."""
    return register_jitable(error_model="numpy", fastmath=REGROUPED, forceinline=True)(function)


@contextmanager
def _kept_here() -> Iterator[None]:
    """Let Numba keep what is declared in this block in our folder."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder() or before)
    try:
        yield
    finally:
        config.CACHE_DIR = before


# Without compilation a routine has no address; its place in this list stands for it.
UNCOMPILED: list[Callable[..., Any]] = []


def address_of(routine: Callable[..., Any], signature: Any) -> int:
    """Compile a routine by itself, and return the address by which kernels call it.

    So a run compiles only what it uses. Its sums may be regrouped. What it is must follow from its code and
    from what stands in its closure.
    """
    if config.DISABLE_JIT:
        UNCOMPILED.append(routine)
        return len(UNCOMPILED) - 1
    options = {"nopython": True, "error_model": "numpy", "fastmath": REGROUPED}
    with _kept_here():
        compiled = numba.cfunc(signature, cache=folder() is not None, **options)(routine)
    COMPILED.append(compiled)
    return int(compiled.address)


COMPILED: list[Any] = []  # an address is good as long as its routine lives


@cache
def say_when_compiling(what: str) -> None:
    """Say that kernels are being compiled, unless they were compiled before and kept."""
    kept = folder()
    mark = None if kept is None else kept / f"{what}.compiled"
    if config.DISABLE_JIT or (mark is not None and mark.exists()):
        return
    how_long = "for this process: no folder can be written" if mark is None else "for this installation"
    say_once(f"compiling the engine ({what}), once {how_long}")
    if mark is not None:
        mark.touch()
