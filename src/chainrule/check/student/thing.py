"""An object of somebody's class: the weights and biases that it holds, and what else it keeps."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from chainrule.check.probe import Probe
from chainrule.check.student.code import Code
from chainrule.check.student.layout import block_of
from chainrule.check.student.usual import plain
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
        for holder, key, array in list(self._held()):
            if block := block_of(array, probe):
                letter, l, _ = block
                own = (probe.W if letter == "W" else probe.b)[l - 1]
                turned = own.T if letter == "W" and array.shape != own.shape else own
                holder[key] = turned.reshape(array.shape).copy()
        found = {block[:2] for array in self.arrays() if (block := block_of(array, probe))}
        if {("W", l) for l in range(1, len(probe.W) + 1)} - found:
            what = f"an object of {type(made).__name__}"
            raise InvalidValueError(f"no weights of the right sizes were found in {what}")
        self.has_biases = any(letter == "b" for letter, _ in found)

    def arrays(self) -> list[Array]:
        """Return the weights and biases that it holds now."""
        return [array for _, _, array in self._held()]

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

    def _held(self) -> Iterator[tuple[Any, Any, Array]]:
        """Yield the weights and biases with what holds them, and the key under which it does."""
        own = vars(self.made)
        for holder in [own, *(value for value in own.values() if isinstance(value, dict | list))]:
            items = list(holder.items()) if isinstance(holder, dict) else list(enumerate(holder))
            for key, value in items:
                means = self.code.meaning(key) if isinstance(key, str) else None
                wanted = not isinstance(key, str) or (means is not None and means.kind in ("W", "b"))
                if wanted and isinstance(value, np.ndarray) and value.dtype.kind == "f":
                    yield holder, key, value
