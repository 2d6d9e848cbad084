"""What the reader calls each quantity: a choice of the reader, never of the code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from string import Formatter
from typing import Any

from chainrule.errors import InvalidValueError, sentence
from chainrule.network.formula import Quantity
from chainrule.network.parameters import Orientation, check_orientation

# What the forward pass with the new parameters gives once more.
AFTER = ("Z", "A", "passed_on", "loss_term", "penalty", "loss")

# What our code calls them: most of this can be typed after `tape.`, `params.` or `grads.`
OURS: Mapping[str, str] = {
    "A": "A[{l}][{r},{j}]",
    "Z": "Z[{l}][{r},{j}]",
    "W": "W[{l}][{i},{j}]",
    "b": "b[{l}][{j}]",
    "Y": "Y[{r},{j}]",
    "w": "row_weight[{r}]",
    "mask": "mask[{l}][{r},{j}]",
    "passed_on": "passed_on[{l}][{r},{j}]",
    "loss_term": "loss[{r},{j}]",
    "penalty": "penalty",
    "loss": "loss",
    **{f"{kind}_after": f"{{{kind}}} after" for kind in AFTER},
    "path": "∂{loss}/∂{A} via {A_next}",
    "dA": "∂{loss}/∂{A}",
    "slope": "∂{A}/∂{Z}",
    "jacobian": "∂{A_k}/∂{Z}",
    "delta": "delta[{l}][{r},{j}]",
    "dW": "∂{loss}/∂{W}",
    "db": "∂{loss}/∂{b}",
    "W_after": "{W}_new",
    "b_after": "{b}_new",
    "eta": "eta",
    "t": "t",
    "q": "quantile[{j}]",
    **{f"{slot}_{letter}": f"{slot}({{{letter}}})" for slot in "msv" for letter in "Wb"},
    **{f"{slot}_{letter}_after": f"{slot}({{{letter}}})_new" for slot in "msv" for letter in "Wb"},
}

# Which letters the indices of a quantity are, after the layer.
LETTERS: Mapping[str, str] = {
    **dict.fromkeys(("W", "dW", "W_after"), "ij"),
    **dict.fromkeys(("b", "db", "b_after", "q"), "j"),
    **{f"{slot}_W{when}": "ij" for slot in "msv" for when in ("", "_after")},
    **{f"{slot}_b{when}": "j" for slot in "msv" for when in ("", "_after")},
    **dict.fromkeys(("loss", "penalty", "loss_after", "penalty_after", "eta", "t"), ""),
    "w": "r",
    "jacobian": "rkj",
    "path": "rjk",
}
OF_A_UNIT = "rj"


@dataclass(frozen=True)
class Naming:
    """Templates for the names of quantities, and tables of names where no template will do.

    Parameters
    ----------
    templates : mapping of str to str
        For each kind of quantity a format string; what is left out is as in our code. Its fields:
        ``r``, ``i``, ``j``, ``l`` the row, the input, the unit, each from 0, and the layer, in which
        the inputs are layer 0; ``r_``, ``i_``, ``j_``, ``l_`` the same and 1 more; ``_l`` the layer
        and 1 less; ``unit`` the unit's name; or another quantity with the same indices, ``{A}``, with
        ``k`` for its unit, ``{A_k}``, or that unit of the next layer, ``{A_next}``.
        The inputs have a template of their own, "input".
    tables : mapping of str to nested list of str
        Names that go before the templates: ``units[l][j]``, ``W[l-1][i][j]`` and ``b[l-1][j]``.
    rows_shown : bool
        Whether a name says which row it belongs to; our own names always do.
    orientation : {"from_to", "to_from"}
        The order in which weights are told: all that leave an input, or all that reach a unit.

    Examples
    --------
    >>> Naming().name(Quantity("W", (1, 0, 1)))
    'W[1][0,1]'
    >>> jain = Naming({"Z": "net_{unit}"}, {"units": [["i1"], ["h1", "h2"]]})
    >>> jain.name(Quantity("Z", (1, 0, 1)))
    'net_h2'
    """

    templates: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    rows_shown: bool = False
    orientation: Orientation = "from_to"

    def __post_init__(self) -> None:
        check_orientation(self.orientation)
        for kind, template in self.templates.items():
            _require_plain_fields(kind, template)
        for kind in self.templates:
            _require_no_circle(kind, {**OURS, **self.templates}, ())

    def in_order(self, kind: str, shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Yield the places of an array of numbers of some kind, in the order in which they are told."""
        if self.orientation == "to_from" and LETTERS.get(kind) == "ij":
            inputs, units = shape
            yield from ((i, j) for j in range(units) for i in range(inputs))
        else:
            yield from product(*map(range, shape))

    def name(self, quantity: Quantity) -> str:
        """Return what the reader calls a quantity, whose indices are numbers."""
        kind, (layer, *place) = quantity.name, quantity.indices
        letters = LETTERS.get(kind, OF_A_UNIT)
        indices = dict(zip(letters, map(int, place), strict=False))
        if kind in self.tables:
            entry = self.tables[kind][int(layer) - 1]
            for index in place:
                entry = entry[int(index)]
            return str(entry)
        of_input = kind == "A" and layer == 0 and "input" in self.templates
        own = self.templates.get("input" if of_input else kind)
        template = OURS.get(kind, kind) if own is None else own
        name = template.format_map(_Fields(self, int(layer), indices))
        row = indices.get("r")
        of_others = any(field in OURS or "_" in field.strip("_") for field in _fields(template))
        shown = self.rows_shown and row is not None and own is not None and not of_others
        return f"{name}[{row + 1}]" if shown and row is not None else name


def _fields(template: str) -> list[str]:
    """Return the names of a template's fields."""
    return [field for _, field, _, _ in Formatter().parse(template) if field is not None]


def _require_plain_fields(kind: str, template: str) -> None:
    """Refuse a template that does more than to put names in: it may come from a file."""
    may_be = "text with fields such as {j} or {A}"
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise InvalidValueError(sentence(f"the template for {kind}", template, may_be)) from None
    for _, name, width, conversion in parts:
        if name is not None and (not name.isidentifier() or width or conversion):
            raise InvalidValueError(sentence(f"the template for {kind}", template, may_be))


def _require_no_circle(kind: str, templates: Mapping[str, str], seen: tuple[str, ...]) -> None:
    """Refuse templates that need each other for ever."""
    if kind in seen:
        circle = " needs ".join((*seen[seen.index(kind) :], kind))
        raise InvalidValueError(f"the templates went round in a circle: {circle}; each may need simpler ones")
    for name in _fields(templates.get(kind, "")):
        _require_no_circle(name.removesuffix("_k").removesuffix("_next"), templates, (*seen, kind))


class _Fields(dict[str, Any]):
    """The fields of a template, worked out when they are asked for."""

    def __init__(self, naming: Naming, layer: int, indices: Mapping[str, int]) -> None:
        counts = {"l": layer, **indices}
        more = {f"{letter}_": index + 1 for letter, index in counts.items()}
        super().__init__({**counts, **more, "_l": layer - 1})
        self.naming, self.layer, self.indices = naming, layer, indices

    def __missing__(self, field_name: str) -> str:
        if field_name == "unit":
            return str(self.naming.tables["units"][self.layer][self.indices["j"]])
        kind, of_k = field_name.removesuffix("_k").removesuffix("_next"), field_name.endswith(("_k", "_next"))
        indices = {**self.indices, "j": self.indices["k"]} if of_k else self.indices
        place = (indices[letter] for letter in LETTERS.get(kind, OF_A_UNIT) if letter in indices)
        layer = self.layer + field_name.endswith("_next")
        return self.naming.name(Quantity(kind, (layer, *place)))
