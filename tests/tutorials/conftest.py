"""The five data files, as they lie in the package."""

import json

import pytest

from chainrule.tutorials import TUTORIALS
from chainrule.tutorials.tutorial import DATA


@pytest.fixture(scope="session")
def facts() -> dict[str, dict]:
    """Every data file under its tutorial's id."""
    return {name: json.loads((DATA / f"{name}.json").read_text("utf-8")) for name in TUTORIALS}
