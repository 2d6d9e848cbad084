"""Where a record goes wrong: the csv module says that it does, but not where."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

NEVER_CLOSED = 'had a quote (") that is never closed; it may be closed'
BEHIND_A_QUOTE = 'had something behind its closing quote; it may have nothing (a quote inside is doubled: "")'
TOO_LONG = "had a field of more than {:,} characters; it may be shorter (is a quote never closed?)"

START, PLAIN, QUOTED, AFTER_QUOTE, WRONG = range(5)  # where in a field a letter is


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
    before, field, line, opened = START, 0, 0, 0
    for letter, (state, field, length) in zip(text, steps(text, delimiter), strict=True):
        if (before, state) == (START, QUOTED):
            opened = line
        if state == WRONG:
            return Fault(field, line, BEHIND_A_QUOTE)
        if length > longest:
            return Fault(field, opened if state == QUOTED else line, TOO_LONG.format(longest))
        before = state
        line += letter == "\n"
    return Fault(field, opened, NEVER_CLOSED) if before == QUOTED else None


def field_at_end(text: str, delimiter: str) -> int:
    """Return in which field, from 0, a text ends.

    Examples
    --------
    >>> field_at_end('a,"b,c', ",")
    1
    """
    last = deque(steps(text, delimiter), maxlen=1)
    return last[0][1] if last else 0


def steps(text: str, delimiter: str) -> Iterator[tuple[int, int, int]]:
    """Yield after each letter of a record: the state, the field from 0, and the field's length so far."""
    state, field, length = START, 0, 0
    for letter in text:
        if state == QUOTED and letter == '"':
            state = AFTER_QUOTE
        elif state != QUOTED and letter in (delimiter, "\n"):
            state, field, length = START, field + 1, 0
        elif state == START and letter == '"':
            state = QUOTED
        elif state == AFTER_QUOTE and letter != '"':
            state = WRONG
        elif state != START or letter != " ":  # spaces before a field are not part of it
            state, length = (PLAIN if state in (START, PLAIN) else QUOTED), length + 1
        yield state, field, length
