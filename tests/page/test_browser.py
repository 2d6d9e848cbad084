"""The page as a person meets it: in a real browser, by keyboard, under both themes."""

import re
import time

import numpy as np
import pytest

import chainrule as cr
from chainrule.network.formula import Quantity
from chainrule.page import menu
from chainrule.page.state import State
from chainrule.writers.lights import place_of
from chainrule.writers.options import Options

# Each opens a browser of its own: CI runs them all.
pytestmark = pytest.mark.slow


def waits(page, until):
    """Wait for something of a page to be so; its content policy lets nobody else's code wait there."""
    latest = time.monotonic() + 30
    while not page.evaluate(until):
        assert time.monotonic() < latest, until
        page.wait_for_timeout(15)


def shown(trace):
    """Return every number of a step by its name, as the page writes it."""
    options = Options()
    given = [each for kind, layer in trace.given for each in trace.entries(kind, layer)]
    return {trace.name(q): options.value(trace, q) for q in [*given, *(each.quantity for each in trace)]}


@pytest.fixture
def jain(opened):
    reader = opened("jain")
    yield reader
    assert reader.errors == []


# --- Stepping ---


def test_every_number_of_the_tutorial_is_reached_by_keyboard_alone_and_in_order(jain):
    trace = cr.tutorials.load("jain").trace()
    told = []
    for _ in range(len(trace)):
        told.append(jain.said)
        jain.page.keyboard.press("ArrowRight")
    jain.settles()
    assert told == [f"{trace.name(each.quantity)} = {Options().number(each.value)}" for each in trace]
    for _ in range(len(trace)):
        jain.page.keyboard.press("ArrowLeft")
    jain.settles()
    assert jain.said.startswith("net_h1 = ")


def test_what_came_in_is_reached_by_keyboard_too(jain):
    trace, found = cr.tutorials.load("jain").trace(), {}
    jain.page.focus("#picture [tabindex='0']")
    for _ in range(24):
        jain.presses("ArrowDown")
        name, _, value = jain.said.partition(" = ")
        found[name] = value
    wanted = {"w1", "w5", "w8", "b1", "b2", "i1", "i2", "out_h1", "out_o2"}
    assert wanted <= set(found)
    numbers = shown(trace)
    assert all(found[name] == numbers[name] for name in wanted)


def test_shift_goes_through_the_groups_in_order_and_home_and_end_to_the_ends(jain):
    groups = []
    for _ in range(26):
        groups.append(jain.text("#ticks .group.now small"))
        jain.presses("Shift+ArrowRight")
    assert groups[:11] == [
        "net 1",
        "out 1",
        "net 2",
        "out 2",
        "losses 2",
        "loss",
        "∂/∂out 2",
        "slope 2",
        "δ 2",
        "dW 2",
        "db 2",
    ]
    assert groups.index("new W 1") > groups.index("dW 1") > groups.index("δ 1")
    jain.presses("Home")
    assert jain.said.startswith("net_h1")
    jain.presses("End")
    assert jain.said.startswith("E_total after")
    jain.presses("Shift+ArrowLeft")
    assert jain.text("#ticks .group.now small") == "losses 2′"


def test_the_picture_shows_what_the_timeline_has_reached_and_old_weights_until_the_update(jain):
    def number(place):
        return jain.page.locator(f"#picture [data-of='{place}']")

    assert number("W.2.0.0").text_content() == "0.4"
    assert not number("delta.2.0.0").is_visible()
    trace = cr.tutorials.load("jain").trace()
    ticks = [place_of(each.quantity) for each in trace]
    jain.page.locator(f"[data-tick='{ticks.index('delta.2.0.0')}']").dispatch_event("click")
    jain.settles()
    assert number("delta.2.0.0").text_content() == "0.1385"
    jain.page.locator(f"[data-tick='{ticks.index('db.1.0')}']").dispatch_event("click")
    jain.settles()
    assert number("W.2.0.0").text_content() == "0.4"  # every gradient is known, and nothing has moved yet
    jain.page.locator(f"[data-tick='{ticks.index('W_after.2.0.0')}']").dispatch_event("click")
    jain.settles()
    assert number("W.2.0.0").text_content() == "0.3589"
    assert number("W.2.1.1").text_content() == "0.55"


def test_space_plays_and_pauses(jain):
    jain.page.keyboard.press("Space")
    waits(jain.page, "!document.getElementById('said').innerText.startsWith('net_h')")
    jain.page.keyboard.press("Space")
    assert jain.page.get_attribute('[data-go="play"]', "aria-pressed") == "false"


# --- Why this number? ---


def test_why_of_a_forward_quantity(jain):
    assert "0.15 · 0.05 + 0.2 · 0.1 + 0.35" in jain.why
    assert jain.why.endswith("= 0.3775")


def test_why_of_an_output_weight(jain):
    jain.chooses("W.2.0.0")
    assert "0.7413650696 · 0.1868156018 · 0.5932699921" in jain.why
    assert "= 0.08216704056" in jain.why
    assert re.search(r"Checked by the complex step: 0\.08216704056\d* the two agree to 1\d digits", jain.why)


def test_why_of_a_hidden_weight_shows_both_paths_and_the_subtotal(jain):
    jain.chooses("W.1.0.0")
    assert "through out_o1" in jain.why
    assert "through out_o2" in jain.why
    assert "subtotal = 0.05539942465 − 0.01904911826 = 0.03635030639" in jain.why
    assert "0.2413007086 · 0.05 = 0.0004385677345" in jain.why


def test_why_of_a_bias(jain):
    jain.chooses("b.1.0")
    assert "∂" in jain.why
    assert Options().number(cr.tutorials.load("jain").trace().derive("b1").value) in jain.why


def test_a_factor_leads_to_where_it_comes_from_and_the_way_back_returns(jain):
    jain.chooses("W.2.0.0")
    jain.page.locator("#why .figures a", has_text="0.5932699921").first.focus()
    assert jain.page.locator("#unit-1-0.pointed").count() == 1
    jain.page.keyboard.press("Enter")
    jain.settles()
    assert jain.said == "out_h1 = 0.5932699921"
    jain.page.locator("#why .figures a").first.click()
    jain.settles()
    assert jain.said == "net_h1 = 0.3775"
    jain.page.click("#back")
    jain.settles()
    assert jain.said == "out_h1 = 0.5932699921"
    jain.presses("Backspace")
    assert jain.said.startswith("w5 = 0.4")
    assert jain.page.is_hidden("#back")


def test_predict_hides_the_number_and_judges_what_is_typed(jain):
    jain.page.click("#predict")
    jain.settles()
    assert jain.said == "net_h1 = ?"
    assert not jain.page.locator("#why .value b").is_visible()
    jain.page.fill("#guessed", "0.5")
    jain.page.press("#guessed", "Enter")
    jain.settles()
    assert jain.text("#verdict") == "wrong"
    assert jain.said == "net_h1 = ?"
    jain.page.fill("#guessed", "0.378")
    jain.page.press("#guessed", "Enter")
    waits(jain.page, "document.getElementById('said').innerText === 'net_h1 = 0.3775'")


# --- Editing ---


def test_an_edit_changes_what_depends_on_it_and_nothing_else_and_rewind_brings_it_back(jain):
    before = jain.table()
    jain.types("W.2.0.0", "0.45")
    waits(jain.page, "document.getElementById('said').innerText.includes('before the edit')")
    assert jain.said == "w5 = 0.45, before the edit 0.4"
    after = jain.table()
    preset = cr.tutorials.load("jain")
    theta = preset.parameters.theta.copy()
    edited = preset.parameters.like(theta)
    edited.W[2][0, 0] = 0.45
    fresh = preset.trace(cr.Model(preset.network, edited))
    assert {name: value for name, (value, _) in after.items()} == shown(fresh)
    first = preset.trace()
    quantities = [each.quantity for each in first]
    changed = {first.name(q) for q in quantities if first.value(q) != fresh.value(q)} | {"w5"}
    assert {name for name, (_, was) in after.items() if was} == changed
    assert "out_h1" not in changed
    assert all(after[name][1] == before[name][0] for name in changed)
    assert jain.page.locator("#picture .was").count() > 0
    jain.page.click("#rewind")
    jain.settles()
    assert jain.table() == before


def test_ten_edits_in_a_burst_end_in_the_numbers_of_the_last(jain):
    jain.chooses("W.2.0.0")
    jain.page.evaluate(
        """() => { for (let each = 1; each <= 10; each += 1) {
             document.getElementById("changed").value = String(each / 10);
             document.getElementById("change").requestSubmit(); } }"""
    )
    waits(jain.page, "document.getElementById('said').innerText.startsWith('w5 = 1,')")
    jain.settles()
    preset = cr.tutorials.load("jain")
    edited = preset.parameters.like(preset.parameters.theta.copy())
    edited.W[2][0, 0] = 1.0
    assert {n: v for n, (v, _) in jain.table().items()} == shown(
        preset.trace(cr.Model(preset.network, edited))
    )


@pytest.mark.parametrize("typed", ["NaN", "1e999", "zero", "", "0,45"])
def test_what_is_no_number_is_refused_in_a_sentence_and_nothing_is_lost(jain, typed):
    jain.chooses("W.2.0.0")
    jain.page.fill("#changed", typed)
    jain.page.press("#changed", "Enter")
    jain.page.wait_for_selector("#refused:not([hidden])")
    assert jain.text("#refused").startswith("the value was ")
    assert "a finite number" in jain.text("#refused")
    assert jain.page.locator("#picture [data-of='W.2.0.0']").text_content() == "0.4"
    jain.errors.clear()  # the browser tells of every refusal


# --- Training ---


def test_one_training_step_by_keyboard_and_back_in_time(jain):
    jain.presses("Control+ArrowRight")
    waits(jain.page, "document.getElementById('progress').innerText.startsWith('step 1')")
    jain.settles()
    preset = cr.tutorials.load("jain")
    second = preset.model.traces(preset.X, preset.Y, 2, optimizer=preset.optimizer, naming="jain")[1]
    assert {n: v for n, (v, _) in jain.table().items()} == shown(second)
    jain.presses("Control+ArrowLeft")
    waits(jain.page, "document.getElementById('progress').innerText.startsWith('step 0')")


@pytest.mark.parametrize("word", ["xor", "two-moons"])
def test_training_live_with_curve_and_boundary_stop_step_epoch_and_back(opened, word):
    reader = opened(word)
    page = reader.page
    reader.opens_drawer("boundary")
    first = page.evaluate("document.querySelector('.plane canvas').toDataURL()")
    page.click("#train")
    waits(page, "Number(/step (\\d+)/.exec(document.getElementById('progress').innerText)[1]) > 60")
    page.wait_for_selector("#drawer polyline")
    page.click("#train")
    waits(page, "document.getElementById('train').innerText === 'Train'")
    reader.settles()
    assert page.evaluate("document.querySelector('.plane canvas').toDataURL()") != first
    taken = int(re.search(r"step (\d+)", reader.text("#progress"))[1])
    state = State.opened(menu.opened(word)).advanced(taken)
    numbers = shown(state.trace)
    assert all(numbers[name] == value for name, (value, _) in reader.table().items())
    page.click("#step")
    waits(page, f"document.getElementById('progress').innerText.startsWith('step {taken + 1},')")
    page.click("#epoch")
    per_epoch = state.lesson.plan.steps_per_epoch
    ends = (taken + 1) // per_epoch * per_epoch + per_epoch
    waits(page, f"document.getElementById('progress').innerText.startsWith('step {ends},')")
    reader.settles()
    page.click("#rewind")
    waits(page, "document.getElementById('progress').innerText.startsWith('step 0,')")
    assert reader.errors == []


def test_thousands_of_steps_between_two_frames_when_asked(opened):
    reader = opened("jain")
    reader.page.select_option("#speed", "all")
    reader.page.click("#train")
    waits(reader.page, "Number(/step (\\d+)/.exec(document.getElementById('progress').innerText)[1]) > 3000")
    reader.page.click("#train")
    waits(reader.page, "document.getElementById('train').innerText === 'Train'")
    reader.settles()
    taken = int(re.search(r"step (\d+)", reader.text("#progress"))[1])
    expected = State.opened(menu.opened("jain")).advanced(taken)
    loss = float(expected.trace.array("loss", 2).ravel()[0])
    assert reader.text("#progress").endswith(f"loss {Options().number(loss)}")


def test_an_edit_while_it_trains_counts_from_that_step_on(opened):
    reader = opened("jain")
    page = reader.page
    page.click("#train")
    waits(page, "Number(/step (\\d+)/.exec(document.getElementById('progress').innerText)[1]) > 10")
    reader.page.locator("#picture [data-place='W.2.0.0'][role='button']").dispatch_event("click")
    page.evaluate(
        """() => { document.getElementById("changed").value = "9";
             document.getElementById("change").requestSubmit(); }"""
    )
    waits(page, "Number(document.querySelector(\"[data-of='W.2.0.0']\").textContent) > 8")
    page.click("#train")
    reader.settles()
    assert float(page.locator("[data-of='W.2.0.0']").first.text_content()) > 5


def test_training_that_diverges_says_where_and_keeps_what_was_good(opened):
    reader = opened("jain")
    for choice in ("hidden", "output"):
        reader.page.select_option(f"#{choice}", "identity")
        reader.settles()
    reader.page.fill("#rate", "1e200")
    reader.page.press("#rate", "Enter")
    reader.settles()
    reader.page.click("#train")
    reader.page.wait_for_selector("#refused:not([hidden])")
    assert reader.text("#refused").startswith("training diverged in epoch ")
    waits(reader.page, "document.getElementById('train').innerText === 'Train'")
    reader.settles()
    kept = reader.page.locator("#picture [data-of='W.2.0.0']").text_content()
    assert np.isfinite(float(kept))


# --- My numbers ---


def test_a_pasted_column_with_a_planted_mistake_gets_verdicts_and_the_mistake_its_name(jain):
    preset = cr.tutorials.load("jain")
    right = preset.trace()
    computed = [each for each in right if not each.quantity.name.endswith("_after")]
    column = [f"{each.value:.8f}" for each in computed]
    names = [right.name(each.quantity) for each in computed]
    # delta of the hidden layer through the weights after the update: the field's best known slip.
    after = right.array("W_after", 2)
    delta = right.array("delta", 2) @ after.T * right.array("slope", 1)
    for unit in range(2):
        column[names.index(f"delta_h{unit + 1}")] = f"{delta[0, unit]:.8f}"
        for weight in range(2):
            name = right.name(Quantity("dW", (1, weight, unit)))
            column[names.index(name)] = f"{delta[0, unit] * preset.X[0, weight]:.8f}"
    column[names.index("∂E_total/∂b1")] = f"{delta.sum():.8f}"
    jain.opens_drawer("mine")
    jain.page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text", text);
             document.querySelector("#drawer tbody input").dispatchEvent(
               new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        "\n".join(column),
    )
    jain.page.wait_for_selector("#drawer td.wrong")
    jain.settles()
    verdict = {
        place: jain.page.inner_text(f"[data-verdict='{place}']")
        for place in ("Z.1.0.0", "delta.2.0.0", "delta.1.0.0", "dW.1.0.0")
    }
    assert verdict == {
        "Z.1.0.0": "right",
        "delta.2.0.0": "right",
        "delta.1.0.0": "wrong",
        "dW.1.0.0": "follow-on",
    }
    assert jain.said.startswith("delta_h1 = ")  # the first wrong cell is what is looked at now
    jain.page.click("#drawer >> text=Diagnose")
    waits(jain.page, "document.querySelector('.told').innerText.includes('hidden-delta-after-update')")


def test_numbers_by_their_names_go_where_they_belong(jain):
    jain.opens_drawer("mine")
    jain.page.evaluate(
        """() => { const data = new DataTransfer();
             data.setData("text", "out_o1\\t0.7514\\ndE_total/dw5\\t0.2");
             document.querySelector("#drawer tbody input").dispatchEvent(
               new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }"""
    )
    jain.page.wait_for_selector("#drawer td.wrong")
    assert jain.page.inner_text("[data-verdict='A.2.0.0']") == "right"
    assert jain.page.inner_text("[data-verdict='dW.2.0.0']") == "wrong"


# --- Links ---


def test_a_link_in_a_fresh_browser_brings_back_network_rows_weights_and_place(opened):
    one = opened("jain")
    one.presses("Control+ArrowRight")
    waits(one.page, "document.getElementById('progress').innerText.startsWith('step 1')")
    one.types("W.1.0.0", "0.3")
    one.chooses("W.2.0.0")
    wanted = one.table()
    one.page.click("#share")
    link = one.page.input_value("#dialog textarea")
    other = opened("xor")
    other.page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text", text);
             document.body.dispatchEvent(
               new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        link,
    )
    waits(other.page, "document.getElementById('title').innerText.startsWith('Back Prop')")
    other.settles()
    assert other.said.startswith("w5 = 0.3589")
    assert {n: v for n, (v, _) in other.table().items()} == {n: v for n, (v, _) in wanted.items()}
    other.page.click("#rewind")
    waits(other.page, "document.getElementById('progress').innerText.startsWith('step 0')")
    other.settles()
    assert other.table()["w1"] == ("0.15", "")


@pytest.mark.parametrize(
    "link",
    [
        "#chainrule-page-2.AAAA",
        "#chainrule-page-1.<img src=x onerror=alert(1)>",
        "#chainrule-page-1.eJyrVkrKzEtVslJQSkksSVSqBQAhJwQ_",
        "#chainrule-page-1.",
    ],
)
def test_a_link_from_elsewhere_that_is_none_gets_one_sentence(jain, link):
    jain.page.evaluate(
        """(text) => { const data = new DataTransfer(); data.setData("text", text);
             document.body.dispatchEvent(
               new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
        link,
    )
    jain.page.wait_for_selector("#refused:not([hidden])")
    assert jain.text("#refused").startswith("the ")
    assert jain.text("#title") == "Back Propagation in Neural Networks"
    jain.errors.clear()


# --- An own table ---


def test_an_own_table_is_dropped_its_columns_chosen_and_learned(opened):
    reader = opened("jain")
    page = reader.page
    rows = "\n".join(f"{x},{y},{x * y},{'warm' if x + y > 5 else 'cold'}" for x in range(6) for y in range(6))
    page.evaluate(
        """(text) => { const data = new DataTransfer();
             data.items.add(new File([text], "../../etc/passwd.csv", { type: "text/csv" }));
             document.body.dispatchEvent(
               new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); }""",
        f"left,right,product,<b>label</b>\n{rows}\n",
    )
    page.wait_for_selector("#dialog[open]")
    assert reader.text("#dialog-title") == "A table of 36 rows"
    page.uncheck("#dialog input[value='product']")
    page.fill("#dialog input[aria-label='Units of the hidden layers']", "4")
    page.click("#dialog-body >> text=Open")
    waits(page, "document.getElementById('sizes').value === '2-4-2'")
    reader.settles()
    assert page.locator("#picture .name", has_text="warm").count() == 1
    reader.opens_drawer("boundary")
    page.select_option("#speed", "all")
    page.click("#train")
    waits(page, "Number(/loss ([\\d.e-]+)/.exec(document.getElementById('progress').innerText)[1]) < 0.2")
    page.click("#train")
    reader.settles()
    assert reader.errors == []


def test_a_file_that_is_no_table_gets_one_sentence(jain):
    jain.page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2,3\n"})
    jain.page.wait_for_selector("#refused:not([hidden])")
    assert "line 2" in jain.text("#refused") or "row" in jain.text("#refused")
    jain.errors.clear()


# --- Code and files ---


def test_the_python_for_this_marks_the_line_that_runs_and_is_what_export_gives(jain, tmp_path):
    jain.opens_drawer("code")
    jain.page.locator("#ticks i").nth(20).dispatch_event("click")
    jain.settles()
    name = jain.said.partition(" = ")[0]
    assert jain.page.locator("#drawer pre .now").count() == 1
    after = jain.page.evaluate("document.querySelector('#drawer pre .now').nextSibling.textContent")
    assert ascii(name) in after
    code = jain.text("#drawer pre")
    with jain.page.expect_download() as download:
        jain.page.click("#drawer >> text=Save step.py")
    assert download.value.path().read_text("utf-8").split() == code.split()
    assert download.value.suggested_filename == "step.py"


@pytest.mark.parametrize("suffix", ["html", "json", "ods", "py", "svg"])
def test_an_export_is_the_file_that_the_command_writes(jain, tmp_path, monkeypatch, suffix):
    from chainrule.cli import main

    jain.page.click("#export")
    jain.page.wait_for_selector("#dialog[open]")
    assert "chainrule explain jain" in jain.text("#dialog")
    with jain.page.expect_download() as download:
        jain.page.locator("#dialog .files a", has_text=re.compile(f"^\\.{suffix}$")).click()
    monkeypatch.chdir(tmp_path)
    assert main(["explain", "jain", "-o", f"step.{suffix}"]) == 0
    assert download.value.path().read_bytes() == (tmp_path / f"step.{suffix}").read_bytes()


# --- Choosing ---


def test_another_example_another_network_other_names_and_digits(jain):
    page = jain.page
    page.select_option("#names", "sadiya")
    jain.settles()
    assert jain.said.startswith("net(h_1) = 0.3775")
    page.select_option("#digits", "hand 4")
    jain.settles()
    jain.presses("ArrowRight", "ArrowRight")
    assert jain.said == "out(h_1) = 0.5933"
    page.fill("#sizes", "3-2")
    page.press("#sizes", "Enter")
    waits(page, "document.getElementById('title').innerText === 'One step of a 3-2 network'")
    jain.settles()
    page.select_option("#what", "kumar")
    waits(page, "document.getElementById('names').value === 'kumar'")
    jain.settles()
    assert page.input_value("#what") == ""
    page.fill("#sizes", "2-1000000-1000000")
    page.press("#sizes", "Enter")
    page.wait_for_selector("#refused:not([hidden])")
    assert "parameters" in jain.text("#refused")
    assert page.input_value("#sizes") != "2-1000000-1000000"
    jain.errors.clear()


def test_two_tabs_that_train_at_the_same_time_do_not_meet(opened):
    reader = opened("jain")
    tab = reader.page.context.new_page()
    tab.goto(reader.page.url)
    tab.wait_for_selector("#picture svg")
    for page in (reader.page, tab):
        page.click("#train")
    for page in (reader.page, tab):
        page.bring_to_front()
        waits(page, "Number(/step (\\d+)/.exec(document.getElementById('progress').innerText)[1]) > 20")
        page.click("#train")
        waits(page, "document.getElementById('train').innerText === 'Train'")
        waits(page, "document.body.dataset.asking === '0'")
        taken = int(re.search(r"step (\d+)", page.inner_text("#progress"))[1])
        loss = float(State.opened(menu.opened("jain")).advanced(taken).trace.array("loss", 2).ravel()[0])
        assert page.inner_text("#progress").endswith(f"loss {Options().number(loss)}")


def test_a_browser_that_is_killed_while_it_trains_leaves_nothing_running(opened):
    reader = opened("jain")
    reader.page.click("#train")
    waits(reader.page, "Number(/step (\\d+)/.exec(document.getElementById('progress').innerText)[1]) > 20")
    reader.page.context.close()
    states = -1
    for _ in range(60):  # the requests under way may end
        before, states = states, len(reader.program.desk._states)
        if states == before:
            return
        time.sleep(1)
    raise AssertionError("it still trained after a minute")


# --- Large ---


def test_a_million_parameters_open_with_folded_layers_and_no_panel_freezes(opened):
    from chainrule.page.lesson import of_example
    from chainrule.tutorials.own import own

    preset = own([784, 1000, 200, 10], hidden="relu", output="softmax", loss="cross_entropy")
    assert preset.parameters.theta.size > 986_000
    reader = opened(State.opened(of_example(preset)))
    assert reader.page.locator("#picture .block").count() == 4
    reader.page.locator("#picture .block").nth(1).dispatch_event("click")
    reader.settles()
    for drawer in ("table", "matrix", "mine", "losses", "boundary", "code"):
        reader.opens_drawer(drawer)
        assert reader.text("#drawer")
    reader.presses("End", "Shift+ArrowLeft", "ArrowRight")
    reader.page.click("#step")
    waits(reader.page, "document.getElementById('progress').innerText.startsWith('step 1')")
    assert reader.errors == []
    assert np.isfinite(float(reader.text("#progress").rpartition(" ")[2]))


# --- For everybody ---


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("drawer", ["table", "mine", "losses", "boundary", "code", "matrix"])
def test_axe_finds_no_violation(opened, theme, drawer):
    from axe_playwright_python.sync_playwright import Axe

    reader = opened(
        "xor" if drawer in ("losses", "boundary") else "jain", color_scheme=theme, bypass_csp=True
    )
    reader.presses("End")
    reader.opens_drawer(drawer)
    reader.types("W.2.0.0", "0.45")
    found = Axe().run(reader.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_dialogs(opened, theme):
    from axe_playwright_python.sync_playwright import Axe

    reader = opened("jain", color_scheme=theme, bypass_csp=True)
    for button in ("share", "export"):
        reader.page.click(f"#{button}")
        reader.page.wait_for_selector("#dialog[open]")
        found = Axe().run(reader.page)
        assert found.violations_count == 0, found.generate_report()
        reader.page.click("#close")


SCROLLS = """[document.documentElement, document.querySelector("#why")].map(
    panel => [panel.scrollHeight - panel.clientHeight, panel.scrollWidth - panel.clientWidth])"""


def test_on_a_usual_screen_nothing_scrolls(jain):
    for place in ("Z.1.0.0", "W.2.0.0", "W.1.0.0", "b.2.0"):
        if place == "Z.1.0.0":
            jain.presses("Home")
        else:
            jain.chooses(place)
        assert all(each <= 1 for panel in jain.page.evaluate(SCROLLS) for each in panel), place
    jain.opens_drawer("boundary")
    assert all(each <= 1 for each in jain.page.evaluate(SCROLLS)[0])


def test_at_twice_the_size_everything_is_reached_by_vertical_scrolling_alone(opened):
    reader = opened("jain", viewport={"width": 683, "height": 384})
    for drawer in ("table", "mine", "losses", "boundary"):
        reader.opens_drawer(drawer)
        assert reader.page.evaluate(SCROLLS)[0][1] <= 0, drawer
    for thing in ("#what", "#share", "#picture svg", "#train", "#why", "#drawer", "#ticks", "#said"):
        reader.page.locator(thing).scroll_into_view_if_needed()
        assert reader.page.evaluate("document.documentElement.scrollLeft") == 0
        assert reader.page.locator(thing).is_visible()


def test_a_screen_reader_is_told_a_node_and_an_edge(jain):
    page = jain.page
    edge = page.get_by_role("button", name="weight w5, from h1 to o1, 0.4, gradient 0.08217", exact=True)
    assert edge.count() == 1
    node = page.get_by_role(
        "button", name="unit h1, net 0.3775, out 0.5933, error signal 0.008771", exact=True
    )
    assert node.count() == 1
    assert page.get_attribute("#said", "aria-live") == "polite"
    assert page.locator("[aria-live]").count() == 1


def test_who_wants_less_motion_gets_none(opened):
    reader = opened("jain", reduced_motion="reduce")
    moving = "getComputedStyle(document.querySelector('#ticks i')).transitionDuration"
    assert reader.page.evaluate(moving) == "0s"
