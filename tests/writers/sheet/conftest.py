"""LibreOffice, made to compute every formula of a file when it opens it; and what is then in the cells."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import NamedTuple

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))

from conftest import soffice
from traced_steps import small_step, steps, tutorial

__all__ = ["small_step", "soffice", "steps", "tutorial"]

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class Found(NamedTuple):
    """A cell as LibreOffice has it."""

    kind: str
    value: float | str
    formula: str


@pytest.fixture(scope="session")
def reopened(soffice, tmp_path_factory):
    """Open files with LibreOffice, let it compute, and return the cells of each: sheet, row, column."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "user").mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)

    command = [soffice, "--headless", f"-env:UserInstallation={profile.as_uri()}"]

    def reopened(paths) -> list[dict[str, list[list[Found]]]]:
        out = tmp_path_factory.mktemp("reopened")
        subprocess.run(
            [*command, "--convert-to", "fods", "--outdir", str(out), *map(str, paths)],
            check=True,
            capture_output=True,
            timeout=500,
        )
        return [cells_of(out / f"{Path(path).stem}.fods") for path in paths]

    return reopened


def cells_of(path) -> dict[str, list[list[Found]]]:
    """Read every cell of a flat OpenDocument spreadsheet."""
    sheets = {}
    for table in ET.parse(path).getroot().iter(f"{TABLE}table"):
        rows = []
        for row in table.iter(f"{TABLE}table-row"):
            cells = []
            for cell in row:
                if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                    continue
                repeated = int(cell.get(f"{TABLE}number-columns-repeated", 1))
                cells += [found(cell)] * min(repeated, 500)
            rows += [cells] * min(int(row.get(f"{TABLE}number-rows-repeated", 1)), 50)
        sheets[table.get(f"{TABLE}name")] = rows
    return sheets


def found(cell) -> Found:
    kind = cell.get(f"{OFFICE}value-type", "")
    text = "\n".join("".join(each.itertext()) for each in cell.iter(f"{TEXT}p"))
    value = float(cell.get(f"{OFFICE}value")) if kind == "float" else text
    return Found(kind, value, cell.get(f"{TABLE}formula", ""))
