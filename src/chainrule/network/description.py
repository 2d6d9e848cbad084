"""A network and its training as plain JSON data, and back: names and numbers, never code.

What comes in from outside is believed in nothing: only the entries, the names and the kinds of
values that stand here are accepted, and a name is only ever looked up in our own tables. What is
left out has its default, so that a description from before a setting existed still counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeAlias, get_type_hints

from chainrule.errors import (
    ChainruleError,
    InvalidTypeError,
    InvalidValueError,
    TooLargeError,
    Words,
    sentence,
    shown,
    unknown_name,
)
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.initializers import INITIALIZERS
from chainrule.network.layers import Dense
from chainrule.network.lookup import AnyRow, find
from chainrule.network.losses import LOSSES, Loss, with_settings
from chainrule.network.network import Network
from chainrule.network.optimizers import OPTIMIZERS, Optimizer
from chainrule.network.penalties import Penalty

Description: TypeAlias = dict[str, Any]

MOST_LAYERS = 1000
LARGEST_SIZE = 2**31 - 1  # of a layer: what a BLAS counts with
LONGEST_NAME = 100  # characters

# For each kind of value: how Python's JSON reader gives it, and what a sentence calls it.
KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((float, int), "a number"),
    str: ((str,), "text"),
    list: ((list,), "a list"),
    dict: ((dict,), "a table of names and values"),
}
LAYER = {
    "inputs": int,
    "units": int,
    "activation": str,
    "bias": str,
    "train_weights": bool,
    "train_bias": bool,
    "dropout": float,
    "initializer": str,
}
LOSS_SETTINGS: dict[str, dict[str, type]] = {"huber": {"delta": float}, "pinball": {"quantiles": list}}


def describe(network: Network) -> Description:
    """Return a network as plain JSON data.

    Raises
    ------
    InvalidValueError
        When it has an activation, an initializer or a loss of the user's own, which is code.
    TooLargeError
        When it has more layers, or larger ones, than a description may have.

    Examples
    --------
    >>> from chainrule.network.losses import huber
    >>> describe(Network.dense([2, 1], loss=huber(2.0)))["loss"]
    {'name': 'huber', 'settings': {'delta': 2.0}}
    """
    _refuse_too_many(len(network.layers))
    layers = [_described_layer(number, layer) for number, layer in enumerate(network.layers, start=1)]
    return {"layers": layers, "loss": _described_loss(network.loss)}


def network_from(description: object) -> Network:
    """Return the network that a description describes.

    Raises
    ------
    ChainruleError
        One of its kinds: an unknown entry or name (the nearest one is given), a value of another
        kind, a size out of bounds, layers that do not fit.

    Examples
    --------
    >>> network = Network.dense([4, 16, 3], output="softmax", loss="cross_entropy")
    >>> network_from(describe(network)) == network
    True
    """
    given = _entries("the network", description, {"layers": list, "loss": dict}, required=("layers", "loss"))
    _refuse_too_many(len(given["layers"]))
    layers = [_layer_from(number, layer) for number, layer in enumerate(given["layers"], start=1)]
    return Network(layers, _loss_from(given["loss"]))


def describe_optimizer(optimizer: Optimizer) -> Description:
    """Return an optimizer as plain JSON data.

    Raises
    ------
    InvalidValueError
        When it is of a kind of the user's own, which is code.

    Examples
    --------
    >>> from chainrule.network.optimizers import GradientDescent
    >>> describe_optimizer(GradientDescent(0.5))
    {'name': 'gradient_descent', 'learning_rate': 0.5}
    """
    for row in OPTIMIZERS.values():
        if row.make is type(optimizer):
            return {"name": row.name, **_described_fields(optimizer)}
    raise _own("optimizer", type(optimizer).__name__, OPTIMIZERS)


def optimizer_from(description: object) -> Optimizer:
    """Return the optimizer that a description describes.

    Raises
    ------
    ChainruleError
        As `network_from`.

    Examples
    --------
    >>> optimizer_from({"name": "momentum", "nesterov": True})
    Momentum(learning_rate=0.01, momentum=0.9, nesterov=True)
    """
    name: Any = _table("the optimizer", description).get("name")
    _require_kind("the name of the optimizer", name, str)
    make = _row("optimizer", name, OPTIMIZERS).make
    given = _entries("the optimizer", description, {"name": str, **get_type_hints(make)})
    del given["name"]
    return make(**given)


def describe_penalty(penalty: Penalty) -> Description:
    """Return a penalty as plain JSON data.

    Examples
    --------
    >>> describe_penalty(Penalty(l2=0.1))
    {'l2': 0.1, 'l1': 0.0}
    """
    return _described_fields(penalty)


def penalty_from(description: object) -> Penalty:
    """Return the penalty that a description describes.

    Raises
    ------
    ChainruleError
        As `network_from`.

    Examples
    --------
    >>> penalty_from({"l1": 0.5})
    Penalty(l2=0.0, l1=0.5)
    """
    return Penalty(**_entries("the penalty", description, get_type_hints(Penalty)))


def _described_layer(number: int, layer: Dense) -> Description:
    """Return a layer's entries; names stand for its activation and its initializer."""
    what = f"of layer {number}"
    for size in (layer.inputs, layer.units):
        _refuse_too_wide(number, size)
    return {
        "inputs": layer.inputs,
        "units": layer.units,
        "activation": _name(f"activation {what}", layer.activation, ACTIVATIONS),
        "bias": layer.bias,
        "train_weights": bool(layer.train_weights),
        "train_bias": bool(layer.train_bias),
        "dropout": layer.dropout,
        "initializer": _name(f"initializer {what}", layer.initializer, INITIALIZERS),
    }


def _layer_from(number: int, description: object) -> Dense:
    """Return one layer; its names are looked up here, so that an error says of which layer."""
    given = _entries(f"layer {number}", description, LAYER, required=("inputs", "units"))
    for size in (given["inputs"], given["units"]):
        _refuse_too_wide(number, size)
    for entry, rows in (("activation", ACTIVATIONS), ("initializer", INITIALIZERS)):
        if entry in given:
            given[entry] = _row(f"{entry} of layer {number}", given[entry], rows)
    return Dense(**given)


def _described_loss(loss: Loss) -> Description:
    """Return a loss's name and settings, once it is sure that they give this very loss again."""
    settings = {
        name: list(value) if isinstance(value, tuple) else value for name, value in loss.settings.items()
    }
    description = {"name": loss.name, "settings": settings}
    try:
        same = _loss_from(description) is loss
    except ChainruleError:
        same = False
    if not same:
        raise _own("loss", loss.name, LOSSES)
    return description


def _loss_from(description: object) -> Loss:
    given = _entries("the loss", description, {"name": str, "settings": dict}, required=("name",))
    row = _row("loss", given["name"], LOSSES)
    thing, kinds = f"the settings of the loss {row.name}", LOSS_SETTINGS.get(row.name, {})
    settings = _entries(thing, given.get("settings", {}), kinds)
    for name, value in settings.items():
        if kinds[name] is list:
            _require_numbers(f"the list of {name}", value)
    return with_settings(row.name, settings)


def _require_numbers(thing: str, given: list[object]) -> None:
    """Raise unless a list from outside is one or more numbers."""
    if not given:
        raise InvalidValueError(sentence(thing, Words("empty"), "one number or more"))
    for number in given:
        _require_kind(f"an entry of {thing}", number, float)


def _described_fields(of: Any) -> Description:
    """Return the fields of one of our data classes, each in its own kind."""
    kinds = get_type_hints(type(of))
    return {field.name: kinds[field.name](getattr(of, field.name)) for field in fields(of)}


def _entries(
    thing: str, given: object, kinds: Mapping[str, type], required: Iterable[str] = ()
) -> Description:
    """Return a copy of a table from outside, once its entries are known ones and of their kinds."""
    table = _table(thing, given)
    for name in table:
        if name not in kinds:
            raise unknown_name(f"entry of {thing}", str(name)[:LONGEST_NAME], kinds or ["none"])
    for name in required:
        if name not in table:
            raise InvalidValueError(f"{thing} had no entry {name!r}, and needs one")
    for name, value in table.items():
        _require_kind(f"the entry {name!r} of {thing}", value, kinds[name])
    return dict(table)


def _table(thing: str, given: object) -> Description:
    """Return something from outside, once it is a table."""
    _require_kind(thing, given, dict)
    return given  # type: ignore[return-value]  # that is what was just checked


def _require_kind(thing: str, value: object, kind: type) -> None:
    """Raise unless a value is of exactly a kind: true is no number, and no object passes for text."""
    types, called = KINDS[kind]
    if type(value) not in types:
        raise InvalidTypeError(sentence(thing, value, called))


def _row(kind: str, name: str, rows: Mapping[str, AnyRow]) -> AnyRow:
    """Return a row of a table by a name from outside; the search for the nearest name takes no long one."""
    return find(kind, name[:LONGEST_NAME], rows)


def _name(kind: str, row: AnyRow, rows: Mapping[str, AnyRow]) -> str:
    """Return the name that stands for a row, once it is sure that it gives this row again."""
    if rows.get(row.name) is not row:
        raise _own(kind, row.name, rows)
    return row.name


def _own(kind: str, name: str, known: Iterable[str]) -> InvalidValueError:
    """Build the error for something of the user's own, which only their program knows."""
    return InvalidValueError(
        f"the {kind}, {shown(name)}, was one of your own; it may be {', '.join(known)} (a description "
        "holds names and numbers, never code: keep the arrays of Parameters.to_arrays with numpy.savez, "
        "and make the network again in the program that has its functions)"
    )


def _refuse_too_many(layers: int) -> None:
    if layers > MOST_LAYERS:
        raise TooLargeError(sentence("the number of layers", layers, f"at most {MOST_LAYERS:,}"))


def _refuse_too_wide(number: int, size: int) -> None:
    if size > LARGEST_SIZE:
        raise TooLargeError(sentence(f"a size of layer {number}", size, f"at most {LARGEST_SIZE:,}"))
