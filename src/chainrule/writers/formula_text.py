"""A formula as one line of plain text."""

from chainrule.network.formula import Formula, Number
from chainrule.writers.printer import ATOM, CASES, FRACTION, POWER, PRODUCT, SIGN, SUM, Printer

TO_ASCII = str.maketrans(
    {"·": "*", "∂": "d", "√": "sqrt", "²": "^2", "Σ": "sum ", "−": "-", "⊙": "(*)", "ᵀ": "^T", "…": "..."}
)


def in_ascii(line: str) -> str:
    """Return a line in ASCII: our signs as words, other letters as escapes."""
    return line.translate(TO_ASCII).encode("ascii", "backslashreplace").decode("ascii")


class TextPrinter(Printer):
    """Prints formulas as text.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity
    >>> w, x = Quantity("w"), Quantity("x")
    >>> TextPrinter(lambda quantity: quantity.name).text((w - x) ** 2 / 2)
    '(w - x)² / 2'
    """

    def atom(self, text: str) -> tuple[str, int]:
        """Return a name or number: a name may be a quotient, a number negative."""
        if text.startswith("-"):
            return text, SIGN
        return text, FRACTION if "/" in text or " " in text else ATOM

    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a + b - c."""
        rest = (f" {sign} {shown}" for sign, shown in self.signed(terms[1:]))
        return self.inside(terms[0], SUM) + "".join(rest), SUM

    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a · b."""
        first, *rest = factors
        shown = [self.inside(first, PRODUCT), *(self.inside(each, FRACTION) for each in rest)]
        return " · ".join(shown), PRODUCT

    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        """Return a / b."""
        return f"{self.inside(top, PRODUCT)} / {self.inside(bottom, POWER)}", PRODUCT

    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a² or a^b."""
        if exponent == Number(2):
            return f"{self.inside(base, ATOM)}²", POWER
        return f"{self.inside(base, ATOM)}^{self.inside(exponent, ATOM)}", POWER

    def negate(self, body: Formula) -> tuple[str, int]:
        """Return -a."""
        return f"-{self.inside(body, PRODUCT)}", SIGN

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return f(a), e^(a), √(a), |a|, and of matrices A B, A ⊙ B, Aᵀ."""
        match name, arguments:
            case "…", ():
                return "…", ATOM
            case "exp", (argument,):
                return f"e^({self.text(argument)})", POWER
            case "sqrt", (argument,):
                return f"√({self.text(argument)})", ATOM
            case "abs", (argument,):
                return f"|{self.text(argument)}|", ATOM
            case "MM", _:
                return " ".join(self.inside(each, FRACTION) for each in arguments), PRODUCT
            case "H", _:
                return " ⊙ ".join(self.inside(each, FRACTION) for each in arguments), PRODUCT
            case "T", (argument,):
                return f"{self.inside(argument, ATOM)}ᵀ", POWER
        return f"{name}({', '.join(map(self.text, arguments))})", ATOM

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Return Σ_i a."""
        return f"Σ_{index} {self.inside(body, PRODUCT)}", SUM

    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return a if t > 0 else b."""
        asked = f"{self.inside(test, SUM)} > 0"
        return f"{self.inside(positive, SUM)} if {asked} else {self.inside(otherwise, SUM)}", CASES
