"""What the same bits on any number of threads cost: `python benchmarks/same_bits.py`.

Every workload twice, in turns: cut into pieces that do not depend on the threads, as it always is, and cut
into as many pieces as there are threads, whose bits would be other ones on another machine. Prints a table
in Markdown: the time of the first over that of the second, and how much faster two threads are than one.
"""

import sys
import time
from statistics import median

import numpy as np

import chainrule as cr
from chainrule.bench.contestants import Fit, chainrule
from chainrule.bench.measure import all_cores
from chainrule.bench.workloads import WORKLOADS
from chainrule.engine import described, program
from chainrule.engine.described import Cut

ROUNDS = 7
FIXED_CUT, FIXED_PIECES = described.cut_of, described.MOST_PIECES_OF_A_LAYER


def seconds_of(fit: Fit, threads: int, by_threads: bool) -> float:
    """Train, cut one way or the other, and return the seconds it took."""
    described.cut_of = (lambda *given: by_the_threads(threads, *given)) if by_threads else FIXED_CUT
    described.MOST_PIECES_OF_A_LAYER = threads if by_threads else FIXED_PIECES
    program.described.cache_clear()
    start = time.perf_counter()
    fit()
    return time.perf_counter() - start


def by_the_threads(threads: int, network: cr.Network, dtype: np.dtype, batch_rows: int) -> Cut:
    """Return a cut of the batch into one piece for each thread."""
    fixed = FIXED_CUT(network, dtype, batch_rows)
    return Cut(max(1, -(-fixed.rows_at_once // threads)), fixed.rows_at_once)


def main() -> None:
    """Time every workload in turns."""
    threads = all_cores()
    print(f"| workload | same bits / cut by the threads | {threads} threads / 1 |\n|---|---:|---:|")
    for workload in WORKLOADS.values():
        print(workload.name, file=sys.stderr)
        fits = {count: chainrule(workload, count) for count in (1, threads)}  # the rows are made here
        found: dict[tuple[int, bool], list[float]] = {
            (threads, False): [],
            (threads, True): [],
            (1, False): [],
        }
        for turn in range(ROUNDS + 1):
            for choice, seconds in found.items():
                taken = seconds_of(fits[choice[0]], *choice)
                if turn:
                    seconds.append(taken)
        fixed, free, alone = map(median, found.values())
        print(f"| {workload.name} | {fixed / free:.2f} | {alone / fixed:.2f} times as fast |")


if __name__ == "__main__":
    main()
