"""MATLAB's file format as a table: every variable of it, as the reading child opens them."""

import struct

import scipy.io

from chainrule.files.matlab_format import DESCRIPTION, byte_order, opened
from chainrule.files.matlab_skeleton import HEADER, MATRIX, sound_content, variables
from chainrule.files.tables.npz_format import array_tree
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
    trees = []
    for name, variable in variables(data, order).items():
        content = sound_content(name, variable, order, may_be_cells=False)
        tag = struct.pack(f"{order}II", MATRIX, len(content))
        alone = opened(b"".join((header, tag, content)))
        trees.append(array_tree(name, scipy.io.loadmat(alone)[name]))
    return trees
