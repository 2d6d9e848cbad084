"""A worksheet for printing: what a step starts from, its formulas, lines for numbers; or its key."""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from chainrule.network.formula import Quantity
from chainrule.trace.step import Trace
from chainrule.writers.assets import asset, digest, template
from chainrule.writers.lines import shown_controls
from chainrule.writers.mathml import MathmlPrinter, math, mathml_name, mathml_number
from chainrule.writers.options import Options
from chainrule.writers.questions import Question, questions


class _Asked(NamedTuple):
    """A row: a name, its formula, and its value in a key."""

    name: Markup
    formula: Markup
    value: Markup


def document(trace: Trace, options: Options, *, key: bool) -> str:
    """Write a worksheet as one HTML file that needs nothing else; see `worksheet`.

    Examples
    --------
    >>> import chainrule as cr
    >>> trace = cr.tutorials.load("jain").trace()
    >>> empty, key = (document(trace, Options(), key=filled) for filled in (False, True))
    >>> "0.7513650696" in empty, "0.7513650696" in key
    (False, True)
    """
    options, style = options.of(trace), asset("worksheet.css")
    return template("worksheet.html").render(
        title=shown_controls(trace.title) or "One training step",
        network=str(trace.network),
        optimizer=str(trace.optimizer),
        key=key,
        given=list(_given(trace, options)),
        sections=list(_sections(trace, options, key)),
        origin=options.provenance(trace).items(),
        style=Markup(style),
        style_hash=digest(style),
    )


def _name(trace: Trace, quantity: Quantity) -> Markup:
    return Markup(math(mathml_name(trace.name(quantity))))


def _given(trace: Trace, options: Options) -> Iterator[list[tuple[Markup, Markup]]]:
    """Yield what came in, kind by kind: names and values."""
    for name, layer in trace.given:
        yield [
            (_name(trace, each), Markup(math(mathml_number(options.number(trace.value(each))))))
            for each in trace.entries(name, layer)
        ]


def _sections(trace: Trace, options: Options, key: bool) -> Iterator[tuple[str, list[_Asked]]]:
    """Yield each heading with what is asked below it."""
    printer = MathmlPrinter(
        lambda quantity: mathml_name(trace.name(quantity)), lambda number: mathml_number(f"{number:g}")
    )
    heading, asked = "", list[_Asked]()
    for each in questions(trace):
        if isinstance(each, Question):
            value = Markup(math(mathml_number(options.number(each.value)))) if key else Markup("")
            asked.append(
                _Asked(Markup(math(mathml_name(each.name))), Markup(math(printer.text(each.tree))), value)
            )
        else:
            if asked:
                yield heading, asked
            heading, asked = each, []
    yield heading, asked
