"""The templates, styles and scripts that lie beside the writers of HTML."""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader


@cache
def asset(name: str) -> str:
    """Return the text of a file beside the writers."""
    return (files("chainrule.writers") / "templates" / name).read_text("utf-8")


@cache
def template(name: str) -> Any:
    """Return a template: what is put into it is escaped."""
    return found_by(asset, name)


def found_by(load: Callable[[str], str], name: str) -> Any:
    """Return a template, and whatever it includes, by what loads their text; what is put in is escaped."""
    return Environment(loader=FunctionLoader(load), autoescape=True, trim_blocks=True).get_template(name)


def digest(text: str) -> str:
    """Return what the content policy lists, so that the page runs this script and style and no other."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
