"""Write the page about speed from a run that was kept: `python benchmarks/speed.py [--check]`.

What it is made of:

    chainrule bench --keep docs/_static/speed.json --force
    python benchmarks/rows.py > docs/_static/speed_rows.txt
    python benchmarks/predict.py > docs/_static/speed_predict.txt
    python benchmarks/same_bits.py > docs/_static/speed_bits.txt

With --check nothing is written, and the exit status is 1 where the page is another one.
"""

import json
import sys
from pathlib import Path
from typing import Any

from chainrule.bench import report

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """# Speed

`engine="compiled"` trains with the same step as the reference, compiled for the CPU by Numba with BLAS
underneath: shuffling, forward, backward and update of a whole run without Python in between. It needs the
extra `fast`; on Intel's processors MKL multiplies where the package `mkl` is installed (extra `mkl`), else
SciPy's BLAS. `engine="auto"`, the default of `fit`, gives small jobs to the reference, by their size alone.

```python
>>> import chainrule as cr
>>> X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
>>> net = cr.Network.dense([2, 8, 1], hidden="tanh", output="sigmoid", loss="binary_cross_entropy")
>>> model = cr.Model(net, seed=0)
>>> _ = model.fit(X, Y, optimizer=cr.Adam(0.05), epochs=300, batch_size=4, engine="compiled")
>>> model.history.engine.startswith("compiled")
True
>>> model.predict(X, engine="compiled").round(2)
array([[0.],
       [1.],
       [1.],
       [0.]])

```

The same seed gives the same bits on any number of threads: the work is cut into pieces that do not depend on
them. `n_threads` says how many may be used; by itself a fit takes the cores that no other fit of the process
uses, and one where a step is too short to share or where it finds, by trying, that one is faster: the cores
of a virtual machine are often not what they seem. The first fit of an installation compiles for some
seconds, and says so; what was compiled is kept.

`chainrule bench` repeats what follows on your machine.

![How many times as long as chainrule each takes](_static/speed.svg)
"""


def page(run: dict[str, Any]) -> str:
    """Return the page."""
    results = report.as_results(run)
    packages = ", ".join(f"{name} {version}" for name, version in run["packages"].items())
    return "\n".join(
        [
            HEAD,
            f"Measured on {run['machine']}, Python {run['python']}, {packages}: medians of interleaved "
            "rounds in one run, every contestant in a process of its own, all with the same work: sizes, "
            "batches, optimizer, precision, shuffling. scikit-learn draws its own first weights, and in "
            "`tiny` and `gates` has no sigmoid for its outputs. `of the limit` is the operations "
            "of the products over those of the fastest large product, seen in the same run.",
            "",
            "## With MKL",
            "",
            report.markdown(results),
            "",
            "## The default install",
            "",
            report.markdown(results, report.DEFAULT),
            "",
            "## What a row costs, and what shuffling costs",
            "",
            "`python benchmarks/rows.py`, nanoseconds a row of an epoch in 20-64-1, batches of 256:",
            "",
            (DOCS / "_static" / "speed_rows.txt").read_text(),
            "## What a prediction costs",
            "",
            '`python benchmarks/predict.py`, the whole call: `Model.predict(X, engine="compiled")`, the '
            "reference, and scikit-learn's `predict_proba`.",
            "",
            (DOCS / "_static" / "speed_predict.txt").read_text(),
            "## What the same bits cost",
            "",
            "`python benchmarks/same_bits.py`: the time of a fit that is cut as it always is, over that of "
            "one that is cut into as many pieces as there are threads, whose bits would be others on another "
            "machine; and what the threads bring.",
            "",
            (DOCS / "_static" / "speed_bits.txt").read_text(),
        ]
    )


def main() -> None:
    """Write the page and its picture, or compare them."""
    run = json.loads((DOCS / "_static" / "speed.json").read_text())
    made = {"speed.md": page(run), "_static/speed.svg": report.picture(report.as_results(run))}
    if "--check" in sys.argv:
        differing = [name for name, text in made.items() if (DOCS / name).read_text() != text]
        if differing:
            sys.exit(f"run python benchmarks/speed.py: {', '.join(differing)} would change")
        return
    for name, text in made.items():
        (DOCS / name).write_text(text)


if __name__ == "__main__":
    main()
