"""What a command works on: a tutorial, a gate, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.tutorials import Preset

WHAT = (
    "A tutorial (jain, dustbunny, general-purpose, sadiya, kumar), a gate (and, or, nand, xor) "
    "or a .mat file."
)


def preset_of(what: str, hidden: str, output: str, loss: str) -> Preset:
    """Return what is meant by a word on the command line.

    A bare name is a tutorial or gate only when no such file exists; ``tutorial:jain`` always is one.

    Parameters
    ----------
    what : str
        A name, or the path of a .mat file with weights, biases, inputs and targets.
    hidden, output, loss : str
        The activations and the loss of a network that comes from a file, which cannot say them.
    """
    from chainrule.errors import InvalidFileError, sentence
    from chainrule.tutorials import load

    path = Path(what)
    if path.suffix.lower() == ".mat" or path.exists():
        if path.suffix.lower() != ".mat":
            raise InvalidFileError(sentence("the file", what, "a .mat file"))
        from chainrule.tutorials.mat import preset_from_mat

        return preset_from_mat(path, hidden=hidden, output=output, loss=loss)
    return load(what)
