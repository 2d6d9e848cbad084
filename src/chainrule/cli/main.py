"""The entry point: which commands there are, and what every error becomes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperGroup

from chainrule import __version__
from chainrule.cli.audit import audit
from chainrule.cli.bench import bench
from chainrule.cli.check import check
from chainrule.cli.derive import derive
from chainrule.cli.diagnose import diagnose
from chainrule.cli.explain import explain
from chainrule.cli.export import export
from chainrule.cli.fit import fit
from chainrule.cli.page import page
from chainrule.cli.record import resume
from chainrule.cli.step import TYPED
from chainrule.cli.table import evaluate, info, predict
from chainrule.cli.tutorials import tutorials
from chainrule.cli.worksheet import worksheet
from chainrule.errors import (
    ChainruleError,
    DivergenceError,
    UnknownNameError,
    sentence,
    shown,
    unknown_name,
)

FINE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


class ReaderLeftError(Exception):
    """Whoever read the results has left: nothing more can be told, and nothing is wrong."""


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Raise an error of our own for a broken pipe, for which the parser would end the process."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderLeftError from error


class Commands(TyperGroup):
    """The commands; what is none of them is answered with the nearest."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command by its name."""
        typed = args[0]
        if typed not in self.commands and not typed.startswith("-"):
            raise unknown_command(typed, [*self.commands, "--help"])
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Parse what was typed, which is kept; this also prints the help."""
        typed = tuple(args[1])  # parsing empties the list
        with reader_may_leave():
            context = super().make_context(*args, **kwargs)
        context.meta[TYPED] = typed
        return context

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with reader_may_leave():
            return super().invoke(ctx)


app = typer.Typer(
    name="chainrule",
    help="Backpropagation you can see, check and trust.",
    cls=Commands,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help needs no Rich, whose import takes longer than all else
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Backpropagation you can see, check and trust."""
    if version:
        print(f"chainrule {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


app.command()(tutorials)
app.command()(explain)
app.command()(derive)
app.command()(audit)
app.command()(worksheet)
app.command()(page)
app.command()(fit)
app.command("train", help="The same as fit.")(fit)
app.command()(check)
app.command()(diagnose)
app.command()(predict)
app.command()(evaluate)
app.command()(info)
app.command()(export)
app.command()(resume)
app.command()(bench)


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : list of str, optional
        What follows the program's name; by default what was typed.

    Returns
    -------
    int
        0 fine, 1 a check failed or training diverged, 2 wrong usage or input, 130 interrupted.
    """
    status = _run(arguments)
    try:
        if sys.stdout is not None:  # as in a program without a console
            sys.stdout.flush()
    except OSError as error:
        # What could not be written must not be tried once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if status == FINE and not isinstance(error, BrokenPipeError):
            return _complain(_of_the_system(error), WRONG_USAGE)
    return status


def _run(arguments: list[str] | None) -> int:
    """Run a command, and turn every error that is no mistake of ours into a sentence and a status."""
    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="chainrule", standalone_mode=False)
    except DivergenceError as error:
        return _complain(error, FAILED)
    except ChainruleError as error:
        return _complain(error, WRONG_USAGE)
    except ReaderLeftError:
        return FINE
    except OSError as error:
        return _complain(_of_the_system(error), WRONG_USAGE)
    except MemoryError:
        return _complain(
            "the memory was not enough; it may be with fewer rows or a smaller network", WRONG_USAGE
        )
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):
            return _complain(_of_the_parser(error), WRONG_USAGE)
        raise
    if status == INTERRUPTED:
        return _complain("interrupted", INTERRUPTED)
    return status if isinstance(status, int) else FINE


def unknown_command(typed: str, known: list[str]) -> UnknownNameError:
    """Build the error for a word that is no command, though it may be what a command works on."""
    from chainrule.tutorials.catalog import NAMES

    if typed.lower() in NAMES or typed.lower().endswith(".mat"):
        hint = f"did you mean chainrule explain {typed}?"
        return UnknownNameError(sentence("the command", typed, ", ".join(known), hint))
    return unknown_name("command", typed, known)


def _of_the_parser(error: Any) -> str:
    """Say what the parser refused: an unknown option, a missing argument and the like."""
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.ctx is not None:
        names = (name for each in error.ctx.command.get_params(error.ctx) for name in each.opts)
        known = [name for name in names if name.startswith("-")]
        return str(unknown_name("option", error.option_name, known))
    if kind == "MissingParameter" and error.param is not None and getattr(error.param, "help", None):
        name = error.param.metavar or error.param.name.upper()
        return f"{name} was missing; it may be {_clause(error.param.help)}"
    return _clause(error.format_message().replace("argument(s)", "argument"))


def _clause(text: str) -> str:
    """Return a sentence as a part of another one."""
    words = " ".join(text.split()).rstrip(".")
    return words[:1].lower() + words[1:]


def _of_the_system(error: OSError) -> str:
    """Say what the operating system refused."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"the operating system refused: {reason}"
    return f"{shown(str(error.filename))} cannot be read or written: {reason}"


def _complain(error: object, status: int) -> int:
    print(f"chainrule: {error}", file=sys.stderr)
    return status
