"""A model of a table: what was fitted, what it predicts, how well, and its file."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.errors import InvalidFileError, InvalidValueError, Words, sentence, shown
from chainrule.files.model_file import ModelFile, load_model, save_model, versions
from chainrule.files.tables import Encoder
from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.network.description import optimizer_from
from chainrule.network.optimizers import LBFGS
from chainrule.network.penalties import Penalty
from chainrule.trace.naming import Naming
from chainrule.trace.step import Trace
from chainrule.train.metrics import METRICS

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Scores:
    """How well a model does on some rows.

    Parameters
    ----------
    rows : int
        How many.
    metrics : dict of float
        Each metric by its name; numbers are judged in their own units.
    baseline : dict of float
        The same for always saying the most frequent class, or the mean, of the training rows.
    confusion : array of int, shape (classes, classes), optional
        How many rows of each class (row) were said to be of each (column).
    """

    rows: int
    metrics: dict[str, float]
    baseline: dict[str, float]
    confusion: Array | None = None


@dataclass(frozen=True)
class TableModel:
    """A model with the encoder of its table.

    Parameters
    ----------
    model : Model
        The network.
    encoder : Encoder
        What turns columns into numbers, and outputs into labels or numbers in their own units.
    training : dict
        How it was trained, in plain data.
    provenance : dict
        Versions, and the SHA-256 of the data.
    """

    model: Model
    encoder: Encoder
    training: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=versions)

    def predict(self, frame: "pl.DataFrame") -> "pl.DataFrame":
        """Return what a table's rows are predicted to be, after the columns that are kept.

        Parameters
        ----------
        frame : polars.DataFrame
            With the columns of the training table, in any order; the target may be missing.
        """
        predicted = self.encoder.decode(self.model.predict(self.encoder.encode(frame)))
        kept = [name for name in self.encoder.keep if name in frame.columns]
        if taken := sorted(set(kept) & set(predicted.columns)):
            thing = f"the column {shown(taken[0])} that is kept"
            raise InvalidValueError(sentence(thing, Words("one of the predictions"), "one with another name"))
        return frame.select(kept).hstack(predicted) if kept else predicted

    def evaluate(self, frame: "pl.DataFrame") -> Scores:
        """Return how well the model does on rows whose targets are known.

        Parameters
        ----------
        frame : polars.DataFrame
            With all columns of the training table.
        """
        encoder = self.encoder
        outputs, Y = self.model.predict(encoder.encode(frame)), encoder.encode_target(frame)
        weights = encoder.weights(frame)
        w = np.ones(len(Y)) if weights is None else weights
        guess = np.broadcast_to(np.array(self.training["baseline"], dtype=np.float32), outputs.shape)
        metrics = {name: row for name, row in METRICS.items() if row.of == _OF[encoder.task]}
        units = self._units() if encoder.task == "number" else 1.0
        return Scores(
            rows=len(Y),
            metrics={name: row.value(outputs * units, Y * units, w) for name, row in metrics.items()},
            baseline={name: row.value(guess * units, Y * units, w) for name, row in metrics.items()},
            confusion=_confusion(outputs, Y) if encoder.task == "class" else None,
        )

    def trace(self, frame: "pl.DataFrame", row: int) -> Trace:
        """Return one training step on a row of a table, its inputs under the names of the columns.

        Parameters
        ----------
        frame : polars.DataFrame
            With all columns of the training table.
        row : int
            Which row, from 1.
        """
        if not 1 <= row <= frame.height:
            raise InvalidValueError(sentence("the row", row, f"1 to {frame.height}"))
        naming = Naming({"input": "{unit}"}, {"units": [self.encoder.columns]})
        rule = optimizer_from(self.training["optimizer"])
        # The whole table is encoded, so that an error names the row in it.
        X = self.encoder.encode(frame)[row - 1 : row]
        Y = self.encoder.encode_target(frame)[row - 1 : row]
        penalty = Penalty(**self.training["penalty"])
        if isinstance(rule, LBFGS):
            raise InvalidValueError(sentence("the optimizer", rule, "one that takes single steps"))
        return self.model.trace(X, Y, optimizer=rule, penalty=penalty, naming=naming, title=f"Row {row}")

    def _units(self) -> Array:
        """Return what one unit of each standardized target is in the target's own."""
        ones = self.encoder.decode(np.ones((1, self.encoder.outputs), dtype=np.float32)).to_numpy()
        zeros = self.encoder.decode(np.zeros((1, self.encoder.outputs), dtype=np.float32)).to_numpy()
        return np.asarray(ones - zeros, dtype=np.float64)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the model as one .safetensors file, encoder included; the same fit gives the same bytes."""
        file = ModelFile(
            self.model.network,
            self.model.parameters,
            self.encoder.to_dict(),
            self.training,
            self.provenance,
        )
        save_model(path, file, overwrite=overwrite)


_OF = {"class": "classes", "number": "numbers"}


def _confusion(outputs: Array, Y: Array) -> Array:
    """Return how many rows of each class were said to be of each."""
    counts = np.zeros((Y.shape[1], Y.shape[1]), dtype=int)
    np.add.at(counts, (Y.argmax(axis=1), outputs.argmax(axis=1)), 1)
    return counts


def load(path: str | os.PathLike[str]) -> "Model | TableModel":
    """Read a model from its file, once everything in it was checked.

    Parameters
    ----------
    path : str or path
        What `Model.save`, `TableModel.save` or ``chainrule fit`` wrote.

    Returns
    -------
    Model or TableModel
        A `TableModel` where the file holds the encoder of a table.

    Raises
    ------
    InvalidFileError
        When the file is anything else, or was altered in a single bit.

    Examples
    --------
    >>> import os, tempfile
    >>> from chainrule import Network
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "m.safetensors")
    ...     Model(Network.dense([2, 1]), seed=1).save(path)
    ...     load(path)
    Model(2-1, identity, half_squared_error; 3 parameters)
    """
    file = load_model(path)
    model = Model(file.network, file.parameters)
    if file.encoder is None:
        return model
    encoder = Encoder.from_dict(file.encoder)
    columns, sizes = (len(encoder.columns), encoder.outputs), file.network.sizes
    if columns != (sizes[0], sizes[-1]):
        thing = "the numbers of columns of the encoder"
        raise InvalidFileError(sentence(thing, columns, f"those of the network, {(sizes[0], sizes[-1])}"))
    return TableModel(model, encoder, file.training, file.provenance)


def load_table_model(path: str | os.PathLike[str]) -> TableModel:
    """Read a model of a table; a file without an encoder is refused."""
    model = load(path)
    if not isinstance(model, TableModel):
        thing = f"the model in {shown(os.fspath(path))}"
        raise InvalidFileError(
            sentence(thing, "one without a table's encoder", "one that chainrule fit wrote")
        )
    return model
