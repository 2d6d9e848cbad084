"""A table's columns as nodes of an ONNX graph: what its encoder does, done by the graph.

Columns of numbers are taken together, so that a hundred of them are as many nodes as one. They are
float64 as in the encoder: in float32 a year or an identifier has lost its digits before the mean is
taken off.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from chainrule.errors import InvalidValueError, shown
from chainrule.export.activations import Pen
from chainrule.export.graph import ML_DOMAIN, Graph, require_name
from chainrule.files.tables import Encoder
from chainrule.files.tables.category import Category
from chainrule.files.tables.names import all_different
from chainrule.files.tables.numeric import Numeric
from chainrule.files.tables.text_kinds import MISSING
from chainrule.network.array import Array

# The same words in every mixture of capitals, as a table's reader takes them.
MISSING_TEXTS = ["".join(letters) for word in MISSING for letters in product(*((c, c.upper()) for c in word))]

# Scales outside are those of numbers near the ends of float64, where a difference may overflow.
PLAIN_SCALES = (1e-100, 1e100)

FINE_ENOUGH = 1e-3  # of a column's spread: the widest gap that float32 may have between its numbers

NOT_WANTED = -1  # the place of a column that becomes no number, or says nowhere that one is missing
UNKNOWN = -1  # the code of a text that is no category


@dataclass(frozen=True)
class Piece:
    """Some columns of the encoded table, side by side in one tensor.

    Parameters
    ----------
    name : str
        The tensor, float32, shape (n, len(places)).
    places : list of (int, int)
        What each of its columns is: the number of the table's column, and of the column among those
        that it becomes; `NOT_WANTED` where it becomes none of that kind.
    """

    name: str
    places: list[tuple[int, int]]


def input_names(encoder: Encoder) -> list[str]:
    """Return the names of a graph's inputs: the columns', but that one without a name gets one.

    Examples
    --------
    >>> from chainrule.files.tables.number_target import Numbers
    >>> columns = [Numeric(name, False, 0.0, 1.0, 0.0, False) for name in ("", "b", "column 1")]
    >>> input_names(Encoder(tuple(columns), Numbers(("y",), (0.0,), (1.0,))))
    ['column 1', 'b', 'column 1 (2)']
    """
    return all_different(
        each.name or f"column {number}" for number, each in enumerate(encoder.inputs, start=1)
    )


def add_inputs(graph: Graph, encoder: Encoder, number_type: str) -> list[str]:
    """Add an input of shape (n, 1) for each column of a table, and return their names.

    Raises
    ------
    InvalidValueError
        If a name cannot stand in an ONNX file, or numbers would come as float32 that it does not tell
        apart.
    """
    names = input_names(encoder)
    if number_type == "float32":
        for column in encoder.inputs:
            if isinstance(column, Numeric):
                require_float32(column)
    for name, column in zip(names, encoder.inputs, strict=True):
        graph.add_input(name, "string" if isinstance(column, Category) else number_type, 1)
    return names


def require_float32(column: Numeric) -> None:
    """Refuse a column whose numbers float32 does not tell apart, such as seconds since 1970.

    Examples
    --------
    >>> require_float32(Numeric("year", False, 2020.0, 3.0, 2020.0, False))
    >>> require_float32(Numeric("second", False, 1.7e9, 3600.0, 1.7e9, False))
    Traceback (most recent call last):
    chainrule.errors.InvalidValueError: the column 'second' was of numbers about 1.7e+09 with a spread of
    3600, of which float32 knows every 128; it may come as float64
    """
    with np.errstate(over="ignore"):
        largest = np.float32(abs(column.center) + column.scale)
    gap = float(np.spacing(largest))  # not a number where float32 has none so large
    if column.scale and not gap <= FINE_ENOUGH * column.scale:
        knows = "none so large" if np.isnan(gap) else f"every {gap:g}"
        raise InvalidValueError(
            f"the column {shown(column.name)} was of numbers about {column.center:g} with a spread of "
            f"{column.scale:g}, of which float32 knows {knows}; it may come as float64"
        )


def write_columns(graph: Graph, encoder: Encoder, names: list[str]) -> str:
    """Write the nodes that turn a table's columns into the inputs of the network.

    Parameters
    ----------
    graph : Graph
        Where they go.
    encoder : Encoder
        What is written.
    names : list of str
        From `add_inputs`.

    Returns
    -------
    str
        The name of the encoded table, float32, shape (n, len(encoder.columns)).
    """
    numbers = [(k, each) for k, each in enumerate(encoder.inputs) if isinstance(each, Numeric)]
    pieces = write_numbers(graph, names, numbers) if numbers else []
    for k, column in enumerate(encoder.inputs):
        if isinstance(column, Category) and column.columns:
            pieces.append(write_category(graph, names[k], k, column))
    wanted = [(k, part) for k, each in enumerate(encoder.inputs) for part in range(len(each.columns))]
    return write_side_by_side(graph, pieces, wanted)


def write_numbers(graph: Graph, names: list[str], columns: list[tuple[int, Numeric]]) -> list[Piece]:
    """Write the columns of numbers: standardized, and 0 or 1 for those that say where one is missing."""
    write = Pen(graph, np.dtype(np.float64))
    table = side_by_side(graph, [names[k] for k, _ in columns])
    if graph.inputs[columns[0][0]].type != "float64":
        table = graph.node("Cast", table, to="float64")
    missing = graph.node("IsNaN", table, out=graph.free("missing"))
    fills = graph.array("means", as_row([each.fill for _, each in columns]))
    filled = graph.node("Where", missing, fills, table, out=graph.free("filled"))
    # A column of scale 0 becomes no number; divided by 1 it may stand there until it is left out.
    scales = np.array([each.scale or 1.0 for _, each in columns])
    centers = np.array([each.center for _, each in columns])
    powers = exact_powers(scales)
    if (powers != 1).any():
        filled = write("Mul", filled, graph.array("powers of 2", as_row(powers)))
    off = write("Sub", filled, graph.array("centers", as_row(centers * powers)))
    standard = write("Div", off, graph.array("scales", as_row(scales * powers)))
    places = [(k, 0 if each.scale else NOT_WANTED) for k, each in columns]
    pieces = [Piece(as_float32(graph, standard), places)]
    if any(each.missing for _, each in columns):
        places = [(k, len(each.columns) - 1 if each.missing else NOT_WANTED) for k, each in columns]
        pieces.append(Piece(as_float32(graph, missing), places))
    return pieces


def exact_powers(scales: Array) -> Array:
    """Return by which power of two each column is multiplied: 1, unless its numbers are extreme.

    A product with it is exact, and what it gives is about as large as 1: see
    `chainrule.files.tables.standard`.
    """
    least, most = PLAIN_SCALES
    exponents = np.minimum(-np.frexp(scales)[1], 1023)  # float64 has no larger power
    return np.where((least < scales) & (scales < most), 1.0, np.ldexp(1.0, exponents))


def write_category(graph: Graph, name: str, k: int, column: Category) -> Piece:
    """Write a column of text: 0 or 1 for each category, and 0 everywhere for one that is not known."""
    for text in column.categories:
        require_name(f"a category of the column {shown(column.name)}", text or "empty")
    codes = {text: code for code, text in enumerate(column.categories)}
    # What a table's reader takes as missing is never a category, whatever an encoder of somebody's own says.
    codes |= dict.fromkeys(MISSING_TEXTS, len(column.categories) if column.missing else UNKNOWN)
    code = graph.node(
        "LabelEncoder",
        name,
        domain=ML_DOMAIN,
        keys_strings=list(codes),
        values_int64s=list(codes.values()),
        default_int64=UNKNOWN,
    )
    width = len(column.columns)
    each = graph.array("codes", np.arange(width, dtype=np.int64).reshape(1, -1))
    return Piece(as_float32(graph, graph.node("Equal", code, each)), [(k, part) for part in range(width)])


def write_side_by_side(graph: Graph, pieces: list[Piece], wanted: list[tuple[int, int]]) -> str:
    """Write pieces as one table, its columns in the order that the network takes them in."""
    there = [place for piece in pieces for place in piece.places]
    table = side_by_side(graph, [piece.name for piece in pieces])
    if there == wanted:
        return table
    where = {place: index for index, place in enumerate(there)}
    order = np.array([where[place] for place in wanted], dtype=np.int64)
    return graph.node("Gather", table, graph.array("order", order), out=graph.free("encoded"), axis=1)


def side_by_side(graph: Graph, names: list[str]) -> str:
    """Write tensors as one, unless there is one only."""
    return names[0] if len(names) == 1 else graph.node("Concat", *names, axis=1)


def as_float32(graph: Graph, name: str) -> str:
    """Write a tensor as float32."""
    return graph.node("Cast", name, to="float32")


def as_row(values: Any) -> Array:
    """Return numbers as a row of float64."""
    return np.array(values, dtype=np.float64).reshape(1, -1)
