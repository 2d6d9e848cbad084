"""The one type that all numbers travel in."""

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of one of the precisions: float32, float64, longdouble, or complex for the complex step."""
