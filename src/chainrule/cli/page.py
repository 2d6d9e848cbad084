"""``chainrule page``: a step of backpropagation in the browser, live."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli import step
from chainrule.cli.numbers import whole
from chainrule.cli.what import WHAT

if TYPE_CHECKING:
    from chainrule.page.state import State

LARGEST_LINK = 8_000_000  # bytes of a file that holds a link
LINK_FILE = ".txt"


def page(
    what: str | None = typer.Argument(
        None,
        metavar="WHAT",
        help=f"{WHAT} Or a link that Share gave, or a file with one. Left out: jain, or --sizes.",
    ),
    port: int | None = typer.Option(
        None, parser=whole("--port", 1, 65535), help="The port; by default any that is free."
    ),
    no_browser: bool = typer.Option(False, "--no-browser", help="Print the address and open no browser."),
    sizes: str | None = step.SIZES,
    inputs: str | None = step.INPUTS,
    targets: str | None = step.TARGETS,
    learning_rate: float | None = step.RATE,
    seed: int = step.SEED,
    hidden: str | None = step.HIDDEN_,
    output: str | None = step.OUTPUT_,
    loss: str | None = step.LOSS_,
    data: str | None = step.TABLE,
    row: int = step.ROW,
    as_json: bool = typer.Option(False, "--json", help="Print the address as JSON."),
) -> None:
    """Open a page that steps through backpropagation.

    The whole network live in your browser: every number of a step, why it is what it is, forward and back
    in time; edit any number, train, type your own numbers. It is served to this machine only, until Ctrl-C.
    """
    import webbrowser

    from chainrule.cli.say import say, say_json
    from chainrule.page.app import Page
    from chainrule.page.guard import Guard, Keys
    from chainrule.page.serve import listening, serve

    own = {"sizes": sizes, "inputs": inputs, "targets": targets, "learning_rate": learning_rate, "seed": seed}
    files = {"hidden": hidden, "output": output, "loss": loss}
    first, at = _first(what, own, files, data, row)
    listener = listening(port)
    keys = Keys.fresh(listener.getsockname()[1])

    def started() -> None:
        if as_json:
            say_json({"address": keys.address})
        else:
            say(f"the page is at {keys.address}")
            print("chainrule: it is open to this machine only; Ctrl-C ends it", file=sys.stderr)
        if not no_browser:
            webbrowser.open(keys.address)

    serve(Guard(Page(first, at, keys.token).application(), keys), listener, started)


def _first(
    what: str | None, own: dict[str, Any], of_a_file: dict[str, str | None], data: str | None, row: int
) -> tuple[State, str]:
    """Return what is open when the browser comes, and the place of the number that is looked at."""
    from chainrule.page import menu
    from chainrule.page.lesson import of_trace
    from chainrule.page.link import is_link, state_of
    from chainrule.page.state import State

    if what is None and own["sizes"] is None:
        what = menu.FIRST
    if what is not None and is_link(what):
        return state_of(what)
    if what is not None and Path(what).suffix.lower() == LINK_FILE:
        return state_of(_link_in(what))
    typed = [
        *(own[name] for name in ("sizes", "inputs", "targets", "learning_rate")),
        *of_a_file.values(),
        data,
    ]
    if what is not None and menu.knows(what) and not any(typed) and not Path(what).exists():
        return State.opened(menu.opened(what)), ""
    (trace,) = step.steps_of(what, own=own, of_a_file=of_a_file, data=data, row=row)
    return State.at(of_trace(trace), trace.start), ""


def _link_in(path: str) -> str:
    """Return what a file with a link holds."""
    from chainrule.errors import InvalidFileError, sentence
    from chainrule.files.source import readable_file

    readable_file(path, LARGEST_LINK)
    try:
        return Path(path).read_text("ascii").strip()
    except UnicodeDecodeError:
        raise InvalidFileError(sentence("the file", path, "one that Share saved")) from None
