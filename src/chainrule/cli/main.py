"""The entry point: which commands there are, and what every error becomes."""

import os
import sys

import typer

from chainrule.cli.check import check
from chainrule.cli.explain import explain
from chainrule.cli.fit import fit
from chainrule.cli.tutorials import tutorials
from chainrule.errors import ChainruleError, DivergenceError

FINE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="chainrule",
    help="Backpropagation you can see, check and trust.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help needs no Rich, whose import takes longer than all else
    pretty_exceptions_enable=False,
)


def version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        from chainrule import __version__

        print(f"chainrule {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Backpropagation you can see, check and trust."""


app.command()(tutorials)
app.command()(explain)
app.command()(fit)
app.command("train", help="The same as fit.")(fit)
app.command()(check)


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
    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="chainrule", standalone_mode=False)
    except DivergenceError as error:
        return _complain(error, FAILED)
    except (ChainruleError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            # Whoever read the output has left; nothing more can be told.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return FINE
        return _complain(error, WRONG_USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        if hasattr(error, "format_message"):  # the parser's own errors: an unknown option and the like
            return _complain(error.format_message(), WRONG_USAGE)
        raise
    return status if isinstance(status, int) else FINE


def _complain(error: object, status: int) -> int:
    print(f"chainrule: {error}", file=sys.stderr)
    return status
