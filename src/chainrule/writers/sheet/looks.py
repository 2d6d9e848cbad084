"""How cells look: few styles, the same in both formats; the colors are those of the other writers."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

Style: TypeAlias = Literal[
    "",
    "title",
    "heading",
    "heading of numbers",
    "heading of notes",
    "section",
    "input",
    "number",
    "count",
    "quiet",
]

NAVY, BLUE, PALE, YELLOW, GREY = "#1f3b63", "#2457a5", "#e8eef7", "#fff4cf", "#5b6575"
LINES = "#d5dbe5"  # of a grid behind a curve


class Look(NamedTuple):
    """A style of cells.

    Parameters
    ----------
    color, ground : str
        The colors of the text and of what is behind it; empty for the program's own.
    size : int
        The height of the letters, in points.
    bold : bool
        Whether they are bold.
    right : bool
        Whether they stand at the right, as numbers do.
    indented : bool
        Whether they keep away from the number to their left.
    rounded : bool
        Whether the number shows the decimals of the book.
    """

    color: str = ""
    ground: str = ""
    size: int = 10
    bold: bool = False
    right: bool = False
    indented: bool = False
    rounded: bool = False


LOOKS: Mapping[Style, Look] = {
    "title": Look(NAVY, size=16, bold=True),
    "heading": Look(NAVY, PALE, bold=True),
    "heading of numbers": Look(NAVY, PALE, bold=True, right=True),
    "heading of notes": Look(NAVY, PALE, bold=True, indented=True),
    "section": Look(NAVY, bold=True),
    "input": Look(ground=YELLOW, right=True),
    "number": Look(right=True, rounded=True),
    "count": Look(GREY, right=True),
    "quiet": Look(GREY, indented=True),
}
