"""The Python of a step, line by line, and where in it each number is computed."""

from chainrule.page.export import exported
from chainrule.page.state import State
from chainrule.writers.lights import place_of

SHOWS = "show("  # what the line after a number's own begins with


def code_of(state: State) -> tuple[list[str], dict[str, int]]:
    """Return the lines of the script of a step, and by place the line that computes each number.

    Raises
    ------
    ChainruleError
        When a script cannot hold this step; the sentence says why.

    Examples
    --------
    >>> import chainrule as cr
    >>> from chainrule.page.lesson import of_example
    >>> lines, line_of = code_of(State.opened(of_example(cr.tutorials.load("jain"))))
    >>> lines[line_of["dW.2.0.0"]]
    'dE_total_dw5 = delta_o1 * out_h1'
    """
    lines = exported(state, ".py").decode("utf-8").splitlines()
    shows = (number for number, line in enumerate(lines) if line.startswith(SHOWS))
    computed = (each.quantity for family in state.trace.families for each in state.trace.statements(family))
    return lines, {place_of(quantity): line - 1 for quantity, line in zip(computed, shows, strict=True)}
