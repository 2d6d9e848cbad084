"""How the local page answers: each answer with the headers that protect it, each refusal one sentence."""

import traceback
from collections.abc import Iterable
from pathlib import Path

from starlette.types import Message, Send

Header = tuple[bytes, bytes]

PLAIN_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
PROTECTION: tuple[Header, ...] = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        b"form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class RefusedError(Exception):
    """A request that is answered with one sentence, and goes no further.

    Parameters
    ----------
    status : int
        The HTTP status that says so.
    why : str
        The sentence that says so.
    headers : iterable of (bytes, bytes)
        What the answer carries besides.
    """

    def __init__(self, status: int, why: str, headers: Iterable[Header] = ()) -> None:
        super().__init__(why)
        self.status = status
        self.headers = tuple(headers)


class Reply:
    """The answer to one request, under way.

    An answer of status 500 is always ours: one sentence, whatever the application or the
    framework under it makes of an error.

    Parameters
    ----------
    send : callable
        Where the answer goes.
    """

    def __init__(self, send: Send) -> None:
        self.outward = send
        self.begun = False
        self.failed = False

    async def send(self, message: Message) -> None:
        """Send one message of the application's, unless it tells of a failure."""
        if message["type"] == "http.response.start":
            self.failed = message["status"] == 500
            message = {**message, "headers": protected(message.get("headers", ()))}
        if not self.failed:
            self.begun = True
            await self.outward(message)

    async def whole(self, status: int, text: str, headers: Iterable[Header] = ()) -> None:
        """Send a whole answer of plain text."""
        body = f"{text}\n".encode() if text else b""
        described = protected([PLAIN_TEXT, (b"content-length", b"%d" % len(body)), *headers])
        self.begun = True
        await self.outward({"type": "http.response.start", "status": status, "headers": described})
        await self.outward({"type": "http.response.body", "body": body})

    async def refuse(self, refused: RefusedError) -> None:
        """Say why a request goes no further."""
        await self.whole(refused.status, str(refused), refused.headers)

    async def apologize(self, error: Exception | None) -> None:
        """Say that something went wrong, unless an answer has begun.

        One that broke off half-way is left: the server closes its connection, which says it.
        """
        if not self.begun:
            where = f" ({place(error)})" if error else ""
            await self.whole(500, f"chainrule itself made a mistake here{where}; the page goes on")


def protected(headers: Iterable[Header]) -> list[Header]:
    """Return the headers of an answer with those that protect it, of which nothing is taken back."""
    ours = {name for name, _ in PROTECTION}
    return [*((name, value) for name, value in headers if name.lower() not in ours), *PROTECTION]


def place(error: Exception) -> str:
    """Say where an error was raised, in words that can be reported and hold nothing of a request.

    Examples
    --------
    >>> try:
    ...     1 / 0
    ... except ZeroDivisionError as error:
    ...     print(place(error))
    ZeroDivisionError in <...>, line 2
    """
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
