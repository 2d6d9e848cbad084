"""A trace as Markdown: it reads well as it is, and renders where Markdown is rendered."""

from collections.abc import Iterator

from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.outline import Group, outline
from chainrule.writers.text import statement_lines

# What Markdown or the HTML inside it would read as something else than itself, inside a line.
SPECIAL = set("\\`*_<>[]|~$&#@")


def markdown_text(text: str) -> str:
    r"""Return any text as Markdown that shows it letter by letter, on one line.

    Examples
    --------
    >>> print(markdown_text("a|b <script>"))
    a\|b \<script\>
    """
    return "".join(f"\\{letter}" if letter in SPECIAL else letter for letter in shown_controls(text))


def code(text: str) -> str:
    r"""Return text as code inside a line or a cell of a table: between more backticks than it holds.

    Examples
    --------
    >>> print(code("w5"), code("a`b|c"))
    `w5` `` a`b\|c ``
    """
    text = shown_controls(text).replace("|", "\\|")
    longest = max(map(len, "".join(c if c == "`" else " " for c in text).split()), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


def document(trace: Trace, options: Options) -> str:
    """Write a trace as Markdown.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits and length.

    Examples
    --------
    >>> import chainrule as cr
    >>> print(document(cr.tutorials.load("jain").trace(), Options())[:37])
    # Back Propagation in Neural Networks
    """
    return "\n".join(_lines(trace, options.of(trace))) + "\n"


def _lines(trace: Trace, options: Options) -> Iterator[str]:
    yield f"# {markdown_text(trace.title or 'One training step')}"
    yield from ("", f"Network {code(str(trace.network))}, {code(str(trace.optimizer))}.")
    if trace.ours:
        yield from ("", f"Ours: {markdown_text('; '.join(trace.ours))}.")
    yield from ("", "## Names", "", "| name | in code | what it is |", "|---|---|---|")
    for entry in legend(trace):
        names = " … ".join(map(code, entry.names.split(" … ")))
        yield f"| {names} | {code(entry.ours)} | {entry.meaning} |"
    yield from ("", "## Conventions", "", *(f"- {markdown_text(each)}" for each in conventions(trace)))
    yield from ("", "## Given", "", *_given(trace, options))
    for part in outline(trace, options.most):
        yield from ("", f"## {part.title}")
        for group in part.groups:
            yield from _group(trace, options, group)
    yield from ("", "---", "")
    yield from (f"- {name}: {code(said)}" for name, said in options.provenance(trace).items())


def _given(trace: Trace, options: Options) -> Iterator[str]:
    """Yield the numbers that came in, as a list of each kind."""
    for kind, layer in trace.given:
        entries = list(trace.entries(kind, layer))
        shown = []
        for quantity in entries[: options.most]:
            mark = trace.marks.get(quantity)
            said = f" ({markdown_text(mark)})" if mark else ""
            shown.append(code(f"{trace.name(quantity)} = {options.value(trace, quantity)}") + said)
        if len(entries) > len(shown):
            shown.append(f"({len(entries) - len(shown):,} more not shown)")
        yield f"- {', '.join(shown)}"


def _group(trace: Trace, options: Options, group: Group) -> Iterator[str]:
    """Yield an equation, and what it gives in one layer, as it stands on a terminal."""
    if group.equation in EQUATIONS:
        yield from ("", f"### Layer {group.layer}, {group.equation}: `{EQUATIONS[group.equation].text}`")
    lines = [
        shown_controls(line)
        for shown in group.shown
        for statement in shown.statements
        for line in statement_lines(trace, statement, options, frozen=group.equation == "frozen")
    ]
    longest = max((len(line) - len(line.lstrip("`")) for line in map(str.strip, lines)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"{fence}text", *lines, fence)
    for each in group.unsaid:
        yield from ("", f"({markdown_text(each)}.)")
