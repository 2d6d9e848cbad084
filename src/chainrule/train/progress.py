"""A progress bar on standard error, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainrule.train.training import Training


@contextmanager
def progress_bar(epochs: int) -> Iterator["Callable[[Training], None] | None"]:
    """Show a bar with epochs and loss inside a `with` block; yield what shows a training, or None."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.6g}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=epochs, loss=float("nan"))

        def show(training: "Training") -> None:
            bar.update(task, completed=int(training.epoch), loss=training.history.steps[-1][-1])

        yield show
