"""What a browser can ask a page to do: each act makes a new state, or tells something of one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from chainrule.check.diagnose import diagnose_numbers
from chainrule.check.numbers import NumbersCheck, check_numbers
from chainrule.errors import TooLargeError, Words, sentence
from chainrule.page import menu
from chainrule.page.asked import Asked
from chainrule.page.code import code_of
from chainrule.page.desk import Desk
from chainrule.page.export import command_of
from chainrule.page.lesson import of_table
from chainrule.page.link import link_of, state_of
from chainrule.page.own_table import columns, preset_of_table
from chainrule.page.place import quantity_at
from chainrule.page.plane import boundary, slice_of_loss
from chainrule.page.state import State
from chainrule.page.view import Look, View
from chainrule.plots.history_svg import curves_svg
from chainrule.trace.matrix import Form
from chainrule.trace.step import Trace
from chainrule.writers.lights import place_of
from chainrule.writers.matrix_text import text as matrices
from chainrule.writers.numbers_text import said

Answer: TypeAlias = dict[str, Any]
Act: TypeAlias = Callable[[Desk, Asked], Answer]

LONGEST_LOOK = 0.25  # seconds of training in one request: so long a stop may have to wait
MOST_STEPS, MOST_FRAMES = 1_000_000, 30
MOST_IN_DRAWER = 20_000  # numbers of a step that are shown in matrices or as code
LONGEST_LINK = 7_000_000
MOST_NUMBERS = 5000  # of one's own
MOST_JUDGED = 200_000  # numbers of a step among which one's own are looked up


def look_of(asked: Asked) -> Look:
    """Return how the reader wants to see numbers."""
    by_hand = asked.whole("by_hand", 0, 15) if asked.has("by_hand") else None
    return Look(asked.whole("digits", 1, 17) if asked.has("digits") else 10, by_hand)


def opening(desk: Desk, asked: Asked) -> Answer:
    """Open an example of the menu."""
    return _shown(desk, View(State.opened(menu.opened(asked.text("what"))), look_of(asked)), asked)


def changing(desk: Desk, asked: Asked) -> Answer:
    """Open what there is with another network, other rows in a step, another rule or other names."""
    state = desk.state(asked.text("state"))
    lesson = menu.changed(state.lesson, asked)
    only_named = lesson.network is state.lesson.network and lesson.start is state.lesson.start
    if only_named and lesson.optimizer is state.lesson.optimizer and lesson.batch == state.lesson.batch:
        return _shown(desk, View(state.under(lesson.names), look_of(asked)), asked)
    return _shown(desk, View(State.opened(lesson), look_of(asked)), asked)


def linking(desk: Desk, asked: Asked) -> Answer:
    """Open what a link carries."""
    state, at = state_of(asked.text("link", LONGEST_LINK))
    asked.entries["chosen"] = at or asked.entries.get("chosen", "")
    return _shown(desk, View(state, look_of(asked)), asked)


def sharing(desk: Desk, asked: Asked) -> Answer:
    """Return the fragment of a link to a state."""
    return {"link": link_of(desk.state(asked.text("state")), asked.text("chosen"))}


def showing(desk: Desk, asked: Asked) -> Answer:
    """Show a state again: with other digits, or one from before."""
    name = asked.text("state")
    view = View(desk.state(name), look_of(asked))
    return {"state": name, "view": view.whole(asked.text("chosen"))}


def asking_why(desk: Desk, asked: Asked) -> Answer:
    """Say why a number is what it is."""
    name = asked.text("state")
    view = View(desk.state(name), look_of(asked))
    quantity_at(view.trace, asked.text("chosen"))
    return {"state": name, "frame": view.frame(asked.text("chosen"))}


def editing(desk: Desk, asked: Asked) -> Answer:
    """Put another number in the place of one that came in."""
    state, look = desk.state(asked.text("state")), look_of(asked)
    quantity = quantity_at(state.trace, asked.text("place"))
    view = View(state.edited(quantity, asked.number("value")), look)
    return _shown(desk, view, asked) | {"changed": view.changed(View(state, look))}


def rewinding(desk: Desk, asked: Asked) -> Answer:
    """Go back to where it began."""
    state = desk.state(asked.text("state"))
    return _shown(desk, View(state.rewound(), look_of(asked)), asked)


def stepping(desk: Desk, asked: Asked) -> Answer:
    """Take some steps, as many as there is time for, and show where that leads; several times in a row."""
    state, look = desk.state(asked.text("state")), look_of(asked)
    seconds = min(asked.number("seconds"), LONGEST_LOOK) / asked.whole("frames", 1, MOST_FRAMES)
    frames = []
    for _ in range(asked.whole("frames", 1, MOST_FRAMES)):
        state = state.advanced(asked.whole("steps", 1, MOST_STEPS), seconds)
        frames.append({"state": desk.put(state), **View(state, look).moving()})
        if state.said:
            break
    return {"frames": frames}


def an_epoch(desk: Desk, asked: Asked) -> Answer:
    """Take the steps that are left of an epoch, as many as there is time for."""
    state = desk.state(asked.text("state"))
    per_epoch = state.lesson.plan.steps_per_epoch
    asked.entries |= {"steps": min(MOST_STEPS, per_epoch - state.taken % per_epoch), "frames": 1}
    answer = stepping(desk, asked)
    (frame,) = answer["frames"]
    return answer | {"left": bool(frame["taken"] % per_epoch) and not frame["said"]}


def judging(desk: Desk, asked: Asked) -> Answer:
    """Judge somebody's numbers of a step."""
    state = desk.state(asked.text("state"))
    view, mine = View(state, look_of(asked)), _mine(asked)
    _refuse_too_many(view.trace)
    found = check_numbers(view.trace, mine, hint=asked.whole("hint", 0, 3) if asked.has("hint") else 1)
    wrong = found.first_wrong
    return {
        "verdicts": [
            {"place": place_of(each.quantity), "verdict": str(each.verdict), "because": list(each.because)}
            for each in found.judgments
        ],
        "first_wrong": None if wrong is None else place_of(wrong.quantity),
        "said": list(said(found)),
        "summary": _summary(found),
    }


def diagnosing(desk: Desk, asked: Asked) -> Answer:
    """Name the mistake that somebody's numbers come from."""
    state = desk.state(asked.text("state"))
    _refuse_too_many(state.trace)
    return {"diagnosis": str(diagnose_numbers(state.trace, _mine(asked)))}


def in_matrices(desk: Desk, asked: Asked) -> Answer:
    """Show the step in matrices."""
    view = View(desk.state(asked.text("state")), look_of(asked))
    if len(view.trace) > MOST_IN_DRAWER:
        return {"text": f"{len(view.trace):,} numbers are too many to be read in matrices."}
    form = Form(view.trace.naming.orientation, "hadamard", "vector")
    return {"text": matrices(view.trace, form, view.options)}


def as_code(desk: Desk, asked: Asked) -> Answer:
    """Show the Python of the step, and where in it each number is computed."""
    state = desk.state(asked.text("state"))
    if len(state.trace) > MOST_IN_DRAWER:
        return {"lines": [f"# {len(state.trace):,} numbers are too many to be read as code"], "line_of": {}}
    lines, line_of = code_of(state)
    return {"lines": lines, "line_of": line_of, "command": f"{command_of(state)} -o step.py"}


def commanding(desk: Desk, asked: Asked) -> Answer:
    """Return the command that writes the files that are exported."""
    return {"command": command_of(desk.state(asked.text("state")))}


def curving(desk: Desk, asked: Asked) -> Answer:
    """Draw the loss of the steps that were taken."""
    state = desk.state(asked.text("state"))
    return {"curve": curves_svg({"loss": state.losses.values}, f"step {state.taken:,}")}


def over_the_plane(desk: Desk, asked: Asked) -> Answer:
    """Show what a network with two inputs answers over the plane."""
    state = desk.state(asked.text("state"))
    data = state.lesson.data
    drawn = boundary(state.lesson.network, state.parameters, data.X, data.Y)
    return {"plane": drawn.as_dict()} | curving(desk, asked)


def slicing(desk: Desk, asked: Asked) -> Answer:
    """Show the loss over two chosen weights."""
    state = desk.state(asked.text("state"))
    trace = state.trace
    first, second = (quantity_at(trace, asked.text(which)) for which in ("first", "second"))
    data = trace.start.data
    drawn = slice_of_loss(state.lesson.network, state.parameters, data, first, second)
    return {"plane": drawn.as_dict(), "names": [trace.name(first), trace.name(second)]}


def opening_table(desk: Desk, asked: Asked) -> Answer:
    """Open a table that was dropped, with the columns that were chosen."""
    data = desk.table(asked.text("table"))
    inputs = [str(each) for each in asked.items("inputs", 10_000)] or None
    hidden = menu.of_sizes(f"1-{asked.text('hidden')}-1")[1:-1]
    preset = preset_of_table(data, asked.text("target", 1000), inputs, hidden, 0)
    return _shown(desk, View(State.opened(of_table(preset)), look_of(asked)), asked)


def table_dropped(desk: Desk, data: bytes) -> Answer:
    """Keep a table that was dropped, and say what its columns are."""
    told = columns(data)
    return {
        "table": desk.put_table(data),
        "rows": told.rows,
        "columns": [each._asdict() for each in told.columns],
    }


ACTS: Mapping[str, Act] = {
    "open": opening,
    "change": changing,
    "link": linking,
    "share": sharing,
    "show": showing,
    "why": asking_why,
    "edit": editing,
    "rewind": rewinding,
    "step": stepping,
    "epoch": an_epoch,
    "judge": judging,
    "diagnose": diagnosing,
    "matrices": in_matrices,
    "code": as_code,
    "command": commanding,
    "curve": curving,
    "plane": over_the_plane,
    "slice": slicing,
    "table": opening_table,
}


def _shown(desk: Desk, view: View, asked: Asked) -> Answer:
    """Keep the state of a view and show all of it."""
    chosen = asked.text("chosen") if asked.has("chosen") else ""
    return {"state": desk.put(view.state), "view": view.whole(chosen)}


def _mine(asked: Asked) -> dict[str, object]:
    """Return somebody's numbers by their names; what was left empty is not given."""
    mine: dict[str, object] = {}
    for entry in asked.items("numbers", MOST_NUMBERS):
        of = Asked(
            {"name": entry[0], "number": entry[1]} if isinstance(entry, list) and len(entry) == 2 else {}
        )
        mine[of.text("name", 500)] = of.text("number", 60).strip().replace("−", "-")
    return mine


def _refuse_too_many(trace: Trace) -> None:
    """Refuse a step in which no number could be found by its name in a moment."""
    if len(trace) > MOST_JUDGED:
        may_be = f"at most {MOST_JUDGED:,} to be judged"
        raise TooLargeError(sentence("how many numbers the step had", Words(f"{len(trace):,}"), may_be))


def _summary(found: NumbersCheck) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in found.counts().items())
