"""``chainrule bench``: how fast training is here, beside whoever else is installed."""

from pathlib import Path

import typer


def bench(
    names: list[str] = typer.Argument(
        None, metavar="WORKLOAD", help="Which trainings, such as iris or mnist_128; all without a name."
    ),
    rounds: int = typer.Option(5, help="How often each fits after its first call; they take turns."),
    threads: int = typer.Option(None, help="How many threads each may use; by default all cores."),
    alone: bool = typer.Option(False, "--alone", help="Time chainrule only."),
    keep: Path = typer.Option(None, "--keep", metavar="FILE", help="Keep the numbers in a .json file."),
    picture: Path = typer.Option(None, "--picture", metavar="FILE", help="Draw the result as .svg."),
    force: bool = typer.Option(False, "--force", help="Replace files that are there."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON instead of tables."),
) -> None:
    """Time training beside scikit-learn, PyTorch and JAX.

    The same work for everybody, in one run and in turns; medians. Who is not installed is left out and named.
    """
    import sys

    from chainrule.bench import report
    from chainrule.bench.contestants import CONTESTANTS, PEERS
    from chainrule.bench.measure import all_cores, measure
    from chainrule.bench.workloads import chosen
    from chainrule.cli.say import say
    from chainrule.errors import InvalidValueError
    from chainrule.files.atomic import write_atomically
    from chainrule.network import accept
    from chainrule.network.network import Network
    from chainrule.train.engines import why_not_compiled

    if reason := why_not_compiled(Network.dense([1, 1]), "float64"):
        raise InvalidValueError(f"nothing can be timed: {reason}")
    if threads is not None:
        accept.count("threads", threads)
    who = [name for name in CONTESTANTS if not (alone and name in PEERS)]
    results = measure(
        chosen(names or []),
        who,
        accept.count("rounds", rounds),
        threads or all_cores(),
        lambda what: print(f"timing {what}", file=sys.stderr),
    )
    for path, content in ((keep, report.as_json), (picture, report.picture)):
        if path is not None:
            write_atomically(path, content(results).encode(), overwrite=force)
    say(report.as_json(results) if as_json else report.text(results))
