"""Options from a TOML file, and back into one."""

import json
import tomllib
from pathlib import Path
from typing import Any

import typer

from chainrule.errors import InvalidFileError, sentence, unknown_name


def from_file(context: typer.Context, path: Path | None) -> Path | None:
    """Take what is not typed from a TOML file: its names are the options' without dashes.

    Raises
    ------
    InvalidFileError
        When the file is not TOML, or holds tables.
    UnknownNameError
        When a name in it is no option of the command; the nearest is given.
    """
    if path is None:
        return None
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidFileError(
            sentence(f"the file {path}", str(error), "TOML, such as epochs = 20")
        ) from error
    known = [parameter.name for parameter in context.command.params if parameter.name]
    for name in given:
        if name.replace("-", "_") not in known:
            raise unknown_name(f"option in {path}", name, [each.replace("_", "-") for each in known])
    context.default_map = {name.replace("-", "_"): value for name, value in given.items()}
    return path


def as_toml(options: dict[str, Any]) -> str:
    """Return options as TOML, in their order; those that are not set are left out.

    Examples
    --------
    >>> print(as_toml({"target": "species", "epochs": None, "drop": ["id"], "force": False}))
    target = "species"
    drop = ["id"]
    force = false
    """
    # Text, numbers, booleans and lists of text are spelled alike in JSON and TOML.
    return "\n".join(
        f"{name.replace('_', '-')} = {json.dumps(str(value) if isinstance(value, Path) else value)}"
        for name, value in options.items()
        if value is not None and value != []
    )
