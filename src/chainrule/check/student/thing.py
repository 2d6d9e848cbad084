"""An object of somebody's class: the weights and biases that it holds, and what else it keeps."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.probe import Probe
from chainrule.check.student.code import Code
from chainrule.check.student.layout import block_of
from chainrule.check.student.usual import GRADIENTS_KEPT, Meaning, plain
from chainrule.errors import InvalidValueError
from chainrule.network.array import Array


class Thing:
    """An object whose weights and biases are those of a probe.

    Parameters
    ----------
    made : object
        The object; the probe's numbers are put in the places of its own.
    code : Code
        The file that its class is in.
    probe : Probe
        The numbers.

    Raises
    ------
    InvalidValueError
        When its weights are not found under the usual names, or have other sizes.
    """

    def __init__(self, made: Any, code: Code, probe: Probe) -> None:
        self.made, self.code, self.probe = made, code, probe
        for holder, key, array, means in list(self._held()):
            if block := block_of(array, probe, means):
                letter, l, _ = block
                own = (probe.W if letter == "W" else probe.b)[l - 1]
                turned = own.T if letter == "W" and array.shape != own.shape else own
                holder[key] = turned.reshape(array.shape).copy()
        found = set(self.blocks())
        if {("W", l) for l in range(1, len(probe.W) + 1)} - found:
            what = f"an object of {type(made).__name__}"
            raise InvalidValueError(f"no weights of the right sizes were found in {what}")
        self.has_biases = any(letter == "b" for letter, _ in found)

    def blocks(self) -> dict[tuple[str, int], Array]:
        """Return the weights and biases that it holds now, as ours."""
        found = (block_of(array, self.probe, means) for _, _, array, means in self._held())
        return {(letter, l): ours.copy() for letter, l, ours in filter(None, found)}

    def gradients(self) -> dict[tuple[str, int], Array]:
        """Return the gradients that it keeps, under names such as dW1, or in a table of them."""
        kept: list[tuple[Meaning | None, Any]] = []
        for name, value in vars(self.made).items():
            means = self.code.meaning(name)
            if means is not None and means.kind in ("dW", "db"):
                values = value if isinstance(value, list | tuple) else [value]
                kept += [(means._replace(layer=means.layer or l), each) for l, each in enumerate(values, 1)]
            elif plain(name) in GRADIENTS_KEPT and isinstance(value, dict):
                kept += [(self.code.meaning(str(key)), each) for key, each in value.items()]
        arrays = [(means, each) for means, each in kept if isinstance(each, np.ndarray)]
        found = (block_of(each, self.probe, means) for means, each in arrays if means is not None)
        return {(letter, l): ours.copy() for letter, l, ours in filter(None, found)}

    def attributes(self) -> dict[str, Any]:
        """Return everything that it keeps, by plain names."""
        return {plain(name): value for name, value in vars(self.made).items()}

    def set_rate(self, rate: float) -> bool:
        """Set its learning rate; whether it has one."""
        names = [
            name for name in vars(self.made) if (means := self.code.meaning(name)) and means.kind == "rate"
        ]
        for name in names:
            setattr(self.made, name, rate)
        return bool(names)

    def _held(self) -> Iterator[tuple[Any, Any, Array, Meaning]]:
        """Yield the weights and biases with what holds them, the key under which it does, and their name."""
        own = vars(self.made)
        for name, value in list(own.items()):
            means = self.code.meaning(name)
            if means is None or means.kind not in ("W", "b", "parameters"):
                continue
            for holder, key, array, said in self._in(own, name, value, means):
                if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                    yield holder, key, array, said

    def _in(self, own: Any, name: str, value: Any, means: Meaning) -> Iterator[tuple[Any, Any, Any, Meaning]]:
        """Yield what an attribute holds: an array, a list with one for each layer, or a table by names."""
        if isinstance(value, list):
            yield from (
                (value, place, each, Meaning(means.kind, place + 1)) for place, each in enumerate(value)
            )
        elif isinstance(value, dict):
            for key, each in value.items():
                said = self.code.meaning(str(key))
                if said is not None and said.kind in ("W", "b"):
                    yield value, key, each, said
        else:
            yield own, name, value, means
