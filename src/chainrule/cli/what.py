"""What a command works on: a tutorial, a gate, two moons, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.tutorials import Preset

WHAT = (
    "A tutorial (jain, dustbunny, general-purpose, sadiya, kumar), a gate (and, or, nand, xor), "
    "two-moons or a .mat file."
)
HIDDEN = "For a .mat file: the hidden layers' activation; tanh if not said."
OUTPUT = "For a .mat file: the output layer's activation; sigmoid if not said."
LOSS = "For a .mat file: the loss; squared_error if not said."


def preset_of(what: str, **of_a_file: str | None) -> Preset:
    """Return what is meant by a word on the command line.

    A bare name is a tutorial or gate only when no such file exists; ``tutorial:jain`` always is one.

    Parameters
    ----------
    what : str
        A name, or the path of a .mat file with weights, biases, inputs and targets.
    **of_a_file
        `hidden`, `output` and `loss`: the activations and the loss of a network that comes from a
        file, which cannot say them; None where nothing was typed.
    """
    from chainrule.errors import InvalidFileError, InvalidValueError, sentence
    from chainrule.files.source import quoted
    from chainrule.tutorials.catalog import NAMES, load

    typed = {name: value for name, value in of_a_file.items() if value is not None}
    path = Path(what)
    if path.suffix.lower() == ".mat":
        from chainrule.tutorials.mat import preset_from_mat

        return preset_from_mat(path, **typed)
    if path.exists():
        known = what.lower() in NAMES
        hint = f"tutorial:{what} is the tutorial or gate of that name" if known else ""
        raise InvalidFileError(sentence("the file", what, "a .mat file", hint))
    if path.suffix or path.name != what:
        raise InvalidFileError(f"{quoted(what)} was no file; it may be a .mat file, a tutorial or a gate")
    preset = load(what)
    if typed:
        name, value = next(iter(typed.items()))
        raise InvalidValueError(sentence(f"--{name}", value, f"given for a .mat file only, not for {what}"))
    return preset


def with_rows(preset: Preset) -> Preset:
    """Return a preset whose training rows have been read, once: they may come out of a file."""
    from dataclasses import replace

    rows = preset.training_rows()
    return replace(preset, training_rows=lambda: rows)
