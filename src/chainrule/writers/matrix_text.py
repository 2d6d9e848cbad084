"""A step in matrices as plain text: symbols, the matrices in their place, and the matrix that comes out."""

from collections.abc import Iterator, Mapping
from itertools import groupby, zip_longest

from chainrule.network.array import Array
from chainrule.network.formula import Add, Divide, Formula, Function, Multiply, Negate, Power, Quantity
from chainrule.trace.matrix import Form, Matrices, MatrixStatement
from chainrule.trace.step import Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_text import TextPrinter, in_ascii
from chainrule.writers.lines import WIDTH, wrapped
from chainrule.writers.options import Options
from chainrule.writers.outline import PARTS

# What the matrices are called, before their layer; in the words of our equations.
NAMES: Mapping[str, str] = {
    "dA": "∂loss/∂A",
    "slope": "f'",
    "dW": "∂loss/∂W",
    "db": "∂loss/∂b",
    "dV": "∂loss/∂V",
    "W_after": "W_new",
    "b_after": "b_new",
    "V_after": "V_new",
    "pull": "pull",
}

LEGEND: Mapping[str, str] = {
    "A1": "the outputs of layer l, and a unit that is always 1",
    "V": "the weights of layer l, and the bias beside them",
    "D": "the derivatives of the activation of layer l, as a matrix",
    "pull": "what the penalty adds to the derivative of the weights",
}

Block = list[str]  # lines of one width


def text(
    trace: Trace,
    form: Form = Form(),  # noqa: B008 - it is frozen
    options: Options = Options(),  # noqa: B008
    *,
    ascii_only: bool = False,
) -> str:
    """Write a step in matrices as plain text, at most 80 columns wide.

    Parameters
    ----------
    trace : Trace
        The step.
    form : Form
        Which of the usual matrix forms.
    options : Options
        The digits.
    ascii_only : bool
        Whether to keep to ASCII.

    Examples
    --------
    >>> import chainrule as cr
    >>> written = text(cr.tutorials.load("jain").trace(), Form("to_from"), Options(digits=4))
    >>> print(written[written.index("  Z[1]"):written.index("  layer 1, F2")])
      Z[1] = W[1] A[0] + b[1]
           = [0.15  0.2] [0.05] + [0.35]
             [0.25  0.3] [ 0.1]   [0.35]
           = [0.3775]
             [0.3925]
    <BLANKLINE>
    """
    lines = _Writer(trace, form, options.of(trace)).lines()
    written = "\n".join(lines) + "\n"
    return in_ascii(written) if ascii_only else written


class _Writer:
    """Writes one step in one form."""

    def __init__(self, trace: Trace, form: Form, options: Options) -> None:
        self.trace, self.form, self.options = trace, form, options
        self.matrices = Matrices(trace, form)
        self.symbols = TextPrinter(self.name, Options(options.digits).number)  # a constant is not rounded

    def name(self, quantity: Quantity) -> str:
        """Return what a matrix is called."""
        kind, (layer, *example) = quantity.name, quantity.indices
        if kind == "eta":
            return self.trace.name(quantity)
        of = f"[{layer}]" if not example else f"[{layer}][{example[0]}]"
        return f"{NAMES.get(kind, kind)}{of}"

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        yield from wrapped("", f"{self.trace.title or 'One step'}, in matrices", "")
        rows = "rows" if self.form.orientation == "from_to" else "columns"
        yield f"Examples are {rows}; ⊙ multiplies entry by entry, as does ·"
        kinds = {each.quantity.name for each in self.matrices.statements}
        yield from (f"{kind}[l]: {said}" for kind, said in LEGEND.items() if kind in kinds)
        for part, of_part in groupby(self.matrices.statements, key=lambda each: each.part):
            yield from ("", PARTS[part].upper(), "")
            for (equation, layer), of_equation in groupby(of_part, key=_place):
                yield f"  layer {layer}, {equation}:  {EQUATIONS[equation].text}"
                for statement in of_equation:
                    yield from self._statement(statement)

    def _statement(self, statement: MatrixStatement) -> Iterator[str]:
        name = self.name(statement.quantity)
        lead, hang = f"  {name} = ", " " * (len(name) + 3) + "= "
        yield from wrapped(lead, self.symbols.text(statement.tree), " " * len(lead) + "  ")
        numbers, value = self._block(statement.tree), self._numbers(statement.value)
        if statement.quantity.name != "A1" and numbers != value:
            yield from _placed(hang, numbers) or [f"{hang}(the numbers are wider than {WIDTH} columns)"]
        shape = " x ".join(f"{size:,}" for size in statement.value.shape)
        yield from _placed(hang, value) or [f"{hang}({shape} numbers, wider than {WIDTH} columns)"]

    def _block(self, tree: Formula) -> Block:
        """Return a formula with its matrices in their places."""
        match tree:
            case Quantity():
                return self._numbers(self.matrices.values[tree])
            case Add(terms):
                blocks = [self._block(terms[0])]
                for term in terms[1:]:
                    sign, body = (" - ", term.body) if isinstance(term, Negate) else (" + ", term)
                    blocks += [[sign], self._block(body)]
                return beside(*blocks)
            case Multiply(factors):
                return beside(*_between([self._inside(each) for each in factors], " · "))
            case Divide(top, bottom):
                return beside(self._inside(top), [" / "], self._inside(bottom))
            case Power(base, exponent):
                return beside(self._inside(base), ["^"], self._inside(exponent))
            case Negate(body):
                return beside(["-"], self._inside(body))
            case Function("MM", arguments):
                return beside(*_between([self._inside(each) for each in arguments], " "))
            case Function("H", arguments):
                return beside(*_between([self._inside(each) for each in arguments], " ⊙ "))
            case Function("T", (argument,)):
                return beside(self._inside(argument), ["ᵀ"])
            case Function("exp", (argument,)):
                return beside(["e^("], self._block(argument), [")"])
            case Function(name, arguments):
                inside = _between([self._block(each) for each in arguments], ", ")
                return beside([f"{name}("], *inside, [")"])
        return [self.symbols.text(tree)]

    def _inside(self, tree: Formula) -> Block:
        """Return a part of a product, in parentheses where it is a sum or a fraction."""
        block = self._block(tree)
        return beside(["("], block, [")"]) if isinstance(tree, Add | Divide | Multiply | Negate) else block

    def _numbers(self, values: Array) -> Block:
        """Return a matrix in brackets, its columns aligned; a single number without."""
        if values.size == 1:
            return [self.options.number(float(values.ravel()[0]))]
        shown = [[self.options.number(float(entry)) for entry in row] for row in values]
        widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
        return [
            f"[{'  '.join(entry.rjust(width) for entry, width in zip(row, widths, strict=True))}]"
            for row in shown
        ]


def beside(*blocks: Block) -> Block:
    """Return blocks side by side, the first lines on one line."""
    widths = [max(map(len, block)) for block in blocks]
    rows = zip_longest(*blocks, fillvalue="")
    return [
        "".join(line.ljust(width) for line, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def _between(blocks: list[Block], sign: str) -> list[Block]:
    """Return blocks with a sign between them."""
    return [each for block in blocks for each in ([sign], block)][1:]


def _placed(lead: str, block: Block) -> list[str]:
    """Return a block behind its lead, or nothing where it would be too wide."""
    lines = [(lead if row == 0 else " " * len(lead)) + line for row, line in enumerate(block)]
    return lines if max(map(len, lines)) <= WIDTH else []


def _place(statement: MatrixStatement) -> tuple[str, object]:
    return statement.equation, statement.quantity.indices[0]
