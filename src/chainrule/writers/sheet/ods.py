"""A workbook as .ods, with every digit of every number, and the same bytes for the same step."""

import io
import zipfile
from collections.abc import Iterator

from odfdo import Document

from chainrule.trace.step import Trace
from chainrule.writers.mathml import escaped
from chainrule.writers.options import Options
from chainrule.writers.sheet import ods_parts
from chainrule.writers.sheet.book import Book, Cell, Chart, Sheet, column_letters
from chainrule.writers.sheet.plan import book_of

ZIP_DAY = (1980, 1, 1, 0, 0, 0)
CURVE = "Curve"
OF_CHARTS = "application/vnd.oasis.opendocument.chart"
OF_THE_TEMPLATE = ("Thumbnails", "Configurations2", "manifest.rdf")  # what the library's own document brings


def document(trace: Trace, options: Options) -> bytes:
    """Write a trace as an .ods workbook.

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
    """Return a workbook as the bytes of an .ods file.

    Its parts are written as text: the library's own elements take minutes for a large workbook.
    """
    made = Document("spreadsheet")
    for path in made.manifest.get_paths():
        if path.startswith(OF_THE_TEMPLATE):
            made.manifest.del_full_path(path)
    made.set_part("content.xml", ods_parts.part("content", "".join(_content(book))))
    made.set_part("styles.xml", ods_parts.styles())
    made.set_part("settings.xml", ods_parts.settings(book.sheets))
    made.set_part("meta.xml", ods_parts.meta(book.title))
    for sheet in book.sheets:
        if sheet.chart is not None:
            made.set_part(f"{CURVE}/content.xml", ods_parts.curve(sheet.chart, *_titles(book, sheet.chart)))
            made.manifest.add_full_path(f"{CURVE}/", OF_CHARTS)
            made.manifest.add_full_path(f"{CURVE}/content.xml", "text/xml")
    file = io.BytesIO()
    made.save(file)
    return _reproducible(file, ods_parts.meta(book.title))


def _titles(book: Book, chart: Chart) -> Iterator[str]:
    """Yield the titles of the two columns of a curve."""
    (of,) = (sheet for sheet in book.sheets if sheet.title == chart.of)
    for column in (chart.across, chart.up):
        cell = of.rows[0][column]
        yield str(cell.value) if cell else ""


def _content(book: Book) -> Iterator[str]:
    """Yield the cells of a workbook as XML."""
    yield "<office:automatic-styles>"
    yield from ods_parts.cell_styles(book.decimals)
    yield from ods_parts.page_styles()
    yield from map(ods_parts.column_style, sorted({width for sheet in book.sheets for width in sheet.widths}))
    yield "</office:automatic-styles><office:body><office:spreadsheet>"
    yield '<table:calculation-settings table:automatic-find-labels="false"/>'  # a title is no name
    for sheet in book.sheets:
        yield from _table(sheet)
    yield from _names(book)
    yield "</office:spreadsheet></office:body>"


def _table(sheet: Sheet) -> Iterator[str]:
    """Yield a sheet as XML."""
    yield f'<table:table table:name="{escaped(sheet.title)}" table:style-name="{ods_parts.page_name(sheet)}">'
    yield _shapes() if sheet.chart is not None else ""
    for width in sheet.columns():
        yield f'<table:table-column table:style-name="{ods_parts.column_name(width)}"/>'
    for number, row in enumerate(sheet.rows):
        yield "<table:table-header-rows>" if number == 0 and sheet.frozen[0] else ""
        yield "<table:table-row>"
        yield from map(_cell, row) if row else ("<table:table-cell/>",)
        yield "</table:table-row>"
        yield "</table:table-header-rows>" if number == sheet.frozen[0] - 1 else ""
    yield "</table:table>"


def _shapes() -> str:
    """Return the frame that a curve is shown in."""
    where = 'svg:x="0.3cm" svg:y="1.2cm" svg:width="24cm" svg:height="12cm" draw:z-index="0"'
    shown = 'xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"'
    frame = f'<draw:frame {where}><draw:object xlink:href="./{CURVE}" {shown}/></draw:frame>'
    return f"<table:shapes>{frame}</table:shapes>"


def _cell(cell: Cell | None) -> str:
    """Return a cell as XML: text is text, whatever it begins with."""
    if cell is None:
        return "<table:table-cell/>"
    style = f' table:style-name="{ods_parts.style_name(cell.style)}"' if cell.style else ""
    if isinstance(cell.value, str):
        kind, shown = ' office:value-type="string"', escaped(cell.value).replace("  ", " <text:s/>")
    else:
        shown = repr(float(cell.value))
        kind = f' office:value-type="float" office:value="{shown}"'
    formula = f' table:formula="of:={escaped(cell.formula)}"' if cell.formula else ""
    return f"<table:table-cell{style}{formula}{kind}><text:p>{shown}</text:p></table:table-cell>"


def _names(book: Book) -> Iterator[str]:
    """Yield the names of cells as XML."""
    yield "<table:named-expressions>"
    for name, title, column, row in book.named():
        address = escaped(f"$'{title}'.${column_letters(column)}${row + 1}")
        yield (
            f'<table:named-range table:name="{escaped(name)}" table:base-cell-address="{address}" '
            f'table:cell-range-address="{address}"/>'
        )
    yield "</table:named-expressions>"


def _reproducible(file: io.BytesIO, meta: bytes) -> bytes:
    """Return the same archive without the time at which it was made; its kind comes first and plain."""
    again = io.BytesIO()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as written:
        names = [name for name in made.namelist() if not name.startswith(OF_THE_TEMPLATE)]
        for name in sorted(names, key=lambda name: (name != "mimetype", name)):
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            written.writestr(entry, meta if name == "meta.xml" else made.read(name))  # it adds its own name
    return again.getvalue()
