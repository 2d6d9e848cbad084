"""What the README and the docs show is what the commands print."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

from chainrule import backward, forward, tutorials
from chainrule.cli import main
from chainrule.cli.main import app
from chainrule.reference import equations
from chainrule.tutorials.audit.entry import MEANINGS
from chainrule.writers.equations import EQUATIONS

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]*)\n(?P<output>.*?)```", re.DOTALL)
CHECKER = doctest.OutputChecker()

EXAMPLES = [
    pytest.param(found["command"], found["output"], id=f"{document.name}: {found['command']}")
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    for found in BLOCK.finditer(document.read_text("utf-8"))
]


def matches(wanted, printed):
    return CHECKER.check_output(wanted, printed, doctest.ELLIPSIS)


@pytest.mark.parametrize(("command", "wanted"), EXAMPLES)
def test_a_console_block_shows_what_the_command_prints(command, wanted, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    if program == "chainrule":
        main(arguments)
        printed = "".join(capsys.readouterr())
    else:
        run = [sys.executable, *arguments]
        printed = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert matches(wanted, printed), printed


def test_the_comparison_can_fail():
    assert not matches("E_total after = 0.2910277737\n", "E_total after = 0.2910277738\n")


def test_every_command_is_shown_in_the_docs():
    page = (ROOT / "docs" / "command_line.md").read_text("utf-8")
    for command in typer.main.get_command(app).commands:
        assert re.search(rf"^  {command} ", page, re.MULTILINE)


@pytest.mark.parametrize("name", EQUATIONS)
def test_an_equation_reads_the_same_wherever_it_stands(name):
    page = (ROOT / "docs" / "equations.md").read_text("utf-8")
    assert f"| {name} | `{EQUATIONS[name].text}` |" in page
    assert EQUATIONS[name].text in equations.__doc__


def test_the_picture_is_current():
    subprocess.run([sys.executable, ROOT / "docs" / "picture.py", "--check"], check=True)


@pytest.mark.slow
def test_the_audits_and_the_completed_tutorials_are_current():
    subprocess.run([sys.executable, ROOT / "docs" / "generate.py", "--check"], check=True)


@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_every_entry_of_an_audit_is_a_row_with_its_verdict(name):
    page = (ROOT / "docs" / "audit" / f"{name}.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| (\S+) \| .* \| ([a-z ]+) \| [^|]*(?:\\\|[^|]*)* \|$", page, re.MULTILINE))
    tutorial = tutorials.load(name)
    kinds = (tutorial.numbers, tutorial.formulas, tutorial.claims)
    ids = {entry["id"] for entries in kinds for entry in entries}
    assert set(rows) >= ids
    assert {rows[each] for each in ids} <= set(MEANINGS)


def test_the_missing_line_of_sadiya_gives_the_gradients_of_its_output_weights():
    page = (ROOT / "docs" / "completed" / "sadiya.md").read_text("utf-8")
    line = compile(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], "the missing line", "exec")
    sadiya = tutorials.load("sadiya")
    tape = forward(sadiya.network, sadiya.parameters, sadiya.X)
    gradients = backward(sadiya.network, sadiya.parameters, tape, sadiya.Y)
    names = {
        "target": sadiya.Y[0],
        "activations": [A[0] for A in tape.A],
        "nets": [None, *(Z[0] for Z in tape.Z)],
        "out_func_grad": lambda net: np.exp(-net) / (1 + np.exp(-net)) ** 2,
        "k": 2,
    }
    for i, j in np.ndindex(gradients.W[2].shape):
        names |= {"i": i, "j": j}
        exec(line, names)
        np.testing.assert_allclose(names["dWij"], gradients.W[2][i, j], rtol=1e-12)


def test_ci_runs_the_readmes_second_command():
    commands = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text("utf-8"))
    assert len(commands) == 2
    assert "pytest" not in commands[0]
    first_with_pytest = next(
        line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if "pytest" in line
    )
    assert first_with_pytest == commands[1]
