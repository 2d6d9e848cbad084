"""A statement of a step as HTML: symbols, numbers that are links to where each comes from, value."""

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from chainrule.network.formula import Formula, Quantity
from chainrule.trace.step import Statement, Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.lights import lights
from chainrule.writers.lines import shown_controls
from chainrule.writers.mathml import MathmlPrinter, escaped, math, mathml_name, mathml_number
from chainrule.writers.options import Options
from chainrule.writers.pieces import in_pieces
from chainrule.writers.printer import ATOM, FRACTION, SIGN

TAG = re.compile(r"<[^>]*>")


class NumbersPrinter(TextPrinter):
    """Prints formulas with numbers in their place, each of them a link to where it comes from."""

    def atom(self, text: str) -> tuple[str, int]:
        """Return a link or number: it binds as the number in it does."""
        bare = TAG.sub("", text)
        if bare.startswith("-"):
            return text, SIGN
        return text, FRACTION if "/" in bare or " " in bare else ATOM


class StatementHtml:
    """What the templates show of the statements of a trace.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits.
    place : callable
        Where on the page a quantity is, an id; None where it is not there.
    """

    def __init__(self, trace: Trace, options: Options, place: Callable[[Quantity], str | None]) -> None:
        self.trace, self.options, self.place = trace, options, place
        self.symbols = MathmlPrinter(lambda quantity: mathml_name(trace.name(quantity)), _number)
        self.numbers = NumbersPrinter(self.link, options.number)

    def link(self, quantity: Quantity) -> str:
        """Return a number as a link to the statement that gives it, its sign before the link."""
        value, target = self.options.value(self.trace, quantity), self.place(quantity)
        sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
        if target is None:
            return value
        name = escaped(self.trace.name(quantity))
        return f'{sign}<a href="#{target}" title="{name}">{digits}</a>'

    def told(self, statement: Statement, *, frozen: bool) -> dict[str, Any]:
        """Return what the template of a statement shows."""
        quantity, tree = statement.quantity, statement.tree
        name, value = self.trace.name(quantity), self.options.number(statement.value)
        numbers = self.in_numbers(tree) if tree is not None and not frozen else ""
        return {
            "name": Markup(math(mathml_name(name))),
            "plain": shown_controls(name),
            "symbols": Markup(in_pieces(tree, self.symbols)) if tree is not None else "",
            "numbers": Markup(numbers),
            "value": value,
            "value_row": TAG.sub("", numbers) != value,
            "frozen": frozen,
            "drift": self._drift(statement),
            "lights": " ".join(lights(self.trace.network, quantity)),
        }

    def in_numbers(self, tree: Formula) -> str:
        """Return a formula with its numbers as links; what is between them is text and nothing else."""
        shown = self.numbers.text(tree)
        pieces = re.split(r"(<a [^>]*>|</a>)", shown)
        return "".join(piece if piece.startswith(("<a ", "</a>")) else escaped(piece) for piece in pieces)

    def _drift(self, statement: Statement) -> str:
        drift = self.trace.drift(statement.quantity)
        return f"exact {drift.exact:.{self.options.digits}g}, off by {drift.off:.1g}" if drift else ""


def equation(name: str) -> Markup | str:
    """Return one of the equations as MathML; nothing for what comes from none."""
    if name not in EQUATIONS:
        return ""
    left, right = (_EQUATION.text(side) for side in EQUATIONS[name][1:])
    return Markup(math(f"{left}<mo>{'←' if name == 'U' else '='}</mo>{right}"))


def _number(value: float) -> str:
    return mathml_number(f"{value:g}")


def _of_equation(quantity: Quantity) -> str:
    """Return a quantity of an equation: a matrix of a layer, or theta and the like."""
    if not quantity.indices:
        return {"theta": "<mi>θ</mi>", "dtheta": "<mi>dθ</mi>", "eta": "<mi>η</mi>"}[quantity.name]
    layer, *row = map(str, quantity.indices)
    names = {"delta": "<mi>δ</mi>", "dA": "<mfrac><mi>∂loss</mi><mi>∂A</mi></mfrac>"}
    base, above = names.get(quantity.name, f"<mi>{quantity.name}</mi>"), f"<mtext>[{layer}]</mtext>"
    if row:
        return f"<msubsup>{base}<mi>{row[0]}</mi>{above}</msubsup>"
    return f"<msup>{base}{above}</msup>"


_EQUATION = MathmlPrinter(_of_equation)
