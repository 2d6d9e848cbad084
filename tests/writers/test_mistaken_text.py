"""A mistaken step beside the right one as text: narrow, in the reader's names, what differs marked."""

import pytest

import chainrule as cr
from chainrule.check.mistaken import placed
from chainrule.writers.mistaken_text import text
from chainrule.writers.options import Options


@pytest.mark.parametrize("name", cr.tutorials.TUTORIALS)
def test_it_is_80_columns_wide_and_marks_what_differs(name):
    trace = cr.tutorials.load(name).trace()
    written = text(trace, placed(trace, "sign"))
    assert max(map(len, written.splitlines())) <= 80
    marked = [line for line in written.splitlines() if line.endswith("<- differs")]
    assert marked
    before = [line for line in marked if " after " not in line]
    assert not any(line.startswith(("net_", "out_", "Z_", "z_")) for line in before)


def test_it_says_the_line_as_it_is_and_as_it_should_be():
    trace = cr.tutorials.load("jain").trace()
    written = text(trace, placed(trace, "hidden-delta-after-update"), Options(digits=4))
    assert "is:        delta[1] = (delta[2] (W[2] after the update)^T) * f_1'(Z[1])" in written
    assert "should be: delta[1] = (delta[2] W[2]^T) * f_1'(Z[1])" in written
    assert text(trace, placed(trace, "sign"), ascii_only=True).isascii()
