"""A workbook as .ods, with every digit of every number, and the same bytes for the same step."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime

from odfdo import Document, Element

from chainrule.trace.step import Trace
from chainrule.writers.mathml import escaped
from chainrule.writers.options import Options
from chainrule.writers.sheet.book import Book, Cell, Sheet, column_letters
from chainrule.writers.sheet.plan import book_of

SOME_DAY = datetime(2000, 1, 1)
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
ADDRESS = re.compile(r"(?<![A-Za-z_.])([A-Z]{1,3}\d+)(?![\w(])")  # of a cell on the same sheet

LOOKS: Mapping[str, str] = {
    "title": '<style:text-properties fo:font-weight="bold" fo:font-size="16pt"/>',
    "heading": '<style:table-cell-properties fo:border-bottom="0.75pt solid #1f3b63"/>'
    '<style:text-properties fo:font-weight="bold" fo:color="#1f3b63"/>',
    "input": '<style:table-cell-properties fo:background-color="#fff4cf"/>'
    '<style:paragraph-properties fo:text-align="end"/>',
    "value": '<style:paragraph-properties fo:text-align="end"/>',
    "formula": '<style:paragraph-properties fo:text-align="end"/>',
    "quiet": '<style:text-properties fo:color="#667081"/>',
}


def document(trace: Trace, options: Options) -> bytes:
    """Write a trace as an .ods workbook.

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
    """Return a workbook as the bytes of an .ods file."""
    made = Document("spreadsheet")
    made.body.clear()
    made.language = "en-US"
    for style, looks in LOOKS.items():
        made.insert_style(_style(f"ours-{style}", "table-cell", looks), automatic=True)
    for width in sorted({width for sheet in book.sheets for width in sheet.widths}):
        looks = f'<style:table-column-properties style:column-width="{width * 0.19:.2f}cm"/>'
        made.insert_style(_style(_of_width(width), "table-column", looks), automatic=True)
    for sheet in book.sheets:
        made.body.append(Element.from_tag("".join(_table(sheet))))
    made.body.append(Element.from_tag("".join(_names(book))))
    made.meta.title = book.title
    made.meta.creation_date = made.meta.date = SOME_DAY
    made.meta.generator = "chainrule"
    made.meta.editing_cycles = 1
    file = io.BytesIO()
    made.save(file)
    return _reproducible(file)


def _style(name: str, family: str, looks: str) -> str:
    """Return a style as XML."""
    return f'<style:style style:name="{name}" style:family="{family}">{looks}</style:style>'


def _of_width(width: float) -> str:
    return f"width-{round(width * 10)}"


def _table(sheet: Sheet) -> Iterator[str]:
    """Yield a sheet as XML."""
    widest = max((len(row) for row in sheet.rows), default=1)
    yield f'<table:table table:name="{escaped(sheet.title)}">'
    for column in range(widest):
        width = sheet.widths[min(column, len(sheet.widths) - 1)]
        yield f'<table:table-column table:style-name="{_of_width(width)}"/>'
    for row in sheet.rows:
        yield "<table:table-row>"
        yield from map(_cell, row) if row else ("<table:table-cell/>",)
        yield "</table:table-row>"
    yield "</table:table>"


def _cell(cell: Cell | None) -> str:
    """Return a cell as XML: text is text, whatever it begins with."""
    if cell is None:
        return "<table:table-cell/>"
    style = f' table:style-name="ours-{cell.style}"' if cell.style else ""
    if isinstance(cell.value, str):
        text = escaped(cell.value[:32_000])
        return (
            f'<table:table-cell{style} office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        )
    formula = f' table:formula="of:={escaped(_of_formula(cell.formula))}"' if cell.formula else ""
    number = repr(float(cell.value))
    return (
        f'<table:table-cell{style}{formula} office:value-type="float" office:value="{number}">'
        f"<text:p>{number}</text:p></table:table-cell>"
    )


def _of_formula(formula: str) -> str:
    """Return a formula as OpenDocument spells it: addresses in brackets, arguments with semicolons."""
    return ADDRESS.sub(r"[.\1]", formula).replace(",", ";")


def _names(book: Book) -> Iterator[str]:
    """Yield the names of cells as XML."""
    yield "<table:named-expressions>"
    for name, sheet, row, column in book.named():
        address = f"$'{sheet.title}'.${column_letters(column)}${row + 1}"
        yield (
            f'<table:named-range table:name="{escaped(name)}" table:base-cell-address="{escaped(address)}" '
            f'table:cell-range-address="{escaped(address)}"/>'
        )
    yield "</table:named-expressions>"


def _reproducible(file: io.BytesIO) -> bytes:
    """Return the same archive without the time at which it was made; its kind comes first and plain."""
    again = io.BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as written:
        names = sorted(made.namelist(), key=lambda name: (name != "mimetype", name))
        for name in names:
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            written.writestr(entry, made.read(name))
    return again.getvalue()
