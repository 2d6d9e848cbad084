"""The first sheet: what the workbook is, how to use it, its names and conventions, where it is from."""

from collections.abc import Iterable

from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Trace
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Cell, Sheet
from chainrule.writers.sheet.looks import Style

MOST_OF_A_TEXT = 32_000  # characters; the programs take 32,767

WIDTHS = (42.0, 22.0, 70.0)


def text(content: str, style: Style = "") -> Cell:
    r"""Return a cell with text: what a program would obey instead of show is there as its number.

    Examples
    --------
    >>> text("a\tb").value
    'aU+0009b'
    """
    shown = shown_controls(content)
    return Cell(shown if len(shown) <= MOST_OF_A_TEXT else f"{shown[:MOST_OF_A_TEXT]}…", style=style)


def heading(*titles: str, numbers: Iterable[int] = ()) -> list[Cell | None]:
    """Return the row of titles of a table; `numbers` says which of its columns are numbers."""
    right = set(numbers)
    noted = max(right, default=len(titles))  # what stands beside a number keeps away from it

    def style(column: int) -> Style:
        if column in right:
            return "heading of numbers"
        return "heading of notes" if column > noted else "heading"

    return [text(title, style(column)) for column, title in enumerate(titles)]


def read_me(trace: Trace, options: Options, said: Iterable[str]) -> Sheet:
    """Return the first sheet.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from.
    said : iterable of str
        What there is to be said of the other sheets, a sentence each.
    """
    rows: list[list[Cell | None]] = [[text(trace.title or "One training step", "title")]]
    rows += [[text(f"Network {trace.network}; {trace.optimizer}.")]]
    rows += [[text(each)] for each in said]
    rows += [[text(f"Ours: {'; '.join(trace.ours)}.")]] if trace.ours else []
    rows += [[], heading("Names", "in code", "what it is")]
    rows += [[text(each.names), text(each.ours), text(each.meaning)] for each in legend(trace)]
    rows += [[], heading("Conventions", "", "")]
    rows += [[text(each)] for each in conventions(trace)]
    rows += [[], heading("Origin", "", "")]
    rows += [[text(name), text(value)] for name, value in options.provenance(trace).items()]
    return Sheet("Read me", WIDTHS, rows=rows)
