"""A trace as one HTML file that needs nothing else: formulas, picture, and a timeline for the keyboard."""

import hashlib
from collections.abc import Iterator
from itertools import count
from typing import Any

from markupsafe import Markup

from chainrule.network.formula import Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Statement, Trace
from chainrule.writers.assets import asset, digest, template
from chainrule.writers.lines import shown_controls
from chainrule.writers.mathml import math, mathml_name
from chainrule.writers.options import Options
from chainrule.writers.outline import Group, Part, left_out, outline
from chainrule.writers.statement_html import StatementHtml, equation
from chainrule.writers.svg import STYLE, svg

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


class _View:
    """What the templates show of a trace."""

    def __init__(self, trace: Trace, options: Options, scope: str) -> None:
        self.trace, self.options, self.scope = trace, options, scope
        self.title = shown_controls(trace.title or "One training step")
        self.parts = list(outline(trace, options.most))
        self.ids = {quantity: f"{scope}q{n}" for n, quantity in enumerate(self._shown())}
        self.statements = StatementHtml(trace, options, self.ids.get)

    def _shown(self) -> Iterator[Quantity]:
        """Yield every quantity that has a place in the page."""
        for kind, layer in self.trace.given:
            entries = self.trace.entries(kind, layer)
            yield from (each for each, _ in zip(entries, range(self.options.most), strict=False))
        for part in self.parts:
            for group in part.groups:
                yield from (each.quantity for shown in group.shown for each in shown.statements)

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
            "equation": equation(group.equation),
            "statements": [self._statement(each, group.equation == "frozen", place) for each in statements],
            "unsaid": group.unsaid,
        }

    def _statement(self, statement: Statement, frozen: bool, group: str) -> dict[str, Any]:
        place = self.ids[statement.quantity]
        step = place.removeprefix(f"{self.scope}q")
        return {"id": place, "step": step, "group": group, **self.statements.told(statement, frozen=frozen)}

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


def _scope(trace: Trace) -> str:
    """Return a word that keeps the ids of two traces on one page apart, the same for the same trace."""
    told = f"{trace.title}{trace.network}{len(trace)}{trace.start.t}".encode("utf-8", "backslashreplace")
    return f"t{hashlib.sha256(told).hexdigest()[:8]}"
