"""``chainrule export``: a model in the form of another program."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainrule.cli.numbers import TypedError

if TYPE_CHECKING:
    from chainrule.export.formats import Exported

STANDARD_OUTPUT = "-"
MOST_LINES = 20  # of the inputs of a table, as people read them; --json tells all


def export(
    model: str = typer.Argument(metavar="MODEL", help="A model file that chainrule fit or Model.save wrote."),
    to: str | None = typer.Option(
        None, "--to", help="The form: onnx, mat or npz; else by the name of the file."
    ),
    out: str | None = typer.Option(
        None, "--out", "-o", help="The file, or - for standard output; else MODEL with another ending."
    ),
    force: bool = typer.Option(False, "--force", help="Overwrite that file."),
    float32: bool = typer.Option(
        False, "--float32", help="With onnx, of a table: numbers come as float32, not as float64."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print what was written as JSON."),
) -> None:
    """Write a model for another program.

    ONNX takes the columns of a table by their names, and gives labels and probabilities, or numbers in
    their own units: nothing of chainrule is needed to use it. The same model gives the same bytes.
    """
    from chainrule.cli.say import say, say_json
    from chainrule.errors import sentence
    from chainrule.export.formats import export as exported_as
    from chainrule.files.atomic import write_atomically
    from chainrule.tables.table_model import load

    form = form_of(to, out)
    if out == STANDARD_OUTPUT and as_json:
        raise TypedError(
            "--json was given with -o -; it may come with a file, whose place the data would take"
        )
    if float32 and form != "onnx":
        raise TypedError(f"--float32 was given with the form {form}; it may come with onnx")
    target = out or str(Path(model).with_suffix(f".{form}"))
    if os.path.realpath(target) == os.path.realpath(model):
        raise TypedError(sentence("--out", target, "another file than MODEL"))
    options = {"number_type": "float32"} if float32 else {}
    exported = exported_as(load(model), form, **options)
    if out == STANDARD_OUTPUT:
        sys.stdout.buffer.write(exported.data)
        return
    write_atomically(target, exported.data, overwrite=force)
    if as_json:
        say_json({"written": target, "form": form, "bytes": len(exported.data), **exported.told})
    else:
        say("\n".join(lines_of(target, exported)))


def form_of(to: str | None, out: str | None) -> str:
    """Return the form that was asked for, by its name or by that of the file; the two may not differ."""
    from chainrule.errors import sentence, unknown_name
    from chainrule.export.formats import FORMATS

    if to is not None and to not in FORMATS:
        raise unknown_name("form", to, FORMATS)
    ending = os.path.splitext(out or "")[1].lower().removeprefix(".")
    if to is None and ending not in FORMATS:
        raise TypedError(f"--to was missing; it may be {', '.join(FORMATS)}")
    if to is not None and ending in FORMATS and ending != to:
        raise TypedError(sentence("--out", out, f"a name that ends in .{to}, as --to says"))
    return to or ending


def lines_of(target: str, exported: Exported) -> list[str]:
    """Return what was written, a line for each thing in it, but not for hundreds of columns."""
    from chainrule.errors import shown

    lines = [f"{'wrote':9}{shown(target, 200)[1:-1]}, {len(exported.data):,} bytes"]
    for head, things in exported.told.items():
        some = things if len(things) <= MOST_LINES else things[: MOST_LINES // 2]
        lines += [f"{head.removesuffix('s'):9}{line_of(thing)}" for thing in some]
        if len(some) < len(things):
            lines.append(f"{'':9}and {len(things) - len(some):,} more")
    return lines


def line_of(thing: dict[str, Any]) -> str:
    """Return the name, the type and the shape of a thing."""
    from chainrule.errors import shown

    shape = f" ({', '.join(map(str, thing['shape']))})" if thing["shape"] else ""
    return f"{shown(thing['name'])} {thing['type']}{shape}"
