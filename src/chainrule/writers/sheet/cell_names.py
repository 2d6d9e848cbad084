"""The reader's names as names of cells, which no program takes for an address."""

import re
from collections.abc import Iterable

from chainrule.writers.identifiers import identifier

ADDRESS = re.compile(r"(?P<column>[A-Za-z]{1,3})(?P<row>\d+)$")  # w5 is column W, row 5
ROW_COLUMN = re.compile(r"(r\d*(c\d*)?|c\d*)$", re.IGNORECASE)  # r, c and r1c1 are addresses as well
WORDS = {"true", "false", "exp", "ln", "sqrt", "abs", "sign", "tanh", "erf", "if", "max", "sum", "round"}
LONGEST = 200  # characters; the programs take 255


def cell_name(name: str) -> str:
    """Return a name that a cell can have, as near to the reader's as can be.

    Examples
    --------
    >>> cell_name("w5"), cell_name("out_h1"), cell_name("∂E_total/∂w5"), cell_name("r"), cell_name("w5+")
    ('w_5', 'out_h1', 'dE_total_dw5', 'r_', 'w_5_new')
    """
    if name.endswith("+"):
        return f"{cell_name(name[:-1])}_new"
    plain = identifier(name)[:LONGEST]
    if found := ADDRESS.match(plain):
        return f"{found['column']}_{found['row']}"
    return f"{plain}_" if ROW_COLUMN.match(plain) or plain.lower() in WORDS else plain


def cell_names(names: Iterable[str]) -> list[str]:
    """Return one name of a cell for each name; no two are the same, not even but for capitals.

    Examples
    --------
    >>> cell_names(["E", "e", "w 1", "w_1"])
    ['E', 'e_2', 'w_1', 'w_1_2']
    """
    used: set[str] = set()
    found = []
    for name in names:
        plain = wanted = cell_name(name)
        number = 1
        while wanted.lower() in used:
            number += 1
            wanted = f"{plain}_{number}"
        used.add(wanted.lower())
        found.append(wanted)
    return found
