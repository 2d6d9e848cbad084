"""A reader's name taken apart for typesetting: what stands on the line, below, above, and over what."""

import re
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Symbol:
    """A letter or word with what hangs on it.

    Parameters
    ----------
    base : str
        What stands on the line: "w", "net", "delta".
    lower, upper : str
        What stands below and above it, empty where nothing does.
    row : str
        Which row it belongs to, from 1; empty where that is not said.
    mark : str
        "+" or "new" for a number after the update, "after" for one of the forward pass after it.
    """

    base: str
    lower: str = ""
    upper: str = ""
    row: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Ratio:
    """A derivative, ∂top/∂bottom, and through which quantity where it is one path of several."""

    top: "Typeset"
    bottom: "Typeset"
    via: "Typeset | None" = None


@dataclass(frozen=True)
class Applied:
    """A word applied to a name, as in net(h_1) or v(w5)."""

    word: str
    argument: "Typeset"
    row: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Words:
    """A name that is plain text, such as a column of a table."""

    text: str


Typeset: TypeAlias = Symbol | Ratio | Applied | Words

MARK = re.compile(r"(?P<rest>.+?)(?P<mark>\+| after|_new| \(new\))$", re.DOTALL)
ROW = re.compile(r"(?P<rest>.*[^\]])\[(?P<row>\d+)\]$", re.DOTALL)
OURS = re.compile(r"(?P<base>[A-Za-z_]+)(?:\[(?P<upper>\d+)\])?(?:\[(?P<lower>[\d,]+)\])?$")
APPLIED = re.compile(r"(?P<word>[A-Za-z]+)\((?P<argument>.+)\)$", re.DOTALL)
PLAIN = re.compile(r"(?P<base>[A-Za-z]+)(?P<lower>\d*)$")
INDEXED = re.compile(r"(?P<base>[A-Za-z]+)_(?P<indices>\w+)$")


def typeset(name: str) -> Typeset:
    """Take a name apart; one that is not built as the tutorials build theirs is plain text.

    Examples
    --------
    >>> typeset("net_h1")
    Symbol(base='net', lower='h1', upper='', row='', mark='')
    >>> typeset("w_01_2+")
    Symbol(base='w', lower='01', upper='2', row='', mark='+')
    >>> typeset("∂E_total/∂w5").bottom
    Symbol(base='w', lower='5', upper='', row='', mark='')
    >>> typeset("sepal length (cm)")
    Words(text='sepal length (cm)')
    """
    if name.startswith("∂") and "/∂" in name:
        return _ratio(name)
    rest, mark = _marked(name)
    if (found := OURS.match(rest)) and found["lower"]:
        upper = f"[{found['upper']}]" if found["upper"] else ""
        return Symbol(found["base"], found["lower"], upper, mark=mark)
    row = ""
    if found := ROW.match(rest):
        rest, row = found["rest"], found["row"]
    if found := APPLIED.match(rest):
        return Applied(found["word"], typeset(found["argument"]), row, mark)
    if found := PLAIN.match(rest):
        return Symbol(found["base"], found["lower"], "", row, mark)
    if (found := INDEXED.match(rest)) and all(found["indices"].split("_")):
        *lower, last = found["indices"].split("_")
        if not lower:
            return Symbol(found["base"], last, "", row, mark)
        return Symbol(found["base"], ",".join(lower), last, row, mark)
    return Words(name)


def _ratio(name: str) -> Typeset:
    """Take apart ∂top/∂bottom, with or without the path that it is a part of."""
    ratio, _, via = name.partition(" via ")
    top, _, bottom = ratio.removeprefix("∂").partition("/∂")
    return Ratio(typeset(top), typeset(bottom), typeset(via) if via else None)


def _marked(name: str) -> tuple[str, str]:
    """Split off what says that a number is one after the update."""
    found = MARK.match(name)
    if found is None:
        return name, ""
    return found["rest"], {"+": "+", " after": "after"}.get(found["mark"], "new")
