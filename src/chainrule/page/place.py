"""Where a quantity is: in the parameters, and by what a browser calls it, believed once the step has it."""

import re

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.network.parameters import Parameters
from chainrule.trace.step import Trace

PLACE = re.compile(r"([A-Za-z_]{1,20})((?:\.[0-9]{1,9}){1,5})", re.ASCII)


def block_of(parameters: Parameters, parameter: Quantity) -> tuple[Array, tuple[int, ...]]:
    """Return the block of a weight or bias, a view of the parameters, and its place there.

    Examples
    --------
    >>> import chainrule as cr
    >>> jain = cr.tutorials.load("jain").parameters
    >>> block, place = block_of(jain, Quantity("W", (2, 0, 0)))
    >>> float(block[place])
    0.4
    """
    layer, *place = map(int, parameter.indices)
    block = parameters.W[layer] if parameter.name == "W" else parameters.b[layer]
    assert block is not None
    return block, tuple(place)


def quantity_at(trace: Trace, place: str) -> Quantity:
    """Return the quantity of a step that a place such as ``W.1.0.2`` stands for.

    Raises
    ------
    InvalidValueError
        When it stands for none of this step.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> trace.name(quantity_at(trace, "W.2.0.0"))
    'w5'
    """
    matched = PLACE.fullmatch(place)
    if matched:
        layer, *indices = (int(each) for each in matched[2].split(".")[1:])
        name = matched[1]
        if (name, layer) in trace.given or (name, layer) in trace.by_kind:
            shape = trace.array(name, layer).shape
            if len(shape) == len(indices) and all(i < size for i, size in zip(indices, shape, strict=True)):
                return Quantity(name, (layer, *indices))
    raise InvalidValueError(sentence("the number asked for", place, Words("one of this step's")))
