"""Somebody's file of Python, examined without an adapter: called, taken for a network, and diagnosed."""

import os
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np

from chainrule.check.diagnosis import Diagnosis
from chainrule.check.lines import Numbers, Result, Setting
from chainrule.check.probe import probe
from chainrule.check.tried import Tried
from chainrule.files.child import read_in_child
from chainrule.network.array import Array
from chainrule.network.layers import Bias, Dense
from chainrule.network.network import Network
from chainrule.network.optimizers import Adam, GradientDescent, Momentum, Optimizer
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data

READER = "chainrule.check.student.evidence:evidence"
SECONDS, MEMORY = 20.0, 1 << 30
AGREES = 6.0  # digits in which outputs have to agree to be told apart from others
RULES: tuple[tuple[set[str], type[Momentum] | type[Adam]], ...] = (
    ({"momentum", "velocity", "vw", "vw1", "mu", "nesterov"}, Momentum),
    ({"adam", "beta1", "mhat", "mw", "mw1", "beta2", "vhat"}, Adam),
)
FEW = 3  # networks that it may be, on which every update rule is tried
MOST_IN_PAIRS = 3  # networks on which pairs of mistakes are tried
HIDDEN = ("sigmoid", "tanh", "relu", "identity", "leaky_relu", "softplus")
OUTPUT = ("sigmoid", "softmax", "identity", "tanh", "relu")
LOSSES = {
    "identity": ("half_squared_error",),
    "sigmoid": ("half_squared_error", "binary_cross_entropy"),
    "softmax": ("cross_entropy", "half_squared_error"),
}
SPELLED = {"relu": ("relu", "maximum"), "sigmoid": ("sigmoid", "logistic", "expit"), "softmax": ("softmax",)}


@dataclass(frozen=True)
class Examination:
    """What was found in somebody's file.

    Parameters
    ----------
    called : tuple of str
        The functions that were called, with the parameters that they got.
    layout : str
        How it lays out its arrays, in words.
    network : Network
        What it was taken for: the sizes of the probe, the activations and the loss.
    rows : int
        How many examples it got.
    rate : float, optional
        The learning rate that its steps were taken with, where it takes any.
    notes : tuple of str
        What else was assumed or noticed.
    diagnosis : Diagnosis
        What is wrong with it.
    """

    called: tuple[str, ...]
    layout: str
    network: Network
    rows: int
    rate: float | None
    notes: tuple[str, ...]
    diagnosis: Diagnosis

    @property
    def passed(self) -> bool:
        """Whether no mistake was found."""
        return self.diagnosis.answer in ("no mistake", "convention")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "called": list(self.called),
            "layout": self.layout,
            "network": str(self.network),
            "rows": self.rows,
            "learning_rate": self.rate,
            "notes": list(self.notes),
            "passed": self.passed,
            **self.diagnosis.to_dict(),
        }

    def __str__(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows} rows"
        said = [
            f"Called {', then '.join(self.called)} on a network of ours with {rows}; {self.layout}.",
            f"Taken for {self.network}.",
            *self.notes,
        ]
        lines = [line for each in said for line in textwrap.wrap(each, 80)]
        return "\n".join([*lines, "", str(self.diagnosis)])


def examine(
    path: str | os.PathLike[str],
    name: str = "",
    *,
    hidden: str | None = None,
    output: str | None = None,
    loss: str | None = None,
    learning_rate: float | None = None,
    seconds: float = SECONDS,
    memory: int = MEMORY,
) -> Examination:
    """Find the backward pass in a file of Python, call it on a network of ours, and name its mistake.

    Functions and classes are found by the usual names (``backward``, ``gradients``, ``step`` ...), and called
    with what their parameters' names mean. They run in a process of their own.

    Parameters
    ----------
    path : str or path
        The file.
    name : str
        The function or class, where it has no usual name.
    hidden, output, loss : str, optional
        The activations and the loss; by default those whose outputs, loss and gradients are the file's.
    learning_rate : float, optional
        What a step is taken with, where the file does not say it.
    seconds, memory : float, int
        How long it may take, and how many bytes beyond the libraries' own.

    Raises
    ------
    InvalidFileError
        When there is no such file, nothing in it can be called, or it takes too long; with the reason.
    UnknownNameError
        When an activation or a loss has no such name.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> code = '''
    ... import numpy as np
    ... def backward(W1, W2, X, Y):
    ...     H = np.tanh(X @ W1)
    ...     delta = (H @ W2 - Y) / len(X)
    ...     return X.T @ (delta @ W2.T), H.T @ delta
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "mine.py"
    ...     _ = file.write_text(code)
    ...     print(examine(file))
    Called backward(W1, W2, X, Y) on a network of ours with 5 rows; examples are
    rows, the rows of a weight matrix are inputs.
    Taken for 3-4-2, tanh then identity, half_squared_error, no bias.
    <BLANKLINE>
    The mistake (15 digits agree):
    hidden-derivative-missing (layer 1, BP2)
    is:        delta[1] = delta[2] W[2]^T
    should be: delta[1] = (delta[2] W[2]^T) * f_1'(Z[1])
    """
    options = {"path": os.path.abspath(path), "name": name}
    told = read_in_child(READER, path, seconds=seconds, memory=memory, options=options)
    assert isinstance(told, Mapping)  # it is our own child's answer
    return _Examined(told, {"hidden": hidden, "output": output, "loss": loss}, learning_rate).examination()


class _Examined:
    """What a file's code gave, compared with the networks that it may be.

    Parameters
    ----------
    told : mapping
        What the child said.
    wanted : mapping
        The activations and the loss, where they are known.
    rate : float, optional
        The learning rate, where it was typed.
    """

    def __init__(self, told: Mapping[str, Any], wanted: Mapping[str, str | None], rate: float | None) -> None:
        self.told, self.wanted = told, wanted
        self.steps: list[Mapping[str, Array]] = list(told["steps"])
        self.words = set(told["words"])
        known = None if told["rate"] is None else float(told["rate"])
        said = rate or known
        self.rates = [*map(float, told["constants"]), 1.0] if said is None else [said]
        self.rate_is_said = said is not None
        self.updates = any(name.startswith("W_after") for step in self.steps for name in step)
        self.frozen = self._keeps_its_biases()
        self.notes = ["Its biases are never trained: that was taken as meant."] if self.frozen else []

    def _keeps_its_biases(self) -> bool:
        """Whether every bias of every layer is the same after each step as at the start."""
        own = probe(tuple(self.told["sizes"])).b
        names = [f"b_after[{l}]" for l in range(1, len(own) + 1)]
        if not self.told["biases"] or not all(name in step for step in self.steps for name in names):
            return False
        pairs = [(step[name], b) for step in self.steps for name, b in zip(names, own, strict=True)]
        return all(np.array_equal(after, b) for after, b in pairs)

    def examination(self) -> Examination:
        """Return what was found."""
        likely = self._likely([self._tried(*each) for each in self._candidates()])
        tried = (
            [
                Tried(each.setting._replace(optimizer=rule))
                for rule in self._rules(few=len(likely) <= FEW)
                for each in likely
            ]
            if self.updates
            else likely
        )
        chosen, diagnosis = self._found(tried)
        self._compare_losses(chosen, diagnosis)
        rule = chosen.setting.optimizer
        if rule is not None and not self.rate_is_said and diagnosis.answer != "not recognized":
            self.notes.append(f"No learning rate was found: {rule.learning_rate:g} was taken.")
        if rule is not None and not isinstance(rule, GradientDescent):
            self.notes.append(f"Its update was taken for {rule}.")
        told = self.told
        return Examination(
            tuple(told["called"]),
            told["layout"],
            chosen.setting.network,
            told["rows"],
            None if rule is None else rule.learning_rate,
            tuple(self.notes),
            diagnosis,
        )

    def _rules(self, *, few: bool) -> Iterator[Optimizer]:
        """Yield the update rules that it may have: the plain one first, then others."""
        for rate in self.rates:
            yield GradientDescent(rate)
        for words, rule in RULES:
            if few or words & self.words:
                yield from (rule(rate) for rate in self.rates)

    def _candidates(self) -> Iterator[tuple[str, str, str]]:
        """Yield activations and losses that it may have, those first whose names are in the file."""

        def named(activation: str) -> bool:
            return any(word in self.words for word in SPELLED.get(activation, (activation,)))

        hidden = [self.wanted["hidden"]] if self.wanted["hidden"] else sorted(HIDDEN, key=named, reverse=True)
        output = [self.wanted["output"]] if self.wanted["output"] else sorted(OUTPUT, key=named, reverse=True)
        if self.told["sizes"][-1] == 1:
            output = [each for each in output if each != "softmax"]  # of one output it is 1
        for inner, outer in product(hidden if len(self.told["sizes"]) > 2 else hidden[:1], output):
            wanted = self.wanted["loss"]
            for loss in (wanted,) if wanted else LOSSES.get(outer, LOSSES["identity"]):
                yield inner, outer, loss

    def _tried(self, hidden: str, output: str, loss: str) -> Tried:
        """Return the catalogue on the probe, as a network of these activations."""
        sizes = tuple(self.told["sizes"])
        numbers = probe(sizes)
        names = [hidden] * (len(sizes) - 2) + [output]
        bias: Bias = "per_unit" if self.told["biases"] else "none"
        layers = [
            Dense(inputs, units, f, bias=bias, train_bias=not self.frozen)
            for (inputs, units), f in zip(pairwise(sizes), names, strict=True)
        ]
        network = Network(layers, loss)
        biases = numbers.b if self.told["biases"] else None
        parameters = Parameters.from_arrays(network, numbers.W, biases, orientation="from_to")
        rows = slice(self.told["rows"])
        Y = numbers.Y[rows]
        if self.told["labels"]:
            Y = np.eye(sizes[-1])[Y.argmax(axis=1)]
        return Tried(
            Setting(network, parameters, Data.of(network, numbers.X[rows], Y), steps=len(self.steps))
        )

    def _given(self, tried: Tried) -> Numbers:
        """Return the numbers that the file gave, but for the loss, as far as the catalogue knows them."""
        found: Numbers = {}
        known = {str(result): result for result in tried.right}
        for step, numbers in enumerate(self.steps, 1):
            for name, array in numbers.items():
                of_step = f" of step {step}" if step > 1 else ""
                if name != "loss" and f"{name}{of_step}" in known:
                    found[self._meant(tried, known[f"{name}{of_step}"], array)] = array
        return found

    def _meant(self, tried: Tried, result: Result, array: Array) -> Result:
        """Return what outputs are: where they are the last weighted sums, they are taken for these."""
        sums = result._replace(name="Z")
        if result.name != "A" or tried.agreed(sums, array) < AGREES:
            return result
        return sums

    def _likely(self, tried: list[Tried]) -> list[Tried]:
        """Return the networks whose outputs and loss are the file's; all of them where none's are."""
        outputs = [each for each in tried if self._same_outputs(each)] or tried
        return [each for each in outputs if self._loss_ratio(each) is not None] or outputs

    def _same_outputs(self, tried: Tried) -> bool:
        first = {result: values for result, values in self._given(tried).items() if result.step == 1}
        forward = [result for result in first if result.name in ("Z", "A")]
        return all(tried.agreed(result, first[result]) >= AGREES for result in forward)

    def _loss_ratio(self, tried: Tried) -> float | None:
        """Return how many times ours its loss is, where that is a convention; 1 where it has none."""
        if "loss" not in self.steps[0]:
            return 1.0
        network = tried.setting.network
        ratio = float(self.steps[0]["loss"]) / float(tried.right[Result("loss", network.depth)])
        n, m = self.told["rows"], network.sizes[-1]
        usual = [a * b * c for a, b, c in product((1, 2, 0.5, -1), (1, n, 1 / n), (1, m, 1 / m))]
        return next((each for each in usual if abs(ratio / each - 1) < 1e-9), None)

    def _found(self, tried: list[Tried]) -> tuple[Tried, Diagnosis]:
        """Return the simplest diagnosis on any of the networks."""
        levels = [each.levels(self._given(each)) for each in tried]
        for level in range(5):
            pairs = level > 2
            here = list(zip(tried, levels, strict=True))[: MOST_IN_PAIRS if pairs else None]
            found = [(each, diagnosis) for each, of in here if (diagnosis := next(of, None)) is not None]
            if found:
                return max(found, key=lambda pair: round(pair[1].digits))
        for each in tried:
            if self._is_known_well(each):
                return each, each.diagnosis(self._given(each))
        return tried[0], Diagnosis("not recognized", (), 0.0)

    def _is_known_well(self, tried: Tried) -> bool:
        """Whether its outputs and some of its gradients or new weights are ours, so that others are wrong.

        What only later steps show may be a rule with another memory.
        """
        given = {result: values for result, values in self._given(tried).items() if result.step == 1}
        forward = [result for result in given if result.name in ("Z", "A")]
        backward = [result for result in given if result.name not in ("Z", "A")]
        agree = [result for result in backward if tried.agreed(result, given[result]) >= AGREES]
        return bool(forward and agree) and self._same_outputs(tried) and len(agree) < len(backward)

    def _compare_losses(self, tried: Tried, diagnosis: Diagnosis) -> None:
        """Note a loss that is not the one whose gradient it gives."""
        ratio = self._loss_ratio(tried)
        if ratio is None:
            self.notes.append("Its loss is none of the usual ones, and was left out.")
            return
        if diagnosis.answer in ("no mistake", "convention") and "loss" in self.steps[0]:
            network = tried.setting.network
            meant = tried.numbers(diagnosis.explanations[0])[Result("loss", network.depth)]
            off = float(self.steps[0]["loss"]) / float(meant)
            if abs(off - 1) > 1e-9:
                self.notes.append(f"Its loss is {off:.6g} times the one that its gradient is of.")
