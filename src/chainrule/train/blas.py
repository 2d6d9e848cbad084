"""One thread for BLAS, so that a product's bits do not depend on the machine's threads."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    # Finding the libraries takes milliseconds; NumPy, whose BLAS does the products, is loaded by now.
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Hold BLAS at one thread inside a `with` block, and restore it after."""
    held: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return held
