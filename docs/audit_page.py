"""The page of a tutorial's audit: a table of every number, formula and claim with its verdict."""

from collections.abc import Iterator

from chainrule.tutorials.audit.entry import MEANINGS, Audit, Entry
from chainrule.writers.markdown import code, markdown_text

TITLES = {"number": "Numbers", "formula": "Formulas", "claim": "Claims"}


def audit_page(found: Audit) -> Iterator[str]:
    """Yield the lines of an audit as a page of tables."""
    yield f"# {markdown_text(found.title)}: the audit"
    yield from ("", f"What `chainrule audit {found.tutorial}` finds, every verdict by computation.")
    for kind, title in TITLES.items():
        counts = found.counts(kind)
        if counts:
            yield from ("", f"## {title}", "")
            yield ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + "."
            yield from ("", "| id | printed | computed | verdict | note |", "|---|---|---|---|---|")
            yield from (_row(entry) for entry in found.entries if entry.kind == kind)
    yield from ("", "## What the verdicts mean", "", "| verdict | what it says |", "|---|---|")
    yield from (f"| {verdict} | {meaning} |" for verdict, meaning in MEANINGS.items())


def erratum(entry: Entry) -> str:
    """Return an entry that is not right as an item of a list."""
    lead = "found" if entry.kind == "claim" else "right"
    right = f"; {lead}: {_cell(entry, entry.computed)}" if entry.computed else ""
    note = f". {_capital(markdown_text(entry.note))}." if entry.note else "."
    return f"- **{entry.id}, {entry.verdict}**: printed {_cell(entry, entry.printed)}{right}{note}"


def _row(entry: Entry) -> str:
    same = entry.computed == entry.printed
    computed = "the same" if same else _cell(entry, entry.computed)
    printed = _cell(entry, entry.printed)
    return f"| {entry.id} | {printed} | {computed} | {entry.verdict} | {markdown_text(entry.note)} |"


def _cell(entry: Entry, said: str) -> str:
    """Return what an entry says: a claim is a sentence, anything else is mathematics."""
    return "" if not said else markdown_text(said) if entry.kind == "claim" else code(said)


def _capital(sentence: str) -> str:
    """Return a note as a sentence, unless it begins with a symbol."""
    word = sentence.split(" ", 1)[0]
    return sentence[0].upper() + sentence[1:] if word.isalpha() and len(word) > 1 else sentence
