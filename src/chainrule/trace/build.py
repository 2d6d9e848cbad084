"""Making the trace of one training step: each equation as a family of statements.

The values are the reference's own, from one forward and one backward pass; the trees say how a
person gets them. A test evaluates every tree and meets the values.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from chainrule.network.activations import RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import Add, Formula, Index, Number, Quantity, Sum, substitute
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.backward import add_penalty, backward_pass
from chainrule.reference.forward import Masks, Tape, data_loss, forward_pass, loss_terms, penalty_loss
from chainrule.reference.update import Slots, init, update
from chainrule.trace.naming import Naming
from chainrule.trace.step import Family, Start, Trace, blocks
from chainrule.trace.updates import rule


def trace_step(
    network: Network,
    parameters: Parameters,
    data: Data,
    optimizer: Optimizer,
    penalty: Penalty,
    *,
    slots: Slots | None = None,
    t: int = 1,
    masks: Masks | None = None,
    naming: Naming | None = None,
    title: str = "",
) -> Trace:
    """Trace one whole training step, always in float64.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network as it stands.
    data : Data
        The rows of the step.
    optimizer, penalty : Optimizer, Penalty
        The update rule, and the penalty on the weights.
    slots, t : mapping of str to array, int
        What the rule remembers, and which step this is, from 1; by default the first.
    masks : ByLayer, optional
        Dropout masks.
    naming : Naming, optional
        How the reader calls things; by default as in our code.
    title : str
        What it is a trace of.
    """
    parameters = parameters.astype(np.float64)
    slots = init(optimizer, parameters.theta) if slots is None else slots
    start = Start(network, parameters, data, optimizer, penalty, slots, t, masks)
    naming = replace(naming or Naming(), rows_shown=len(data.X) > 1)
    with np.errstate(over="ignore", invalid="ignore"):
        return Trace(start, tuple(_Step(start).families()), naming, title)


def trace_steps(start: Start, steps: int, naming: Naming | None = None, title: str = "") -> Iterator[Trace]:
    """Yield the traces of several steps in a row on the same rows, each from where the last one ended.

    Parameters
    ----------
    start : Start
        What the first step starts from.
    steps : int
        How many.
    naming, title : Naming, str
        As for `trace_step`; the title also says which step it is.
    """
    for step in range(1, steps + 1):
        of = f"step {step} of {steps}"
        shown = title if steps == 1 else f"{title}, {of}" if title else of.capitalize()
        with np.errstate(over="ignore", invalid="ignore"):
            numbers = _Step(start)
            named = replace(naming or Naming(), rows_shown=len(start.data.X) > 1)
            yield Trace(start, tuple(numbers.families()), named, shown)
        start = replace(start, parameters=numbers.after, slots=numbers.new_slots, t=start.t + 1)


class When(NamedTuple):
    """A forward pass of the step: what its quantities are called, and the parts it belongs to."""

    suffix: str
    forward: str
    loss: str


BEFORE = When("", "forward", "loss")
AFTER = When("_after", "after", "after")


class _Step:
    """The numbers of one step, and the families made of them."""

    def __init__(self, start: Start) -> None:
        self.start, self.network, self.parameters = start, start.network, start.parameters
        self.data, self.optimizer, self.penalty = start.data, start.optimizer, start.penalty
        self.tape = forward_pass(self.network, self.parameters, self.data.X, start.masks)
        self.normalizer = self.data.normalizer
        self.gradients = backward_pass(self.network, self.parameters, self.tape, self.data, self.normalizer)
        add_penalty(self.network, self.parameters, self.gradients, self.penalty)
        self.after, self.new_slots = update(
            self.optimizer, self.parameters, self.gradients, start.slots, start.t
        )

    def families(self) -> Iterator[Family]:
        """Yield every family in the order in which people compute them."""
        L = self.network.depth
        yield from self._forward_and_loss(BEFORE, self.parameters, self.tape)
        for l in range(L, 0, -1):
            yield from self._error(l)
            yield from self._gradients(l)
        for l in range(1, L + 1):
            yield from self._update(l)
        tape = forward_pass(self.network, self.after, self.data.X, self.start.masks)
        yield from self._forward_and_loss(AFTER, self.after, tape)

    def _family(
        self,
        part: str,
        equation: str,
        quantity: Quantity,
        tree: Formula | None,
        values: Array | Callable[[], Array],
        **sizes: int,
    ) -> Family:
        """Make a family; the letters run over rows r, inputs i, units j and the next layer's units k."""
        layer = int(quantity.indices[0])
        widths = self.network.sizes
        runs = {"r": len(self.data.X), "i": widths[layer - 1], "j": widths[layer]}
        if layer < self.network.depth:
            runs["k"] = widths[layer + 1]
        return Family(part, equation, quantity, tree, {**runs, **sizes}, values)

    def _forward_and_loss(self, when: When, parameters: Parameters, tape: Tape) -> Iterator[Family]:
        """Yield the forward pass and the loss: before the update, or with the new parameters."""
        for l in range(1, self.network.depth + 1):
            yield from self._forward(l, when, tape)
        yield from self._loss(when, parameters, tape)

    def _forward(self, l: int, when: When, tape: Tape) -> Iterator[Family]:
        layer, f, after = self.network.layer(l), self.network.layer(l).activation, when.suffix
        seen = Quantity(self._seen(l - 1, after), (l - 1, "r", "i"))
        net: Formula = Sum(Quantity(f"W{after}", (l, "i", "j")) * seen, "i")
        if layer.bias != "none":
            net = net + Quantity(f"b{after}", (l, 0 if layer.bias == "shared" else "j"))
        yield self._family(when.forward, "F1", of_unit(f"Z{after}", l), net, tape.Z[l])
        out = in_layer(f.formula, l, after)
        yield self._family(when.forward, "F2", of_unit(f"A{after}", l), out, tape.A[l], k=layer.units)
        if tape.mask(l) is not None:
            dropped = of_unit("mask", l) * of_unit(f"A{after}", l)
            passed_on = of_unit(f"passed_on{after}", l)
            yield self._family(when.forward, "F2", passed_on, dropped, tape.passed_on(l))

    def _seen(self, l: int, after: str = "") -> str:
        """Return the name of what the next layer sees of layer l: its outputs, or what dropout left."""
        if l == 0:
            return "A"
        return f"A{after}" if self.tape.mask(l) is None else f"passed_on{after}"

    def _loss(self, when: When, parameters: Parameters, tape: Tape) -> Iterator[Family]:
        L, loss, after = self.network.depth, self.network.loss, when.suffix
        each = of_unit(f"loss_term{after}", L)
        values = loss_terms(self.network, tape, self.data.Y)
        yield self._family(when.loss, "loss", each, self._in_loss(loss.formula, after), values)
        added = penalty_loss(self.network, parameters, self.penalty)
        total = self._over_rows(Sum(each, "j"))
        if self.penalty:
            yield self._penalty(when, added)
            total = total + Quantity(f"penalty{after}", (L,))
        value = data_loss(self.network, tape, self.data) / self.normalizer + added
        yield self._family(when.loss, "loss", Quantity(f"loss{after}", (L,)), total, value)

    def _penalty(self, when: When, value: Array) -> Family:
        """Return the penalty: a sum over the trained weights of every layer, each with letters of its own."""
        parts: list[Formula] = []
        sizes: dict[str, int] = {}
        for l, layer in enumerate(self.network.layers, start=1):
            if layer.train_weights:
                i, j = f"i{l}", f"j{l}"
                sizes |= {i: layer.inputs, j: layer.units}
                weight = Quantity(f"W{when.suffix}", (l, i, j))
                parts.append(Sum(Sum(put(self.penalty.formula, w=weight), j), i))
        tree = Add(tuple(parts)) if parts else Number(0)
        quantity = Quantity(f"penalty{when.suffix}", (self.network.depth,))
        return self._family(when.loss, "loss", quantity, tree, value, **sizes)

    def _in_loss(self, tree: Formula, after: str = "") -> Formula:
        """Put the output's quantities into a formula of the loss row."""
        L = self.network.depth
        quantile, outputs = Quantity("q", (L, "j")), Number(self.network.sizes[-1])
        return put(tree, a=of_unit(f"A{after}", L), y=of_unit("Y", L), q=quantile, d=outputs)

    def _over_rows(self, of_a_row: Formula) -> Formula:
        """Return the mean over the rows of what holds for each; weighted where they have weights."""
        if self.data.row_weights is None:
            total: Formula = Sum(of_a_row, "r")
            return total if len(self.data.X) == 1 else total / self.normalizer
        return Sum(Quantity("w", (0, "r")) * of_a_row, "r") / self.normalizer

    def _share_of_row(self, of_a_row: Formula) -> Formula:
        """Return what one row contributes to that mean."""
        if self.data.row_weights is None:
            return of_a_row if len(self.data.X) == 1 else of_a_row / self.normalizer
        return Quantity("w", (0, "r")) * of_a_row / self.normalizer

    def _error(self, l: int) -> Iterator[Family]:
        f, units = self.network.layer(l).activation, self.network.sizes[l]
        Z, A = self.tape.Z[l], self.tape.A[l]
        yield from self._upstream(l)
        if isinstance(f, RowActivation):
            entry = Quantity("jacobian", (l, "r", "k", "j"))
            tree = in_layer(swapped(f.slope), l)
            values = f.jacobian(Z, A)
            yield self._family("backward", equation_of(l, self.network), entry, tree, values, k=units)
            delta: Formula = Sum(Quantity("dA", (l, "r", "k")) * entry, "k")
        else:
            slope = of_unit("slope", l)
            tree = in_layer(f.slope, l)
            yield self._family("backward", equation_of(l, self.network), slope, tree, f.derivative(Z, A))
            delta = of_unit("dA", l) * slope
        values = self.gradients.delta[l]
        yield self._family(
            "backward", equation_of(l, self.network), of_unit("delta", l), delta, values, k=units
        )

    def _upstream(self, l: int) -> Iterator[Family]:
        """Yield dLoss/dA: at the output from the loss, below it along each path to the next layer."""
        dA = of_unit("dA", l)
        if l == self.network.depth:
            tree = self._share_of_row(self._in_loss(self.network.loss.slope))
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = self.network.loss.derivative(self.tape.A[l], self.data.Y)
            values = self.data.weigh(slope) / self.normalizer
            yield self._family("backward", "BP1", dA, tree, values)
            return
        delta, W = self.gradients.delta[l + 1], self.parameters.W[l + 1]
        path = Quantity("path", (l, "r", "j", "k"))
        along = Quantity("delta", (l + 1, "r", "k")) * Quantity("W", (l + 1, "j", "k"))
        yield self._family("backward", "BP2", path, along, lambda: delta[:, np.newaxis, :] * W)
        paths: Formula = Sum(path, "k")
        values = delta @ W.T
        if (mask := self.tape.mask(l)) is not None:
            paths, values = of_unit("mask", l) * paths, values * mask
        yield self._family("backward", "BP2", dA, paths, values)

    def _gradients(self, l: int) -> Iterator[Family]:
        layer = self.network.layer(l)
        seen = Quantity(self._seen(l - 1), (l - 1, "r", "i"))
        dW: Formula = Sum(of_unit("delta", l) * seen, "r")
        if self.penalty and layer.train_weights:
            dW = dW + put(self.penalty.slope, w=Quantity("W", (l, "i", "j")))
        yield self._family("backward", "BP4", Quantity("dW", (l, "i", "j")), dW, self.gradients.W[l])
        if (db := self.gradients.b[l]) is not None:
            if layer.bias == "shared":
                tree: Formula = Sum(Sum(of_unit("delta", l), "j"), "r")
                yield self._family("backward", "BP3", Quantity("db", (l, 0)), tree, db[0])
            else:
                tree = Sum(of_unit("delta", l), "r")
                yield self._family("backward", "BP3", Quantity("db", (l, "j")), tree, db)

    def _update(self, l: int) -> Iterator[Family]:
        layer = self.network.layer(l)
        yield from self._update_of("W", l, ("i", "j"), layer.train_weights)
        if layer.bias != "none":
            indices: tuple[Index, ...] = (0,) if layer.bias == "shared" else ("j",)
            yield from self._update_of("b", l, indices, layer.train_bias)

    def _update_of(self, letter: str, l: int, indices: tuple[Index, ...], trained: bool) -> Iterator[Family]:
        place = (l, *indices)
        old, new = Quantity(letter, place), Quantity(f"{letter}_after", place)
        values = blocks(l, self.after)[letter, l]
        if not trained:
            yield self._family("update", "frozen", new, old, at_place(values, indices))
            return
        known = {"theta": old, "dtheta": Quantity(f"d{letter}", place), "eta": Quantity("eta", (0,))}
        for name in self.new_slots:
            known[name] = Quantity(f"{name}_{letter}", place)
            known[f"{name}_after"] = Quantity(f"{name}_{letter}_after", place)
        for name, tree in rule(self.optimizer, Quantity("t", (0,)), decays=letter == "W").items():
            if name != "theta":
                slot = blocks(l, self.parameters.like(self.new_slots[name]))[letter, l]
                filled = put(tree, **known)
                yield self._family("update", "U", known[f"{name}_after"], filled, at_place(slot, indices))
            else:
                yield self._family("update", "U", new, put(tree, **known), at_place(values, indices))


def of_unit(name: str, l: int) -> Quantity:
    """Return a quantity that every row and unit of a layer has."""
    return Quantity(name, (l, "r", "j"))


def put(tree: Formula, **known: Formula) -> Formula:
    """Put formulas in the place of the quantities of these names; others stay."""
    return substitute(tree, lambda quantity: known.get(quantity.name, quantity))


def in_layer(tree: Formula, l: int, after: str = "") -> Formula:
    """Put a layer's Z and A for the ``z`` and ``a`` of an activation's row, with or without its own index."""

    def place(quantity: Quantity) -> Formula:
        if quantity.name in ("z", "a"):
            unit = quantity.indices[0] if quantity.indices else "j"
            return Quantity(f"{quantity.name.upper()}{after}", (l, "r", unit))
        return quantity

    return substitute(tree, place)


def swapped(tree: Formula) -> Formula:
    """Exchange the letters j and k: from da[j]/dz[k] to da[k]/dz[j]."""
    other = {"j": "k", "k": "j"}

    def swap(quantity: Quantity) -> Formula:
        return Quantity(quantity.name, tuple(other.get(str(index), index) for index in quantity.indices))

    return substitute(tree, swap)


def equation_of(l: int, network: Network) -> str:
    """Return which equation gives delta[l]."""
    return "BP1" if l == network.depth else "BP2"


def at_place(values: Array, indices: tuple[Index, ...]) -> Array:
    """Return the values of a family: all of them, or the one bias that a layer shares."""
    return values[0] if indices == (0,) else values
