"""The reader's names as names of cells, which no program takes for an address or a function."""

import re
from collections import Counter
from collections.abc import Iterable

from chainrule.writers.identifiers import identifier

ADDRESS = re.compile(r"(?P<column>[A-Za-z]{1,3})(?P<row>\d+)$")  # w5 is column W, row 5
ROW_COLUMN = re.compile(r"(r\d*(c\d*)?|c\d*)$", re.IGNORECASE)  # r, c and r1c1 are addresses as well
WORDS = {
    "true",
    "false",
    "and",
    "or",
    "not",
    "if",
    "exp",
    "ln",
    "sqrt",
    "abs",
    "sign",
    "tanh",
    "erf",
    "round",
}
RESERVED = "_xl"  # what begins with it is the program's own
LONGEST = 60  # characters; the programs take 255, but a formula of many has to stay short


def cell_name(name: str) -> str:
    """Return a name that a cell can have, as near to the reader's as can be.

    Examples
    --------
    >>> cell_name("w5"), cell_name("out_h1"), cell_name("∂E_total/∂w5"), cell_name("r"), cell_name("w5+")
    ('w_5', 'out_h1', 'dE_total_dw5', 'r_', 'w_5_new')
    """
    if name.endswith("+") and not name.startswith("+"):
        return f"{cell_name(name[:-1])}_new"
    plain = identifier(name)[:LONGEST].rstrip("_")
    if found := ADDRESS.match(plain):
        return f"{found['column']}_{found['row']}"
    if ROW_COLUMN.match(plain) or plain.lower() in WORDS:
        return f"{plain}_"
    return f"q{plain}" if plain.lower().startswith(RESERVED) else plain


def cell_names(names: Iterable[str]) -> list[str]:
    """Return one name of a cell for each name; no two are the same, not even but for capitals.

    Examples
    --------
    >>> cell_names(["E", "e", "w 1", "w_1"])
    ['E', 'e_2', 'w_1', 'w_1_2']
    """
    used: set[str] = set()
    times: Counter[str] = Counter()
    found = []
    for name in names:
        plain = wanted = cell_name(name)
        while wanted.lower() in used:
            times[plain.lower()] += 1
            wanted = f"{plain}_{times[plain.lower()] + 1}"
        used.add(wanted.lower())
        found.append(wanted)
    return found
