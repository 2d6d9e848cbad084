"""The audit of one tutorial: its numbers, its formulas, its claims, in its own order."""

from typing import TYPE_CHECKING

from chainrule.tutorials.audit.claims import judge_claim
from chainrule.tutorials.audit.entry import Audit
from chainrule.tutorials.audit.formulas import Formulas

if TYPE_CHECKING:
    from chainrule.tutorials.tutorial import Tutorial


def audit(tutorial: "Tutorial") -> Audit:
    """Return the audit of a tutorial; see `Tutorial.audit`."""
    formulas = Formulas(tutorial)
    entries = [tutorial.judged_number(entry) for entry in tutorial.numbers]
    entries += [formulas.judge(place, entry) for place, entry in enumerate(tutorial.formulas)]
    found = {entry.id: entry for entry in entries}
    entries += [judge_claim(claim, formulas, found) for claim in tutorial.claims]
    return Audit(tutorial.id, tutorial.title, tuple(entries))
