"""Training steps with mistakes in them, written with loops and NumPy, and sharing nothing with `check`.

A step is told by a network as sizes, activations and a loss, weights, rows and an update rule, and returns
its numbers by their names.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

VALUE = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z > 0),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
SLOPE = {
    "sigmoid": lambda z: VALUE["sigmoid"](z) * (1 - VALUE["sigmoid"](z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: 1.0 * (z > 0),
    "identity": np.ones_like,
}
LOSS = {
    "squared_error": lambda a, y: (a - y) ** 2,
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "cross_entropy": lambda a, y: -y * np.log(a),
    "binary_cross_entropy": lambda a, y: -y * np.log(a) - (1 - y) * np.log(1 - a),
}


class Probe(NamedTuple):
    """A network and rows in which little can hide."""

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    W: list
    b: list
    X: np.ndarray
    Y: np.ndarray
    rule: str = "descent"  # or "momentum", "adam", "adamw", "rmsprop"
    shared: bool = False  # one bias for all units of a layer
    frozen: bool = False  # biases are not trained
    l2: float = 0.0


def probe(sizes, activations, loss, rows=3, seed=0, **more) -> Probe:
    rng = np.random.default_rng(seed)
    W = [rng.uniform(-1, 1, shape) for shape in pairwise(sizes)]
    b = [rng.uniform(-0.5, 0.5, 1 if more.get("shared") else size) for size in sizes[1:]]
    X = rng.uniform(-1, 1, (rows, sizes[0]))
    Y = rng.uniform(0.1, 0.9, (rows, sizes[-1]))
    if loss == "cross_entropy":
        Y /= Y.sum(axis=1, keepdims=True)
    return Probe(sizes, activations, loss, W, b, X, Y, **more)


PROBES = {
    "3-4-2-3": probe((3, 4, 2, 3), ("tanh", "tanh", "sigmoid"), "squared_error", rows=5),
    "4-4-4": probe(
        (4, 4, 4), ("sigmoid", "sigmoid"), "half_squared_error", rows=6, seed=1, rule="adam", l2=0.3
    ),
    "2-5-3": probe((2, 5, 3), ("tanh", "softmax"), "cross_entropy", rows=5, seed=2, rule="momentum"),
    "5-3-3-4": probe(
        (5, 3, 3, 4), ("sigmoid", "tanh", "identity"), "half_squared_error", rows=7, seed=3, rule="adamw"
    ),
    "3-6-4": probe((3, 6, 4), ("sigmoid", "sigmoid"), "binary_cross_entropy", rows=3, seed=4, rule="rmsprop"),
}
SHARED = probe((3, 4, 2), ("tanh", "sigmoid"), "squared_error", rows=4, seed=5, shared=True, frozen=True)
ETA, MOMENTUM, DECAY, BETA1, BETA2, EPSILON, WEIGHT_DECAY = 0.5, 0.8, 0.7, 0.8, 0.95, 0.01, 0.2


class Planted:
    """A training with mistakes in layers, counted from 1."""

    def __init__(self, net: Probe, *mistakes: tuple[str, int]) -> None:
        self.net, self.mistakes = net, set(mistakes)
        self.anywhere = {name for name, _ in mistakes}
        self.depth, self.n = len(net.W), len(net.X)
        self.W, self.b = [W.copy() for W in net.W], [b.copy() for b in net.b]
        self.memory: dict = {}
        self.t, self.earlier = 0, None

    def here(self, name: str, l: int) -> bool:
        return (name, l) in self.mistakes

    def forward(self):
        Z, A = [None], [self.net.X]
        for l in range(1, self.depth + 1):
            into, W, b = A[l - 1], self.W[l - 1], self.b[l - 1]
            if self.here("first-input-twice-forward", l):
                into = np.array([[*row[:-1], row[0]] for row in into])
            if self.here("first-weights-twice", l):
                W = np.array([[*row[:-1], row[0]] for row in W])
            if self.here("weights-transposed-forward", l):
                W = W.T
            Z.append(into @ W if self.here("bias-left-out", l) else into @ W + b)
            f = VALUE[self.net.activations[l - 1]]
            A.append(f(Z[l]))
            if self.here("activation-missing", l):
                A[l] = Z[l]
            if self.here("softmax-over-rows", l):
                A[l] = np.exp(Z[l]) / np.exp(Z[l]).sum(axis=0)
        return Z, A

    def loss(self, Z, A) -> float:
        terms = LOSS[self.net.loss](A[-1], self.net.Y)
        mean = np.mean([sum(row) for row in terms])
        for name, factor in self.meant_otherwise().items():
            mean = mean * factor if name in self.anywhere else mean
        penalty = self.net.l2 / 2 * sum(float((W**2).sum()) for W in self.W)
        penalty = 2 * penalty if "penalty-without-half" in self.anywhere else penalty
        return mean + (penalty / self.n if "penalty-per-row" in self.anywhere else penalty)

    def meant_otherwise(self):
        return {
            "loss-without-half": 2,
            "loss-with-half": 0.5,
            "sum-over-rows": self.n,
            "mean-over-outputs": 1 / self.net.Y.shape[1],
        }

    def backward(self, Z, A):
        net = self.net
        dW, db, deltas = [None] * self.depth, [None] * self.depth, [None] * self.depth
        earlier, self.new = self.earlier, {}
        for l in range(self.depth, 0, -1):
            if l == self.depth:
                delta = self.output_delta(A[l], Z[l]) / self.n
            else:
                delta = self.hidden_delta(l, delta, Z, A, dW)
            deltas[l - 1] = delta
            dW[l - 1] = np.zeros_like(net.W[l - 1])
            for row in range(self.n):
                into = A[l - 1][row]
                if self.here("own-activations", l):
                    into = A[l][row]
                if self.here("weighted-sums-for-activations", l):
                    into = Z[l - 1][row]
                if self.here("first-input-twice", l):
                    into = np.array([*into[:-1], into[0]])
                if self.here("stale-activations", l) and earlier:
                    into = earlier["A"][l - 1][row]
                part = np.outer(into, delta[row])
                dW[l - 1] = part if self.here("only-last-row", l) else dW[l - 1] + part
            factor = self.n if self.here("weights-not-averaged", l) else 1
            factor /= self.n if self.here("weights-averaged-over-rows-again", l) else 1
            dW[l - 1] = dW[l - 1] * factor
            db[l - 1] = self.bias_gradient(l, delta, A)
            self.penalize(l, dW, db)
            if earlier and self.here("gradients-not-cleared", l):
                dW[l - 1] = dW[l - 1] + earlier["dW"][l - 1]
            if earlier and self.here("bias-gradients-not-cleared", l):
                db[l - 1] = db[l - 1] + earlier["db"][l - 1]
            self.new["W", l] = self.after("W", l, self.W[l - 1], dW[l - 1])
            self.new["b", l] = self.after("b", l, self.b[l - 1], db[l - 1])
        self.earlier = {"A": A, "dW": dW, "db": db}
        return dW, db, deltas

    def output_delta(self, A, Z):
        """The error signal of each row by itself."""
        Y, name = self.net.Y, self.net.activations[-1]
        by_output = {
            "squared_error": lambda: 2 * (A - Y),
            "half_squared_error": lambda: A - Y,
            "cross_entropy": lambda: -Y / A,
            "binary_cross_entropy": lambda: (A - Y) / (A * (1 - A)),
        }[self.net.loss]()
        self.by_output = by_output
        if name == "softmax":
            jacobian = lambda d: np.array(  # noqa: E731
                [(np.diag(a) - np.outer(a, a)) @ each for a, each in zip(A, d, strict=True)]
            )
            delta = A * Y.sum(axis=1, keepdims=True) - Y if "softmax-over-rows" in self.anywhere else None
            delta = jacobian(by_output) if delta is None else delta
        elif "activation-missing" in self.anywhere and self.here("activation-missing", self.depth):
            delta = by_output * SLOPE[name](Z)
        else:
            jacobian = lambda d: d * SLOPE[name](Z)  # noqa: E731
            delta = jacobian(by_output)
        others = {
            "softmax-as-diagonal": lambda: by_output * A * (1 - A),
            "output-derivative-missing": lambda: by_output,
            "shortcut-where-it-does-not-hold": lambda: A - Y,
            "a(1-a)-at-output": lambda: by_output * A * (1 - A),
            "derivative-at-output": lambda: by_output * SLOPE[name](A),
            "derivative-where-it-cancels": lambda: (A - Y) * A * (1 - A),
            "log-derivative-missing": lambda: jacobian(
                -Y if self.net.loss == "cross_entropy" else (1 - Y) - Y
            ),
        }
        for each in self.anywhere & set(others):
            delta = others[each]()
        factors = {
            **self.meant_otherwise(),
            "sign": -1,
            "divided-by-rows-twice": 1 / len(Y),
            "two-too-many": 2,
            "half-too-many": 0.5,
            "sum-where-loss-is-mean": len(Y),
            "divided-by-outputs-too": 1 / Y.shape[1],
        }
        for each in self.anywhere & set(factors):
            delta = delta * factors[each]
        return delta

    def hidden_delta(self, l, delta, Z, A, dW):
        net, W = self.net, self.W[l]
        name = net.activations[l - 1]
        if self.here("hidden-delta-after-update", l):
            W = self.new["W", l + 1]
        if self.here("first-path-twice", l):
            W = np.array([[*row[:-1], row[0]] for row in W])
        if self.here("errors-for-deltas", l):
            back = self.by_output / self.n
            for above in range(self.depth, l, -1):
                back = back @ self.W[above - 1].T
        elif self.here("only-last-path", l):
            back = np.outer(delta[:, -1], W[:, -1])
        elif self.here("weights-not-transposed", l):
            back = delta @ W
        elif self.here("bias-column-not-dropped", l):
            augmented = np.vstack([self.b[l] * np.ones(W.shape[1]), W])
            back = (delta @ augmented.T)[:, : net.sizes[l]]
        else:
            back = delta @ W.T
        slope = SLOPE[name](Z[l])
        if self.here("hidden-derivative-missing", l):
            slope = 1.0
        if self.here("derivative-at-activation", l):
            slope = SLOPE[name](A[l])
        if self.here("derivative-at-next-layer", l):
            slope = SLOPE[name](Z[l + 1])
        if self.here("z(1-z)", l):
            slope = Z[l] * (1 - Z[l])
        if self.here("a(1-a)-everywhere", l):
            slope = A[l] * (1 - A[l])
        if self.here("square-missing-in-tanh", l):
            slope = 1 - A[l]
        if self.here("derivative-of-another-layer", l):
            slope = SLOPE[net.activations[l]](Z[l])
        return back * slope

    def bias_gradient(self, l, delta, A):
        net, width = self.net, delta.shape[1]
        each = delta[-1] if self.here("bias-of-last-row", l) else delta.sum(axis=0)
        if self.here("bias-times-input", l):
            each = sum(delta[row] * A[l - 1][row, 0] for row in range(self.n))
        if self.here("bias-over-the-wrong-axis", l):
            each = delta.sum(axis=1)
        db = each
        if net.shared and not self.here("shared-bias-as-per-unit", l):
            db = np.array([each.mean() if self.here("shared-bias-not-summed", l) else each.sum()])
        if self.here("bias-never-updated", l):
            db = 0 * db
        if self.here("bias-summed-over-everything", l):
            db = np.full(width, delta.sum())
        db = db * self.n if self.here("bias-not-averaged", l) else db
        return db / self.n if self.here("bias-averaged-over-rows-again", l) else db

    def penalize(self, l, dW, db):
        factor = 2 if "penalty-without-half" in self.anywhere else 1
        strength = self.net.l2 * factor / (self.n if "penalty-per-row" in self.anywhere else 1)
        if not self.here("penalty-not-in-gradient", l):
            dW[l - 1] = dW[l - 1] + strength * self.W[l - 1]
        if self.here("penalty-on-bias", l):
            db[l - 1] = db[l - 1] + strength * self.b[l - 1]

    def after(self, block, l, theta, g):
        """The parameters after the update of this step."""
        if block == "b" and self.net.frozen and "frozen-bias-updated" not in self.anywhere:
            return theta
        t, rule, old = self.t + 1, self.net.rule, self.memory.get((block, l), (0.0, 0.0))
        decay = WEIGHT_DECAY * theta if rule == "adamw" and block == "W" else 0.0
        if rule == "adamw" and self.here("decay-through-means", l):
            g, decay = g + decay, 0.0
        inside = self.here("epsilon-inside-root", l)
        root = lambda v: np.sqrt(v + EPSILON) if inside else np.sqrt(v) + EPSILON  # noqa: E731
        along = g
        if rule == "momentum":
            sign = -1 if self.here("momentum-sign", l) else 1
            part = 1 - MOMENTUM if "momentum-averaged" in self.anywhere else 1
            along = sign * MOMENTUM * old[0] + part * g
            self.memory[block, l] = (along, 0.0)
        if rule == "rmsprop":
            squares = DECAY * old[0] + (1 - DECAY) * g**2
            self.memory[block, l] = (squares, 0.0)
            along = g / root(squares)
        if rule in ("adam", "adamw"):
            first, second = (BETA2, BETA1) if self.here("betas-swapped", l) else (BETA1, BETA2)
            m, v = first * old[0] + (1 - first) * g, second * old[1] + (1 - second) * g * g
            self.memory[block, l] = (m, v)
            corrected = (
                (m, v) if self.here("means-not-corrected", l) else (m / (1 - first**t), v / (1 - second**t))
            )
            along = corrected[0] / root(corrected[1])
        along = along + decay
        return theta + ETA * along if self.here("ascent", l) else theta - ETA * along

    def step(self) -> dict:
        """The numbers of the next step, by their names."""
        Z, A = self.forward()
        found = {"loss": self.loss(Z, A)}
        dW, db, delta = self.backward(Z, A)
        for l in range(1, self.depth + 1):
            self.W[l - 1], self.b[l - 1] = self.new["W", l], self.new["b", l]
        self.t += 1
        Z_after, A_after = self.forward()
        found["loss_after"] = self.loss(Z_after, A_after)
        if "loss-one-update-late" in self.anywhere:
            found["loss"] = found["loss_after"]
        if "loss-one-update-early" in self.anywhere:
            found["loss_after"] = found["loss"]
        late, early = (
            "outputs-one-update-late" in self.anywhere,
            "outputs-one-update-early" in self.anywhere,
        )
        for l in range(1, self.depth + 1):
            found[f"A[{l}]"] = (A_after if late else A)[l]
            found[f"A_after[{l}]"] = (A if early else A_after)[l]
            found[f"delta[{l}]"] = delta[l - 1]
            found[f"dW[{l}]"], found[f"db[{l}]"] = dW[l - 1], db[l - 1]
            found[f"W_after[{l}]"], found[f"b_after[{l}]"] = self.W[l - 1], self.b[l - 1]
        return found


def two_steps(net: Probe, *mistakes: tuple[str, int]) -> list[dict]:
    """Return the numbers of two steps, with mistakes in them."""
    planted = Planted(net, *mistakes)
    return [planted.step(), planted.step()]


def gradients(net: Probe, *mistakes: tuple[str, int]):
    """Return the gradients by the weights and biases, with mistakes in layers."""
    planted = Planted(net, *mistakes)
    dW, db, _ = planted.backward(*planted.forward())
    return dW, db
