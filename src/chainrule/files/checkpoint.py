"""Checkpoints: the state of a training in a folder, from which it goes on after anything.

Each is a file of its own, ``checkpoint-000001.safetensors`` and counting, in the form of
`chainrule.files.sealed` and written by the one atomic write; the older ones are removed only when
the new one is safely there. So a kill, a full disk or a power cut, at any instant, leaves the
newest or the one before, whole; and if a disk loses some of its bits, the one before is loaded.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InvalidFileError
from chainrule.files.atomic import write_atomically
from chainrule.files.lock import FolderLock
from chainrule.files.opened import opened
from chainrule.files.sealed import Form, read_header, read_numbers, sealed
from chainrule.files.source import path_text, quoted
from chainrule.network import accept
from chainrule.network.array import Array

CHECKPOINT = Form("chainrule-checkpoint", 1)
NAME = re.compile(r"checkpoint-(0[0-9]{5}|[1-9][0-9]{5,})\.safetensors")
ORPHAN = re.compile(rf"\.{NAME.pattern}\.[0-9a-f]{{16}}\.tmp")  # as `write_atomically` calls them


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a training, as it was saved.

    Parameters
    ----------
    arrays : mapping of str to array
        Theta, the optimizer's slots, the history, the best parameters: the same bits.
    state : dict
        The rest, in plain JSON: step, seed, engine, plan, network.
    note : str
        What a person should know: which newer checkpoints could not be read, and why. Empty if
        this was the newest.
    """

    arrays: Mapping[str, Array]
    state: dict[str, Any]
    note: str = ""


class CheckpointFolder:
    """A folder of checkpoints, used by one process at a time.

    It is made if it does not exist. What killed writers left half-written is removed.

    Parameters
    ----------
    path : str or path
        The folder; other files in it are left alone.
    keep : int
        How many checkpoints stay, 2 or more: the newest and those before.

    Raises
    ------
    InvalidFileError
        If it is no folder, cannot be written to, or is in use by another process.

    Examples
    --------
    >>> import numpy as np, pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     with CheckpointFolder(pathlib.Path(parent, "run")) as folder:
    ...         folder.save({"theta": np.zeros(3)}, {"step": 1})
    ...         folder.save({"theta": np.ones(3)}, {"step": 2})
    ...         folder.load_latest().state
    {'step': 2}
    """

    def __init__(self, path: str | os.PathLike[str], *, keep: int = 2) -> None:
        self.path = os.path.abspath(path_text(path))
        self._keep = accept.count("the number of checkpoints to keep", keep, least=2)
        self._unreadable: set[int] = set()
        make_folder(self.path)
        self._lock = FolderLock(self.path)
        try:
            self._remove(name for name in os.listdir(self.path) if ORPHAN.fullmatch(name))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let other processes use the folder; the end of this one does so too."""
        self._lock.release()

    def __enter__(self) -> "CheckpointFolder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generations(self) -> list[int]:
        """The numbers of the checkpoints that are there, the oldest first."""
        names = map(NAME.fullmatch, os.listdir(self.path))
        return sorted(int(name[1]) for name in names if name)

    def save(self, arrays: Mapping[str, Array], state: Mapping[str, Any]) -> None:
        """Write one checkpoint more, and then remove those that are too many.

        Parameters
        ----------
        arrays : mapping of str to array
            Of float32, float64 or int64.
        state : mapping
            Plain JSON.

        Raises
        ------
        InvalidValueError, InvalidTypeError
            If something in it is not what a file may hold.
        InvalidFileError, OSError
            If it cannot be written, such as on a full disk; the earlier ones are still there.
        """
        before = self.generations
        number = before[-1] + 1 if before else 1
        write_atomically(self._file(number), sealed(CHECKPOINT, dict(state), arrays))
        good = [each for each in (*before, number) if each not in self._unreadable]
        kept = {*good[-self._keep :]}
        self._remove(os.path.basename(self._file(each)) for each in before if each not in kept)

    def load_latest(self) -> Checkpoint:
        """Read the newest checkpoint that is whole.

        Returns
        -------
        Checkpoint
            Its `note` says so if it is not the newest of all.

        Raises
        ------
        InvalidFileError
            If there is none; the message has the reason for each.
        """
        reasons: list[str] = []
        for number in reversed(self.generations):
            try:
                arrays, state = read_checkpoint(self._file(number))
            except InvalidFileError as error:
                self._unreadable.add(number)
                reasons.append(str(error))
            else:
                return Checkpoint(arrays, state, self._note(number, reasons))
        why = f": {'; '.join(reasons)}" if reasons else ""
        raise InvalidFileError(f"the folder {quoted(self.path)} had no checkpoint that can be read{why}")

    def _note(self, number: int, reasons: list[str]) -> str:
        if not reasons:
            return ""
        name = os.path.basename(self._file(number))
        return f"an earlier checkpoint, {name}, was loaded, because {'; '.join(reasons)}"

    def _remove(self, names: Iterable[str]) -> None:
        """Remove files; one that cannot be removed does no harm, and the next time tries again."""
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.path, name))

    def _file(self, number: int) -> str:
        return os.path.join(self.path, f"checkpoint-{number:06d}.safetensors")


def make_folder(path: str) -> None:
    """Make a folder, and those it lies in, unless it is there.

    Raises
    ------
    InvalidFileError
        If something else is there, or none can be made.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise InvalidFileError(f"the folder {quoted(path)} cannot be made: {error.strerror}") from None


def read_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read the arrays and the state of one checkpoint, once all of it was checked.

    Whether a number is finite is not asked here, as it is of a model: a training's history may
    tell of infinity, and must come back as it was.

    Raises
    ------
    InvalidFileError
        If it is missing, or not exactly what was written.
    """
    with opened(path) as (stream, size):
        header = read_header(stream, size, CHECKPOINT)
        numbers = read_numbers(stream, header)
        return {each.name: each.view(numbers) for each in header.tensors}, dict(header.content)
