"""A model as a MATLAB file."""

import os

import numpy as np

from chainrule.errors import TooLargeError
from chainrule.export.arrays import content_of
from chainrule.files.atomic import write_atomically
from chainrule.files.matlab_format import saved
from chainrule.files.source import LARGEST_FILE
from chainrule.model import Model
from chainrule.tables.table_model import TableModel


def to_mat(
    model: Model | TableModel, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False
) -> bytes:
    """Return a model as a MATLAB file of version 5, and write it where a path is given.

    What it holds is what `to_npz` says, a bias as a row, several texts as a cell array.
    `chainrule.files.matlab.read_mat` reads weights and biases again, bit for bit.

    Parameters
    ----------
    model : Model or TableModel
        The model, float32 or float64.
    path : str or path, optional
        The file to write, by custom ``*.mat``.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    bytes
        The file. The same model gives the same bytes: no date is in it.

    Raises
    ------
    InvalidTypeError
        If it is no model, or one of another precision.
    InvalidValueError
        If an activation or a loss is one of the user's own, which is code.
    TooLargeError
        If it would be larger than what is read again.
    InvalidFileError, OSError
        If the file exists, or cannot be written.

    Examples
    --------
    >>> import os, tempfile
    >>> from chainrule import Model, Network, to_mat
    >>> from chainrule.files.matlab import read_mat
    >>> model = Model(Network.dense([2, 3, 1]), seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     data = to_mat(model, os.path.join(folder, "m.mat"))
    ...     found = read_mat(os.path.join(folder, "m.mat"))
    >>> bool((found.weights[0] == model.parameters.W[1]).all())
    True
    """
    content = content_of(model)
    rows = {
        name: value.reshape(1, -1)
        for name, value in content.items()
        if isinstance(value, np.ndarray) and value.ndim == 1
    }
    data = saved({**content, **rows})
    if len(data) > LARGEST_FILE:
        raise TooLargeError(f"the file would have {len(data):,} bytes; it may have at most {LARGEST_FILE:,}")
    if path is not None:
        write_atomically(path, data, overwrite=overwrite)
    return data
