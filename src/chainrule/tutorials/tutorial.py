"""A tutorial: the preset that runs its system, and every number, formula and claim that it prints."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from chainrule.check.explanation import Placed
from chainrule.errors import InvalidFileError, sentence
from chainrule.files.matlab import read_mat
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.layers import Dense
from chainrule.network.network import Network
from chainrule.network.optimizers import GradientDescent
from chainrule.network.parameters import Parameters
from chainrule.trace.notations import notation
from chainrule.tutorials.audit.audit import audit
from chainrule.tutorials.audit.entry import Audit, Entry
from chainrule.tutorials.audit.numbers import Numbers
from chainrule.tutorials.preset import Preset

DATA = files("chainrule.tutorials") / "data"


@dataclass(frozen=True)
class Tutorial(Preset):
    """A tutorial's system, and what the tutorial says.

    Parameters
    ----------
    facts : mapping
        The data file: `numbers` (id, quantity, expr, printed, where), `formulas` (id, latex, lhs,
        rhs, kind, where) and `claims` (id, says, kind), with who wrote it and what is missing.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def author(self) -> str:
        """Who wrote it, as far as it says."""
        return self.facts["author"] or "author not named"

    @property
    def numbers(self) -> list[dict[str, Any]]:
        """Every number it prints, in its order."""
        return list(self.facts["numbers"])

    @property
    def formulas(self) -> list[dict[str, Any]]:
        """Every formula it prints, in its order."""
        return list(self.facts["formulas"])

    @property
    def claims(self) -> list[dict[str, Any]]:
        """Every claim it makes, in its order."""
        return list(self.facts["claims"])

    def audit(self) -> Audit:
        """Return a verdict for every number, formula and claim that it prints, each found by computation.

        Examples
        --------
        >>> from chainrule.tutorials import load
        >>> found = load("jain").audit()
        >>> [entry.id for entry in found.wrong if entry.kind == "number"]
        ['jain-n03', 'jain-n06', 'jain-n33', 'jain-n34', 'jain-n35', 'jain-n36']
        """
        return audit(self)

    def judged_number(self, entry: dict[str, Any]) -> Entry:
        """Return the audit's entry of one of its numbers."""
        return self._numbers_judge.judge(entry)

    @property
    def mistakes(self) -> list[Placed]:
        """The known mistakes that numbers which it prints come from."""
        return self._numbers_judge.stories.mistakes

    @cached_property
    def _numbers_judge(self) -> Numbers:
        return Numbers(self)


def read(name: str) -> Tutorial:
    """Return the tutorial of that id, from its data file."""
    facts = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    preset, values = facts["preset"], facts["values"]
    network = Network([Dense(**layer) for layer in preset["layers"]], preset["loss"])

    def numbers(names: Any) -> Any:
        return values[names]["value"] if isinstance(names, str) else list(map(numbers, names))

    parameters = Parameters.from_arrays(
        network, numbers(preset["weights"]), numbers(preset["biases"] or []) or None, orientation="to_from"
    )
    X, Y = (np.array(facts["data"][key]["value"], float) for key in ("inputs", "targets"))
    training = preset["training"]
    return Tutorial(
        id=facts["id"],
        title=facts["title"],
        network=network,
        parameters=parameters,
        X=X,
        Y=Y,
        training_rows=partial(_training_rows, training.get("rows"), facts, X, Y),
        optimizer=GradientDescent(facts["optimizer"]["learning_rate"]["value"]),
        epochs=training["epochs"],
        batch_size=training["batch_size"],
        naming=notation(facts["id"], network),
        marks=_marks(facts, network),
        ours=_ours(facts),
        facts=facts,
    )


def _training_rows(rows: str | None, facts: Mapping[str, Any], X: Array, Y: Array) -> tuple[Array, Array]:
    """Return what it learns from: the row of its step, its truth table, or its input.mat."""
    if rows == "truth_table":
        table = facts["data"]["truth_table"]
        return np.array(table["inputs"]["value"], float), np.array(table["targets"]["value"], float)
    if rows == "input.mat":
        with as_file(DATA / "input.mat") as path:
            given = read_mat(path)
        if given.inputs is None or given.targets is None:
            raise InvalidFileError(sentence("input.mat", "without inputs or targets", "complete"))
        return given.inputs, given.targets
    return X, Y


def _marks(facts: Mapping[str, Any], network: Network) -> dict[Quantity, str]:
    """Return which numbers that come in were not printed by the tutorial."""
    preset, values, marks = facts["preset"], facts["values"], {}

    def mark(quantity: Quantity, source: str) -> None:
        if source != "printed":
            marks[quantity] = source

    for l, layer in enumerate(network.layers, start=1):
        for i, j in np.ndindex(layer.inputs, layer.units):
            mark(Quantity("W", (l, i, j)), values[preset["weights"][l - 1][j][i]]["source"])
        for j in range(layer.biases):
            mark(Quantity("b", (l, j)), values[preset["biases"][l - 1][j]]["source"])
    for row, j in np.ndindex(np.shape(facts["data"]["inputs"]["value"])):
        mark(Quantity("A", (0, row, j)), facts["data"]["inputs"]["source"])
    for row, j in np.ndindex(np.shape(facts["data"]["targets"]["value"])):
        mark(Quantity("Y", (network.depth, row, j)), facts["data"]["targets"]["source"])
    mark(Quantity("eta", (0,)), facts["optimizer"]["learning_rate"]["source"])
    return marks


def _ours(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what was chosen here, in words."""
    ours = list(facts["preset"]["ours"])
    if any(value["source"] == "ours" for value in facts["values"].values()):
        ours.append("the weights and biases")
    if facts["data"]["inputs"]["source"] == "ours":
        ours.append("the inputs and targets")
    if "example_network" in facts:
        ours.append("the sizes and activations of its network")
    if facts["optimizer"]["learning_rate"]["source"] == "ours":
        ours.append(f"the learning rate {facts['optimizer']['learning_rate']['value']:g}")
    training = facts["preset"]["training"]
    if training["source"] == "ours":
        ours.append(f"the number of epochs, {training['epochs']:,}")
    return tuple(ours)
