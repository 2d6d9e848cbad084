"""What a row costs as there are more of them, and what shuffling them costs: `python benchmarks/rows.py`.

A table of 20 numbers, 20-64-1, batches of 256, from 10 thousand to 3 million rows, in float32 on the compiled
engine; medians of interleaved rounds. Prints a table in Markdown.
"""

import sys
import time
from statistics import median

import numpy as np

import chainrule as cr

ROWS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)
ROUNDS = 5


def main() -> None:
    """Time every size with and without shuffling, in turns."""
    random = np.random.default_rng(0)
    X = random.standard_normal((max(ROWS), 20), dtype=np.float32)
    Y = np.tanh(X[:, :1] - X[:, 1:2])
    network = cr.Network.dense([20, 64, 1])
    seconds: dict[tuple[int, bool], list[float]] = {(n, s): [] for n in ROWS for s in (True, False)}
    for turn in range(ROUNDS + 1):
        print(f"round {turn}", file=sys.stderr)
        for (rows, shuffle), found in seconds.items():
            model = cr.Model(network, seed=0, dtype=np.float32)
            epochs = max(1, 100_000 // rows)
            start = time.perf_counter()
            choices = {"epochs": epochs, "batch_size": 256, "shuffle": shuffle, "engine": "compiled"}
            model.fit(X[:rows], Y[:rows], **choices)
            if turn:  # the first one compiles
                found.append((time.perf_counter() - start) / epochs / rows * 1e9)
    print("| rows | ns a row | ns a row, not shuffled | shuffling |\n|---:|---:|---:|---:|")
    for rows in ROWS:
        with_it, without = median(seconds[rows, True]), median(seconds[rows, False])
        print(f"| {rows:,} | {with_it:.0f} | {without:.0f} | {with_it / without - 1:+.0%} |")


if __name__ == "__main__":
    main()
