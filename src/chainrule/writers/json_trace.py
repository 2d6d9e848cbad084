"""A trace as JSON, whole, with a version and a published schema; and back, believed only once checked."""

import contextlib
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, InvalidFileError, InvalidValueError, sentence, shown
from chainrule.files.plain_json import parsed
from chainrule.files.source import errors_about, readable_file
from chainrule.network.array import Array
from chainrule.network.description import (
    describe,
    describe_optimizer,
    describe_penalty,
    network_from,
    optimizer_from,
    penalty_from,
)
from chainrule.network.formula import Quantity
from chainrule.network.parameters import ByLayer, Parameters
from chainrule.network.program import Data
from chainrule.reference.forward import Masks
from chainrule.trace.build import trace_step
from chainrule.trace.conventions import conventions
from chainrule.trace.hand import rounded
from chainrule.trace.legend import legend
from chainrule.trace.naming import Naming
from chainrule.trace.rounding import Rounding
from chainrule.trace.step import Family, Statement, Trace
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.options import Options
from chainrule.writers.outline import Shown, outline

FORMAT, VERSION = "chainrule trace", 1
LARGEST = 256 << 20  # bytes of a file that is read back

# What stands for numbers that JSON cannot spell.
NOT_FINITE = {"infinity": math.inf, "-infinity": -math.inf, "not a number": math.nan}

# How close a number of a file has to be to what its formula gives here: another processor may round
# the last digits otherwise.
CLOSE = 1e-9


def document(trace: Trace, options: Options = Options()) -> str:  # noqa: B008 - it is frozen
    """Write a trace as JSON: every number, and the formulas of the first `options.most` of each kind."""
    told = as_dict(trace, options)
    written = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    if any("\ud800" <= letter <= "\udfff" for letter in written):  # which UTF-8 cannot spell
        written = json.dumps(told, indent=1, allow_nan=False)
    return f"{written}\n"


def as_dict(trace: Trace, options: Options = Options()) -> dict[str, Any]:  # noqa: B008
    """Return a trace as plain data, as the schema ``trace-1.schema.json`` beside this file says.

    Raises
    ------
    InvalidValueError
        When an activation or a loss is one's own: JSON never holds code.

    Examples
    --------
    >>> import chainrule as cr
    >>> told = as_dict(cr.tutorials.load("jain").trace())
    >>> told["families"][0]["names"], told["families"][0]["values"]
    ([['net_h1', 'net_h2']], [[0.3775, 0.39249999999999996]])
    """
    families = [
        _family(trace, each)
        for part in outline(trace, options.most)
        for group in part.groups
        for each in group.shown
    ]
    return {**start_as_dict(trace, options), "families": families}


def start_as_dict(trace: Trace, options: Options = Options()) -> dict[str, Any]:  # noqa: B008
    """Return what a step starts from as plain data: everything of `as_dict` but what is computed."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "origin": options.provenance(trace),
        "title": trace.title,
        "network": describe(trace.network),
        "optimizer": describe_optimizer(trace.optimizer),
        "penalty": describe_penalty(trace.start.penalty),
        "t": trace.start.t,
        "rounding": None if trace.rounding is None else asdict(trace.rounding),
        "naming": _described_naming(trace.naming),
        "legend": [entry._asdict() for entry in legend(trace)],
        "conventions": conventions(trace),
        "ours": list(trace.ours),
        "marks": [
            {"kind": each.name, "indices": list(each.indices), "name": trace.name(each), "mark": mark}
            for each, mark in trace.marks.items()
        ],
        "given": [
            {"kind": kind, "layer": layer, **_numbers(trace, kind, int(layer), values)}
            for (kind, layer), values in trace.given.items()
        ],
    }


def _described_naming(naming: Naming) -> dict[str, Any]:
    return {
        "templates": dict(naming.templates),
        "tables": {kind: _plain(table) for kind, table in naming.tables.items()},
        "orientation": naming.orientation,
    }


def _plain(table: Any) -> Any:
    """Return a table of names as lists and text."""
    return table if isinstance(table, str) else [_plain(each) for each in table]


def _numbers(trace: Trace, kind: str, layer: int, values: Array) -> dict[str, Any]:
    """Return an array of numbers and their names, in the order of their indices."""
    names = np.empty(values.shape, dtype=object)
    for place in np.ndindex(*values.shape):
        names[place] = trace.name(Quantity(kind, (layer, *place)))
    return {"names": names.tolist(), "values": _spelled(values)}


def _spelled(values: Array) -> Any:
    """Return numbers as JSON can spell them."""
    if np.isfinite(values).all():
        return values.tolist()
    spelled = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        spelled[place] = float(value) if math.isfinite(value) else _word(value)
    return spelled.tolist()


def _word(value: float) -> str:
    return "not a number" if math.isnan(value) else "infinity" if value > 0 else "-infinity"


def _family(trace: Trace, shown_of: Shown) -> dict[str, Any]:
    """Return a family: its formula in letters, all its numbers, and its first statements written out."""
    family = shown_of.family
    kind, layer = family.quantity.name, int(family.quantity.indices[0])
    told: dict[str, Any] = {
        "part": family.part,
        "equation": family.equation,
        "kind": kind,
        "layer": layer,
        "indices": list(family.quantity.indices[1:]),
        "formula": "" if family.tree is None else TextPrinter(_in_letters, repr).text(family.tree),
        **_numbers(trace, kind, layer, family.array),
    }
    if trace.exact is not None:
        told["exact"] = _spelled(trace.exact.array(kind, layer))
    told["statements"] = [_statement(trace, each) for each in shown_of.statements]
    told["statements_left_out"] = shown_of.left_out
    told["sums_cut"] = list(shown_of.cut)
    return told


def _in_letters(quantity: Quantity) -> str:
    """Return how our code writes a quantity whose indices are letters."""
    if quantity.name == "same":
        return f"[{' = '.join(map(str, quantity.indices))}]"
    layer, *place = quantity.indices
    return f"{quantity.name}[{layer}][{','.join(map(str, place))}]" if place else quantity.name


def _statement(trace: Trace, statement: Statement) -> dict[str, Any]:
    told: dict[str, Any] = {"name": trace.name(statement.quantity)}
    if statement.tree is not None:
        told["formula"] = TextPrinter(trace.name, repr).text(statement.tree)
        told["numbers"] = TextPrinter(lambda each: repr(trace.value(each)), repr).text(statement.tree)
    return {**told, "value": _spelled(np.array(statement.value))}


def read_trace(path: str | os.PathLike[str]) -> Trace:
    """Read a trace back from the JSON that a writer made of it.

    Nothing is taken on trust: the step is computed again from what came in, and each number of the
    file has to be what its formula gives.

    Parameters
    ----------
    path : str or path
        The file.

    Raises
    ------
    InvalidFileError
        When it is no such file, of another version, or a number in it is not what it should be.

    Examples
    --------
    >>> import os, tempfile
    >>> import chainrule as cr
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "step.json")
    ...     cr.explain(cr.tutorials.load("jain").trace(), path)
    ...     print(round(read_trace(path).derive("w5").value, 9))
    0.082167041
    """
    readable_file(path, LARGEST)
    with open(path, "rb") as file:
        text = file.read(LARGEST + 1)
    with errors_about(path):
        return trace_from(parsed("the trace", text))


def read_numbers_of(path: str | os.PathLike[str]) -> tuple[Trace, dict[str, float]]:
    """Return the step that a trace in JSON starts from, and the numbers that it says, by their names.

    Parameters
    ----------
    path : str or path
        A file as `explain` writes it, whose numbers may be somebody's own.

    Raises
    ------
    InvalidFileError
        When it is no such file.
    """
    readable_file(path, LARGEST)
    with errors_about(path):
        told = parsed("the trace", Path(path).read_bytes())
        trace = start_from(told)
        with _damage():
            pairs = [
                (str(name), float(value))
                for entry in told["families"]
                for name, value in zip(
                    np.ravel(np.asarray(entry["names"], object)), _read(entry["values"]).ravel(), strict=True
                )
            ]
    return trace, dict(pairs)


def trace_from(told: Any) -> Trace:
    """Return the trace that plain data describes; see `read_trace`."""
    with _damage():
        trace = start_from(told)
        families = tuple(
            _checked(trace, family, entry)
            for family, entry in zip(trace.families, told["families"], strict=True)
        )
    return replace(trace, families=families)


def start_from(told: Any) -> Trace:
    """Return the step that starts from what `start_as_dict` describes, computed here."""
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise InvalidFileError("the file was no trace; it may be the JSON that explain writes")
    if told.get("version") != VERSION:
        raise InvalidFileError(sentence("the version of the trace", told.get("version"), f"{VERSION}"))
    with _damage():
        return _computed(told)


@contextlib.contextmanager
def _damage() -> Iterator[None]:
    """Turn whatever a damaged description leads to into one sentence."""
    try:
        yield
    except ChainruleError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InvalidFileError(f"the trace was damaged: {shown(error)}") from None


def _computed(told: Mapping[str, Any]) -> Trace:
    """Compute a described step again."""
    network = network_from(told["network"])
    given = {(str(entry["kind"]), int(entry["layer"])): _read(entry["values"]) for entry in told["given"]}
    L = network.depth
    layers = range(1, L + 1)

    def flat(prefix: str) -> Parameters:
        weights = [given[f"{prefix}W", l] for l in layers]
        biases = [given.get((f"{prefix}b", l)) for l in layers]
        return Parameters.from_arrays(network, weights, biases, orientation="from_to")

    optimizer = optimizer_from(told["optimizer"])
    slots = {
        kind.removesuffix("_W"): flat(kind.removesuffix("W")).theta
        for kind, layer in given
        if kind.endswith("_W") and layer == 1
    }
    trace = trace_step(
        network,
        flat(""),
        Data.of(network, given["A", 0], given["Y", L], given.get(("w", 0))),
        optimizer,
        penalty_from(told["penalty"]),
        slots=slots,
        t=int(told["t"]),
        masks=_masks(given, layers),
        naming=_naming_from(told["naming"]),
        title=str(told["title"]),
    )
    marks = {Quantity(str(each["kind"]), tuple(each["indices"])): str(each["mark"]) for each in told["marks"]}
    trace = replace(trace, marks=marks, ours=tuple(map(str, told["ours"])))
    return trace if told["rounding"] is None else rounded(trace, Rounding(**told["rounding"]))


def _masks(given: Mapping[tuple[str, int], Array], layers: Iterable[int]) -> Masks | None:
    masks = [given.get(("mask", l)) for l in layers]
    return None if all(mask is None for mask in masks) else ByLayer("masks", masks)


def _naming_from(told: Mapping[str, Any]) -> Naming:
    templates = {str(kind): str(template) for kind, template in told["templates"].items()}
    return Naming(templates, told["tables"], orientation=told["orientation"])


def _read(values: Any) -> Array:
    """Return numbers as they were before JSON spelled them."""
    spelled = np.asarray(values, dtype=object)
    return np.array([NOT_FINITE[v] if isinstance(v, str) else v for v in spelled.ravel()], float).reshape(
        spelled.shape
    )


def _checked(trace: Trace, family: Family, entry: Mapping[str, Any]) -> Family:
    """Return a family with the numbers of the file, once each is what its formula gives."""
    values, computed = _read(entry["values"]), family.array
    kind, (layer, *_) = family.quantity.name, family.quantity.indices
    if values.shape != computed.shape:
        thing = f"the shape of {kind}[{layer}]"
        raise InvalidValueError(sentence(thing, values.shape, f"{computed.shape}"))
    if _numbers(trace, kind, int(layer), computed)["names"] != entry["names"]:
        thing = f"the names of {kind}[{layer}]"
        raise InvalidValueError(sentence(thing, entry["names"], "those that its naming gives"))
    room = CLOSE * np.abs(computed[np.isfinite(computed)]).max(initial=0.0)
    off = np.argwhere(~np.isclose(values, computed, rtol=CLOSE, atol=room, equal_nan=True))
    if len(off):
        place = tuple(map(int, off[0]))
        fixed = tuple(
            int(index) if isinstance(letter, str) else int(letter)
            for letter, index in zip(family.quantity.indices[1:], place, strict=True)
        )
        name = trace.name(Quantity(kind, (layer, *fixed)))
        hint = "which its formula gives"
        raise InvalidValueError(sentence(name, values[place], repr(float(computed[place])), hint))
    return replace(family, numbers=values.reshape(family.shape))
