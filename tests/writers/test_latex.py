"""A step as LaTeX: it compiles with pdflatex and amsmath alone, fits the page, shows names as they are."""

import re
import shutil
import subprocess

import numpy as np
import pytest
from traced_steps import OPTIMIZERS

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.losses import LOSSES
from chainrule.trace.naming import Naming
from chainrule.writers.formula_latex import latex_name, latex_text
from chainrule.writers.latex import document
from chainrule.writers.options import Options

WIDE = 3.0  # points over the margin that nobody sees


def compiled(pdflatex, folder, written: str, name: str = "step") -> str:
    """Compile a document as a stranger would who does not trust it, and return its log."""
    (folder / f"{name}.tex").write_text(written, "utf-8")
    command = [pdflatex, "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", f"{name}.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    log = (folder / f"{name}.log").read_text("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    return log


def too_wide(log: str) -> list[float]:
    return [
        float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(points) > WIDE
    ]


def step_of(hidden, output, loss, optimizer="sgd", penalty=None):
    net = cr.Network.dense([2, 2, 2], hidden=hidden, output=output, loss=loss)
    X, Y = [[0.5, -1.0], [0.25, 0.75]], [[0.2, 0.8], [0.7, 0.3]]
    return cr.Model(net, seed=1).trace(X, Y, optimizer=optimizer, penalty=penalty or cr.Penalty())


def test_a_tutorial_compiles_and_fits_the_page(pdflatex, tutorial, tmp_path):
    log = compiled(pdflatex, tmp_path, document(tutorial.trace(), Options()))
    assert too_wide(log) == []
    assert (tmp_path / "step.pdf").read_bytes().startswith(b"%PDF")


def test_it_asks_for_no_package_but_amsmath(tutorial):
    written = document(tutorial.trace(), Options())
    assert re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", written) == ["amsmath"]


@pytest.mark.slow
def test_every_activation_loss_and_optimizer_compiles_and_fits(pdflatex, tmp_path):
    """All in one document: the body of each step, one after the other."""
    traces = [step_of(name, "identity", "half_squared_error") for name in ACTIVATIONS]
    outputs = {name: row.admits or ("elu",) for name, row in LOSSES.items()}
    traces += [step_of("tanh", output, name) for name in LOSSES for output in outputs[name]]
    traces += [step_of("tanh", "sigmoid", "mse", optimizer=rule) for rule in OPTIMIZERS]
    traces += [step_of("relu", "identity", "mse", penalty=cr.Penalty(l2=0.1, l1=0.2))]
    whole = [document(trace, Options()) for trace in traces]
    head = whole[0].partition(r"\begin{document}")[0]
    bodies = [each.partition(r"\begin{document}")[2].partition(r"\end{document}")[0] for each in whole]
    together = head + r"\begin{document}" + r"\normalsize ".join(bodies) + r"\end{document}"
    assert too_wide(compiled(pdflatex, tmp_path, together)) == []


def test_a_formula_that_is_no_latex_is_found(pdflatex, tmp_path):
    broken = document(cr.tutorials.load("kumar").trace(), Options()).replace(r"\frac{", r"\frac{{", 1)
    with pytest.raises(AssertionError):
        compiled(pdflatex, tmp_path, broken)


HOSTILE = [
    r"\input{/etc/passwd}",
    r"\write18{touch hacked}",
    r"$^_%&#~\{}",
    "\\end{document}",
    '<>|"`',
    "a_b_c_d",
    "für",
    "ключ",
    "\u202e",
    "\x00",
    "\ud800",
    "x" * 300,
]


def test_hostile_names_show_as_they_are_and_do_nothing(pdflatex, tmp_path):
    for number, name in enumerate(HOSTILE):
        naming = Naming({"input": "{unit}", "Z": "{unit}"}, {"units": [[name], [f"{name}2"]]})
        trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
        compiled(pdflatex, tmp_path, document(trace, Options(origin={"command": name})), f"step{number}")
        if shutil.which("pdftotext") is None:
            continue
        command = ["pdftotext", f"step{number}.pdf", "-"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        text = done.stdout.decode("utf-8", "replace").replace("\n", "")
        if name.isascii() and name.isprintable() and "`" not in name and len(name) < 50:
            assert name.replace(" ", "") in text.replace(" ", "")
    assert not (tmp_path / "hacked").exists()


def test_text_that_latex_would_read_as_commands():
    assert latex_text("a_b") == r"a\texttt{\char95}b"
    assert latex_text("\u0416") == r"\texttt{U+0416}"
    assert latex_text("Müller") == "Müller"
    assert latex_name("sepal length") == r"\text{sepal length}"


def test_a_step_by_hand_shows_the_drift():
    written = document(
        cr.tutorials.load("general-purpose").trace(rounding=cr.Rounding(decimals=4)), Options()
    )
    assert r"1.7448\quad\text{(exact }1.74474095\text{, off by }6\cdot 10^{-5}\text{)}" in written


def test_what_is_left_out_is_said():
    net = cr.Network.dense([12, 10, 3], hidden="tanh")
    trace = cr.Model(net, seed=0).trace(np.ones((1, 12)), np.ones((1, 3)))
    written = document(trace, Options(most=5))
    assert "(115 more of these not shown: ask for them with -{}-most.)" in written
    assert "more not shown" in written


def test_the_same_step_gives_the_same_bytes(tutorial):
    assert document(tutorial.trace(), Options()) == document(tutorial.trace(), Options())
