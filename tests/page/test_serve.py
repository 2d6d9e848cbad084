"""The server of the page over real connections: nobody can keep it waiting, and it ends when told."""

import asyncio
import contextlib
import http.client
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from unittest.mock import Mock

import pytest
from uvicorn.server import ServerState

from chainrule.errors import InvalidValueError
from chainrule.page.patience import Patient
from chainrule.page.serve import configured, listening, serve

DEADLINE = 20  # seconds, for what takes a moment

PROGRAM = """
import asyncio, time
import chainrule.page.serve
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from chainrule.page.guard import Guard, Keys
from chainrule.page.patience import SECONDS, Patient, Waiting
from chainrule.page.serve import listening, serve

options = {}

async def home(request):
    return PlainTextResponse("home")

async def change(request):
    return PlainTextResponse(f"{len(await request.body())} bytes")

async def broken(request):
    raise ZeroDivisionError("the-token")

async def large(request):
    print("busy", flush=True)
    return StreamingResponse(bytes(1 << 20) for _ in range(64))

async def waits(request):
    print("busy", flush=True)
    await asyncio.sleep(3600)

async def blocks(request):
    print("busy", flush=True)
    time.sleep(3600)

def works(request):
    print("busy", flush=True)
    time.sleep(3600)

app = Starlette(routes=[
    *(Route(f"/{each.__name__}", each) for each in (broken, large, waits, blocks, works)),
    Route("/", home),
    Route("/change", change, methods=["POST"]),
])
"""
SERVE = """
listener = listening(None)
keys = Keys(listener.getsockname()[1], "the-entrance", "the-cookie", "the-token")
serve(Guard(app, keys, **options), listener, lambda: print(keys.port, flush=True))
print("ended", flush=True)
"""


class Served:
    """A page served by another process."""

    def __init__(self, changed=""):
        program = PROGRAM + textwrap.dedent(changed) + SERVE
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline() or self.process.communicate()[1])

    @property
    def known(self):
        return f"Host: 127.0.0.1:{self.port}\r\nCookie: chainrule-{self.port}=the-cookie\r\n"

    @property
    def own_page(self):
        return (
            f"{self.known}Origin: http://127.0.0.1:{self.port}\r\nX-Chainrule-Token: the-token\r\n"
            "Content-Type: application/json\r\n"
        )

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)

    def ask(self, text):
        """Send a text as it is, and return the answer to it."""
        with self.connect() as connection:
            connection.sendall(text.encode("latin-1"))
            return answer(connection)

    def get(self, path="/"):
        return self.ask(f"GET {path} HTTP/1.1\r\n{self.known}\r\n")

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def end(self):
        """Wait for the end; return the exit status, and what was said since the start."""
        said = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, *said


@contextlib.contextmanager
def serving(changed=""):
    served = Served(changed)
    try:
        yield served
    finally:
        served.process.kill()
        served.process.communicate()


@pytest.fixture(scope="module")
def page():
    with serving() as served:
        yield served


def answer(connection):
    """Read one answer."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    response.text = response.read().decode()
    return response


def is_over(connection):
    """Say whether the other side has ended a connection, in which nothing was sent to us."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    finally:
        connection.settimeout(DEADLINE)


def wait_until(condition, meanwhile=lambda: None):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end
        meanwhile()
        time.sleep(0.02)


def send_for_long(connection, piece):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        connection.sendall(piece)


def drip(connections):
    """Send one more byte of a head that never ends."""
    for each in connections:
        with contextlib.suppress(OSError):
            each.send(b"a")


def begin(page, path):
    """Send a request that keeps the server busy, and come back when it is."""
    connection = page.connect()
    connection.sendall(f"GET {path} HTTP/1.1\r\n{page.known}\r\n".encode())
    assert page.process.stdout.readline() == "busy\n"
    return connection


# --- A page and its guard, over a real connection ---


def test_the_printed_address_opens_the_page_once():
    with serving() as page:
        asked = f"GET /?token=the-entrance HTTP/1.1\r\nHost: 127.0.0.1:{page.port}\r\n\r\n"
        entered = page.ask(asked)
        assert (entered.status, entered.getheader("location")) == (303, "/")
        cookie = entered.getheader("set-cookie")
        assert cookie == f"chainrule-{page.port}=the-cookie; HttpOnly; SameSite=Strict; Path=/"
        assert page.ask(asked).status == 403
        assert page.get().text == "home"


def test_one_connection_serves_many_requests_even_unasked(page):
    with page.connect() as connection:
        for _ in range(3):
            connection.sendall(f"GET / HTTP/1.1\r\n{page.known}\r\n".encode())
            assert answer(connection).text == "home"
        head = f"POST /change HTTP/1.1\r\n{page.own_page}Content-Length: 2\r\n\r\n{{}}"
        connection.sendall(f"GET / HTTP/1.1\r\n{page.known}\r\n{head}".encode())
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert received.count(b"HTTP/1.1 200 OK") == 2
    assert received.endswith(b"2 bytes")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n", 403),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n", 403),
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n", 403),
        ("GET / HTTP/1.0\r\n", 403),
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nKNOWN", 400),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n", 403),
        ("GET http://evil.example/ HTTP/1.1\r\nKNOWN", 400),
        ("GET /../ HTTP/1.1\r\nKNOWN", 400),
        ("GET /%2e%2e/ HTTP/1.1\r\nKNOWN", 400),
        ("GET /..%5c HTTP/1.1\r\nKNOWN", 400),
        ("GET /%00 HTTP/1.1\r\nKNOWN", 400),
        ("GET //evil.example HTTP/1.1\r\nKNOWN", 400),
        ("GET /nowhere HTTP/1.1\r\nKNOWN", 404),
        ("CONNECT evil.example:80 HTTP/1.1\r\nKNOWN", 405),
        ("PUT / HTTP/1.1\r\nKNOWN", 405),
        ("POST / HTTP/1.1\r\nOWN PAGE", 405),
        ("POST /change HTTP/1.1\r\nKNOWN", 403),
        ("POST /change HTTP/1.1\r\nOWN PAGEContent-Length: 10000000000\r\n", 413),
        ("POST /change HTTP/1.1\r\nOWN PAGEContent-Length: x\r\n", 400),
        ("POST /change HTTP/1.1\r\nOWN PAGETransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("GET /broken HTTP/1.1\r\nKNOWN", 500),
        ("GET / HTTP/1.1\r\nKNOWNUpgrade: websocket\r\nConnection: Upgrade\r\n", 200),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 400),
        ("GET / HTTP/1.1\r\nKNOWNX-Long: " + "x" * (1 << 20) + "\r\n", 400),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else None,
)
def test_every_request_is_answered_in_a_protected_sentence_and_the_page_goes_on(page, head, status):
    told = page.ask(head.replace("KNOWN", page.known).replace("OWN PAGE", page.own_page) + "\r\n")
    assert told.status == status
    assert told.getheader("content-security-policy").startswith("default-src 'none';")
    assert told.getheader("x-content-type-options") == "nosniff"
    assert told.getheader("cache-control") == "no-store"
    assert told.getheader("content-type") == "text/plain; charset=utf-8"
    assert told.getheader("server") is None
    assert not re.search("the-(entrance|cookie|token)|Traceback", told.text)
    assert page.get().text == "home"


def test_endless_pieces_of_a_body_are_cut(page):
    piece = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    with page.connect() as connection:
        connection.sendall(
            f"POST /change HTTP/1.1\r\n{page.own_page}Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        for _ in range(34):
            connection.sendall(piece)
        told = answer(connection)
        assert told.status == 413
        with pytest.raises(ConnectionError):
            send_for_long(connection, piece)


def test_a_refused_body_is_read_to_its_end_so_that_the_browser_hears_why(page):
    size = 48 << 20
    with page.connect() as connection:
        head = f"POST /change HTTP/1.1\r\n{page.own_page}Content-Length: {size}\r\n\r\n"
        connection.sendall(head.encode() + bytes(size))
        assert answer(connection).status == 413
        connection.sendall(f"GET / HTTP/1.1\r\n{page.known}\r\n".encode())
        assert answer(connection).text == "home"


def test_what_follows_a_mistake_is_read_so_that_the_browser_hears_of_it(page):
    head = f"POST /change HTTP/1.1\r\n{page.own_page}Transfer-Encoding: chunked\r\n\r\n"
    with page.connect() as connection:
        connection.sendall(head.encode() + b"20000\r\n" + bytes(0x20000) + b"\r\nno length\r\n")
        connection.sendall(bytes(32 << 20))
        assert answer(connection).status == 400


def test_the_application_hears_of_a_mistake_and_the_rest_is_read():
    heard, transport = [], Mock(asyncio.Transport)
    transport.get_extra_info.return_value = None

    async def application(scope, receive, send):
        while heard[-1:] != ["http.disconnect"]:
            heard.append((await receive())["type"])

    async def mistaken():
        config = configured(application)
        config.load()
        connection = Patient(config, ServerState(), {}, asyncio.get_running_loop())
        connection.connection_made(transport)
        head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.data_received(head + b"20000\r\n" + bytes(0x20000) + b"\r\nno length\r\n")
        await asyncio.wait_for(asyncio.gather(*connection.tasks), DEADLINE)
        connection.connection_lost(None)

    asyncio.run(mistaken())
    assert heard == ["http.disconnect"]
    done = [name for name, *_ in transport.method_calls if "reading" in name or "eof" in name]
    assert done == ["pause_reading", "resume_reading", "write_eof"]


def test_a_mistake_after_an_answer_ends_the_connection_without_a_word():
    with serving() as page, page.connect() as connection:
        head = f"POST /change HTTP/1.1\r\n{page.known}Transfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        assert answer(connection).status == 403
        connection.sendall(b"no length\r\n")
        wait_until(lambda: is_over(connection))
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


# --- Patience ---

IMPATIENT = """
options["body_seconds"] = 0.2
SECONDS.update({Waiting.ASK: 0.3, Waiting.EMPTY: 0.2, Waiting.TAKE: 0.2})
Patient.timeout_keep_alive_handler = lambda self: None  # our patience alone is at work
"""


NO_GRACE = "chainrule.page.serve.GRACE = 0.2"
ENDLESS_GRACE = "chainrule.page.serve.GRACE = 3600"


@pytest.fixture(scope="module")
def impatient():
    with serving(IMPATIENT) as served:
        yield served


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nX-Slow: "])
def test_a_head_that_drips_for_ever_is_cut(impatient, begun):
    with impatient.connect() as connection:
        connection.sendall(begun)
        wait_until(lambda: is_over(connection), lambda: drip([connection]))


def test_a_silent_connection_is_ended_before_and_after_an_answer(impatient):
    with impatient.connect() as silent, impatient.connect() as idle:
        idle.sendall(f"GET / HTTP/1.1\r\n{impatient.known}\r\n".encode())
        assert answer(idle).text == "home"
        wait_until(lambda: is_over(idle) and is_over(silent))


@pytest.mark.parametrize("dripping", [False, True])
def test_a_body_that_never_comes_is_answered_and_its_connection_cut(impatient, dripping):
    with impatient.connect() as connection:
        head = f"POST /change HTTP/1.1\r\n{impatient.own_page}Content-Length: 100000\r\n\r\n"
        connection.sendall(head.encode())
        told = answer(connection)
        assert told.status == 408
        assert told.getheader("content-security-policy")
        wait_until(lambda: is_over(connection), lambda: drip([connection] * dripping))


def test_an_answer_that_nobody_takes_holds_nothing_up():
    with serving(IMPATIENT + ENDLESS_GRACE) as page, begin(page, "/large"):
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


def test_a_large_answer_arrives_whole(page):
    assert len(page.get("/large").text) == 64 << 20


FEW_FILES = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
"""


def test_two_hundred_slow_clients_do_not_keep_the_page_from_answering():
    with serving(FEW_FILES) as page, contextlib.ExitStack() as stack:
        slow = []
        for _ in range(200):
            slow.append(stack.enter_context(page.connect()))
            slow[-1].sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
            drip(slow[-20:])
        assert page.get().text == "home"
        wait_until(lambda: sum(map(is_over, slow)) >= 200 - 32, lambda: drip(slow))
        assert not is_over(slow[-1])
        assert page.get().text == "home"


def test_a_crowd_that_comes_at_once_is_let_in_by_and_by():
    with serving(FEW_FILES) as page, contextlib.ExitStack() as stack:
        page.process.send_signal(signal.SIGSTOP)
        for _ in range(124):
            stack.enter_context(page.connect())
        page.process.send_signal(signal.SIGCONT)
        assert page.get().text == "home"
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


def test_who_is_served_is_not_sent_away_for_others():
    with serving() as page, begin(page, "/waits") as served, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(page.connect()) for _ in range(100)]
        wait_until(lambda: is_over(slow[0]))
        assert not is_over(served)


# --- The end ---


def test_ctrl_c_ends_the_page_without_a_word(page):
    with serving() as page, page.connect():
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


def test_ctrl_c_ends_what_takes_too_long():
    with serving(NO_GRACE) as page, begin(page, "/waits"):
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


@pytest.mark.parametrize("path", ["/waits", "/works", "/blocks"])
def test_a_second_ctrl_c_ends_the_page_at_once_whatever_it_does(path):
    with serving(ENDLESS_GRACE) as page, begin(page, path):
        page.interrupt()
        time.sleep(0.3)  # two signals that come together may count as one
        page.interrupt()
        assert page.end() == (130, "", "")


def test_a_second_ctrl_c_ends_what_goes_on_when_the_server_has_ended():
    with serving(NO_GRACE) as page, begin(page, "/works"):
        page.interrupt()
        time.sleep(1)
        page.interrupt()
        assert page.end() == (130, "", "")


def test_nothing_secret_is_ever_printed():
    with serving(IMPATIENT) as page:
        for path in (
            "/?token=the-entrance",
            "/?token=the-entrance",
            "/?token=wrong",
            "/broken",
            "/\x00",
            "/../",
        ):
            with contextlib.suppress(ConnectionError, http.client.HTTPException):
                page.get(path)
        page.ask(f"POST /change HTTP/1.1\r\n{page.own_page}Origin: null\r\n\r\n")
        page.ask(f"POST /change HTTP/1.1\r\n{page.own_page}Transfer-Encoding: chunked\r\n\r\nthe-token\r\n")
        page.ask(f"GET / HTTP/1.1\r\n{page.known}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        begin(page, "/large").close()
        page.interrupt()
        assert page.end() == (0, "ended\n", "")


def test_what_the_command_raises_is_raised_and_ends_the_server():
    def started():
        raise OSError("the terminal is gone")

    before, listener = signal.getsignal(signal.SIGINT), listening(None)
    with pytest.raises(OSError, match="the terminal is gone"):
        serve(lambda *_: None, listener, started)
    assert signal.getsignal(signal.SIGINT) is before
    assert listener.fileno() == -1


def test_a_server_can_run_beside_the_main_thread():
    def started():
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
            connection.sendall(b"no HTTP\r\n\r\n")
            told.append(answer(connection).status)
        raise SystemExit

    def run():
        with pytest.raises(SystemExit):
            serve(lambda *_: None, listener, started)
        told.append("ended")

    told, listener = [], listening(None)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(DEADLINE)
    assert told == [400, "ended"]


# --- The port ---


def test_the_page_listens_on_this_machine_only():
    with listening(None) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(OSError, match=r"."):
            socket.create_connection(("127.0.0.2", port), timeout=DEADLINE)


def test_a_port_can_be_chosen_and_used_again_at_once():
    with serving() as page, page.connect() as connection:
        connection.sendall(f"GET / HTTP/1.1\r\n{page.known}\r\n".encode())
        assert answer(connection).text == "home"
        page.interrupt()
        page.end()  # the system keeps the port for a while, for a connection that we ended
        with listening(page.port) as listener:
            assert listener.getsockname() == ("127.0.0.1", page.port)


def test_a_port_that_is_taken_is_refused():
    with listening(None) as first:
        port = first.getsockname()[1]
        told = f"the port was {port}; it may be another one, or left out (a program listens there already)"
        with pytest.raises(InvalidValueError, match=re.escape(told)):
            listening(port)


@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, getattr(socket, "SO_REUSEPORT", None)])
def test_nobody_else_can_listen_on_the_port(option):
    with listening(None) as first, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, option or socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(first.getsockname())


def test_a_port_of_the_systems_is_refused(monkeypatch):
    def bind(self, address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", bind)
    told = r"the port was 80; it may be another one, or left out \(it is kept for the system\)"
    with pytest.raises(InvalidValueError, match=told):
        listening(80)


@pytest.mark.parametrize("port", [0, -1, 65536, 10**30])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(InvalidValueError, match=f"the port was {port}; it may be 1 to 65535, or left out"):
        listening(port)
