"""A formula as LaTeX mathematics, for pdflatex with nothing but amsmath."""

import unicodedata

from chainrule.network.formula import Formula
from chainrule.writers.printer import ATOM, CASES, FRACTION, POWER, PRODUCT, SIGN, SUM, Printer
from chainrule.writers.typeset import Applied, Ratio, Symbol, Typeset, Words, typeset

GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "sigma"}

# What the text fonts lack or LaTeX reads as a command: the typewriter font has them at their places.
TYPEWRITER = set('\\{}$&#^_%~<>|"')
ACCENTS = {"\u0300", "\u0301", "\u0302", "\u0303", "\u0308", "\u0327", "\u030a"}


def latex_text(text: str) -> str:
    r"""Return any text as LaTeX text that shows it letter by letter, whatever it says.

    Letters that the fonts of a plain LaTeX lack are shown by their number.

    Examples
    --------
    >>> latex_text("50 % für \u202e")
    '50 \\texttt{\\char37} für \\texttt{U+202E}'
    >>> latex_text("--most")
    '-{}-most'
    """
    return "".join(map(_letter, text)).replace("--", "-{}-")  # two would be joined to a dash


def _letter(letter: str) -> str:
    """Return one letter of a text."""
    if letter in TYPEWRITER:
        return rf"\texttt{{\char{ord(letter)}}}"
    if letter == "…":
        return r"\ldots{}"
    parts = unicodedata.normalize("NFD", letter)
    plain = len(parts) == 1 or (len(parts) == 2 and parts[1] in ACCENTS and letter < "\u0100")
    if plain and parts[0].isascii() and parts[0].isprintable() and letter != "`":
        return letter
    return rf"\texttt{{U+{ord(letter):04X}}}"


def latex_name(name: str) -> str:
    r"""Return a reader's name as mathematics.

    Examples
    --------
    >>> latex_name("net_h1"), latex_name("∂E_total/∂w5")
    ('\\mathrm{net}_{h1}', '\\frac{\\partial E_{total}}{\\partial w_{5}}')
    >>> latex_name("a_0_1"), latex_name("w5+")
    ('a_{0}^{(1)}', 'w_{5}^{+}')
    """
    return _typeset(typeset(name))


def _typeset(parts: Typeset) -> str:
    match parts:
        case Symbol(base, lower, upper, row, mark):
            above = upper if upper.startswith("[") or not upper else f"({upper})"
            return _word(base) + _below(lower) + _above(above, _row(row), _mark(mark))
        case Ratio(top, bottom, via):
            ratio = rf"\frac{{\partial {_typeset(top)}}}{{\partial {_typeset(bottom)}}}"
            return ratio if via is None else rf"{ratio}\Big|_{{\text{{via }}{_typeset(via)}}}"
        case Applied(word, argument, row, mark):
            return f"{_word(word)}({_typeset(argument)}){_above(_row(row), _mark(mark))}"
        case Words(text):
            return rf"\text{{{latex_text(text)}}}"


def _word(base: str) -> str:
    """Return what stands on the line: a Greek letter, a letter, or a word."""
    if base in GREEK:
        return rf"\{base}"
    return base if len(base) == 1 else rf"\mathrm{{{base.replace('_', chr(92) + '_')}}}"


def _below(lower: str) -> str:
    return f"_{{{latex_math_word(lower)}}}" if lower else ""


def latex_math_word(word: str) -> str:
    """Return an index as it may stand in mathematics."""
    if word in GREEK:
        return rf"\{word}"
    return word.replace("_", r"\_")


def _above(*parts: str) -> str:
    """Return what stands above the line, parts with a comma between."""
    said = [part for part in parts if part]
    return f"^{{{','.join(said)}}}" if said else ""


def _row(row: str) -> str:
    return rf"\langle {row}\rangle" if row else ""


def _mark(mark: str) -> str:
    return mark if mark in ("", "+") else rf"\text{{{mark}}}"


def latex_number(text: str) -> str:
    r"""Return a printed number as mathematics: 1e-08 as a power of ten.

    Examples
    --------
    >>> latex_number("-1e-08"), latex_number("0.25"), latex_number("inf")
    ('-1\\cdot 10^{-8}', '0.25', '\\infty')
    """
    if "inf" in text:
        return text.replace("inf", r"\infty")
    if "nan" in text:
        return r"\text{not a number}"
    digits, e, exponent = text.partition("e")
    return rf"{digits}\cdot 10^{{{int(exponent)}}}" if e else digits


class LatexPrinter(Printer):
    """Prints formulas as LaTeX mathematics."""

    def atom(self, text: str) -> tuple[str, int]:
        """Return a name or number: one with a power of ten or above a line is no atom."""
        if text.startswith("-"):
            return text, SIGN
        if r"\cdot" in text:
            return text, PRODUCT
        return text, FRACTION if "^" in text or r"\frac" in text else ATOM

    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a + b - c."""
        rest = (f" {sign} {shown}" for sign, shown in self.signed(terms[1:]))
        return self.inside(terms[0], SUM) + "".join(rest), SUM

    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        r"""Return a \cdot b."""
        first, *rest = factors
        shown = [self.inside(first, PRODUCT), *(self.inside(each, SIGN + 1) for each in rest)]
        return r" \cdot ".join(shown), PRODUCT

    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        r"""Return \frac{a}{b}, which needs no parentheses around its parts."""
        return rf"\frac{{{self.text(top)}}}{{{self.text(bottom)}}}", FRACTION

    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a^b."""
        return f"{self.inside(base, ATOM)}^{{{self.text(exponent)}}}", POWER

    def negate(self, body: Formula) -> tuple[str, int]:
        """Return -a."""
        return f"-{self.inside(body, PRODUCT)}", SIGN

    def grouped(self, text: str) -> str:
        """Return a text in parentheses as tall as it is."""
        return rf"\left({text}\right)"

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return f(a), e^a, a root, |a|, and of matrices A B, their entrywise product, the transpose."""
        match name, arguments:
            case "…", ():
                return r"\cdots", ATOM
            case "exp", (argument,):
                return f"e^{{{self.text(argument)}}}", POWER
            case "sqrt", (argument,):
                return rf"\sqrt{{{self.text(argument)}}}", ATOM
            case "abs", (argument,):
                return rf"\left|{self.text(argument)}\right|", ATOM
            case "MM", _:
                return r"\,".join(self.inside(each, SIGN + 1) for each in arguments), PRODUCT
            case "H", _:
                return r" \odot ".join(self.inside(each, SIGN + 1) for each in arguments), PRODUCT
            case "T", (argument,):
                return rf"{self.inside(argument, ATOM)}^{{\mathsf{{T}}}}", POWER
        called = {"log": r"\ln", "tanh": r"\tanh"}.get(name) or self.named(name)
        return rf"{called}\left({', '.join(map(self.text, arguments))}\right)", ATOM

    def named(self, name: str) -> str:
        """Return the name of a function: f with its layer, or a word."""
        base, _, lower = name.partition("_")
        prime = "'" * lower.count("'") or "'" * base.count("'")
        base, lower = base.rstrip("'"), lower.rstrip("'")
        if len(base) == 1:
            return f"{base}{prime}" + (f"_{{{lower}}}" if lower else "")
        return rf"\operatorname{{{base}}}{prime}" + (f"_{{{lower}}}" if lower else "")

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        r"""Return \sum_i a."""
        return rf"\sum_{{{index}}} {self.inside(body, PRODUCT)}", SUM

    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return the two cases one above the other."""
        first = rf"{self.text(positive)} & \text{{if }} {self.text(test)} > 0"
        rest = rf"{self.text(otherwise)} & \text{{else}}"
        return rf"\begin{{cases}} {first} \\ {rest} \end{{cases}}", CASES


def matrix_name(name: str, layer: str) -> str:
    r"""Return a whole matrix of an equation, as Z^{[l]}."""
    words = {"dA": r"\frac{\partial\,\mathrm{loss}}{\partial A^{[%s]}}", "delta": r"\delta^{[%s]}"}
    words |= {"dW": r"dW^{[%s]}", "db": r"db^{[%s]}"}
    return words.get(name, f"{name}^{{[%s]}}") % layer
