"""How often a property is tried: the same examples in every run, and no clock."""

import hashlib

import numpy as np
from hypothesis import settings


def examples(count: int) -> settings:
    return settings(max_examples=count, deadline=None, derandomize=True)


def fingerprint(array: np.ndarray) -> str:
    """Return a hash of an array's bytes: to show that nobody changed it."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
