"""Lines become records of fields, as Python's csv module reads them; errors name line and column."""

import csv
from collections.abc import Iterator
from itertools import chain

from chainrule.errors import InvalidFileError, shown
from chainrule.files.tables.fault import fault_of, field_at_end
from chainrule.files.tables.lines import LONGEST_LINE, Lines, no_character, too_long

DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons"}


class Records:
    r"""The records of a text with separated fields.

    Quotes are strict: an open one, or letters behind a closed one, are refused. Spaces after a
    delimiter do not count, and blank lines are no records.

    Parameters
    ----------
    lines : Lines
        The text.
    delimiter : str, optional
        What stands between fields; not given, what the first line has: a comma, a tab or a semicolon.

    Attributes
    ----------
    names : list of str
        The names of the columns, for errors; empty until somebody sets it.

    Raises
    ------
    InvalidFileError
        Iterating: for NUL, bytes that are no text, wrong quotes, and a record that is too long.

    Examples
    --------
    >>> import io
    >>> list(Records(Lines(io.BytesIO(b'a,b\n"1\n2",3\n'))))
    [(['a', 'b'], 'a,b\n'), (['1\n2', '3'], '"1\n2",3\n')]
    """

    def __init__(self, lines: Lines, delimiter: str | None = None) -> None:
        self._lines = lines
        self._first = next((line for line in lines if line.strip()), "")
        self._read: list[str] = []  # the lines of the present record
        self.delimiter = delimiter or delimiter_of(self._first)
        self.names: list[str] = []

    def __iter__(self) -> Iterator[tuple[list[str], str]]:
        # "\r" has become "\n" before, so that nothing but "\n" ends a line here.
        reader = csv.reader(self._fed(), delimiter=self.delimiter, strict=True, skipinitialspace=True)
        while True:
            self._read.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._fault(str(error)) from None
            text = "".join(self._read)
            if text.strip(" \n"):  # a tab is a delimiter, and a line of tabs a row of missing values
                yield fields, text

    @property
    def line(self) -> int:
        """The number of the line in which the present record begins."""
        return self._lines.number - len(self._read) + 1

    def column(self, field: int) -> str:
        """Name a column by the place of its field, from 0."""
        return f"column {shown(self.names[field])}" if field < len(self.names) else f"column {field + 1}"

    def _fed(self) -> Iterator[str]:
        """Give the csv module one line after the other, each looked at, and remember them."""
        length = 0
        for line in chain([self._first] if self._first else [], self._lines):
            length = len(line) + (length if self._read else 0)
            self._read.append(line)
            if length > LONGEST_LINE:
                raise too_long(self.line, self._lines.number)
            fault = no_character(line)
            if fault:
                before = "".join(self._read[:-1]) + line[: fault[0]]
                column = self.column(field_at_end(before, self.delimiter))
                raise InvalidFileError(f"line {self._lines.number}, {column}, {fault[1]}")
            yield line

    def _fault(self, error: str) -> InvalidFileError:
        """Build the error for a record that the csv module refused."""
        fault = fault_of("".join(self._read), self.delimiter, csv.field_size_limit())
        if fault is None:
            return InvalidFileError(f"line {self.line} could not be divided into fields: {error}")
        return InvalidFileError(f"line {self.line + fault.line}, {self.column(fault.field)}, {fault.clause}")


def delimiter_of(first_line: str) -> str:
    r"""Return what stands between the fields of a text, as its first line has it.

    Examples
    --------
    >>> delimiter_of("a;b\n")
    ';'
    """
    return next((each for each in DELIMITERS if each in first_line), ",")
