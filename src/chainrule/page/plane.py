"""What a network answers over the plane, and its loss over two weights: small pictures of colors.

The browser only draws them. A color stands for the value at the middle of its pixel.
"""

import base64
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from chainrule.errors import InvalidValueError, TooLargeError, Words, sentence
from chainrule.model import Model
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.parameters import Layout, Parameters
from chainrule.network.penalties import NO_PENALTY
from chainrule.network.program import Data
from chainrule.page.scale import (
    BLUE_TO_ORANGE,
    DARK_TO_LIGHT,
    OF_CLASSES,
    Scale,
    color_of_class,
    digits,
    faded,
    hexadecimal,
    rgb,
    whole,
)
from chainrule.reference.forward import loss_of

PALEST = 0.2  # of a class's color, where its output is smallest: white would say nothing
OVER_ANSWERS, OVER_LOSS = "#4d4d4d", "#ffffff"  # where there is no finite number; on neither scale's way

ROOM = 0.15  # around the rows, as a part of where they lie
MOST_DOTS = 500
FEWEST = 3  # pixels along a side: the present point, and one to each side
MOST_WORK = 200_000_000  # multiplications of a picture: about as many as a second has room for
MOST_TIMES = 100  # the largest value as a multiple of the smallest, before the scale becomes logarithmic
AS_GOOD_AS_0 = 1e-8  # of the largest value: what is smaller would take the colors from all else
LARGEST = float(np.finfo(np.float64).max)


class Dot(NamedTuple):
    """A row on the plane, or the present point.

    Parameters
    ----------
    x, y : float
        Where it is: 0 to 1, from the left and from the top of the picture.
    number : int
        Of its class.
    target : str
        What is said of it.
    """

    x: float
    y: float
    number: int
    target: str


@dataclass(frozen=True, eq=False)
class Plane:
    """A picture of colors.

    Parameters
    ----------
    width, height : int
        Its pixels.
    pixels : bytes
        Red, green and blue of each, row by row from the top.
    x, y : (float, float)
        The values at its left and right, and at its lower and upper edge.
    dots : tuple of Dot
        What lies on it.
    legend : tuple of (str, str)
        Colors, each with what it means in words.
    values : array, shape (height, width, d_L or 1)
        What the colors stand for: the outputs, or the loss. The browser gets none of them.
    """

    width: int
    height: int
    pixels: bytes
    x: tuple[float, float]
    y: tuple[float, float]
    dots: tuple[Dot, ...]
    legend: tuple[tuple[str, str], ...]
    values: Array

    def as_dict(self) -> dict[str, Any]:
        """Return the picture as plain data, its pixels in base64."""
        return {
            "width": self.width,
            "height": self.height,
            "pixels": base64.b64encode(self.pixels).decode("ascii"),
            "x": list(self.x),
            "y": list(self.y),
            "dots": [
                {"x": dot.x, "y": dot.y, "class": dot.number, "target": dot.target} for dot in self.dots
            ],
            "legend": [{"color": color, "words": words} for color, words in self.legend],
        }


@dataclass(frozen=True)
class Span:
    """A side of a picture, told by its middle so that the middle of an odd number of pixels is exact.

    Parameters
    ----------
    middle : float
        The value there.
    half : float
        How far it goes from there to each side; it stays within what float64 holds.
    """

    middle: float
    half: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "half", min(self.half, LARGEST - abs(self.middle)))

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value."""
        return self.middle - self.half, self.middle + self.half

    def pixels(self, count: int) -> Array:
        """Return the values at the middles of so many pixels, from the lowest on."""
        return self.middle + self.half * ((2 * np.arange(count) + 1 - count) / count)

    def share(self, values: Array) -> Array:
        """Return where values lie, 0 at the lowest end and 1 at the highest."""
        return 0.5 + 0.5 * ((values - self.middle) / self.half)


def boundary(
    network: Network, parameters: Parameters, X: npt.ArrayLike, Y: npt.ArrayLike, fine: int = 64
) -> Plane:
    """Return what a network with two inputs answers over the plane, with rows on it.

    With one output its value is shown, from blue over white to orange; with several, the color says which
    of them is the largest, and the paler it is, the smaller that one is.

    Parameters
    ----------
    network, parameters : Network, Parameters
        A network with two inputs.
    X : array, shape (n, 2)
        Rows; they also say which part of the plane is shown. Of more than 500 some are left out.
    Y : array, shape (n, d_L)
        Their targets. With several outputs the largest is a row's class; with one, whether it lies above
        the middle of the scale.
    fine : int
        Pixels along each side; fewer where a network has so many parameters that it would take long.

    Raises
    ------
    InvalidValueError
        When the network has another number of inputs than two.
    ShapeError, InvalidTypeError
        When the rows do not fit the network.

    Examples
    --------
    >>> import chainrule as cr
    >>> xor = cr.tutorials.load("xor")
    >>> plane = boundary(xor.network, xor.trained().parameters, xor.X, xor.Y)
    >>> [round(dot.x, 3) for dot in plane.dots], [round(dot.y, 3) for dot in plane.dots]
    ([0.115, 0.115, 0.885, 0.885], [0.885, 0.115, 0.885, 0.115])
    >>> plane.legend[0], plane.values[0, 0].round(1)
    (('#0072b2', 'an output of 0'), array([1.]))
    """
    if network.sizes[0] != 2:
        raise InvalidValueError(
            sentence("the number of inputs", network.sizes[0], "2 for a picture of the plane")
        )
    data = Data.of(network, X, Y)
    fine = _affordable(accept.count("the number of pixels", fine), parameters, 1)
    across, up = (_around(data.X[:, k]) for k in (0, 1))
    points = np.stack(np.meshgrid(across.pixels(fine), up.pixels(fine)[::-1]), axis=-1)
    outputs = Model(network, parameters).predict(points.reshape(-1, 2)).astype(np.float64)
    values = outputs.reshape(fine, fine, -1)
    scale = _of_answers(network, values)
    several = values.shape[2] > 1
    colors = _of_largest(scale, values) if several else scale.painted(values[..., 0], OVER_ANSWERS)
    legend = _classes_in_words(scale, values.shape[2]) if several else _in_words(scale)
    return Plane(
        width=fine,
        height=fine,
        pixels=colors.tobytes(),
        x=across.ends,
        y=up.ends,
        dots=_dots(data, across, up, scale),
        legend=legend + _no_number(values, OVER_ANSWERS),
        values=values,
    )


def slice_of_loss(
    network: Network,
    parameters: Parameters,
    data: Data,
    first: Quantity,
    second: Quantity,
    reach: float = 2.0,
    fine: int = 33,
) -> Plane:
    """Return the loss over two weights or biases around what they are now; all others stay as they are.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network; its parameters are left alone.
    data : Data
        The rows whose mean loss it is, without a penalty.
    first, second : Quantity
        Which parameters go to the right and up: ``W`` with layer, input and unit, or ``b`` with layer and
        unit.
    reach : float
        How far each goes, down and up.
    fine : int
        Pixels along each side, an odd number, so that one has its middle at the present point: an even
        one is taken for the odd one below it. Fewer where it would take long.

    Raises
    ------
    InvalidValueError
        When there is no such parameter, or both are the same.
    TooLargeError
        When even a few pixels would take too long.

    Examples
    --------
    >>> import chainrule as cr
    >>> jain = cr.tutorials.load("jain")
    >>> data = cr.Data.of(jain.network, jain.X, jain.Y)
    >>> W = [Quantity("W", (2, 0, j)) for j in (0, 1)]
    >>> plane = slice_of_loss(jain.network, jain.parameters, data, *W)
    >>> plane.values[16, 16, 0] == jain.model.loss(jain.X, jain.Y), plane.dots[0].target
    (np.True_, 'the loss now, 0.2984')
    """
    places = [_place(parameters.layout, each) for each in (first, second)]
    if places[0] == places[1]:
        raise InvalidValueError(
            sentence("the second weight", Words(_said(second)), "another one than the first")
        )
    fine = _affordable(accept.count("the number of pixels", fine), parameters, len(data.X))
    fine = max(FEWEST, fine - 1 + fine % 2)
    reach = accept.positive("the reach", reach)
    across, up = (Span(float(parameters.theta[place]), reach) for place in places)
    moved = parameters.like(parameters.theta.copy())
    values = np.empty((fine, fine, 1))
    with np.errstate(all="ignore"):
        for row, b in enumerate(up.pixels(fine)[::-1]):
            for column, a in enumerate(across.pixels(fine)):
                moved.theta[places] = a, b
                values[row, column] = loss_of(network, moved, data, NO_PENALTY)
    scale = _of_losses(values)
    now = f"the loss now, {digits(values[fine // 2, fine // 2, 0])}"
    return Plane(
        width=fine,
        height=fine,
        pixels=scale.painted(values[..., 0], OVER_LOSS).tobytes(),
        x=across.ends,
        y=up.ends,
        dots=(Dot(0.5, 0.5, 0, now),),
        legend=_losses_in_words(scale, values) + _no_number(values, OVER_LOSS),
        values=values,
    )


def _affordable(fine: int, parameters: Parameters, rows: int) -> int:
    """Return how many pixels a side may have, at most `fine`, for so many rows at each pixel."""
    of_a_pixel = parameters.theta.size * rows
    if of_a_pixel * FEWEST**2 > 10 * MOST_WORK:
        work = f"{of_a_pixel:,} multiplications for each of its pixels"
        may_be = f"at most {10 * MOST_WORK // FEWEST**2:,}, with fewer rows or a smaller network"
        raise TooLargeError(sentence("the work of the picture", Words(work), may_be))
    return min(fine, max(FEWEST, math.isqrt(MOST_WORK // max(1, of_a_pixel))))


def _around(values: Array) -> Span:
    """Return a side on which all of these values lie, with room; of one value alone, with what is near it."""
    low, high = float(values.min()), float(values.max())
    middle, half = low / 2 + high / 2, high / 2 - low / 2
    return Span(middle, half * (1 + 2 * ROOM) if half > 0 else max(1.0, abs(middle) / 2))


def _of_answers(network: Network, values: Array) -> Scale:
    """Return the scale of outputs: over their whole range if it has ends, as that stays while they learn."""
    low, high = network.layers[-1].activation.range
    if not math.isfinite(low) or not math.isfinite(high):
        shown = values.max(axis=2)
        finite = shown[np.isfinite(shown)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    return Scale(float(low), float(high), BLUE_TO_ORANGE)


def _of_losses(values: Array) -> Scale:
    """Return the scale of losses; logarithmic where they go over several powers of ten."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Scale(0.0, 1.0, DARK_TO_LIGHT)
    low, high = float(finite.min()), float(finite.max())
    if low < 0 or not high > 0:
        return Scale(low, high, DARK_TO_LIGHT)
    above = max(float(finite[finite > 0].min()), high * AS_GOOD_AS_0)
    logarithmic = high / MOST_TIMES > above
    return Scale(above if logarithmic else low, high, DARK_TO_LIGHT, logarithmic)


def _of_largest(scale: Scale, values: Array) -> Array:
    """Return the colors of the largest outputs, paler where they are smaller."""
    strength = PALEST + (1 - PALEST) * scale.share(values.max(axis=2))
    own = np.array([rgb(color_of_class(k)) for k in range(values.shape[2])])[values.argmax(axis=2)]
    colors = faded(own, strength[..., np.newaxis])
    colors[np.isnan(strength)] = rgb(OVER_ANSWERS)
    return whole(colors)


def _dots(data: Data, across: Span, up: Span, scale: Scale) -> tuple[Dot, ...]:
    """Return the rows as dots, of many only so many, from all along the table."""
    count = len(data.X)
    shown = np.arange(count) if count <= MOST_DOTS else np.linspace(0, count - 1, MOST_DOTS).astype(int)
    X, Y = data.X[shown], data.Y[shown]
    numbers = Y.argmax(axis=1) if Y.shape[1] > 1 else (Y[:, 0] > scale.middle).astype(int)
    return tuple(
        Dot(float(x), float(1 - y), int(number), ", ".join(f"{target:g}" for target in targets))
        for x, y, number, targets in zip(
            across.share(X[:, 0]), up.share(X[:, 1]), numbers, Y.tolist(), strict=True
        )
    )


def _in_words(scale: Scale) -> tuple[tuple[str, str], ...]:
    """Return what the colors of a scale of outputs mean."""
    return tuple((color, f"an output of {digits(value)}") for color, value in scale.marks)


def _classes_in_words(scale: Scale, count: int) -> tuple[tuple[str, str], ...]:
    """Return which color is which output's, and what its strength says."""
    own = tuple((color_of_class(k), f"output {k + 1} is the largest") for k in range(count))
    ends = f"pale where it is {digits(scale.low)}, full where it is {digits(scale.high)}"
    return (*own, (hexadecimal(faded(rgb(OF_CLASSES[0]), PALEST)), ends))


def _losses_in_words(scale: Scale, values: Array) -> tuple[tuple[str, str], ...]:
    """Return what the colors of losses mean, with the smallest and the largest that there is."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ()
    if len(scale.marks) == 1:
        return ((scale.marks[0][0], f"a loss of {digits(finite[0])} everywhere"),)
    (lowest, _), (between, middle), (highest, _) = scale.marks
    how = "in the middle, on a logarithmic scale" if scale.logarithmic else "in the middle"
    return (
        (lowest, f"the smallest loss, {digits(finite.min())}"),
        (between, f"a loss of {digits(middle)}, {how}"),
        (highest, f"the largest loss, {digits(finite.max())}"),
    )


def _no_number(values: Array, color: str) -> tuple[tuple[str, str], ...]:
    """Return the line of the legend for what is infinite or no number, where there is any."""
    return () if np.isfinite(values).all() else ((color, "infinite or no number"),)


def _place(layout: Layout, quantity: Quantity) -> int:
    """Return where a weight or bias lies in the flat vector."""
    layer, place = quantity.indices[:1], quantity.indices[1:]
    for block in layout.blocks:
        its_own = (block.letter, (block.layer,)) == (quantity.name, layer) and len(place) == len(block.shape)
        if its_own and all(i in range(size) for i, size in zip(place, block.shape, strict=True)):
            return block.start + int(np.ravel_multi_index(tuple(map(int, place)), block.shape))
    may_be = "a weight W[l][i,j] or a bias b[l][j] of the network"
    raise InvalidValueError(sentence("the weight to be changed", Words(_said(quantity)), may_be))


def _said(quantity: Quantity) -> str:
    """Return a quantity as our equations write it."""
    layer, *place = quantity.indices or ("?",)
    return f"{quantity.name}[{layer}][{','.join(map(str, place))}]"
