"""The page of a tutorial completed and corrected: its whole step, its errata in it, and what it left open."""

from collections.abc import Iterable, Iterator

from audit_page import erratum

import chainrule as cr
from chainrule.trace.matrix import Form
from chainrule.trace.rounding import GRAINS
from chainrule.trace.step import Statement, Trace
from chainrule.tutorials.audit.entry import Audit, Entry
from chainrule.tutorials.own import own
from chainrule.writers import script
from chainrule.writers.derivation_text import text as derivation_text
from chainrule.writers.equations import EQUATIONS
from chainrule.writers.markdown import code, markdown_text
from chainrule.writers.matrix_text import text as matrix_text
from chainrule.writers.options import Options
from chainrule.writers.outline import Group, outline
from chainrule.writers.text import statement_lines

Lines = Iterator[str]


def completed_page(tutorial: cr.tutorials.Tutorial, found: Audit) -> Lines:
    """Yield a tutorial's step in its own names, with its errata in it, and what it left open."""
    trace = tutorial.trace()
    yield f"# {markdown_text(tutorial.title)}: completed and corrected"
    yield ""
    step, judged = (code(f"chainrule {command} {tutorial.id}") for command in ("explain", "audit"))
    yield f"Author: {markdown_text(tutorial.author)}. Every number here is generated:"
    yield f"{step} prints the step, {judged} judges what the tutorial prints."
    if tutorial.ours:
        yield from ("", f"Ours, because it is not given: {markdown_text('; '.join(tutorial.ours))}.")
    yield from _step(trace, [entry for entry in found.wrong if entry.kind != "claim"])
    yield from REST[tutorial.id](trace)
    yield from ("", "## All errata", "", *map(erratum, found.wrong))


def _step(trace: Trace, errata: list[Entry]) -> Lines:
    """Yield the step part by part; an erratum stands below the numbers that it is about."""
    for part in outline(trace, Options().most):
        yield from ("", f"## {part.title}")
        for group in part.groups:
            statements = [each for shown in group.shown for each in shown.statements]
            yield from (*_heading(group), *_fenced(_lines(trace, statements, Options(), group.equation)))
            names = {trace.name(each.quantity) for each in statements}
            here = [entry for entry in errata if _about(entry) in names]
            errata = [entry for entry in errata if entry not in here]
            if here:
                yield from ("", *map(erratum, here))


def _heading(group: Group) -> Lines:
    """Yield the heading of an equation: the loss and what is frozen need none of their own."""
    if group.equation in EQUATIONS:
        yield from ("", f"### Layer {group.layer}, {group.equation}: `{EQUATIONS[group.equation].text}`")


def _about(entry: Entry) -> str:
    """Return the name of what an entry is about: what stands left of the equals sign."""
    equation = entry.computed if " = " in entry.computed else entry.printed
    return equation.partition(" = ")[0]


def _lines(trace: Trace, statements: Iterable[Statement], options: Options, equation: str = "") -> Lines:
    for each in statements:
        yield from statement_lines(trace, each, options, frozen=equation == "frozen")


def _fenced(lines: Iterable[str], language: str = "text") -> Lines:
    yield from ("", f"```{language}", *lines, "```")


def _section(title: str, *paragraphs: str) -> Lines:
    yield from ("", f"## {title}")
    for each in paragraphs:
        yield from ("", each)


def _derived(trace: Trace, *names: str) -> Lines:
    yield from _fenced("\n".join(derivation_text(trace.derive(name)) for name in names).splitlines())


def _rest_of_jain(trace: Trace) -> Lines:
    """Yield what jain shows for one weight of each layer, for biases too."""
    yield from _section("A hidden weight, both paths")
    yield from _derived(trace, "w1")
    yield from _section(
        "The biases, which are never updated",
        "The tutorial shows no derivative by a bias. Each is shared by its layer: a sum over its units.",
    )
    yield from _derived(trace, "b2", "b1")


def _rest_of_dustbunny(trace: Trace) -> Lines:
    """Yield the matrices of dustbunny with numbers, in both of its forms."""
    options = Options(digits=6)
    yield from _section(
        "The same step in its matrices",
        "With the diagonal matrices and the bias as a column, as the tutorial writes it. Where it prints a"
        " product whose shapes do not fit, this is the product that fits. The sheet that it announces is"
        " `examples/simple_neural_net.ods`.",
    )
    yield from _fenced(matrix_text(trace, Form("to_from", "diagonal", "column"), options).splitlines())
    yield from _section("And with the Hadamard product")
    yield from _fenced(matrix_text(trace, Form("to_from", "hadamard", "column"), options).splitlines())


def _rest_of_general_purpose(trace: Trace) -> Lines:
    """Yield the pass that stops where it gets hard: by hand, and one weight of the first layer whole."""
    by_hand = trace.rounded(cr.Rounding(decimals=4))
    yield from _section(
        "At its four decimals",
        "Every result rounded to 4 decimals and carried on, as the tutorial says that it does; where the"
        " exact number is another, it stands beside.",
    )
    yield from _fenced(_lines(by_hand, by_hand, Options().of(by_hand)))
    yield from _section(
        "Which hand the tutorial has",
        "What each gives at 4 decimals, wherever one of them gives another number than the tutorial prints:",
    )
    yield from _grains(cr.tutorials.load("general-purpose"), trace)
    yield from _section("5.2, where the text ends: a weight of the first layer")
    yield from _derived(trace, "w_b1")


def _grains(tutorial: cr.tutorials.Tutorial, trace: Trace) -> Lines:
    """Yield as a table which printed numbers come out when results, sums or products are rounded."""
    place = {trace.name(each.quantity): each.quantity for each in trace}
    hands = [trace.rounded(cr.Rounding(decimals=4, each=grain)) for grain in GRAINS]
    yield from (
        "",
        "| printed | " + " | ".join(f"every {grain}" for grain in GRAINS) + " |",
        "|---|---|---|---|",
    )
    missed = [0] * len(hands)
    for entry in tutorial.numbers:
        given = [f"{hand.value(place[entry['expr']]):.4f}" for hand in hands]
        wrong = [float(number) != float(entry["printed"]) for number in given]
        missed = [sum(pair) for pair in zip(missed, wrong, strict=True)]
        if any(wrong):
            cells = [f"**{n}**" if off else n for n, off in zip(given, wrong, strict=True)]
            yield f"| {code(entry['expr'] + ' = ' + entry['printed'])} | {' | '.join(cells)} |"
    score = [f"{len(tutorial.numbers) - n} of {len(tutorial.numbers)} right" for n in missed]
    yield f"| all its numbers | {' | '.join(score)} |"
    yield from ("", _verdict(dict(zip(GRAINS, missed, strict=True))))


def _verdict(missed: dict[str, int]) -> str:
    """Return which grain fits best, and whether one gives all."""
    least = min(missed.values())
    best = " or every ".join(grain for grain, count in missed.items() if count == least)
    return f"Rounding every {best} fits best" + (", but no grain gives all of its numbers." if least else ".")


def _rest_of_sadiya(_: Trace) -> Lines:
    """Yield the line that is missing in sadiya, and a network with deeper layers in its names."""
    yield from _section(
        'The line that is announced by "or in python:" and missing',
        "For an output weight, in the names of the tutorial's own code:",
    )
    yield from _fenced(
        [
            "slope = out_func_grad(nets[k][j])",
            "dWij = -2 * (target[j] - activations[k][j]) * slope * activations[k - 1][i]",
        ],
        "python",
    )
    deeper = own([2, 3, 2, 2], hidden="tanh", output="sigmoid", loss="squared_error", seed=1)
    step = deeper.model.trace(deeper.X, deeper.Y, optimizer=cr.GradientDescent(0.001), naming="sadiya")
    yield from _section(
        "Deeper layers",
        f"A weight of the first layer of {step.network} (ours, its weights drawn), in the same names:",
    )
    yield from _derived(step, "w_0_0_0")


def _rest_of_kumar(trace: Trace) -> Lines:
    """Yield the bias gradients and the Python that kumar announces."""
    command = "chainrule explain kumar -o kumar.py"
    yield from _section("The derivatives by the biases")
    yield from _derived(trace, "b_2", "b_1")
    yield from _section("The Python that the title names", f"Without any library; `{command}` writes it.")
    yield from _fenced(script.document(trace, Options(origin={"command": command})).splitlines(), "python")


REST = {
    "jain": _rest_of_jain,
    "dustbunny": _rest_of_dustbunny,
    "general-purpose": _rest_of_general_purpose,
    "sadiya": _rest_of_sadiya,
    "kumar": _rest_of_kumar,
}
