"""Lets the tests of this wing import `table_checks`; where polars is missing there is nothing to test."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("polars")
sys.path.insert(0, str(Path(__file__).parent))
