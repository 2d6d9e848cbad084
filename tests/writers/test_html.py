"""The page in a real browser: it opens alone, the keyboard reaches every number, and names do nothing."""

import re

import numpy as np
import pytest

import chainrule as cr
from chainrule.trace.naming import Naming
from chainrule.writers.html import document, fragment
from chainrule.writers.lights import lights
from chainrule.writers.options import Options

HOSTILE = [
    "<script>hacked = 1</script>",
    "</script><script>hacked = 1</script>",
    '"><img src=x onerror="hacked = 1">',
    "' onmouseover='hacked=1",
    "{{ 7 * 7 }}",
    "&lt;b&gt;",
    "\u202eabc",
    "\x00",
    "\ud800",
    "\x1b[31m",
    "x" * 400,
]


ALL = Options()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a trace's page; complaints of the browser and requests are collected."""
    pages = []

    def opened(trace, options=ALL, **surroundings):
        path = tmp_path / f"step{len(pages)}.html"
        cr.explain(trace, path, digits=options.digits, most=options.most)
        surroundings = {
            "viewport": {"width": 1366, "height": 768},
            "reduced_motion": "reduce",
            **surroundings,
        }
        page = browser.new_page(**surroundings)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()


def said(page) -> str:
    return page.inner_text(".said")


def test_a_page_opens_alone_and_without_a_complaint(opened, tutorial):
    page = opened(tutorial.trace())
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith("file:")] == []
    assert page.inner_text("h1") == tutorial.title


def test_every_number_is_reached_by_the_right_arrow_in_order(opened, tutorial):
    trace = tutorial.trace()
    page, heard = opened(trace), []
    for _ in range(len(trace)):
        page.keyboard.press("ArrowRight")
        heard.append(said(page))
    assert heard == [f"{trace.name(each.quantity)} = {Options().number(each.value)}" for each in trace]
    page.keyboard.press("ArrowRight")
    assert said(page) == heard[-1]
    page.keyboard.press("ArrowLeft")
    assert said(page) == heard[-2]


def test_shift_jumps_a_group_and_home_and_end_go_to_the_ends(opened):
    page, heard = opened(cr.tutorials.load("jain").trace()), []
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
        heard.append(said(page).split(" = ")[0])
    assert heard == ["out_h1", "net_o1", "out_o1", "E_o1"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    assert said(page).startswith("E_o1 = ")
    page.keyboard.press("Shift+ArrowLeft")
    assert said(page).startswith("out_o1 = ")
    page.keyboard.press("End")
    assert said(page) == "E_total after = 0.2910277737"
    page.keyboard.press("Home")
    assert said(page) == "net_h1 = 0.3775"


def test_space_plays_and_stops(opened):
    page = opened(cr.tutorials.load("jain").trace())
    play = page.locator('[data-go="play"]')
    page.keyboard.press(" ")
    assert play.get_attribute("aria-pressed") == "true"
    for _ in range(100):
        page.wait_for_timeout(100)
        if said(page).startswith("net_h2"):
            break
    assert said(page).startswith("net_h2")
    page.keyboard.press(" ")
    assert play.get_attribute("aria-pressed") == "false"


def test_what_is_now_is_marked_in_the_page_the_timeline_and_the_picture(opened):
    trace = cr.tutorials.load("jain").trace()
    page = opened(trace)
    names = [trace.name(each.quantity) for each in trace]
    for _ in range(names.index("∂E_total/∂w5") + 1):
        page.keyboard.press("ArrowRight")
    now = page.locator(".statement.now")
    assert now.count() == 1
    assert now.get_attribute("aria-current") == "step"
    assert now.get_attribute("data-name") == "∂E_total/∂w5"
    assert page.locator(".ticks i.now").count() == 1
    lit = page.locator(".net .lit")
    assert [lit.nth(n).get_attribute("id") for n in range(lit.count())] == ["edge-2-0-0", "label-2-0-0"]
    assert now.bounding_box()["y"] > 0
    assert now.bounding_box()["y"] < 768


def test_a_number_links_to_where_it_comes_from_and_back_returns(opened):
    page = opened(cr.tutorials.load("jain").trace())
    link = page.locator('[data-name="net_o1"] .figures a').nth(1)
    assert link.get_attribute("title") == "out_h1"
    link.click()
    target = page.locator(page.evaluate("location.hash"))
    assert target.get_attribute("data-name") == "out_h1"
    page.go_back()
    assert page.evaluate("location.hash") == ""


def test_every_link_leads_somewhere(tutorial):
    written = document(tutorial.trace(), Options())
    ids = set(re.findall(r' id="([^"]+)"', written))
    assert set(re.findall(r'href="#([^"]+)"', written)) <= ids


def test_what_lights_up_is_in_the_picture(tutorial):
    written = document(tutorial.trace(), Options())
    ids = set(re.findall(r' id="([^"]+)"', written))
    lit = {each for statement in tutorial.trace() for each in lights(tutorial.network, statement.quantity)}
    assert lit <= ids


def test_every_number_of_the_step_stands_in_the_page(tutorial):
    trace = tutorial.trace()
    written = document(trace, Options(digits=17))
    for statement in trace:
        assert f"{statement.value + 0.0:.17g}" in written


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(opened, name):
    naming = Naming({"input": "{unit}", "A": "{unit}"}, {"units": [[name], ["h"]]})
    trace = cr.Model(cr.Network.dense([1, 1]), seed=0).trace([[1.0]], [[1.0]], naming=naming, title=name)
    page = opened(trace)
    page.keyboard.press("ArrowRight")
    page.mouse.move(200, 200)
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.complaints == []
    if name.isprintable():
        assert page.inner_text("h1") == " ".join(name.split())
    else:
        assert f"U+{ord(next(c for c in name if not c.isprintable())):04X}" in page.inner_text("h1")


def test_a_script_of_somebody_elses_would_not_run(browser, tmp_path):
    """The page's own policy allows its one script by its hash; one that is put in later is refused."""
    written = document(cr.tutorials.load("jain").trace(), Options())
    path = tmp_path / "altered.html"
    path.write_text(written.replace("</main>", "<script>hacked = 1</script></main>"), "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("typeof hacked") == "undefined"
    page.close()


@pytest.mark.parametrize("width", [1366, 900, 420])
def test_nothing_is_wider_than_the_window(opened, tutorial, width):
    page = opened(tutorial.trace(), viewport={"width": width, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_page_in_both_themes(opened, scheme):
    page = opened(cr.tutorials.load("jain").trace(), color_scheme=scheme)

    def brightness(selector, of):
        color = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).{of}")
        r, g, b = (int(each) / 255 for each in re.findall(r"\d+", color)[:3])
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (r, g, b)]
        return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))

    page_light = brightness("html", "backgroundColor")
    for selector in ("h1", ".forward h3", ".backward h3", ".update h3", ".quiet, figcaption", ".figures a"):
        pair = sorted([page_light, brightness(selector, "color")])
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, selector


def test_the_printed_page_holds_everything_and_no_buttons(opened, tmp_path):
    page = opened(cr.tutorials.load("jain").trace())
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    assert page.locator(".statement").last.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_what_is_left_out_is_said(opened):
    net = cr.Network.dense([12, 10, 3], hidden="tanh")
    trace = cr.Model(net, seed=0).trace(np.ones((1, 12)), np.ones((1, 3)))
    page = opened(trace, Options(most=5))
    hidden = len(trace) - page.locator(".statement").count()
    assert (
        f"{hidden:,} of {len(trace):,} numbers are not shown: ask for them with --most."
        in page.inner_text("main")
    )
    assert page.text_content("#layer-0").startswith("12")


def test_a_step_by_hand_shows_the_drift(opened):
    trace = cr.tutorials.load("general-purpose").trace(rounding=cr.Rounding(decimals=4))
    page = opened(trace)
    assert "exact 1.74474" in page.inner_text('[data-name="net_c3"]')


def test_in_a_notebook_it_has_no_script_and_its_own_ids():
    one, other = (fragment(cr.tutorials.load(name).trace()) for name in ("jain", "kumar"))
    assert "<script" not in one
    assert cr.tutorials.load("jain").trace()._repr_html_() == one
    ids = [set(re.findall(r' id="(t[^"]+q\d+)"', each)) for each in (one, other)]
    assert ids[0]
    assert ids[0].isdisjoint(ids[1])


def test_the_same_step_gives_the_same_bytes(tutorial):
    assert document(tutorial.trace(), Options()) == document(tutorial.trace(), Options())
