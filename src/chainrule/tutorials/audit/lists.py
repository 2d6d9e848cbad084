"""Judging lists in words: which weight joins two neurons, what is wanted, what there is to learn."""

from typing import TYPE_CHECKING, Any

from chainrule.network.formula import Formula, Function, Number, Quantity
from chainrule.tutorials.audit.entry import Entry
from chainrule.tutorials.audit.printing import shown
from chainrule.tutorials.audit.reading import Reader
from chainrule.tutorials.grammar import parse

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


def judge_list(entry: dict[str, Any], reader: Reader, printed: str, tutorial: "Tutorial") -> Entry | None:
    """Return the entry of a list; None for what is none."""
    left, right = parse(entry["lhs"]), parse(entry["rhs"])
    match left, right:
        case Quantity(name), Function("connects", (Quantity(start), Quantity(end))):
            return _connection(entry, reader, name, start, end)
        case Function("wanted", inputs), Function("Matrix", (Function("row", outputs),)):
            return _wanted(entry, printed, tutorial, inputs, outputs)
        case Quantity(name), Function("Matrix", (Function("row", members),)) if "lhs_in_words" in entry:
            return _members(entry, reader, printed, members)
    return None


def _connection(entry: dict[str, Any], reader: Reader, name: str, start: str, end: str) -> Entry:
    """Return the entry of what a tutorial calls the weight between two neurons."""
    weight = reader.weight_between(start, end)
    says = f"{name} connects {start} and {end}"
    if weight is None:
        return Entry(entry["id"], says, "", "misprint", f"no weight joins {start} and {end}")
    right = reader.world.trace.name(weight)
    if right == name:
        return Entry(entry["id"], says, right, "exact")
    note = f"there is no {name}: a weight has the letter of the layer it leads to"
    return Entry(entry["id"], says, f"{right} connects {start} and {end}", "mislabelled", note)


def _wanted(
    entry: dict[str, Any],
    printed: str,
    tutorial: "Tutorial",
    inputs: tuple[Formula, ...],
    outputs: tuple[Formula, ...],
) -> Entry:
    """Return the entry of a row of what the network is to learn: its two inputs, exchanged."""
    given = [each.value for each in inputs if isinstance(each, Number)]
    wanted = [each.value for each in outputs if isinstance(each, Number)]
    X, Y = tutorial.training_rows()
    learned = [list(map(float, y)) for x, y in zip(X, Y, strict=True) if list(x) == given]
    if wanted == given[::-1] and wanted in learned:
        return Entry(entry["id"], printed, printed, "exact", "the two inputs exchanged, as it is learned")
    exchanged = ", ".join(f"{each:g}" for each in given[::-1])
    return Entry(entry["id"], printed, f"[{exchanged}]", "misprint", "the two inputs are not exchanged")


def _members(entry: dict[str, Any], reader: Reader, printed: str, members: tuple[Formula, ...]) -> Entry:
    """Return the entry of a list of parameters, or of the derivatives by them, of one layer."""
    trace, loss = reader.world.trace, set()
    names = []
    for member in members:
        match member:
            case Function("D", (Quantity(top), Quantity(name))):
                loss.add(top)
                names.append(name)
            case Quantity(name):
                names.append(name)
    for l in range(1, trace.network.depth + 1):
        own = [
            trace.name(each) for kind in "Wb" if (kind, l) in trace.given for each in trace.entries(kind, l)
        ]
        if sorted(own) == sorted(names):
            said = f"all {len(own)} of layer {l}, and no other"
            return Entry(entry["id"], printed, printed, "exact", said)
    first = ", ".join(map(shown, members[:3]))
    return Entry(
        entry["id"],
        printed,
        "",
        "unexplained",
        f"differs: to be explained ({first} ... are no layer's parameters)",
    )
