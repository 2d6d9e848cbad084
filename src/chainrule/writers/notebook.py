"""A trace as a Jupyter notebook: each equation as code that a student can change and run."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from chainrule.errors import InvalidValueError, sentence
from chainrule.network.array import Array
from chainrule.network.formula import Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.latex import EQUATION
from chainrule.writers.lines import shown_controls
from chainrule.writers.markdown import code, markdown_text
from chainrule.writers.numpy_code import Lines, numpy_step
from chainrule.writers.options import Options
from chainrule.writers.outline import PARTS

COMPARED = 20_000  # numbers, up to which every one of the trace stands in the notebook to be compared

IMPORTS = """import numpy as np
from math import erf as erf_of_one

np.set_printoptions(precision=10)
erf = np.vectorize(erf_of_one, otypes=[float])"""


COMPARISON = """different = [
    name
    for name, (here, there) in of_the_trace.items()
    if not np.allclose(here, there, rtol=1e-9, atol=1e-12, equal_nan=True)
]
if different:
    print("not as in the trace, because something was changed above:", *different)
else:
    print("every number is that of the trace")"""


def document(trace: Trace, options: Options) -> str:
    r"""Write a trace as a notebook.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from; the notebook computes every number.

    Raises
    ------
    InvalidValueError
        When an activation or loss is one's own, or the step was rounded by hand.

    Examples
    --------
    >>> import chainrule as cr
    >>> cells = json.loads(document(cr.tutorials.load("jain").trace(), Options()))["cells"]
    >>> [cell["source"] for cell in cells if cell["source"].startswith("Z1 = ")]
    ['Z1 = X @ W1 + b1\nZ1']
    """
    if trace.rounding is not None:
        raise InvalidValueError(sentence("a step for a notebook", "rounded by hand", "an exact one"))
    cells = [
        {"id": f"cell-{number}", "metadata": {}, **cell}
        for number, cell in enumerate(_cells(trace, options), start=1)
    ]
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "chainrule": options.provenance(trace),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, sort_keys=True) + "\n"


def _text(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": "\n".join(lines)}


def _code(*lines: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "outputs": [], "source": "\n".join(lines)}


def _cells(trace: Trace, options: Options) -> Iterator[dict[str, Any]]:
    """Yield the cells."""
    steps = list(numpy_step(trace))
    yield _text(*_head(trace))
    yield _code(IMPORTS)
    yield _text("## Given", "", "Change any number here and run all cells again.")
    yield _code(*_given(trace))
    yield _text("A single number can be changed by its place:")
    yield _code(*_change_me(trace))
    for part, of_part in groupby(steps, key=lambda each: each.part):
        yield _text(f"## {PARTS[part]}")
        for lines in of_part:
            yield from _equation(lines)
    yield _text("## The same numbers as in the trace")
    yield _code(*_compared(trace, steps))
    yield _text("## More rounds", "", "The whole step as one function; then run it as often as you like.")
    yield _code(*_as_function(trace, steps))
    yield _code(*_rounds(trace))
    said = (f"{name}: {code(value)}" for name, value in options.provenance(trace).items())
    yield _text("---", "", *(f"- {line}" for line in said))


def _head(trace: Trace) -> Iterator[str]:
    yield f"# {markdown_text(trace.title or 'One training step')}"
    yield from ("", f"Network {code(str(trace.network))}, {code(str(trace.optimizer))}.", "")
    yield from (f"- {markdown_text(each)}" for each in conventions(trace))
    yield from ("", "| the reader's name | here | what it is |", "|---|---|---|")
    for entry in legend(trace):
        names = " … ".join(map(code, entry.names.split(" … ")))
        yield f"| {names} | {code(entry.ours)} | {entry.meaning} |"


def _literal(values: Array) -> str:
    """Return an array as Python code, with all digits."""
    rows = np.asarray(values, float)
    if rows.ndim < 2:
        return f"np.array({rows.tolist()!r})"
    inside = ",\n    ".join(repr(row) for row in rows.tolist())
    return f"np.array([\n    {inside},\n])"


def _given(trace: Trace) -> Iterator[str]:
    start = trace.start
    yield f"X = {_literal(start.data.X)}  # {_shape(start.data.X)}: the inputs"
    yield f"Y = {_literal(start.data.Y)}  # {_shape(start.data.Y)}: the targets"
    if start.data.row_weights is not None:
        yield f"w = {_literal(start.data.row_weights)}  # how much each row counts"
    for name, values in trace.network.loss.constants.items():
        yield f"{name} = {_literal(values)}"
    yield f"eta = {trace.optimizer.learning_rate!r}"
    yield f"t = {start.t}  # which step this is"
    for l in range(1, trace.network.depth + 1):
        for name, values in _arrays(trace, l):
            yield f"{name} = {_literal(values)}  # {_shape(values)}"


def _arrays(trace: Trace, l: int) -> Iterator[tuple[str, Array]]:
    """Yield a layer's arrays that come in: weights, biases, slots and the mask."""
    for kind, layer in trace.given:
        if layer == l and kind not in ("Y", "q"):
            yield f"{kind}{l}", trace.given[kind, layer]


def _shape(values: Array) -> str:
    return f"({', '.join(map(str, values.shape))}{',' if values.ndim == 1 else ''})"


def _change_me(trace: Trace) -> Iterator[str]:
    """Yield a line that changes one weight, with its name."""
    L = trace.network.depth
    first = next(trace.entries("W", L))
    _, i, j = first.indices
    name = shown_controls(trace.name(Quantity("W", first.indices)))
    yield f"W{L}[{i}, {j}] = {trace.value(first)!r}  # {name}: change me"


def _equation(lines: Lines) -> Iterator[dict[str, Any]]:
    """Yield an equation as mathematics, and as code."""
    if lines.equation in EQUATIONS:
        left, right = (EQUATION.text(side) for side in EQUATIONS[lines.equation][1:])
        sign = r"\leftarrow" if lines.equation == "U" else "="
        also = ""
        if lines.equation == "BP4" and len(lines.made) > 1:
            left_b, right_b = (EQUATION.text(side) for side in EQUATIONS["BP3"][1:])
            also = f"; BP3: ${left_b} = {right_b}$"
        yield _text(f"**Layer {lines.layer}, {lines.equation}**: ${left} {sign} {right}${also}")
    yield _code(*lines.code, ", ".join(lines.made))


def _compared(trace: Trace, steps: list[Lines]) -> Iterator[str]:
    """Yield the comparison of every array with the trace, or of a large one's sum."""
    yield "of_the_trace = {"
    for name in (name for each in steps for name in each.made):
        found = _of_trace(trace, name)
        if len(trace) <= COMPARED:
            yield f'    "{name}": ({name}, {found.tolist()!r}),'
        else:
            yield f'    "the sum of {name}": ({name}.sum(), {float(found.sum())!r}),'
    yield "}"
    yield from COMPARISON.splitlines()


def _of_trace(trace: Trace, name: str) -> Array:
    """Return the array of the trace that the code calls by a name."""
    kind = name.removesuffix("_new").rstrip("0123456789")
    layer = name.removesuffix("_new")[len(kind) :]
    key = (f"{kind}_after" if name.endswith("_new") else kind, int(layer or trace.network.depth))
    if kind == "loss_terms":
        return trace.array("loss_term", trace.network.depth)
    return trace.array(*key)


def _as_function(trace: Trace, steps: list[Lines]) -> Iterator[str]:
    """Yield the step as a function from parameters to the next ones."""
    state = _state(trace)
    yield f"def one_step(t, {', '.join(state)}):"
    yield '    """Return the loss before a step, and what the step makes of everything."""'
    yield from (f"    {line}" for each in steps for line in each.code)
    yield f"    return loss, {', '.join(_made(trace, name) for name in state)}"


def _state(trace: Trace) -> list[str]:
    """Return the arrays that a step changes or hands on."""
    depth = trace.network.depth
    names = [name for l in range(1, depth + 1) for name, _ in _arrays(trace, l)]
    return [name for name in names if not name.startswith("mask")]


def _made(trace: Trace, name: str) -> str:
    """Return what a step calls the next value of an array; frozen ones hand on what they remember."""
    kind = name.rstrip("0123456789")
    layer = trace.network.layer(int(name[len(kind) :]))
    trained = layer.train_weights if kind.endswith("W") else layer.train_bias
    return f"{name}_new" if trained or kind in ("W", "b") else name


def _rounds(trace: Trace) -> Iterator[str]:
    state = ", ".join(_state(trace))
    yield f"state = ({state},)"
    yield "for round in range(101):"
    yield "    loss, *state = one_step(t + round, *state)"
    yield "    if round % 20 == 0:"
    yield '        print(f"{round:4}  {loss:.9g}")'
