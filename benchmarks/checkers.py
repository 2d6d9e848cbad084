"""What gradient checkers let through and what they accuse: run `python benchmarks/checkers.py [FILE]`.

The same forty planted errors and forty correct but awkward functions go through torch's gradcheck (slow and
fast), JAX's check_grads, HIPS autograd's, SciPy's check_grad and ours, each at its default settings. Every
one of them gets the same function and the same gradient of NumPy. A checker that is not installed is named
and left out. With FILE the page is written into it.
"""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np

import chainrule as cr

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "check"))

from awkward import CORRECT, MISTAKES, Case, correct_and_certain

COUNT = 40
SCIPY_LIMIT = 1e-6  # SciPy's returns a distance and leaves the limit to its user
WIDE = np.sin(np.arange(1.0, 2001.0))
PAGE_HEAD = """# What checkers let through

Forty wrong gradients and forty right ones of awkward functions (kinks, saturation, tiny and huge scales),
each checker at its default settings, all given the same functions of NumPy. *Missed* is a wrong gradient
that passed, *false alarm* a right one that failed. Ours may also be undecided where the digits that would
tell are lost; that is no pass. Of SciPy's, which returns a distance, one above 1e-6 counts as a failure.

Made by `python benchmarks/checkers.py docs/checkers.md`.
"""

Check = Callable[[Case], str]  # "passed", "failed" or "undecided"


def main() -> None:
    """Run every checker that is there on every case, and write tables."""
    wrong, right = list(planted()), list(awkward())
    assert len(wrong) == len(right) == COUNT
    outcomes: dict[str, dict[str, str]] = {}
    missing: list[str] = []
    for name, make in CHECKERS.items():
        try:
            check = make()
        except ModuleNotFoundError as error:
            missing.append(f"{name} was left out: {error.name} is not installed.")
        else:
            outcomes[name] = {case.name: _outcome(check, case) for case in (*wrong, *right)}
    wrong_names, right_names = [case.name for case in wrong], [case.name for case in right]
    lines = ["| checker | missed | false alarms | undecided |", "|---|---:|---:|---:|"]
    for name, found in outcomes.items():
        missed = sum(found[case] == "passed" for case in wrong_names)
        alarms = sum(found[case] == "failed" for case in right_names)
        undecided = sum(outcome == "undecided" for outcome in found.values())
        lines.append(f"| {name} | {missed} of {COUNT} | {alarms} of {COUNT} | {undecided} |")
    lines += ["", *missing] if missing else []
    lines += ["", "## Wrong gradients", "", *_table(outcomes, wrong_names, {"passed": "missed"})]
    lines += ["", "## Right gradients", "", *_table(outcomes, right_names, {"failed": "accused"})]
    page = "\n".join(lines) + "\n"
    sys.stdout.write(page)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(f"{PAGE_HEAD}\n{page}", "utf-8")


def _table(outcomes: dict[str, dict[str, str]], cases: list[str], words: dict[str, str]) -> Iterator[str]:
    """Yield a table of the cases in which a checker is not right; where it is, its cell is empty."""
    said = {**words, "undecided": "undecided"}
    yield f"| | {' | '.join(name.split(' (')[0] for name in outcomes)} |"
    yield f"|---|{'---|' * len(outcomes)}"
    for case in cases:
        cells = [said.get(found[case], "") for found in outcomes.values()]
        if any(cells):
            yield f"| {case} | {' | '.join(cells)} |"


def _outcome(check: Check, case: Case) -> str:
    """Return what a checker says; one that raises something of its own has not passed."""
    np.random.seed(0)  # noqa: NPY002 - what some of them draw their directions with
    with np.errstate(all="ignore"):
        return check(case)


def awkward() -> Iterator[Case]:
    """Yield forty correct functions of one array."""
    yield from [case for case in CORRECT if isinstance(case.point, np.ndarray)][: COUNT - 1]
    yield Case("2,000 entries", lambda x: np.sin(x).sum(), np.cos, WIDE)


def planted() -> Iterator[Case]:
    """Yield forty wrong gradients: each mistake in functions of several sizes."""
    chosen = ("a cubic", "tiny beside 1", "tiny gradients", "huge", "sigmoid")
    of_name = {case.name: case for case in correct_and_certain()}
    cases = [of_name[name] for name in chosen] + [
        Case("2,000 entries", lambda x: np.sin(x).sum(), np.cos, WIDE)
    ]
    for place, (mistake, spoil) in enumerate(MISTAKES.items()):
        left_out = chosen[place % len(chosen)]  # five of the six: forty in all
        for case in cases:
            if case.name != left_out:
                yield _spoiled(case, mistake, spoil)


def _spoiled(case: Case, mistake: str, spoil: Callable) -> Case:
    return case._replace(
        name=f"{case.name}: {mistake}", gradient=lambda x: spoil(np.asarray(case.gradient(x), float))
    )


def torch_gradcheck(*, fast: bool) -> Check:
    """Make a check by torch.autograd.gradcheck."""
    import torch

    def check(case: Case) -> str:
        class Function(torch.autograd.Function):
            @staticmethod
            def forward(context: object, x: "torch.Tensor") -> "torch.Tensor":
                context.save_for_backward(x)
                return torch.tensor(float(case.function(x.detach().numpy())), dtype=torch.float64)

            @staticmethod
            def backward(context: object, above: "torch.Tensor") -> "torch.Tensor":
                (x,) = context.saved_tensors
                return above * torch.from_numpy(np.array(case.gradient(x.detach().numpy()), float))

        x = torch.tensor(case.point, dtype=torch.float64, requires_grad=True)
        passed = torch.autograd.gradcheck(Function.apply, (x,), fast_mode=fast, raise_exception=False)
        return "passed" if passed else "failed"

    return check


def jax_check_grads() -> Check:
    """Make a check by jax.test_util.check_grads."""
    import jax
    import jax.numpy as jnp
    from jax.test_util import check_grads

    jax.config.update("jax_enable_x64", True)

    def check(case: Case) -> str:
        number = jax.ShapeDtypeStruct((), jnp.float64)
        like = jax.ShapeDtypeStruct(case.point.shape, jnp.float64)

        @jax.custom_vjp
        def function(x: object) -> object:
            return jax.pure_callback(lambda x: np.float64(case.function(np.asarray(x))), number, x)

        def backward(x: object, above: object) -> tuple[object]:
            slopes = jax.pure_callback(lambda x: np.array(case.gradient(np.asarray(x)), float), like, x)
            return (above * slopes,)

        function.defvjp(lambda x: (function(x), x), backward)
        try:
            check_grads(function, (jnp.array(case.point, jnp.float64),), order=1, modes=("rev",))
        except AssertionError:
            return "failed"
        return "passed"

    return check


def autograd_check_grads() -> Check:
    """Make a check by autograd.test_util.check_grads."""
    from autograd.extend import defvjp, primitive
    from autograd.test_util import check_grads

    def check(case: Case) -> str:
        function = primitive(lambda x: float(case.function(np.asarray(x))))
        defvjp(function, lambda _, x: lambda above: above * np.array(case.gradient(x), float))
        try:
            check_grads(function, modes=["rev"], order=1)(np.array(case.point, float))
        except AssertionError:
            return "failed"
        return "passed"

    return check


def scipy_check_grad() -> Check:
    """Make a check by scipy.optimize.check_grad."""
    from scipy.optimize import check_grad

    def check(case: Case) -> str:
        off = check_grad(case.function, case.gradient, np.array(case.point, float))
        return "passed" if off <= SCIPY_LIMIT else "failed"

    return check


def ours() -> Check:
    """Make a check by check_function."""

    def check(case: Case) -> str:
        found = cr.check_function(case.function, case.gradient, case.point)
        if found.passed:
            return "passed"
        return "failed" if found.failed else "undecided"

    return check


def _named(name: str, package: str) -> str:
    """Return a checker's name with the version of its package, where it is there."""
    try:
        return f"{name} ({package} {version(package)})"
    except ModuleNotFoundError:
        return name


CHECKERS: dict[str, Callable[[], Check]] = {
    _named("torch.autograd.gradcheck", "torch"): lambda: torch_gradcheck(fast=False),
    _named("gradcheck, fast_mode", "torch"): lambda: torch_gradcheck(fast=True),
    _named("jax.test_util.check_grads", "jax"): jax_check_grads,
    _named("autograd.test_util.check_grads", "autograd"): autograd_check_grads,
    _named("scipy.optimize.check_grad", "scipy"): scipy_check_grad,
    "chainrule.check_function": ours,
}

if __name__ == "__main__":
    main()
