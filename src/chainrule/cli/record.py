"""The record of a run: what was asked for, so that ``chainrule resume`` can ask for it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

RECORD = "record.json"


def write_record(run: Path, options: dict[str, Any]) -> None:
    """Write what was asked for into the folder of a run; another run's folder is refused.

    Raises
    ------
    InvalidFileError
        When the folder holds the record of something else.
    """
    from chainrule.errors import InvalidFileError, Words, sentence
    from chainrule.files.atomic import write_atomically

    plain = {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}
    text = json.dumps(
        {"command": "fit", "folder": str(Path.cwd()), "options": plain}, indent=2, sort_keys=True
    )
    path = run / RECORD
    if path.exists():
        if path.read_text("utf-8") != text + "\n":
            thing = f"the folder {run}"
            raise InvalidFileError(
                sentence(thing, Words("that of another run"), "a new one", "resume goes on with it")
            )
        return
    run.mkdir(parents=True, exist_ok=True)
    write_atomically(path, (text + "\n").encode())


def resume(
    run: Path = typer.Argument(metavar="DIR", help="The folder that fit --run wrote."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Go on with a run that was ended.

    Does what ``fit --run DIR`` was asked to do, from its last checkpoint: the result has the bits of a run
    that was never ended.
    """
    import os

    from chainrule.cli.fit import fit
    from chainrule.errors import InvalidFileError, Words, sentence

    path = run / RECORD
    try:
        record = json.loads(path.read_text("utf-8"))
        options, folder = dict(record["options"]), Path(record["folder"])
    except FileNotFoundError:
        raise InvalidFileError(sentence("the folder", str(run), "one that fit --run wrote")) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidFileError(
            sentence(f"the record {path}", Words("damaged"), "one that fit --run wrote")
        ) from error
    for name in ("out", "run"):
        options[name] = None if options.get(name) is None else Path(options[name])
    options["as_json"] = as_json or options.get("as_json", False)
    os.chdir(folder)
    try:
        fit(**options, config=None, print_config=False)
    except TypeError as error:
        raise InvalidFileError(
            sentence(f"the record {path}", Words("of other options"), "one of this version")
        ) from error
