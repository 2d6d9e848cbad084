"""A model as NumPy's archive of arrays."""

import io
import os
import zipfile

import numpy as np

from chainrule.export.arrays import content_of
from chainrule.files.atomic import write_atomically
from chainrule.model import Model
from chainrule.network.array import Array
from chainrule.tables.table_model import TableModel

FIRST_DATE = (1980, 1, 1, 0, 0, 0)  # a member must have a date, and the same model gives the same bytes
UNIX, READABLE = 3, 0o600 << 16  # zipfile would say on which system it was written


def to_npz(
    model: Model | TableModel, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False
) -> bytes:
    """Return a model as an .npz archive, and write it where a path is given.

    Parameters
    ----------
    model : Model or TableModel
        The model, float32 or float64.
    path : str or path, optional
        The file to write, by custom ``*.npz``.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    bytes
        The archive: weights ``W1, W2, ...`` whose rows are inputs, shapes (d_{l-1}, d_l), biases
        ``b1, b2, ...``, shapes (d_l,), and as texts ``activations``, ``loss``, ``network`` and a
        ``note`` that says how to use them; of the model of a table also ``columns``, ``classes`` and
        the ``encoder``. The same model gives the same bytes.

    Raises
    ------
    InvalidTypeError
        If it is no model, or one of another precision.
    InvalidValueError
        If an activation or a loss is one of the user's own, which is code.
    InvalidFileError, OSError
        If the file exists, or cannot be written.

    Examples
    --------
    >>> import io
    >>> from chainrule import Model, Network, to_npz
    >>> model = Model(Network.dense([2, 3, 1], hidden="tanh"), seed=1)
    >>> arrays = np.load(io.BytesIO(to_npz(model)))
    >>> X = np.array([[0.5, -1.0]])
    >>> A = np.tanh(X @ arrays["W1"] + arrays["b1"]) @ arrays["W2"] + arrays["b2"]
    >>> bool(np.allclose(A, model.predict(X))), arrays["activations"].tolist()
    (True, ['tanh', 'identity'])
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, value in content_of(model).items():
            member = zipfile.ZipInfo(f"{name}.npy", FIRST_DATE)
            member.create_system, member.external_attr = UNIX, READABLE
            archive.writestr(member, _member(np.asarray(value)))
    data = stream.getvalue()
    if path is not None:
        write_atomically(path, data, overwrite=overwrite)
    return data


def _member(array: Array) -> bytes:
    """Return an array as NumPy's file of one, little-endian on every machine."""
    stream = io.BytesIO()
    little = np.array(array, dtype=array.dtype.newbyteorder("<"), order="C")
    np.lib.format.write_array(stream, little, version=(1, 0), allow_pickle=False)
    return stream.getvalue()
