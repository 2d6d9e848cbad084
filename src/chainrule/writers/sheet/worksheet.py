"""A worksheet: what a step starts from, its formulas, and empty cells for a person's numbers; or its key."""

import json
from collections.abc import Iterator

from chainrule.check.answers import MINE, NAME, OF_KEY
from chainrule.errors import TooLargeError, Words, sentence
from chainrule.trace.step import Trace
from chainrule.writers.json_trace import start_as_dict
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.questions import Question, questions
from chainrule.writers.sheet.book import Book, Cell, Sheet
from chainrule.writers.sheet.read_me import MOST_OF_A_TEXT, heading, read_me, text

TITLE, STEP = "Worksheet", "Step"
WIDTHS = (24.0, 64.0, 24.0)
HOW = (
    f"Write your numbers into the yellow column of the sheet {TITLE}, with as many digits as you have.",
    "Leave out what you do not know. Then chainrule check FILE says which are right,",
    "and chainrule diagnose FILE names the mistake, if there is one.",
)


def book(trace: Trace, options: Options, *, key: bool) -> Book:
    """Return a worksheet as a workbook.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits, and where it is from.
    key : bool
        Whether the numbers are filled in.

    Raises
    ------
    TooLargeError
        When there are more numbers than a person writes.
    InvalidValueError
        When an activation or a loss is one's own: a file never holds code.
    """
    told = json.dumps(start_as_dict(trace, options), ensure_ascii=True, allow_nan=False)
    if len(told) > 20 * MOST_OF_A_TEXT:
        was = Words(f"one of {len(told):,} letters")
        raise TooLargeError(sentence("the step of a worksheet", was, "one that a person computes"))
    rows: list[list[Cell | None]] = [heading(NAME, "how", OF_KEY if key else MINE, numbers=[2])]
    for each in questions(trace):
        rows += [_row(each, key=key)] if isinstance(each, Question) else [[], [text(each, "section")]]
    sheets = (
        read_me(trace, options, [f"The key of the worksheet {trace.title}."] if key else HOW),
        Sheet("Given", (24.0, 24.0), (1, 1), list(_given(trace))),
        Sheet(TITLE, WIDTHS, (1, 1), rows),
        Sheet(STEP, (60.0,), rows=[[Cell(part)] for part in _parts(told)]),
    )
    return Book(shown_controls(trace.title), sheets, options.of(trace).decimals)


def _given(trace: Trace) -> Iterator[list[Cell | None]]:
    """Yield the rows of what came in."""
    yield heading(NAME, "value", numbers=[1])
    for name, layer in trace.given:
        for quantity in trace.entries(name, layer):
            yield [text(trace.name(quantity)), Cell(trace.value(quantity), style="number")]


def _row(question: Question, *, key: bool) -> list[Cell | None]:
    """Return the row of a number: its name, its formula, and an empty cell or its value."""
    mine = Cell(question.value, style="number") if key else Cell("", style="input")
    return [text(question.name), text(question.formula, "quiet"), mine]


def _parts(told: str) -> Iterator[str]:
    """Yield a text in parts that fit into cells."""
    for start in range(0, len(told), MOST_OF_A_TEXT):
        yield told[start : start + MOST_OF_A_TEXT]
