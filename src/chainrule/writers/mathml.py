"""A formula as MathML Core, which browsers draw by themselves."""

from collections.abc import Iterator
from functools import lru_cache

from chainrule.network.formula import Formula
from chainrule.writers.lines import shown_controls
from chainrule.writers.printer import ATOM, CASES, FRACTION, POWER, PRODUCT, SIGN, SUM, Printer
from chainrule.writers.typeset import Applied, Ratio, Symbol, Typeset, Words, typeset

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "mu": "μ",
    "sigma": "σ",
}
LONG = 36  # letters of a name that still fit on a line
MARKS = {"+": "<mo>+</mo>", "new": "<mtext>new</mtext>", "after": "<mtext>after</mtext>", "": ""}


def escaped(text: str) -> str:
    """Return any text for the inside of an element or an attribute: it is shown, and does nothing.

    Examples
    --------
    >>> escaped('<script> & "x"')
    '&lt;script&gt; &amp; &quot;x&quot;'
    """
    shown = shown_controls(text)
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        shown = shown.replace(letter, entity)
    return shown


def math(inside: str, label: str = "") -> str:
    """Return MathML as an element of a page; a screen reader says the label."""
    said = f' aria-label="{escaped(label)}"' if label else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{said}>{inside}</math>'


@lru_cache(8192)
def mathml_name(name: str) -> str:
    """Return a reader's name as MathML.

    Examples
    --------
    >>> mathml_name("w5")
    '<msub><mi>w</mi><mn>5</mn></msub>'
    """
    return _typeset(typeset(name))


def _typeset(parts: Typeset) -> str:
    match parts:
        case Symbol(base, lower, upper, row, mark):
            above = upper if upper.startswith("[") or not upper else f"({upper})"
            return _scripts(_word(base), _index(lower), _above(_index(above), _row(row), MARKS[mark]))
        case Ratio(top, bottom, via):
            ratio = f"<mfrac>{_partial(top)}{_partial(bottom)}</mfrac>"
            if via is None:
                return ratio
            return f"<mrow>{ratio}<mtext> via </mtext>{_typeset(via)}</mrow>"
        case Applied(word, argument, row, mark):
            inside = f'<mo stretchy="false">(</mo>{_typeset(argument)}<mo stretchy="false">)</mo>'
            applied = f"<mrow>{_word(word)}{inside}</mrow>"
            return _scripts(applied, "", _above(_row(row), MARKS[mark]))
        case Words(text):
            return f"<mtext>{_folding(escaped(text), len(text))}</mtext>"


def _folding(shown: str, letters: int) -> str:
    """Return words so that a browser breaks them where they are too long for a line."""
    return shown if letters <= LONG else f'<span class="long">{shown}</span>'


def _partial(parts: Typeset) -> str:
    return f"<mrow><mo>∂</mo>{_typeset(parts)}</mrow>"


def _word(base: str) -> str:
    return f"<mi>{GREEK.get(base, escaped(base))}</mi>"


def _index(text: str) -> str:
    """Return an index, above or below the line."""
    if not text:
        return ""
    return f"<mn>{escaped(text)}</mn>" if text.isdecimal() else f"<mi>{GREEK.get(text, escaped(text))}</mi>"


def _row(row: str) -> str:
    return f"<mtext>⟨{row}⟩</mtext>" if row else ""


def _above(*parts: str) -> str:
    said = [part for part in parts if part]
    return said[0] if len(said) == 1 else f"<mrow>{''.join(said)}</mrow>" if said else ""


def _scripts(base: str, below: str, above: str) -> str:
    """Return a base with what hangs on it."""
    if below and above:
        return f"<msubsup>{base}{below}{above}</msubsup>"
    if below:
        return f"<msub>{base}{below}</msub>"
    return f"<msup>{base}{above}</msup>" if above else base


class MathmlPrinter(Printer):
    """Prints formulas as MathML.

    Examples
    --------
    >>> from chainrule.network.formula import Quantity
    >>> w = Quantity("w")
    >>> MathmlPrinter(lambda quantity: mathml_name(quantity.name), "<mn>{:g}</mn>".format).text(w / 2)
    '<mfrac><mi>w</mi><mn>2</mn></mfrac>'
    """

    def atom(self, text: str) -> tuple[str, int]:
        """Return a name or number: a negative number begins with its sign."""
        if text.startswith("<mo>-"):
            return text, SIGN
        return text, FRACTION if "<mfrac>" in text or "<msup>" in text else ATOM

    def grouped(self, text: str) -> str:
        """Return a text in parentheses, which grow with what is high in them and with nothing else."""
        how = "" if "<mfrac>" in text or "<mtable" in text else ' stretchy="false"'
        return f"<mrow><mo{how}>(</mo>{text}<mo{how}>)</mo></mrow>"

    def add(self, terms: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a + b - c."""
        shown = [self.inside(terms[0], SUM)]
        for sign, term in self.signed(terms[1:]):
            shown += [f"<mo>{'−' if sign == '-' else sign}</mo>", term]
        return "".join(shown), SUM

    def signed(self, terms: tuple[Formula, ...]) -> Iterator[tuple[str, str]]:
        """Yield the sign and the text of every term after the first; a negative one in parentheses."""
        for sign, shown in super().signed(terms):
            yield sign, self.grouped(shown) if shown.startswith("<mo>-") else shown

    def multiply(self, factors: tuple[Formula, ...]) -> tuple[str, int]:
        """Return a · b."""
        first, *rest = factors
        shown = [self.inside(first, PRODUCT), *(self.inside(each, SIGN + 1) for each in rest)]
        return "<mo>·</mo>".join(shown), PRODUCT

    def divide(self, top: Formula, bottom: Formula) -> tuple[str, int]:
        """Return a fraction, which needs no parentheses around its parts."""
        return f"<mfrac>{_one(self.text(top))}{_one(self.text(bottom))}</mfrac>", FRACTION

    def power(self, base: Formula, exponent: Formula) -> tuple[str, int]:
        """Return a power."""
        return f"<msup>{_one(self.inside(base, ATOM))}{_one(self.text(exponent))}</msup>", POWER

    def negate(self, body: Formula) -> tuple[str, int]:
        """Return -a."""
        return f"<mo>-</mo>{self.inside(body, PRODUCT)}", SIGN

    def function(self, name: str, arguments: tuple[Formula, ...]) -> tuple[str, int]:
        """Return f(a), e to the a, a root, |a|; of matrices their products and the transpose."""
        match name, arguments:
            case "exp", (argument,):
                return f"<msup><mi>e</mi>{_one(self.text(argument))}</msup>", POWER
            case "sqrt", (argument,):
                return f"<msqrt>{self.text(argument)}</msqrt>", ATOM
            case "abs", (argument,):
                return f"<mrow><mo>|</mo>{self.text(argument)}<mo>|</mo></mrow>", ATOM
            case "MM", _:
                return "<mo>&#8290;</mo>".join(self.inside(each, SIGN + 1) for each in arguments), PRODUCT
            case "H", _:
                return "<mo>⊙</mo>".join(self.inside(each, SIGN + 1) for each in arguments), PRODUCT
            case "T", (argument,):
                upright = '<mi mathvariant="normal">T</mi>'
                return f"<msup>{_one(self.inside(argument, ATOM))}{upright}</msup>", POWER
            case "…", ():
                return "<mo>⋯</mo>", ATOM
        inside = "<mo>,</mo>".join(map(self.text, arguments))
        return f"<mrow>{self.named(name)}{self.grouped(inside)}</mrow>", ATOM

    def named(self, name: str) -> str:
        """Return the name of a function: a word, or f with its layer and its prime."""
        base, _, lower = name.replace("'", "").partition("_")
        prime = "<mo>′</mo>" if "'" in name else ""
        return _scripts(f"<mi>{escaped(base)}</mi>", _index(lower), prime)

    def sum(self, body: Formula, index: str) -> tuple[str, int]:
        """Return a sum over an index."""
        return f"<msub><mo>∑</mo><mi>{index}</mi></msub>{self.inside(body, PRODUCT)}", SUM

    def cases(self, test: Formula, positive: Formula, otherwise: Formula) -> tuple[str, int]:
        """Return the two cases one above the other."""
        rows = (
            f"<mtr><mtd>{self.text(positive)}</mtd>"
            f"<mtd><mtext>if </mtext>{self.text(test)}<mo>&gt;</mo><mn>0</mn></mtd></mtr>"
            f"<mtr><mtd>{self.text(otherwise)}</mtd><mtd><mtext>else</mtext></mtd></mtr>"
        )
        return f"<mrow><mo>{{</mo><mtable columnalign='left'>{rows}</mtable></mrow>", CASES


def _one(inside: str) -> str:
    """Return what a fraction or power takes as one argument."""
    return inside if inside.count("<") == 2 else f"<mrow>{inside}</mrow>"


def mathml_number(text: str) -> str:
    """Return a printed number: its sign apart, and a power of ten where there is one.

    Examples
    --------
    >>> mathml_number("-1e-08")
    '<mo>-</mo><mrow><mn>1</mn><mo>·</mo><msup><mn>10</mn><mn>-8</mn></msup></mrow>'
    """
    if text.startswith("-"):
        return f"<mo>-</mo>{mathml_number(text[1:])}"
    digits, e, exponent = text.partition("e")
    if not e:
        return f"<mn>{text}</mn>"
    return f"<mrow><mn>{digits}</mn><mo>·</mo><msup><mn>10</mn><mn>{int(exponent)}</mn></msup></mrow>"
