"""The conventions of a step, said: where two people get other numbers and both are right."""

from collections.abc import Iterator

from chainrule.network.network import Network
from chainrule.network.optimizers import AdamW
from chainrule.trace.step import Trace


def conventions(trace: Trace) -> list[str]:
    """Return the conventions of a step, a sentence each.

    Examples
    --------
    >>> import chainrule as cr
    >>> for sentence in conventions(cr.tutorials.load("jain").trace()):
    ...     print(sentence)
    The loss of a row is summed over its outputs; half_squared_error has the 1/2 that cancels the 2.
    Layers 1 and 2 have one shared bias each: its gradient is the sum over the units of the layer.
    Frozen, so computed but not updated: b[1], b[2].
    Weights are told unit by unit: all that lead to one unit stand together.
    Every gradient is computed with the old weights; the update comes after all of them.
    """
    return list(_sentences(trace))


def _sentences(trace: Trace) -> Iterator[str]:
    network, start = trace.network, trace.start
    yield _of_the_loss(network)
    if len(start.data.X) > 1 and start.data.row_weights is None:
        n = len(start.data.X)
        yield f"The loss of the {n} rows is their mean, so every gradient is divided by {n}."
    if start.data.row_weights is not None:
        yield "The loss of the rows is their weighted mean: divided by the sum of the row weights."
    yield from _of_the_biases(network)
    if start.penalty:
        yield "The penalty takes hold of trained weights only, not of biases, and is not divided by the rows."
    if start.masks is not None:
        yield "Dropout divides what is kept by 1 - p; what came through the mask goes back through it."
    elif any(layer.dropout for layer in network.layers):
        yield "The network has dropout, and this step is shown without it."
    if isinstance(start.optimizer, AdamW):
        yield "The decay takes hold of weights, not of biases."
    yield (
        "Weights are told unit by unit: all that lead to one unit stand together."
        if trace.naming.orientation == "to_from"
        else "Weights are told input by input: all that leave one input stand together."
    )
    yield "Every gradient is computed with the old weights; the update comes after all of them."
    if trace.rounding is not None:
        yield f"Computed by hand: {trace.rounding}."


def _of_the_loss(network: Network) -> str:
    of_outputs = {
        "half_squared_error": "summed over its outputs; half_squared_error has the 1/2 that cancels the 2",
        "squared_error": "summed over its outputs; squared_error has no 1/2, so its derivative has the 2",
        "mean_squared_error": "the mean over its outputs; it has no 1/2, so its derivative has the 2",
        "half_mean_squared_error": "half the mean over its outputs; the 1/2 cancels the 2",
    }
    return f"The loss of a row is {of_outputs.get(network.loss.name, 'summed over its outputs')}."


def _of_the_biases(network: Network) -> Iterator[str]:
    numbers = range(1, network.depth + 1)
    shared = [l for l in numbers if network.layer(l).bias == "shared"]
    none = [l for l in numbers if network.layer(l).bias == "none"]
    if shared:
        has = "has one shared bias" if len(shared) == 1 else "have one shared bias each"
        yield f"{_layers(shared)} {has}: its gradient is the sum over the units of the layer."
    if none:
        yield f"{_layers(none)} {'has' if len(none) == 1 else 'have'} no bias."
    frozen = [
        f"{letter}[{l}]"
        for l in numbers
        for letter, trained in (
            ("W", network.layer(l).train_weights),
            ("b", network.layer(l).train_bias or network.layer(l).bias == "none"),
        )
        if not trained
    ]
    if frozen:
        yield f"Frozen, so computed but not updated: {', '.join(frozen)}."


def _layers(numbers: list[int]) -> str:
    """Return "Layer 1" or "Layers 1, 2 and 3"."""
    *first, last = map(str, numbers)
    return f"Layers {', '.join(first)} and {last}" if first else f"Layer {last}"
