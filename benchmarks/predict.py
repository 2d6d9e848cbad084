"""What a prediction costs, the whole call: `python benchmarks/predict.py`.

One row in microseconds and a million rows in seconds (a tenth of them for 784 inputs), in float32, on the
compiled engine, beside the reference and scikit-learn's MLP of the same sizes; medians of interleaved
rounds. Prints a table in Markdown.
"""

import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
from sklearn.neural_network import MLPClassifier

import chainrule as cr

SIZES = {(20, 64, 2): 1_000_000, (784, 128, 10): 100_000, (784, 512, 512, 10): 100_000}
ROUNDS = 5


def seconds(call: Callable[[], object], times: int) -> float:
    """Return how long one of so many calls takes."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def peer(sizes: tuple[int, ...]) -> MLPClassifier:
    """Return scikit-learn's MLP of these sizes, fitted a little: its prediction costs the same."""
    random = np.random.default_rng(0)
    X = random.standard_normal((200, sizes[0]), dtype=np.float32)
    y = np.arange(200) % max(2, sizes[-1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MLPClassifier(sizes[1:-1], max_iter=1).fit(X, y)


def main() -> None:
    """Time every size in turns."""
    print("| network | rows | compiled | reference | scikit-learn | |\n|---|---:|---:|---:|---:|---|")
    for sizes, many in SIZES.items():
        print(sizes, file=sys.stderr)
        network = cr.Network.dense(sizes, output="softmax", loss="cross_entropy")
        model, theirs = cr.Model(network, seed=0, dtype=np.float32), peer(sizes)
        for rows, times, unit, factor in ((1, 1000, "us", 1e6), (many, 1, "s", 1.0)):
            X = np.random.default_rng(1).standard_normal((rows, sizes[0]), dtype=np.float32)
            calls = [
                lambda X=X, model=model: model.predict(X, engine="compiled"),
                lambda X=X, model=model: model.predict(X),
                lambda X=X, theirs=theirs: theirs.predict_proba(X),
            ]
            found: list[list[float]] = [[] for _ in calls]
            for turn in range(ROUNDS + 1):
                for call, taken in zip(calls, found, strict=True):
                    each = seconds(call, times)
                    if turn:
                        taken.append(each * factor)
            cells = " | ".join(f"{median(taken):.3g}" for taken in found)
            print(f"| {'-'.join(map(str, sizes))} | {rows:,} | {cells} | {unit} |")


if __name__ == "__main__":
    main()
