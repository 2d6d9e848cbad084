"""``chainrule check``: whether a backward pass is the derivative of its loss, ours or anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from chainrule.cli import step
from chainrule.cli.code import code_of, examined, show
from chainrule.cli.numbers import TypedError, above_zero, rows, whole
from chainrule.cli.what import HIDDEN, LOSS, OUTPUT, WHAT

if TYPE_CHECKING:
    from chainrule.check.report import FunctionCheck
    from chainrule.model import Model
    from chainrule.network.array import Array
    from chainrule.network.formula import Quantity
    from chainrule.network.penalties import Penalty
    from chainrule.trace.step import Trace

OWN = "Or leave it out and give --function."


def check(
    what: str | None = typer.Argument(
        None,
        metavar="WHAT",
        help=f"{WHAT} Or a model file; a worksheet that you filled in; or your own code: student.py. {OWN}",
    ),
    hidden: str | None = typer.Option(None, help=HIDDEN),
    output: str | None = typer.Option(None, help=OUTPUT),
    loss: str | None = typer.Option(None, help=LOSS),
    data: str | None = step.TABLE,
    inputs: str | None = typer.Option(
        None, parser=rows("--inputs"), help="For a model: a row, 0.05,0.1; more with a ; between."
    ),
    targets: str | None = step.TARGETS,
    function: str | None = typer.Option(
        None, help="Your own function instead, as module:name or file.py:name: a point to a number."
    ),
    gradient: str | None = typer.Option(None, help="With --function: its gradient, a point to its like."),
    point: str | None = typer.Option(None, help="With --function: the point, or a function that makes it."),
    directions: int | None = typer.Option(
        None,
        parser=whole("--directions", 1),
        help="Check along so many random directions, not entry by entry: for many thousands of entries.",
    ),
    numbers: str | None = typer.Option(
        None,
        help="Check your own numbers of the step instead: a .csv, .json, .ods or .xlsx file, by their names.",
    ),
    hint: int = typer.Option(
        3,
        parser=whole("--hint", 0, 3),
        help="Of your numbers: 0 says verdicts, 1 the first wrong number, 2 its formula, 3 its numbers.",
    ),
    names: str | None = step.NAMES,
    learning_rate: float | None = typer.Option(
        None, parser=above_zero("--learning-rate"), help="For your own code: where it does not say it."
    ),
    seed: int = typer.Option(0, parser=whole("--seed", 0), help="Of the directions."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """Check every gradient.

    Of a network the backward pass is compared with the complex step, beside which stand the one-sided and
    the central difference. Of your own function each derivative is compared with one from its values alone,
    which has an error bar. Your own code is found by the usual names of its functions, run in a process of
    its own, and its mistake named. Of your own numbers of a step each is judged to the digits you gave. The
    exit status is 1 when a gradient is wrong or cannot be told to be right.
    """
    own_code = code_of(what) if what is not None else None
    if own_code is not None:
        _refuse_with_code(
            function=function, numbers=numbers, inputs=inputs, targets=targets, directions=directions
        )
        found = examined(own_code, hidden=hidden, output=output, loss=loss, learning_rate=learning_rate)
        show(found, as_json)
        return
    if learning_rate is not None:
        raise TypedError(f"--learning-rate was {learning_rate:g}; it may come with your own code, student.py")
    if function is not None:
        if what is not None:
            raise TypedError(f"WHAT was {what}; it may be left out where --function says what is checked")
        _show(_of_function(function, gradient, point, directions, seed), as_json)
    elif what is not None and step.is_worksheet(what):
        from chainrule.writers.worksheet import read_worksheet

        _check_numbers(*read_worksheet(what), hint, as_json)
    elif numbers is not None:
        from chainrule.check.answers import read_numbers

        own = {"inputs": inputs, "targets": targets}
        of_a_file = {"hidden": hidden, "output": output, "loss": loss}
        (trace,) = step.steps_of(what, own=own, of_a_file=of_a_file, data=data, names=names)
        _check_numbers(trace, read_numbers(numbers), hint, as_json)
    elif what is None:
        raise TypedError("WHAT was missing; it may be a tutorial, a gate, a file, or --function module:name")
    else:
        typed = (inputs, targets)
        checked = _network_of(what, data, typed, hidden=hidden, output=output, loss=loss)
        _check_network(checked, directions, seed, as_json)


def _refuse_with_code(**others: object) -> None:
    """Refuse options that have no meaning for somebody's own code."""
    for name, typed in others.items():
        if typed is not None:
            raise TypedError(f"--{name} was given with your own code; it may be left out there")


def _of_function(
    function: str, gradient: str | None, point: str | None, directions: int | None, seed: int
) -> FunctionCheck:
    from chainrule.check.function import check_function
    from chainrule.cli.named import callable_named, thing_named

    if gradient is None or point is None:
        missing = "--gradient" if gradient is None else "--point"
        raise TypedError(f"{missing} was missing; it may be module:name or file.py:name, with --function")
    value, slopes = callable_named("--function", function), callable_named("--gradient", gradient)
    start = thing_named("--point", point)
    return check_function(
        value,
        slopes,
        callable_named("--point", point)() if callable(start) else start,
        directions=directions,
        seed=seed,
    )


class Checked(NamedTuple):
    """What is checked: a network at some rows, and what its reader calls a parameter."""

    model: Model
    X: Array
    Y: Array
    penalty: Penalty
    name: Callable[[Quantity], str]


def _check_network(checked: Checked, directions: int | None, seed: int, as_json: bool) -> None:
    from chainrule.check.gradients import check_directions
    from chainrule.check.text import as_rows, text
    from chainrule.cli.say import say, say_json

    model, X, Y, penalty, name = checked
    if directions is not None:
        network, parameters = model.network, model.parameters
        _show(check_directions(network, parameters, X, Y, directions, penalty=penalty, seed=seed), as_json)
        return
    report = model.check_gradients(X, Y, penalty=penalty)
    if as_json:
        say_json({"passed": report.passed, "gradients": as_rows(report, name)})
    else:
        say(text(report, name), end="")
    if not report.passed:
        raise typer.Exit(1)


def _network_of(what: str, data: str | None, typed: tuple[Any, Any], **of_a_file: str | None) -> Checked:
    """Return the network of a word on the command line, with the rows that it is checked at."""
    from chainrule.cli.what import preset_of
    from chainrule.network.penalties import NO_PENALTY, Penalty
    from chainrule.trace.notations import notation

    if data is not None:
        from chainrule.cli.table import read_for

        table, frame = read_for(what, data)
        X, Y = table.encoder.encode(frame), table.encoder.encode_target(frame)
        penalty = Penalty(**table.training["penalty"])
        return Checked(table.model, X, Y, penalty, notation("ours", table.model.network, len(X)).name)
    if Path(what).suffix == ".safetensors":
        inputs, targets = typed
        model = step.model_at_rows(what, inputs, targets)
        return Checked(model, inputs, targets, NO_PENALTY, notation("ours", model.network, len(inputs)).name)
    preset = preset_of(what, **of_a_file)
    return Checked(preset.model, preset.X, preset.Y, NO_PENALTY, preset.naming.name)


def _check_numbers(trace: Trace, mine: Mapping[str, object], hint: int, as_json: bool) -> None:
    from chainrule.check.numbers import check_numbers
    from chainrule.cli.say import say, say_json
    from chainrule.writers.numbers_text import as_dict

    found = check_numbers(trace, mine, hint=hint)
    if as_json:
        say_json(as_dict(found))
    else:
        say(str(found), end="")
    if not found.passed:
        raise typer.Exit(1)


def _show(found: FunctionCheck, as_json: bool) -> None:
    from chainrule.cli.say import say, say_json

    if as_json:
        say_json(found.to_dict())
    else:
        say(str(found))
    if not found.passed:
        raise typer.Exit(1)
