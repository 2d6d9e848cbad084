"""Makes what the docs show of our own results: audits, completed tutorials, mistakes, a step of one's own.

With --check it only says which files are not current, by its exit status.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

from audit_page import audit_page
from completed_page import completed_page

import chainrule as cr
from chainrule.check.mistakes import MISTAKES
from chainrule.cli import main
from chainrule.writers.markdown import code

DOCS = Path(__file__).parent
OWN = ["explain", "--sizes", "2,3,1", "--inputs", "0.5,0.1", "--targets", "1", "--names", "jain"]


def files() -> Iterator[tuple[Path, str]]:
    """Yield every generated file with what is in it."""
    for name in cr.tutorials.TUTORIALS:
        tutorial = cr.tutorials.load(name)
        found = tutorial.audit()
        yield DOCS / "audit" / f"{name}.md", "\n".join(audit_page(found)) + "\n"
        yield DOCS / "completed" / f"{name}.md", "\n".join(completed_page(tutorial, found)) + "\n"
    network = DOCS / "side_by_side" / "chainrule_network.py"
    ran = run([sys.executable, network], cwd=network.parent, capture_output=True, text=True, check=True)
    yield network.with_name("numbers.txt"), ran.stdout
    yield DOCS / "mistakes.md", "\n".join(mistakes_page()) + "\n"
    for suffix in ("html", "svg"):
        with TemporaryDirectory() as folder:
            out = Path(folder) / f"own_step.{suffix}"
            main([*OWN, "-o", str(out)])
            yield DOCS / "_static" / out.name, out.read_text("utf-8")


def mistakes_page() -> Iterator[str]:
    """Yield the lines of the catalogue of mistakes as a page of tables."""
    yield "# The catalogue of mistakes"
    yield from ("", "What `diagnose` tries, and `chainrule explain --with-mistake NAME` shows.")
    for title, convention in (("Conventions, which are no mistakes", True), ("Mistakes", False)):
        yield from (
            "",
            f"## {title}",
            "",
            "| name | equation | as it is | as it should be |",
            "|---|---|---|---|",
        )
        for each in MISTAKES:
            if each.convention == convention:
                yield f"| {each.name} | {each.equation} | {code(each.wrong)} | {code(each.right)} |"


if __name__ == "__main__":
    stale = [(path, text) for path, text in files() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv:
        for path, _ in stale:
            sys.stderr.write(f"{path.relative_to(DOCS)} is not current\n")
        sys.exit(bool(stale))
    for path, text in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
