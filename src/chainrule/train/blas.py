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
def _libraries(loaded: tuple[bool, bool]) -> list[Any]:  # noqa: ARG001 - the key of the cache
    """Return the BLAS libraries of this process; finding them takes milliseconds.

    Parameters
    ----------
    loaded : (bool, bool)
        Whether those that come after NumPy's are loaded: SciPy's, and the engine's MKL. When that
        changes they are looked for anew.
    """
    return [each for each in ThreadpoolController().lib_controllers if each.user_api == "blas"]


def _loaded() -> tuple[bool, bool]:
    engine = sys.modules.get("chainrule.engine.blas")
    return "scipy.linalg" in sys.modules, engine is not None and engine.mkl_library.cache_info().currsize > 0


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS at one thread inside a `with` block; who leaves last restores what was before.

    The setting belongs to the process, so several trainings at once hold it together.
    """
    global _holders
    with _lock:
        for library in _libraries(_loaded()):
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
