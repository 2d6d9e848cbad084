"""The reader's names as names that a programming language takes."""

import keyword
import re
from collections.abc import Iterable

SPELLED = {"∂": "d", "+": "_new", "'": "_prime"}


def identifier(name: str) -> str:
    """Return a name as one that Python takes, as near to it as can be.

    Examples
    --------
    >>> identifier("∂E_total/∂w5"), identifier("w5+"), identifier("net(h_1)"), identifier("lambda")
    ('dE_total_dw5', 'w5_new', 'net_h_1', 'lambda_')
    """
    spelled = "".join(SPELLED.get(letter, letter) for letter in name)
    plain = re.sub(r"\W+", "_", spelled, flags=re.ASCII).strip("_")
    if not plain or plain[0].isdigit():
        plain = f"q_{plain}".rstrip("_")
    return f"{plain}_" if keyword.iskeyword(plain) or keyword.issoftkeyword(plain) else plain


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return one identifier for each name, no two of them the same, and none that is taken.

    Examples
    --------
    >>> identifiers(["w 1", "w_1", "math"], taken=["math"])
    ['w_1', 'w_1_2', 'math_2']
    """
    used, found = set(taken), []
    for name in names:
        plain = wanted = identifier(name)
        number = 1
        while wanted in used:
            number += 1
            wanted = f"{plain}_{number}"
        used.add(wanted)
        found.append(wanted)
    return found
