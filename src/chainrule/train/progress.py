"""A progress bar on standard error, where that is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.train.training import Look, Training


@contextmanager
def progress_bar(epochs: int, wanted: bool) -> Iterator["list[Look]"]:
    """Show a bar with epochs, loss, speed and time left inside a `with` block.

    Yields
    ------
    list of callable
        What shows a training on the bar; empty where none is wanted, or where there is no terminal.
    """
    if not wanted or sys.stderr is None or not sys.stderr.isatty():  # a program may have no console
        yield []
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.6g}, {task.fields[speed]:,.0f} rows/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=epochs, loss=float("nan"), speed=0.0)

        def show(training: "Training") -> None:
            seconds = training.history.clock[-1][1]
            speed = training.epoch * training.plan.rows / seconds if seconds else 0.0
            bar.update(
                task, completed=int(training.epoch), loss=training.history.told[-1].loss[-1], speed=speed
            )

        yield [show]
