"""The table of a gradient check: one row for each parameter, and a verdict in words."""

import json

import pytest

import chainrule as cr
from chainrule import tutorials
from chainrule.check.text import as_rows, text
from chainrule.reference import equations


@pytest.fixture
def sadiya():
    return tutorials.load("sadiya")


def report_of(preset) -> cr.GradientCheck:
    return preset.model.check_gradients(preset.X, preset.Y)


def test_it_has_a_row_for_each_parameter_in_the_readers_names(sadiya):
    lines = text(report_of(sadiya), sadiya.naming.name).splitlines()
    rows = [line.split()[0] for line in lines[2:19]]
    assert rows[:3] == ["w_0_0_0", "w_0_1_0", "w_0_2_0"]
    assert rows[-1] == "b_1_1"
    assert len(set(rows)) == 17
    assert lines[19].startswith("median")


def test_the_verdict_when_all_is_right(sadiya):
    written = text(report_of(sadiya), sadiya.naming.name)
    assert "17 derivatives checked: every one right." in written
    assert "WRONG" not in written


def test_the_verdict_counts_what_is_wrong_and_marks_its_rows(sadiya, monkeypatch):
    right = equations.BP3
    monkeypatch.setattr(equations, "BP3", lambda delta, bias: right(delta, bias) * 1.01)
    written = text(report_of(sadiya), sadiya.naming.name)
    assert "17 derivatives checked: 5 WRONG." in " ".join(written.split())
    marked = [line.split()[0] for line in written.splitlines() if line.endswith("WRONG")]
    assert marked == ["b_0_0", "b_1_0", "b_2_0", "b_0_1", "b_1_1"]


@pytest.mark.parametrize("name", tutorials.TUTORIALS)
def test_no_line_is_wider_than_80_columns(name, monkeypatch):
    preset = tutorials.load(name)
    right = equations.BP4
    monkeypatch.setattr(equations, "BP4", lambda A, delta: right(A, delta) * 1.01)
    assert max(map(len, text(report_of(preset), preset.naming.name).splitlines())) <= 80


def test_the_derivative_shown_is_that_of_the_complex_step_to_15_digits(sadiya):
    report = report_of(sadiya)
    shown = [float(line.split()[1]) for line in text(report, sadiya.naming.name).splitlines()[2:19]]
    assert shown == [float(f"{value:.15g}") for value in report.complex_step.theta]


def test_as_plain_data_it_has_every_number_of_every_row(sadiya):
    report = report_of(sadiya)
    rows = json.loads(json.dumps(as_rows(report, sadiya.naming.name)))
    assert [row["name"] for row in rows] == [sadiya.naming.name(each) for each in report.quantities()]
    assert [row["backward"] for row in rows] == report.analytic.theta.tolist()
    assert [row["one_sided"] for row in rows] == report.one_sided.theta.tolist()
    assert [row["central"] for row in rows] == report.central.theta.tolist()
    assert [row["complex_step"] for row in rows] == report.complex_step.theta.tolist()
    assert [row["scale"] for row in rows] == report.scale.theta.tolist()
    assert all(row["right"] is True for row in rows)


def test_a_network_without_a_bias_and_a_single_weight_has_a_table_too():
    network = cr.Network.dense([1, 1], bias="none")
    report = cr.check_gradients(network, cr.Parameters.initial(network, 1), [[1.0]], [[0.5]])
    assert "1 derivatives checked: every one right" in text(report, str)
