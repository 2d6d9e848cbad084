"""A preset: a network with parameters, data and a way to train, under the reader's names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.network import Network
from chainrule.network.optimizers import Optimizer
from chainrule.network.parameters import Parameters
from chainrule.trace.naming import Naming
from chainrule.trace.rounding import Rounding
from chainrule.trace.step import Trace


@dataclass(frozen=True)
class Preset:
    """Something small that is ready to run.

    Parameters
    ----------
    id : str
        Its name on the command line.
    title : str
        Its title.
    network, parameters : Network, Parameters
        The network at its start.
    X, Y : array, shapes (n, d_0) and (n, d_L)
        The rows of the step that it explains.
    training_rows : callable
        Returns the rows that it learns from and their targets; called when they are needed.
    optimizer : Optimizer
        Its update rule.
    epochs, batch_size : int
        How it trains.
    naming : Naming
        Its names.
    marks : mapping of Quantity to str
        Where a number is from, if it was not printed: "ours", "derived".
    ours : tuple of str
        What else was chosen here because it was not given.
    """

    id: str
    title: str
    network: Network
    parameters: Parameters
    X: Array
    Y: Array
    training_rows: Callable[[], tuple[Array, Array]]
    optimizer: Optimizer
    epochs: int
    batch_size: int
    naming: Naming
    marks: Mapping[Quantity, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()

    @property
    def model(self) -> Model:
        """A new model that stands at the start."""
        return Model(self.network, self.parameters)

    @property
    def loss_name(self) -> str:
        """What it calls the loss."""
        return self.naming.name(Quantity("loss", (self.network.depth,)))

    @property
    def output_names(self) -> list[str]:
        """What it calls the outputs."""
        L, outputs = self.network.depth, self.network.sizes[-1]
        return [self.naming.name(Quantity("A", (L, 0, j))) for j in range(outputs)]

    def trained(self, *, progress: bool = False, **choices: object) -> Model:
        """Return a model trained as the preset trains.

        Parameters
        ----------
        progress : bool
            Whether to show a bar.
        **choices
            What to do otherwise: `optimizer`, `epochs`, `batch_size`, `seed`, `shuffle`; see `Model.fit`.
        """
        own = {"optimizer": self.optimizer, "epochs": self.epochs, "batch_size": self.batch_size}
        own["shuffle"] = False
        X, Y = self.training_rows()
        return self.model.fit(X, Y, progress=progress, **{**own, **choices})  # type: ignore[arg-type]

    def trace(self, model: Model | None = None, *, rounding: Rounding | None = None) -> Trace:
        """Return one whole step of a model, or of the start, in the preset's own names; by hand if asked."""
        trace = (model or self.model).trace(
            self.X, self.Y, optimizer=self.optimizer, naming=self.naming, title=self.title
        )
        trace = trace if model else replace(trace, marks=self.marks, ours=self.ours)
        return trace if rounding is None else trace.rounded(rounding)
