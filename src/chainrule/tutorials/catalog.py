"""All presets by name: the five tutorials with their aliases, the logic gates, and sets of points."""

import json

import numpy as np

from chainrule.errors import unknown_name
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam
from chainrule.network.parameters import Parameters
from chainrule.trace.naming import Naming
from chainrule.tutorials.moons import two_moons
from chainrule.tutorials.preset import Preset
from chainrule.tutorials.tutorial import DATA, Tutorial, read

TUTORIALS = ("jain", "dustbunny", "general-purpose", "sadiya", "kumar")
ALIASES = {"mazur": "jain", "swap": "general-purpose"}
GATES = ("and", "or", "nand", "xor")
SETS = ("two-moons",)
NAMES = (*TUTORIALS, *ALIASES, *GATES, *SETS)


def load(name: str) -> Tutorial | Preset:
    """Return a tutorial, a logic gate or a set of points by its name.

    Parameters
    ----------
    name : str
        An id, an alias, or ``tutorial:`` and an id.

    Returns
    -------
    Tutorial or Preset
        Ready to run: `model`, `trace`, `trained`.

    Raises
    ------
    UnknownNameError
        When there is none of that name; the nearest one is given.

    Examples
    --------
    >>> load("mazur").id
    'jain'
    >>> load("xor").trained().predict([[0, 1]]).round()
    array([[1.]])
    """
    wanted = str(name).lower().removeprefix("tutorial:").removeprefix("gate:")
    wanted = ALIASES.get(wanted, wanted)
    if wanted in TUTORIALS:
        return read(wanted)
    if wanted in GATES:
        return gate(wanted)
    if wanted in SETS:
        return two_moons()
    raise unknown_name("tutorial or gate", name, NAMES)


def gate(name: str, seed: int = 0) -> Preset:
    """Return a logic gate: four rows, learned whole by a 2-8-1 network in 300 epochs of Adam(0.05)."""
    table = json.loads((DATA / "gates.json").read_text("utf-8"))
    X, Y = np.array(table["inputs"], float), np.array(table["targets"][name], float)
    network = Network.dense([2, 8, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
    return Preset(
        id=name,
        title=f"The {name.upper()} gate",
        network=network,
        parameters=Parameters.initial(network, seed),
        X=X,
        Y=Y,
        training_rows=lambda: (X, Y),
        optimizer=Adam(0.05),
        epochs=300,
        batch_size=4,
        naming=Naming(),
    )
