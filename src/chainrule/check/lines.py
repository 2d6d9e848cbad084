"""Training steps, line by line, in which any line of any layer can be replaced by another.

The lines are the equations of the reference. A mistake is another line in its place: what comes after it
goes on with what it gives, in this step and in the next ones.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.optimizers import AdamW, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.penalties import NO_PENALTY, Penalty
from chainrule.network.program import Data
from chainrule.reference import equations
from chainrule.reference.update import RULES, Slots, init


class Setting(NamedTuple):
    """What some steps start from, and what is known of how they are taken.

    Parameters
    ----------
    network, parameters : Network, Parameters
        The network, in float64.
    data : Data
        The rows of every step.
    optimizer : Optimizer, optional
        The update rule; without it only what comes before the update is known.
    penalty : Penalty
        On the weights.
    slots : mapping of str to array, optional
        What the rule remembers; by default nothing yet.
    t : int
        Which step the first one is, from 1.
    steps : int
        How many.
    loss_known : bool
        Whether it is known which loss the gradients are meant to be of: a loss was given with them.
    """

    network: Network
    parameters: Parameters
    data: Data
    optimizer: Optimizer | None = None
    penalty: Penalty = NO_PENALTY
    slots: Slots | None = None
    t: int = 1
    steps: int = 1
    loss_known: bool = False


Block: TypeAlias = Literal["W", "b"]
BLOCKS: tuple[Block, ...] = ("W", "b")
ByLayer: TypeAlias = dict[int, Array]
_Left: TypeAlias = tuple[ByLayer, ByLayer, dict[tuple[str, int], Slots]]


class At:
    """Where a step is: all that is known so far, from which a line computes the next thing.

    Parameters
    ----------
    setting : Setting
        The network, its rows and its update rule.
    before : At, optional
        The step before; the first one starts from the setting.

    Attributes
    ----------
    t : int
        Which step this is, from 1.
    l : int
        The layer that the next line is for.
    block : str
        Of a line for each array of parameters, whether it is for the weights or the bias.
    Z, A, delta, dW, db, W_after, b_after : dict of int to array
        What was computed, by layer; ``A[0]`` is X.
    W, b : dict of int to array
        The weights and biases before the step; a layer without a bias is not in b.
    slots : dict
        What the update rule remembers after the step, by block and layer.
    """

    def __init__(self, setting: Setting, before: "At | None" = None) -> None:
        self.setting, self.before = setting, before
        self.network, self.data = setting.network, setting.data
        self.t: int = before.t + 1 if before else setting.t
        self.l = 0
        self.block: Block = "W"
        if before:
            before.before = None  # a step sees the one before it and no farther back
        self.W, self.b, self.slots_before = before.left() if before else _start(setting)
        self.Z: ByLayer = {}
        self.A: ByLayer = {0: self.data.X}
        self.delta: ByLayer = {}
        self.dW: ByLayer = {}
        self.db: ByLayer = {}
        self.W_after: ByLayer = {}
        self.b_after: ByLayer = {}
        self.slots: dict[tuple[str, int], Slots] = {}

    def left(self) -> _Left:
        """Return what this step leaves to the next one."""
        return self.W_after, self.b_after, self.slots

    @property
    def layer(self) -> Dense:
        """The layer that the next line is for."""
        return self.network.layer(self.l)

    @property
    def f(self) -> Activation:
        """Its activation."""
        return self.layer.activation

    @property
    def theta(self) -> Array:
        """Its weights or its bias, before the step."""
        return (self.W if self.block == "W" else self.b)[self.l]

    @property
    def dtheta(self) -> Array:
        """Their gradient."""
        return (self.dW if self.block == "W" else self.db)[self.l]

    @property
    def trained(self) -> bool:
        """Whether training changes them."""
        return self.layer.train_weights if self.block == "W" else self.layer.train_bias

    @property
    def rule(self) -> Optimizer:
        """The update rule."""
        assert self.setting.optimizer is not None  # without a rule there is no line that asks for it
        return self.setting.optimizer

    def along(self, rule: Optimizer | None = None) -> Array:
        """Return the direction in which a rule steps, by default the right one, and remember its slots."""
        rule = rule or self.rule
        here = self.block, self.l
        direction, self.slots[here] = RULES[type(rule)].direction(
            rule, self.dtheta, self.slots_before[here], self.t
        )
        return direction + self.decay

    @property
    def remembered(self) -> Slots:
        """What the rule remembers of these parameters, this step's gradient in it."""
        self.along()
        return self.slots[self.block, self.l]

    @property
    def decay(self) -> Array | float:
        """What the decay of AdamW adds to the direction."""
        decays = isinstance(self.rule, AdamW) and self.block == "W"
        return self.rule.weight_decay * self.theta if decays else 0.0  # type: ignore[union-attr]

    def stepped(self, direction: Array) -> Array:
        """Return these parameters a step further in a direction; frozen ones stay."""
        return equations.U(self.theta, self.rule.learning_rate, direction) if self.trained else self.theta

    def per_row(self, of_rows: Array) -> Array:
        """Return what each row gives by itself as its part of the mean over the rows."""
        return self.data.weigh(of_rows) / self.data.normalizer


Line: TypeAlias = Callable[[At], Array]
Place: TypeAlias = tuple[str, int]  # the name of an equation, and a layer


class Result(NamedTuple):
    """What an array of numbers is.

    Parameters
    ----------
    name : str
        "Z", "A", "delta", "dW", "db", "loss", and "W_after", "b_after", "Z_after", "A_after", "loss_after".
    layer : int
        Of which layer; a loss is of the last.
    step : int
        Of which step, from 1.
    """

    name: str
    layer: int
    step: int = 1

    def __str__(self) -> str:
        of_step = f" of step {self.step}" if self.step > 1 else ""
        return (
            f"{self.name}{of_step}" if self.name.startswith("loss") else f"{self.name}[{self.layer}]{of_step}"
        )


Numbers: TypeAlias = dict[Result, Array]


def F1(at: At) -> Array:
    """Return Z[l]."""
    return equations.F1(at.A[at.l - 1], at.W[at.l], at.b.get(at.l))


def F2(at: At) -> Array:
    """Return A[l]."""
    return equations.F2(at.f, at.Z[at.l])


def loss(at: At) -> Array:
    """Return the mean of the rows' losses."""
    pair = at.network.loss.paired(at.f)
    terms = pair.terms(at.Z[at.l], at.data.Y) if pair else at.network.loss.terms(at.A[at.l], at.data.Y)
    return at.per_row(terms).sum()


def BP1(at: At) -> Array:
    """Return delta[L]."""
    return at.per_row(equations.BP1(at.network.loss, at.f, at.Z[at.l], at.A[at.l], at.data.Y))


def BP2(at: At) -> Array:
    """Return delta[l] of a hidden layer."""
    return equations.BP2(at.delta[at.l + 1], at.W[at.l + 1], at.f, at.Z[at.l], at.A[at.l])


def BP3(at: At) -> Array:
    """Return db[l]."""
    return equations.BP3(at.delta[at.l], at.layer.bias)


def BP4(at: At) -> Array:
    """Return dW[l], without the penalty."""
    return equations.BP4(at.A[at.l - 1], at.delta[at.l])


def penalty(at: At) -> Array:
    """Return what the penalty adds to the gradient of a layer's weights, or of its bias."""
    penalized = at.block == "W" and at.layer.train_weights
    return at.setting.penalty.derivative(at.theta) if penalized else np.zeros_like(at.theta)


def penalty_loss(at: At) -> Array:
    """Return what a layer's weights add to the loss."""
    weights = at.W[at.l] if at.layer.train_weights else np.zeros(0)
    return at.setting.penalty.value(weights).sum()


def U(at: At) -> Array:
    """Return a layer's weights, or its bias, after the step."""
    return at.stepped(at.along())


RIGHT: Mapping[str, Line] = {
    each.__name__: each for each in (F1, F2, loss, BP1, BP2, BP3, BP4, penalty, penalty_loss, U)
}


def numbers_of(setting: Setting, replaced: Mapping[Place, Line]) -> Numbers:
    """Run steps, some of their lines replaced, and return every number of them.

    Parameters
    ----------
    setting : Setting
        The network, its rows, its update rule, and how many steps.
    replaced : mapping of (str, int) to callable
        The lines that are others than those of the equations, by equation and layer.
    """
    found: Numbers = {}
    for step, (at, after) in enumerate(_steps(setting, replaced), 1):
        found |= {Result(*place, step): values for place, values in _forwards(at, replaced)}
        for l in range(at.network.depth, 0, -1):
            found |= {Result("delta", l, step): at.delta[l], Result("dW", l, step): at.dW[l]}
            if l in at.db:
                found[Result("db", l, step)] = at.db[l]
        if after is not None:
            for l in range(1, at.network.depth + 1):
                found[Result("W_after", l, step)] = after.W[l]
                if l in after.b:
                    found[Result("b_after", l, step)] = after.b[l]
            found |= {
                Result(f"{name}_after", l, step): values for (name, l), values in _forwards(after, replaced)
            }
    return found


def stepped(setting: Setting, replaced: Mapping[Place, Line]) -> Parameters:
    """Return the parameters after the steps, some of their lines replaced; as for `numbers_of`."""
    *_, (_, last) = _steps(setting, replaced)
    assert last is not None  # it was asked what comes after them
    blocks = [
        block[l].ravel() for l in range(1, last.network.depth + 1) for block in (last.W, last.b) if l in block
    ]
    return setting.parameters.like(np.concatenate(blocks))


def _start(setting: Setting) -> _Left:
    """Return the parameters and slots that the first step starts from."""
    parameters, rule = setting.parameters, setting.optimizer
    layers = range(1, setting.network.depth + 1)
    flat = setting.slots or (init(rule, parameters.theta) if rule else {})
    slots = {name: parameters.like(slot) for name, slot in flat.items()}
    by_block: dict[tuple[str, int], Slots] = {
        (block, l): {name: getattr(slot, block)[l] for name, slot in slots.items()}
        for l in layers
        for block in ("W", "b")
    }
    biases = {l: b for l, b in enumerate(parameters.b, 1) if b is not None}
    return {l: parameters.W[l] for l in layers}, biases, by_block


def _steps(setting: Setting, replaced: Mapping[Place, Line]) -> Iterator[tuple[At, At | None]]:
    """Yield each step and the start of the next one, run forwards; None where no rule says which it is."""
    at = _forward(At(setting), replaced)
    for _ in range(setting.steps):
        _backward(at, replaced)
        after = None if setting.optimizer is None else _forward(At(setting, at), replaced)
        yield at, after
        at = after or at


def _run(at: At, replaced: Mapping[Place, Line], equation: str, l: int) -> Array:
    """Return what the line at a place gives."""
    at.l = l
    return replaced.get((equation, l), RIGHT[equation])(at)


def _forward(at: At, replaced: Mapping[Place, Line]) -> At:
    for l in range(1, at.network.depth + 1):
        at.Z[l] = _run(at, replaced, "F1", l)
        at.A[l] = _run(at, replaced, "F2", l)
    return at


def _backward(at: At, replaced: Mapping[Place, Line]) -> None:
    """Run a step backwards; what a layer becomes is known with its gradient, and is used in the next step."""
    for l in range(at.network.depth, 0, -1):
        at.delta[l] = _run(at, replaced, "BP1" if l == at.network.depth else "BP2", l)
        at.dW[l] = _run(at, replaced, "BP4", l)
        if l in at.b:
            at.db[l] = _run(at, replaced, "BP3", l)
        for block in BLOCKS if l in at.b else BLOCKS[:1]:
            at.block = block
            gradients, after = (at.dW, at.W_after) if block == "W" else (at.db, at.b_after)
            if at.setting.penalty:
                gradients[l] = at.dtheta + _run(at, replaced, "penalty", l)
            if at.setting.optimizer is not None:
                after[l] = _run(at, replaced, "U", l)


def _forwards(at: At, replaced: Mapping[Place, Line]) -> Iterator[tuple[Place, Array]]:
    """Yield what a forward pass computed, in its order, and the loss."""
    for l in range(1, at.network.depth + 1):
        yield from ((("Z", l), at.Z[l]), (("A", l), at.A[l]))
    layers = range(1, at.network.depth + 1)
    added = sum(_run(at, replaced, "penalty_loss", l) for l in layers)
    yield ("loss", at.network.depth), _run(at, replaced, "loss", at.network.depth) + added
