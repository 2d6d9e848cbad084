"""Our estimators beside scikit-learn's, the same settings, ten seeds: held-out scores and times.

Run it on an idle machine; it takes about five minutes, and writes ``docs/_static/estimators.json`` and
the page ``docs/estimators.md`` from it. With ``--page`` it makes the page anew from the numbers; with
``--check`` it only says, by its exit status, whether the page is that of the numbers.
"""

import json
import math
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
PAGE, NUMBERS = DOCS / "estimators.md", DOCS / "_static" / "estimators.json"
SEEDS = range(10)
ROUNDS = 15
PAUSE = 0.05  # seconds: so long the threads of a BLAS spin after a product


def data() -> dict[str, tuple[Any, Any, bool, int]]:
    """Return rows, targets, whether these are numbers, and the most epochs, by the name of the data."""
    from sklearn import datasets

    bundled = {
        name: (*getattr(datasets, f"load_{name}")(return_X_y=True), name == "diabetes", 200)
        for name in ("digits", "breast_cancer", "wine", "iris", "diabetes")
    }
    several = {"n_informative": 10, "n_classes": 3, "random_state": 0}
    many = {"n_informative": 20, "n_classes": 5, "random_state": 0}
    noisy = {"noise": 1.0, "random_state": 0}
    linear = {"n_informative": 10, "noise": 10.0, "random_state": 0}
    return bundled | {
        "classes, 10 thousand rows": (*datasets.make_classification(10_000, 20, **several), False, 200),
        "linear, 20 thousand rows": (*datasets.make_regression(20_000, 30, **linear), True, 200),
        "hastie, 30 thousand rows": (*datasets.make_hastie_10_2(30_000, random_state=0), False, 200),
        "friedman, 50 thousand rows": (*datasets.make_friedman1(50_000, 10, **noisy), True, 20),
        "classes, 100 thousand rows": (*datasets.make_classification(100_000, 50, **many), False, 20),
    }


def kinds(numbers: bool) -> tuple[Any, Any]:
    """Return our estimator and scikit-learn's, for numbers or for classes."""
    import sklearn.neural_network as theirs

    from chainrule import estimators as ours

    name = "MLPRegressor" if numbers else "MLPClassifier"
    return getattr(ours, name), getattr(theirs, name)


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return how many seconds a call took, and what it gave."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def fits(X: Any, y: Any, numbers: bool, epochs: int) -> dict[str, list[list[float]]]:
    """Return the seconds, held-out scores and epochs of both, seed by seed, on the same rows."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    found: dict[str, list[list[float]]] = {"seconds": [], "scores": [], "epochs": []}
    for seed in SEEDS:
        learned, held, y_learned, y_held = train_test_split(X, y, random_state=seed)
        scaler = StandardScaler().fit(learned)
        learned, held = scaler.transform(learned), scaler.transform(held)
        if numbers:
            middle, size = y_learned.mean(), y_learned.std()
            y_learned, y_held = (y_learned - middle) / size, (y_held - middle) / size
        both = [kind(random_state=seed, max_iter=epochs) for kind in kinds(numbers)]
        if seed % 2:  # who comes second finds warm caches
            both = both[::-1]
        told = [
            (timed(partial(one.fit, learned, y_learned))[0], one.score(held, y_held), one.n_iter_)
            for one in both
        ]
        for name, values in zip(found, zip(*(told[::-1] if seed % 2 else told), strict=True), strict=True):
            found[name].append(list(values))
    return found


def predicted(one: Any, rows: Any, repeats: int) -> None:
    """Predict rows some times."""
    for _ in range(repeats):
        one.predict(rows)


def predictions() -> dict[str, list[float]]:
    """Return the seconds of predict, ours and scikit-learn's: one row, and a million."""
    import numpy as np

    random = np.random.default_rng(0)
    X = random.normal(size=(1_000_000, 20))
    both = [kind(random_state=0, max_iter=3).fit(X[:5000], X[:5000, 0] > 0) for kind in kinds(False)]
    found: dict[str, list[float]] = {}
    for name, rows, repeats in (("one row", X[:1], 300), ("a million rows", X, 1)):
        times = [
            [timed(partial(predicted, one, rows, repeats))[0] / repeats for one in both]
            for _ in range(ROUNDS if repeats > 1 else 5)
        ]
        found[name] = [statistics.median(each) for each in zip(*times, strict=True)]
    return found


def measured() -> dict[str, Any]:
    """Measure everything."""
    warnings.simplefilter("ignore")
    for numbers in (False, True):  # what is compiled once for an installation is compiled before
        for X, y, of_numbers, _ in data().values():
            if of_numbers == numbers:
                kinds(numbers)[0](max_iter=1).fit(X[:300], y[:300])
    names = ("numpy", "scipy", "scikit-learn", "numba")
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in names},
        "predictions": predictions(),
        "data": {name: fits(*given) for name, given in data().items()},
    }


def page(numbers: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of the page."""
    versions = ", ".join(f"{name} {number}" for name, number in numbers["versions"].items())
    yield from (
        "# Scores and times of the estimators",
        "",
        "`python benchmarks/estimators.py` fits `chainrule.estimators` and scikit-learn's classes of the",
        "same names with the same settings, all of them the defaults but for `max_iter`, in float64, on ten",
        "splits into rows to learn from and rows held out; features and numbers to predict are standardized.",
        "The score is the part of the held-out rows that is right, or R2. Who is first takes turns. What is",
        "compiled once for an installation was compiled before.",
        "",
        f"Measured on {numbers['machine']}, {versions}.",
        "",
        "| data | epochs | seconds of a fit | scikit-learn's | times | score | scikit-learn's | more |",
        "|---|---|---|---|---|---|---|---|",
    )
    ratios, differences, variances = [], [], []
    for name, found in numbers["data"].items():
        ours, theirs = zip(*found["seconds"], strict=True)
        ratio = math.exp(statistics.fmean(math.log(b / a) for a, b in found["seconds"]))
        more = [a - b for a, b in found["scores"]]
        scores = [statistics.fmean(each) for each in zip(*found["scores"], strict=True)]
        epochs = [statistics.median(each) for each in zip(*found["epochs"], strict=True)]
        error = statistics.stdev(more) / math.sqrt(len(more))
        ratios.append(ratio)
        differences.append(statistics.fmean(more))
        variances.append(error**2)
        yield (
            f"| {name} | {epochs[0]:.0f}, {epochs[1]:.0f} | {statistics.median(ours):.3f} | "
            f"{statistics.median(theirs):.3f} | {ratio:.1f} | {scores[0]:.4f} | {scores[1]:.4f} | "
            f"{statistics.fmean(more):+.4f} ± {error:.4f} |"
        )
    one, million = numbers["predictions"]["one row"], numbers["predictions"]["a million rows"]
    times_as_fast = math.exp(statistics.fmean(map(math.log, ratios)))
    difference, error = statistics.fmean(differences), math.sqrt(sum(variances)) / len(variances)
    yield from (
        "",
        f"The geometric mean of the times: {times_as_fast:.1f} times as fast. The mean of the differences of",
        f"the scores: {difference:+.4f} ± {error:.4f}. What stands behind ± is the standard error.",
        "",
        "Prediction with 20 features, 100 hidden units and two classes, the whole call of `predict`:",
        "",
        "| rows | ours | scikit-learn's | times as fast |",
        "|---|---|---|---|",
        f"| one | {one[0] * 1e6:.0f} µs | {one[1] * 1e6:.0f} µs | {one[1] / one[0]:.1f} |",
        f"| a million | {million[0]:.2f} s | {million[1]:.2f} s | {million[1] / million[0]:.1f} |",
    )


if __name__ == "__main__":
    if "--check" in sys.argv:
        told = json.loads(NUMBERS.read_text("utf-8"))
        sys.exit(PAGE.read_text("utf-8") != "\n".join(page(told)) + "\n")
    if "--page" not in sys.argv:
        NUMBERS.write_text(json.dumps(measured(), indent=1) + "\n", "utf-8")
    PAGE.write_text("\n".join(page(json.loads(NUMBERS.read_text("utf-8")))) + "\n", "utf-8")
