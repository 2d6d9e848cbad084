"""Trainings that both engines are asked for, and how close they must come to each other."""

from dataclasses import dataclass, field, replace

import numpy as np

import chainrule as cr
from chainrule.engine.blas import scipy_blas
from chainrule.engine.program import prepare as prepare_compiled
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data, Told
from chainrule.network.rows import Plan
from chainrule.reference.program import prepare as prepare_reference
from chainrule.train.blas import one_thread

RULES = (
    cr.GradientDescent(0.01),
    cr.Momentum(0.01, 0.8),
    cr.Momentum(0.01, 0.8, nesterov=True),
    cr.RMSprop(0.002),
    cr.Adagrad(0.01),
    cr.Adam(0.002),
    cr.AdamW(0.002, weight_decay=0.1),
)
# Every loss with every output activation it has a meaning for.
ENDS = [(loss.name, output) for loss in LOSSES.values() for output in (loss.admits or tuple(ACTIVATIONS))]


@dataclass
class Case:
    """A training, whole."""

    network: cr.Network
    rule: object = cr.GradientDescent(0.01)
    rows: int = 5
    batch: int = 3
    penalty: cr.Penalty = field(default_factory=cr.Penalty)
    clip_norm: float | None = None
    schedule: object = field(default_factory=cr.Constant)
    weighted: bool = False
    shuffle: bool = True
    seed: int = 0
    steps: int = 100
    dtype: type = np.float64

    @property
    def start(self):
        random = np.random.default_rng(self.seed)
        theta = random.normal(size=Parameters.initial(self.network).theta.size) * 0.7
        return theta.astype(self.dtype)

    @property
    def data(self):
        random = np.random.default_rng([self.seed, 1])
        loss, outputs = self.network.loss, self.network.sizes[-1]
        X = random.normal(size=(self.rows, self.network.sizes[0]))
        Y = random.normal(size=(self.rows, outputs))
        if loss.targets_sum_to_one:
            Y = np.eye(outputs)[random.integers(0, outputs, self.rows)]
        elif self.network.layers[-1].activation.name == "softmax":
            # Where all errors of a row have one sign, the gradient of a loss by that sign is 0.
            Y = random.dirichlet(np.ones(outputs), size=self.rows)
        elif loss.name == "binary_cross_entropy":
            Y = random.integers(0, 2, size=(self.rows, outputs))
        elif loss.name == "poisson":
            Y = random.poisson(2.0, size=(self.rows, outputs))
        weights = np.append(1, random.integers(0, 3, self.rows - 1)) if self.weighted else None
        return Data.of(self.network, X, Y, weights, self.dtype)

    @property
    def plan(self):
        per_epoch = -(-self.rows // self.batch)
        epochs = max(1, self.steps // per_epoch)
        return Plan(self.rows, self.batch, self.shuffle, epochs, self.schedule, self.clip_norm)

    def compiled(self, **choices):
        given = (self.network, self.rule, self.penalty, self.dtype, min(self.batch, self.rows))
        return prepare_compiled(*given, **{"blas": scipy_blas(), "n_threads": 1, **choices})

    def run_compiled(self, theta=None, **choices):
        program = self.compiled(**choices)
        start = program.start(self.start if theta is None else theta, self.seed)
        with one_thread():
            return program.run(start, self.data, self.plan, self.steps)

    def run_reference(self, theta=None):
        given = (self.network, self.rule, self.penalty, self.dtype, min(self.batch, self.rows))
        program = prepare_reference(*given)
        start = program.start(self.start if theta is None else theta, self.seed)
        with one_thread():
            return program.run(start, self.data, self.plan, self.steps)

    def run_slowly(self, nudged=False):
        """Run the reference in ten pieces; return where it ends, what it told and the size of the terms.

        That is |theta_0| + the sum of |the change in each piece|. Nudged, it runs step by step, and each
        begins one bit away from where the last one ended.
        """
        program = prepare_reference(self.network, self.rule, self.penalty, self.dtype, self.batch)
        state = program.start(self.start, self.seed)
        terms, losses, norms = np.abs(state.theta).astype(np.float64), [], []
        data, plan, random = self.data, self.plan, np.random.default_rng(self.seed)
        size = 1 if nudged else max(1, self.steps // 10)
        with one_thread():
            for first in range(0, self.steps, size):
                after, told = program.run(state, data, plan, min(size, self.steps - first))
                terms += np.abs(after.theta.astype(np.float64) - state.theta)
                losses += told.loss.tolist()
                norms += told.gradient_norm.tolist()
                state = after
                if nudged:
                    towards = random.choice([-np.inf, np.inf], size=len(state.theta)).astype(self.dtype)
                    state = replace(state, theta=np.nextafter(state.theta, towards))
        return state, Told(np.array(losses), np.array(norms)), terms

    def drift(self, theta, terms):
        """Return how far from `theta` the reference ends, in sizes of terms, when it is nudged on its way.

        Where a kink is near or a gradient vanishes, that is far: no two computations meet there.
        """
        return distance(theta, self.run_slowly(nudged=True)[0].theta, terms)


def distance(one, other, terms):
    """Return the largest difference, in sizes of terms."""
    return float((np.abs(one.astype(np.float64) - other) / np.maximum(terms, 1e-300)).max())


def network(sizes, hidden, end, **choices):
    """Return a network with this hidden activation, and this loss and output activation."""
    loss, output = end
    return cr.Network.dense(sizes, hidden=hidden, output=output, loss=loss, **choices)
