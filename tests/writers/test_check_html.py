"""In a notebook a check shows itself as a table: the wrong ones first, every name escaped, long ones cut."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.reference import equations
from chainrule.writers.check_html import MOST


def cells(html: str) -> list[list[str]]:
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", html)[1:]]


def test_a_function_that_is_wrong_in_one_entry_has_it_in_the_first_row():
    report = cr.check_function(lambda x: (x**2).sum(), lambda x: 2 * x * [1, 1, 3], np.array([1.0, 2.0, 3.0]))
    html = report._repr_html_()
    rows = cells(html)
    assert rows[0][:3] == ["[2]", "18", "6"]
    assert rows[0][-1] == "<b>WRONG, 3 times what it should be</b>"
    assert [row[-1] for row in rows[1:]] == ["right", "right"]
    assert "3 of 3 entries checked" in html


def test_names_are_escaped():
    report = cr.check_function(lambda p: p["<b>"] ** 2, lambda p: {"<b>": 2 * p["<b>"]}, {"<b>": 2.0})
    assert cells(report._repr_html_())[0][0] == "[&#39;&lt;b&gt;&#39;]"


def test_a_network_shows_what_agrees_least_and_says_what_is_wrong(monkeypatch):
    jain = cr.tutorials.load("jain")
    right = jain.model.check_gradients(jain.X, jain.Y)._repr_html_()
    assert len(cells(right)) == 10
    assert "10 derivatives checked: every one right." in right
    assert "WRONG" not in right
    bp4 = equations.BP4
    monkeypatch.setattr(equations, "BP4", lambda A, delta: bp4(A, delta) * 2)
    wrong = jain.model.check_gradients(jain.X, jain.Y)
    assert [row[-1] for row in cells(wrong._repr_html_())].count("<b>WRONG</b>") == 8
    assert "W[1][0,0]" in str(wrong)


def test_of_many_the_rest_is_counted():
    x = np.arange(1.0, MOST + 11)
    html = cr.check_function(lambda x: (x**2).sum(), lambda x: 2 * x, x)._repr_html_()
    assert len(cells(html)) == MOST
    assert "10 more not shown." in html
    network = cr.Network.dense([20, 10])
    report = cr.check_gradients(
        network, cr.Parameters.initial(network, 0), np.ones((1, 20)), np.ones((1, 10))
    )
    assert len(cells(report._repr_html_())) == MOST
    assert f"{210 - MOST} more not shown." in report._repr_html_()


@pytest.mark.parametrize("hint", range(4))
def test_numbers_have_their_verdicts_and_the_hint_that_is_allowed(hint):
    trace = cr.tutorials.load("jain").trace()
    html = cr.check_numbers(trace, {"out_o1": "0.7514", "delta_o1": "0.2385"}, hint=hint)._repr_html_()
    assert cells(html) == [["out_o1", "0.7514", "right"], ["delta_o1", "0.2385", "<b>wrong</b>"]]
    assert ("The first wrong one" in html) == (hint >= 1)
    assert ("0.13849856" in html) == (hint >= 3)
