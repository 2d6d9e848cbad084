"""Lets the tests of this room draw steps to trace: see `traced_steps`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from traced_steps import misfits, replay, small_step, steps, tutorial

__all__ = ["misfits", "replay", "small_step", "steps", "tutorial"]
