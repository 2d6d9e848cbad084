"""What a running page remembers: states by names that nobody can guess, the latest of them."""

import secrets
from collections import OrderedDict
from threading import Lock

from chainrule.errors import InvalidValueError
from chainrule.page.state import State

MOST_STATES, MOST_BYTES = 5000, 256 << 20
MOST_TABLES = 4


class Desk:
    """Keeps states, each under a name of its own; no request changes one.

    Two tabs that train at the same time have states of their own, and a browser that goes away leaves
    nothing running.
    """

    def __init__(self) -> None:
        self._states: OrderedDict[str, State] = OrderedDict()
        self._tables: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def put(self, state: State) -> str:
        """Keep a state, and return its name; the oldest ones make room."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._states[name] = state
            self._bytes += state.nbytes
            while len(self._states) > 2 and (len(self._states) > MOST_STATES or self._bytes > MOST_BYTES):
                _, oldest = self._states.popitem(last=False)
                self._bytes -= oldest.nbytes
        return name

    def state(self, name: str) -> State:
        """Return the state of a name.

        Raises
        ------
        InvalidValueError
            When there is none any more.
        """
        with self._lock:
            found = self._states.get(name)
            if found is None:
                raise InvalidValueError(
                    "that step is not kept any more; it may be reached again from the start"
                )
            self._states.move_to_end(name)
            return found

    def put_table(self, data: bytes) -> str:
        """Keep the bytes of a table that was dropped, and return its name."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._tables[name] = data
            while len(self._tables) > MOST_TABLES:
                self._tables.popitem(last=False)
        return name

    def table(self, name: str) -> bytes:
        """Return the bytes of a table.

        Raises
        ------
        InvalidValueError
            When it is not kept any more.
        """
        with self._lock:
            if name not in self._tables:
                raise InvalidValueError("that table is not kept any more; it may be dropped here again")
            return self._tables[name]
