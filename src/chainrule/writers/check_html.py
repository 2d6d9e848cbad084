"""What was checked, as a table for a notebook: what is wrong comes first."""

from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np

from chainrule.check.gradients import GradientCheck
from chainrule.check.numbers import NumbersCheck, NumberVerdict
from chainrule.check.report import WORDS, FunctionCheck
from chainrule.check.text import summary
from chainrule.check.verdict import Verdict
from chainrule.trace.notations import notation
from chainrule.writers.mathml import escaped
from chainrule.writers.numbers_text import said

WORST_FIRST = (Verdict.FAIL, Verdict.UNDECIDED, Verdict.PASS)
MOST = 50  # rows of a table


def function_check(found: FunctionCheck) -> str:
    """Return a check of somebody's gradient as HTML.

    Examples
    --------
    >>> import numpy as np
    >>> import chainrule as cr
    >>> function_check(cr.check_function(np.sum, np.ones_like, np.zeros(2)))[:5]
    '<div>'
    """
    worst_first = sorted(found.rows, key=lambda row: WORST_FIRST.index(row.verdict))
    rows = [
        (name, f"{analytic:.10g}", f"{numeric:.10g}", f"{bar:.1e}", _in_words(verdict, note))
        for name, analytic, numeric, bar, verdict, note in worst_first
    ]
    return _table(("", "the gradient", "from the function", "error bar", "verdict"), rows, found.summary)


def gradient_check(found: GradientCheck) -> str:
    """Return a gradient check of a network as HTML, in our names."""
    name = notation("ours", found.network).name
    errors = found.errors(found.analytic)
    quantities = list(found.quantities())
    rows = [
        (
            name(quantities[place]),
            f"{found.analytic.theta[place]:.10g}",
            f"{found.complex_step.theta[place]:.10g}",
            f"{errors[place]:.1e}",
            "right" if found.right[place] else "<b>WRONG</b>",
        )
        for place in np.argsort(-errors, kind="stable")[: MOST + 1]
    ]
    heads = ("", "the backward pass", "the complex step", "error in parts of its terms", "verdict")
    return _table(heads, rows, summary(found), more=len(quantities) - MOST)


def numbers_check(found: NumbersCheck) -> str:
    """Return a check of somebody's numbers as HTML: a table, and the hint."""
    rows = [
        (
            each.name,
            each.typed.text,
            f"<b>{each.verdict}</b>" if each.verdict is NumberVerdict.WRONG else str(each.verdict),
        )
        for each in found.judgments
    ]
    return _table(("number", "given", "verdict"), rows, "\n".join(said(found)))


def _in_words(verdict: Verdict, note: str) -> str:
    words = escaped(WORDS[verdict] + (f", {note}" if note else ""))
    return f"<b>{words}</b>" if verdict is Verdict.FAIL else words


def _table(heads: Iterable[str], rows: Sequence[tuple[str, ...]], below: str, more: int | None = None) -> str:
    """Return a table of text, the last column of which is HTML, and below it what is said of it all."""
    head = "".join(f"<th>{escaped(each)}</th>" for each in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}<td>{verdict}</td></tr>"
        for *cells, verdict in islice(rows, MOST)
    )
    left_out = len(rows) - MOST if more is None else more
    cut = f"<p>{left_out:,} more not shown.</p>" if left_out > 0 else ""
    return f"<div><table><tr>{head}</tr>{body}</table>{cut}<pre>{escaped(below)}</pre></div>"
