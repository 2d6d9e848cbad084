"""What a run told: tables for a terminal and for the docs, plain data, a picture."""

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from chainrule.bench.contestants import PEERS
from chainrule.bench.measure import Measured, Results
from chainrule.bench.workloads import WORKLOADS

OURS, DEFAULT = "chainrule", "chainrule, SciPy's BLAS"
PACKAGES = ("numpy", "scipy", "numba", "mkl", "scikit-learn", "torch", "jax")
MEGABYTE = 1e6


def as_dict(results: Results) -> dict[str, Any]:
    """Return a run as plain data, with what it ran on."""
    return {
        "machine": f"{platform.machine()}, {results.threads} threads",
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "missing": results.missing,
        "workloads": {
            name: {
                "operations": WORKLOADS[name].operations,
                "product_rate": results.rates.get(name),
                "measured": {who: asdict(each) for who, each in row.items()},
            }
            for name, row in results.measured.items()
        },
    }


def as_results(data: dict[str, Any]) -> Results:
    """Return a run that was written as plain data."""
    results = Results(int(data["machine"].split(", ")[1].split()[0]), data["missing"])
    for name, row in data["workloads"].items():
        results.measured[name] = {who: _measured(each) for who, each in row["measured"].items()}
        if row["product_rate"]:
            results.rates[name] = row["product_rate"]
    return results


def _measured(told: dict[str, Any]) -> Measured:
    numbers = {name: float("nan") for name in ("first", "loss") if told[name] is None}
    return Measured(**{**told, **numbers})


def as_json(results: Results) -> str:
    """Return a run as JSON; what is not a number is null."""
    return json.dumps(_without_nan(as_dict(results)), indent=1)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def tables(results: Results, ours: str = OURS) -> dict[str, list[list[str]]]:
    """Return the tables of a run, a title each; the first row of each is its head."""
    peers = [name for name in PEERS if name not in results.missing and _took_part(results, name)]
    times = [["workload", "seconds", *peers, "of the limit"]]
    first = [["workload", "chainrule", *peers]]
    memory = [["workload", "chainrule", *peers]]
    losses = [["workload", "chainrule", *peers]]
    for name, row in results.measured.items():
        if ours not in row:
            continue
        mine = row[ours]
        ratios = [_ratio(row[peer].median / mine.median) if peer in row else "" for peer in peers]
        times.append([name, f"{mine.median:.4g}", *ratios, _limit(results, name, mine)])
        everybody = [mine, *(row.get(peer, Measured()) for peer in peers)]
        first.append([name, *(_number(each.first, ".2f") for each in everybody)])
        memory.append([name, *(_number(_megabytes(each), ".1f") for each in everybody)])
        losses.append([name, *(_number(each.loss, ".4f") for each in everybody)])
    return {
        "Time: how many times as long as chainrule each takes": times,
        "First call, with whatever it compiles, in seconds": first,
        "Memory at most, above what the process held before, in MB": memory,
        "Loss of all rows after training": losses,
    }


def summary(results: Results, ours: str = OURS) -> list[str]:
    """Return what the run comes to, a sentence each."""
    said = []
    fastest = {name: found for name in results.measured if (found := _to_fastest(results, name, ours))}
    if fastest:
        ahead = sum(ratio > 1 for ratio in fastest.values())
        worst = min(fastest, key=lambda name: fastest[name])
        said.append(
            f"faster than the fastest peer in {ahead} of {len(fastest)} workloads; "
            f"the least is {fastest[worst]:.2f} times its speed, in {worst}"
        )
    for peer in PEERS:
        ratios = [
            row[peer].median / row[ours].median
            for row in results.measured.values()
            if peer in row and ours in row and row[peer].seconds and row[ours].seconds
        ]
        if ratios:
            mean = math.exp(math.fsum(map(math.log, ratios)) / len(ratios))
            said.append(f"{mean:.2f} times the speed of {peer}, the geometric mean of {len(ratios)}")
    said += [f"{name} is not installed and was left out" for name in results.missing]
    said += [
        f"{who} failed in {name}: {each.error}"
        for name, row in results.measured.items()
        for who, each in row.items()
        if each.error
    ]
    return said


def _took_part(results: Results, contestant: str) -> bool:
    return any(contestant in row for row in results.measured.values())


def _to_fastest(results: Results, workload: str, ours: str) -> float:
    row = results.measured[workload]
    times = [row[peer].median for peer in PEERS if peer in row and row[peer].seconds]
    return min(times) / row[ours].median if times and ours in row and row[ours].seconds else 0.0


def _limit(results: Results, workload: str, mine: Measured) -> str:
    rate = results.rates.get(workload)
    return f"{WORKLOADS[workload].operations / mine.median / rate:.0%}" if rate else ""


def _megabytes(measured: Measured) -> float:
    return float("nan") if measured.peak is None or measured.error else measured.peak / MEGABYTE


def _ratio(value: float) -> str:
    return _number(value, ".3g" if value < 100 else ".0f")


def _number(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)


def text(results: Results) -> str:
    """Return a run for a terminal."""
    parts = []
    for title, rows in tables(results).items():
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(w) if i == 0 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        parts.append("\n".join([title, *lines]))
    return "\n\n".join([*parts, "\n".join(summary(results))])


def markdown(results: Results, ours: str = OURS) -> str:
    """Return the tables of a run for the docs."""
    parts = []
    for title, (head, *rows) in tables(results, ours).items():
        lines = [f"| {' | '.join(head)} |", f"|---|{'---:|' * (len(head) - 1)}"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        parts.append("\n".join([f"**{title}**", "", *lines]))
    return "\n\n".join([*parts, "\n".join(f"- {each}" for each in summary(results, ours))])


WIDTH, ROW, LEFT, TOP = 760, 30, 130, 56
COLORS = {"scikit-learn": "#c2410c", "torch": "#7c3aed", "torch.compile": "#a78bfa", "JAX": "#0f766e"}


def picture(results: Results) -> str:
    """Return a run as SVG: for each workload how many times as long as chainrule each peer takes, as dots."""
    names = [name for name, row in results.measured.items() if OURS in row and row[OURS].seconds]
    ratios = {
        (name, peer): results.measured[name][peer].median / results.measured[name][OURS].median
        for name in names
        for peer in PEERS
        if peer in results.measured[name] and results.measured[name][peer].seconds
    }
    most = max([10.0, *ratios.values()])
    least = min([0.5, *ratios.values()])
    height = TOP + ROW * len(names) + 30

    def x(ratio: float) -> float:
        return LEFT + (WIDTH - LEFT - 30) * math.log(ratio / least) / math.log(most / least)

    shapes = [
        f'<text x="{LEFT}" y="18" class="title">How many times as long as chainrule each takes</text>',
        *_legend([peer for peer in PEERS if any(who == peer for _, who in ratios)]),
    ]
    for tick in (0.5, 1, 2, 5, 10, 50, 100, 500, 1000):
        if least <= tick <= most:
            kind = "one" if tick == 1 else "grid"
            shapes.append(
                f'<line x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{TOP}" y2="{height - 26}" class="{kind}"/>'
            )
            shapes.append(f'<text x="{x(tick):.1f}" y="{height - 10}" class="tick">{tick:g}</text>')
    for number, name in enumerate(names):
        y = TOP + ROW * (number + 0.5)
        shapes.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" class="name">{escape(name)}</text>')
        for peer in PEERS:
            if (name, peer) in ratios:
                ratio = ratios[name, peer]
                shapes.append(
                    f'<circle cx="{x(ratio):.1f}" cy="{y:.1f}" r="6" fill="{COLORS[peer]}">'
                    f"<title>{escape(f'{name}, {peer}: {ratio:.3g}')}</title></circle>"
                )
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1f2937}.title{font-weight:600}.name{text-anchor:end}"
        ".tick{text-anchor:middle;fill:#6b7280}.grid{stroke:#e5e7eb}.one{stroke:#1f2937;stroke-width:2}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<style>{style}</style><rect width='100%' height='100%' fill='white'/>{''.join(shapes)}</svg>\n"
    )


def _legend(peers: Sequence[str]) -> list[str]:
    shapes, left = [], LEFT + 6
    for peer in peers:
        shapes.append(f'<circle cx="{left}" cy="36" r="6" fill="{COLORS[peer]}"/>')
        shapes.append(f'<text x="{left + 12}" y="40">{escape(peer)}</text>')
        left += 40 + 8 * len(peer)
    return shapes
