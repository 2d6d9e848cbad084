"""MATLAB's file format, as SciPy speaks it: bytes to matrices and back.

SciPy's reader is documented as not hardened against hostile files, so it is shown nothing that
`chainrule.files.matlab_skeleton` has not passed, and `parse` runs in a child process (see
`chainrule.files.child`).
"""

import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import scipy.io
from numpy.typing import NDArray

from chainrule.errors import InvalidFileError
from chainrule.files.matlab_names import ALIASES, ONE_FOR_EACH_LAYER, variables_by_role
from chainrule.files.matlab_numbers import finite_float64
from chainrule.files.matlab_skeleton import HEADER, MATRIX, Element, sound_content, variables

Matrices: TypeAlias = dict[str, list[NDArray[np.float64]]]
Variable: TypeAlias = NDArray[Any] | str | Sequence[str]

DESCRIPTION = b"MATLAB 5.0 MAT-file, written by chainrule".ljust(116)
ORDER_OF_VERSION_5 = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
VERSION_7_3 = (b"\x00\x02IM", b"\x02\x00MI")
SAVE_AGAIN = "save it again in MATLAB with save('-v7')"

FIRST_BYTES = {
    b"\x89HDF": "an HDF5 file",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"\x93NUMPY": "a NumPy array",
    **{bytes((0x80, protocol)): "a pickle, which could run any program" for protocol in range(2, 6)},
}


def parse(data: bytes) -> Matrices:
    """Return the matrices of a network from the bytes of a MATLAB file.

    Parameters
    ----------
    data : bytes
        A file of MATLAB's version 5 to 7.2.

    Returns
    -------
    dict of lists of float64 matrices
        ``weights`` and ``biases`` in the order of the layers, ``inputs`` and ``targets`` as
        one matrix or none. All are finite; whether their shapes go together is not asked here.

    Raises
    ------
    ChainruleError
        If the bytes are something else, damaged, or hold other than real numbers.
    """
    order = byte_order(data)
    found = variables(data, order)
    matrices: Matrices = {}
    for role, names in variables_by_role(found).items():
        matrices[role] = []
        for name in names:
            may_be_cells = role in ONE_FOR_EACH_LAYER and name in ALIASES[role]
            matrices[role] += matrices_of(name, loaded(data, order, name, found[name], may_be_cells))
    return matrices


def loaded(data: bytes, order: str, name: str, variable: Element, may_be_cells: bool) -> Any:
    """Return one variable as SciPy reads it: out of a file that holds it alone, once it was found sound."""
    content = sound_content(name, variable, order, may_be_cells)
    header = DESCRIPTION + data[len(DESCRIPTION) : HEADER]
    tag = struct.pack(f"{order}II", MATRIX, len(content))
    return scipy.io.loadmat(opened(b"".join((header, tag, content))))[name]


def opened(data: bytes = b"") -> Any:
    """Return bytes as an open file, which SciPy takes but its type stubs do not know."""
    return io.BytesIO(data)


def byte_order(data: bytes) -> str:
    """Return the order of bytes in a file's numbers, "<" or ">".

    Raises
    ------
    InvalidFileError
        If the file is not one of MATLAB's version 5 to 7.2, saying what it is if that is known.
    """
    # SciPy takes every file with a zero among its first four bytes for one of version 4.
    order = ORDER_OF_VERSION_5.get(data[124:HEADER])
    if order is None or 0 in data[:4]:
        raise InvalidFileError(f"the content was {what_it_is(data)}; it may be a MATLAB file ({SAVE_AGAIN})")
    return order


def what_it_is(data: bytes) -> str:
    """Say what bytes are that are no MATLAB file of version 5 to 7.2."""
    if not data:
        return "empty"
    if data[124:HEADER] in VERSION_7_3:
        return "a MATLAB file of version 7.3 (HDF5)"
    for beginning, kind in FIRST_BYTES.items():
        if data.startswith(beginning):
            return kind
    if data.startswith(b"MATLAB 5.0") and len(data) < HEADER:
        return f"cut off after {len(data)} bytes"
    if 0 in data[:4]:
        return "perhaps a MATLAB file of version 4"
    return "text" if data[:HEADER].isascii() and b"\0" not in data[:HEADER] else "of an unknown format"


def matrices_of(name: str, value: object) -> list[NDArray[np.float64]]:
    """Return the one matrix of a variable, or those in its cells, under MATLAB's names."""
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return [finite_float64(name, value, axes=2)]
    if value.ndim != 2 or min(value.shape) != 1:
        raise InvalidFileError(f"{name} had {value.shape} cells; it may have one row or one column of them")
    return [finite_float64(f"{name}{{{k}}}", cell, axes=2) for k, cell in enumerate(value.flat, start=1)]


def build(matrices: Mapping[str, Sequence[NDArray[np.float64]]]) -> bytes:
    """Return the bytes of a MATLAB file with the matrices of a network.

    Parameters
    ----------
    matrices : mapping
        By role, as `parse` returns them; they are written in this order, empty roles not.
    """
    return saved(
        {
            role: cell_column(found) if role in ONE_FOR_EACH_LAYER else found[0]
            for role, found in matrices.items()
            if found
        }
    )


def saved(variables: Mapping[str, Variable]) -> bytes:
    """Return the bytes of a MATLAB file, of version 5 and without compression.

    The same variables give the same bytes: the date that SciPy writes into the header is replaced, and
    compressed bytes would depend on zlib's version.

    Parameters
    ----------
    variables : mapping
        By name: matrices, cell arrays of them, a text, or texts, which become a cell array of one column.
    """
    written = {
        name: cell_column(value) if isinstance(value, list | tuple) else value
        for name, value in variables.items()
    }
    stream = opened()
    scipy.io.savemat(stream, written)
    data: bytes = stream.getvalue()
    return DESCRIPTION + data[len(DESCRIPTION) :]


def cell_column(values: Sequence[NDArray[np.float64]] | Sequence[str]) -> NDArray[np.object_]:
    """Return matrices or texts as a MATLAB cell array of one column."""
    column = np.empty((len(values), 1), dtype=object)
    for cell, value in enumerate(values):
        column[cell, 0] = value
    return column
