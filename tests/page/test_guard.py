"""Who may ask the page: every way in that must be shut is tried, and the one that must be open."""

import asyncio
import itertools
import re

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

from chainrule.page.guard import LARGEST_BODY, Guard, Keys
from chainrule.page.reply import PROTECTION

KEYS = Keys(8123, "the-entrance", "the-cookie", "the-token")
HOST = ("host", "127.0.0.1:8123")
COOKIE = ("cookie", "chainrule-8123=the-cookie")
ORIGIN = ("origin", "http://127.0.0.1:8123")
TOKEN = ("x-chainrule-token", "the-token")
JSON = ("content-type", "application/json")
SILENCE = object()  # what a browser sends that is there and sends nothing
KNOWN = (HOST, COOKIE)
OWN_PAGE = (*KNOWN, ORIGIN, TOKEN, JSON)


class Application:
    """What stands behind the guard here, and remembers what came through."""

    def __init__(self):
        self.reached = []
        paths = {"/": self.home, "/broken": self.broken, "/half": self.half, "/proud": self.proud}
        routes = [Route(path, endpoint) for path, endpoint in paths.items()]
        self.routed = Starlette(routes=[*routes, Route("/change", self.change, methods=["POST"])])

    async def __call__(self, scope, receive, send):
        self.reached.append(scope["type"])
        await self.routed(scope, receive, send)

    async def home(self, request):
        return PlainTextResponse("home")

    async def change(self, request: Request):
        return JSONResponse({"length": len(await request.body())})

    async def broken(self, request):
        raise ZeroDivisionError("the-token and other secrets")

    async def half(self, request):
        async def pieces():
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(pieces())

    async def proud(self, request):
        headers = {"Content-Security-Policy": "default-src *", "Cache-Control": "public", "X-Own": "kept"}
        return PlainTextResponse("proud", headers=headers)


class Answer:
    """What came back for one request."""

    def __init__(self, sent, reads):
        assert [each["type"] for each in sent[:1]] == ["http.response.start"]
        self.status = sent[0]["status"]
        self.headers = sent[0]["headers"]
        self.text = b"".join(each["body"] for each in sent[1:]).decode()
        self.reads = reads

    def header(self, name):
        return [value.decode() for given, value in self.headers if given == name.encode()]


class Browser:
    """Asks one guard, without a server between them."""

    def __init__(self, application=None, **options):
        self.application = application or Application()
        self.guard = Guard(self.application, KEYS, **options)

    def ask(self, method="GET", path="/", query="", headers=KNOWN, body=(b"",), raw_path=None):
        return asyncio.run(self.asked(method, path, query, headers, iter(body), raw_path))

    def post(self, path="/change", headers=OWN_PAGE, body=(b"{}",)):
        return self.ask("POST", path, headers=headers, body=body)

    async def asked(self, method, path, query, headers, pieces, raw_path):
        sent, reads = [], []
        ahead = [next(pieces)]

        async def receive():
            reads.append(len(reads))
            piece = ahead.pop()
            if piece is SILENCE:
                await asyncio.sleep(3600)
            ahead.extend(itertools.islice(pieces, 1))
            return {"type": "http.request", "body": piece, "more_body": bool(ahead)}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode() if raw_path is None else raw_path,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
        await self.guard(scope, receive, send)
        return Answer(sent, len(reads))


@pytest.fixture
def browser():
    return Browser()


def without(headers, *names):
    return tuple(each for each in headers if each[0] not in names)


def require_refused(browser, answer, status):
    """A refusal is one sentence of plain text, without a secret, and nothing got through."""
    assert answer.status == status
    assert answer.header("content-type") == ["text/plain; charset=utf-8"]
    assert re.fullmatch(r"[^\n]+\n", answer.text)
    assert "<" not in answer.text
    assert not re.search(r"the-(entrance|cookie|token)", answer.text)
    assert browser.application.reached == []


# --- What is let in ---


def test_a_known_browser_gets_the_page(browser):
    answer = browser.ask()
    assert (answer.status, answer.text) == (200, "home")


def test_the_page_itself_can_change_something(browser):
    answer = browser.post(body=(b"12345", b"678"))
    assert (answer.status, answer.text) == (200, '{"length":8}')


@pytest.mark.parametrize("kind", ["application/octet-stream", "Application/JSON; charset=utf-8"])
def test_tables_and_json_are_taken(browser, kind):
    assert browser.post(headers=(*without(OWN_PAGE, "content-type"), ("content-type", kind))).status == 200


@pytest.mark.parametrize("more", [(), (("sec-fetch-site", "same-origin"),)])
def test_the_page_may_be_called_localhost(browser, more):
    headers = (("host", "localhost:8123"), ("origin", "http://localhost:8123"), COOKIE, TOKEN, JSON, *more)
    assert browser.post(headers=headers).status == 200


def test_a_cookie_is_found_among_others_and_a_wrong_one_of_its_name_locks_nobody_out(browser):
    cookie = ("cookie", "a=b; chainrule-8123=planted; chainrule-8123=the-cookie; c")
    assert browser.ask(headers=(HOST, cookie)).status == 200


def test_the_application_still_hears_that_the_browser_went_away():
    heard = []

    async def application(scope, receive, send):
        heard.extend([await receive(), await receive()])
        await PlainTextResponse("bye")(scope, receive, send)

    came = [{"type": "http.request", "body": b"{}", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():
        return came.pop(0)

    async def send(message):
        pass

    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in OWN_PAGE]
    asyncio.run(Guard(application, KEYS)(scope, receive, send))
    assert heard == [
        {"type": "http.request", "body": b"{}", "more_body": False},
        {"type": "http.disconnect"},
    ]


# --- By what name ---


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["127.0.0.1.evil.example"],
        ["127.0.0.1.evil.example:8123"],
        ["127.0.0.1:8123.evil.example"],
        ["127.0.0.1:8124"],
        ["127.0.0.1"],
        ["localhost:8124"],
        ["0.0.0.0:8123"],
        ["[::1]:8123"],
        ["127.0.0.1:8123 "],
        ["127.0.0.1:8123@evil.example"],
        [""],
        ["127.0.0.1:8123", "127.0.0.1:8123"],
        ["127.0.0.1:8123", "evil.example"],
        ["evil.example", "127.0.0.1:8123"],
        ["127.0.0.1:8123, evil.example"],
    ],
)
@pytest.mark.parametrize("entering", [False, True])
def test_the_page_answers_to_no_other_name(browser, hosts, entering):
    headers = (*(("host", host) for host in hosts), COOKIE)
    answer = browser.ask(query="token=the-entrance" if entering else "", headers=headers)
    require_refused(browser, answer, 403)
    assert answer.header("set-cookie") == []


# --- The entrance ---


def test_the_printed_address_gives_a_cookie_and_leads_to_the_page(browser):
    answer = browser.ask(query="token=the-entrance", headers=(HOST,))
    assert (answer.status, answer.text) == (303, "")
    assert answer.header("location") == ["/"]
    assert answer.header("set-cookie") == ["chainrule-8123=the-cookie; HttpOnly; SameSite=Strict; Path=/"]
    assert browser.application.reached == []


def test_the_printed_address_opens_once(browser):
    browser.ask(query="token=the-entrance", headers=(HOST,))
    answer = browser.ask(query="token=the-entrance", headers=(HOST,))
    require_refused(browser, answer, 403)
    assert answer.header("set-cookie") == []


def test_who_is_in_may_open_the_printed_address_again(browser):
    browser.ask(query="token=the-entrance", headers=(HOST,))
    answer = browser.ask(query="token=the-entrance")
    assert (answer.status, answer.header("location")) == (303, ["/"])
    assert answer.header("set-cookie") == []


@pytest.mark.parametrize(
    "other",
    [
        {"query": "token=the-entrancf"},
        {"query": "token="},
        {"query": "token=the-entranc"},
        {"query": "token=the-entrance-and-more"},
        {"query": "token=the-cookie"},
        {"query": "token=the-token"},
        {"query": "token=\xfc"},
        {"query": "token=the-entrance", "path": "/change"},
        {"query": "token=the-entrance", "method": "HEAD"},
        {"query": "token=the-entrance", "method": "POST"},
    ],
)
def test_nothing_else_opens_and_nothing_else_uses_the_entrance_up(browser, other):
    answer = browser.ask(**other, headers=(HOST,))
    require_refused(browser, answer, 403)
    assert answer.header("set-cookie") == []
    assert browser.ask(query="token=the-entrance", headers=(HOST,)).status == 303


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "chainrule-8123=",
        "chainrule-8123=the-cookif",
        "chainrule-8123=the-cookie2",
        "chainrule-8123=the-entrance",
        "chainrule-8123=\xfc",
        "chainrule-8124=the-cookie",
        "chainrule=the-cookie",
        "the-cookie",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_without_the_cookie_nobody_gets_anything(browser, cookie, method):
    headers = (*without(OWN_PAGE, "cookie"), *([("cookie", cookie)] if cookie is not None else []))
    answer = browser.ask(method, "/change" if method == "POST" else "/", headers=headers)
    require_refused(browser, answer, 403)
    assert "open the address that chainrule page printed" in answer.text
    assert answer.reads == 0


# --- What changes something ---


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("origin", []),
        ("origin", ["null"]),
        ("origin", ["http://evil.example"]),
        ("origin", ["https://127.0.0.1:8123"]),
        ("origin", ["http://127.0.0.1:8124"]),
        ("origin", ["http://127.0.0.1:8123.evil.example"]),
        ("origin", ["http://127.0.0.1:8123", "http://127.0.0.1:8123"]),
        ("origin", ["http://127.0.0.1:8123", "http://evil.example"]),
        ("sec-fetch-site", ["cross-site"]),
        ("sec-fetch-site", ["same-site"]),
        ("sec-fetch-site", ["none"]),
        ("sec-fetch-site", ["same-origin", "cross-site"]),
        ("x-chainrule-token", []),
        ("x-chainrule-token", [""]),
        ("x-chainrule-token", ["the-tokem"]),
        ("x-chainrule-token", ["the-cookie"]),
        ("x-chainrule-token", ["\xfc"]),
        ("x-chainrule-token", ["the-token", "the-token"]),
    ],
)
def test_another_page_cannot_change_anything(browser, name, values):
    answer = browser.post(headers=(*without(OWN_PAGE, name), *((name, value) for value in values)))
    require_refused(browser, answer, 403)
    assert answer.reads == 0


@pytest.mark.parametrize(
    "kinds",
    [
        [],
        [""],
        ["text/plain"],
        ["application/x-www-form-urlencoded"],
        ["multipart/form-data; boundary=x"],
        ["text/plain; application/json"],
        ["application/json", "application/json"],
    ],
)
def test_a_body_of_another_kind_is_refused(browser, kinds):
    headers = (*without(OWN_PAGE, "content-type"), *(("content-type", kind) for kind in kinds))
    answer = browser.post(headers=headers)
    require_refused(browser, answer, 415)
    assert answer.reads == 0


@pytest.mark.parametrize(
    "method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND"]
)
def test_other_methods_are_refused(browser, method):
    answer = browser.ask(method, headers=OWN_PAGE)
    require_refused(browser, answer, 405)
    assert answer.header("allow") == ["GET, HEAD, POST"]


def test_what_is_only_read_cannot_be_posted_to_nor_what_is_posted_to_read(browser):
    assert browser.post("/").status == 405
    assert browser.ask(path="/change").status == 405


# --- Paths ---


@pytest.mark.parametrize(
    ("path", "raw_path"),
    [
        ("/../secret", b"/../secret"),
        ("/../secret", b"/%2e%2e/secret"),
        ("/a/..", b"/a/%2E."),
        ("/./secret", b"/./secret"),
        ("/..\\secret", b"/..%5csecret"),
        ("/a\\b", b"/a\\b"),
        ("/secret\0.js", b"/secret%00.js"),
        ("/%2e%2e/secret", b"/%252e%252e/secret"),
        ("/%00", b"/%2500"),
        ("/secret", b"/a/../secret"),
        ("/a\r\nb", b"/a%0d%0ab"),
        ("//evil.example", b"//evil.example"),
        ("http://evil.example/", b"http://evil.example/"),
        ("http://127.0.0.1:8123/", b"http://127.0.0.1:8123/"),
        ("*", b"*"),
        ("", b""),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(browser, path, raw_path):
    require_refused(browser, browser.ask(path=path, raw_path=raw_path), 400)


@pytest.mark.parametrize("path", ["/..dots..", "/.hidden", "/a b", "/µ", "/a%b"])
def test_a_strange_but_honest_path_is_for_the_application_to_judge(browser, path):
    assert browser.ask(path=path).status == 404


# --- Bodies ---


@pytest.mark.parametrize("length", ["10000000000", str(LARGEST_BODY + 1), "9" * 100_000])
def test_a_body_that_says_it_is_too_long_is_refused_unread(browser, length):
    answer = browser.post(headers=(*OWN_PAGE, ("content-length", length)))
    require_refused(browser, answer, 413)
    assert answer.reads == 0


def test_the_longest_body_is_taken(browser):
    headers = (*OWN_PAGE, ("content-length", str(LARGEST_BODY)))
    answer = browser.post(headers=headers, body=[bytes(LARGEST_BODY // 2)] * 2)
    assert answer.text == f'{{"length":{LARGEST_BODY}}}'


@pytest.mark.parametrize("lie", [(), (("content-length", "2"),)])
def test_endless_pieces_are_cut(browser, lie):
    def endless():
        while True:
            yield bytes(1 << 20)

    answer = browser.post(headers=(*OWN_PAGE, *lie), body=endless())
    require_refused(browser, answer, 413)
    assert answer.reads == (LARGEST_BODY >> 20) + 1


@pytest.mark.parametrize("lengths", [["x"], ["-1"], ["1_0"], ["+1"], ["1.0"], ["²"], ["2", "2"], ["2", "3"]])
def test_a_length_that_is_no_number_is_refused(browser, lengths):
    answer = browser.post(headers=(*OWN_PAGE, *(("content-length", each) for each in lengths)))
    require_refused(browser, answer, 400)


@pytest.mark.parametrize("sent", [("content-length", "1"), ("transfer-encoding", "chunked")])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_question_has_no_body(browser, method, sent):
    require_refused(browser, browser.ask(method, headers=(*KNOWN, sent)), 400)


def test_a_body_that_never_ends_is_answered():
    browser = Browser(body_seconds=0.05)
    answer = browser.post(body=(b"{", SILENCE))
    require_refused(browser, answer, 408)


def test_a_body_that_drips_is_answered_too():
    browser = Browser(body_seconds=0.05)

    async def dripping():
        async def receive():
            await asyncio.sleep(0.01)
            return {"type": "http.request", "body": b" ", "more_body": True}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/change", "query_string": b""}
        scope["headers"] = [(name.encode(), value.encode()) for name, value in OWN_PAGE]
        await asyncio.wait_for(browser.guard(scope, receive, send), 10)

    sent = []
    asyncio.run(dripping())
    require_refused(browser, Answer(sent, 0), 408)


def test_who_goes_away_within_a_body_gets_nothing_done(browser):
    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        raise AssertionError("there is nobody to answer to")

    scope = {"type": "http", "method": "POST", "path": "/change", "query_string": b""}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in OWN_PAGE]
    asyncio.run(browser.guard(scope, receive, send))
    assert browser.application.reached == []


# --- What every answer carries ---

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
CARRIED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
ANSWERS = {
    "page": (200, {}),
    "head": (200, {"method": "HEAD"}),
    "own headers": (200, {"path": "/proud"}),
    "change": (200, {"method": "POST", "path": "/change", "headers": OWN_PAGE}),
    "half": (200, {"path": "/half"}),
    "entrance": (303, {"query": "token=the-entrance"}),
    "no path": (400, {"path": "/../"}),
    "no host": (403, {"headers": ()}),
    "stranger": (403, {"headers": (HOST,)}),
    "not there": (404, {"path": "/nowhere"}),
    "method": (405, {"method": "PUT"}),
    "slow": (408, {"method": "POST", "headers": OWN_PAGE, "body": (b"{", SILENCE)}),
    "long": (413, {"method": "POST", "headers": (*OWN_PAGE, ("content-length", "99999999999"))}),
    "kind": (415, {"method": "POST", "headers": without(OWN_PAGE, "content-type")}),
    "broken": (500, {"path": "/broken"}),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_is_protected(kind):
    status, request = ANSWERS[kind]
    answer = Browser(body_seconds=0.05).ask(**request)
    assert answer.status == status
    assert {name: answer.header(name) for name in CARRIED} == {name: [CARRIED[name]] for name in CARRIED}


def test_the_list_of_headers_is_the_one_that_is_sent():
    assert {name.decode(): value.decode() for name, value in PROTECTION} == CARRIED


def test_other_headers_of_the_application_are_kept(browser):
    assert browser.ask(path="/proud").header("x-own") == ["kept"]


# --- What fails inside ---


def test_an_error_inside_becomes_one_sentence_that_says_where(browser):
    answer = browser.ask(path="/broken")
    assert answer.status == 500
    assert re.fullmatch(
        r"chainrule itself made a mistake here \(ZeroDivisionError in test_guard.py, line \d+\); "
        r"the page goes on\n",
        answer.text,
    )
    assert browser.ask().status == 200


async def raises(scope, receive, send):
    raise RuntimeError("with a secret")


async def says_nothing(scope, receive, send):
    pass


async def answers_500(scope, receive, send):
    await PlainTextResponse("Traceback: a secret", status_code=500)(scope, receive, send)


@pytest.mark.parametrize("application", [raises, says_nothing, answers_500])
def test_an_application_that_fails_in_another_way_says_no_more(application):
    answer = Browser(application).ask()
    assert (answer.status, answer.header("content-type")) == (500, ["text/plain; charset=utf-8"])
    assert answer.text.startswith("chainrule itself made a mistake here")
    assert "secret" not in answer.text


def test_an_answer_that_breaks_off_is_not_patched_up(browser):
    assert browser.ask(path="/half").text == "half"


# --- What is no question over HTTP ---


def asked_as(kind):
    application, sent = Application(), []
    steps = iter([f"{kind}.startup", f"{kind}.shutdown"])

    async def receive():
        return {"type": next(steps)}

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "path": "/", "headers": [(b"host", b"127.0.0.1:8123")]}
    asyncio.run(Guard(application, KEYS)(scope, receive, send))
    return application, sent


def test_a_websocket_is_refused():
    application, sent = asked_as("websocket")
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert application.reached == []


def test_the_application_hears_of_its_life_span():
    assert asked_as("lifespan")[0].reached == ["lifespan"]


# --- The keys ---


def test_keys_are_long_different_and_fresh():
    one, other = Keys.fresh(8123), Keys.fresh(8123)
    secrets = {getattr(keys, name) for keys in (one, other) for name in ("entrance", "cookie", "token")}
    assert len(secrets) == 6
    assert min(map(len, secrets)) >= 40
    assert all(re.fullmatch(r"[\w-]+", each) for each in secrets)


def test_keys_say_where_to_go_and_show_no_secret():
    assert KEYS.address == "http://127.0.0.1:8123/?token=the-entrance"
    assert KEYS.origins == ("http://127.0.0.1:8123", "http://localhost:8123")
    assert repr(KEYS) == "Keys(port=8123)"
