"""MATLAB's file format as a table: every variable of it, as the reading child opens them."""

from chainrule.files.matlab_format import byte_order, loaded
from chainrule.files.matlab_skeleton import variables
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
    found = variables(data, order).items()
    return trees((name, loaded(data, order, name, variable, may_be_cells=False)) for name, variable in found)
