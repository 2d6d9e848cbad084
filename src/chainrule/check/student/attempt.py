"""One try at somebody's code: its functions called on a probe, in one layout, and what they gave."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule.check.probe import Probe
from chainrule.check.student.code import Code
from chainrule.check.student.layout import Layout, arrays_in, block_of
from chainrule.check.student.thing import Thing
from chainrule.check.student.usual import CACHE, GRADIENTS_KEPT, OUTPUT, Meaning, plain
from chainrule.errors import InvalidValueError
from chainrule.network.array import Array

RATE = 0.5

Evidence = dict[str, Array]
Block = tuple[str, int]  # "W" or "b", and the layer


class UnusualNameError(InvalidValueError):
    """A parameter of somebody's function whose name is none of the usual ones."""


class Attempt:
    """A probe in one layout, and what is known so far under which names.

    Parameters
    ----------
    code : Code
        The file.
    probe : Probe
        The network and rows.
    layout : Layout
        How its arrays are laid out.
    labels : bool
        Whether targets are given as the number of a class each, not as a row.

    Attributes
    ----------
    blocks : dict
        The weights and biases as they stand, in the layout, by letter and layer.
    rate : float or None
        The learning rate, where one was asked for.
    called : list of str
        What was called.
    """

    def __init__(self, code: Code, probe: Probe, layout: Layout, *, labels: bool = False) -> None:
        self.code, self.probe, self.layout, self.labels = code, probe, layout, labels
        self.blocks: dict[Block, Array] = {}
        for l, (W, b) in enumerate(zip(probe.W, probe.b, strict=True), 1):
            self.blocks["W", l], self.blocks["b", l] = layout.of_weights(W), layout.of_bias(b)
        self.thing: Thing | None = None
        self.named: dict[str, Any] = {}
        self.output: Any = None
        self.forward_result: Any = None
        self.gradient_result: Any = None
        self.rate: float | None = None
        self.biases = False
        self.called: list[str] = []
        self.holders: list[tuple[Any, Any, Block]] = []

    def call(self, function: Callable[..., Any]) -> Any:
        """Call a function with what its parameters' names mean, and remember what it returns by its names."""
        arguments = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            try:
                arguments[name] = self.value(name)
            except UnusualNameError:
                if parameter.default is parameter.empty:
                    raise
        text = f"{function.__name__}({', '.join(arguments)})"
        if text not in self.called:
            self.called.append(text)
        with np.errstate(all="ignore"):
            result = function(**arguments)
        names = self.code.returned.get(function.__name__, [])
        parts = result if isinstance(result, tuple | list) and len(names) == len(result) else [result]
        for name, part in zip(names, parts, strict=False):
            self.named[plain(name)] = part
        for part in parts:
            if isinstance(part, dict):
                self.named |= {plain(str(key)): value for key, value in part.items()}
        return result

    def value(self, name: str) -> Any:
        """Return what a parameter of a name gets.

        Raises
        ------
        UnusualNameError
            When the name is none of the usual ones.
        """
        word, means = plain(name), self.code.meaning(name)
        if means is not None and (found := self._usual(*means)) is not None:
            return found
        if word in self.named:
            return self.named[word]
        if word in OUTPUT and self.output is not None:
            return self.output
        if word in GRADIENTS_KEPT and self.gradient_result is not None:
            return self.gradient_result
        if word in CACHE and self.forward_result is not None:
            return _cache_in(self.forward_result)
        if self.thing is not None and word in (attributes := self.thing.attributes()):
            return attributes[word]
        raise UnusualNameError(f"its parameter {name!r} is none of the usual names")

    def _usual(self, kind: str, layer: int | None) -> Any:
        probe, depth = self.probe, len(self.probe.W)
        self.biases |= kind in ("b", "parameters")
        if kind in ("W", "b"):
            if layer is not None:
                return self.blocks.get((kind, layer))
            return self._holding({l - 1: (kind, l) for l in range(1, depth + 1)}, [None] * depth)
        if kind == "rate":
            self.rate = RATE
        sizes = [len(probe.W[0]), *(len(b) for b in probe.b)]
        first = 0 if self.code.from_zero else 1
        simple: dict[str, Callable[[], Any]] = {
            "X": lambda: self.layout.of_examples(probe.X),
            "Y": self._targets,
            "rate": lambda: RATE,
            "steps": lambda: 1,
            "rows": lambda: self.layout.rows or len(probe.X),
            "sizes": lambda: sizes,
            "inputs": lambda: sizes[0],
            "hidden": lambda: sizes[1] if depth == 2 else sizes[1:-1],
            "hiddens": lambda: sizes[1:-1],
            "penalty": lambda: 0.0,
            "outputs": lambda: sizes[-1],
            "parameters": lambda: self._holding(
                {self._key(letter, l - 1 + first): (letter, l) for letter, l in self.blocks}, {}
            ),
        }
        return simple[kind]() if kind in simple else None

    def _key(self, letter: str, l: int) -> str:
        """Return the key of weights or a bias in a table: W1, or w1 where the file has that."""
        key = f"{letter}{l}"
        return key.lower() if key.lower() in self.code.names and key not in self.code.names else key

    def _targets(self) -> Any:
        """Return the targets in the layout, or the classes that they are largest in."""
        if not self.labels:
            return self.layout.of_examples(self.probe.Y)
        classes = self.probe.Y.argmax(axis=1)
        return int(classes[0]) if self.layout.rows == 1 else classes

    def _holding(self, blocks: dict[Any, Block], holder: Any) -> Any:
        """Return a list or dict that holds weights and biases, and remember which and where."""
        for place, block in blocks.items():
            holder[place] = self.blocks[block]
            self.holders.append((holder, place, block))
        return holder

    def make(self, kind: type) -> None:
        """Make an object of a class, with the probe's weights in the places of its own."""
        self.thing = Thing(self.call(kind), self.code, self.probe)
        self.biases = self.thing.has_biases
        if self.thing.set_rate(RATE):
            self.rate = RATE

    def parameters(self) -> dict[Block, Array]:
        """Return the weights and biases as they stand, as ours: an object's, or those of the arguments."""
        if self.thing is not None:
            return self.thing.blocks()
        replaced = {block: np.asarray(holder[place], np.float64) for holder, place, block in self.holders}
        arrays = {**self.blocks, **replaced}.items()
        blocks = filter(None, (block_of(array, self.probe, Meaning(*block)) for block, array in arrays))
        return {(letter, l): ours.copy() for letter, l, ours in blocks}

    def forward(self, function: Callable[..., Any]) -> Evidence:
        """Call the forward pass, and return its outputs: what is called z and a in between may be either."""
        first, *others = inspect.signature(function).parameters or [""]
        if first and not others and self.code.meaning(first) is None:
            self.named[plain(first)] = self.layout.of_examples(self.probe.X)  # whatever it is called
        result = self.forward_result = self.call(function)
        probe, found = self.probe, Evidence()
        columns = self.layout.examples in ("columns", "one column")
        rows = self.layout.rows or len(probe.X)
        for name, array in [*self._attributes(), *self._at_the_top(function, result)]:
            turned = array.T if columns else np.atleast_2d(array)
            means = self.code.meaning(name)
            if turned.shape == probe.Y[:rows].shape and not (means and means.kind == "Z"):
                self.output = array
                found[f"A[{len(probe.W)}]"] = turned
        return found

    def _at_the_top(self, function: Callable[..., Any], result: Any) -> list[tuple[str, Array]]:
        """Return the arrays of a result but those inside of a cache; what is called the output is last."""
        names = self.code.returned.get(function.__name__, [])
        parts = list(result) if isinstance(result, tuple | list) else [result]
        named = zip(names if len(names) == len(parts) else [""] * len(parts), parts, strict=True)
        found = [(name, part) for name, part in named if isinstance(part, np.ndarray)]
        return sorted(found, key=lambda each: plain(each[0]) in OUTPUT)

    def _attributes(self) -> Iterator[tuple[str, Array]]:
        """Yield what an object keeps of its forward pass."""
        for name, value in self.thing.attributes().items() if self.thing is not None else ():
            means = self.code.meaning(name)
            kept = name in OUTPUT or (means is not None and means.kind in ("Z", "A"))
            if kept and isinstance(value, np.ndarray):
                yield name, value

    def _results(self, function: Callable[..., Any], result: Any) -> Iterator[tuple[str, Array]]:
        """Yield the arrays that a function returned, with the names that they have in it."""
        names = self.code.returned.get(function.__name__, [])
        parts = list(result) if isinstance(result, tuple | list) else [result]
        if len(names) != len(parts):
            names, parts = [""], [result]
        for outer, part in zip(names, parts, strict=True):
            for inner, array in arrays_in(part):
                yield inner or outer, array

    def gradients(self, function: Callable[..., Any], *, is_step: bool) -> Evidence:
        """Call what goes backwards or takes a step, and return the gradients or new weights that it gave."""
        self.holders.clear()
        before, rate = self.parameters(), self.rate
        self.rate = None
        result = self.call(function)
        self.gradient_result = None if is_step else result
        stepped = is_step or self.rate is not None
        self.rate = self.rate or rate
        after = self.parameters()
        moved = any(
            not np.array_equal(values, after[block]) for block, values in before.items() if block in after
        )
        found = {f"{letter}_after[{l}]": values for (letter, l), values in after.items()} if moved else {}
        for name, array in self._results(function, result):
            self._read(name, array, found, stepped=stepped)
        for (letter, l), values in self.thing.gradients().items() if self.thing is not None else ():
            found.setdefault(f"d{letter}[{l}]", values)
        for name, array in found.items():
            if name.startswith(("W_after", "b_after")):
                letter, l = name[0], int(name[8:-1])
                of = self.layout.of_weights if letter == "W" else self.layout.of_bias
                self.blocks[letter, l] = of(array)
        return found

    def _read(self, name: str, array: Array, found: Evidence, *, stepped: bool) -> None:
        """Add an array that was returned to what was found."""
        means = self.code.meaning(name)
        kind, layer = means or ("", None)
        of_output = plain(name) in OUTPUT  # which may have the shape of a bias
        block = None if of_output else block_of(array, self.probe, means, self.layout)
        if kind == "loss" and array.size == 1:
            found["loss"] = array.reshape(())
        elif kind == "db" and layer and layer <= len(self.probe.b) and array.size == 1:
            found[f"db[{layer}]"] = np.full(self.probe.b[layer - 1].shape, float(array.reshape(())))
        elif block is not None:
            letter, l, ours = block
            is_gradient = kind in ("dW", "db") or not stepped
            found[f"d{letter}[{l}]" if is_gradient else f"{letter}_after[{l}]"] = ours


def _cache_in(result: Any) -> Any:
    """Return what a forward pass keeps for the way back: the part of its result that is no array, or all."""
    parts = result if isinstance(result, tuple) else ()
    return next((part for part in parts if isinstance(part, dict | list | tuple)), result)
