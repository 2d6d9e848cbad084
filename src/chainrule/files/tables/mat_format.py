"""MATLAB's file format as a table: every variable of it, as the reading child opens them."""

import struct

import scipy.io

from chainrule.files.matlab_format import DESCRIPTION, byte_order, opened
from chainrule.files.matlab_skeleton import HEADER, MATRIX, Element, sound_content, variables
from chainrule.files.tables.npz_format import trees
from chainrule.files.wire import Tree


def parse(data: bytes) -> list[Tree]:
    """Return the matrices of a file of MATLAB's version 5 to 7.2.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    list of tables
        As `chainrule.files.tables.npz_format.array_tree` makes them.

    Raises
    ------
    ChainruleError
        If the bytes are something else, damaged, or hold other than real numbers.
    """
    order = byte_order(data)
    header = DESCRIPTION + data[len(DESCRIPTION) : HEADER]

    def alone(name: str, variable: Element) -> bytes:
        content = sound_content(name, variable, order, may_be_cells=False)
        return b"".join((header, struct.pack(f"{order}II", MATRIX, len(content)), content))

    found = variables(data, order).items()
    return trees((name, scipy.io.loadmat(opened(alone(name, variable)))[name]) for name, variable in found)
