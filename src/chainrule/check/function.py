"""The gradient check for anybody's function: each derivative beside one from the function's values alone."""

import warnings
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check.bisection import found_by_halves, only, spread
from chainrule.check.frameworks import of_framework
from chainrule.check.nested import Point
from chainrule.check.oracles import Line, complex_step, estimates, grain
from chainrule.check.report import FunctionCheck, Row
from chainrule.check.verdict import Evidence, judged
from chainrule.errors import InvalidTypeError, InvalidValueError, Words, sentence
from chainrule.network import accept
from chainrule.network.array import Array

NEARBY = 12  # points around the one asked for, to see whether a difference is steady or noise
AWAY = 1e-3  # how far they are, as a part of a number
LAST_DIGITS = 4  # in eps: how far a point is moved to see what rounding does to a gradient
MOVED = 4  # how often
PROBES = 2  # lines along which the complex step is compared with differences before it is believed


def check_function(
    function: Callable[[Any], Any],
    gradient: Callable[[Any], Any] | None,
    point: object,
    *,
    directions: int | None = None,
    seed: int = 0,
) -> FunctionCheck:
    """Compare a gradient with the function that it should be the gradient of.

    Each derivative is compared with the complex step where the function takes complex numbers, and else
    with differences extrapolated to a step of 0. Both come with an error bar, and wrong means outside of it:
    nothing is compared with a fixed threshold, so that tiny gradients are checked as well as large ones. At
    a kink any slope between those of its two sides is right.

    Parameters
    ----------
    function : callable
        Takes a point and returns a number. Or a torch module: then its outputs are added up, with unequal
        weights, and it is checked by its inputs and its parameters.
    gradient : callable or None
        Takes a point and returns the derivatives by its numbers, in arrays built as the point is. None for
        what torch or JAX have for the function, with a point of their tensors or arrays.
    point : array, number, or dict, list or tuple of these
        Where to check; of a module, its inputs. It is copied, never changed, and computed with in float64.
    directions : int, optional
        Check along so many random directions instead of entry by entry, 1 or more: for many thousands of
        entries. If one is wrong the entries that are wrong are searched for and named.
    seed : int
        Of the directions, and of the points nearby.

    Returns
    -------
    FunctionCheck
        A verdict for each entry: pass, fail or undecided.

    Raises
    ------
    InvalidTypeError, InvalidValueError
        When the function returns no single finite number, or another number when it is called again.
    ShapeError
        When the gradient is not built as the point is.

    Examples
    --------
    >>> import numpy as np
    >>> report = check_function(lambda x: np.sum(x**3), lambda x: 3 * x**2, np.array([0.5, -2.0]))
    >>> report.passed
    True
    >>> wrong = check_function(lambda x: np.sum(x**3), lambda x: 3 * x**2 * [1, 1 + 1e-6], [0.5, -2.0])
    >>> [row.name for row in wrong.rows if row.verdict == "fail"]
    ['[1]']
    """
    if gradient is None:
        function, gradient, point = of_framework(function, point)
    probe = _Probe(function, gradient, Point(point), accept.count("the seed", seed, least=0))
    if directions is None:
        rows = [probe.entry(place) for place in range(probe.x.size)]
        return FunctionCheck(tuple(rows), probe.x.size, 0, probe.way)
    count = accept.count("the number of directions", directions, least=1)
    rows = [probe.along(direction, f"direction {n}") for n, direction in enumerate(probe.drawn(count), 1)]
    wrong = [row.verdict == "fail" for row in rows]
    if any(wrong):
        rows += probe.located(probe.drawn(count)[wrong.index(True)])
    return FunctionCheck(tuple(rows), probe.x.size, count, probe.way)


class _Probe:
    """A function and its gradient at one point.

    Parameters
    ----------
    function, gradient : callable
        As in `check_function`.
    point : Point
        The point.
    seed : int
        Of everything that is drawn.
    """

    def __init__(
        self, function: Callable[[Any], Any], gradient: Callable[[Any], Any], point: Point, seed: int
    ) -> None:
        self.function, self.gradient, self.point, self.seed = function, gradient, point, seed
        self.x = point.vector
        self.here = self.value(self.x)
        if self.value(self.x) != self.here:
            was = Words("another number when it was called again")
            raise InvalidValueError(
                sentence("what the function returns", was, "the same for the same point", "fix its seed")
            )
        self.analytic = self.slopes(self.x)
        self.sizes = self._sizes()

    @property
    def way(self) -> str:
        """Where the derivatives that decide come from."""
        return "the complex step" if self.takes_complex else "differences extrapolated to a step of 0"

    def value(self, vector: Array) -> float:
        """Return the function's value at a point of real numbers."""
        result = np.asarray(self.function(self.point.filled(vector)))
        thing = "what the function returns"
        if result.size != 1 or result.dtype.kind not in "fiu":
            was = Words(f"an array of shape {result.shape}") if result.size != 1 else result
            raise InvalidTypeError(sentence(thing, was, "a single real number"))
        value = float(result.reshape(()))
        if vector is self.x and not np.isfinite(value):
            raise InvalidValueError(sentence(thing, value, "a finite number"))
        return value

    def slopes(self, vector: Array) -> Array:
        """Return the gradient at a point, as a vector."""
        return self.point.gathered(self.gradient(self.point.filled(vector)))

    def line(self, direction: Array, start: Array | None = None) -> Line:
        """Return the function along a line through a point: the one asked for, or another."""
        x = self.x if start is None else start

        def at(t: float | complex) -> complex:
            if isinstance(t, complex):
                return complex(np.asarray(self.function(self.point.filled(x + t * direction))).reshape(()))
            return self.value(x + t * direction)

        return at

    def _sizes(self) -> Array:
        """Return how large each number is: itself or, where it is small, its array's root mean square."""
        sizes = np.abs(self.x)
        for leaf in self.point.leaves:
            part = slice(leaf.start, leaf.stop)
            typical = np.sqrt(np.mean(self.x[part] ** 2)) if leaf.stop > leaf.start else 0.0
            sizes[part] = np.maximum(sizes[part], typical or 1.0)
        return sizes

    def drawn(self, count: int) -> Array:
        """Return random directions, a row each, in which every number moves by a part of its size."""
        return spread(np.random.default_rng([self.seed, 1]), (count, self.x.size)) * self.sizes

    @cached_property
    def takes_complex(self) -> bool:
        """Whether the complex step gives what differences do: not every function takes complex numbers."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                real = self.line(np.zeros_like(self.x))(0j)
                if not np.isclose(real, self.here, rtol=1e-12, atol=0):
                    return False
                rng = np.random.default_rng([self.seed, 2])
                for direction in self.sizes * rng.normal(size=(PROBES, self.x.size)):
                    # Beside the point: a kink in it says nothing of complex numbers.
                    line = self.line(direction, self.x + AWAY * direction[::-1])
                    step = complex_step(line)
                    if step == 0 and line(0.1) != line(-0.1):
                        return False  # it moves, and what is imaginary is lost on the way
                    if not any(abs(each.value - step) <= each.bar for each in estimates(line, 1.0)):
                        return False
        except Exception:
            return False  # whatever it says of complex numbers, it does not take them
        return True

    @cached_property
    def grain(self) -> float:
        """How far rounding moves the function's values."""
        rng = np.random.default_rng([self.seed, 5])
        lines = [self.line(each) for each in self.sizes * rng.normal(size=(PROBES, self.x.size))]
        return max(grain(line, 1.0) for line in lines)

    @cached_property
    def noise(self) -> Array:
        """How much the gradient changes when the last digits of the point do, entry by entry."""
        rng, eps = np.random.default_rng([self.seed, 3]), np.finfo(np.float64).eps
        moved = [
            self.slopes(self.x * (1 + LAST_DIGITS * eps * rng.choice([-1, 1], self.x.size)))
            for _ in range(MOVED)
        ]
        return np.max(np.abs(np.array(moved) - self.analytic), axis=0)

    @cached_property
    def nearby(self) -> list[tuple[Array, Array]]:
        """Points around the one asked for, each with the gradient there."""
        rng = np.random.default_rng([self.seed, 4])
        steps = AWAY * np.where(self.x, self.x, self.sizes)
        points = [self.x + steps * rng.uniform(-1, 1, self.x.size) for _ in range(NEARBY)]
        return [(each, self.slopes(each)) for each in points]

    def entry(self, place: int) -> Row:
        """Return the verdict on one entry."""
        return self.along(only(np.ones_like(self.x), [place]), self.point.entry(place), self.sizes[place])

    def along(self, direction: Array, name: str, size: float = 1.0) -> Row:
        """Return the verdict on the derivative along a line.

        Parameters
        ----------
        direction : array
            Of the line.
        name : str
            What it is called in the report.
        size : float
            How far along the line is far: how large the number is, for an entry.
        """
        slope = _product(self.analytic, direction)
        evidence = Evidence(
            line=self.line(direction),
            slope=slope,
            noise=float(self.noise @ np.abs(direction)) if np.isfinite(slope) else 0.0,
            size=float(size),
            here=self.here,
            grain=self.grain,
            complex_step=self.takes_complex,
            nearby=lambda: [
                (_product(slopes, direction), self.line(direction, start)) for start, slopes in self.nearby
            ],
        )
        return Row(name, slope, *judged(evidence))

    def located(self, direction: Array) -> list[Row]:
        """Return the wrong entries that a wrong direction is made of: by halves, and halves of these."""

        def fails(places: Array) -> bool:
            return self.along(only(direction, places), "").verdict == "fail"

        rows = (self.entry(place) for place in found_by_halves(fails, self.x.size))
        return [row for row in rows if row.verdict == "fail"]


def _product(slopes: Array, direction: Array) -> float:
    """Return the slope along a direction; what is not finite counts only where the direction goes."""
    along = direction != 0
    return float(slopes[along] @ direction[along])
