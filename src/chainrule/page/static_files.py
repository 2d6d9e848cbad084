"""The files that a page is made of: its own, and those that it shares with the writers of HTML."""

from functools import cache
from importlib.resources import files
from typing import Any

from chainrule.writers.assets import asset, found_by

# What a browser may ask for, its kind, and whose it is: no name from a browser is ever joined to a folder.
SCRIPT, STYLE, ICON = "text/javascript", "text/css", "image/svg+xml"
ASSETS = {
    "net.css": STYLE,
    "step.css": STYLE,
    "page.css": STYLE,
    "icon.svg": ICON,
    **dict.fromkeys(
        (
            "main.js",
            "server.js",
            "steps.js",
            "picture.js",
            "why.js",
            "drawers.js",
            "table.js",
            "matrix.js",
            "mine.js",
            "plots.js",
            "code.js",
            "training.js",
            "setup.js",
        ),
        SCRIPT,
    ),
}
SHARED = ("net.css", "step.css", "statement.html")  # which lie beside the writers


@cache
def static(name: str) -> str:
    """Return the text of a file of the page."""
    if name in SHARED:
        return asset(name)
    return (files("chainrule.page") / "static" / name).read_text("utf-8")


@cache
def template(name: str) -> Any:
    """Return a template: what is put into it is escaped."""
    return found_by(static, name)
