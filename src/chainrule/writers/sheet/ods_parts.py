"""What an .ods file says beside its cells: styles, the page, the frozen panes, the curve."""

from collections.abc import Iterator, Mapping

from chainrule.writers.mathml import escaped
from chainrule.writers.sheet.book import Chart, Sheet, column_letters
from chainrule.writers.sheet.looks import BLUE, LINES, LOOKS, Look

NAMESPACES = {
    **{
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "table", "text", "style", "chart", "config", "meta")
    },
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "of": "urn:oasis:names:tc:opendocument:xmlns:of:1.2",
    "ooo": "http://openoffice.org/2004/office",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
}
SOME_DAY = "2000-01-01T00:00:00"  # no file says when it was made
ROUNDED = "rounded"
PAGES = {"fitted": 'style:scale-to-X="1" style:scale-to-Y="0"', "wide": 'style:scale-to="80%"'}


def part(kind: str, inside: str) -> bytes:
    """Return a part of the file, of the kind "content", "styles", "settings" or "meta"."""
    spaces = "".join(f' xmlns:{name}="{address}"' for name, address in NAMESPACES.items())
    tag = f"office:document-{kind}"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{tag}{spaces} office:version="1.3">{inside}</{tag}>'.encode()


def cell_styles(decimals: int | None) -> Iterator[str]:
    """Yield the styles of cells; computed numbers show so many digits after the point."""
    if decimals is not None:
        digits = f'number:decimal-places="{decimals}" number:min-integer-digits="1"'
        yield f'<number:number-style style:name="{ROUNDED}"><number:number {digits}/></number:number-style>'
    for style, look in LOOKS.items():
        shows = f' style:data-style-name="{ROUNDED}"' if look.rounded and decimals is not None else ""
        yield (
            f'<style:style style:name="{style_name(style)}" style:family="table-cell" '
            f'style:parent-style-name="Default"{shows}>{"".join(_properties(look))}</style:style>'
        )


def style_name(style: str) -> str:
    """Return the name of a style in the file."""
    return f"ours-{style.replace(' ', '-')}"


def _properties(look: Look) -> Iterator[str]:
    if look.ground:
        yield f'<style:table-cell-properties fo:background-color="{look.ground}"/>'
    margin = ' fo:margin-left="0.3cm"' if look.indented else ""
    align = "end" if look.right else "start"
    yield f'<style:paragraph-properties fo:text-align="{align}"{margin}/>'
    weight = ' fo:font-weight="bold"' if look.bold else ""
    color = f' fo:color="{look.color}"' if look.color else ""
    yield f'<style:text-properties fo:font-size="{look.size}pt"{weight}{color}/>'


def column_style(width: float) -> str:
    """Return the style of a column that is so many letters wide."""
    looks = f'<style:table-column-properties style:column-width="{width * 0.19:.2f}cm"/>'
    return f'<style:style style:name="{column_name(width)}" style:family="table-column">{looks}</style:style>'


def column_name(width: float) -> str:
    """Return the name of that style."""
    return f"width-{round(width * 10)}"


def styles() -> bytes:
    """Return the language, the letters, and the pages: A4 across, one of them as wide as the sheet."""
    text = 'style:font-name="Liberation Sans" fo:font-family="Liberation Sans" fo:font-size="10pt"'
    language = 'fo:language="en" fo:country="US"'
    return part(
        "styles",
        '<office:styles><style:default-style style:family="table-cell">'
        f"<style:text-properties {text} {language}/></style:default-style>"
        '<style:style style:name="Default" style:family="table-cell"/></office:styles>'
        f"<office:automatic-styles>{''.join(map(_page, PAGES))}</office:automatic-styles>"
        f"<office:master-styles>{''.join(map(_headed, PAGES))}</office:master-styles>",
    )


def _page(name: str) -> str:
    return (
        f'<style:page-layout style:name="{name}"><style:page-layout-properties fo:page-width="29.7cm" '
        f'fo:page-height="21cm" style:print-orientation="landscape" fo:margin="1.5cm" {PAGES[name]}/>'
        '<style:header-style><style:header-footer-properties fo:min-height="0.8cm" '
        'fo:margin-bottom="0.2cm"/></style:header-style></style:page-layout>'
    )


def _headed(name: str) -> str:
    """Return a page with the name of the sheet and the number of the page above."""
    return (
        f'<style:master-page style:name="{name}" style:page-layout-name="{name}"><style:header>'
        "<style:region-left><text:p><text:sheet-name>?</text:sheet-name></text:p></style:region-left>"
        "<style:region-right><text:p><text:page-number>1</text:page-number> / "
        "<text:page-count>1</text:page-count></text:p></style:region-right></style:header></style:master-page>"
    )


def page_styles() -> Iterator[str]:
    """Yield the styles of sheets: what they are printed on."""
    for name in PAGES:
        yield f'<style:style style:name="{name}" style:family="table" style:master-page-name="{name}"/>'


def page_name(sheet: Sheet) -> str:
    """Return the name of a sheet's style."""
    return "fitted" if sheet.fits_a_page else "wide"


def settings(sheets: tuple[Sheet, ...]) -> bytes:
    """Return which rows and columns of each sheet stay where they are."""
    views = "".join(
        f'<config:config-item-map-entry config:name="{escaped(sheet.title)}">{"".join(_frozen(sheet))}'
        "</config:config-item-map-entry>"
        for sheet in sheets
        if any(sheet.frozen)
    )
    return part(
        "settings",
        '<office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        f'{_item("ViewId", "string", "view1")}<config:config-item-map-named config:name="Tables">{views}'
        f"</config:config-item-map-named>{_item('ActiveTable', 'string', escaped(sheets[0].title))}"
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set>"
        "</office:settings>",
    )


def _frozen(sheet: Sheet) -> Iterator[str]:
    rows, columns = sheet.frozen
    for way, count, first, second in (
        ("Horizontal", columns, "PositionLeft", "PositionRight"),
        ("Vertical", rows, "PositionTop", "PositionBottom"),
    ):
        yield _item(f"{way}SplitMode", "short", 2 if count else 0)
        yield _item(f"{way}SplitPosition", "int", count)
        yield _item(first, "int", 0)
        yield _item(second, "int", count)
    yield _item("ActiveSplitRange", "short", 3 if columns else 2)


def _item(name: str, kind: str, value: object) -> str:
    return f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'


def meta(title: str) -> bytes:
    """Return what the file says of itself."""
    said: Mapping[str, str] = {
        "meta:generator": "chainrule",
        "dc:title": escaped(title),
        "meta:creation-date": SOME_DAY,
        "dc:date": SOME_DAY,
        "dc:language": "en-US",
    }
    inside = "".join(f"<{tag}>{value}</{tag}>" for tag, value in said.items())
    return part("meta", f"<office:meta>{inside}</office:meta>")


def curve(chart: Chart, across: str, up: str) -> bytes:
    """Return the curve as an object of its own.

    Parameters
    ----------
    chart : Chart
        Where its numbers are.
    across, up : str
        The titles of its axes.
    """

    def numbers(column: int) -> str:
        letters = column_letters(column)
        return f"$'{chart.of}'.${letters}$2:$'{chart.of}'.${letters}${chart.last + 1}"

    def axis(name: str, title: str) -> str:
        shown = f"<chart:title><text:p>{escaped(title)}</text:p></chart:title>"
        lines = '<chart:grid chart:class="major" chart:style-name="grid"/>' if name == "y" else ""
        return (
            f'<chart:axis chart:dimension="{name}" chart:name="primary-{name}" chart:style-name="axis">'
            f"{shown}{lines}</chart:axis>"
        )

    return part(
        "content",
        '<office:automatic-styles><style:style style:name="line" style:family="chart">'
        '<style:chart-properties chart:symbol-type="none"/><style:graphic-properties draw:stroke="solid" '
        f'svg:stroke-width="0.07cm" svg:stroke-color="{BLUE}"/></style:style>'
        '<style:style style:name="axis" style:family="chart"><style:chart-properties '
        'chart:display-label="true" chart:minimum="0"/></style:style>'
        '<style:style style:name="grid" style:family="chart"><style:graphic-properties draw:stroke="solid" '
        f'svg:stroke-color="{LINES}"/></style:style><style:style style:name="wall" style:family="chart">'
        '<style:graphic-properties draw:fill="solid" draw:fill-color="#ffffff" draw:stroke="none"/>'
        "</style:style></office:automatic-styles>"
        '<office:body><office:chart><chart:chart svg:width="24cm" svg:height="12cm" '
        'chart:class="chart:scatter" chart:style-name="wall"><chart:plot-area>'
        f"{axis('x', across)}{axis('y', up)}"
        '<chart:series chart:style-name="line" chart:class="chart:scatter" '
        f'chart:values-cell-range-address="{escaped(numbers(chart.up))}">'
        f'<chart:domain table:cell-range-address="{escaped(numbers(chart.across))}"/>'
        '</chart:series><chart:wall chart:style-name="wall"/></chart:plot-area>'
        "</chart:chart></office:chart></office:body>",
    )
