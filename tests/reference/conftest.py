"""Lets the tests of this room import its helpers: the witnesses, the random networks, the plain rules."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
