"""Making the trace of one training step: each equation as a family of statements.

The values are the reference's own, from one forward and one backward pass; the trees say how a
person gets them. A test evaluates every tree and meets the values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from chainrule.network.activations import RowActivation
from chainrule.network.array import Array
from chainrule.network.formula import Add, Formula, Index, Number, Quantity, Sum, substitute
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import Penalty
from chainrule.network.program import Data
from chainrule.reference.backward import Gradients, add_penalty, backward_pass
from chainrule.reference.forward import (
    Masks,
    Tape,
    data_loss,
    forward_pass,
    loss_of,
    loss_terms,
    penalty_loss,
)
from chainrule.reference.update import Slots, init, update
from chainrule.trace.naming import Naming
from chainrule.trace.step import Family, Trace
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
    naming = naming or Naming()
    naming = replace(naming, rows_shown=len(data.X) > 1)
    with np.errstate(over="ignore", invalid="ignore"):
        step = _Step(network, parameters.astype(np.float64), data, optimizer, penalty, slots, t, masks)
        return Trace(network, optimizer, step.given(), tuple(step.families()), naming, title)


class _Step:
    """The numbers of one step, and the families made of them."""

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        data: Data,
        optimizer: Optimizer,
        penalty: Penalty,
        slots: Slots | None,
        t: int,
        masks: Masks | None,
    ) -> None:
        self.network, self.parameters, self.data = network, parameters, data
        self.optimizer, self.penalty, self.t = optimizer, penalty, t
        self.slots = init(optimizer, parameters.theta) if slots is None else slots
        self.tape: Tape = forward_pass(network, parameters, data.X, masks)
        self.normalizer = data.normalizer
        self.gradients: Gradients = backward_pass(network, parameters, self.tape, data, data.normalizer)
        add_penalty(network, parameters, self.gradients, penalty)
        self.after, self.new_slots = update(optimizer, parameters, self.gradients, self.slots, t)

    def given(self) -> Mapping[tuple[str, Index], Array]:
        """Return the numbers that came in, under (name, layer)."""
        L = self.network.depth
        given: dict[tuple[str, Index], Array] = {
            ("A", 0): self.tape.A[0],
            ("Y", L): self.data.Y.astype(np.float64),
            ("eta", 0): np.array(self.optimizer.learning_rate),
        }
        given |= {(name, L): value for name, value in self.network.loss.constants.items()}
        if self.data.row_weights is not None:
            given["w", 0] = self.data.row_weights
        for l in range(1, L + 1):
            given |= blocks(l, self.parameters)
            for name, slot in self.slots.items():
                given |= blocks(l, self.parameters.like(slot), f"{name}_")
            if (mask := self.tape.mask(l)) is not None:
                given["mask", l] = mask
        return given

    def families(self) -> Iterator[Family]:
        """Yield every family in the order in which people compute them."""
        L = self.network.depth
        for l in range(1, L + 1):
            yield from self._forward(l)
        yield from self._loss()
        for l in range(L, 0, -1):
            yield from self._error(l)
            yield from self._gradients(l)
        for l in range(1, L + 1):
            yield from self._update(l)
        yield self._loss_after()

    def _family(
        self,
        part: str,
        equation: str,
        quantity: Quantity,
        tree: Formula | None,
        values: Array,
        **sizes: int,
    ) -> Family:
        """Make a family; the letters run over rows r, inputs i, units j and the next layer's units k."""
        layer = int(quantity.indices[0])
        widths = self.network.sizes
        runs = {"r": len(self.data.X), "i": widths[layer - 1], "j": widths[layer]}
        if layer < self.network.depth:
            runs["k"] = widths[layer + 1]
        return Family(part, equation, quantity, tree, {**runs, **sizes}, np.asarray(values, np.float64))

    def _forward(self, l: int) -> Iterator[Family]:
        layer, f = self.network.layer(l), self.network.layer(l).activation
        seen = "A" if self.tape.mask(l - 1) is None else "passed_on"
        net: Formula = Sum(Quantity("W", (l, "i", "j")) * Quantity(seen, (l - 1, "r", "i")), "i")
        if layer.bias != "none":
            net = net + Quantity("b", (l, 0 if layer.bias == "shared" else "j"))
        yield self._family("forward", "F1", of_unit("Z", l), net, self.tape.Z[l])
        out = in_layer(f.formula, l)
        yield self._family("forward", "F2", of_unit("A", l), out, self.tape.A[l], k=layer.units)
        if self.tape.mask(l) is not None:
            dropped = of_unit("mask", l) * of_unit("A", l)
            passed_on = of_unit("passed_on", l)
            yield self._family("forward", "F2", passed_on, dropped, self.tape.passed_on(l))

    def _loss(self) -> Iterator[Family]:
        L, loss = self.network.depth, self.network.loss
        each = of_unit("loss_term", L)
        values = loss_terms(self.network, self.tape, self.data.Y)
        yield self._family("loss", "loss", each, self._in_loss(loss.formula), values)
        added = penalty_loss(self.network, self.parameters, self.penalty)
        total = self._over_rows(Sum(each, "j"))
        if self.penalty:
            yield self._penalty(added)
            total = total + Quantity("penalty", (L,))
        value = data_loss(self.network, self.tape, self.data) / self.normalizer + added
        yield self._family("loss", "loss", Quantity("loss", (L,)), total, value)

    def _penalty(self, value: Array) -> Family:
        """Return the penalty: a sum over the trained weights of every layer, each with letters of its own."""
        parts: list[Formula] = []
        sizes: dict[str, int] = {}
        for l, layer in enumerate(self.network.layers, start=1):
            if layer.train_weights:
                i, j = f"i{l}", f"j{l}"
                sizes |= {i: layer.inputs, j: layer.units}
                weight = Quantity("W", (l, i, j))
                parts.append(Sum(Sum(put(self.penalty.formula, w=weight), j), i))
        tree = Add(tuple(parts)) if parts else Number(0)
        return self._family("loss", "loss", Quantity("penalty", (self.network.depth,)), tree, value, **sizes)

    def _in_loss(self, tree: Formula) -> Formula:
        """Put the output's quantities into a formula of the loss row."""
        L = self.network.depth
        quantile, outputs = Quantity("q", (L, "j")), Number(self.network.sizes[-1])
        return put(tree, a=of_unit("A", L), y=of_unit("Y", L), q=quantile, d=outputs)

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
        yield self._upstream(l)
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

    def _upstream(self, l: int) -> Family:
        """Return dLoss/dA: at the output from the loss, below it from the deltas of the next layer."""
        if l == self.network.depth:
            tree = self._share_of_row(self._in_loss(self.network.loss.slope))
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = self.network.loss.derivative(self.tape.A[l], self.data.Y)
            return self._family(
                "backward", "BP1", of_unit("dA", l), tree, self.data.weigh(slope) / self.normalizer
            )
        paths: Formula = Sum(Quantity("delta", (l + 1, "r", "k")) * Quantity("W", (l + 1, "j", "k")), "k")
        values = self.gradients.delta[l + 1] @ self.parameters.W[l + 1].T
        if (mask := self.tape.mask(l)) is not None:
            paths, values = of_unit("mask", l) * paths, values * mask
        return self._family("backward", "BP2", of_unit("dA", l), paths, values)

    def _gradients(self, l: int) -> Iterator[Family]:
        layer = self.network.layer(l)
        seen = "A" if self.tape.mask(l - 1) is None else "passed_on"
        dW: Formula = Sum(of_unit("delta", l) * Quantity(seen, (l - 1, "r", "i")), "r")
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
        for name in self.slots:
            known[name] = Quantity(f"{name}_{letter}", place)
            known[f"{name}_after"] = Quantity(f"{name}_{letter}_after", place)
        for name, tree in rule(self.optimizer, self.t, decays=letter == "W").items():
            if name != "theta":
                slot = blocks(l, self.parameters.like(self.new_slots[name]))[letter, l]
                filled = put(tree, **known)
                yield self._family("update", "U", known[f"{name}_after"], filled, at_place(slot, indices))
            else:
                yield self._family("update", "U", new, put(tree, **known), at_place(values, indices))

    def _loss_after(self) -> Family:
        value = loss_of(self.network, self.after, self.data, self.penalty, self.tape.masks)
        return self._family("after", "loss", Quantity("loss_after", (self.network.depth,)), None, value)


def of_unit(name: str, l: int) -> Quantity:
    """Return a quantity that every row and unit of a layer has."""
    return Quantity(name, (l, "r", "j"))


def put(tree: Formula, **known: Formula) -> Formula:
    """Put formulas in the place of the quantities of these names; others stay."""
    return substitute(tree, lambda quantity: known.get(quantity.name, quantity))


def in_layer(tree: Formula, l: int) -> Formula:
    """Put a layer's Z and A for the ``z`` and ``a`` of an activation's row, with or without its own index."""

    def place(quantity: Quantity) -> Formula:
        if quantity.name in ("z", "a"):
            unit = quantity.indices[0] if quantity.indices else "j"
            return Quantity(quantity.name.upper(), (l, "r", unit))
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


def blocks(l: int, values: Parameters, prefix: str = "") -> dict[tuple[str, Index], Array]:
    """Return a layer's weights, and biases where it has them, under (name, layer)."""
    found: dict[tuple[str, Index], Array] = {(f"{prefix}W", l): values.W[l]}
    if (bias := values.b[l]) is not None:
        found[f"{prefix}b", l] = bias
    return found


def at_place(values: Array, indices: tuple[Index, ...]) -> Array:
    """Return the values of a family: all of them, or the one bias that a layer shares."""
    return values[0] if indices == (0,) else values
