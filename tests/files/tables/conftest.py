"""Lets the tests of this wing import `table_checks`; without polars there is nothing to test."""

import importlib.util
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
collect_ignore_glob = [] if importlib.util.find_spec("polars") else ["test_*.py"]
