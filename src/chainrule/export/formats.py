"""The forms in which a model can be exported: one form, one row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import unknown_name
from chainrule.export.arrays import Content, content_of
from chainrule.export.onnx_file import onnx_bytes, told_values
from chainrule.export.to_mat import to_mat
from chainrule.export.to_npz import to_npz
from chainrule.export.to_onnx import to_onnx
from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.tables.table_model import TableModel


@dataclass(frozen=True)
class Exported:
    """A model in another form.

    Parameters
    ----------
    data : bytes
        The content of the file.
    told : dict
        What is in it, in plain data: lists of things with name, type and shape.
    """

    data: bytes
    told: dict[str, list[dict[str, Any]]]


def as_onnx(model: Model | TableModel, **options: Any) -> Exported:
    """Return a model as ONNX; its inputs and outputs are told."""
    proto = to_onnx(model, **options)
    values = {"inputs": told_values(proto.graph.input), "outputs": told_values(proto.graph.output)}
    return Exported(onnx_bytes(proto), values)


def as_npz(model: Model | TableModel) -> Exported:
    """Return a model as .npz; its arrays and texts are told."""
    return Exported(to_npz(model), {"arrays": told_content(content_of(model))})


def as_mat(model: Model | TableModel) -> Exported:
    """Return a model as .mat; its arrays and texts are told."""
    return Exported(to_mat(model), {"arrays": told_content(content_of(model))})


def told_content(content: Content) -> list[dict[str, Any]]:
    """Return what is in a file of arrays as plain data."""
    return [
        {"name": name, "type": type_of(value), "shape": list(np.shape(value))}
        for name, value in content.items()
    ]


def type_of(value: Array | str | list[str]) -> str:
    """Say what an array or a text holds."""
    return value.dtype.name if isinstance(value, np.ndarray) else "text"


FORMATS: dict[str, Callable[..., Exported]] = {"onnx": as_onnx, "mat": as_mat, "npz": as_npz}


def export(model: Model | TableModel, to: str, **options: Any) -> Exported:
    """Return a model in another form.

    Parameters
    ----------
    model : Model or TableModel
        The model.
    to : {"onnx", "mat", "npz"}
        The form.
    **options
        Of `to_onnx`.

    Raises
    ------
    UnknownNameError
        If there is no such form.
    ChainruleError
        As `to_onnx`, `to_mat` and `to_npz`.

    Examples
    --------
    >>> from chainrule import Network
    >>> exported = export(Model(Network.dense([2, 1])), "npz")
    >>> exported.told["arrays"][-1]
    {'name': 'W1', 'type': 'float64', 'shape': [2, 1]}
    """
    if to not in FORMATS:
        raise unknown_name("form", to, FORMATS)
    return FORMATS[to](model, **options)
