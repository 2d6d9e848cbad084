"""How a network for a table is made and trained when nobody says otherwise.

Nothing here was chosen by looking at rows that judge it: the strength of the penalty and the number
of epochs are found anew for every table, on a part of its own training rows.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, Optimizer
from chainrule.network.penalties import Penalty
from chainrule.train.history import History
from chainrule.train.training import Look

FEW_ROWS = 10_000


@dataclass(frozen=True)
class Recipe:
    """The choices of a fit to a table.

    Parameters
    ----------
    hidden : tuple of int
        Units of each hidden layer; none for a linear model.
    activation : str
        Of the hidden layers.
    optimizer : Optimizer
        The update rule.
    epochs : int
        How many at most.
    batch_size : int
        Rows of a step.
    validation : float
        The part of the training rows that decides when to stop, and how strong the penalty is.
    patience : int
        Epochs without a better loss on them before stopping.
    penalties : tuple of float
        The strengths of the l2 penalty that are tried; with more than 10,000 rows only the first.
    seed : int
        Of everything random.
    """

    hidden: tuple[int, ...] = (64,)
    activation: str = "relu"
    optimizer: Optimizer = Adam()  # noqa: RUF009 - it is frozen
    epochs: int = 200
    batch_size: int = 32
    validation: float = 0.15
    patience: int = 15
    penalties: tuple[float, ...] = (1e-3, 1e-2, 3e-2, 1e-1)
    seed: int = 0


@dataclass(frozen=True)
class Fitted:
    """What a recipe made.

    Parameters
    ----------
    model : Model
        The trained model.
    penalty : Penalty
        The strength that was best.
    epochs : int
        How many epochs it learned.
    history : History
        Of the training whose parameters it has.
    interrupted : bool
        Whether a person ended it: the model has what was learned until then.
    """

    model: Model
    penalty: Penalty
    epochs: int
    history: History
    interrupted: bool = False


def network_for(inputs: int, outputs: int, task: str, recipe: Recipe) -> Network:
    """Return the network: softmax with cross-entropy for classes, half the squared error for numbers."""
    classes = task == "class"
    return Network.dense(
        [inputs, *recipe.hidden, outputs],
        hidden=recipe.activation,
        output="softmax" if classes else "identity",
        loss="cross_entropy" if classes else "half_squared_error",
    )


def follow(
    recipe: Recipe,
    network: Network,
    X: Array,
    Y: Array,
    row_weights: Array | None = None,
    *,
    callbacks: tuple[Look, ...] = (),
    run: str | os.PathLike[str] | None = None,
    progress: bool = False,
) -> Fitted:
    """Train a network by a recipe.

    With few rows every strength of the penalty is tried on a part of them held out; then the best is
    trained on all rows, for as many epochs as were best. With many rows the parameters that were best
    on the part held out are kept as they are.

    Parameters
    ----------
    recipe : Recipe
        The choices.
    network : Network
        The network.
    X, Y, row_weights : array, shapes (n, d_0), (n, d_L), (n,)
        The training rows.
    callbacks : tuple of callable
        As for `Model.fit`.
    run : str or path, optional
        A folder for checkpoints: the same call with the same folder goes on from there.
    progress : bool
        Whether to show bars.
    """

    def trained(penalty: Penalty, epochs: int, validation: float | None) -> Fitted:
        name = f"l2-{penalty.l2:g}-{'try' if validation else 'all'}"
        model = Model(network, seed=recipe.seed, dtype=np.float32)
        interrupted = False
        try:
            model.fit(
                X,
                Y,
                optimizer=recipe.optimizer,
                epochs=epochs,
                batch_size=recipe.batch_size,
                seed=recipe.seed,
                row_weights=row_weights,
                penalty=penalty,
                validation=validation,
                patience=recipe.patience if validation else None,
                callbacks=callbacks,
                checkpoints=None if run is None else Path(run, name),
                progress=progress,
            )
        except KeyboardInterrupt:
            if model.history is None:
                raise
            interrupted = True
        history = model.history
        assert history is not None  # a model that was fitted has one
        return Fitted(model, penalty, history.best_epoch or len(history), history, interrupted)

    few = len(X) <= FEW_ROWS
    strengths = recipe.penalties if few else recipe.penalties[:1]
    if len(X) < 10 or not recipe.validation:
        return trained(Penalty(l2=strengths[0]), recipe.epochs, None)
    tried: list[Fitted] = []
    for l2 in strengths:
        fitted = trained(Penalty(l2=l2), recipe.epochs, recipe.validation)
        if fitted.interrupted:
            return replace(best_of(tried), interrupted=True) if tried else fitted
        tried.append(fitted)
    best = best_of(tried)
    if not few:
        return best
    return trained(best.penalty, best.epochs, None)


def best_of(tried: list[Fitted]) -> Fitted:
    """Return the one whose loss on the rows held out was the smallest."""
    return min(tried, key=lambda fitted: fitted.history.validation_loss[fitted.epochs - 1])
