"""Judging a line of code: whether it is Python, and computes what the network's own formulas compute."""

import ast
from typing import Any

import numpy as np

from chainrule.network.formula import Formula, Function, Number, Quantity, children
from chainrule.tutorials.audit.entry import Entry
from chainrule.tutorials.audit.reading import Reader
from chainrule.tutorials.grammar import parse
from chainrule.writers.formula_python import PythonPrinter

CLOSE = 1e-9


def judge_code(entry: dict[str, Any], reader: Reader) -> Entry | None:
    """Return the entry of a line of code; None for what is none."""
    if entry["kind"] != "code":
        return None
    left, right = parse(entry["lhs"]), parse(entry["rhs"])
    line = _CODE.text(right)
    try:
        ast.parse(line)
    except SyntaxError:
        repaired = _CODE.text(_joined(right))
        note = "no Python: names with spaces between; with underscores it is the name of the line above"
        return Entry(entry["id"], line, repaired, "misprint", note)
    if any(isinstance(part, Quantity) and part.name in ("target", "Ograds") for part in _every(right)):
        found = _computes(right, reader)
        if found:
            return Entry(
                entry["id"],
                f"{_CODE.text(left)} = {line}",
                line,
                "exact",
                f"it is {found}, for every i and j",
            )
        return Entry(entry["id"], line, "", "unexplained", "differs: to be explained")
    return Entry(entry["id"], f"{_CODE.text(left)} = {line}", line, "exact", _shapes(right, reader))


def _shapes(tree: Formula, reader: Reader) -> str:
    """Return what a line that only builds the network does, as far as its own network tells."""
    network = reader.world.trace.network
    match tree:
        case Function("range", (_, Quantity())):
            return f"valid Python; here it runs over {network.depth - 1} hidden layer"
        case Function("NeuronLayer", _):
            inputs, units = network.sizes[0], network.sizes[1]
            return f"valid Python; the transpose of ({inputs}, {units}) has {units} rows, one a neuron"
    return "valid Python"


class _CodePrinter(PythonPrinter):
    """Prints what the grammar calls code as the code that is printed."""

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return x[i][j], a method of its object, the transpose, or a call."""
        shown = [self.text(each) for each in arguments]
        match name:
            case "at":
                return shown[0] + "".join(f"[{index}]" for index in shown[1:]), 6
            case "T":
                return f"{shown[0]}.T", 6
            case "words":
                return " ".join(shown), 6
            case "append" | "weight":
                return f"{shown[0]}.{name}({', '.join(shown[1:])})", 6
        return f"{name}({', '.join(shown)})", 6


def _code_name(quantity: Quantity) -> str:
    return quantity.name.replace("self_", "self.", 1)


_CODE = _CodePrinter(_code_name, "{:g}".format)


def _joined(tree: Formula) -> Formula:
    """Return code with names that stand side by side joined by underscores."""
    match tree:
        case Function("words", words):
            return Quantity("_".join(each.name for each in words if isinstance(each, Quantity)))
        case Function(name, arguments):
            return Function(name, tuple(map(_joined, arguments)))
    return tree


def _every(tree: Formula) -> list[Formula]:
    return [tree, *(part for child in children(tree) for part in _every(child))]


def _computes(tree: Formula, reader: Reader) -> str:
    """Return which numbers of the step a line computes for every i and j; empty where it is none of them."""
    trace = reader.world.trace
    of = {
        "path": "the share of output j in the derivative by the output of neuron i",
        "dW": "the derivative by the weight",
    }
    for l in range(1, trace.network.depth + 1):
        for kind, said in of.items():
            if (kind, l) not in trace.by_kind:
                continue
            wanted = trace.array(kind, l)
            wanted = wanted[0] if kind == "path" else wanted
            layer = l + 1 if kind == "path" else l
            computed = np.array(
                [
                    [_worth(tree, reader, layer, i, j) for j in range(wanted.shape[1])]
                    for i in range(wanted.shape[0])
                ]
            )
            if np.allclose(computed, wanted, rtol=CLOSE):
                return said
    return ""


def _worth(tree: Formula, reader: Reader, l: int, i: int, j: int) -> float:
    """Return what a line of code is worth for a neuron i of the layer before and a neuron j of layer l."""
    trace = reader.world.trace
    L = trace.network.depth

    def value(node: Formula) -> float:
        match node:
            case Function("at", (Quantity("target"), _)):
                return trace.value(Quantity("Y", (L, 0, j))) if l == L else float("nan")
            case Function("at", (Quantity("nets"), _, _)):
                return trace.value(Quantity("Z", (l, 0, j)))
            case Function("at", (Quantity("activations"), layer, _)):
                if layer == Quantity("k"):
                    return trace.value(Quantity("A", (l, 0, j)))
                return trace.value(Quantity("A", (l - 1, 0, i)))
            case Function("at", (Quantity("Ograds"), _, _)):
                return trace.value(Quantity("dA", (l, 0, j)))
            case Function("weight", _):
                return trace.value(Quantity("W", (l, i, j)))
            case Function("out_func_grad" | "activation_func_grad", _):
                return trace.value(Quantity("slope", (l, 0, j)))
            case Number(number):
                return number
        return _arithmetic(node, value)

    return value(tree)


def _arithmetic(node: Formula, value: Any) -> float:
    from chainrule.network.formula import Add, Multiply, Negate

    match node:
        case Add(terms):
            return float(sum(map(value, terms)))
        case Multiply(factors):
            return float(np.prod([value(each) for each in factors]))
        case Negate(body):
            return -float(value(body))
    raise TypeError(f"code that cannot be read: {node!r}")
