"""One thread for BLAS, so that a product's bits do not depend on the machine's threads."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_holders = 0
_before: list[tuple[Any, int]] = []


@cache
def _libraries(with_scipy: bool) -> list[Any]:
    """Return the BLAS libraries that are loaded, with SciPy's or without; it takes milliseconds."""
    del with_scipy  # only so that they are looked for anew when it was loaded
    return [each for each in ThreadpoolController().lib_controllers if each.user_api == "blas"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS at one thread inside a `with` block; who leaves last restores what was before.

    The setting belongs to the process, so several trainings at once hold it together.
    """
    global _holders
    with _lock:
        for library in _libraries("scipy.linalg" in sys.modules):
            if library.num_threads != 1:
                _before.append((library, library.num_threads))
                library.set_num_threads(1)
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if not _holders:
                for library, threads in _before:
                    library.set_num_threads(threads)
                _before.clear()
