"""A trace as a plain Python script, which computes every number again and needs no library."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from chainrule.errors import InvalidValueError, TooLargeError, sentence
from chainrule.network.formula import Quantity
from chainrule.trace.conventions import conventions
from chainrule.trace.step import Statement, Trace
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.formula_python import PythonPrinter
from chainrule.writers.identifiers import identifiers
from chainrule.writers.lines import shown_controls
from chainrule.writers.options import Options
from chainrule.writers.outline import PARTS

MOST = 20_000  # statements: a longer script is nothing to read

FUNCTIONS = '''
def exp(x):
    """Return e to the x; where that is too large for a number, infinity."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def log(x):
    """Return the natural logarithm; of 0, minus infinity."""
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def sign(x):
    """Return -1, 0 or 1."""
    return (x > 0) - (x < 0)


def show(name, value):
    """Print one number of the step."""
    print(f"{name} = {value!r}")

'''
TAKEN = ("math", "exp", "log", "sign", "show", "abs", "print")


def document(trace: Trace, options: Options) -> str:
    """Write a trace as a Python script.

    Parameters
    ----------
    trace : Trace
        The step.
    options : Options
        Where it is from; a script has every number, with all its digits.

    Raises
    ------
    TooLargeError
        When the step has more statements than anybody would read.
    InvalidValueError
        When an activation or loss is one's own, or the step was rounded by hand.

    Examples
    --------
    >>> import chainrule as cr
    >>> written = document(cr.tutorials.load("jain").trace(), Options())
    >>> "dE_total_dw5 = delta_o1 * out_h1" in written
    True
    """
    if len(trace) > MOST:
        thing = "the number of statements for a script"
        raise TooLargeError(sentence(thing, f"{len(trace):,}", f"at most {MOST:,}: .ipynb writes matrices"))
    if trace.rounding is not None:
        raise InvalidValueError(sentence("a step for a script", "rounded by hand", "an exact one"))
    return "\n".join(_lines(trace, options)) + "\n"


def _lines(trace: Trace, options: Options) -> Iterator[str]:
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    statements = list(trace)
    quantities = [*given, *(each.quantity for each in statements)]
    names = identifiers(map(trace.name, quantities), TAKEN)
    called = dict(zip(quantities, names, strict=True))
    yield from _head(trace, options)
    yield "# --- Given: change these, and run it again ---"
    yield ""
    for quantity in given:
        mark = trace.marks.get(quantity)
        comment = f"  # {shown_controls(mark)}" if mark else ""
        yield f"{called[quantity]} = {_number(trace.value(quantity))}{comment}"
    yield from _computed(trace, called)


def _head(trace: Trace, options: Options) -> Iterator[str]:
    """Yield what the script says of itself, and the functions it needs."""
    said = [trace.title or "One training step", f"Network {trace.network}; {trace.optimizer}."]
    said += conventions(trace)
    said += [f"{name}: {value}" for name, value in options.provenance(trace).items()]
    yield from (f"# {shown_controls(line)}" for line in said)
    yield from ("", "import math", "", *FUNCTIONS.splitlines())


def _computed(trace: Trace, called: Mapping[Quantity, str]) -> Iterator[str]:
    """Yield a line for every statement, part by part; each prints what it computed."""
    printer = PythonPrinter(called.__getitem__, _number)
    for part, families in groupby(trace.families, key=lambda family: family.part):
        yield from ("", f"# --- {PARTS[part]} ---")
        before = None
        for family in families:
            place = (family.equation, family.quantity.indices[0])
            if place != before and family.equation in EQUATIONS:
                yield from ("", f"# layer {place[1]}, {place[0]}: {EQUATIONS[family.equation].text}")
            before = place
            for statement in trace.statements(family):
                yield from _statement(trace, statement, called[statement.quantity], printer)


def _statement(trace: Trace, statement: Statement, name: str, printer: PythonPrinter) -> Iterator[str]:
    assert statement.tree is not None
    yield f"{name} = {printer.text(statement.tree)}"
    yield f"show({trace.name(statement.quantity)!a}, {name})"


def _number(value: float) -> str:
    """Return a number as Python writes it, a whole one without its point."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
