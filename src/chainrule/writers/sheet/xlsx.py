"""A workbook as .xlsx, with every digit of every number, and the same bytes for the same step."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from chainrule.trace.step import Trace
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Book, Cell, Sheet, column_letters
from chainrule.writers.sheet.plan import book_of

FORMATS: Mapping[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "heading": {"bold": True, "bottom": 1, "font_color": "#1f3b63"},
    "input": {"bg_color": "#fff4cf", "align": "right"},
    "value": {"align": "right"},
    "formula": {"align": "right"},
    "quiet": {"font_color": "#667081"},
}
SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # no file says when it was made


class ExactWorksheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet that writes all digits of a number, where the library's own writes sixteen."""

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        said = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{said}><v>{number!r}</v></c>")


def document(trace: Trace, options: Options) -> bytes:
    """Write a trace as an .xlsx workbook.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from, and how many rounds it goes on for.

    Examples
    --------
    >>> import chainrule as cr
    >>> document(cr.tutorials.load("jain").trace(), Options(rounds=0))[:2]
    b'PK'
    """
    return write(book_of(trace, options))


def write(book: Book) -> bytes:
    """Return a workbook as the bytes of an .xlsx file."""
    file = io.BytesIO()
    workbook = Workbook(file, {"in_memory": True})
    workbook.set_properties({"title": book.title, "created": SOME_DAY.replace(tzinfo=None)})
    formats = {style: workbook.add_format(looks) for style, looks in FORMATS.items()}
    for sheet in book.sheets:
        drawn = workbook.add_worksheet(sheet.title, worksheet_class=ExactWorksheet)
        _fill(drawn, sheet, formats)
        if sheet.chart is not None:
            _chart(workbook, drawn, sheet)
    for name, sheet, row, column in book.named():
        workbook.define_name(name, f"='{sheet.title}'!${column_letters(column)}${row + 1}")
    workbook.close()
    return file.getvalue()


def _fill(drawn: Worksheet, sheet: Sheet, formats: Mapping[str, Any]) -> None:
    """Write the cells of a sheet, its widths, and how it prints."""
    widest = max((len(row) for row in sheet.rows), default=1)
    for column in range(widest):
        drawn.set_column(column, column, sheet.widths[min(column, len(sheet.widths) - 1)])
    if sheet.frozen:
        drawn.freeze_panes(sheet.frozen, 1)
    drawn.set_landscape()
    drawn.fit_to_pages(1, 0)
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                _write(drawn, row, column, cell, formats.get(cell.style))


def _write(drawn: Worksheet, row: int, column: int, cell: Cell, looks: Any) -> None:
    """Write a cell as what it is; text is never taken for a formula or a link, whatever it begins with."""
    if cell.formula:
        drawn.write_formula(row, column, f"={cell.formula}", looks, cell.value)
    elif isinstance(cell.value, str):
        drawn.write_string(row, column, cell.value[:32_000], looks)
    else:
        drawn.write_number(row, column, cell.value, looks)


def _chart(workbook: Workbook, drawn: Worksheet, sheet: Sheet) -> None:
    """Draw a column of a sheet as a curve."""
    assert sheet.chart is not None
    column, title = sheet.chart
    last = len(sheet.rows) - 1
    chart = workbook.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": title,
            "categories": [sheet.title, 1, 0, last, 0],
            "values": [sheet.title, 1, column, last, column],
            "line": {"color": "#2457a5", "width": 1.75},
        }
    )
    chart.set_title({"name": title, "overlay": False})
    chart.set_x_axis({"name": "round", "interval_unit": max(1, last // 10)})
    chart.set_legend({"none": True})
    drawn.insert_chart(3, 2, chart, {"x_scale": 1.4, "y_scale": 1.2})
