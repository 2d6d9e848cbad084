"""The chain-rule product of one weight or bias: every path from it to the loss, each factor with its source.

A product is a sum of terms times factors; the terms are the paths through the next layer, and each
of them is such a product again. They are made when somebody looks at them: a deep network has more
paths than anybody could.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule.display import as_text
from chainrule.errors import UnknownNameError, nearest, sentence
from chainrule.network.activations import RowActivation
from chainrule.network.formula import Add, Formula, Multiply, Number, Quantity, factors_of, substitute
from chainrule.trace.step import Trace

Terms = tuple["Product", ...]


@dataclass(frozen=True)
class Factor:
    """One local derivative.

    Parameters
    ----------
    name : str
        What the reader calls it: "∂net_o1/∂out_h1".
    quantity : Quantity
        The number of the step that it is, or that it is the derivative of: its statement says where
        it comes from.
    tree : Formula
        What it is equal to: ``w5``.
    value : float
        What it is worth.
    """

    name: str
    quantity: Quantity
    tree: Formula
    value: float


@dataclass(frozen=True)
class Product:
    """A sum of terms times factors; without terms, the factors alone.

    Parameters
    ----------
    label : str
        Which way the path goes here: the reader's name of an output, or of a row's loss.
    value : float
        What it is worth, from the step.
    paths : int
        How many paths it holds.
    factors : tuple of Factor
        From the loss towards the parameter.
    branches : callable
        Makes the terms.
    """

    label: str
    value: float
    paths: int
    factors: tuple[Factor, ...]
    branches: Callable[[], Terms] = tuple

    @cached_property
    def terms(self) -> Terms:
        """The terms of the sum: the paths through the next layer, grouped by its units."""
        return self.branches()

    def times(self, factor: Factor, value: float) -> "Product":
        """Return the product with one more factor, and what that is worth."""
        return replace(self, factors=(*self.factors, factor), value=value)

    def called(self, label: str) -> "Product":
        """Return the product under another label."""
        return replace(self, label=label)

    def formula(self, leaf: Callable[[Factor], Formula]) -> Formula:
        """Return the whole product as one formula, all paths written out."""
        return self.around([each.formula(leaf) for each in self.terms], leaf)

    def around(self, terms: Iterable[Formula], leaf: Callable[[Factor], Formula]) -> Formula:
        """Return the product with these formulas as its terms."""
        total = tuple(terms)
        sums = (total[0] if len(total) == 1 else Add(total),) if total else ()
        parts = [*sums, *(leaf(each) for each in self.factors)]
        flat = tuple(factor for part in parts for factor in factors_of(part))
        return parts[0] if len(parts) == 1 else Multiply(flat)

    def every_factor(self) -> Iterator[Factor]:
        """Yield every factor of every path, path by path; a shared one is yielded once a product."""
        for term in self.terms:
            yield from term.every_factor()
        yield from self.factors


def symbol(factor: Factor) -> Formula:
    """Return a factor by its name."""
    return Quantity(factor.name)


def meaning(factor: Factor) -> Formula:
    """Return what a factor is equal to."""
    return factor.tree


def number(factor: Factor) -> Formula:
    """Return a factor's value."""
    return Number(factor.value)


@dataclass(frozen=True)
class Derivation:
    """How the derivative of the loss by one parameter comes about.

    Parameters
    ----------
    trace : Trace
        The step.
    parameter : Quantity
        The weight or bias.
    name : str
        What the reader calls the derivative.
    product : Product
        All paths.

    Examples
    --------
    >>> import chainrule as cr
    >>> w1 = cr.tutorials.load("jain").trace().derive("w1")
    >>> w1.name, w1.product.paths, round(w1.value, 9)
    ('∂E_total/∂w1', 2, 0.000438568)
    >>> [factor.name for factor in w1.product.factors]
    ['∂out_h1/∂net_h1', '∂net_h1/∂w1']
    """

    trace: Trace
    parameter: Quantity
    name: str
    product: Product

    @property
    def value(self) -> float:
        """What the derivative is worth."""
        return self.product.value

    def __str__(self) -> str:
        return as_text(self)


def derive(trace: Trace, name: str) -> Derivation:
    """Return the chain-rule product of a weight or bias.

    Parameters
    ----------
    trace : Trace
        The step.
    name : str
        What the reader calls it, or its derivative.

    Raises
    ------
    UnknownNameError
        When the step has no weight or bias of that name; the nearest is given.

    Examples
    --------
    >>> import chainrule as cr
    >>> w5 = derive(cr.tutorials.load("jain").trace(), "w5")
    >>> [factor.name for factor in w5.product.factors]
    ['∂E_total/∂out_o1', '∂out_o1/∂net_o1', '∂net_o1/∂w5']
    """
    return derivation_of(trace, parameter_called(trace, name))


def derivation_of(trace: Trace, parameter: Quantity) -> Derivation:
    """Return the chain-rule product of a weight or bias that is known; see `derive`."""
    gradient = replace(parameter, name=f"d{parameter.name}")
    return Derivation(trace, parameter, trace.name(gradient), _Paths(trace).of(parameter))


def parameter_called(trace: Trace, name: str) -> Quantity:
    """Return the weight or bias of a name; see `derive`."""
    known = {
        trace.name(each): each
        for kind, layer in trace.given
        if kind in ("W", "b")
        for each in trace.entries(kind, layer)
    }
    gradients = {trace.name(replace(each, name=f"d{each.name}")): each for each in known.values()}
    found = known.get(name) or gradients.get(name)
    if found is None:
        names = list(known)
        some = ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:6])} … {names[-1]}"
        close = nearest(name, names[:10_000])
        raise UnknownNameError(
            sentence("the weight or bias", name, some, f"did you mean {close}?" if close else "")
        )
    return found


class _Paths:
    """Finds the paths of one trace."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.network = trace, trace.network
        self.rows = range(len(trace.start.data.X))

    def of(self, parameter: Quantity) -> Product:
        """Return all paths from a weight or bias to the loss."""
        gradient = replace(parameter, name=f"d{parameter.name}")
        layer, *place = map(int, parameter.indices)
        shared = parameter.name == "b" and self.network.layer(layer).bias == "shared"
        units = range(self.network.layer(layer).units) if shared else place[-1:]
        terms = [self._ending(parameter, r, j) for r in self.rows for j in units]
        terms += self._penalty(parameter)
        value = self.trace.value(gradient)
        if len(terms) == 1:
            return replace(terms[0], value=value)
        return Product("", value, sum(each.paths for each in terms), (), lambda: tuple(terms))

    def _ending(self, parameter: Quantity, r: int, j: int) -> Product:
        """Return the paths of one row through one unit, with the factor that reaches the parameter."""
        layer = int(parameter.indices[0])
        net = Quantity("Z", (layer, r, j))
        name = self._by(net, parameter)
        if parameter.name == "W":
            seen = self._seen(layer - 1, r, int(parameter.indices[1]))
            last = Factor(name, seen, seen, self.trace.value(seen))
        else:
            last = Factor(name, parameter, Number(1), 1.0)
        delta = self._delta(layer, r, j)
        return delta.times(last, delta.value * last.value).called(self.trace.name(net))

    def _penalty(self, parameter: Quantity) -> list[Product]:
        """Return what the penalty adds to the derivative of a weight, as a path of its own."""
        start, l = self.trace.start, int(parameter.indices[0])
        if parameter.name != "W" or not start.penalty or not self.network.layer(l).train_weights:
            return []
        quantity = Quantity("penalty", (self.network.depth,))
        tree = substitute(start.penalty.slope, lambda _: parameter)
        weight = np.array(self.trace.value(parameter))
        value = float(start.penalty.derivative(weight))
        factor = Factor(self._by(quantity, parameter), quantity, tree, value)
        return [Product(self.trace.name(quantity), value, 1, (factor,))]

    def _delta(self, l: int, r: int, j: int) -> Product:
        """Return the paths from the weighted sum of a unit to the loss: delta[l][r,j]."""
        value = self.trace.value(Quantity("delta", (l, r, j)))
        label = self.trace.name(Quantity("A", (l, r, j)))
        if not isinstance(self.network.layer(l).activation, RowActivation):
            return self._upstream(l, r, j).times(self._from_step("slope", l, r, j), value).called(label)
        outputs = range(self.network.sizes[l])
        return Product(
            label,
            value,
            len(outputs) * self._paths_above(l),
            (),
            lambda: tuple(self._through(l, r, k, j) for k in outputs),
        )

    def _through(self, l: int, r: int, k: int, j: int) -> Product:
        """Return the paths from the weighted sum of unit j through the output of unit k of its row."""
        upstream, jacobian = self._upstream(l, r, k), self._from_step("jacobian", l, r, k, j)
        label = self.trace.name(Quantity("A", (l, r, k)))
        return upstream.times(jacobian, upstream.value * jacobian.value).called(label)

    def _upstream(self, l: int, r: int, j: int) -> Product:
        """Return the paths from the output of a unit to the loss: dLoss/dA[l][r,j]."""
        dA = self._from_step("dA", l, r, j)
        if l == self.network.depth:
            return Product("", dA.value, 1, (dA,))
        units = range(self.network.sizes[l + 1])
        masked = self.trace.start.mask(l) is not None
        return Product(
            "",
            dA.value,
            self._paths_above(l),
            (self._mask(l, r, j),) if masked else (),
            lambda: tuple(self._path(l, r, j, k) for k in units),
        )

    def _path(self, l: int, r: int, j: int, k: int) -> Product:
        """Return the paths from the output of a unit through unit k of the next layer."""
        weight = Quantity("W", (l + 1, j, k))
        name = self._by(Quantity("Z", (l + 1, r, k)), self._seen(l, r, j))
        value = self.trace.value(Quantity("path", (l, r, j, k)))
        factor = Factor(name, weight, weight, self.trace.value(weight))
        return self._delta(l + 1, r, k).times(factor, value)

    def _paths_above(self, l: int) -> int:
        """Return how many paths there are from the output of a unit of a layer to the loss."""
        through_rows = (
            self.network.sizes[above]
            if isinstance(self.network.layer(above).activation, RowActivation)
            else 1
            for above in range(l + 1, self.network.depth + 1)
        )
        return math.prod(self.network.sizes[l + 1 :]) * math.prod(through_rows)

    def _seen(self, l: int, r: int, i: int) -> Quantity:
        """Return what the next layer sees of a unit: its output, or what dropout left of it."""
        return Quantity("A" if self.trace.start.mask(l) is None else "passed_on", (l, r, i))

    def _mask(self, l: int, r: int, j: int) -> Factor:
        """Return the factor that dropout puts in."""
        mask = Quantity("mask", (l, r, j))
        name = self._by(Quantity("passed_on", (l, r, j)), Quantity("A", (l, r, j)))
        return Factor(name, mask, mask, self.trace.value(mask))

    def _from_step(self, kind: str, *place: int) -> Factor:
        """Return a local derivative that has a statement of its own."""
        quantity = Quantity(kind, place)
        statement = self.trace.statement(quantity)
        assert statement is not None
        assert statement.tree is not None
        return Factor(self.trace.name(quantity), quantity, statement.tree, statement.value)

    def _by(self, top: Quantity, bottom: Quantity) -> str:
        """Return the name of a derivative that has no statement of its own."""
        return f"∂{self.trace.name(top)}/∂{self.trace.name(bottom)}"
