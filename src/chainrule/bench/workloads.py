"""The trainings that are timed: one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from chainrule.network.array import Array
from chainrule.network.lookup import table
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, GradientDescent, Momentum, Optimizer
from chainrule.network.parameters import Parameters

ADAM = Adam(0.001)
Task = Literal["classes", "label", "numbers"]
OUTPUTS: dict[Task, tuple[str, str]] = {
    "classes": ("softmax", "cross_entropy"),
    "label": ("sigmoid", "binary_cross_entropy"),
    "numbers": ("identity", "half_squared_error"),
}


@dataclass(frozen=True)
class Workload:
    """A training: what is learned from what, and how.

    Parameters
    ----------
    name : str
        Its name.
    sizes : tuple of int
        Inputs, units of each hidden layer, outputs.
    rows, batch, epochs : int
        Rows of the data, rows of a step, and how often every row is visited.
    task : {"classes", "label", "numbers"}
        What the outputs mean, and so their activation and the loss.
    source : str
        Whom it should remind of.
    hidden : str
        The activation of the hidden layers.
    optimizer : Optimizer
        The update rule.
    output : str, optional
        The activation of the output, where it is not the task's.
    precision : str
        "float32" or "float64".
    """

    name: str
    sizes: tuple[int, ...]
    rows: int
    batch: int
    epochs: int
    task: Task
    source: str
    hidden: str = "relu"
    optimizer: Optimizer = ADAM
    output: str = ""
    precision: str = "float32"
    also: tuple[str, ...] = ()

    @property
    def network(self) -> Network:
        """The network."""
        output, loss = OUTPUTS[self.task]
        return Network.dense(self.sizes, hidden=self.hidden, output=self.output or output, loss=loss)

    @property
    def start(self) -> Parameters:
        """The weights and biases it starts from, the same for everybody who can take them."""
        return Parameters.initial(self.network, seed=1, dtype=np.dtype(self.precision))

    @property
    def steps(self) -> int:
        """How many steps it takes."""
        return self.epochs * -(-self.rows // self.batch)

    @property
    def operations(self) -> int:
        """How many floating-point operations its products take: F1, BP4, and BP2 but for the first layer."""
        layers = [before * after for before, after in zip(self.sizes, self.sizes[1:], strict=False)]
        return 2 * self.rows * self.epochs * (3 * sum(layers) - layers[0])

    def data(self) -> tuple[Array, Array]:
        """Return rows and targets: random rows, and what a random linear teacher says of them."""
        random = np.random.default_rng(7)
        X = random.standard_normal((self.rows, self.sizes[0]), dtype=np.float32).astype(self.precision)
        said = X @ random.standard_normal((self.sizes[0], self.sizes[-1])).astype(self.precision)
        if self.task == "classes":
            return X, np.eye(self.sizes[-1], dtype=self.precision)[said.argmax(axis=1)]
        if self.task == "label" or self.output == "sigmoid":
            return X, (said > 0).astype(self.precision)
        return X, np.tanh(said)


WORKLOADS = table(
    Workload(
        "tiny",
        (2, 2, 2),
        1,
        1,
        10000,
        "numbers",
        "the tutorials: one row, again and again",
        hidden="sigmoid",
        optimizer=GradientDescent(0.5),
        output="sigmoid",
    ),
    Workload(
        "gates",
        (2, 4, 3, 2),
        4,
        4,
        5000,
        "numbers",
        "the gates of a tutorial: full batches of four rows",
        hidden="sigmoid",
        optimizer=GradientDescent(0.5),
        output="sigmoid",
    ),
    Workload("iris", (4, 16, 3), 150, 32, 200, "classes", "Fisher's irises"),
    Workload("digits", (64, 100, 10), 1797, 200, 50, "classes", "scikit-learn's digits, its default network"),
    Workload("mnist_128", (784, 128, 10), 60000, 128, 1, "classes", "MNIST, the network of a first lesson"),
    Workload(
        "mnist_512", (784, 512, 512, 10), 20000, 256, 1, "classes", "MNIST, the network of a second lesson"
    ),
    Workload("tabular", (50, 256, 256, 1), 50000, 512, 1, "numbers", "a table of numbers"),
    Workload("wide", (1024, 2048, 2048, 10), 4096, 1024, 1, "classes", "layers that fill the caches"),
    Workload(
        "cancer", (30, 100, 1), 569, 200, 200, "label", "scikit-learn's breast cancer, its default network"
    ),
    Workload("houses", (8, 64, 64, 1), 20640, 32, 2, "numbers", "California's houses in small batches"),
    Workload("autoencoder", (784, 128, 32, 128, 784), 10000, 128, 1, "numbers", "an autoencoder of MNIST"),
    Workload(
        "deep",
        (64, *(64,) * 8, 10),
        5000,
        64,
        5,
        "classes",
        "eight hidden layers of tanh, with momentum",
        hidden="tanh",
        optimizer=Momentum(0.01),
    ),
    Workload(
        "double",
        (20, 50, 50, 1),
        10000,
        100,
        5,
        "numbers",
        "a fit to measured numbers in float64",
        hidden="tanh",
        precision="float64",
    ),
)


def chosen(names: Sequence[str]) -> list[Workload]:
    """Return the workloads of these names, or all of them."""
    from chainrule.network.lookup import find

    return [find("workload", name, WORKLOADS) for name in names] if names else list(WORKLOADS.values())
