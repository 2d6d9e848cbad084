"""One process at a time in a folder: a lock that the operating system lets go of by itself.

The lock is on an open file and ends with the process that holds it, whatever ends that, so there
is no stale lock to clean up and none to mistake for a live one. The file holds the owner's
number, only so that an error can name it; it stays when the lock is gone, because removing it
would let two processes hold locks on two files of the same name.
"""

import contextlib
import errno
import os
import sys

from chainrule.errors import InvalidFileError
from chainrule.files.source import quoted, require_regular

FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)  # a link planted here would have another file overwritten
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
HELD_ALREADY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK, errno.EWOULDBLOCK}
NO_LOCKS = {errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}

if sys.platform == "win32":
    import msvcrt

    def claim(file: int) -> None:
        """Lock one byte far behind the owner's number: a locked byte cannot be read by others."""
        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def claim(file: int) -> None:
        """Lock the file, or raise OSError at once."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """The right to write in a folder, held from its making until `release` or the process's end.

    On a file system that knows no locks, it is granted to everybody.

    Parameters
    ----------
    folder : str
        A folder that exists.

    Raises
    ------
    InvalidFileError
        If another process holds it, or the folder cannot be written to.
    """

    def __init__(self, folder: str) -> None:
        self._file = -1
        try:
            self._take(folder)
        except BaseException as error:
            self.release()
            if isinstance(error, OSError):
                reason = f"{quoted(folder)} cannot be written to: {error.strerror}"
                raise InvalidFileError(reason) from None
            raise

    def _take(self, folder: str) -> None:
        path = os.path.join(folder, ".lock")
        self._file = os.open(path, FLAGS, 0o666)
        require_regular(path, os.fstat(self._file).st_mode)
        try:
            claim(self._file)
        except OSError as error:
            if error.errno in HELD_ALREADY:
                raise InvalidFileError(
                    f"{quoted(folder)} was in use by {self._owner()}; it may be used by one at a time"
                ) from None
            if error.errno not in NO_LOCKS:
                raise
        with contextlib.suppress(OSError):  # on a full disk the lock has no name in it, but it holds
            self._sign()

    def _sign(self) -> None:
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, str(os.getpid()).encode("ascii"))

    def _owner(self) -> str:
        os.lseek(self._file, 0, os.SEEK_SET)
        number = os.read(self._file, 20).decode("ascii", "replace")
        return f"process {number}" if number.isdecimal() else "another process"

    def release(self) -> None:
        """Let go of the folder; once is enough, twice does no harm."""
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):  # a file that fails to close is closed all the same
                os.close(file)
