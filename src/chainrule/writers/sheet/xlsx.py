"""A workbook as .xlsx, with every digit of every number, and the same bytes for the same step."""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from chainrule.trace.step import Trace
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Book, Cell, Chart, Sheet, column_letters
from chainrule.writers.sheet.looks import BLUE, LINES, LOOKS, Look, Style
from chainrule.writers.sheet.plan import book_of

SOME_DAY = datetime(2000, 1, 1)  # no file says when it was made
A4 = 9
ADDRESS = re.compile(r"\[(?:\$('[^']*'))?\.([^\]]*)\]")


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

    Raises
    ------
    TooLargeError, InvalidValueError
        As `book_of`.

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
    workbook.set_properties({"title": book.title, "created": SOME_DAY})
    formats = {
        style: workbook.add_format(_format(look, book.decimals if look.rounded else None))
        for style, look in LOOKS.items()
    }
    for sheet in book.sheets:
        drawn = workbook.add_worksheet(sheet.title, worksheet_class=ExactWorksheet)
        _fill(drawn, sheet, formats)
        if sheet.chart is not None:
            _draw(workbook, drawn, sheet.chart, len(sheet.rows) + 1)
    for name, title, column, row in book.named():
        workbook.define_name(name, f"='{title}'!${column_letters(column)}${row + 1}")
    workbook.close()
    return file.getvalue()


def excel(formula: str) -> str:
    """Return a formula in Excel's notation.

    Examples
    --------
    >>> excel("IF([.B2]>0;w_5*[$'Given'.$B$3];0)")
    "=IF(B2>0,w_5*'Given'!$B$3,0)"
    """
    plain = ADDRESS.sub(lambda found: f"{found[1]}!{found[2]}" if found[1] else found[2], formula)
    return "=" + plain.replace(";", ",")


def _format(look: Look, decimals: int | None) -> dict[str, Any]:
    """Return a look in the words of the library."""
    said: dict[str, Any] = {"font_size": look.size, "bold": look.bold, "indent": int(look.indented)}
    said |= {"font_color": look.color} if look.color else {}
    said |= {"bg_color": look.ground} if look.ground else {}
    said |= {"align": "right"} if look.right else {}
    return said if decimals is None else {**said, "num_format": "0." + "0" * decimals if decimals else "0"}


def _fill(drawn: Worksheet, sheet: Sheet, formats: Mapping[Style, Any]) -> None:
    """Write the cells of a sheet, its widths, and how it prints."""
    for column, width in enumerate(sheet.columns()):
        drawn.set_column(column, column, width)
    if any(sheet.frozen):
        drawn.freeze_panes(*sheet.frozen)
        drawn.repeat_rows(0, sheet.frozen[0] - 1)
    drawn.set_landscape()
    drawn.set_paper(A4)
    if sheet.fits_a_page:
        drawn.fit_to_pages(1, 0)
    elif sheet.frozen[1]:
        drawn.repeat_columns(0, sheet.frozen[1] - 1)
    drawn.set_header("&L&A&R&P / &N")
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if cell is not None:
                _write(drawn, row, column, cell, formats.get(cell.style))


def _write(drawn: Worksheet, row: int, column: int, cell: Cell, looks: Any) -> None:
    """Write a cell as what it is; text is never taken for a formula or a link, whatever it begins with."""
    if cell.formula:
        drawn.write_formula(row, column, excel(cell.formula), looks, cell.value)
    elif isinstance(cell.value, str):
        drawn.write_string(row, column, cell.value, looks)
    else:
        drawn.write_number(row, column, cell.value, looks)


def _draw(workbook: Workbook, drawn: Worksheet, curve: Chart, row: int) -> None:
    """Draw a curve; its titles are cells, so that none is read as anything but text."""
    chart = workbook.add_chart({"type": "scatter", "subtype": "straight"})
    chart.add_series(
        {
            "name": [curve.of, 0, curve.up],
            "categories": [curve.of, 1, curve.across, curve.last, curve.across],
            "values": [curve.of, 1, curve.up, curve.last, curve.up],
            "line": {"color": BLUE, "width": 2},
        }
    )
    chart.set_title({"none": True})
    chart.set_x_axis({"name": [curve.of, 0, curve.across], "min": 0, "major_gridlines": {"visible": False}})
    chart.set_y_axis(
        {"name": [curve.of, 0, curve.up], "major_gridlines": {"visible": True, "line": {"color": LINES}}}
    )
    chart.set_legend({"none": True})
    chart.set_size({"width": 900, "height": 480})
    drawn.insert_chart(row, 0, chart)
