import json
import xml.etree.ElementTree as ET

import pytest

from chainrule.bench import report
from chainrule.bench.measure import Measured, Results


def results():
    found = Results(threads=2, missing=["torch.compile"])
    found.measured = {
        "iris": {
            "chainrule": Measured(1.0, [0.2, 0.1, 0.3], 1_000_000, 0.1),
            "chainrule, SciPy's BLAS": Measured(1.0, [0.4], 1_000_000, 0.1),
            "scikit-learn": Measured(2.0, [0.8, 0.9, 0.7], 2_000_000, 0.11),
            "JAX": Measured(3.0, [0.1, 0.1, 0.1], None, 0.1),
        },
        "wide": {
            "chainrule": Measured(1.0, [1.0], 5_000_000, 0.1),
            "scikit-learn": Measured(2.0, [16.0], 6_000_000, 0.1),
            "torch": Measured(error="ValueError: <no>"),
        },
    }
    found.rates = {"iris": 1e9, "wide": 1e12}
    return found


def test_medians_and_ratios():
    times = report.tables(results())["Time: how many times as long as chainrule each takes"]
    assert times[0] == ["workload", "seconds", "scikit-learn", "torch", "JAX", "of the limit"]
    assert times[1] == ["iris", "0.2", "4", "", "0.5", "8%"]
    assert times[2][:3] == ["wide", "1", "16"]


def test_the_default_install_has_tables_of_its_own():
    times = report.tables(results(), report.DEFAULT)["Time: how many times as long as chainrule each takes"]
    assert [row[:3] for row in times[1:]] == [["iris", "0.4", "2"]]


def test_the_summary_counts_and_names():
    said = report.summary(results())
    assert said[0].startswith("faster than the fastest peer in 1 of 2 workloads; the least is 0.50 times")
    assert "8.00 times the speed of scikit-learn, the geometric mean of 2" in said
    assert "torch.compile is not installed and was left out" in said
    assert "torch failed in wide: ValueError: <no>" in said


def test_json_comes_back_as_it_was():
    text = report.as_json(results())
    data = json.loads(text)
    assert data["workloads"]["wide"]["measured"]["torch"]["first"] is None
    again = report.as_results(data)
    assert report.as_json(again) == text
    assert report.markdown(again) == report.markdown(results())


@pytest.mark.parametrize("form", [report.text, report.markdown])
def test_every_workload_is_in_every_table(form):
    assert form(results()).count("iris") >= 4


def test_the_picture_has_a_dot_for_each_ratio():
    root = ET.fromstring(report.picture(results()))
    titles = [each.text for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert titles == ["iris, scikit-learn: 4", "iris, JAX: 0.5", "wide, scikit-learn: 16"]
