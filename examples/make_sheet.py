"""Makes simple_neural_net.ods, the spreadsheet that the tutorial dustbunny announces.

With --check it only says whether the file beside it is current, by its exit status.
"""

import sys
from pathlib import Path

import chainrule as cr
from chainrule.writers.options import Options
from chainrule.writers.sheet.ods import document

SHEET = Path(__file__).parent / "simple_neural_net.ods"

if __name__ == "__main__":
    origin = {"command": "python examples/make_sheet.py"}
    made = document(cr.tutorials.load("dustbunny").trace(), Options(origin=origin))
    if "--check" in sys.argv:
        sys.exit(SHEET.read_bytes() != made)
    SHEET.write_bytes(made)
