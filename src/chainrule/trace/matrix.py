"""The same step with matrices: a statement for each layer instead of one for each number.

Four choices, and their combinations, in which books differ: are examples rows or columns, is the
derivative of the activation multiplied entry by entry (Hadamard) or by a diagonal matrix, and does
the bias stand by itself or as one more column of the weights, fed by a unit that is always 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from chainrule.errors import unknown_name
from chainrule.network.activations import RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import Formula, Function, Number, Quantity
from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Orientation, check_orientation
from chainrule.trace.build import put
from chainrule.trace.step import Trace

Slopes: TypeAlias = Literal["hadamard", "diagonal"]
Biases: TypeAlias = Literal["vector", "column"]

SLOPES: tuple[Slopes, ...] = ("hadamard", "diagonal")
BIASES: tuple[Biases, ...] = ("vector", "column")


@dataclass(frozen=True)
class Form:
    """Which of the usual matrix forms a step is written in.

    Parameters
    ----------
    orientation : {"from_to", "to_from"}
        "from_to": examples are rows and ``Z = A W``, as in our code. "to_from": examples are columns
        and ``Z = W A``, as in most tutorials.
    slopes : {"hadamard", "diagonal"}
        How the derivative of the activation is multiplied: entry by entry, or as the diagonal of a
        matrix, one for each example.
    biases : {"vector", "column"}
        The bias by itself, or as the last column of the weights of a unit (the last row in
        "from_to"), fed by a unit that is always 1; it is dropped where the error goes back.

    Raises
    ------
    UnknownNameError
        When a word is none of these.
    """

    orientation: Orientation = "from_to"
    slopes: Slopes = "hadamard"
    biases: Biases = "vector"

    def __post_init__(self) -> None:
        check_orientation(self.orientation)
        if self.slopes not in SLOPES:
            raise unknown_name("way to multiply slopes", self.slopes, SLOPES)
        if self.biases not in BIASES:
            raise unknown_name("place of the biases", self.biases, BIASES)


@dataclass(frozen=True)
class MatrixStatement:
    """One matrix of a step: what it is, how it comes about, and its numbers.

    Parameters
    ----------
    part, equation : str
        As for a family.
    quantity : Quantity
        What it is: a kind and a layer, and the example where each has one of its own.
    tree : Formula
        How, in matrices: `MM` is their product, `H` that entry by entry, `T` the transpose, `diag`
        the diagonal matrix, other functions entry by entry.
    value : array, shape (rows, columns)
        The numbers.
    """

    part: str
    equation: str
    quantity: Quantity
    tree: Formula
    value: Array


def matrix(kind: str, layer: int, *example: int) -> Quantity:
    """Return a whole matrix of a step, or that of one example, as a quantity."""
    return Quantity(kind, (layer, *example))


def of(name: str, *arguments: Formula) -> Formula:
    """Return a function of matrices."""
    return Function(name, arguments)


class Matrices:
    """A step in matrices.

    Parameters
    ----------
    trace : Trace
        The step.
    form : Form
        Which of the usual forms.

    Attributes
    ----------
    values : dict of Quantity to array
        Every matrix, given and computed.
    statements : tuple of MatrixStatement
        Those that are computed, in the order of computation.

    Examples
    --------
    >>> import chainrule as cr
    >>> first = Matrices(cr.tutorials.load("jain").trace(), Form("to_from")).statements[0]
    >>> first.quantity.name, first.value.shape
    ('Z', (2, 1))
    """

    def __init__(self, trace: Trace, form: Form = Form()) -> None:
        self.trace, self.form, self.network = trace, form, trace.network
        self.rows = range(len(trace.start.data.X))
        self.values: dict[Quantity, Array] = {}
        self._take_given()
        self.statements = tuple(self._statements())

    def _turned(self, array: Array) -> Array:
        """Return an array of our code in the form's orientation."""
        return array if self.form.orientation == "from_to" else array.T

    def _product(self, left: Formula, right: Formula) -> Formula:
        """Return a product of our code in the form's orientation, in which it stands the other way round."""
        return of("MM", left, right) if self.form.orientation == "from_to" else of("MM", right, left)

    def _take_given(self) -> None:
        """Keep the matrices that came in."""
        given = self.trace.start
        self.values[matrix("A", 0)] = self._turned(given.data.X)
        self.values[matrix("Y", self.network.depth)] = self._turned(given.data.Y)
        self.values[Quantity("eta", (0,))] = np.array([[self.trace.optimizer.learning_rate]])
        for l in self._layers():
            W = given.parameters.W[l]
            self.values[matrix("W", l)] = self._turned(W)
            if (b := self._bias(l, "b")) is not None:
                self.values[matrix("b", l)] = self._turned(b)
                self.values[matrix("V", l)] = self._turned(np.vstack([W, b]))

    def _layers(self) -> range:
        return range(1, self.network.depth + 1)

    def _bias(self, l: int, kind: str) -> Array | None:
        """Return the bias of a layer, or its derivative, as a row with an entry for each unit."""
        layer = self.network.layer(l)
        if layer.bias == "none":
            return None
        return np.broadcast_to(self.trace.array(kind, l), (layer.units,)).reshape(1, -1)

    def _statements(self) -> Iterator[MatrixStatement]:
        """Yield every statement."""
        for l in self._layers():
            yield from self._forward(l)
        for l in reversed(self._layers()):
            yield from self._error(l)
            yield from self._gradients(l)
        if isinstance(self.trace.optimizer, GradientDescent):
            for l in self._layers():
                yield from self._update(l)

    def _stated(
        self, part: str, equation: str, quantity: Quantity, tree: Formula, value: Array
    ) -> MatrixStatement:
        """Make a statement, and keep its value for those that follow."""
        self.values[quantity] = value
        return MatrixStatement(part, equation, quantity, tree, value)

    def _forward(self, l: int) -> Iterator[MatrixStatement]:
        layer, trace = self.network.layer(l), self.trace
        before = matrix(self._seen(l - 1), l - 1)
        Z = self._turned(trace.array("Z", l))
        if layer.bias == "none":
            net = self._product(before, matrix("W", l))
        elif self.form.biases == "column":
            yield self._with_ones(l - 1, before)
            net = self._product(matrix("A1", l - 1), matrix("V", l))
        else:
            net = self._product(before, matrix("W", l)) + matrix("b", l)
        yield self._stated("forward", "F1", matrix("Z", l), net, Z)
        f = self._of_activation(layer.activation.formula, l) or of(layer.activation.name, matrix("Z", l))
        yield self._stated("forward", "F2", matrix("A", l), f, self._turned(trace.array("A", l)))
        if (mask := trace.start.mask(l)) is not None:
            self.values[matrix("mask", l)] = self._turned(mask)
            dropped = of("H", matrix("mask", l), matrix("A", l))
            passed_on = self._turned(trace.array("passed_on", l))
            yield self._stated("forward", "F2", matrix("passed_on", l), dropped, passed_on)

    def _of_activation(self, tree: Formula, l: int, *example: int) -> Formula | None:
        """Return a formula of an activation entry by entry; None where a row is needed as a whole."""
        if isinstance(self.network.layer(l).activation, RowActivation):
            return None
        return put(tree, z=matrix("Z", l, *example), a=matrix("A", l, *example))

    def _of_loss(self) -> Formula:
        """Return the derivative of the loss by the outputs, entry by entry."""
        L, data = self.network.depth, self.trace.start.data
        outputs = Number(self.network.sizes[-1])
        for name, constant in self.network.loss.constants.items():
            self.values[matrix(name, L)] = self._turned(constant.reshape(1, -1))
        tree = put(self.network.loss.slope, a=matrix("A", L), y=matrix("Y", L), q=matrix("q", L), d=outputs)
        if data.row_weights is not None:
            self.values[matrix("w", 0)] = self._turned(data.row_weights.reshape(-1, 1))
            tree = matrix("w", 0) * tree
        return tree if len(self.rows) == 1 and data.row_weights is None else tree / data.normalizer

    def _seen(self, l: int) -> str:
        """Return the name of what the next layer sees of layer l: its outputs, or what dropout left."""
        return "A" if self.trace.start.mask(l) is None else "passed_on"

    def _with_ones(self, l: int, before: Formula) -> MatrixStatement:
        """Return the outputs of a layer with the unit that is always 1."""
        seen = self.trace.array(self._seen(l), l)
        value = self._turned(np.hstack([seen, np.ones((len(seen), 1))]))
        return self._stated("forward", "F1", matrix("A1", l), of("with_ones", before), value)

    def _error(self, l: int) -> Iterator[MatrixStatement]:
        equation = "BP1" if l == self.network.depth else "BP2"
        activation, trace = self.network.layer(l).activation, self.trace
        dA, upstream = matrix("dA", l), self._turned(trace.array("dA", l))
        if l == self.network.depth:
            yield self._stated("backward", equation, dA, self._of_loss(), upstream)
        else:
            back = self._product(matrix("delta", l + 1), of("T", matrix("W", l + 1)))
            if trace.start.mask(l) is not None:
                back = of("H", back, matrix("mask", l))
            yield self._stated("backward", equation, dA, back, upstream)
        delta = self._turned(trace.array("delta", l))
        if isinstance(activation, RowActivation) or self.form.slopes == "diagonal":
            yield from self._by_example(l, equation)
            return
        slope, tree = matrix("slope", l), self._of_activation(activation.slope, l)
        assert tree is not None
        yield self._stated("backward", equation, slope, tree, self._turned(trace.array("slope", l)))
        yield self._stated("backward", equation, matrix("delta", l), of("H", dA, slope), delta)

    def _by_example(self, l: int, equation: str) -> Iterator[MatrixStatement]:
        """Yield delta[l] as a product with a matrix of derivatives, which every example has its own of."""
        activation, trace = self.network.layer(l).activation, self.trace
        whole = self._turned(trace.array("delta", l))
        alone = len(self.rows) == 1
        for r in self.rows:
            example = () if alone else (r,)
            D, dA, delta = (matrix(kind, l, *example) for kind in ("D", "dA", "delta"))
            for kind in ("Z", "A", "dA"):
                self.values[matrix(kind, l, *example)] = self._turned(trace.array(kind, l)[r : r + 1])
            slopes: Array
            slope_of = self._of_activation(activation.slope, l, *example)
            if slope_of is None:
                slopes = trace.array("jacobian", l)[r]  # [k, j]: da_k/dz_j
                tree = of("jacobian", matrix("A", l, *example))
            else:
                slopes = np.diag(trace.array("slope", l)[r])
                tree = of("diag", slope_of)
            yield self._stated("backward", equation, D, tree, self._turned(slopes))
            value = self._turned(trace.array("delta", l)[r : r + 1])
            yield self._stated("backward", equation, delta, self._product(dA, D), value)
        self.values[matrix("delta", l)] = whole

    def _gradients(self, l: int) -> Iterator[MatrixStatement]:
        trace, layer = self.trace, self.network.layer(l)
        kind = self._seen(l - 1)
        dW = trace.array("dW", l)
        pulled = self._penalty(l)
        if layer.bias != "none" and self.form.biases == "column":
            tree = self._product(of("T", matrix("A1", l - 1)), matrix("delta", l))
            db = self.trace.array("delta", l).sum(axis=0, keepdims=True)
            value = np.vstack([dW - pulled, db])
            yield self._stated("backward", "BP4", matrix("dV", l), tree, self._turned(value))
            return
        tree = self._product(of("T", matrix(kind, l - 1)), matrix("delta", l))
        if pulled.any():
            self.values[matrix("pull", l)] = self._turned(pulled)
            tree = tree + matrix("pull", l)
        yield self._stated("backward", "BP4", matrix("dW", l), tree, self._turned(dW))
        if layer.bias != "none":
            shared = layer.bias == "shared"
            summed = of("sum_of_all" if shared else "sum_of_examples", matrix("delta", l))
            value = self._turned(trace.array("db", l).reshape(1, -1))
            yield self._stated("backward", "BP3", matrix("db", l), summed, value)

    def _penalty(self, l: int) -> Array:
        """Return what the penalty adds to the derivative of a layer's weights."""
        start, W = self.trace.start, self.trace.start.parameters.W[l]
        if not start.penalty or not self.network.layer(l).train_weights:
            return np.zeros_like(W)
        pulled: Array = start.penalty.derivative(W)
        return pulled

    def _update(self, l: int) -> Iterator[MatrixStatement]:
        layer = self.network.layer(l)
        W, b = self.trace.array("W_after", l), self._bias(l, "b_after")
        whole = self.form.biases == "column" and layer.bias == "per_unit" and not self._penalty(l).any()
        if whole and b is not None and layer.train_weights and layer.train_bias:
            yield self._stepped("V", l, np.vstack([W, b]))
            return
        if layer.train_weights:
            self.values[matrix("dW", l)] = self._turned(self.trace.array("dW", l))
            yield self._stepped("W", l, W)
        if b is not None and layer.train_bias:
            self.values[matrix("db", l)] = self._turned(self.trace.array("db", l).reshape(1, -1))
            yield self._stepped("b", l, b)

    def _stepped(self, kind: str, l: int, after: Array) -> MatrixStatement:
        """Return what plain gradient descent makes of a matrix."""
        tree = matrix(kind, l) - Quantity("eta", (0,)) * matrix(f"d{kind}", l)
        return self._stated("update", "U", matrix(f"{kind}_after", l), tree, self._turned(after))
