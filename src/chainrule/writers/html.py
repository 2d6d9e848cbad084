"""A trace as one HTML file that needs nothing else: formulas, picture, and a timeline for the keyboard."""

import hashlib
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from markupsafe import Markup

from chainrule.network.formula import Formula, Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Statement, Trace
from chainrule.writers.assets import asset, digest, template
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.lights import lights
from chainrule.writers.lines import shown_controls
from chainrule.writers.mathml import MathmlPrinter, escaped, math, mathml_name, mathml_number
from chainrule.writers.options import Options
from chainrule.writers.outline import Group, Part, left_out, outline
from chainrule.writers.pieces import in_pieces
from chainrule.writers.printer import ATOM, FRACTION, SIGN
from chainrule.writers.svg import STYLE, svg

TAG = re.compile(r"<[^>]*>")
PICTURE = Options(digits=4)


def document(trace: Trace, options: Options) -> str:
    """Write a trace as one HTML file.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits and length.

    Examples
    --------
    >>> import chainrule as cr
    >>> document(cr.tutorials.load("jain").trace(), Options())[:15]
    '<!doctype html>'
    """
    view = _View(trace, options.of(trace), "")
    style, script = asset("step.css") + asset("page.css") + STYLE, asset("step.js")
    return template("step.html").render(
        title=view.title,
        body=Markup(view.body()),
        ticks=view.ticks(),
        style=Markup(style),
        script=Markup(script),
        style_hash=digest(style),
        script_hash=digest(script),
    )


def fragment(trace: Trace) -> str:
    """Return a trace as a piece of HTML for a notebook: the same, without the timeline.

    Examples
    --------
    >>> import chainrule as cr
    >>> fragment(cr.tutorials.load("jain").trace())[:5]
    '<div>'
    """
    options = Options(most=20).of(trace)
    view = _View(trace, options, f"{_scope(trace)}-")
    return f"<div><style>{asset('step.css')}{STYLE}</style>{view.body()}</div>"


class _NumbersPrinter(TextPrinter):
    """Prints formulas with numbers in their place, each of them a link to where it comes from."""

    def atom(self, text: str) -> tuple[str, int]:
        """Return a link or number: it binds as the number in it does."""
        bare = TAG.sub("", text)
        if bare.startswith("-"):
            return text, SIGN
        return text, FRACTION if "/" in bare or " " in bare else ATOM


class _View:
    """What the templates show of a trace."""

    def __init__(self, trace: Trace, options: Options, scope: str) -> None:
        self.trace, self.options, self.scope = trace, options, scope
        self.title = shown_controls(trace.title or "One training step")
        self.parts = list(outline(trace, options.most))
        self.ids = {quantity: f"{scope}q{n}" for n, quantity in enumerate(self._shown())}
        self.symbols = MathmlPrinter(lambda quantity: mathml_name(trace.name(quantity)), _number)
        self.numbers = _NumbersPrinter(self._link, options.number)

    def _shown(self) -> Iterator[Quantity]:
        """Yield every quantity that has a place in the page."""
        for kind, layer in self.trace.given:
            entries = self.trace.entries(kind, layer)
            yield from (each for each, _ in zip(entries, range(self.options.most), strict=False))
        for part in self.parts:
            for group in part.groups:
                yield from (each.quantity for shown in group.shown for each in shown.statements)

    def _link(self, quantity: Quantity) -> str:
        """Return a number as a link to the statement that gives it, its sign before the link."""
        value, target = self.options.value(self.trace, quantity), self.ids.get(quantity)
        sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
        if target is None:
            return value
        name = escaped(self.trace.name(quantity))
        return f'{sign}<a href="#{target}" title="{name}">{digits}</a>'

    def body(self) -> str:
        """Return the page without its frame."""
        trace = self.trace
        hidden = left_out(trace, self.options.most)
        return template("body.html").render(
            title=self.title,
            scope=self.scope,
            network=shown_controls(str(trace.network)),
            optimizer=str(trace.optimizer),
            ours=shown_controls("; ".join(trace.ours)),
            left_out=f"{hidden:,} of {len(trace):,} numbers are not shown: ask for them with --most."
            if hidden
            else "",
            picture=Markup(svg(trace, alone=False, options=PICTURE.of(trace))),
            rows=len(trace.start.data.X),
            legend=[
                {"names": self._names(each.names), "ours": each.ours, "meaning": each.meaning}
                for each in legend(trace)
            ],
            conventions=conventions(trace),
            given=list(self._given()),
            parts=[self._part(part) for part in self.parts],
            origin=[(n, shown_controls(v)) for n, v in self.options.provenance(trace).items()],
        )

    def _names(self, names: str) -> Markup:
        return Markup(" … ".join(math(mathml_name(each)) for each in names.split(" … ")))

    def _given(self) -> Iterator[dict[str, Any]]:
        """Yield the numbers that came in, kind by kind."""
        for kind, layer in self.trace.given:
            entries = list(self.trace.entries(kind, layer))
            yield {
                "entries": [self._entry(each) for each in entries[: self.options.most]],
                "left_out": max(0, len(entries) - self.options.most),
            }

    def _entry(self, quantity: Quantity) -> dict[str, Any]:
        name = self.trace.name(quantity)
        return {
            "id": self.ids[quantity],
            "name": Markup(math(mathml_name(name))),
            "plain": shown_controls(name),
            "value": self.options.value(self.trace, quantity),
            "mark": self.trace.marks.get(quantity),
        }

    def _part(self, part: Part) -> dict[str, Any]:
        return {"key": part.key, "title": part.title, "groups": [self._group(part, g) for g in part.groups]}

    def _group(self, part: Part, group: Group) -> dict[str, Any]:
        """Return an equation in one layer, and its statements."""
        statements = [each for shown in group.shown for each in shown.statements]
        place = f"{part.key}-{group.equation}-{group.layer}"
        return {
            "name": group.equation,
            "layer": group.layer,
            "equation": Markup(math(_equation(group.equation))) if group.equation in EQUATIONS else "",
            "statements": [self._statement(each, group.equation == "frozen", place) for each in statements],
            "unsaid": group.unsaid,
        }

    def _statement(self, statement: Statement, frozen: bool, group: str) -> dict[str, Any]:
        quantity, tree = statement.quantity, statement.tree
        name, value = self.trace.name(quantity), self.options.number(statement.value)
        numbers = self._in_numbers(tree) if tree is not None and not frozen else ""
        return {
            "id": self.ids[quantity],
            "step": self.ids[quantity].removeprefix(f"{self.scope}q"),
            "group": group,
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

    def _in_numbers(self, tree: Formula) -> str:
        """Return a formula with its numbers as links; what is between them is text and nothing else."""
        shown = self.numbers.text(tree)
        pieces = re.split(r"(<a [^>]*>|</a>)", shown)
        return "".join(piece if piece.startswith(("<a ", "</a>")) else escaped(piece) for piece in pieces)

    def _drift(self, statement: Statement) -> str:
        drift = self.trace.drift(statement.quantity)
        return f"exact {drift.exact:.{self.options.digits}g}, off by {drift.off:.1g}" if drift else ""

    def ticks(self) -> list[dict[str, Any]]:
        """Return the ticks of the timeline, group by group."""
        numbers = count()
        return [
            {
                "part": part.key,
                "title": f"layer {group.layer}, {group.equation}",
                "ticks": [next(numbers) for shown in group.shown for _ in shown.statements],
            }
            for part in self.parts
            for group in part.groups
        ]


def _number(value: float) -> str:
    return mathml_number(f"{value:g}")


def _equation(name: str) -> str:
    left, right = (_EQUATION.text(side) for side in EQUATIONS[name][1:])
    return f"{left}<mo>{'←' if name == 'U' else '='}</mo>{right}"


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


def _scope(trace: Trace) -> str:
    """Return a word that keeps the ids of two traces on one page apart, the same for the same trace."""
    told = f"{trace.title}{trace.network}{len(trace)}{trace.start.t}".encode("utf-8", "backslashreplace")
    return f"t{hashlib.sha256(told).hexdigest()[:8]}"
