"""The docs' network in Keras, PyTorch and chainrule: the same numbers from all three."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "side_by_side"
NUMBER = re.compile(r"-?\d+\.\d+")


def printed(name, **environment):
    """Return what a script prints."""
    command = [sys.executable, FOLDER / name]
    ran = subprocess.run(
        command,
        cwd=FOLDER,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return ran.stdout


def numbers_of(text):
    return [float(number) for number in NUMBER.findall(text)]


def test_the_docs_show_what_chainrule_prints():
    assert printed("chainrule_network.py") == (FOLDER / "numbers.txt").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "script", "environment"),
    [
        ("torch", "torch_network.py", {}),
        ("keras", "keras_network.py", {"KERAS_BACKEND": "jax", "JAX_ENABLE_X64": "1"}),
    ],
)
def test_the_others_print_the_same(module, script, environment):
    if find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    shown = (FOLDER / "numbers.txt").read_text("utf-8")
    theirs = printed(script, **environment)
    assert NUMBER.sub("", theirs) == NUMBER.sub("", shown)
    assert numbers_of(theirs) == pytest.approx(numbers_of(shown), abs=2e-12)  # twelve digits are printed
