"""The workbooks, recalculated by LibreOffice: every cell is the trace's number, to 1e-12 of its terms."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traced_steps import OPTIMIZERS, Values

import chainrule as cr
from chainrule.network.activations import ACTIVATIONS
from chainrule.network.formula import Quantity, magnitude
from chainrule.network.losses import LOSSES
from chainrule.trace.naming import Naming
from chainrule.writers.options import Options
from chainrule.writers.sheet import ods, plan, xlsx
from chainrule.writers.sheet.book import Book, Cell, Sheet
from chainrule.writers.sheet.formula_sheet import SheetPrinter, sheet_number
from chainrule.writers.sheet.plan import book_of
from chainrule.writers.sheet.rounds import CURVE, ROUNDS

WRITERS = {"xlsx": xlsx, "ods": ods}
NO_ROUNDS = Options(rounds=0)
PART = re.compile(r" part \d+$")  # of a sum that is too long for one cell


def step_of(hidden, output, loss, optimizer="sgd", penalty=None, rows=2):
    """Return a step with moderate numbers; the targets mean something for every loss."""
    net = cr.Network.dense([2, 3, 2], hidden=hidden, output=output, loss=loss)
    X, Y = [[0.5, -1.0], [0.25, 0.75]][:rows], [[0.2, 0.8], [0.7, 0.3]][:rows]
    return cr.Model(net, seed=1).trace(X, Y, optimizer=optimizer, penalty=penalty or cr.Penalty())


def written(folder, traces, options=NO_ROUNDS):
    """Write every trace in both forms; each file has a name of its own."""
    paths = []
    for number, trace in enumerate(traces):
        for form, writer in WRITERS.items():
            paths.append(folder / f"{form}-{number}.{form}")
            paths[-1].write_bytes(writer.document(trace, options))
    return paths


def misfits(trace, sheets) -> list[str]:
    """Return the cells of a recalculated workbook that are another number than the trace's."""
    wanted = {trace.name(each.quantity): each for each in trace}
    values, seen, off = Values(trace), set(), []
    for title, rows in sheets.items():
        if title in ("Read me", plan.GIVEN, plan.STATE, ROUNDS, CURVE):
            continue
        for row in rows[1:]:
            if len(row) < 2 or row[1].kind != "float" or PART.search(row[0].value):
                continue
            statement = wanted[row[0].value]
            seen.add(row[0].value)
            size = float(magnitude(statement.tree, values))
            if not row[1].formula or not abs(row[1].value - statement.value) <= 1e-12 * size + 1e-300:
                off.append(f"{title}: {row[0].value} is {row[1].value!r}, not {statement.value!r}")
    return off + [f"{name} is missing" for name in set(wanted) - seen]


@pytest.mark.slow
def test_libreoffice_does_recalculate(reopened, tmp_path):
    """Before anything is believed of it: a cell whose stored value is wrong comes back right."""
    book = Book("", (Sheet("One", (10.0,), rows=[[Cell(2.0, name="two"), Cell(99.0, "two*3")]]),))
    paths = [tmp_path / f"{form}-wrong.{form}" for form in WRITERS]
    for path, writer in zip(paths, WRITERS.values(), strict=True):
        path.write_bytes(writer.write(book))
    for sheets in reopened(paths):
        assert sheets["One"][0][1].value == 6.0


@pytest.mark.slow
def test_every_cell_of_the_five_tutorials_is_the_traces_number(reopened, tmp_path):
    traces = [cr.tutorials.load(name).trace() for name in cr.tutorials.TUTORIALS]
    for number, sheets in enumerate(reopened(written(tmp_path, traces))):
        assert misfits(traces[number // 2], sheets) == []


@pytest.mark.slow
def test_every_cell_is_right_with_every_activation_loss_and_optimizer(reopened, tmp_path):
    traces = [step_of(name, "identity", "half_squared_error") for name in ACTIVATIONS]
    traces += [
        step_of("tanh", output, name) for name, row in LOSSES.items() for output in row.admits or ("elu",)
    ]
    traces += [step_of("tanh", "sigmoid", "mse", optimizer=rule) for rule in OPTIMIZERS]
    traces += [step_of("relu", "identity", "mse", penalty=cr.Penalty(l2=0.1, l1=0.2))]
    off = []
    for number, sheets in enumerate(reopened(written(tmp_path, traces))):
        off += [f"{traces[number // 2].network}: {each}" for each in misfits(traces[number // 2], sheets)]
    assert off == []


@pytest.mark.slow
def test_a_sum_too_long_for_a_cell_is_added_in_parts(reopened, tmp_path):
    net = cr.Network.dense([400, 1], output="sigmoid", loss="mse")
    trace = cr.Model(net, seed=0).trace(np.linspace(-1, 1, 400)[None], [[1.0]])
    for sheets in reopened(written(tmp_path, [trace])):
        assert misfits(trace, sheets) == []
        assert any(PART.search(row[0].value) for row in sheets["Layer 1 forward"] if row)


@pytest.mark.slow
def test_a_wrong_formula_is_found(reopened, tmp_path, monkeypatch, small_step):
    monkeypatch.setattr(SheetPrinter, "divide", lambda self, a, b: (f"({self.text(b)})/({self.text(a)})", 5))
    trace = small_step.trace()
    for sheets in reopened(written(tmp_path, [trace])):
        assert misfits(trace, sheets) != []


CELL = re.compile(r"<c ([^>]*)>(?:<f>[^<]*</f>)?<v>([^<]*)</v>")


def cached(data: bytes) -> list[float]:
    """Read the numbers that a workbook has stored, formulas and inputs, without computing anything."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        if "content.xml" in file.namelist():
            content = file.read("content.xml").decode()
            return [float(value) for value in re.findall(r' office:value="([^"]+)"', content)]
        sheets = [name for name in file.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml", name)]
        sheets.sort(key=lambda name: int(re.findall(r"\d+", name)[0]))
        cells = [cell for name in sheets for cell in CELL.findall(file.read(name).decode())]
        return [float(value) for looks, value in cells if 't="s"' not in looks]


@pytest.mark.slow
@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data(), form=st.sampled_from(list(WRITERS)))
def test_a_viewer_that_computes_nothing_sees_every_number_with_every_bit(data, form, steps):
    trace = data.draw(steps).trace()
    numbers = cached(WRITERS[form].document(trace, NO_ROUNDS))
    wanted = [each.value for each in trace]
    assert numbers[-len(wanted) :] == wanted
    given_ = {trace.value(each) for key in trace.given for each in trace.entries(*key)}
    assert given_ <= set(numbers)


@pytest.mark.slow
def test_a_changed_weight_changes_what_a_fresh_trace_changes(reopened, tmp_path):
    jain = cr.tutorials.load("jain")
    weights, biases = jain.parameters.to_arrays(orientation="from_to")
    weights = [each.copy() for each in weights]
    weights[1][0, 0] = 0.45
    params = cr.Parameters.from_arrays(jain.network, weights, biases, orientation="from_to")
    fresh = cr.Model(jain.network, params).trace(jain.X, jain.Y, optimizer=jain.optimizer, naming=jain.naming)
    paths = []
    for form, writer in WRITERS.items():
        book = book_of(jain.trace(), NO_ROUNDS)
        (state,) = [sheet for sheet in book.sheets if sheet.title == plan.STATE]
        (row,) = [row for row in state.rows if row[0].value == "w5"]
        row[1] = Cell(0.45, style="input", name=row[1].name)
        paths.append(tmp_path / f"{form}-changed.{form}")
        paths[-1].write_bytes(writer.write(book))
    for sheets in reopened(paths):
        assert misfits(fresh, sheets) == []


@pytest.mark.slow
def test_copying_new_over_old_is_the_next_step(reopened, tmp_path):
    model = cr.Model(cr.Network.dense([2, 2, 1], hidden="tanh"), seed=0)
    first, second = model.traces([[0.5, -1.0]], [[0.25]], 2, optimizer="adam")
    book = book_of(first, NO_ROUNDS)
    (state,) = [sheet for sheet in book.sheets if sheet.title == plan.STATE]
    for row in state.rows[2:]:
        row[plan.OLD] = Cell(row[plan.NEW].value, style="input", name=row[plan.OLD].name)
    paths = [tmp_path / f"{form}-next.{form}" for form in WRITERS]
    for path, writer in zip(paths, WRITERS.values(), strict=True):
        path.write_bytes(writer.write(book))
    for sheets in reopened(paths):
        assert misfits(second, sheets) == []


@pytest.mark.slow
def test_many_rounds_are_the_training(reopened, tmp_path):
    jain = cr.tutorials.load("jain")
    paths = written(tmp_path, [jain.trace()], Options(rounds=60))
    model = cr.Model(cr.Network.dense([2, 2, 1], hidden="tanh"), seed=0)
    paths += written_as(tmp_path, "adam", model.trace([[0.5, -1.0]], [[0.25]], optimizer="adam"))
    losses = [jain.trained(epochs=60).history.loss] * 2
    fitted = model.fit([[0.5, -1.0]], [[0.25]], optimizer="adam", epochs=60, batch_size=1)
    losses += [fitted.history.loss] * 2
    for sheets, wanted in zip(reopened(paths), losses, strict=True):
        head, *rows = sheets[ROUNDS]
        titles = [cell.value for cell in head]
        column = titles.index("E_total") if "E_total" in titles else titles.index("loss")
        found = [row[column].value for row in rows if len(row) > column and row[0].kind == "float"]
        np.testing.assert_allclose(found, wanted, rtol=1e-11)


def written_as(folder, name, trace):
    paths = [folder / f"{name}-{form}.{form}" for form in WRITERS]
    for path, writer in zip(paths, WRITERS.values(), strict=True):
        path.write_bytes(writer.document(trace, Options(rounds=60)))
    return paths


@pytest.mark.slow
def test_by_hand_the_cells_round_as_the_person_does(reopened, tmp_path):
    traces = [
        cr.tutorials.load("general-purpose").trace(rounding=cr.Rounding(decimals=4, each=each))
        for each in ("result", "sum", "product")
    ]
    for number, sheets in enumerate(reopened(written(tmp_path, traces))):
        assert misfits(traces[number // 2], sheets) == []


HOSTILE = ['=HYPERLINK("x")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "<b>"]
HOSTILE += ["\0", "\ud800", "\u202e"]


@pytest.mark.slow
def test_hostile_names_are_text_after_it_was_reopened(reopened, tmp_path):
    traces = []
    for name in HOSTILE:
        naming = Naming({"input": "{unit}", "Z": "{unit}"}, {"units": [[name], [f"{name}2"]]})
        model = cr.Model(cr.Network.dense([1, 1]), seed=0)
        traces.append(model.trace([[1.0]], [[1.0]], naming=naming, title=name))
    paths = written(tmp_path, traces)
    for number, sheets in enumerate(reopened(paths)):
        ours = {each for sheet in book_of(traces[number // 2], NO_ROUNDS).sheets for each in formulas(sheet)}
        found = sum(bool(cell.formula) for rows in sheets.values() for row in rows for cell in row)
        assert found == len(ours)
        assert any(cell.value != "" for cell in sheets["Read me"][0])
    for path in paths:
        with zipfile.ZipFile(path) as file:
            assert not [name for name in file.namelist() if b"hyperlinks/" in file.read(name)]
            assert not [name for name in file.namelist() if b'xlink:href="http' in file.read(name)]


def formulas(sheet):
    return [
        (sheet.title, r, c)
        for r, row in enumerate(sheet.rows)
        for c, cell in enumerate(row)
        if cell and cell.formula
    ]


def test_what_a_sheet_cannot_hold_is_refused_in_a_sentence(monkeypatch):
    own = cr.Network.dense([1, 1], output=(lambda z: z**3, lambda z: 3 * z**2))
    with pytest.raises(cr.InvalidValueError, match="was a function of your own"):
        book_of(cr.Model(own, seed=0).trace([[1.0]], [[1.0]]), NO_ROUNDS)
    jain = cr.tutorials.load("jain")
    for rounding in (cr.Rounding(significant=3), cr.Rounding(decimals=3, half="even")):
        with pytest.raises(cr.InvalidValueError, match="halves away from zero, in a spreadsheet"):
            book_of(jain.trace(rounding=rounding), NO_ROUNDS)
    monkeypatch.setattr(plan, "LONGEST", 10)
    with pytest.raises(cr.TooLargeError, match="the length of the formula for net_h1 was"):
        book_of(jain.trace(), NO_ROUNDS)
    monkeypatch.setattr(plan, "MOST", 10)
    with pytest.raises(cr.TooLargeError, match=r"the number of numbers of this step was \d+"):
        book_of(jain.trace(), NO_ROUNDS)


def test_a_step_that_diverged_is_refused():
    net = cr.Network.dense([1, 1, 1], hidden="exponential", bias="none")
    params = cr.Parameters.from_arrays(net, [[[0.5]], [[1.0]]], orientation="from_to")
    trace = cr.Model(net, params).trace([[1.0]], [[1e6]], optimizer=cr.GradientDescent(1.0))
    with pytest.raises(cr.InvalidValueError, match="not finite in a spreadsheet"):
        book_of(trace, NO_ROUNDS)


def test_rounds_that_are_left_out_are_said_to_be():
    wide = cr.Network.dense([8, 8, 8])
    trace = cr.Model(wide, seed=0).trace(np.ones((1, 8)), np.ones((1, 8)))
    for options, told in ((Options(), "columns and may have 400"), (NO_ROUNDS, "none were asked for")):
        book = book_of(trace, options)
        assert ROUNDS not in [sheet.title for sheet in book.sheets]
        assert any(told in str(row[0].value) for row in book.sheets[0].rows if row)


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_step_gives_the_same_bytes(form):
    trace = cr.tutorials.load("kumar").trace()
    assert WRITERS[form].document(trace, Options(rounds=3)) == WRITERS[form].document(
        trace, Options(rounds=3)
    )


def test_a_minus_before_a_power_is_not_squared():
    """In a spreadsheet -2^2 is 4."""
    a = Quantity("a")
    printer = SheetPrinter(lambda quantity: quantity.name, sheet_number)
    assert printer.text(-(a**2)) == "-(a^2)"
    assert printer.text(1 - a**2) == "1-a^2"
    assert printer.text((-a) ** 2) == "(-a)^2"


def test_the_lost_sheet_of_dustbunny_is_the_one_that_is_made():
    examples = Path(__file__).parents[3] / "examples"
    subprocess.run([sys.executable, str(examples / "make_sheet.py"), "--check"], check=True)
