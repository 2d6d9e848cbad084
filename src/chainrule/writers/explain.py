"""Writing a trace to a file: the form follows from the file's suffix."""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from chainrule.errors import InvalidFileError, InvalidTypeError, sentence, shown
from chainrule.files.atomic import write_atomically
from chainrule.network import accept
from chainrule.trace.step import Trace
from chainrule.writers.options import Options

# For each suffix the module with its `document`; each brings in what it needs when it is used.
WRITERS: Mapping[str, str] = {
    ".txt": "chainrule.writers.text",
    ".html": "chainrule.writers.html",
    ".tex": "chainrule.writers.latex",
    ".ipynb": "chainrule.writers.notebook",
    ".ods": "chainrule.writers.sheet.ods",
    ".xlsx": "chainrule.writers.sheet.xlsx",
    ".py": "chainrule.writers.script",
    ".md": "chainrule.writers.markdown",
    ".json": "chainrule.writers.json_trace",
    ".svg": "chainrule.writers.svg",
    ".png": "chainrule.writers.png",
}


def explain(
    trace: Trace,
    path: str | os.PathLike[str],
    *,
    digits: int = 10,
    decimals: int | None = None,
    most: int = 100,
    rounds: int = 200,
    overwrite: bool = False,
    origin: Mapping[str, str] | None = None,
) -> None:
    """Write a whole step to a file, in the form that its suffix says.

    Parameters
    ----------
    trace : Trace
        The step.
    path : str or path
        The file: .txt, .html, .tex, .ipynb, .ods, .xlsx, .py, .md, .json, .svg or .png.
    digits : int
        Significant digits shown, 1 to 17; the numbers themselves keep theirs.
    decimals : int, optional
        Digits after the point instead, 0 to 17.
    most : int
        How many numbers of one kind are shown where a form could not hold them all; what is left
        out is said in the file.
    rounds : int
        How many rounds a workbook goes on for, 0 or more.
    overwrite : bool
        Whether an existing file may be replaced.
    origin : mapping of str to str, optional
        What else is known of where the step is from, such as the command or the seed.

    Raises
    ------
    InvalidFileError, OSError
        When the suffix is none of these, the file exists, or cannot be written.
    InvalidValueError, TooLargeError
        When the form cannot hold this step; the sentence says why.

    Examples
    --------
    >>> import os, tempfile
    >>> from pathlib import Path
    >>> import chainrule as cr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "step.md")
    ...     explain(cr.tutorials.load("jain").trace(), path)
    ...     print(Path(path).read_text("utf-8").splitlines()[0])
    # Back Propagation in Neural Networks
    """
    if not isinstance(trace, Trace):
        raise InvalidTypeError(sentence("what was to be explained", trace, "a Trace, as model.trace gives"))
    options = Options(
        accept.count("digits", digits),
        None if decimals is None else accept.count("decimals", decimals, least=0),
        accept.count("most", most),
        dict(origin or {}),
        accept.count("rounds", rounds, least=0),
    )
    write_atomically(path, written(trace, suffix_of(path), options), overwrite=overwrite)


def written(trace: Trace, suffix: str, options: Options) -> bytes:
    """Return what a file with one of the suffixes of `WRITERS` holds of a step."""
    document = import_module(WRITERS[suffix]).document(trace, options)
    return document.encode("utf-8") if isinstance(document, str) else document


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the suffix of a file that one of the writers makes."""
    suffix = Path(path).suffix.lower()
    if suffix not in WRITERS:
        may_be = ", ".join(WRITERS)
        raise InvalidFileError(sentence(f"the suffix of {shown(os.fspath(path))}", suffix, may_be))
    return suffix
