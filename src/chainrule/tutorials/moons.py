"""Two moons: half circles that reach into each other, so that no straight line parts them."""

import numpy as np

from chainrule.network import accept, draws
from chainrule.network.array import Array
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam
from chainrule.network.parameters import Parameters
from chainrule.trace.naming import Naming
from chainrule.tutorials.preset import Preset

ROWS = 200
NOISE = 0.12  # its standard deviation; the half circles have the radius 1
DIGITS = 2  # an input has so many decimals
ANGLES, NOISES = 1, 2  # which draw of rows each is; draw 0 gives the first epoch's order of rows


def moons(seed: int = 0) -> tuple[Array, Array]:
    """Draw the points of two moons, of one and of the other in turn.

    Parameters
    ----------
    seed : int
        Of the draw: the same seed gives the same bits.

    Returns
    -------
    X : array, shape (200, 2)
        The points, about -1.5 to 1.5.
    Y : array, shape (200, 1)
        Which moon each belongs to: 0 for the upper one, 1 for the lower one.

    Raises
    ------
    InvalidValueError
        When the seed is none.

    Examples
    --------
    >>> X, Y = moons()
    >>> X[:2].tolist(), Y[:2].tolist()
    ([[-0.73, 0.67], [1.12, -0.64]], [[0.0], [1.0]])
    """
    angles = np.pi * draws.uniform(ROWS, accept.seed(seed), "rows", 0, ANGLES)
    noise = NOISE * draws.normal(2 * ROWS, seed, "rows", 0, NOISES).reshape(ROWS, 2)
    Y = np.arange(ROWS) % 2
    upper = np.column_stack([np.cos(angles) - 0.5, np.sin(angles) - 0.25])
    # The lower moon is the upper one, turned by half a circle around the middle of both.
    points = np.where(Y[:, np.newaxis] == 1, -upper, upper) + noise
    return points.round(DIGITS) + 0.0, Y[:, np.newaxis].astype(float)  # -0.0 + 0.0 is 0.0


def two_moons(seed: int = 0) -> Preset:
    """Return two moons: 200 rows, learned by a 2-8-8-1 network in 800 steps of Adam(0.02), 10 rows each.

    Parameters
    ----------
    seed : int
        Of the points and the weights.

    Examples
    --------
    >>> preset = two_moons()
    >>> X, Y = preset.training_rows()
    >>> float((preset.trained().predict(X).round() == Y).mean())
    0.995
    """
    X, Y = moons(seed)
    network = Network.dense([2, 8, 8, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
    return Preset(
        id="two-moons",
        title="Two moons",
        network=network,
        parameters=Parameters.initial(network, seed),
        X=X[:2],
        Y=Y[:2],
        training_rows=lambda: (X, Y),
        optimizer=Adam(0.02),
        epochs=40,
        batch_size=10,
        naming=Naming(),
        ours=(f"the rows and the weights, drawn with seed {seed}",),
    )
