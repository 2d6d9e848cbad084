"""The limit: how fast a large product is on this machine, in the same run."""

import time

import numpy as np

from chainrule.engine.blas import best_blas
from chainrule.engine.kernels import multiply
from chainrule.engine.memory import aligned
from chainrule.engine.threads import together

SIDE, TRIES = 1024, 12


def product_rate(dtype: np.dtype, threads: int) -> float:
    """Return the most floating-point operations a second that products of large matrices reached.

    Every thread multiplies matrices of its own, as the engine's do.
    """
    routine = best_blas().product(dtype)
    room = aligned(3 * threads * SIDE * SIDE, dtype)
    room[:] = np.random.default_rng(0).random(len(room), dtype=dtype.type)
    seconds = []
    for _ in range(TRIES):
        start = time.perf_counter()
        together(multiply, (routine, room, SIDE), threads)
        seconds.append(time.perf_counter() - start)
    return float(2 * SIDE**3 * threads / min(seconds))
