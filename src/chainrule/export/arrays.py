"""What a model is, as named arrays and texts: the content of an .npz or a .mat file of it."""

import json
from typing import Any, TypeAlias

import numpy as np

import chainrule
from chainrule.errors import InvalidTypeError, InvalidValueError, sentence
from chainrule.export.network import require_precision
from chainrule.files.tables.lines import NO_CHARACTER
from chainrule.model import Model
from chainrule.network import accept
from chainrule.network.array import Array
from chainrule.network.description import describe
from chainrule.tables.table_model import TableModel

Content: TypeAlias = dict[str, "Array | str | list[str]"]

NOTE = (
    "Written by chainrule {version}. A = X; for each layer k: Z = A * Wk + bk (matrix product), A = f(Z), "
    "f the k-th of activations. The rows of Wk are its inputs, the columns its units (from_to)."
)
OF_A_TABLE = (
    " X has a column for each of columns, in this order; encoder (JSON) says how they are made of those of "
    "the table, and what the outputs mean."
)


def content_of(model: Model | TableModel) -> Content:
    """Return a model as arrays and texts by name.

    Parameters
    ----------
    model : Model or TableModel
        The model, float32 or float64.

    Returns
    -------
    dict
        ``W1, W2, ...``, shapes (d_{l-1}, d_l), and ``b1, b2, ...``, shapes (d_l,): one for each unit also
        where a layer shares one (it is repeated) or has none (0), but no biases where no layer has any.
        ``activations``, ``loss``, ``network`` (all of its description, as JSON), and a ``note`` that says
        how to use them. Of the model of a table also the names of its ``columns`` and its ``encoder`` as
        JSON, and for classes their labels as text, ``classes``. The weights come last, the first layer's
        at the very end: what was cut off anywhere is no network.

    Raises
    ------
    InvalidTypeError
        If it is no model, or one of another precision.
    InvalidValueError
        If an activation or a loss is one of the user's own, which is code, or a number is not finite.

    Examples
    --------
    >>> from chainrule import Network
    >>> content = content_of(Model(Network.dense([2, 3, 1], bias="shared")))
    >>> sorted(content)
    ['W1', 'W2', 'activations', 'b1', 'b2', 'loss', 'network', 'note']
    >>> content["activations"], content["b1"].shape
    (['relu', 'identity'], (3,))
    """
    if not isinstance(model, Model | TableModel):
        raise InvalidTypeError(sentence("what is to be exported", model, "a Model or a TableModel"))
    of_a_table = isinstance(model, TableModel)
    bare = model.model if isinstance(model, TableModel) else model
    network, parameters = bare.network, bare.parameters
    require_precision(parameters)
    accept.refuse_nonfinite("theta", parameters.theta)
    content: Content = {
        "note": NOTE.format(version=chainrule.__version__) + OF_A_TABLE * of_a_table,
        "network": _json(describe(network)),
        "loss": network.loss.name,
        "activations": [layer.activation.name for layer in network.layers],
    }
    if isinstance(model, TableModel):
        content |= _of_a_table(model)
    numbers = range(network.depth, 0, -1)
    if any(layer.biases for layer in network.layers):
        content |= {f"b{number}": _bias(parameters.b[number], parameters.W[number]) for number in numbers}
    return content | {f"W{number}": parameters.W[number] for number in numbers}


def _of_a_table(model: TableModel) -> Content:
    """Return what the arrays of a model of a table need beside them."""
    encoder = model.encoder
    texts: Content = {"columns": [_text("a column", name) for name in encoder.columns]}
    if encoder.classes is not None:
        texts["classes"] = [_text("a class", str(label)) for label in encoder.classes]
    return {**texts, "encoder": _json(encoder.to_dict())}


def _text(thing: str, text: str) -> str:
    """Return a text that a file can hold."""
    if NO_CHARACTER.search(text):
        raise InvalidValueError(
            sentence(f"the name of {thing}", text, "any text without NUL and half characters")
        )
    return text


def _bias(b: Array | None, W: Array) -> Array:
    """Return a bias for each unit of a layer."""
    return np.zeros(W.shape[1], dtype=W.dtype) if b is None else np.array(np.broadcast_to(b, W.shape[1:]))


def _json(told: Any) -> str:
    return json.dumps(told)
