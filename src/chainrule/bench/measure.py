"""One run: every contestant in turns, so that whatever disturbs the machine disturbs all of them."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from statistics import median
from typing import Any

from chainrule.bench.contestants import CONTESTANTS
from chainrule.bench.workloads import Workload


def all_cores() -> int:
    """Return how many threads may run at once here."""
    from chainrule.engine.threads import cores

    return cores()


@dataclass
class Measured:
    """What one contestant did in one workload."""

    first: float = float("nan")  # seconds of the first call, with whatever it compiles
    seconds: list[float] = field(default_factory=list)  # of each round
    peak: int | None = None  # bytes above what it held before
    loss: float = float("nan")  # of all rows, after training
    error: str = ""

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return median(self.seconds) if self.seconds else float("nan")


@dataclass
class Results:
    """A run: what was measured, and on what."""

    threads: int
    missing: list[str] = field(default_factory=list)
    measured: dict[str, dict[str, Measured]] = field(default_factory=dict)  # by workload, then contestant
    rates: dict[str, float] = field(default_factory=dict)  # the best product rate beside each workload


class Process:
    """A contestant's process: see `worker`."""

    def __init__(self, contestant: str, threads: int) -> None:
        command = [sys.executable, "-m", "chainrule.bench.worker", contestant, str(threads)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, act: str, workload: Workload) -> dict[str, Any]:
        """Let it do something, and wait for the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"act": act, "workload": workload.name}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        found: dict[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        return found

    def end(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.communicate()


def measure(
    workloads: Sequence[Workload],
    contestants: Sequence[str],
    rounds: int,
    threads: int,
    tell: Callable[[str], object],
) -> Results:
    """Time every contestant in every workload.

    Parameters
    ----------
    workloads : sequence of Workload
        The trainings.
    contestants : sequence of str
        Who; one that is not installed is left out and named.
    rounds : int
        How often each fits after its first call; they take turns.
    threads : int
        How many each may use.
    tell : callable
        Is told what is going on.
    """
    missing = [name for name in contestants if find_spec(CONTESTANTS[name][1]) is None]
    present = [name for name in contestants if name not in missing]
    results = Results(threads, missing)
    for workload in workloads:
        tell(workload.name)
        found = results.measured[workload.name] = {name: Measured() for name in present}
        processes = {name: Process(name, threads) for name in present}
        try:
            for name, process in processes.items():
                answer = process.ask("first", workload)
                found[name].error = answer.get("error", "")
                found[name].first = answer.get("seconds", float("nan"))
            able = {name: process for name, process in processes.items() if not found[name].error}
            for turn in range(rounds):
                order = list(able)[turn % len(able) :] + list(able)[: turn % len(able)]
                for name in order:
                    found[name].seconds.append(able[name].ask("round", workload)["seconds"])
            for name, process in able.items():
                found[name].peak = process.ask("memory", workload)["bytes"]
                found[name].loss = process.ask("loss", workload)["loss"]
            if "chainrule" in able:
                results.rates[workload.name] = able["chainrule"].ask("product_rate", workload)["rate"]
        finally:
            for process in processes.values():
                process.end()
    return results
