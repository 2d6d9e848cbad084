"""A step with a mistake in it beside the right one, as text: what differs is marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from chainrule.check.diagnosis import in_layers
from chainrule.check.explanation import Placed, as_text, mistakes_in
from chainrule.check.mistaken import Pair, side_by_side
from chainrule.trace.step import Trace
from chainrule.writers.formula_text import in_ascii
from chainrule.writers.lines import wrapped
from chainrule.writers.options import Options


def text(
    trace: Trace,
    mistakes: Sequence[Placed],
    options: Options = Options(),  # noqa: B008
    *,
    steps: int = 1,
    ascii_only: bool = False,
) -> str:
    """Write every number of a step, right and mistaken, with a mark where they differ.

    Parameters
    ----------
    trace : Trace
        The step.
    mistakes : sequence of Placed
        The mistakes in it.
    options : Options
        Digits.
    steps : int
        How many steps are taken, on the same rows.
    ascii_only : bool
        Whether to keep to ASCII.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.check.mistaken import placed
    >>> trace = cr.tutorials.load("jain").trace()
    >>> print(text(trace, placed(trace, "hidden-delta-after-update"), Options(digits=6)).splitlines()[-1])
    E_total after     0.291028     0.291028  <- differs
    """
    written = "\n".join(_lines(trace, mistakes, options, steps)) + "\n"
    return in_ascii(written) if ascii_only else written


def _lines(trace: Trace, mistakes: Sequence[Placed], options: Options, steps: int) -> Iterator[str]:
    yield from wrapped("", f"{trace.title or 'One step'}, with a mistake in it", "")
    for mistake, layers in mistakes_in(tuple(mistakes)):
        yield from ("", as_text(tuple(Placed(mistake, layer) for layer in layers)))
        yield from wrapped("  is:        ", in_layers(mistake.wrong, layers), "             ")
        yield from wrapped("  should be: ", in_layers(mistake.right, layers), "             ")
    pairs = list(side_by_side(trace, mistakes, steps=steps))
    names = max(len(trace.name(each.quantity)) for each in pairs)
    width = options.digits + 7  # a sign, a point, and an exponent
    for step, of_step in groupby(pairs, key=lambda pair: pair.step):
        title = f"step {step}" if steps > 1 else ""
        yield from ("", f"{title:{names}}  {'right':>{width}}  {'mistaken':>{width}}")
        yield from (_row(trace, each, options, names, width) for each in of_step)


def _row(trace: Trace, pair: Pair, options: Options, names: int, width: int) -> str:
    right, mistaken = options.number(pair.right), options.number(pair.mistaken)
    mark = "  <- differs" if pair.differs else ""
    return f"{trace.name(pair.quantity):{names}}  {right:>{width}}  {mistaken:>{width}}{mark}"
