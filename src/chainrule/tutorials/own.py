"""A small network of the reader's own sizes, with numbers that a person can compute with."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chainrule.network import accept, draws
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.layers import ActivationLike
from chainrule.network.losses import Loss
from chainrule.network.network import Network
from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Parameters
from chainrule.trace.naming import Naming
from chainrule.tutorials.preset import Preset

DIGITS = 2  # what is drawn here has so many decimals


def own(
    sizes: Sequence[int],
    *,
    hidden: ActivationLike = "sigmoid",
    output: ActivationLike = "sigmoid",
    loss: str | Loss = "half_squared_error",
    inputs: npt.ArrayLike | None = None,
    targets: npt.ArrayLike | None = None,
    learning_rate: float = 0.5,
    seed: int = 0,
) -> Preset:
    """Return a preset of these sizes; what is not given is drawn, with two decimals.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    hidden, output : str, Activation or pair of callables
        The activations.
    loss : str or Loss
        The loss.
    inputs, targets : array, shapes (n, d_0) and (n, d_L), optional
        The rows of the step and their targets.
    learning_rate : float
        Of plain gradient descent; above 0.
    seed : int
        Of what is drawn: the same seed gives the same numbers.

    Examples
    --------
    >>> own([2, 3, 1], seed=4).model.network.sizes
    (2, 3, 1)
    >>> own([2, 1], inputs=[[0.5, 0.1]], targets=[[1.0]]).X
    array([[0.5, 0.1]])
    """
    network = Network.dense(sizes, hidden=hidden, output=output, loss=loss)
    X = _rows(network.sizes[0], seed, 0) if inputs is None else np.atleast_2d(np.asarray(inputs, float))
    Y = _targets(network, len(X), seed) if targets is None else np.atleast_2d(np.asarray(targets, float))
    drawn = {("A", 0): inputs is None, ("Y", network.depth): targets is None}
    marks = {
        Quantity(kind, (layer, *place)): "drawn"
        for (kind, layer), is_drawn in drawn.items()
        if is_drawn
        for place in np.ndindex(*(X if kind == "A" else Y).shape)
    }
    return Preset(
        id="own",
        title=f"One step of a {'-'.join(map(str, network.sizes))} network",
        network=network,
        parameters=drawn_parameters(network, seed),
        X=X,
        Y=Y,
        training_rows=lambda: (X, Y),
        optimizer=GradientDescent(learning_rate),
        epochs=1000,
        batch_size=len(X),
        naming=Naming(),
        marks=marks,
        ours=(f"the weights and biases, drawn with seed {seed} and {DIGITS} decimals",),
    )


def drawn_parameters(network: Network, seed: int) -> Parameters:
    """Return weights and biases with two decimals, which a person can compute with; none is left at 0."""
    initial = Parameters.initial(network, accept.seed(seed))
    biases = draws.uniform(initial.theta.size, seed, "weights", 0) - 0.5
    return initial.like(np.where(initial.layout.weights, initial.theta, biases).round(DIGITS))


def drawn_row(network: Network, seed: int) -> tuple[Array, Array]:
    """Return one row of inputs and its targets, with two decimals."""
    return _rows(network.sizes[0], seed, 0), _targets(network, 1, seed)


def _rows(size: int, seed: int, purpose: int) -> Array:
    """Return one row of numbers between 0 and 1."""
    return draws.uniform(size, seed, "rows", 0, purpose).round(DIGITS).reshape(1, -1)


def _targets(network: Network, rows: int, seed: int) -> Array:
    """Return targets that mean something for the loss: classes where it asks for them."""
    outputs, loss = network.sizes[-1], network.loss
    if loss.targets_sum_to_one:
        return np.eye(outputs)[np.arange(rows) % outputs]
    Y = np.vstack([_rows(outputs, seed, 1 + row) for row in range(rows)])
    return Y.round() if loss.targets != (-np.inf, np.inf) else Y
