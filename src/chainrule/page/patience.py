"""How long the server waits for a browser, and for how many: so that nobody can keep it waiting.

uvicorn waits without limit for the head of a request, for the rest of a body that it answered
already, and for a browser to take its answer. A few hundred connections that drip a byte now and
then would hold it for ever; so each kind of waiting gets its seconds here, and all of them
together a number.
"""

import asyncio
from enum import Enum
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from chainrule.page.reply import PLAIN_TEXT, protected

MOST_WAITING = 32  # connections; a browser keeps about six


class Waiting(Enum):
    """What the other side of a connection has to do next."""

    ASK = "send a request, or the rest of its head"
    EMPTY = "send the rest of a request that was answered already"
    TAKE = "take the answer"


# A browser may hear no answer while it still sends, and may ask where to save a file before it takes it.
SECONDS = {Waiting.ASK: 10.0, Waiting.EMPTY: 2.0, Waiting.TAKE: 60.0}


class Patient(H11Protocol):
    """One connection, which ends when the other side keeps it waiting for too long."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.waiting: Waiting | None = None
        self.since = 0.0
        self.clock: asyncio.TimerHandle | None = None
        self.not_http = False

    # --- What the other side does, which uvicorn handles and we watch ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, if need be in the place of who waits longest."""
        super().connection_made(transport)
        self.watch()
        self.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        super().connection_lost(exc)
        self.stop_clock()

    def data_received(self, data: bytes) -> None:
        """Read on, unless what came before was not HTTP."""
        if not self.not_http:
            super().data_received(data)

    def handle_events(self) -> None:
        """Handle what was read, and see what there is to wait for now."""
        super().handle_events()
        self.watch()

    def on_response_complete(self) -> None:
        """Wait for the next request, which may be here already."""
        super().on_response_complete()
        self.watch()

    def pause_writing(self) -> None:
        """Wait for an answer to be taken."""
        super().pause_writing()
        self.watch()

    def resume_writing(self) -> None:
        """Go on, as an answer was taken."""
        super().resume_writing()
        self.watch()

    # --- Waiting ---

    def waits_for(self) -> Waiting | None:
        """Say what the other side has to do next; None while it is we who have."""
        if self.not_http:
            return Waiting.EMPTY
        if self.flow.write_paused:
            return Waiting.TAKE
        if self.cycle is None:
            return Waiting.ASK
        if not self.cycle.response_complete:
            return None
        return Waiting.EMPTY if self.conn.their_state is h11.SEND_BODY else Waiting.ASK

    def watch(self) -> None:
        """Start the clock anew when what is waited for has changed, and only then."""
        waiting = self.waits_for()
        if waiting is self.waiting:
            return
        self.stop_clock()
        self.waiting, self.since = waiting, self.loop.time()
        if waiting:
            self.clock = self.loop.call_later(SECONDS[waiting], self.transport.abort)

    def stop_clock(self) -> None:
        """Forget what was waited for."""
        if self.clock:
            self.clock.cancel()
            self.clock = None

    def make_room(self) -> None:
        """End the connections that wait longest, where too many wait."""
        open_ones = [each for each in self.connections if not each.transport.is_closing()]
        waiting = [each for each in cast("list[Patient]", open_ones) if each.waiting]
        waiting.sort(key=lambda each: each.since)
        for each in waiting[:-MOST_WAITING]:
            each.transport.abort()

    # --- What is not HTTP ---

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, with the headers of every answer.

        The connection is closed in our direction and read on for a moment: ended at once, with
        something unread, it would take the answer with it.
        """
        self.not_http = True
        if self.cycle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        for event in refusal():
            self.transport.write(self.conn.send(event) or b"")
        self.flow.resume_reading()
        self.transport.write_eof()


def refusal() -> tuple[h11.Event, ...]:
    """Return the answer to what is not HTTP."""
    headers = protected([PLAIN_TEXT, (b"connection", b"close")])
    start = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
    return start, h11.Data(b"this was not HTTP; it may be what a browser sends\n"), h11.EndOfMessage()
