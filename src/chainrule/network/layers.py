"""A dense layer, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from chainrule.errors import unknown_name
from chainrule.network import accept, activations, initializers
from chainrule.network.activations import Activation
from chainrule.network.array import Array
from chainrule.network.initializers import Initializer

Bias: TypeAlias = Literal["per_unit", "shared", "none"]
BIASES: tuple[Bias, ...] = ("per_unit", "shared", "none")

ActivationLike: TypeAlias = str | Activation | tuple[Callable[[Array], Array], Callable[[Array], Array]]


@dataclass(frozen=True, init=False)
class Dense:
    """A layer in which every unit sees every input: Z = A W + b, A' = f(Z).

    Parameters
    ----------
    inputs, units : int
        How many numbers come in and go out, 1 or more.
    activation : str, Activation or pair of callables
        f by its name, or one's own: ``(value, derivative)``, two functions of Z.
    bias : {"per_unit", "shared", "none"}
        One bias for each unit, one for the whole layer, or none.
    train_weights, train_bias : bool
        Whether training changes them; gradients are computed either way.
    dropout : float
        The part of this layer's outputs that training sets to 0, from 0 up to below 1; the others
        are divided by what is left (Srivastava et al. 2014, in its "inverted" form).
    initializer : str or Initializer, optional
        How its weights are drawn; by default as suits the activation.

    Raises
    ------
    InvalidValueError
        When a size is not a whole number of 1 or more, or dropout is out of its range.
    UnknownNameError
        When a name is in no table; the nearest one is given.

    Examples
    --------
    >>> Dense(4, 16, "relu")
    Dense(4, 16, 'relu')
    """

    inputs: int
    units: int
    activation: Activation
    bias: Bias
    train_weights: bool
    train_bias: bool
    dropout: float
    initializer: Initializer

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: ActivationLike = "identity",
        *,
        bias: Bias = "per_unit",
        train_weights: bool = True,
        train_bias: bool = True,
        dropout: float = 0.0,
        initializer: str | Initializer | None = None,
    ) -> None:
        if bias not in BIASES:
            raise unknown_name("bias", bias, BIASES)
        row = activations.activation(activation)
        settled = {
            "inputs": accept.count("the number of inputs of a layer", inputs),
            "units": accept.count("the number of units of a layer", units),
            "activation": row,
            "bias": bias,
            "train_weights": train_weights,
            "train_bias": train_bias,
            "dropout": accept.fraction("dropout", dropout),
            "initializer": initializers.initializer(initializer or row.initializer),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        said = [f"{self.inputs}, {self.units}, {self.activation.name!r}"]
        if self.bias != "per_unit":
            said.append(f"bias={self.bias!r}")
        said += [f"{flag}=False" for flag in ("train_weights", "train_bias") if not getattr(self, flag)]
        if self.dropout:
            said.append(f"dropout={self.dropout}")
        if self.initializer.name != self.activation.initializer:
            said.append(f"initializer={self.initializer.name!r}")
        return f"Dense({', '.join(said)})"

    @property
    def biases(self) -> int:
        """How many biases it has."""
        return {"per_unit": self.units, "shared": 1, "none": 0}[self.bias]
