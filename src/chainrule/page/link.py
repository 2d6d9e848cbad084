"""A state as a link that carries all of it, and back: names and numbers, believed only once checked."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.errors import (
    ChainruleError,
    InvalidValueError,
    TooLargeError,
    Words,
    sentence,
    shown,
)
from chainrule.files.plain_json import parsed
from chainrule.network.array import Array
from chainrule.network.description import (
    describe,
    describe_optimizer,
    describe_penalty,
    network_from,
    optimizer_from,
    penalty_from,
)
from chainrule.network.network import Network
from chainrule.network.parameters import Layout, Parameters
from chainrule.network.program import Data
from chainrule.page.lesson import Lesson
from chainrule.page.names import Names
from chainrule.page.state import Losses, State
from chainrule.reference.update import init

VERSION = 1
MARK = "chainrule-page-"  # what a link begins with after its #, followed by the version
LONGEST = 6_000_000  # letters of a link or of a file with one
LARGEST = 64 << 20  # bytes of what it holds
MOST_PARAMETERS = 2_000_000
MOST_NUMBERS = 4_000_000  # of the rows
LATEST = 2**50  # steps
MOST_ENTRIES = 100_000  # of what it holds: arrays are one each, and JSON of more takes memory and time

# What a link says, and what it says of each of the two places in the training: now, and where it began.
ENTRIES = ("title", "network", "penalty", "names", "batch", "shuffle", "row_weights", "now", "first", "at")
OF_A_PLACE = ("optimizer", "rows", "theta", "slots", "taken")


def link_of(state: State, at: str) -> str:
    """Return a state as the fragment of a link.

    Parameters
    ----------
    state : State
        The state.
    at : str
        The place of the number that is looked at.

    Raises
    ------
    TooLargeError
        When nobody could pass on a link so long.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.page.lesson import of_example
    >>> state = State.opened(of_example(cr.tutorials.load("jain"))).advanced(3)
    >>> there, at = state_of(link_of(state, "dW.2.0.0"))
    >>> there.taken, at, bool((there.parameters.theta == state.parameters.theta).all())
    (3, 'dW.2.0.0', True)
    """
    lesson, first = state.lesson, state.rewound()
    if lesson.start.theta.size > MOST_PARAMETERS or lesson.data.X.size + lesson.data.Y.size > MOST_NUMBERS:
        thing = "the size of what was to be shared"
        has = f"{lesson.start.theta.size:,} parameters and {len(lesson.data.X):,} rows"
        raise TooLargeError(sentence(thing, Words(has), f"at most {MOST_PARAMETERS:,} parameters"))
    weights = lesson.data.row_weights
    told = {
        "title": lesson.title,
        "network": describe(lesson.network),
        "penalty": describe_penalty(lesson.penalty),
        "names": lesson.names.as_dict(),
        "batch": lesson.batch,
        "shuffle": lesson.shuffle,
        "row_weights": None if weights is None else _packed(weights),
        "now": _place(state),
        "first": None if first is state else _place(first, beside=state),
        "at": at,
    }
    text = json.dumps(told, separators=(",", ":")).encode("ascii")
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode("ascii").rstrip("=")
    link = f"{MARK}{VERSION}.{packed}"
    if len(link) > LONGEST or len(text) > LARGEST:
        may_be = f"at most {LONGEST:,}, which fewer rows have"
        raise TooLargeError(sentence("the number of letters of the link", Words(f"{len(link):,}"), may_be))
    return link


def _place(state: State, beside: State | None = None) -> dict[str, Any]:
    """Return a place in the training as plain data; rows that are those of the one beside it are not said."""
    data = state.lesson.data
    same = beside is not None and beside.lesson.data is data
    return {
        "optimizer": describe_optimizer(state.lesson.optimizer),
        "rows": None if same else [_packed(data.X), _packed(data.Y)],
        "theta": _packed(state.parameters.theta),
        "slots": {name: _packed(slot) for name, slot in state.slots.items()},
        "taken": state.taken,
    }


def state_of(link: str) -> tuple[State, str]:
    """Return the state that a link carries, and the place of the number that is looked at.

    Parameters
    ----------
    link : str
        A whole address, its fragment, or what a file with one holds.

    Raises
    ------
    InvalidValueError
        When it is none of ours, of another version, damaged, or says something that has no meaning.

    Examples
    --------
    >>> state_of("https://example.org/#somewhere")
    Traceback (most recent call last):
        ...
    chainrule.errors.InvalidValueError: the link was 'https://example.org/#somewhere'; it may be one ...
    """
    told = _unpacked(link)
    try:
        return _state(told), str(told.get("at", ""))[:60]
    except ChainruleError as error:
        raise InvalidValueError(f"the link holds something that cannot be: {error}") from None
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidValueError(f"the link was damaged: {shown(error)}") from None


def is_link(text: str) -> bool:
    """Return whether a text is a link to a state, whatever it holds."""
    return f"#{MARK}" in text or text.startswith(MARK)


def _unpacked(link: str) -> dict[str, Any]:
    """Return what a link holds, as plain data."""
    if len(link) > LONGEST:
        may_be = f"at most {LONGEST:,} letters"
        raise TooLargeError(sentence("the link's length", Words(f"{len(link):,}"), may_be))
    fragment = link.strip().rpartition("#")[2]
    if not fragment.startswith(MARK):
        raise InvalidValueError(
            sentence("the link", link, "one that Share gives, with all that follows its #")
        )
    version, _, packed = fragment.removeprefix(MARK).partition(".")
    if version != str(VERSION):
        raise InvalidValueError(
            sentence("the version of the link", version, f"{VERSION}, as this version writes")
        )
    try:
        squeezed = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        text = opened.decompress(squeezed, LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise InvalidValueError(
            "the link was cut or changed on its way; it may be copied again, whole"
        ) from None
    if opened.unconsumed_tail or not opened.eof:
        raise InvalidValueError("the link was cut or too large; it may be copied again, whole")
    entries = sum(map(text.count, (b",", b"[", b"{")))
    if entries > MOST_ENTRIES:
        raise TooLargeError(sentence("how many entries the link had", entries, f"at most {MOST_ENTRIES:,}"))
    told = parsed("the link", text)
    if not isinstance(told, dict):
        raise InvalidValueError(sentence("what the link holds", told, "a table of names and values"))
    return told


def _state(told: dict[str, Any]) -> State:
    """Return the state that plain data describes."""
    _require_entries("the link", told, ENTRIES)
    network = network_from(told["network"])
    layout = Layout(network)
    if layout.size > MOST_PARAMETERS:
        size, may_be = Words(f"{layout.size:,}"), f"at most {MOST_PARAMETERS:,}"
        raise TooLargeError(sentence("the number of its parameters", size, may_be))
    now = _placed(layout, told, told["now"], None)
    if told["first"] is None:
        return now
    first = _placed(layout, told, told["first"], now.lesson.data)
    return replace(now, lesson=replace(now.lesson, start=first.parameters), first=first)


def _placed(layout: Layout, told: dict[str, Any], place: dict[str, Any], beside: Data | None) -> State:
    """Return the state at one place in the training; its rows are those beside it where none are said."""
    _require_entries("a place in the training", place, OF_A_PLACE)
    network = layout.network
    theta = _array("weights", place["theta"], layout.size)
    optimizer = optimizer_from(place["optimizer"])
    blank = init(optimizer, theta)
    _require_entries("the memory of the update rule", place["slots"], blank)
    slots = {name: _array("memory of the update rule", place["slots"][name], len(theta)) for name in blank}
    data = beside if beside is not None and place["rows"] is None else _data(network, told, place["rows"])
    lesson = Lesson(
        word="",
        title=str(told["title"])[:200],
        network=network,
        start=Parameters(layout, theta),
        data=data,
        optimizer=optimizer,
        penalty=penalty_from(told["penalty"]),
        batch=_whole("rows of a step", told["batch"], 1, len(data.X)),
        shuffle=told["shuffle"] is True,
        names=Names.from_dict(told["names"], network),
    )
    taken = _whole("steps that were taken", place["taken"], 0, LATEST)
    return State(lesson, lesson.start, slots, taken, Losses(np.empty(0)))


def _require_entries(thing: str, given: dict[str, Any], names: Iterable[str]) -> None:
    """Refuse a table with other entries than these."""
    differing = sorted(set(given) ^ set(names))
    if differing:
        may_be = f"those of version {VERSION}"
        raise InvalidValueError(sentence(f"an entry of {thing}", ", ".join(differing), may_be))


def _data(network: Network, told: dict[str, Any], rows: Any) -> Data:
    inputs, targets = rows
    X = _array("inputs", inputs, None).reshape(-1, network.sizes[0])
    Y = _array("targets", targets, len(X) * network.sizes[-1]).reshape(len(X), network.sizes[-1])
    weights = told["row_weights"]
    return Data.of(network, X, Y, None if weights is None else _array("weights of the rows", weights, len(X)))


def _packed(values: Array) -> str:
    """Return numbers as text, each with all its bits."""
    return base64.b64encode(np.ascontiguousarray(values, "<f8").tobytes()).decode("ascii")


def _array(name: str, packed: object, size: int | None) -> Array:
    """Return numbers from outside, once they are as many as there should be, and finite."""
    if not isinstance(packed, str):
        raise InvalidValueError(
            sentence(f"what stands for the {name}", packed, "numbers as Share writes them")
        )
    values = np.frombuffer(base64.b64decode(packed, validate=True), "<f8").astype(np.float64)
    if size is not None and len(values) != size:
        raise InvalidValueError(sentence(f"how many {name} there were", len(values), f"{size:,}"))
    if not np.isfinite(values).all():
        bad = values[~np.isfinite(values)][0]
        raise InvalidValueError(sentence(f"one of the {name}", bad, "a finite number"))
    return values


def _whole(thing: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidValueError(
            sentence(f"the number of {thing}", value, f"a whole number from {least} to {most:,}")
        )
    return value
