"""A trace as a LaTeX document, which compiles with pdflatex and amsmath and nothing else."""

from collections.abc import Iterator

from chainrule.network.formula import Formula, Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.legend import legend
from chainrule.trace.step import Statement, Trace
from chainrule.writers.broken import broken
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_latex import (
    LatexPrinter,
    latex_name,
    latex_number,
    latex_text,
    matrix_name,
)
from chainrule.writers.formula_text import TextPrinter
from chainrule.writers.options import Options
from chainrule.writers.outline import Group, Shown, outline

LINE = 66  # columns of plain text that fill a line of the page

HEAD = r"""\documentclass[11pt]{article}
\usepackage{amsmath}
\setcounter{MaxMatrixCols}{100}
\setlength{\textwidth}{165mm}
\setlength{\oddsidemargin}{-3mm}
\setlength{\textheight}{240mm}
\setlength{\topmargin}{-20mm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\setlength{\emergencystretch}{3em}
\allowdisplaybreaks
\raggedbottom
\begin{document}
"""


def document(trace: Trace, options: Options) -> str:
    r"""Write a trace as a LaTeX document.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Digits and length.

    Examples
    --------
    >>> import chainrule as cr
    >>> written = document(cr.tutorials.load("jain").trace(), Options(digits=4))
    >>> print(written[written.index("w_{5}^{+}"):].splitlines()[0])
    w_{5}^{+} &= w_{5} - \eta \cdot \frac{\partial E_{total}}{\partial w_{5}} \\
    """
    return "\n".join(_Writer(trace, options.of(trace)).lines()) + "\n"


class _Writer:
    """Writes one trace."""

    def __init__(self, trace: Trace, options: Options) -> None:
        self.trace, self.options = trace, options
        self.symbols = LatexPrinter(lambda quantity: latex_name(trace.name(quantity)), _number)
        self.numbers = LatexPrinter(lambda quantity: latex_number(options.value(trace, quantity)), _number)
        self.named_width = TextPrinter(trace.name)
        self.value_width = TextPrinter(lambda quantity: options.value(trace, quantity))

    def lines(self) -> Iterator[str]:
        """Yield the lines of the document."""
        yield HEAD
        title = self.trace.title or "One training step"
        yield rf"\section*{{{latex_text(title)}}}"
        yield rf"Network {latex_text(str(self.trace.network))}; {latex_text(str(self.trace.optimizer))}."
        if self.trace.ours:
            yield rf"\par Ours: {latex_text('; '.join(self.trace.ours))}."
        yield from self._legend()
        yield r"\subsection*{Conventions}"
        yield from _items(latex_text(sentence) for sentence in conventions(self.trace))
        yield from self._given()
        for part in outline(self.trace, self.options.most):
            yield rf"\section*{{{latex_text(part.title)}}}"
            for group in part.groups:
                yield from self._group(group)
        yield r"\vfill\hrule\medskip\footnotesize"
        for name, said in self.options.provenance(self.trace).items():
            yield rf"{latex_text(name)}: {latex_text(said)}\par"
        yield r"\end{document}"

    def _legend(self) -> Iterator[str]:
        yield r"\subsection*{Names}"
        entries = []
        for entry in legend(self.trace):
            names = r" \;\ldots\; ".join(map(latex_name, entry.names.split(" … ")))
            entries.append(rf"$\displaystyle {names}$: {latex_text(entry.meaning)}")
        yield from _items(entries)

    def _given(self) -> Iterator[str]:
        yield r"\section*{Given}"
        for kind, layer in self.trace.given:
            entries = [self._of_given(each) for each in self.trace.entries(kind, layer)]
            shown = entries[: self.options.most]
            if len(shown) < len(entries):
                shown.append(f"({len(entries) - len(shown):,} more not shown)")
            yield rf"{', '.join(shown)}.\par"

    def _of_given(self, quantity: Quantity) -> str:
        """Return a number that came in, with where it is from."""
        value = latex_number(self.options.value(self.trace, quantity))
        mark = self.trace.marks.get(quantity)
        said = f" ({latex_text(mark)})" if mark else ""
        return f"${latex_name(self.trace.name(quantity))} = {value}${said}"

    def _group(self, group: Group) -> Iterator[str]:
        """Yield an equation, and what it gives in one layer."""
        if group.equation in EQUATIONS:
            left, right = (EQUATION.text(side) for side in EQUATIONS[group.equation][1:])
            sign = r"\leftarrow" if group.equation == "U" else "="
            yield rf"\subsection*{{Layer {group.layer}, {group.equation}:\quad ${left} {sign} {right}$}}"
        for shown in group.shown:
            yield from self._family(shown)

    def _family(self, shown: Shown) -> Iterator[str]:
        frozen = shown.family.equation == "frozen"
        rows = [row for each in shown.statements for row in self._statement(each, frozen)]
        yield r"\begin{align*}"
        yield "\n".join(rows).removesuffix(r" \\[4pt]")
        yield r"\end{align*}"
        yield from (rf"({latex_text(each)}.)\par" for each in shown.unsaid)

    def _statement(self, statement: Statement, frozen: bool) -> Iterator[str]:
        """Yield the rows of a statement: symbols, numbers, value."""
        value = latex_number(self.options.number(statement.value)) + self._drift(statement)
        members: list[list[str]] = []
        if statement.tree is not None:
            members.append(self._broken(statement.tree, self.symbols, self.named_width))
            if not frozen:
                members.append(self._broken(statement.tree, self.numbers, self.value_width))
        if members and members[-1] == [value]:
            members.pop()
        members.append([value + (r"\quad\text{(frozen)}" if frozen else "")])
        rows = [
            (f"&= {line}" if place == 0 else rf"&\qquad {line}")
            for member in members
            for place, line in enumerate(member)
        ]
        first = rf"{latex_name(self.trace.name(statement.quantity))} {rows[0]}"
        yield from (rf"{row} \\" for row in [first, *rows[1:-1]][: max(1, len(rows) - 1)] if len(rows) > 1)
        yield rf"{rows[-1] if len(rows) > 1 else first} \\[4pt]"

    def _broken(self, tree: Formula, printer: LatexPrinter, measure: TextPrinter) -> list[str]:
        return broken(tree, printer, lambda each: len(measure.text(each)), LINE, r"\cdot")

    def _drift(self, statement: Statement) -> str:
        """Return how far a number by hand is from the exact one, where it is."""
        drift = self.trace.drift(statement.quantity)
        if drift is None:
            return ""
        exact, off = latex_number(f"{drift.exact:.{self.options.digits}g}"), latex_number(f"{drift.off:.1g}")
        return rf"\quad\text{{(exact }}{exact}\text{{, off by }}{off}\text{{)}}"


def _number(value: float) -> str:
    return latex_number(f"{value:g}")


def _items(lines: Iterator[str] | list[str]) -> Iterator[str]:
    yield r"\begin{itemize}\setlength{\itemsep}{0pt}"
    yield from (rf"\item {line}" for line in lines)
    yield r"\end{itemize}"


def _of_equation(quantity: Quantity) -> str:
    """Return a quantity of an equation: a matrix of a layer, or theta and the like."""
    if not quantity.indices:
        return {"theta": r"\theta", "dtheta": r"d\theta", "eta": r"\eta"}[quantity.name]
    layer, *row = map(str, quantity.indices)
    shown = matrix_name(quantity.name, layer)
    return f"{shown}_{{{row[0]}}}" if row else shown


EQUATION = LatexPrinter(_of_equation)
