"""The comparison of checkers, as far as it concerns ours: no wrong gradient passes, no right one fails."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import checkers


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # functions that overflow and divide by 0 are meant to
def test_ours_misses_nothing_and_accuses_nothing():
    check = checkers.ours()
    with np.errstate(all="ignore"):
        of_wrong = Counter(check(case) for case in checkers.planted())
        of_right = Counter(check(case) for case in checkers.awkward())
    assert of_wrong.total() == of_right.total() == 40
    assert of_wrong["passed"] == 0
    assert of_right["failed"] == 0
    assert of_right["passed"] >= 25


def test_the_page_is_of_the_same_cases():
    page = (Path(__file__).parents[2] / "docs" / "checkers.md").read_text("utf-8")
    assert "| chainrule.check_function | 0 of 40 | 0 of 40 |" in page
    rows = [line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if line.startswith("| ")]
    names = {case.name for case in (*checkers.planted(), *checkers.awkward())}
    assert len(names & set(rows)) > 30
    assert all(
        "undecided" in line or "missed" in line or "accused" in line
        for line in page.splitlines()
        if _names(line) in names
    )


def _names(line):
    return line.split(" | ")[0].removeprefix("| ")
