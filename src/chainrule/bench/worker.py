"""One contestant in a process of its own, which does what it is told, line by line, and waits in between.

A process for each, so that nobody's threads wait in the cores that another is timed on, and everybody's
memory can be told.
"""

import ctypes
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.bench.contestants import CONTESTANTS, Fit
from chainrule.bench.workloads import WORKLOADS, Workload
from chainrule.model import Model
from chainrule.network.parameters import Parameters


class Worker:
    """A contestant and what it is prepared for."""

    def __init__(self, contestant: str, threads: int) -> None:
        self.prepare, self.threads = CONTESTANTS[contestant][0], threads
        self.workload: Workload = next(iter(WORKLOADS.values()))
        self.fit: Fit | None = None

    def first(self, name: str) -> dict[str, Any]:
        """Prepare for a workload and fit once: the first call, whatever it compiles."""
        self.workload = WORKLOADS[name]
        self.fit = self.prepare(self.workload, self.threads)
        return {"seconds": self._timed()}

    def round(self, name: str) -> dict[str, Any]:
        """Fit once more."""
        return {"seconds": self._timed()}

    def memory(self, name: str) -> dict[str, Any]:
        """Fit once more, and tell by how many bytes the process grew at most, where the system tells."""
        assert self.fit is not None
        gc.collect()
        before = reset_peak()
        self.fit()
        return {"bytes": None if before is None else max(0, (status("VmHWM") or 0) - before)}

    def loss(self, name: str) -> dict[str, Any]:
        """Fit once more, and tell the loss of all rows with what was learned."""
        assert self.fit is not None
        weights, biases = self.fit()
        network = self.workload.network
        dtype = np.dtype(self.workload.precision)
        learned = Parameters.from_arrays(network, weights, biases, orientation="from_to", dtype=dtype)
        return {"loss": Model(network, learned).loss(*self.workload.data())}

    def product_rate(self, name: str) -> dict[str, Any]:
        """Tell how many floating-point operations a second a large product reaches, on all threads."""
        from chainrule.bench.limit import product_rate

        return {"rate": product_rate(np.dtype(WORKLOADS[name].precision), self.threads)}

    def _timed(self) -> float:
        assert self.fit is not None
        start = time.perf_counter()
        self.fit()
        return time.perf_counter() - start


def status(field: str) -> int | None:
    """Return a number of bytes that the system tells of this process, where it tells any."""
    path = Path("/proc/self/status")
    lines = path.read_text().splitlines() if path.exists() else []
    found = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(found[0]) * 1024 if found else None


def reset_peak() -> int | None:
    """Let the system forget the largest size this process had; return its size now."""
    try:
        ctypes.CDLL(None).malloc_trim(0)  # what was given back is not held
        Path("/proc/self/clear_refs").write_text("5")
    except (OSError, AttributeError):
        return None
    return status("VmRSS")


def main() -> None:
    """Read what to do from standard input, a line of JSON each, and answer on standard output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed is no answer
    worker = Worker(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        asked = json.loads(line)
        act: Callable[[str], dict[str, Any]] = getattr(worker, asked["act"])
        try:
            answer = act(asked["workload"])
        except Exception as error:  # another's failure is told, and the others go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
