"""Reading a hostile format where it can do no harm: in a child process with limits.

The child has no standard input, an address space and a processor time of limited size, and a
clock above it; it can write into no file. It answers in a form that cannot carry a program (see
`chainrule.files.wire`), and whatever becomes of it, the parent raises one sentence.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from chainrule.errors import InvalidFileError
from chainrule.files.source import errors_about, readable_file
from chainrule.files.wire import Tree, receive

START = (
    "import json, sys; request = json.loads(sys.argv[1]); sys.path[:] = request['folders']; "
    "from chainrule.files.inside import main; main(request)"
)
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def read_in_child(
    reader: str,
    path: str | os.PathLike[str],
    *,
    memory: int = 1 << 30,
    seconds: float = 20.0,
    options: Mapping[str, str] | None = None,
) -> Tree:
    """Return what a reader makes of a file's bytes, run where it cannot take anything down.

    Parameters
    ----------
    reader : str
        "module:function", a function from bytes to a tree of float64 arrays, text and numbers.
        It is named by our code, never by a file.
    path : str or path
        A plain file of at most 256 MB.
    memory : int
        Bytes that the child may use beyond its imports, where the operating system limits
        that (Linux does; Windows and macOS have the clock only).
    seconds : float
        How long it may take, from start to answer.
    options : mapping of str to str, optional
        What the reader gets besides, by name.

    Returns
    -------
    tree
        The reader's result; its arrays are read-only.

    Raises
    ------
    InvalidFileError
        If there is no such plain readable file, if the reader refuses the content, crashes,
        takes too long or needs too much memory. The message names the file.
    """
    source = readable_file(path)
    request = {
        "reader": reader,
        "path": source,
        "memory": memory,
        "seconds": seconds,
        "folders": folders(),
        "options": dict(options or {}),
    }
    # Isolated (-I), without site (-S), leaving no compiled files (-B): what can be imported is
    # exactly what the parent can import, and neither the environment nor the current folder adds.
    command = [sys.executable, "-I", "-S", "-B", "-c", START, json.dumps(request)]
    environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1")}  # threads cost address space
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    with (
        errors_about(path),
        subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=nothing, env=environment) as process,
    ):
        return answer(process, seconds)


def folders() -> list[str]:
    """Return the folders that the child imports from: the parent's, and this package's own."""
    own = str(Path(__file__).resolve().parents[2])
    return [*filter(os.path.isabs, sys.path), own]


def answer(process: subprocess.Popen[bytes], seconds: float) -> Tree:
    """Return a child's answer; when this returns or raises, the child is no more."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(seconds, stop)
    clock.start()
    try:
        assert process.stdout is not None  # it was asked for
        return receive(process.stdout)
    except EOFError:
        code = process.wait()
        raise InvalidFileError(too_long(seconds) if late.is_set() else ending(code)) from None
    finally:
        clock.cancel()
        process.kill()


def too_long(seconds: float) -> str:
    """Say that the child was stopped by the clock."""
    return f"reading or running it took more than {seconds:g} seconds, so it was stopped"


def ending(code: int) -> str:
    """Say how a child ended that gave no answer.

    Examples
    --------
    >>> ending(3)
    'reading or running it ended with code 3, without an answer'
    """
    if code >= 0:
        return f"reading or running it ended with code {code}, without an answer"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if name == "SIGKILL":
        return "reading or running it was killed from outside, perhaps because memory ran out"
    return f"reading or running it crashed ({name})"
