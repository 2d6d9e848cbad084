"""What somebody's code gives on a probe: its functions are found by their names, and called until it works.

This runs in a process of its own, with limits; its answer is numbers and text.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chainrule.check.probe import SIZES, probe
from chainrule.check.student.attempt import Attempt, Evidence, UnusualNameError
from chainrule.check.student.code import Code, raised
from chainrule.check.student.layout import LAYOUTS
from chainrule.check.student.usual import ALSO, FORWARD, GRADIENTS, HELPERS, LOSS, STEP, plain
from chainrule.errors import ChainruleError, InvalidFileError, Words, nearest, sentence
from chainrule.files.wire import Tree
from chainrule.network.array import Array

STEPS = 2
USUAL = "backward, gradients or step"

Functions = dict[str, Callable[..., Any]]


class Entry(NamedTuple):
    """Where somebody's backward pass begins.

    Parameters
    ----------
    kind : type or None
        The class that its functions are methods of; None where they are functions.
    forward, gradients, step, loss : str
        The names of the functions; empty where there is none.
    """

    kind: type | None
    forward: str
    gradients: str
    step: str
    loss: str


def evidence(text: bytes, path: str, name: str = "") -> Tree:
    """Return what the code in a file gives on a probe.

    Parameters
    ----------
    text : bytes
        What is in the file.
    path : str
        Its name.
    name : str
        The function that goes backwards or takes a step, or the class; empty to look for it.

    Returns
    -------
    dict
        ``called``, ``layout``, ``sizes``, ``rows``, ``biases``, ``rate``, ``words``, ``constants``,
        ``labels`` and ``steps``: for each step the numbers by their names.

    Raises
    ------
    InvalidFileError
        When nothing is found that can be called, with the reason.
    """
    sys.path.insert(0, str(Path(path).parent))
    code = Code(text, path)
    reasons: list[tuple[int, str]] = []
    best: tuple[int, Tree] = (0, None)
    for entry in _entries(code, name):
        for labels, sizes, layout in product((False, True), SIZES, LAYOUTS):
            attempt = Attempt(code, probe(sizes), layout, labels=labels)
            try:
                steps = _steps(attempt, entry)
            except ChainruleError as error:
                reasons.append((len(attempt.called), str(error)))
            except (Exception, SystemExit) as error:
                reasons.append((len(attempt.called), f"it {raised(error, path)}"))
            else:
                found = _how_many(steps[0])
                reasons.append((len(attempt.called), "it returned no gradients and changed no weights"))
                if found > best[0]:
                    best = found, _told(code, attempt, sizes, steps)
                if found == len(sizes[1:]) * (2 if attempt.biases else 1):
                    return best[1]
    if best[0]:
        return best[1]
    if not reasons:
        raise InvalidFileError(_nothing(code, name))
    _, farthest = max(reasons, key=lambda each: each[0])  # of the first try that came so far
    raise InvalidFileError(f"{name or 'its backward pass'} could not be called: {farthest}")


def _how_many(step: Evidence) -> int:
    """Return of how many weights and biases a step gives the gradient, or the new values."""
    return max(
        sum(name.startswith(kinds) for name in step) for kinds in (("dW", "db"), ("W_after", "b_after"))
    )


def _nothing(code: Code, name: str) -> str:
    """Say that there is no such function."""
    known = [*code.functions(), *code.classes()]
    if name:
        close = nearest(name, known)
        return sentence(
            "the name", name, "that of a function or class in it", f"did you mean {close}?" if close else ""
        )
    there = Words(", ".join(known) or "nothing")
    return sentence("what is defined in it", there, f"a function called {USUAL}, or one named after a colon")


def _entries(code: Code, name: str) -> Iterator[Entry]:
    """Yield where the backward pass may begin: functions, then classes."""
    functions, classes = code.functions(), code.classes()
    places: list[tuple[type | None, Functions]] = [
        (None, functions),
        *(
            (kind, {key: each for key, each in vars(kind).items() if callable(each)})
            for kind in classes.values()
        ),
    ]
    for kind, found in places:
        forward, gradients, step, loss = (_first(words, found) for words in (FORWARD, GRADIENTS, STEP, LOSS))
        if name and name in found and kind is None:
            yield Entry(kind, "" if forward == name else forward, name, "", loss)
        elif not name or (kind is not None and kind.__name__ == name):
            if gradients or step:
                yield Entry(kind, forward, gradients, step, loss)
            if gradients and step:
                yield Entry(kind, forward, "", step, loss)
            yield from (Entry(kind, forward, other, "", "") for other in _others(found))


def _others(found: Functions) -> Iterator[str]:
    """Yield the functions whose names have in them what they do, and that are no helpers."""
    for part in ALSO:
        for name in found:
            word = plain(name)
            if part in word and not any(helper in word for helper in HELPERS):
                yield name


def _first(words: Sequence[str], found: Functions) -> str:
    """Return the name of the function that is called by the first of some words; empty where none is."""
    by_word = {plain(name): name for name in found}
    return next((by_word[word] for word in words if word in by_word), "")


def _steps(attempt: Attempt, entry: Entry) -> list[Evidence]:
    """Return what two steps give; one where no weights come out of it."""
    if entry.kind is not None:
        attempt.make(entry.kind)
    steps = []
    for _ in range(STEPS):
        steps.append(_step(attempt, entry))
        if not any(name.startswith("W_after") for name in steps[-1]):
            break
    return steps


def _step(attempt: Attempt, entry: Entry) -> Evidence:
    """Return what one step gives: forwards, backwards, the update, as far as there are functions for them."""

    def function(name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(
            attempt.thing.made if attempt.thing is not None else attempt.code.module, name
        )
        return found

    found = Evidence()
    if entry.forward:
        try:
            found |= attempt.forward(function(entry.forward))
        except UnusualNameError:
            if not entry.step:  # a step goes forwards by itself
                raise
    if entry.loss:
        found |= _loss(attempt, function(entry.loss))
    if entry.gradients:
        found |= attempt.gradients(function(entry.gradients), is_step=False)
    stepped = any(name.startswith("W_after") for name in found)
    if entry.step and not stepped:
        try:
            found |= attempt.gradients(function(entry.step), is_step=True)
        except (UnusualNameError, TypeError):
            if not entry.gradients:
                raise
    return found


def _loss(attempt: Attempt, function: Callable[..., Any]) -> Evidence:
    """Return the loss, where its function takes what is known here; it is no more than a help."""
    try:
        value = attempt.call(function)
        return {"loss": _number(value)}
    except Exception:
        return {}


def _number(value: Any) -> Array:
    """Return a loss as an array of no dimensions."""
    array = np.asarray(value, np.float64)
    if array.size != 1:
        raise ValueError
    return array.reshape(())


def _told(code: Code, attempt: Attempt, sizes: tuple[int, ...], steps: list[Evidence]) -> Tree:
    """Return what the parent has to know."""
    for step in steps:
        for name, array in step.items():
            if not np.isfinite(array).all():
                raise InvalidFileError(f"what it gives as {name} was not finite; it may be numbers")
    rate = attempt.rate or code.constant("rate")
    return {
        "called": attempt.called,
        "layout": str(attempt.layout) if attempt.thing is None else str(attempt.layout).split(",")[0],
        "sizes": list(sizes),
        "rows": attempt.layout.rows or len(attempt.probe.X),
        "biases": int(attempt.biases),
        "rate": None if rate is None else np.array(rate),
        "words": sorted(code.words),
        "constants": np.array(code.constants),
        "labels": int(attempt.labels),
        "steps": [
            {name: np.array(array) for name, array in step.items() if attempt.biases or "b" not in name[:2]}
            for step in steps
        ],
    }
