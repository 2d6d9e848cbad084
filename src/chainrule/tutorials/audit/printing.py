"""Expressions of the data files as text again: in the grammar that they are written in."""

from chainrule.network.formula import Formula, Function
from chainrule.writers.formula_text import TextPrinter


class GrammarPrinter(TextPrinter):
    """Prints a formula as a tutorial's page has it: derivatives as fractions, matrices row by row."""

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return ∂X/∂Y, sums, matrices; other functions as text does."""
        match name, arguments:
            case "D", (top, bottom):
                return f"∂{self.inside(top, 4)}/∂{self.inside(bottom, 4)}", 4
            case "S", (body, *rest):
                over = f"_{self.text(rest[0])}" if rest else ""
                return f"Σ{over} {self.inside(body, 2)}", 1
            case "Matrix", rows:
                inside = "; ".join(
                    ", ".join(map(self.text, row.arguments)) for row in rows if isinstance(row, Function)
                )
                return f"[{inside}]", 6
            case "fprime" | "gprime" | "sigmoidprime", (argument,):
                return f"{name.removesuffix('prime')}'({self.text(argument)})", 6
        return super().function(name, arguments)


def shown(tree: Formula) -> str:
    """Return an expression as text.

    Examples
    --------
    >>> from chainrule.tutorials.grammar import parse
    >>> shown(parse("w5 - eta*D(E_total, w5)"))
    'w5 - eta · ∂E_total/∂w5'
    """
    return GrammarPrinter(lambda quantity: quantity.name, "{:.10g}".format).text(tree)
