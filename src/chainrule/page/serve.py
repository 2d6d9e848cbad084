"""The server of the local page: one port, on this machine only, until Ctrl-C."""

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from chainrule.errors import InvalidValueError, Words, sentence
from chainrule.page.patience import Patient

LARGEST_HEAD = 64 << 10  # bytes of a request before its body
GRACE = 2  # seconds in which answers under way may end
QUEUE = 128  # connections that the system keeps until we accept them
AT_ONCE = 16  # connections accepted before the first is looked at: each takes one of few open files

WHY_NOT = {errno.EADDRINUSE: "a program listens there already", errno.EACCES: "it is kept for the system"}


def listening(port: int | None) -> socket.socket:
    """Return a socket that listens on this machine's own address, where no other machine can ask.

    Parameters
    ----------
    port : int or None
        1 to 65535; None for any that is free.

    Raises
    ------
    InvalidValueError
        If the port is taken, not allowed, or no port.

    Examples
    --------
    >>> with listening(None) as listener:
    ...     listener.getsockname()[0]
    '127.0.0.1'
    """
    if port is not None and not 0 < port < 1 << 16:
        raise InvalidValueError(sentence("the port", port, "1 to 65535, or left out"))
    # Asyncio sends small answers at once on sockets that say they are TCP; on others they wait 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        keep_to_ourselves(listener)
        listener.bind(("127.0.0.1", port or 0))
        listener.listen(QUEUE)
    except OSError as error:
        listener.close()
        was = port or Words("any that is free")
        why = WHY_NOT.get(error.errno or 0, str(error.strerror))
        raise InvalidValueError(sentence("the port", was, "another one, or left out", why)) from None
    return listener


def keep_to_ourselves(listener: socket.socket) -> None:
    """Have the system give the port to nobody else while we listen, and back to us soon afterwards."""
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # Windows means something else by it; here it only lets a port be used again at once.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def serve(app: ASGIApp, listener: socket.socket, started: Callable[[], None]) -> None:
    """Serve an application until Ctrl-C; a second Ctrl-C waits for nothing.

    Parameters
    ----------
    app : ASGI application
        What answers, with a guard around it.
    listener : socket
        Where it is asked; closed in the end.
    started : callable
        Called once it answers, in a thread of its own: it may open a browser that does not
        return. What it raises ends the server, and is raised here.
    """
    server = Server(configured(app), started)
    others = set(threading.enumerate())
    with listener, ctrl_c(server.handle_exit):
        server.run([listener])
        # Python would wait for the application's threads when it ends, but then with a traceback.
        for thread in set(threading.enumerate()) - others:
            if not thread.daemon:
                thread.join()
    if server.failure:
        raise server.failure


@contextlib.contextmanager
def ctrl_c(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have Ctrl-C do this instead, where it can be asked for: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def configured(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves here: plain HTTP by our own patience, and silent."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=Patient,
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,  # an address may hold a secret
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=AT_ONCE,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=LARGEST_HEAD,
    )


class Server(uvicorn.Server):
    """A server that says when it answers.

    Parameters
    ----------
    config : uvicorn.Config
        How it serves.
    ready : callable
        What is called then.
    """

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready
        self.failure: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(QUEUE)  # uvicorn has one number for both
        threading.Thread(target=self.announce, daemon=True).start()

    def announce(self) -> None:
        """Say that the server answers; end it where that fails."""
        try:
            self.ready()
        except BaseException as error:
            self.failure = error
            self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: ours hold until all has ended, not only the server."""
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End once what is under way has ended, or at once when told a second time.

        Then nothing is waited for and nothing more is said; no file can be left half-written,
        as files are written whole or not at all.
        """
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True
