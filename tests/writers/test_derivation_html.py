"""A derivation as HTML: every path in symbols, what they are equal to, numbers and value, with links."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.trace.derive import derivation_of
from chainrule.trace.naming import Naming
from chainrule.writers.derivation_html import DEEPEST, MOST_TERMS, derivation_html
from chainrule.writers.lights import place_of
from chainrule.writers.options import Options
from chainrule.writers.statement_html import StatementHtml

FIGURE = re.compile(r'<a href="#([^"]+)" title="([^"]*)">(-?[\d.e+-]+)</a>')


def shown(trace, parameter, digits=4, place=place_of):
    if isinstance(parameter, str):
        return derivation_html(trace.derive(parameter), StatementHtml(trace, Options(digits), place))
    return derivation_html(derivation_of(trace, parameter), StatementHtml(trace, Options(digits), place))


def rows(html):
    """The rows of text in a piece of HTML."""
    text = unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(div|p|li)>", "\n", html)))
    return [" ".join(line.split()) for line in text.splitlines() if line.split()]


def traced(sizes, rows_of_data=1, **kinds):
    network = cr.Network.dense(sizes, **kinds)
    X, Y = [[0.1 * (n + 1)] * sizes[0] for n in range(rows_of_data)], [[0.5] * sizes[-1]] * rows_of_data
    return cr.Model(network, seed=0).trace(X, Y)


@pytest.fixture
def jain():
    return cr.tutorials.load("jain").trace()


def test_an_output_weight_is_three_rows(jain):
    assert rows(shown(jain, "w5")) == [
        "∂Etotal∂w5",
        "= ∂Etotal∂outo1 · ∂outo1∂neto1 · ∂neto1∂w5",
        "= (outo1−targeto1)·outo1·(1−outo1)·outh1",
        "= 0.7414 · 0.1868 · 0.5933",
        "= 0.08217",
    ]


def test_a_hidden_weight_is_a_row_for_each_path_and_their_subtotal(jain):
    assert rows(shown(jain, "w1")) == [
        "through out_o1",
        "∂Etotal∂outo1 · ∂outo1∂neto1 · ∂neto1∂outh1 = (outo1−targeto1)·outo1·(1−outo1)·w5",
        "= 0.7414 · 0.1868 · 0.4 = 0.0554",
        "through out_o2",
        "∂Etotal∂outo2 · ∂outo2∂neto2 · ∂neto2∂outh1 = (outo2−targeto2)·outo2·(1−outo2)·w7",
        "= (-0.2171) · 0.1755 · 0.5 = -0.01905",
        "∂Etotal∂w1",
        "subtotal = 0.0554 − 0.01905 = 0.03635",
        "subtotal · ∂outh1∂neth1 · ∂neth1∂w1",
        "= 0.03635 · 0.2413 · 0.05",
        "= 0.0004386",
    ]


def test_a_1_comes_from_nowhere_and_is_no_link(jain):
    html = shown(jain, "b2")
    assert "(-0.2171) · 0.1755 · 1 = -0.0381" in rows(html)[5]
    assert not any(figure == "1" for _, _, figure in FIGURE.findall(html))


def test_a_sum_without_factors_has_no_subtotal_but_a_value(jain):
    told = rows(shown(jain, "b2"))
    assert told[-3:] == ["∂Etotal∂b2", "= 0.1385 − 0.0381", "= 0.1004"]


def test_every_factor_links_to_the_number_that_it_is(tutorial):
    trace = tutorial.trace()
    for kind, layer in trace.given:
        if kind in ("W", "b"):
            for parameter in trace.entries(kind, layer):
                html = shown(trace, parameter, digits=17)
                assert f"<b>{Options(17).number(trace.derive(trace.name(parameter)).value)}</b>" in html
                for target, _, figure in FIGURE.findall(html):
                    name, *indices = target.split(".")
                    assert Options(17).number(trace.value(Quantity(name, tuple(map(int, indices))))) == figure


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_derivation_is_written_with_its_value(data, steps):
    trace = data.draw(steps).trace()
    parameters = [
        each for kind, layer in trace.given if kind in ("W", "b") for each in trace.entries(kind, layer)
    ]
    html = shown(trace, data.draw(st.sampled_from(parameters)), digits=17)
    derivation = derivation_of(trace, parameters[0])
    assert html.count("<div") == html.count("</div>")
    assert html.count("<a ") == html.count("</a>")
    assert html.count("<li") == html.count("</li>")
    first = shown(trace, parameters[0], digits=17)
    assert f"<b>{Options(17).number(derivation.value)}</b>" in first


def test_where_a_number_has_no_place_there_is_no_link(jain):
    html = shown(jain, "w1", place=lambda quantity: None)
    assert "<a " not in html
    assert rows(html) == rows(shown(jain, "w1"))


def test_of_many_paths_the_first_are_shown_and_the_rest_is_counted():
    trace = traced([2, 2, MOST_TERMS + 5])
    html = shown(trace, Quantity("W", (1, 0, 0)))
    told = rows(html)
    assert sum(row.startswith("through") for row in told) == MOST_TERMS
    assert "and 5 more" in told
    (subtotal,) = (row for row in told if row.startswith("subtotal = "))
    assert " + … = " in subtotal
    whole = sum(term.value for term in trace.derive("W[1][0,0]").product.terms)
    assert subtotal.endswith(f"= {Options(4).number(whole)}")
    exactly = rows(shown(traced([2, 2, MOST_TERMS]), Quantity("W", (1, 0, 0))))
    assert not any("more" in row or "…" in row for row in exactly)


def test_sums_within_sums_end_at_some_depth_and_how_many_paths_are_in_them_is_said():
    trace = traced([2] * (DEEPEST + 4))
    html = shown(trace, Quantity("W", (1, 0, 0)))
    told = rows(html)
    deepest = [row for row in told if row.startswith("the sum over ")]
    assert deepest
    assert all(re.match(r"the sum over \d+ paths, then ", row) for row in deepest)
    assert html.count('<ol class="paths">') == sum(2**depth for depth in range(DEEPEST))
    assert told[-1] == f"= {Options(4).number(trace.value(Quantity('dW', (1, 0, 0))))}"


def test_several_rows_are_paths_of_their_own():
    told = rows(shown(traced([1, 1], rows_of_data=3), Quantity("W", (1, 0, 0))))
    assert [row for row in told if row.startswith("through")] == [f"through Z[1][{r},0]" for r in range(3)]


def test_a_penalty_is_a_path_of_its_own():
    network = cr.Network.dense([1, 1])
    trace = cr.Model(network, seed=0).trace([[0.5]], [[1]], penalty=cr.Penalty(l2=0.25))
    told = rows(shown(trace, Quantity("W", (1, 0, 0))))
    assert "through penalty" in told


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "\x1b[31m", "\ud800"]
)
def test_a_hostile_name_is_shown_and_does_nothing(jain, name):
    units = [["a", "b"], [name, "h"], [name, "o"]]
    trace = replace(jain, naming=Naming({"A": "{unit}", "Z": "net {unit}"}, {"units": units}))
    for parameter in (Quantity("W", (1, 0, 0)), Quantity("W", (2, 0, 0)), Quantity("b", (2, 0))):
        html = shown(trace, parameter)
        assert not re.search(r"<(script|img)", html)
        assert "49" not in html or "7 * 7" not in name
        assert all(letter.isprintable() or letter == "\n" for letter in html)
