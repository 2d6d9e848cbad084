"""Scales of colors: which color stands for which number.

They are told apart by people who see no red or no green: blue, white and orange, or ever lighter. A color
lies on the straight line, in sRGB, between its neighbors on a scale.
"""

import math
from dataclasses import dataclass

import numpy as np

from chainrule.network.array import Array

BLUE_TO_ORANGE = ("#0072b2", "#ffffff", "#d55e00")
DARK_TO_LIGHT = ("#00204d", "#707173", "#f0b429")
OF_CLASSES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(frozen=True)
class Scale:
    """Which color stands for which number.

    Parameters
    ----------
    low, high : float
        What the first and the last color stand for; finite.
    colors : tuple of str
        Colors with the same distance from each other, "#rrggbb".
    logarithmic : bool
        Whether the same distance means the same ratio; both ends are above 0 then.
    """

    low: float
    high: float
    colors: tuple[str, ...]
    logarithmic: bool = False

    def share(self, values: Array) -> Array:
        """Return where values lie, from 0 to 1; the middle where the scale has no length, NaN for no number.

        Examples
        --------
        >>> Scale(1.0, 100.0, BLUE_TO_ORANGE, logarithmic=True).share(np.array([0.0, 10.0, np.inf]))
        array([0. , 0.5, nan])
        """
        found = np.where(np.isfinite(values), values, np.nan)
        if self.logarithmic:
            low, high, found = np.log(self.low), np.log(self.high), np.log(np.maximum(found, self.low))
        else:  # the halves, as the whole way may be longer than float64 holds
            low, high, found = self.low / 2, self.high / 2, found / 2
        if not high > low:
            return np.where(np.isnan(found), np.nan, 0.5)
        return np.clip((found - low) / (high - low), 0.0, 1.0)

    @property
    def middle(self) -> float:
        """What the color in the middle stands for."""
        if self.logarithmic:
            return math.sqrt(self.low) * math.sqrt(self.high)
        return self.low / 2 + self.high / 2

    @property
    def marks(self) -> list[tuple[str, float]]:
        """Its first, middle and last color with what they stand for; one where it has no length."""
        between = (self.colors[len(self.colors) // 2], self.middle)
        if not self.high > self.low:
            return [between]
        return [(self.colors[0], self.low), between, (self.colors[-1], self.high)]

    def painted(self, values: Array, otherwise: str) -> Array:
        """Return the colors of numbers, uint8, shape (..., 3), and another one where there is no finite one.

        Examples
        --------
        >>> Scale(0.0, 1.0, BLUE_TO_ORANGE).painted(np.array([0.25, np.nan]), "#000000").tolist()
        [[128, 184, 216], [0, 0, 0]]
        """
        share, colors = self.share(values), np.array([rgb(color) for color in self.colors])
        at = np.linspace(0, 1, len(colors))
        found = np.stack([np.interp(np.nan_to_num(share), at, colors[:, k]) for k in range(3)], axis=-1)
        found[np.isnan(share)] = rgb(otherwise)
        return whole(found)


def color_of_class(number: int) -> str:
    """Return the color of a class; after six they come again."""
    return OF_CLASSES[number % len(OF_CLASSES)]


def faded(colors: Array, strength: Array | float) -> Array:
    """Return colors, 0 to 255, as they look thinned with white: at 1 as they are, at 0 white."""
    return 255 + (colors - 255) * strength


def rgb(color: str) -> Array:
    """Return red, green and blue of "#rrggbb", 0 to 255."""
    return np.array(list(bytes.fromhex(color[1:])), dtype=np.float64)


def hexadecimal(colors: Array) -> str:
    """Return red, green and blue, 0 to 255, as "#rrggbb".

    Examples
    --------
    >>> hexadecimal(faded(rgb("#0072b2"), 0.5))
    '#80b8d8'
    """
    return f"#{whole(colors).tobytes().hex()}"


def whole(colors: Array) -> Array:
    """Return colors in whole numbers, as a screen takes them."""
    return np.rint(colors).astype(np.uint8)


def digits(value: float) -> str:
    """Return a number as it is told in words."""
    return f"{value + 0.0:.4g}"
