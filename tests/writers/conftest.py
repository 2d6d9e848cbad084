"""Lets the tests of this room draw steps to trace, see `traced_steps`, and finds what opens its files."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from traced_steps import misfits, replay, small_step, steps, tutorial

__all__ = ["misfits", "replay", "small_step", "steps", "tutorial"]


@pytest.fixture(scope="session")
def pdflatex() -> str:
    """The system's pdflatex."""
    return _program("pdflatex")


@pytest.fixture(scope="session")
def soffice() -> str:
    """The system's LibreOffice."""
    return _program("soffice", "LibreOffice")


def _program(name: str, called: str = "") -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"this machine has no {called or name}")
    return found
