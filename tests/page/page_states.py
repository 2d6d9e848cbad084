"""What the tests of the page start from: states drawn at random, and a page asked without a browser."""

import asyncio
import json
from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from traced_steps import OPTIMIZERS, PENALTIES, targets

from chainrule.errors import ChainruleError
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.layers import BIASES, Dense
from chainrule.network.losses import LOSSES, huber, pinball
from chainrule.network.network import Network
from chainrule.network.parameters import Parameters
from chainrule.network.program import Data
from chainrule.page import menu
from chainrule.page.lesson import Lesson
from chainrule.page.names import Names
from chainrule.page.state import State
from chainrule.trace.notations import NOTATIONS

OWN = {"huber": huber(0.5), "pinball": pinball(0.3)}


@st.composite
def lessons(draw):
    """A strategy: a small network of any kind, rows, an update rule, names."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    rng, rows = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), draw(st.integers(1, 4))
    name = draw(st.sampled_from([name for name in LOSSES if sizes[-1] == 1 or name != "pinball"]))
    loss = OWN.get(name, LOSSES[name])
    kinds = [draw(st.sampled_from(list(ACTIVATIONS))) for _ in sizes[2:]]
    kinds.append(draw(st.sampled_from(loss.admits or list(ACTIVATIONS))))
    trained = st.sampled_from([True, True, True, False])
    layers = [
        Dense(
            *ends,
            kind,
            bias=draw(st.sampled_from(BIASES)),
            train_weights=draw(trained),
            train_bias=draw(trained),
        )
        for ends, kind in zip(pairwise(sizes), kinds, strict=True)
    ]
    network = Network(layers, loss)
    start = Parameters.initial(network, 0)
    weights = rng.uniform(0.1, 2, rows) if draw(st.booleans()) else None
    X, Y = rng.normal(0, 1, (rows, sizes[0])), targets(rng, name, rows, sizes[-1])
    ends = zip("xy", (sizes[0], sizes[-1]), strict=True)
    own_names = [tuple(f"{end} {n}" for n in range(size)) for end, size in ends]
    return Lesson(
        word="",
        title=draw(st.text(max_size=20)),
        network=network,
        start=start.like(rng.normal(0, 0.6, start.theta.size)),
        data=Data.of(network, X, Y, weights),
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        penalty=draw(st.sampled_from(PENALTIES)),
        batch=draw(st.integers(1, rows)),
        shuffle=draw(st.booleans()),
        names=Names(draw(st.sampled_from(list(NOTATIONS))), *(own_names if draw(st.booleans()) else ())),
    )


@st.composite
def states(draw):
    """A strategy: a place in the training of such a lesson, after some steps and an edit or none."""
    state = State.opened(draw(lessons()))
    state = state.advanced(draw(st.integers(1, 3))) if draw(st.booleans()) else state
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["W", "b", "A", "eta"]))
        known = [
            each
            for name, layer in state.trace.given
            if name == kind
            for each in state.trace.entries(name, layer)
        ]
        if known:
            state = state.edited(draw(st.sampled_from(known)), draw(st.floats(0.25, 1.5)))
    return state.advanced(1) if draw(st.booleans()) else state


lesson_of = cache(menu.opened)  # with what was drawn of it: to place its labels takes longest


def opened(word, steps=0):
    """Return the state of an entry of the menu, some steps on."""
    state = State.opened(lesson_of(word))
    return state.advanced(steps) if steps else state


def called(word):
    """Return the numbers of a step by the names that the reader has for them, as quantities."""
    trace = opened(word).trace
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    return {trace.name(each): each for each in [*given, *(each.quantity for each in trace)]}


def every_number(trace):
    """Return every number of a step, given or computed, with all its bits."""
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    return {each: trace.value(each).hex() for each in [*given, *(each.quantity for each in trace)]}


def refusal(do, *arguments):
    """Return the one sentence with which something is refused."""
    try:
        do(*arguments)
    except ChainruleError as error:
        told = str(error)
        assert told
        assert "\n" not in told
        assert len(told) < 900
        return told
    raise AssertionError("it was not refused")


class Browser:
    """Asks a page for answers, without a server or a guard between them."""

    def __init__(self, page):
        self.application = page.application()

    def post(self, path, body=b"{}"):
        return self.ask("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())

    def get(self, path):
        return self.ask("GET", path, b"")

    def ask(self, method, path, body):
        return asyncio.run(self._asked(method, path, body))

    async def _asked(self, method, path, body):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
        await self.application(scope, receive, send)
        return Answer(sent)


class Answer:
    """What came back for one request."""

    def __init__(self, sent):
        self.status = sent[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        self.body = b"".join(each.get("body", b"") for each in sent[1:])

    def json(self):
        return json.loads(self.body)
