"""A network, as data: its layers and its loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from chainrule.display import Drawn
from chainrule.errors import InvalidTypeError, InvalidValueError, ShapeError, Words, sentence
from chainrule.network import losses
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.layers import ActivationLike, Bias, Dense
from chainrule.network.losses import Loss


@dataclass(frozen=True, init=False)
class Network(Drawn):
    """Layers in a row, and the loss that training makes small.

    Parameters
    ----------
    layers : sequence of Dense
        One or more, each with as many inputs as the one before has units.
    loss : str or Loss
        The loss, by its name or one's own.

    Raises
    ------
    ShapeError
        When two layers do not fit; both are shown.
    InvalidValueError
        When the loss has no meaning for the activation of the last layer.

    Examples
    --------
    >>> net = Network([Dense(4, 16, "relu"), Dense(16, 3, "softmax")], loss="cross_entropy")
    >>> net.sizes
    (4, 16, 3)
    >>> print(net)
    4-16-3, relu then softmax, cross_entropy
    """

    layers: tuple[Dense, ...]
    loss: Loss

    def __init__(self, layers: Sequence[Dense], loss: str | Loss = "half_squared_error") -> None:
        if not isinstance(layers, Sequence) or isinstance(layers, str):
            raise InvalidTypeError(sentence("what was given as layers", layers, "a list of Dense layers"))
        layers, row = tuple(layers), losses.loss(loss)
        if not layers:
            raise InvalidValueError(sentence("the list of layers", Words("empty"), "one Dense layer or more"))
        for number, layer in enumerate(layers, start=1):
            if not isinstance(layer, Dense):
                raise InvalidTypeError(sentence(f"layer {number}", layer, "a Dense layer"))
        for number, (before, after) in enumerate(pairwise(layers), start=1):
            if before.units != after.inputs:
                raise ShapeError(
                    f"layer {number} has {before.units} units but layer {number + 1} takes {after.inputs} "
                    f"inputs: {before} and {after}; the two numbers must be the same"
                )
        output = layers[-1]
        if row.admits and output.activation not in map(ACTIVATIONS.get, row.admits):
            thing = f"the output activation for the loss {row.name}"
            raise InvalidValueError(sentence(thing, output.activation.name, " or ".join(row.admits)))
        for name, constant in row.constants.items():
            if constant.size not in (1, output.units):
                thing = f"the number of {next(iter(row.settings), name)} of the loss {row.name}"
                raise ShapeError(sentence(thing, constant.size, f"1 or {output.units}, one an output"))
        if output.dropout:
            raise InvalidValueError(sentence("dropout of the output layer", output.dropout, "only 0"))
        object.__setattr__(self, "layers", layers)
        object.__setattr__(self, "loss", row)

    @classmethod
    def dense(
        cls,
        sizes: Sequence[int],
        *,
        hidden: ActivationLike = "relu",
        output: ActivationLike = "identity",
        loss: str | Loss = "half_squared_error",
        bias: Bias = "per_unit",
        **of_each_layer: Any,
    ) -> "Network":
        """Make a network of dense layers that are all alike but for their sizes.

        Parameters
        ----------
        sizes : sequence of int
            Inputs, units of each hidden layer, outputs: two numbers or more.
        hidden, output : str, Activation or pair of callables
            The activation of the hidden layers, and of the last one.
        loss : str or Loss
            The loss.
        bias : {"per_unit", "shared", "none"}
            As for `Dense`.
        **of_each_layer
            What else `Dense` takes; dropout is left out at the last layer.

        Examples
        --------
        >>> print(Network.dense([2, 2, 2], hidden="sigmoid", output="sigmoid", bias="shared"))
        2-2-2, sigmoid, half_squared_error, bias shared
        """
        try:
            sizes = tuple(sizes)
        except TypeError:
            raise InvalidTypeError(
                sentence("what was given as sizes", sizes, "a list such as [2, 3, 1]")
            ) from None
        if len(sizes) < 2:
            raise InvalidValueError(sentence("the list of sizes", list(sizes), "two sizes or more"))
        last = len(sizes) - 2
        layers = []
        for number, (inputs, units) in enumerate(pairwise(sizes)):
            options = {**of_each_layer, "bias": bias}
            if number == last:
                options.pop("dropout", None)
            layers.append(Dense(inputs, units, output if number == last else hidden, **options))
        return cls(layers, loss)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return (self.layers[0].inputs, *(layer.units for layer in self.layers))

    @property
    def depth(self) -> int:
        """L, the number of layers that have weights."""
        return len(self.layers)

    def layer(self, number: int) -> Dense:
        """Return layer l, counted from 1 to L as in the equations."""
        if not 1 <= number <= self.depth:
            raise InvalidValueError(sentence("the number of the layer", number, f"1 to {self.depth}"))
        return self.layers[number - 1]

    def __str__(self) -> str:
        names = [layer.activation.name for layer in self.layers]
        activations = names[0] if len(set(names)) == 1 else " then ".join(_runs(names))
        said = ["-".join(map(str, self.sizes)), activations, self.loss.name]
        kinds = {layer.bias for layer in self.layers}
        if kinds != {"per_unit"}:
            said.append("no bias" if kinds == {"none"} else f"bias {' then '.join(_runs_of_bias(self))}")
        frozen = [
            f"{what}[{number}] frozen"
            for number, layer in enumerate(self.layers, start=1)
            for what, trained in (("W", layer.train_weights), ("b", layer.train_bias or not layer.biases))
            if not trained
        ]
        return ", ".join(said + frozen)


def _runs(names: Sequence[str]) -> list[str]:
    """Return the names without repetitions that stand side by side."""
    return [name for i, name in enumerate(names) if i == 0 or name != names[i - 1]]


def _runs_of_bias(network: Network) -> list[str]:
    return _runs([layer.bias for layer in network.layers])
