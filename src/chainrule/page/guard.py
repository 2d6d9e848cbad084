"""Who may ask the local page: only the browser that came in by the address that was printed.

Every program on this machine, and every web page that its owner visits, can send requests to a
port of this machine. So the page answers only to its own name, lets in whoever brings the
printed address, once, and knows that browser by a cookie from then on. What changes something
must come from the page itself, and say so with a token that no other page can read.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainrule.errors import Words, sentence
from chainrule.page.reply import RefusedError, Reply

LARGEST_BODY = 32 << 20  # bytes: a table that a person drops on the page
BODY_SECONDS = 10.0  # for a whole body, however steadily it drips

READING = ("GET", "HEAD")
METHODS = (*READING, "POST")
KINDS_OF_BODY = ("application/json", "application/octet-stream")

KNOCKED_TWICE = (
    "the address that chainrule page printed opens it once, and did; "
    "go on in the window that it opened, or start chainrule page again"
)


@dataclass(frozen=True)
class Keys:
    """The secrets of one page, none of which is shown when they are printed.

    Parameters
    ----------
    port : int
        The port that the page listens on.
    entrance : str
        What the printed address carries; it opens the page once.
    cookie : str
        What the browser that came in carries from then on.
    token : str
        What the page sends with everything that it asks to be done.
    """

    port: int
    entrance: str = field(repr=False)
    cookie: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def fresh(cls, port: int) -> "Keys":
        """Return keys that nobody can guess.

        Examples
        --------
        >>> Keys.fresh(8000)
        Keys(port=8000)
        """
        return cls(port, secrets.token_urlsafe(), secrets.token_urlsafe(), secrets.token_urlsafe())

    @property
    def address(self) -> str:
        """The address to open, which works once."""
        return f"http://127.0.0.1:{self.port}/?token={self.entrance}"

    @property
    def hosts(self) -> tuple[str, str]:
        """The names that the page answers to."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def origins(self) -> tuple[str, str]:
        """What a browser says that the page's own requests come from."""
        return f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}"

    @property
    def cookie_name(self) -> str:
        """The name of the cookie: cookies ignore ports, and two pages must not share one."""
        return f"chainrule-{self.port}"


class DisconnectedError(Exception):
    """The browser went away before it had sent everything."""


class Guard:
    """An ASGI application that passes on to another only what may come in.

    Parameters
    ----------
    app : ASGI application
        What answers. It gets a body whole, and may raise what it likes.
    keys : Keys
        What opens it.
    body_seconds : float
        How long a whole body may take.
    """

    def __init__(self, app: ASGIApp, keys: Keys, *, body_seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.keys = keys
        self.body_seconds = body_seconds
        self.opened = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or have the application answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self.answer(scope, receive, Reply(send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def answer(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        """Answer an HTTP request; whatever is raised under way ends here."""
        try:
            require_own_name(scope, self.keys)
            require_method(scope)
            require_plain_path(scope)
            if self.is_entrance(scope):
                await self.enter(scope, reply)
            else:
                await self.pass_on(scope, receive, reply)
            await reply.apologize(None)
        except RefusedError as refused:
            await reply.refuse(refused)
        except DisconnectedError:
            return  # nobody is left to answer to
        except Exception as error:
            await reply.apologize(error)

    def is_entrance(self, scope: Scope) -> bool:
        """Say whether a request comes by the printed address."""
        asked = scope["query_string"].decode("latin-1")
        return (
            scope["method"] == "GET" and scope["path"] == "/" and same(asked, f"token={self.keys.entrance}")
        )

    async def enter(self, scope: Scope, reply: Reply) -> None:
        """Let the first browser in with a cookie, and lead it to where no secret shows in its address."""
        if self.opened and not has_cookie(scope, self.keys):
            raise RefusedError(403, KNOCKED_TWICE)
        cookie = f"{self.keys.cookie_name}={self.keys.cookie}; HttpOnly; SameSite=Strict; Path=/"
        given = [] if self.opened else [(b"set-cookie", cookie.encode())]
        self.opened = True
        await reply.whole(303, "", [(b"location", b"/"), *given])

    async def pass_on(self, scope: Scope, receive: Receive, reply: Reply) -> None:
        """Have the application answer what comes from the browser that was let in."""
        if not has_cookie(scope, self.keys):
            raise RefusedError(403, "this page is private; open the address that chainrule page printed")
        if scope["method"] in READING:
            require_no_body(scope)
        else:
            require_own_page(scope, self.keys)
            require_kind_of_body(scope)
            receive = replayed(await self.whole_body(scope, receive), receive)
        await self.app(scope, receive, reply.send)

    async def whole_body(self, scope: Scope, receive: Receive) -> bytes:
        """Return the body of a request, unless it is too long or too slow."""
        require_length(scope)
        try:
            async with asyncio.timeout(self.body_seconds):
                return await counted(receive)
        except TimeoutError:
            was = Words(f"not whole after {self.body_seconds:g} seconds")
            raise RefusedError(408, sentence("the body", was, "sent again")) from None


# --- The rules ---


def require_own_name(scope: Scope, keys: Keys) -> None:
    """Refuse a request by another name: any site can have its own name lead to this machine."""
    require_one_of("the Host header", headers(scope, "host"), keys.hosts, 403)


def require_method(scope: Scope) -> None:
    """Refuse methods that the page has no use for."""
    if scope["method"] not in METHODS:
        why = sentence("the method", scope["method"], listed(METHODS))
        raise RefusedError(405, why, [(b"allow", ", ".join(METHODS).encode())])


def require_plain_path(scope: Scope) -> None:
    """Refuse a path that might lead elsewhere than it seems to."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or path.encode()
    # What is still encoded when decoded once was encoded twice, to get past somebody.
    if not all(map(is_plain, (raw.decode("latin-1"), path, unquote(path)))):
        raise RefusedError(400, sentence("the path", path, "one that this page links to"))


def is_plain(path: str) -> bool:
    r"""Say whether a path is what it seems: no other host, no step upwards, nothing invisible.

    Examples
    --------
    >>> [is_plain(path) for path in ["/", "/step.js", "//evil", "http://evil/", "/a/../b", "/a\0", "/..\\b"]]
    [True, True, False, False, False, False, False]
    """
    stays = path.startswith("/") and not path.startswith("//") and not {".", ".."} & {*path.split("/")}
    return stays and path.isprintable() and "\\" not in path


def require_no_body(scope: Scope) -> None:
    """Refuse to look for a body where nothing is to be changed."""
    lengths = headers(scope, "content-length")
    if headers(scope, "transfer-encoding") or lengths not in ([], ["0"]):
        raise RefusedError(400, sentence("the body", Words("sent with a question"), "sent with POST only"))


def require_own_page(scope: Scope, keys: Keys) -> None:
    """Refuse a change that another page asks for, though in the same browser."""
    require_one_of("the Origin header", headers(scope, "origin"), keys.origins, 403)
    if sites := headers(scope, "sec-fetch-site"):
        require_one_of("the Sec-Fetch-Site header", sites, ("same-origin",), 403)
    tokens = headers(scope, "x-chainrule-token")
    if len(tokens) != 1 or not same(tokens[0], keys.token):
        raise RefusedError(403, "the X-Chainrule-Token header was not that of this page; load the page again")


def require_kind_of_body(scope: Scope) -> None:
    """Refuse a body of a kind that the page does not send; a plain form can send none of these."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in headers(scope, "content-type")]
    require_one_of("the content type", kinds, KINDS_OF_BODY, 415)


def require_length(scope: Scope) -> None:
    """Refuse a body that says itself that it is too long, before anything of it is read."""
    lengths = headers(scope, "content-length")
    digits = "".join(lengths) or "0"
    if len(lengths) > 1 or not (digits.isascii() and digits.isdecimal()):
        raise RefusedError(400, sentence("the Content-Length header", listed(lengths), "one whole number"))
    # The digits are counted first: turning a million of them into a number takes a while.
    if len(digits) > 15 or int(digits) > LARGEST_BODY:
        raise too_long()


def require_one_of(thing: str, given: Sequence[str], allowed: Sequence[str], status: int) -> None:
    """Refuse a header that is missing, there twice, or none of those allowed."""
    if len(given) != 1 or given[0] not in allowed:
        was = given[0] if len(given) == 1 else Words("there twice" if given else "missing")
        raise RefusedError(status, sentence(thing, was, listed(allowed)))


def too_long() -> RefusedError:
    """Build the refusal of a body that is too long."""
    was = Words(f"more than {LARGEST_BODY >> 20} MB long")
    return RefusedError(413, sentence("the body", was, f"at most {LARGEST_BODY >> 20} MB long"))


# --- Reading a request ---


def headers(scope: Scope, name: str) -> list[str]:
    """Return every value that a request gives for a header."""
    wanted = name.encode()
    return [value.decode("latin-1") for given, value in scope["headers"] if given.lower() == wanted]


def has_cookie(scope: Scope, keys: Keys) -> bool:
    """Say whether a request brings the page's cookie, among whatever else it brings.

    Any of that name will do: a page on another port can add a wrong one, but must not lock out.
    """
    pairs = (each.strip().partition("=") for line in headers(scope, "cookie") for each in line.split(";"))
    return any(name == keys.cookie_name and same(value, keys.cookie) for name, _, value in pairs)


def same(given: str, ours: str) -> bool:
    """Compare a secret, taking as long for a near miss as for any other."""
    return compare_digest(given.encode(), ours.encode())


def listed(words: Sequence[str]) -> str:
    """Join words for a sentence.

    Examples
    --------
    >>> listed(["GET", "HEAD", "POST"])
    'GET, HEAD or POST'
    """
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


async def counted(receive: Receive) -> bytes:
    """Return a whole body, and stop reading where it gets too long, whatever it said before."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise too_long()
        more = message.get("more_body", False)
    return bytes(body)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what hands over a body that was read already, and then what comes after it."""
    kept = [body]

    async def again() -> Message:
        return {"type": "http.request", "body": kept.pop(), "more_body": False} if kept else await receive()

    return again
