"""A step as Markdown: it reads well as it is, and names stay text where it is rendered."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import chainrule as cr
from chainrule.trace.naming import Naming
from chainrule.writers.markdown import code, document, markdown_text
from chainrule.writers.options import Options


def rendered(written: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False}).render(written)


def test_every_number_of_a_tutorial_stands_in_it(tutorial):
    trace = tutorial.trace()
    written = document(trace, Options(digits=17))
    for statement in trace:
        assert f"{statement.value + 0.0:.17g}" in written
        assert trace.name(statement.quantity) in written


def test_the_parts_are_headings_and_the_formulas_are_blocks(tutorial):
    html = rendered(document(tutorial.trace(), Options()))
    assert re.findall(r"<h2>(.*?)</h2>", html)[:5] == [
        *("Names", "Conventions", "Given", "Forward pass", "Loss"),
    ]
    assert html.count("<pre>") == html.count('class="language-text"') > 10


HOSTILE = [
    *(
        "<script>x</script>",
        "a|b",
        "``` x",
        "`",
        "[x](http://e)",
        "# x",
        "* x",
        "&lt;",
        "a\nb",
        "\x00",
        "\u202e",
    ),
    *("<img src=x onerror=y>", "**b**", "_i_", "~~s~~", "!(x)", "\\", "$x$"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_where_it_is_rendered(name):
    naming = Naming({"input": "{unit}", "Z": "{unit}"}, {"units": [[name], [f"{name}2"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
    html = rendered(document(trace, Options(origin={"command": name})))
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html
    for tag in ("<strong>", "<em>", "<s>"):
        assert tag not in html
    assert (html.count("<h1>"), html.count("<table>")) == (1, 1)


@given(text=st.text(max_size=30))
@settings(max_examples=150)
def test_any_text_is_one_paragraph_and_no_markup(text):
    html = rendered(f"x {markdown_text(text)} x")
    assert set(re.findall(r"</?(\w+)", html)) <= {"p"}


@given(text=st.text(max_size=30))
@settings(max_examples=150)
def test_any_text_is_code_inside_a_line(text):
    html = rendered(f"x {code(text)} x")
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "code"}


def test_what_is_left_out_is_said():
    net = cr.Network.dense([12, 10, 3], hidden="tanh")
    trace = cr.Model(net, seed=0).trace(np.ones((1, 12)), np.ones((1, 3)))
    written = document(trace, Options(most=5))
    assert "(115 more of these not shown: ask for them with --most.)" in written


def test_the_same_step_gives_the_same_bytes(tutorial):
    assert document(tutorial.trace(), Options()) == document(tutorial.trace(), Options())
