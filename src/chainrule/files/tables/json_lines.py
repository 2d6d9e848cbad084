"""JSON Lines: one object for each row, its names the columns."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from chainrule.errors import InvalidFileError, shown
from chainrule.files.tables.lines import HALF_A_CHARACTER, Lines, no_character
from chainrule.files.tables.names import check_names
from chainrule.files.tables.optional import polars
from chainrule.files.tables.table import Table
from chainrule.files.tables.wording import described
from chainrule.network.accept import refuse_too_large

AT_ONCE = 1 << 24  # characters that are Python objects at one time
SMALLEST, LARGEST = -(2**63), 2**63 - 1  # of an Int64
FLAT = {bool: "true or false", int: "a number", float: "a number", str: "text"}
KINDS = {**FLAT, list: "a list", dict: "an object"}

Row = dict[str, Any]


def read_json_lines(name: str, stream: BinaryIO) -> Table:
    r"""Read a table of one JSON object for each line.

    A name that an object lacks is a missing value. Only some rows at a time are Python objects.

    Parameters
    ----------
    name : str
        What the table is called.
    stream : binary stream
        It is read once, from where it stands to its end.

    Returns
    -------
    Table
        Its columns in the order in which their names appear first.

    Raises
    ------
    InvalidFileError
        If a line is no object of numbers, text, true, false and null, if it has a name twice, or if
        a column is text in one line and a number in another. The message names line and column.

    Examples
    --------
    >>> import io
    >>> stream = io.BytesIO(b'{"age": 7, "name": "Ann"}\n{"age": 7.5}\n')
    >>> read_json_lines("people", stream).frame.rows()
    [(7.0, 'Ann'), (7.5, None)]
    """
    polars()
    lines = Lines(stream)
    columns: dict[str, GrowingColumn] = {}
    count = 0
    for some in objects(lines):
        for key in dict.fromkeys(key for _, row in some for key in row):
            columns.setdefault(key, GrowingColumn(key, count))
        check_names(list(columns))
        refuse_too_large("the table", 8 * (count + len(some)) * len(columns))
        for column in columns.values():
            column.add(some)
        count += len(some)
    if not count:
        raise InvalidFileError(described("the content", "empty", "a JSON object in each line"))
    frame = polars().DataFrame([column.whole() for column in columns.values()])
    return Table(name, frame, lines.sha256, tuple(lines.notes))


def objects(lines: Lines) -> Iterator[list[tuple[int, Row]]]:
    """Yield some objects at a time, each with the number of its line; blank lines are none."""
    some: list[tuple[int, Row]] = []
    length = 0
    for line in lines:
        fault = no_character(line)
        if fault:
            raise InvalidFileError(f"line {lines.number} {fault[1]}")
        if line.strip():
            some.append((lines.number, parsed(line, lines.number)))
            length += len(line)
        if length > AT_ONCE:
            yield some
            some, length = [], 0
    if some:
        yield some


def parsed(line: str, number: int) -> Row:
    """Return the object that a line holds."""

    def once(pairs: list[tuple[str, Any]]) -> Row:
        row = dict(pairs)
        if len(row) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InvalidFileError(f"line {number} had the name {shown(twice)} twice; it may have it once")
        return row

    try:
        row = json.loads(line, object_pairs_hook=once, parse_int=whole, parse_constant=not_finite)
    except json.JSONDecodeError as error:
        raise InvalidFileError(
            f"line {number}, character {error.colno}, was no JSON ({error.msg}); it may be an object"
        ) from None
    except RecursionError:
        raise InvalidFileError(f"line {number} was nested too deeply; it may be a flat object") from None
    if not isinstance(row, dict):
        kind = KINDS.get(type(row), "null")
        raise InvalidFileError(f'line {number} was {kind}; it may be an object, such as {{"age": 7}}')
    return row


def whole(digits: str) -> int | float:
    """Return a whole number; one beyond 64 bits as the float next to it."""
    short = len(digits.removeprefix("-")) < 20
    return int(digits) if short and SMALLEST <= int(digits) <= LARGEST else float(digits)


def not_finite(word: str) -> float | None:
    """Return what NaN and Infinity mean, which some write although JSON does not have them."""
    return None if word == "NaN" else float(word)


class GrowingColumn:
    """A column that grows.

    Parameters
    ----------
    name : str
        Its name.
    rows_before : int
        How many rows were read before its name came up; it is missing in those.
    """

    def __init__(self, name: str, rows_before: int) -> None:
        self.name = name
        self._kind: str | None = None
        self._since = 0  # the line that showed what kind it is
        self._parts = [polars().Series([None] * rows_before, dtype=polars().Null)]

    def add(self, rows: list[tuple[int, Row]]) -> None:
        """Take this column's values of some rows, given with the numbers of their lines."""
        values = [row.get(self.name) for _, row in rows]
        kinds = {KINDS[each] for each in set(map(type, values)) if each is not type(None)}
        if kinds - {self._kind}:
            self._learn(rows)
        self._parts.append(self._series(values, rows))

    def _learn(self, rows: list[tuple[int, Row]]) -> None:
        """Look at value after value: which kind it is, and whether it stays that."""
        for line, row in rows:
            value = row.get(self.name)
            kind = KINDS.get(type(value))
            where = f"line {line}, column {shown(self.name)},"
            if kind is None:
                continue
            if type(value) not in FLAT:
                raise InvalidFileError(f"{where} was {kind}; it may be a number, text, true, false or null")
            if self._kind is None:
                self._kind, self._since = kind, line
            if kind != self._kind:
                may_be = f"{self._kind}, as in line {self._since}"
                raise InvalidFileError(f"{where} was {kind}; it may be {may_be}")

    def _series(self, values: list[Any], rows: list[tuple[int, Row]]) -> Any:
        """Return some values as a series, whole numbers as such as long as all of them are."""
        pl = polars()
        whole = all(value is None or isinstance(value, int) for value in values)
        types = {None: pl.Null, "a number": pl.Int64 if whole else pl.Float64, "text": pl.String}
        try:
            return pl.Series(values, dtype=types.get(self._kind, pl.Boolean), strict=False)
        except UnicodeEncodeError:
            lines = (line for line, row in rows if HALF_A_CHARACTER.search(row.get(self.name) or ""))
            raise InvalidFileError(
                f"line {next(lines)}, column {shown(self.name)}, had half a character; it may have whole ones"
            ) from None

    def whole(self) -> Any:
        """Return the column, of the one type that holds all of its parts."""
        pl = polars()
        types = {part.dtype for part in self._parts} - {pl.Null}
        dtype = types.pop() if len(types) == 1 else pl.Float64
        return pl.concat([part.cast(dtype) for part in self._parts]).rename(self.name)
