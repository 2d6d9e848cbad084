"""The one way a file is written: whole and under its name, or not at all.

The bytes go into a temporary file beside the target, are flushed to the disk, read back and
compared; only then does the temporary take the target's name, which is one step for the
operating system. Whoever looks, at any instant and after any crash, finds the old file or the
new one.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import stat

from chainrule.errors import InvalidFileError
from chainrule.files.source import path_text, quoted, require_regular

CHUNK = 1 << 20  # bytes in one read or write

NO_PERMISSION = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_HARD_LINKS = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


def write_atomically(path: str | os.PathLike[str], data: bytes, *, overwrite: bool = False) -> None:
    """Write a file so that it is never seen half-written.

    Parameters
    ----------
    path : str or path
        The file to write. A link is followed, and what it points to is written.
    data : bytes
        The whole content.
    overwrite : bool
        Whether an existing file may be replaced; its permissions are kept. Without it not even
        a file that appears at the last instant is replaced.

    Raises
    ------
    InvalidFileError
        If the target exists and `overwrite` is False, if it is not a plain file, or if its
        folder is missing or read-only.
    OSError
        If the operating system fails, such as on a full disk; the error names the target.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(pathlib.Path(folder, "answer.txt"), b"42")
    ...     pathlib.Path(folder, "answer.txt").read_bytes()
    b'42'
    """
    target = os.path.realpath(path_text(path))
    folder, name = os.path.split(target)
    # A name may have 255 bytes; 50 characters of it, in four bytes each, leave room for the rest.
    temporary = os.path.join(folder, f".{name[:50]}.{secrets.token_hex(8)}.tmp")
    try:
        permissions = require_writable(target, overwrite)
        fill(temporary, data, permissions)
        publish(temporary, target, overwrite)
        sync_folder(folder)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            error.filename = target
        raise


def require_writable(target: str, overwrite: bool) -> int | None:
    """Refuse a target that must not or cannot be written; return the permissions it has.

    Returns
    -------
    int or None
        The permission bits of the file that will be replaced, None where there is none.
    """
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise InvalidFileError(f"the folder of {quoted(target)} was missing; it may be one that exists")
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        return None
    require_regular(target, mode)
    if not overwrite:
        raise already_there(target)
    return stat.S_IMODE(mode)


def already_there(target: str) -> InvalidFileError:
    """Build the error for a target that exists and must not be replaced."""
    return InvalidFileError(f"{quoted(target)} exists already, and overwriting it was not asked for")


def fill(temporary: str, data: bytes, permissions: int | None) -> None:
    """Create the temporary file, and make sure that the disk holds exactly `data`."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        file = os.open(temporary, flags, 0o666)
    except OSError as error:
        if error.errno not in NO_PERMISSION:
            raise
        folder = quoted(os.path.dirname(temporary))
        raise InvalidFileError(f"the folder {folder} was read-only; it may be one you can write to") from None
    try:
        if permissions is not None:
            os.chmod(temporary, permissions)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest[:CHUNK]) :]
        os.fsync(file)
        os.lseek(file, 0, os.SEEK_SET)
        if digest(file) != hashlib.sha256(data).digest():
            raise OSError(errno.EIO, "what was read back differs from what was written")
    finally:
        os.close(file)


def digest(file: int) -> bytes:
    """Return the SHA-256 of what an open file holds, from where it stands to its end."""
    found = hashlib.sha256()
    while piece := os.read(file, CHUNK):
        found.update(piece)
    return found.digest()


def publish(temporary: str, target: str, overwrite: bool) -> None:
    """Give the finished file its name, in one step."""
    if overwrite:
        os.replace(temporary, target)
    elif link(temporary, target):
        os.unlink(temporary)
    else:
        # Between this look and the renaming another process could still create the target, but
        # a file system without hard links offers nothing better.
        if os.path.lexists(target):
            raise already_there(target)
        os.rename(temporary, target)


def link(temporary: str, target: str) -> bool:
    """Give a file a second name, unless that name is taken; say whether the system can.

    A hard link is the one portable step that never replaces anything.
    """
    if not hasattr(os, "link"):
        return False
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise already_there(target) from None
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        return False
    return True


def sync_folder(folder: str) -> None:
    """Flush a folder, so that a file's new name survives a power cut as its content does."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows opens no folder
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:  # some network folders cannot
            raise
    finally:
        os.close(handle)
