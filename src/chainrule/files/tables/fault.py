"""Where a record goes wrong: the csv module says that it does, but not where."""

from typing import NamedTuple

NEVER_CLOSED = 'had a quote (") that is never closed; it may be closed'
BEHIND_A_QUOTE = 'had something behind its closing quote; it may have nothing (a quote inside is doubled: "")'
TOO_LONG = "had a field of more than {:,} characters; it may be shorter (is a quote never closed?)"

START, PLAIN, QUOTED, AFTER_QUOTE = range(4)


class Fault(NamedTuple):
    """Its field and its line, both counted from 0 within the record, and a clause that says what it is."""

    field: int
    line: int
    clause: str


def fault_of(text: str, delimiter: str, longest: int) -> Fault | None:
    r"""Return what the csv module, being strict, refuses in a record; None if nothing.

    Parameters
    ----------
    text : str
        The record's lines, as far as they were read.
    delimiter : str
        What stands between fields.
    longest : int
        How many characters a field may have.

    Examples
    --------
    >>> fault_of('1,"red"ish\n', ",", 99)[:2]
    (1, 0)
    >>> fault_of('1,"red\n2,blue\n', ",", 99).clause
    'had a quote (") that is never closed; it may be closed'
    """
    state, field, line, opened, length = START, 0, 0, 0, 0
    for letter in text:
        if state == QUOTED and letter == '"':
            state = AFTER_QUOTE
        elif state != QUOTED and letter in (delimiter, "\n"):
            state, field, length = START, field + 1, 0
        elif state == START and letter == '"':
            state, opened = QUOTED, line
        elif state == AFTER_QUOTE and letter != '"':
            return Fault(field, line, BEHIND_A_QUOTE)
        elif state != START or letter != " ":  # spaces before a field are not part of it
            state, length = (PLAIN if state in (START, PLAIN) else QUOTED), length + 1
        if length > longest:
            return Fault(field, opened if state == QUOTED else line, TOO_LONG.format(longest))
        line += letter == "\n"
    return Fault(field, opened, NEVER_CLOSED) if state == QUOTED else None
