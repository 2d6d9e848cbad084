"""A network that comes from MATLAB, or goes there: its weights, its biases and sample data.

The form is that of the tutorial `sadiya`: ``weights{k}`` of shape (n_in, n_out) and
``biases{k}``, in cell arrays or as plain matrices ``W1, W2, ...`` and ``b1, b2, ...``, beside
``inputs`` and ``targets`` with one row for each example.
"""

import os
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InvalidFileError, ShapeError, TooLargeError
from chainrule.files.atomic import write_atomically
from chainrule.files.child import read_in_child
from chainrule.files.matlab_network import MatNetwork, cells
from chainrule.files.source import LARGEST_FILE, errors_about
from chainrule.files.wire import Tree, malformed

__all__ = ["MatNetwork", "read_mat", "write_mat"]

Array: TypeAlias = NDArray[np.float64]

READER = "chainrule.files.matlab_format:parse"


def read_mat(path: str | os.PathLike[str]) -> MatNetwork:
    """Read a network from a MATLAB file, version 5 to 7.2, in a child process with limits.

    Parameters
    ----------
    path : str or path
        A file with the variables ``weights`` (or ``W``), alone or numbered from 1, and
        perhaps ``biases`` (``b``), ``inputs`` (``input``, ``X``, ``x``) and ``targets``
        (``target``, ``Y``, ``y``, ``u``); others are left alone. A bias may be a row or a
        column, a single example may be a column.

    Returns
    -------
    MatNetwork

    Raises
    ------
    InvalidFileError
        If the file is no such file. Orientation is never guessed: weights that fit only when
        transposed are refused, saying so.
    """
    answer = read_in_child(READER, path)
    with errors_about(path):
        return network_of(answer)


def network_of(answer: Tree) -> MatNetwork:
    """Build a network out of what `chainrule.files.matlab_format.parse` found.

    The answer comes out of the child that read the file, so even its form is checked.
    """
    matrices = {role: matrices_in(answer, role) for role in ("weights", "biases", "inputs", "targets")}
    weights, biases = matrices["weights"], matrices["biases"]
    if not weights:
        raise InvalidFileError("the content had no weights; it may have a matrix for each layer")
    return MatNetwork(
        weights=tuple(weights),
        biases=tuple(vector(*cell) for cell in cells("biases", biases)) or None,
        inputs=examples(matrices["inputs"], weights[0].shape[0]),
        targets=examples(matrices["targets"], weights[-1].shape[1]),
    )


def matrices_in(answer: Tree, role: str) -> list[Array]:
    """Return the matrices of one role, none if there are none."""
    found = answer.get(role) if isinstance(answer, Mapping) else None
    if not isinstance(found, list):
        raise malformed(f"no list of {role}")
    matrices = [each for each in found if isinstance(each, np.ndarray) and each.ndim == 2]
    if len(matrices) < len(found):
        raise malformed(f"{role} that are no matrices")
    return matrices


def vector(name: str, matrix: Array) -> Array:
    """Return a bias as a vector; MATLAB has only rows and columns, and either will do."""
    if 1 not in matrix.shape:
        raise ShapeError(f"{name} had the shape {matrix.shape}; it may be one row or one column")
    return matrix.reshape(-1)


def examples(found: list[Array], width: int) -> Array | None:
    """Return data with one row for each example, None if there are none.

    A column as long as the layer is wide can only be one example.
    """
    if not found:
        return None
    return found[0].T if found[0].shape == (width, 1) else found[0]


def write_mat(path: str | os.PathLike[str], network: MatNetwork, *, overwrite: bool = False) -> None:
    """Write a network as a MATLAB file of version 5; `read_mat` gives the same bits back.

    ``weights`` and ``biases`` are cell arrays of one column, a bias is a row. The same network
    gives the same bytes: no date is in them.

    Parameters
    ----------
    path : str or path
        Where to; see `chainrule.files.atomic.write_atomically`.
    network : MatNetwork
        What to write.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    TooLargeError
        If the file would be larger than `read_mat` accepts.
    InvalidFileError, OSError
        If the file cannot be written.
    """
    # Here, because SciPy's reader and writer take longer to import than all else in this room,
    # and reading needs them in the child only.
    from chainrule.files.matlab_format import build

    # The weights come last: a file that was cut anywhere has no weights, and is refused.
    data = build(
        {
            "targets": [] if network.targets is None else [network.targets],
            "inputs": [] if network.inputs is None else [network.inputs],
            "biases": [bias.reshape(1, -1) for bias in network.biases or ()],
            "weights": network.weights,
        }
    )
    if len(data) > LARGEST_FILE:
        raise TooLargeError(f"the file would have {len(data):,} bytes; it may have at most {LARGEST_FILE:,}")
    write_atomically(path, data, overwrite=overwrite)
