"""Why a number is what it is: symbols, numbers, value; of a weight every path; and a second witness."""

from dataclasses import replace
from typing import Any

import numpy as np
from markupsafe import Markup

from chainrule.check.complex_steps import along
from chainrule.check.scale import TOLERANCE, gradient_scale
from chainrule.network.formula import Quantity
from chainrule.page.place import block_of
from chainrule.page.scene import part_title
from chainrule.page.static_files import template
from chainrule.reference.forward import forward_pass
from chainrule.trace.derive import derivation_of
from chainrule.trace.step import Family, Trace
from chainrule.writers.derivation_html import derivation_html
from chainrule.writers.lights import place_of
from chainrule.writers.mathml import math, mathml_name
from chainrule.writers.options import Options
from chainrule.writers.shortened import cut_sums, shortened
from chainrule.writers.statement_html import StatementHtml, equation

MOST_TERMS = 12  # of one sum that are shown; of a longer one its ends


def why(trace: Trace, quantity: Quantity, options: Options) -> str:
    """Return why a number is what it is, as a piece of HTML.

    Parameters
    ----------
    trace : Trace
        The step.
    quantity : Quantity
        One of its numbers.
    options : Options
        Digits.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> "0.082167" in why(trace, Quantity("dW", (2, 0, 0)), Options())
    True
    """
    return str(template("why.html").render(**_Why(trace, options).told(quantity)))


class _Why:
    """Tells why, from one step."""

    def __init__(self, trace: Trace, options: Options) -> None:
        self.trace, self.options = trace, options
        self.statements = StatementHtml(trace, options, place_of)

    def told(self, quantity: Quantity) -> dict[str, Any]:
        """Return what the template shows of a number."""
        family = self.trace.by_kind.get((quantity.name, quantity.indices[0]))
        parameter = self._parameter(quantity)
        told: dict[str, Any] = self._computed(family, quantity) if family else self._given(quantity)
        if parameter is not None:
            derivation = derivation_of(self.trace, parameter)
            told |= {
                "derivation": Markup(derivation_html(derivation, self.statements)),
                "paths": derivation.product.paths,
                "check": self._check(parameter, derivation.value),
                "update": self._update(parameter) if family is None else None,
            }
        return told

    def _parameter(self, quantity: Quantity) -> Quantity | None:
        """Return the weight or bias whose gradient is asked for, by itself or through its gradient."""
        kind = quantity.name.removeprefix("d")
        return replace(quantity, name=kind) if kind in ("W", "b") else None

    def _given(self, quantity: Quantity) -> dict[str, Any]:
        name = self.trace.name(quantity)
        word = self.trace.marks.get(quantity, "given")
        value = self.options.value(self.trace, quantity)
        return {"given": {"name": Markup(math(mathml_name(name))), "value": value, "word": word}}

    def _computed(self, family: Family, quantity: Quantity) -> dict[str, Any]:
        cut = cut_sums(family, MOST_TERMS)
        return {
            "part": family.part,
            "heading": _heading(family),
            "equation": equation(family.equation),
            "statement": self._statement(family, quantity),
            "unsaid": [f"Of each sum of {size:,} terms the ends are shown." for size in cut],
        }

    def _statement(self, family: Family, quantity: Quantity) -> dict[str, Any]:
        statement = shortened(family, MOST_TERMS).statement_of(quantity)
        return self.statements.told(statement, frozen=family.equation == "frozen")

    def _update(self, parameter: Quantity) -> dict[str, Any]:
        """Return what becomes of a weight or bias: its update."""
        after = replace(parameter, name=f"{parameter.name}_after")
        family = self.trace.by_kind[after.name, after.indices[0]]
        statement = self._statement(family, after)
        return {"part": family.part, "heading": _heading(family), "statement": statement}

    def _check(self, parameter: Quantity, value: float) -> dict[str, str]:
        """Return what the complex step says of a gradient."""
        start = self.trace.start
        direction = start.parameters.like(np.zeros_like(start.parameters.theta))
        block, place = block_of(direction, parameter)
        block[place] = 1.0
        exact = (self.trace.exact or self.trace).value(replace(parameter, name=f"d{parameter.name}"))
        with np.errstate(all="ignore"):
            witness = along(start.network, start.parameters, start.data, start.penalty, direction.theta)
            room = TOLERANCE * self._size(parameter)
        told = {"verdict": "Checked", "value": f"{witness:.12g}"}
        off, by_hand = abs(witness - exact), ", rounded by hand here" if value != exact else ""
        if not np.isfinite([witness, exact]).all():
            return told | {"verdict": "Not checked", "how": "what is not finite agrees with nothing"}
        if off > room:
            how = f"they are {off:.1g} apart: digits are lost where an activation is saturated"
            return told | {"verdict": "Not the same", "how": how}
        if off and max(abs(witness), abs(exact)) <= room:
            return told | {"how": f"both are 0 up to rounding, which leaves {exact:.1g}{by_hand}"}
        return told | {"how": f"the two agree to {_digits(off, exact)} digits{by_hand}"}

    def _size(self, parameter: Quantity) -> float:
        """Return how large a gradient would be if nothing in it cancelled: what rounding errors go by."""
        start = self.trace.start
        tape = forward_pass(start.network, start.parameters, start.data.X)
        scale = gradient_scale(start.network, start.parameters, tape, start.data, start.penalty)
        block, place = block_of(scale, parameter)
        return float(block[place])


def _heading(family: Family) -> str:
    layer = family.quantity.indices[0]
    by = f"layer {layer}, {family.equation}" if family.equation not in ("", "loss", "frozen") else ""
    return f"{part_title(family.part).partition(',')[0]}{f': {by}' if by else ''}"


def _digits(off: float, value: float) -> int:
    """Return to how many digits two numbers agree."""
    return 16 if not off else min(16, max(0, int(-np.log10(off / max(abs(value), 1e-300)))))
