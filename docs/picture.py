"""Makes the README's picture, docs/_static/step.svg, out of what `chainrule explain jain` prints.

With --check it only says whether the picture is current, by its exit status.
"""

import sys
from html import escape
from pathlib import Path

import chainrule as cr

PICTURE = Path(__file__).parent / "_static" / "step.svg"
FIRST, LAST = "  layer 2, BP1", "  layer 2, BP3"
TYPED = "$ chainrule explain jain"

LINE, LEFT, TOP, WIDTH = 19, 22, 34, 520
COLORS = {
    "page": "#11151c",
    "text": "#d7dde6",
    "heading": "#ffb454",
    "symbols": "#7fd1ff",
    "quiet": "#6d7a8c",
}


def picture() -> str:
    """Return the picture: the output layer's part of the backward pass, then where the update begins."""
    lines = str(cr.tutorials.load("jain").trace()).splitlines()
    start = next(row for row, line in enumerate(lines) if line.startswith(FIRST))
    end = next(row for row, line in enumerate(lines) if line.startswith(LAST))
    shown = [TYPED, "  ...", "", *lines[start:end], "  ..."]
    height = TOP + LINE * len(shown)
    rows = [
        f'<text x="{LEFT}" y="{TOP + LINE * row}" fill="{COLORS[kind_of(line)]}" xml:space="preserve">'
        f"{escape(line)}</text>"
        for row, line in enumerate(shown)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="The gradients of the output layer, explained" '
        'font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">'
    )
    page = f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{COLORS["page"]}"/>'
    return "\n".join([head, page, *rows, "</svg>", ""])


def kind_of(line: str) -> str:
    """Return which color a line has."""
    if line.startswith("  layer"):
        return "heading"
    if line.startswith("$") or line.strip() == "...":
        return "quiet"
    return "text" if line.lstrip().startswith("=") else "symbols"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PICTURE.read_text("utf-8") != picture())
    PICTURE.write_text(picture(), "utf-8")
